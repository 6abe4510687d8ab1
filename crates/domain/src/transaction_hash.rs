//! Hashes that identify transactions on an EVM network.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not the hash of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A transaction hash is 0x followed by 64 hexadecimal digits.")]
pub struct TransactionHashError;

/// What identifies a transaction on an EVM network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TransactionHash([u8; 32]);

impl TransactionHash {
    /// The hash with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for TransactionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for TransactionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TransactionHash {
    type Err = TransactionHashError;

    fn from_str(text: &str) -> Result<Self, TransactionHashError> {
        let mut bytes = [0; 32];
        let digits = text.strip_prefix("0x").ok_or(TransactionHashError)?;
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| TransactionHashError)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for TransactionHash {
    type Error = TransactionHashError;

    fn try_from(text: String) -> Result<Self, TransactionHashError> {
        text.parse()
    }
}

impl From<TransactionHash> for String {
    fn from(hash: TransactionHash) -> String {
        hash.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_transaction_hash_is_read_as_it_is_shown(bytes: [u8; 32]) {
            let hash = TransactionHash::from_bytes(bytes);
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        }
    }
}
