//! From an HTTP request to the request of a write: caller, idempotency key, canonical operation, fingerprint.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http::{IdempotencyKey, RequestContext};
use registry::{Caller, Request};
use serde_json::Value;

use crate::Api;
use crate::caller::caller;
use crate::error::Refused;
use crate::route::Route;

/// The caller of a write, with all that makes its request but the fingerprint, which the body has.
pub(crate) struct Writer {
    caller: Caller,
    key: Option<String>,
    operation: String,
    id: String,
}

impl Writer {
    /// The request with the fingerprint of its body.
    pub(crate) fn request(self, fingerprint: [u8; 32]) -> Request {
        Request {
            caller: self.caller,
            key: self.key,
            operation: self.operation,
            fingerprint,
            id: self.id,
        }
    }

    /// The request of an operation that takes no body.
    pub(crate) fn request_without_body(self) -> Request {
        self.request(http::fingerprint(&Value::Null))
    }
}

impl FromRequestParts<Api> for Writer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refused> {
        let route = Route::from_request_parts(parts, api).await?;
        let caller = caller(parts, api, &route.audience()).await?;
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(parts, api).await?;
        let context = RequestContext::from_request_parts(parts, api).await?;
        Ok(Self {
            caller,
            key,
            operation: format!("{} {}", parts.method, route.path()),
            id: context.id().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(operation: &str) -> Writer {
        Writer {
            caller: Caller::network("test"),
            key: Some("k-1".to_owned()),
            operation: operation.to_owned(),
            id: "r-1".to_owned(),
        }
    }

    #[test]
    fn a_request_carries_key_operation_fingerprint_and_id() {
        let request = writer("POST /things/").request([7; 32]);

        assert_eq!(request.key.as_deref(), Some("k-1"));
        assert_eq!(request.operation, "POST /things/");
        assert_eq!(request.fingerprint, [7; 32]);
        assert_eq!(request.id, "r-1");
        assert_eq!(request.caller.name, "test");
    }

    #[test]
    fn requests_without_a_body_are_alike() {
        let one = writer("DELETE /things/1/").request_without_body();
        let other = writer("DELETE /things/1/").request_without_body();
        assert_eq!(one.fingerprint, other.fingerprint);
        assert_ne!(one.fingerprint, [0; 32]);
    }
}
