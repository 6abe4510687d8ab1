//! What an operation answers, kept as bytes so that a repeat gets the very same.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{Error, Result};

/// The answer to a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON; empty for 204.
    pub body: Vec<u8>,
    /// Whether this is the answer of an earlier request with the same key.
    pub replayed: bool,
    /// The resource made.
    pub resource: Option<Uuid>,
}

impl Answer {
    /// The body as its type.
    ///
    /// # Errors
    /// Fails if the body is of another type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(Error::fault)
    }
}

/// A value as the body of an answer.
pub(crate) fn render<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(Error::fault)
}
