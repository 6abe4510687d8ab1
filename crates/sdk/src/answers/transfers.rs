//! Transfers, as servers answer.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::transfers::TransferStatus;

use super::lenient;
use crate::Open;

/// A transfer between investors.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Transfer {
    /// Identifies the transfer.
    pub id: Uuid,
    /// The product whose units move.
    #[serde(default, deserialize_with = "lenient")]
    pub product: Option<Uuid>,
    /// The wallet that gives.
    #[serde(default, deserialize_with = "lenient")]
    pub source_wallet: Option<Uuid>,
    /// The address that receives.
    #[serde(default, deserialize_with = "lenient")]
    pub target_address: Option<String>,
    /// Units.
    #[serde(default, deserialize_with = "lenient")]
    pub amount: Option<u64>,
    /// How far it is; the published list knows `unknown` too.
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<Open<TransferStatus>>,
    /// Why it failed.
    #[serde(default, deserialize_with = "lenient")]
    pub reason: Option<Failure>,
    /// Its place in the product's queue of instructions.
    #[serde(default, deserialize_with = "lenient")]
    pub sequence: Option<u64>,
    /// The transaction on the DLT network.
    #[serde(default, deserialize_with = "lenient")]
    pub transaction_hash: Option<String>,
    /// When the instruction was received, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub received_at: Option<String>,
    /// When it succeeded or failed, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub ended_at: Option<String>,
    /// On what it rests if the registrar moved the units without the holder's signature, such as `succession`.
    #[serde(default, deserialize_with = "lenient")]
    pub ground: Option<String>,
    /// The entry of the register that has reversed it.
    #[serde(default, deserialize_with = "lenient")]
    pub reversed_by: Option<u64>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// Why an instruction failed after it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// One of the codes with which such instructions are refused.
    pub code: String,
    /// The same for a person.
    #[serde(default)]
    pub message: String,
}
