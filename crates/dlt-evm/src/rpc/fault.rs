//! JSON-RPC errors, with the codes that libraries know.

use alloy::primitives::Bytes;
use serde::Serialize;

/// Our own code: only the process that holds the lease makes blocks.
pub(crate) const NOT_PRODUCER: i64 = -32050;

/// A JSON-RPC error object.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fault {
    pub(crate) code: i64,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Bytes>,
}

impl Fault {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    /// The text was no JSON-RPC call.
    pub(crate) fn unreadable(error: &serde_json::Error) -> Self {
        if error.is_data() {
            Self::invalid_request(&error.to_string())
        } else {
            Self::new(-32700, format!("parse error: {error}"))
        }
    }

    pub(crate) fn invalid_request(reason: &str) -> Self {
        Self::new(-32600, format!("invalid request: {reason}"))
    }

    pub(crate) fn method_not_found(method: &str) -> Self {
        let shown: String = method.chars().take(64).collect();
        Self::new(
            -32601,
            format!("the method {shown} does not exist/is not available"),
        )
    }

    pub(crate) fn invalid_params(reason: impl std::fmt::Display) -> Self {
        Self::new(-32602, format!("invalid params: {reason}"))
    }

    pub(crate) fn internal(reason: &str) -> Self {
        Self::new(-32603, reason)
    }

    /// What the chain refuses, in other nodes' words.
    pub(crate) fn server(reason: impl Into<String>) -> Self {
        Self::new(-32000, reason)
    }

    pub(crate) fn too_much(reason: impl Into<String>) -> Self {
        Self::new(-32005, reason)
    }

    pub(crate) fn not_producer() -> Self {
        Self::new(
            NOT_PRODUCER,
            "another process produces the blocks; try again",
        )
    }

    /// A revert carries the contract's reason, which libraries decode.
    pub(crate) fn reverted(reason: Bytes) -> Self {
        Self {
            code: 3,
            message: "execution reverted".into(),
            data: Some(reason),
        }
    }
}
