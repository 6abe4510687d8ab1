//! Where a request arrived: the pattern of its route and the values in it, from which audience and canonical path follow.

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use http::{ApiError, Fault};
use registry::clients::Audience;
use uuid::Uuid;

/// The parameter that names an environment.
pub(crate) const ENVIRONMENT: &str = "environment";

/// The matched route of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// With the names of parameters in braces.
    pattern: String,
    /// Name and decoded value of each.
    parameters: Vec<(String, String)>,
}

impl Route {
    /// The API that the route belongs to, for which a token must be meant.
    pub(crate) fn audience(&self) -> Audience {
        let environment = self.parameters.iter().find(|(name, _)| name == ENVIRONMENT);
        match environment {
            Some((_, name)) => Audience::Environment(name.clone()),
            None if self.pattern.contains("/api/network") => Audience::Network,
            None => Audience::Issuer,
        }
    }

    /// The path in the one spelling that the older prefix, a missing slash and capital letters in an identifier all lead to.
    pub(crate) fn path(&self) -> String {
        self.parameters
            .iter()
            .fold(self.pattern.clone(), |path, (name, value)| {
                path.replace(&format!("{{{name}}}"), &canonical(value))
            })
    }
}

/// Identifiers mean the same in capitals, names do not.
fn canonical(value: &str) -> String {
    match Uuid::try_parse(value) {
        Ok(id) => id.to_string(),
        Err(_) => value.to_owned(),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Route {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let pattern = parts.extensions.get::<MatchedPath>().ok_or_else(|| {
            ApiError::fault(Fault::message("a handler was called without a route"))
        })?;
        let pattern = pattern.as_str().to_owned();
        // What is not text cannot be the name of anything.
        let parameters: Vec<_> = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::not_found())?
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if parameters.iter().any(|(_, value)| value.contains('\0')) {
            return Err(ApiError::not_found());
        }
        Ok(Self {
            pattern,
            parameters,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(pattern: &str, parameters: &[(&str, &str)]) -> Route {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Route {
            pattern: pattern.to_owned(),
            parameters: parameters.iter().map(owned).collect(),
        }
    }

    #[test]
    fn the_audience_follows_from_the_route() {
        for (pattern, parameters, audience) in [
            (
                "/environments/{environment}/api/external/issuer/v2/products/",
                &[("environment", "art")][..],
                Audience::Environment("art".to_owned()),
            ),
            ("/api/external/issuer/v2/products/", &[], Audience::Issuer),
            (
                "/api/network/v1/products/{product_id}/",
                &[("product_id", "x")],
                Audience::Network,
            ),
            (
                "/.well-known/oauth-authorization-server/api/network/v1",
                &[],
                Audience::Network,
            ),
        ] {
            assert_eq!(route(pattern, parameters).audience(), audience, "{pattern}");
        }
    }

    #[test]
    fn the_path_is_canonical() {
        let route = route(
            "/environments/{environment}/api/external/distributor/v2/investors/{investor_id}/",
            &[
                ("environment", "art"),
                ("investor_id", "0198C5A2-7A43-7E11-B8F3-0D6C1F2A9B70"),
            ],
        );
        assert_eq!(
            route.path(),
            "/environments/art/api/external/distributor/v2/investors/0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70/"
        );
    }
}
