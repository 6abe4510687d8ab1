//! Consents of companies to transfers of their shares (§ 25(3) eWpG, § 68(2) AktG).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Records that the company consents to one transfer of its shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferConsentCreate {
    /// The shares.
    pub product_id: Uuid,
    /// The wallet that they leave.
    #[schema(example = "0x52908400098527886e0f7030069857d2e4169ee7")]
    pub source_address: String,
    /// The wallet that they reach.
    #[schema(example = "0xde709f2102306220921060314715629080e2fb77")]
    pub target_address: String,
    /// At most so many of them.
    #[schema(minimum = 1)]
    pub units: u64,
    /// The last day on which the holder may instruct; it counts in full, in Berlin. Without it the consent has none.
    #[serde(default)]
    #[schema(format = Date)]
    pub valid_until: Option<String>,
    /// Where the company's declaration is kept. The registrar has to name it; what the issuer says here is its declaration.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub consent_reference: Option<String>,
}

/// A company's consent to one transfer of its shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferConsent {
    /// Identifies it.
    pub id: Uuid,
    /// The shares.
    pub product_id: Uuid,
    /// The wallet that they leave.
    pub source_address: String,
    /// The wallet that they reach.
    pub target_address: String,
    /// At most so many of them.
    pub units: u64,
    /// The last day on which the holder may instruct; null if it has none.
    #[schema(format = Date)]
    pub valid_until: Option<String>,
    /// Where the company's declaration is kept; null if it was given here alone.
    pub consent_reference: Option<String>,
    /// Where it stands.
    pub status: TransferConsentStatus,
    /// When it was recorded. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub given_at: String,
    /// The client or person who has recorded it.
    pub given_by: String,
    /// When it was taken back; null if it was not. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub withdrawn_at: Option<String>,
    /// The transfer that rests on it; null as long as none does.
    pub transfer_id: Option<Uuid>,
}

/// Where a consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferConsentStatus {
    /// A transfer can rest on it.
    Open,
    /// One does.
    Used,
    /// It was taken back before one did.
    Withdrawn,
    /// Its last day went by before one did.
    Expired,
}
