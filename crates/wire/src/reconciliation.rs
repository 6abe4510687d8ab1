//! How registers are compared with the DLT network.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How a register was compared last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reconciliation {
    /// The product.
    pub product_id: Uuid,
    /// ISO 6166.
    pub isin: String,
    /// The last entry whose holdings were compared; all others are gone through stretch by stretch.
    pub sequence: u64,
    /// The final block of the last look.
    pub at_block: u64,
    /// How many wallets that look compared.
    pub wallets: u64,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub looked_at: String,
    /// Since when something differs that may still be explained. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub differs_since: Option<String>,
    /// What differs, in words.
    pub differences: Option<String>,
    /// What holders have moved on the network themselves and the register cannot take as it stands, or not yet.
    pub movements: Vec<WaitingMovement>,
}

/// Units that a holder has moved by a transaction of its own, in a final block, and that are not entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitingMovement {
    /// The transaction.
    pub transaction_hash: String,
    /// The block that holds it.
    pub block: u64,
    /// That block's time. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who gave.
    pub from_address: String,
    /// Who received.
    pub to_address: String,
    /// How many units.
    pub units: u64,
    /// Why it is not entered; null while something of the asset is on its way before it.
    pub reason: Option<String>,
}

/// What does not fit between a register and the DLT network and cannot be explained. It holds what lies in the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Incident {
    /// Identifies it.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// ISO 6166.
    pub isin: String,
    /// The wallet; null if it is the sum over all wallets, which holds everything.
    pub wallet_address: Option<String>,
    /// Units by the register.
    pub register_units: u64,
    /// Units by the DLT network.
    pub network_units: u64,
    /// At which final block.
    pub at_block: u64,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub opened_at: String,
    /// When two people closed it. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub closed_at: Option<String>,
    /// By which decision.
    pub decision_id: Option<Uuid>,
}

/// What an incident holds is free again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentClosure {
    /// What was found and done.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// What was found on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReconciliationReport {
    /// The day in Berlin.
    #[schema(format = Date)]
    pub day: String,
    /// The report as a signed note (C2SP `signed-note`): one line of JSON, an empty line, the signature by the key of the registers' logs.
    pub note: String,
    /// The key that signs the reports, as `name+id+key` (C2SP `signed-note`).
    pub public_key: String,
}
