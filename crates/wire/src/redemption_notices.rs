//! Redemptions that the issuer begins (reference section 7.8): notification, execution, payment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Announces that the issuer takes units back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedemptionNoticeCreate {
    /// The product.
    pub product_id: Uuid,
    /// So many units of all holders together. Either this or `percent`.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub units: Option<u64>,
    /// This share of what all holders have together, rounded down to units. Either this or `units`.
    #[serde(default)]
    #[schema(example = "12.5")]
    pub percent: Option<String>,
    /// From which day on, in Berlin, holders and amounts can be fixed.
    #[schema(format = Date, example = "2026-12-31")]
    pub execution_date: String,
    /// From which wallets; omitted or empty: from all.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    pub wallet_addresses: Vec<String>,
    /// The provision of the terms or of the law that lets the issuer do so (§ 18(1) eWpG).
    #[schema(max_length = 255, example = "§ 6(2) of the terms")]
    pub legal_basis: String,
}

/// What an issuer has announced to take back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedemptionNotice {
    /// Identifies it.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// So many units of all holders together, if that was announced.
    pub units: Option<u64>,
    /// This share of what all holders have, if that was announced.
    pub percent: Option<String>,
    /// From which day on, in Berlin, holders and amounts can be fixed.
    #[schema(format = Date)]
    pub execution_date: String,
    /// From which wallets; empty: from all.
    pub wallet_addresses: Vec<String>,
    /// What lets the issuer do so.
    pub legal_basis: String,
    /// How far it is.
    pub status: RedemptionNoticeStatus,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub notified_at: String,
    /// When holders and amounts were fixed; null before. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub executed_at: Option<String>,
    /// The last entry of the register that was taken into account.
    pub sequence: Option<u64>,
    /// How many units were fixed of all holders together.
    pub redeemed_units: Option<u64>,
    /// How many of its redemptions have not been paid.
    pub awaiting_payment: u64,
}

/// How far a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionNoticeStatus {
    /// Announced.
    Notified,
    /// Holders and amounts are fixed, each as a redemption that waits for its payment.
    Executed,
    /// Taken back. What was paid of it by then goes on.
    Withdrawn,
}
