//! What can go wrong on the embedded chain.

use database::DatabaseError;
use revm::context_interface::result::{EVMError, InvalidTransaction};
use revm::database_interface::DBErrorMarker;

/// Why the embedded chain did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The transaction can have no place on this chain; the text is what other nodes say.
    #[error("{0}")]
    Rejected(String),
    /// Another process holds the block producer's lease.
    #[error("another process produces the blocks")]
    NotProducer,
    /// The stored chain does not make sense.
    #[error("the embedded chain is damaged: {0}")]
    Fault(String),
}

impl DBErrorMarker for ChainError {}

impl From<EVMError<ChainError>> for ChainError {
    fn from(error: EVMError<ChainError>) -> Self {
        match error {
            EVMError::Database(error) => error,
            EVMError::Transaction(invalid) => Self::Rejected(reason(&invalid)),
            EVMError::Header(error) => Self::Fault(error.to_string()),
            EVMError::Custom(text) => Self::Fault(text),
            EVMError::CustomAny(error) => Self::Fault(error.to_string()),
        }
    }
}

/// Libraries recognise some of these by their beginning.
fn reason(invalid: &InvalidTransaction) -> String {
    match invalid {
        InvalidTransaction::NonceTooLow { tx, state } => {
            format!("nonce too low: next nonce {state}, tx nonce {tx}")
        }
        InvalidTransaction::NonceTooHigh { tx, state } => {
            format!("nonce too high: next nonce {state}, tx nonce {tx}")
        }
        InvalidTransaction::LackOfFundForMaxFee { .. } => {
            "insufficient funds for the value: nobody has any on this chain".into()
        }
        other => other.to_string(),
    }
}
