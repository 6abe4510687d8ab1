//! Where commands are on the DLT network, and what they have cost.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How far a transaction is. What it does counts from `FINAL` on and not before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DltState {
    /// Sent.
    Pending,
    /// In a block, which can still be undone.
    Confirmed,
    /// In a block that is final by the rule of the network's configuration.
    Final,
}

/// How far on the DLT network is what carries an order out, as its parties see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DltProgress {
    /// How far it is. After a reorganisation of the network what was `CONFIRMED` is `PENDING` again.
    pub state: DltState,
    /// The transaction; another one may take its place until it is final.
    pub transaction_hash: String,
    /// The block that holds it.
    pub block: Option<u64>,
    /// When this was seen first. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub changed_at: String,
}

/// A transaction on the DLT network that carries commands of the register out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DltTransaction {
    /// The commands that went together.
    pub batch_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// ISO 6166.
    pub isin: String,
    /// EIP-155.
    pub chain_id: u64,
    /// What the commands do: `issue`, `delivery`, `transfer`, `redemption`, `deletion`, `restriction`, `release`, `reregistration`,
    /// `replacement` or `reversal`.
    #[schema(example = "delivery")]
    pub kind: String,
    /// How far it is. After a reorganisation of the network what was `CONFIRMED` is `PENDING` again.
    pub state: DltState,
    /// The transaction; another one may take its place until it is final.
    pub transaction_hash: String,
    /// The block that holds it.
    pub block: Option<u64>,
    /// Commands that it carries out.
    pub commands: u64,
    /// Units that they are about.
    pub units: u64,
    /// Gas used, once it is final.
    pub gas_used: Option<u64>,
    /// Wei paid, once it is final: a decimal number, since it may be more than JSON's numbers hold.
    #[schema(example = "4200000000000000")]
    pub fee_wei: Option<String>,
    /// When this was seen first. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub changed_at: String,
}
