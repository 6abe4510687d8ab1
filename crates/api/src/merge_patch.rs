//! A merge patch (RFC 7396) as it was sent: `null` means "remove", which the documented type cannot tell from "left out".

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use http::{ApiError, Fault, JsonBody};
use serde::Deserialize;
use serde_json::Value;
use wire::Legacy;
use wire::investor_patches::InvestorPatch;

/// The merge patch of an investor, checked against [`InvestorPatch`] and handed on as a value.
pub(crate) struct InvestorMergePatch {
    /// The patch, older spellings brought into the present form.
    pub(crate) value: Value,
    /// As in [`JsonBody`].
    pub(crate) fingerprint: [u8; 32],
}

/// The value itself, with the older spellings of [`InvestorPatch`].
#[derive(Deserialize)]
#[serde(transparent)]
struct Sent(Value);

impl Legacy for Sent {
    fn normalise(body: &mut Value) {
        InvestorPatch::normalise(body);
    }
}

impl<S: Send + Sync> FromRequest<S> for InvestorMergePatch {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let sent = Request::from_parts(parts.clone(), body);
        let JsonBody::<Sent> {
            value: Sent(value),
            fingerprint,
        } = JsonBody::from_request(sent, state).await?;
        // Read once more as the documented type, for wrong types and unknown fields.
        let text = serde_json::to_vec(&value).map_err(Fault::from)?;
        parts.headers.remove(header::CONTENT_LENGTH);
        let typed = Request::from_parts(parts, Body::from(text));
        let _: JsonBody<InvestorPatch> = JsonBody::from_request(typed, state).await?;
        Ok(Self { value, fingerprint })
    }
}
