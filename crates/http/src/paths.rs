//! One form for each path before routing: the slash at the end is optional, and older prefixes lead to the present ones.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::middleware::Next;
use axum::response::Response;

/// How the router spells a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slash {
    /// With a slash at the end, as the published API does.
    With,
    /// Without.
    Without,
    /// The slash has a meaning, leave it (static files).
    AsIs,
}

type SlashRule = dyn Fn(&str) -> Slash + Send + Sync;
type Rewrite = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Rules that bring a path into the form the router knows. They see the path as sent, percent-encoded.
#[derive(Clone)]
pub struct PathRules {
    slash: Arc<SlashRule>,
    rewrites: Vec<Arc<Rewrite>>,
}

impl Default for PathRules {
    /// Leaves every path as it is.
    fn default() -> Self {
        Self::new(|_| Slash::AsIs)
    }
}

impl PathRules {
    /// Rules with this decision about the slash at the end and no rewriting.
    pub fn new(slash: impl Fn(&str) -> Slash + Send + Sync + 'static) -> Self {
        Self {
            slash: Arc::new(slash),
            rewrites: Vec::new(),
        }
    }

    /// Adds a rewriting, which answers the new path or None; it sees what the earlier ones made. The slash is decided last.
    pub fn rewrite(
        mut self,
        rule: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.rewrites.push(Arc::new(rule));
        self
    }

    /// The path as the router spells it.
    pub fn apply(&self, path: &str) -> String {
        let rewritten = self
            .rewrites
            .iter()
            .fold(path.to_owned(), |path, rule| rule(&path).unwrap_or(path));
        let bare = rewritten.trim_end_matches('/');
        match (self.slash)(&rewritten) {
            Slash::AsIs => rewritten,
            _ if bare.is_empty() => "/".to_owned(),
            Slash::With => format!("{bare}/"),
            Slash::Without => bare.to_owned(),
        }
    }
}

pub(crate) async fn normalise_path(
    State(rules): State<PathRules>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = rules.apply(request.uri().path());
    if path != request.uri().path()
        && let Some(uri) = with_path(request.uri(), &path)
    {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}

/// None if the rules made something that is no path; the request then goes on as it came.
fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> PathRules {
        PathRules::new(|path| match path {
            _ if path.starts_with("/docs") => Slash::AsIs,
            _ if path.trim_end_matches('/').ends_with("/oauth/token") => Slash::Without,
            _ => Slash::With,
        })
        .rewrite(|path| {
            let rest = path.strip_prefix("/v2/")?;
            Some(format!("/distributor/v2/{rest}"))
        })
    }

    #[test]
    fn paths_come_into_one_form() {
        for (sent, routed) in [
            ("/", "/"),
            ("//", "/"),
            ("/things", "/things/"),
            ("/things/", "/things/"),
            ("/things//", "/things/"),
            ("/oauth/token/", "/oauth/token"),
            ("/docs/app.js", "/docs/app.js"),
            ("/docs/", "/docs/"),
            ("/v2/investors", "/distributor/v2/investors/"),
            ("/v2/a%2Fb/", "/distributor/v2/a%2Fb/"),
        ] {
            assert_eq!(rules().apply(sent), routed, "{sent}");
        }
    }

    #[test]
    fn no_rules_change_nothing() {
        assert_eq!(PathRules::default().apply("/a/b//"), "/a/b//");
    }
}
