//! Parameters by position, as JSON-RPC gives them.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Fault;

/// The parameters of one call.
pub(super) struct Params(Vec<Value>);

impl Params {
    pub(super) fn new(params: Value) -> Result<Self, Fault> {
        match params {
            Value::Null => Ok(Self(Vec::new())),
            Value::Array(values) => Ok(Self(values)),
            _ => Err(Fault::invalid_params("an array is expected")),
        }
    }

    /// A parameter that must be there.
    pub(super) fn get<T: DeserializeOwned>(&self, position: usize) -> Result<T, Fault> {
        let missing = || Fault::invalid_params(format!("missing value for argument {position}"));
        self.find(position)?.ok_or_else(missing)
    }

    /// A parameter that may be left out or null.
    pub(super) fn find<T: DeserializeOwned>(&self, position: usize) -> Result<Option<T>, Fault> {
        match self.0.get(position) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|error| Fault::invalid_params(format!("argument {position}: {error}"))),
        }
    }
}
