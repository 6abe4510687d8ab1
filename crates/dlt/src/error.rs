//! How a ledger says no, and how it fails.

use domain::Address;

/// Why something could not be done on a ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The ledger would refuse the command as things stand.
    #[error("the ledger refuses: {0}")]
    Refused(#[from] Refusal),
    /// The command can never be accepted.
    #[error("invalid command: {0}")]
    Invalid(String),
    /// Another process writes the embedded chain at the moment; try again later.
    #[error("another process produces the blocks")]
    NotProducer,
    /// The network did not answer; try again later.
    #[error("the network is not available: {0}")]
    Unavailable(String),
    /// Something does not fit together (another chain, other code, a damaged database): a person has to look.
    #[error("ledger fault: {0}")]
    Fault(String),
    /// Another account than the configuration's holds an office: whose key it is has to pass it on.
    #[error("ledger fault: {0}")]
    Office(String),
}

impl LedgerError {
    /// Whether the same call can succeed later without anybody's doing.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::NotProducer | Self::Unavailable(_))
    }
}

/// An expected no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is an asset with this ISIN, created with other values.
    #[error("there is another asset at {0}")]
    AssetExists(Address),
    /// There is no asset at the address.
    #[error("there is no asset at {0}")]
    UnknownAsset(Address),
    /// A batch with this sequence was delivered, or one before it was not.
    #[error("the next batch has sequence {expected}, not {given}")]
    OutOfSequence {
        /// What the ledger waits for.
        expected: u32,
        /// What the command has.
        given: u32,
    },
    /// The wallet cannot receive.
    #[error("{0} cannot receive")]
    ReceiverRefused(Address),
    /// The wallet cannot send.
    #[error("{0} cannot send")]
    SenderRefused(Address),
    /// There are fewer units than asked for.
    #[error("{needed} units asked for, {available} there")]
    InsufficientUnits {
        /// What there is.
        available: u64,
        /// What was asked for.
        needed: u64,
    },
    /// The signing key does not hold the registrar's office.
    #[error("{0} is not the registrar")]
    NotRegistrar(Address),
    /// The signing key does not hold the office of enforcement.
    #[error("{0} does not hold the office of enforcement")]
    NotEnforcement(Address),
    /// Transfers between holders are stopped.
    #[error("transfers are stopped")]
    TransfersPaused,
    /// Anything else, in the ledger's words.
    #[error("{0}")]
    Other(String),
}
