//! Bodies as they are sent on: checked against the published type, kept as JSON, with the partner's own reference taken out.

use std::marker::PhantomData;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use http::{ApiError, Fault, JsonBody, OptionalJsonBody};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::{FieldCode, Legacy};

use crate::investors::Sent;

const REFERENCE: &str = "reference";
const LONGEST_REFERENCE: usize = 255;

/// A body of the published type `T`, older spellings brought into the present form.
pub(crate) struct Checked<T> {
    pub(crate) sent: Sent,
    pub(crate) fingerprint: [u8; 32],
    published: PhantomData<T>,
}

/// The value itself, with the older spellings of `T`.
#[derive(Deserialize)]
#[serde(transparent)]
struct Plain<T> {
    value: Value,
    #[serde(skip)]
    published: PhantomData<T>,
}

impl<T: Legacy> Legacy for Plain<T> {
    fn normalise(body: &mut Value) {
        T::normalise(body);
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Legacy + Send> FromRequest<S> for Checked<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let sent = Request::from_parts(parts.clone(), body);
        // Nothing is the same as `{}`, for operations that need no body; the type says whether that is enough.
        let OptionalJsonBody::<Plain<T>> {
            value: Plain { mut value, .. },
            fingerprint,
        } = OptionalJsonBody::from_request(sent, state).await?;
        let reference = reference(&mut value)?;
        // Read once more as the published type, for wrong types and unknown fields.
        let text = serde_json::to_vec(&value).map_err(Fault::from)?;
        parts.headers.remove(header::CONTENT_LENGTH);
        let json = header::HeaderValue::from_static("application/json");
        parts.headers.insert(header::CONTENT_TYPE, json);
        let typed = Request::from_parts(parts, Body::from(text));
        let _: JsonBody<T> = JsonBody::from_request(typed, state).await?;
        Ok(Self {
            sent: Sent {
                body: value,
                reference,
            },
            fingerprint,
            published: PhantomData,
        })
    }
}

/// Takes the partner's reference out of the body.
fn reference(body: &mut Value) -> Result<Option<String>, ApiError> {
    let taken = body
        .as_object_mut()
        .and_then(|fields| fields.remove(REFERENCE));
    match taken {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Err(ApiError::field(
            REFERENCE,
            FieldCode::TooShort,
            "has one character at least",
        )),
        Some(Value::String(text)) if text.chars().count() > LONGEST_REFERENCE => Err(
            ApiError::field(REFERENCE, FieldCode::TooLong, "has 255 characters at most"),
        ),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::field(
            REFERENCE,
            FieldCode::InvalidType,
            "must be text",
        )),
    }
}
