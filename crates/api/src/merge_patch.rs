//! A merge patch (RFC 7396) as it was sent: `null` means "remove", which the documented type cannot tell from "left out".

use std::marker::PhantomData;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use http::{ApiError, Fault, JsonBody};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;
use wire::Legacy;

/// The merge patch of a resource, checked against its documented type and handed on as a value.
pub(crate) struct MergePatch<T> {
    /// The patch, older spellings brought into the present form.
    pub(crate) value: Value,
    /// As in [`JsonBody`].
    pub(crate) fingerprint: [u8; 32],
    documented: PhantomData<T>,
}

/// The value itself, with the older spellings of the documented type.
struct Sent<T>(Value, PhantomData<T>);

impl<'de, T> Deserialize<'de> for Sent<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Value::deserialize(deserializer)?, PhantomData))
    }
}

impl<T: Legacy> Legacy for Sent<T> {
    fn normalise(body: &mut Value) {
        T::normalise(body);
    }
}

impl<S: Send + Sync, T: Legacy + DeserializeOwned + Send> FromRequest<S> for MergePatch<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let sent = Request::from_parts(parts.clone(), body);
        let (value, fingerprint) = {
            let JsonBody::<Sent<T>> {
                value: Sent(value, _),
                fingerprint,
            } = JsonBody::from_request(sent, state).await?;
            (value, fingerprint)
        };
        // Read once more as the documented type, for wrong types and unknown fields.
        let text = serde_json::to_vec(&value).map_err(Fault::from)?;
        parts.headers.remove(header::CONTENT_LENGTH);
        let typed = Request::from_parts(parts, Body::from(text));
        JsonBody::<T>::from_request(typed, state).await?;
        Ok(Self {
            value,
            fingerprint,
            documented: PhantomData,
        })
    }
}
