//! The access token of a request (RFC 6750), from the header only: a token in the address would end up in logs.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use wire::ProblemCode;

use crate::error::ApiError;

/// The raw token of `Authorization: Bearer …`; 401 if there is none.
#[derive(Clone)]
pub struct BearerToken(
    /// As sent, not verified.
    pub String,
);

impl<S: Send + Sync> FromRequestParts<S> for BearerToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        bearer_token(&parts.headers).map(Self)
    }
}

/// The raw token of the headers.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<String, ApiError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(missing());
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().split_once(' '))
        .ok_or_else(missing)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(missing());
    }
    Ok(token.to_owned())
}

fn missing() -> ApiError {
    ApiError::new(
        ProblemCode::TokenMissing,
        "Send one `Authorization: Bearer` header with an access token.",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn the_scheme_is_read_without_regard_to_case() {
        for value in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(bearer_token(&headers(&[value])).unwrap(), "abc");
        }
    }

    #[test]
    fn anything_else_is_a_missing_token() {
        for values in [
            &[][..],
            &["Bearer"],
            &["Bearer "],
            &["Basic YTpi"],
            &["abc"],
            &["Bearer a", "Bearer b"],
        ] {
            let refusal = bearer_token(&headers(values)).unwrap_err();
            assert_eq!(refusal.problem().code, "token_missing", "{values:?}");
        }
    }
}
