//! Answers: of a write as the bytes it kept, of a read with the state and age of what is behind it.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http::ApiError;

use crate::Gateway;
use crate::environments::Seen;
use crate::write::Answer;

/// Says that the answer is that of an earlier request with the same idempotency key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// How the environments behind an answer stand: `synced`, `pending`, `unreachable` or `refused`.
const STATE: HeaderName = HeaderName::from_static("x-environment-state");
/// Seconds since the environments last said what the answer says of them.
const AGE: HeaderName = HeaderName::from_static("x-environment-age");

/// What a handler answers.
pub(crate) type Outcome = Result<Response, ApiError>;

/// The answer of a write.
pub(crate) fn answered(answer: crate::Result<Answer>) -> Outcome {
    let Answer {
        status,
        body,
        replayed,
    } = answer?;
    let is_empty = body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    if !is_empty {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
    }
    if replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The answer of a read from our own copy.
pub(crate) fn seen<T: serde::Serialize>(gateway: &Gateway, seen: Seen<T>) -> Response {
    let age_s = seen
        .observed_at
        .map(|at| (gateway.now() - at).max(0) / 1_000_000);
    let mut response = Json(seen.value).into_response();
    let headers = response.headers_mut();
    if let Some(state) = seen.state {
        headers.insert(STATE, HeaderValue::from_static(state.text()));
    }
    if let Some(age_s) = age_s {
        headers.insert(AGE, HeaderValue::from(age_s));
    }
    response
}
