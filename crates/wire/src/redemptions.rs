//! Redemptions: holders give units back against payment (reference sections 7.7 and 7.8).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Gives units of an own investor back to the issuer, as soon as the issuer has paid for them.
///
/// The holder instructs by signing typed data (EIP-712) with the key of the wallet, as `eth_signTypedData_v4` does. The domain is
/// `name` "Cashlink Register", `version` "1", `chainId` the network's and `verifyingContract` the product's token; the primary type is
/// `Redemption(address wallet,uint256 units,uint256 nonce,uint256 deadline)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedemptionCreate {
    /// The holder.
    pub investor_id: Uuid,
    /// The product whose units are given back.
    pub product_id: Uuid,
    /// The wallet in which they are.
    pub wallet_id: Uuid,
    /// How many.
    #[schema(minimum = 1)]
    pub units: u64,
    /// The signed `nonce`, decimal: any number that was not signed with these facts before, best a random one.
    #[serde(default)]
    #[schema(example = "190283719028371")]
    pub nonce: Option<String>,
    /// The signed `deadline` in seconds since 1970 (UTC): an instruction that comes later is refused.
    #[serde(default)]
    #[schema(example = 1_790_000_000)]
    pub deadline: Option<i64>,
    /// The signature: 0x and 65 bytes.
    #[serde(default)]
    pub signature: Option<String>,
    /// The registered key that has signed. Of an `ed25519` key the signature is 0x and 64 bytes, over the text that `docs/transfers.md` shows;
    /// without it the signature is that of the wallet's key, or of a registered `eip712` key.
    #[serde(default)]
    pub instruction_key: Option<Uuid>,
}

/// A redemption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Redemption {
    /// Identifies it.
    pub id: Uuid,
    /// The holder.
    pub investor_id: Uuid,
    /// The product whose units are given back.
    pub product_id: Uuid,
    /// The wallet in which they are or were.
    pub wallet_id: Uuid,
    /// Units.
    pub units: u64,
    /// The issuer's notice that it follows from; null if the holder began.
    pub notice_id: Option<Uuid>,
    /// How far it is.
    pub status: RedemptionStatus,
    /// The same in more detail.
    pub step: RedemptionStep,
    /// Why it failed; null unless it has.
    pub reason: Option<RedemptionFailure>,
    /// When the instruction was received. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// When the holder was paid; null until that is proven. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub paid_at: Option<String>,
    /// By which the payment can be found.
    pub payment_reference: Option<String>,
    /// Its place in the product's queue of instructions, which it takes when the payment is proven.
    pub sequence: Option<u64>,
    /// When the issuer was entered as holder of the units; null before. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub reregistered_at: Option<String>,
    /// The transaction on the DLT network that did it.
    pub transaction_hash: Option<String>,
    /// When the issuer's consent to the deletion was recorded; null before. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub consented_at: Option<String>,
    /// When the units were deleted; null before. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub deleted_at: Option<String>,
    /// The transaction on the DLT network that did it.
    pub deletion_transaction_hash: Option<String>,
    /// When it succeeded or failed; null before. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
}

/// How far a redemption is. Nothing else comes after `succeeded` or `failed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionStatus {
    /// Something is still to be done.
    Processing,
    /// The units were paid for, went to the issuer and are deleted.
    Succeeded,
    /// Nothing has moved, and nothing will.
    Failed,
}

/// What has been done of a redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionStep {
    /// The issuer has to pay; the units are bound.
    AwaitingPayment,
    /// The payment is proven, the units are on their way to the issuer.
    Paid,
    /// The issuer is entered as holder and has to consent to the deletion.
    Reregistered,
    /// The deletion is on its way.
    Deleting,
    /// The units are deleted.
    Deleted,
    /// The units could not go to the issuer.
    Failed,
    /// Taken back before it was paid.
    Withdrawn,
}

/// Why a redemption failed after it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedemptionFailure {
    /// One of the codes with which instructions are refused, or `withdrawn`.
    pub code: String,
    /// The same for a person.
    pub message: String,
}

/// The proof that the issuer has paid for what it gets back (§ 29(1) eWpG).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedemptionPaid {
    /// When the holder was paid. RFC 3339. Omitted: now.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub paid_at: Option<String>,
    /// The end-to-end reference of the credit transfer: at most 35 letters, digits and `/-?:().,'+`.
    #[schema(max_length = 35, example = "REDEMPTION-2026-11-0042")]
    pub payment_reference: String,
    /// Whether the units are to be deleted as soon as they are the issuer's. Said by the issuer, it is its consent (§ 18(2) eWpG).
    #[serde(default)]
    pub delete: bool,
    /// Where the registrar keeps the issuer's consent, if the registrar says `delete` for it.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub consent_reference: Option<String>,
}

/// Deletes what has come back to the issuer. Said by the issuer, it is its consent (§ 18(2) eWpG).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedemptionDelete {
    /// Where the registrar keeps the issuer's consent, if the registrar says it for the issuer.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub consent_reference: Option<String>,
}

impl RedemptionStatus {
    /// As partners see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}
