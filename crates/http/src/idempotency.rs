//! The idempotency key, under the published name `X-Idempotency-Key` and under that of the IETF draft.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use wire::ProblemCode;

use crate::error::ApiError;

const NAMES: [&str; 2] = ["x-idempotency-key", "idempotency-key"];

/// The caller's key, if it sent one: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(
    /// Without the quotes of the draft's form.
    pub Option<String>,
);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        find(&parts.headers).map(Self)
    }
}

fn find(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut found: Option<String> = None;
    for value in NAMES.iter().flat_map(|name| headers.get_all(*name)) {
        let key = read(value)?;
        if found.as_ref().is_some_and(|earlier| *earlier != key) {
            return Err(refuse(
                "The request carries two different idempotency keys.",
            ));
        }
        found = Some(key);
    }
    Ok(found)
}

fn read(value: &HeaderValue) -> Result<String, ApiError> {
    let text = value.to_str().map_err(|_| malformed())?.trim();
    let key = match text.strip_prefix('"') {
        Some(rest) => unquoted(rest).ok_or_else(malformed)?,
        None => text.to_owned(),
    };
    let visible = key.bytes().all(|b| b.is_ascii_graphic());
    if visible && (1..=255).contains(&key.len()) {
        Ok(key)
    } else {
        Err(malformed())
    }
}

/// The rest of a string of RFC 8941 after its first quote: a backslash stands before a quote or another backslash.
fn unquoted(rest: &str) -> Option<String> {
    let mut key = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => break,
            '\\' => match characters.next()? {
                c @ ('"' | '\\') => key.push(c),
                _ => return None,
            },
            c => key.push(c),
        }
    }
    // Parameters may follow and mean nothing here.
    let rest = characters.as_str().trim_start();
    (rest.is_empty() || rest.starts_with(';')).then_some(key)
}

fn malformed() -> ApiError {
    refuse("An idempotency key has 1 to 255 visible ASCII characters.")
}

fn refuse(detail: &str) -> ApiError {
    ApiError::new(ProblemCode::InvalidIdempotencyKey, detail)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn keys(pairs: &[(&'static str, &str)]) -> Result<Option<String>, ApiError> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        find(&headers)
    }

    #[test]
    fn both_names_and_both_forms_are_read() {
        assert_eq!(keys(&[]).unwrap(), None);
        for (name, value, key) in [
            ("x-idempotency-key", "abc", "abc"),
            ("idempotency-key", "abc", "abc"),
            ("idempotency-key", "\"8e03978e-40d5\"", "8e03978e-40d5"),
            ("idempotency-key", "\"a\\\"b\\\\c\"", "a\"b\\c"),
            ("idempotency-key", "\"abc\";v=1", "abc"),
        ] {
            assert_eq!(keys(&[(name, value)]).unwrap().unwrap(), key);
        }
        let both = keys(&[("x-idempotency-key", "abc"), ("idempotency-key", "\"abc\"")]);
        assert_eq!(both.unwrap().unwrap(), "abc");
    }

    #[test]
    fn malformed_and_contradicting_keys_are_refused() {
        let long = "x".repeat(256);
        for pairs in [
            &[("x-idempotency-key", "")][..],
            &[("x-idempotency-key", "a b")],
            &[("x-idempotency-key", "ä")],
            &[("x-idempotency-key", &long)],
            &[("idempotency-key", "\"abc")],
            &[("idempotency-key", "\"abc\"x")],
            &[("idempotency-key", "\"\"")],
            &[("idempotency-key", "\"a\\n\"")],
            &[("x-idempotency-key", "a"), ("idempotency-key", "b")],
            &[("x-idempotency-key", "a"), ("x-idempotency-key", "b")],
        ] {
            let refusal = keys(pairs).unwrap_err();
            assert_eq!(
                refusal.problem().code,
                "invalid_idempotency_key",
                "{pairs:?}"
            );
        }
        assert!(keys(&[("x-idempotency-key", &"x".repeat(255))]).is_ok());
    }
}
