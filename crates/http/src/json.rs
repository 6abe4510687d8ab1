//! The JSON body of a request: every way in which it can be wrong has its own answer, and what is right comes with a fingerprint.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire::{FieldCode, FieldError, Legacy, ProblemCode};

use crate::body;
use crate::context::RequestContext;
use crate::error::ApiError;
use crate::json_value::{fingerprint, parse};
use crate::reader::read_json;

/// A JSON body that is required.
#[derive(Debug, Clone)]
pub struct JsonBody<T> {
    /// The body, older spellings brought into the present form.
    pub value: T,
    /// SHA-256 of what was sent, written canonically, before older spellings were rewritten: a repeat matches after an upgrade too.
    pub fingerprint: [u8; 32],
}

/// A JSON body that may be absent; nothing is the same as `{}`.
#[derive(Debug, Clone)]
pub struct OptionalJsonBody<T> {
    /// As in [`JsonBody`].
    pub value: T,
    /// As in [`JsonBody`].
    pub fingerprint: [u8; 32],
}

impl<S: Send + Sync, T: DeserializeOwned + Legacy> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let context = RequestContext::of(&parts)?;
        require_json(&parts.headers)?;
        let bytes = body::read(&parts.headers, body, context.limits().body_bytes).await?;
        let (value, fingerprint) = understand(parse(&bytes)?, &context)?;
        Ok(Self { value, fingerprint })
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Legacy> FromRequest<S> for OptionalJsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let context = RequestContext::of(&parts)?;
        let bytes = body::read(&parts.headers, body, context.limits().body_bytes).await?;
        let sent = if is_empty(&bytes) {
            Value::Object(Map::new())
        } else {
            require_json(&parts.headers)?;
            parse(&bytes)?
        };
        let (value, fingerprint) = understand(sent, &context)?;
        Ok(Self { value, fingerprint })
    }
}

fn is_empty(bytes: &Bytes) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

/// The value as `T`; unused fields go to the context, or are refused if the caller is strict.
fn understand<T: DeserializeOwned + Legacy>(
    mut sent: Value,
    context: &RequestContext,
) -> Result<(T, [u8; 32]), ApiError> {
    let fingerprint = fingerprint(&sent);
    T::normalise(&mut sent);
    let (value, ignored) = read_json(sent).map_err(|error| ApiError::fields(vec![error]))?;
    settle_ignored(ignored, context)?;
    Ok((value, fingerprint))
}

/// Notes the unused fields, or refuses them.
pub(crate) fn settle_ignored(
    ignored: Vec<String>,
    context: &RequestContext,
) -> Result<(), ApiError> {
    if context.is_strict() && !ignored.is_empty() {
        let unknown = |field| FieldError::new(field, FieldCode::UnknownField, "is not known");
        let errors = ignored.into_iter().take(100).map(unknown).collect();
        return Err(ApiError::about(ProblemCode::UnknownField, errors));
    }
    for field in ignored {
        context.ignore(field);
    }
    Ok(())
}

fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    body::refuse_encoded(headers)?;
    let media_type = body::media_type(headers).unwrap_or_default();
    let is_json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if is_json && is_utf8(headers) {
        return Ok(());
    }
    Err(ApiError::new(
        ProblemCode::UnsupportedMediaType,
        "Send JSON with `Content-Type: application/json`.",
    ))
}

/// Some clients still name a character set; it can only be UTF-8.
fn is_utf8(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let text = value.and_then(|v| v.to_str().ok()).unwrap_or_default();
    text.split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .all(|(_, charset)| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"))
}
