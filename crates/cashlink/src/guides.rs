//! The guides below `/docs/`: pages that mdBook has rendered, carried by the program, loading nothing from elsewhere.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use include_dir::{Dir, File, include_dir};
use sha2::{Digest, Sha256};

/// Where the guides are.
pub const PATH: &str = "/docs/";
/// The folder that `cargo xtask docs` writes.
static GUIDES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/guides");

/// A route for each file.
pub fn routes() -> Router {
    let mut router = Router::new().route("/docs", get(|| async { Redirect::permanent(PATH) }));
    let mut open = vec![&GUIDES];
    while let Some(folder) = open.pop() {
        for file in folder.files() {
            let path = format!("{PATH}{}", file.path().display());
            router = router.route(&path, get(move || async move { serve(file) }));
        }
        open.extend(folder.dirs());
    }
    match GUIDES.get_file("index.html") {
        Some(first) => router.route(PATH, get(move || async move { serve(first) })),
        None => router,
    }
}

fn serve(file: &'static File<'static>) -> Response {
    let ending = file.path().extension().and_then(|ending| ending.to_str());
    let content_type = match ending.unwrap_or_default() {
        "html" => return page(file.contents_utf8().unwrap_or_default()),
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, file.contents()).into_response()
}

fn page(html: &'static str) -> Response {
    let policy = HeaderValue::try_from(policy(html)).expect("a policy is ASCII");
    let headers = [
        (HeaderName::from_static("content-security-policy"), policy),
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, html).into_response()
}

/// mdBook sets theme and sidebar by a few scripts inside the page; they run by their hashes, and no others do.
fn policy(html: &str) -> String {
    let hashes = html.split("<script>").skip(1).filter_map(|rest| {
        let script = rest.split_once("</script>")?.0;
        Some(format!(
            " 'sha256-{}'",
            STANDARD.encode(Sha256::digest(script))
        ))
    });
    format!(
        "default-src 'none'; script-src 'self'{}; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
        hashes.collect::<String>()
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pages() -> Vec<&'static str> {
        let files = GUIDES.files();
        let pages = files.filter(|file| file.path().extension().is_some_and(|it| it == "html"));
        pages.map(|page| page.contents_utf8().unwrap()).collect()
    }

    #[test]
    fn a_script_inside_a_page_runs_by_its_hash() {
        let policy = policy("<script>1</script><script src=\"a.js\"></script>");
        let expected = STANDARD.encode(Sha256::digest("1"));
        assert!(
            policy.contains(&format!("script-src 'self' 'sha256-{expected}';")),
            "{policy}"
        );
    }

    #[test]
    fn no_page_loads_anything_from_elsewhere() {
        assert!(pages().len() > 10);
        for page in pages() {
            // The scripts would ask the Rust playground about such a block.
            assert!(!page.contains("class=\"playground\""));
            for attribute in [
                "src=\"http",
                "src=\"//",
                "rel=\"stylesheet\" href=\"http",
                "@import",
            ] {
                assert!(!page.contains(attribute), "{attribute}");
            }
        }
    }
}
