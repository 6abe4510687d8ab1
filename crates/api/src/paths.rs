//! How paths are brought into the form of the routes: the slash at the end, and the prefix of the older generation.

use http::{PathRules, Slash};

/// The rules of the whole service. Paths of other crates (console, chain) stay as they are.
pub(crate) fn rules() -> PathRules {
    PathRules::new(slash).rewrite(single_slashes).rewrite(older)
}

fn slash(path: &str) -> Slash {
    let bare = path.trim_end_matches('/');
    if bare.ends_with("/oauth/token") || path.contains("/.well-known/") {
        Slash::Without
    } else if is_api(path) || path.starts_with("/identifications/") {
        Slash::With
    } else if ["/healthz", "/readyz", "/metrics"].contains(&bare) || path.starts_with("/problems") {
        Slash::Without
    } else {
        Slash::AsIs
    }
}

/// A base URL that ends in a slash gives `//` when a client appends its path.
fn single_slashes(path: &str) -> Option<String> {
    if !is_api(path) || !path.contains("//") {
        return None;
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let end = if path.ends_with('/') { "/" } else { "" };
    Some(format!("/{}{end}", parts.join("/")))
}

/// The older generation has no `distributor` in its paths: `…/api/external/v2/` is `…/api/external/distributor/v2/`.
fn older(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/environments/")?;
    let (environment, rest) = rest.split_once('/')?;
    let rest = rest.strip_prefix("api/external/v2/")?;
    Some(format!(
        "/environments/{environment}/api/external/distributor/v2/{rest}"
    ))
}

fn is_api(path: &str) -> bool {
    path.starts_with("/environments/") || path.starts_with("/api/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_into_the_form_of_the_routes() {
        for (sent, routed) in [
            (
                "/environments/art/api/external/distributor/v2/investors",
                "/environments/art/api/external/distributor/v2/investors/",
            ),
            (
                "/environments/art/api/external/v2/investors/1/wallets/eth-generic/",
                "/environments/art/api/external/distributor/v2/investors/1/wallets/eth-generic/",
            ),
            (
                "/environments/art/api/external//v2/documents/",
                "/environments/art/api/external/distributor/v2/documents/",
            ),
            (
                "/environments/art/api/external/oauth/token/",
                "/environments/art/api/external/oauth/token",
            ),
            (
                "/environments/art/api/external/issuer/oauth/token",
                "/environments/art/api/external/issuer/oauth/token",
            ),
            (
                "/.well-known/oauth-authorization-server/api/network/v1/",
                "/.well-known/oauth-authorization-server/api/network/v1",
            ),
            ("/api/network/v1/products", "/api/network/v1/products/"),
            ("/healthz/", "/healthz"),
            ("/problems/not_found/", "/problems/not_found"),
            ("/docs/api/", "/docs/api/"),
            ("/dlt/rpc", "/dlt/rpc"),
            ("/", "/"),
        ] {
            assert_eq!(rules().apply(sent), routed, "{sent}");
        }
    }
}
