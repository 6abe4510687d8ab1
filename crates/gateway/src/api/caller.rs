//! From a token to the caller, and from a request to the request of a write.

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use http::{ApiError, BearerToken, IdempotencyKey};
use serde_json::Value;

use crate::clients::{self, AUDIENCE};
use crate::write::{Caller, Request};
use crate::{Gateway, Result};

/// The caller of a read.
pub(crate) struct Reader(pub(crate) Caller);

impl FromRequestParts<Gateway> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, ApiError> {
        let BearerToken(raw) = BearerToken::from_request_parts(parts, &()).await?;
        let token = gateway.tokens.verify(&raw, AUDIENCE)?;
        let (client, now) = (token.client, gateway.now());
        if !gateway
            .db
            .read(move |tx| clients::is_good(tx, client, now))
            .await?
        {
            return Err(http_refusal());
        }
        Ok(Self(Caller {
            client,
            scopes: token.scopes,
        }))
    }
}

fn http_refusal() -> ApiError {
    ApiError::new(
        wire::ProblemCode::TokenInvalid,
        "The client of this token was withdrawn.",
    )
}

/// The caller of a write, with all that makes its request but the fingerprint, which the body has.
pub(crate) struct Writer {
    caller: Caller,
    key: Option<String>,
    operation: String,
}

impl Writer {
    /// The request with the fingerprint of its body.
    pub(crate) fn request(self, fingerprint: [u8; 32]) -> Request {
        Request {
            caller: self.caller,
            key: self.key,
            operation: self.operation,
            fingerprint,
        }
    }

    /// The request of an operation that takes no body.
    pub(crate) fn request_without_body(self) -> Request {
        self.request(http::fingerprint(&Value::Null))
    }
}

impl FromRequestParts<Gateway> for Writer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, ApiError> {
        let Reader(caller) = Reader::from_request_parts(parts, gateway).await?;
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(parts, gateway).await?;
        let path = path(parts).await;
        Ok(Self {
            caller,
            key,
            operation: format!("{} {path}", parts.method),
        })
    }
}

/// The path in the one spelling to which all lead.
async fn path(parts: &mut Parts) -> String {
    let pattern = parts
        .extensions
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let mut path = pattern.unwrap_or_default();
    if let Ok(values) = RawPathParams::from_request_parts(parts, &()).await {
        for (name, value) in &values {
            path = path.replace(&format!("{{{name}}}"), &value.to_ascii_lowercase());
        }
    }
    path
}
