//! What a ledger says back.

use domain::{Address, Timestamp};

/// What became of a submission. Pending ends: either it takes effect or it never can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not yet final; submit it again if it stays so.
    Pending,
    /// It took effect and that is final.
    Confirmed(Confirmation),
    /// It had no effect and never will.
    Refused {
        /// Why, for people.
        reason: String,
    },
}

/// Where and when a submission took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The transaction, which may be one that took the first one's place.
    pub transaction_hash: [u8; 32],
    /// The block that holds it.
    pub block_number: u64,
    /// That block's hash.
    pub block_hash: [u8; 32],
    /// That block's time.
    pub at: Timestamp,
}

/// How far a submission is that has no end yet, for whoever looks on: nothing is entered because of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The transaction that is looked for, which may be one that took the first one's place.
    pub transaction_hash: [u8; 32],
    /// The block that holds it, perhaps not for good.
    pub block_number: Option<u64>,
}

/// What a transaction has cost its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expense {
    /// Gas used.
    pub gas: u64,
    /// The fee in the network's smallest unit (wei).
    pub fee_wei: u128,
}

/// An asset as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetState {
    /// Units in existence.
    pub issued: u64,
    /// Units that still lie with the issuer.
    pub undelivered: u64,
    /// The sequence that the next batch must have, which is the number of batches delivered.
    pub next_sequence: u32,
    /// Whether transfers between holders are stopped.
    pub paused: bool,
    /// Whether the code on the ledger is the code that this version was built with.
    pub code_matches: bool,
}

/// The root of a register log as it stands on a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// Entries of the log.
    pub size: u64,
    /// The root over them (RFC 9162).
    pub root: [u8; 32],
    /// The Ed25519 key that the log is signed with.
    pub log_key: [u8; 32],
}

/// Balances of several wallets at one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balances {
    /// The block that they are read at.
    pub at_block: u64,
    /// Units, in the order of the wallets asked for.
    pub units: Vec<u64>,
}

/// Units that a holder has moved itself, by a transaction that is none of the registrar's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The transaction.
    pub transaction_hash: [u8; 32],
    /// Which of the block's events it is: one transaction may move units several times.
    pub place: u64,
    /// The block that holds it.
    pub block_number: u64,
    /// That block's time.
    pub at: Timestamp,
    /// The wallet that gave.
    pub from: Address,
    /// The wallet that received.
    pub to: Address,
    /// How many units.
    pub units: u64,
}

/// What holders have moved themselves in a stretch of final blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movements {
    /// The last block of the stretch; what comes after it has not been looked at.
    pub through: u64,
    /// Whether the stretch goes up to the last final block.
    pub is_all: bool,
    /// In the order of the chain.
    pub found: Vec<Movement>,
}
