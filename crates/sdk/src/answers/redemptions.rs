//! Redemptions, as servers answer.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::redemptions::{RedemptionStatus, RedemptionStep};

use super::{Failure, lenient};
use crate::Open;

/// Units that go back to the issuer against payment.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Redemption {
    /// Identifies the redemption.
    pub id: Uuid,
    /// The holder.
    #[serde(default, deserialize_with = "lenient")]
    pub investor_id: Option<Uuid>,
    /// The product whose units are given back.
    #[serde(default, deserialize_with = "lenient")]
    pub product_id: Option<Uuid>,
    /// The wallet in which they are or were.
    #[serde(default, deserialize_with = "lenient")]
    pub wallet_id: Option<Uuid>,
    /// Units.
    #[serde(default, deserialize_with = "lenient")]
    pub units: Option<u64>,
    /// The issuer's notice that it follows from.
    #[serde(default, deserialize_with = "lenient")]
    pub notice_id: Option<Uuid>,
    /// How far it is; the published list knows `unknown` too.
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<Open<RedemptionStatus>>,
    /// The same in more detail.
    #[serde(default, deserialize_with = "lenient")]
    pub step: Option<Open<RedemptionStep>>,
    /// Why it failed.
    #[serde(default, deserialize_with = "lenient")]
    pub reason: Option<Failure>,
    /// When the instruction was received, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub received_at: Option<String>,
    /// When the holder was paid, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub paid_at: Option<String>,
    /// By which the payment can be found.
    #[serde(default, deserialize_with = "lenient")]
    pub payment_reference: Option<String>,
    /// Its place in the product's queue of instructions.
    #[serde(default, deserialize_with = "lenient")]
    pub sequence: Option<u64>,
    /// When the issuer was entered as holder, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub reregistered_at: Option<String>,
    /// The transaction on the DLT network that did it.
    #[serde(default, deserialize_with = "lenient")]
    pub transaction_hash: Option<String>,
    /// When the issuer's consent to the deletion was recorded, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub consented_at: Option<String>,
    /// When the units were deleted, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub deleted_at: Option<String>,
    /// The transaction on the DLT network that did it.
    #[serde(default, deserialize_with = "lenient")]
    pub deletion_transaction_hash: Option<String>,
    /// When it succeeded or failed, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub ended_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}
