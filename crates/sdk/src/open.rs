//! Closed lists of today with an open end: a server may be newer than its client.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of a published list, or one that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Open<T> {
    /// Of the list.
    Known(T),
    /// As the server wrote it.
    Other(String),
}

impl<T: DeserializeOwned> Open<T> {
    /// The value of this name.
    pub fn read(name: &str) -> Self {
        match T::deserialize(StrDeserializer::<ValueError>::new(name)) {
            Ok(value) => Open::Known(value),
            Err(_) => Open::Other(name.to_owned()),
        }
    }
}

impl<T> Open<T> {
    /// The value, if this version knows it.
    pub fn known(&self) -> Option<&T> {
        match self {
            Open::Known(value) => Some(value),
            Open::Other(_) => None,
        }
    }
}

impl<T: PartialEq> PartialEq<T> for Open<T> {
    fn eq(&self, other: &T) -> bool {
        self.known() == Some(other)
    }
}

impl<T: Serialize> fmt::Display for Open<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The lists are enums of plain names, which write themselves as text.
            Open::Known(value) => value.serialize(f),
            Open::Other(name) => f.write_str(name),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Open<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Open::read(&name))
    }
}

impl<T: Serialize> Serialize for Open<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Open::Known(value) => value.serialize(serializer),
            Open::Other(name) => serializer.serialize_str(name),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use wire::investments::InvestmentStatus;

    #[test]
    fn a_status_of_tomorrow_is_kept() {
        let read = |text: &str| serde_json::from_str::<Open<InvestmentStatus>>(text).unwrap();
        assert_eq!(read(r#""KYC_PENDING""#), InvestmentStatus::KycPending);
        assert_eq!(
            read(r#""PARTLY_DELIVERED""#),
            Open::Other("PARTLY_DELIVERED".to_owned())
        );
        for name in ["KYC_PENDING", "PARTLY_DELIVERED"] {
            let status = Open::<InvestmentStatus>::read(name);
            assert_eq!(status.to_string(), name);
            assert_eq!(serde_json::to_value(&status).unwrap(), name);
        }
    }
}
