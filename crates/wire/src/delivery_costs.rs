//! How deliveries are gathered, what the DLT network has cost, and what deliveries will cost.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is preferred when deliveries are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryPace {
    /// At once, ten together at most.
    Urgent,
    /// At once, or within the window, as many together as the worker is configured for.
    Normal,
    /// Up to 500 together: after the window (an hour, unless said otherwise) or when so many wait, and while gas costs no more than the
    /// ceiling; after a day in any case.
    Cheap,
}

/// How deliveries of a product are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPolicy {
    /// What is preferred.
    pub pace: DeliveryPace,
    /// How long the oldest delivery waits for others, in seconds; an urgent one never does.
    #[serde(default)]
    #[schema(maximum = 86400)]
    pub window_seconds: Option<u32>,
    /// Wei per gas above which cheap deliveries wait.
    #[serde(default)]
    pub ceiling_wei_per_gas: Option<u64>,
}

/// What final transactions of a product have cost, by what they did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DltCosts {
    /// The product.
    pub product_id: Uuid,
    /// ISO 6166.
    pub isin: String,
    /// EIP-155.
    pub chain_id: u64,
    /// One for each kind of command that there was.
    pub acts: Vec<ActCost>,
}

/// What one kind of command has cost. All are measured from receipts; quotients are rounded down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActCost {
    /// As of a transaction.
    #[schema(example = "delivery")]
    pub kind: String,
    /// Transactions.
    pub transactions: u64,
    /// Commands that they carried out, such as deliveries.
    pub commands: u64,
    /// Units that they were about.
    pub units: u64,
    /// Gas used.
    pub gas_used: u64,
    /// Wei paid, as a decimal number.
    #[schema(example = "4200000000000000")]
    pub fee_wei: String,
    /// Gas for each command.
    pub gas_per_command: Option<u64>,
    /// Wei for each command.
    pub fee_wei_per_command: Option<String>,
    /// Wei for each unit.
    pub fee_wei_per_unit: Option<String>,
}

/// What the deliveries that are due will cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryEstimate {
    /// The product.
    pub product_id: Uuid,
    /// ISO 6166.
    pub isin: String,
    /// EIP-155.
    pub chain_id: u64,
    /// How they are gathered.
    pub policy: DeliveryPolicy,
    /// Investments that are paid and not delivered.
    pub investments: u64,
    /// Transactions.
    pub batches: u64,
    /// Gas if each wallet that has units of the product by now still has some.
    pub gas_low: u64,
    /// Gas if every wallet is new.
    pub gas_high: u64,
    /// What gas cost when the worker looked last; nothing on a network without a fee.
    pub wei_per_gas: Option<u64>,
    /// `gas_low` at that price, in wei.
    pub fee_wei_low: Option<String>,
    /// `gas_high` at twice that price, which is what transactions offer, in wei.
    pub fee_wei_high: Option<String>,
}
