//! Investments: creation, change, answer, and the issuer's decisions (reference section 7).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dlt_transactions::DltProgress;
use crate::money::Money;
use crate::problem::Problem;

/// A document that the investor signed for this investment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedDocument {
    /// An uploaded document.
    pub document_id: Uuid,
    /// Open list: `SUBSCRIPTION_AGREEMENT`, `COSTS_DOCUMENT`, `INFORMATION_SHEET`, …
    #[schema(min_length = 1, max_length = 255)]
    pub document_type: String,
}

/// The body that creates an investment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestmentCreate {
    /// Who invests.
    pub investor_id: Uuid,
    /// In which campaign.
    pub campaign_id: Uuid,
    /// Units, a multiple of the product's step size.
    #[schema(minimum = 1)]
    pub units: u64,
    /// The investor's binding confirmation, RFC 3339.
    #[serde(default)]
    #[schema(required = true, format = DateTime, nullable = false)]
    pub signed_at: Option<String>,
    /// The documents signed.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub signed_documents: Vec<SignedDocument>,
    /// When the issuer accepted; needs the mandate `distributor_may_accept`.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub accepted_at: Option<String>,
    /// When the money arrived; needs the mandate `distributor_may_mark_paid`.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub paid_at: Option<String>,
    /// Wallet ID, or an address registered to the investor.
    #[serde(default)]
    pub wallet: Option<String>,
}

/// Changes an investment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestmentPatch {
    /// When the money arrived; needs the mandate `distributor_may_mark_paid`.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub paid_at: Option<String>,
    /// When the issuer accepted; needs the mandate `distributor_may_accept`.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub accepted_at: Option<String>,
    /// Wallet ID, or an address registered to the investor.
    #[serde(default)]
    pub wallet: Option<String>,
}

/// An investment: the contract between issuer and investor for N units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Investment {
    /// Unique over all environments.
    pub id: Uuid,
    /// Who invests.
    pub investor_id: Uuid,
    /// In which campaign.
    pub campaign_id: Uuid,
    /// The product of the campaign.
    pub product_id: Uuid,
    /// Units bought.
    pub units: u64,
    /// Units still held from this investment.
    pub remaining_units: u64,
    /// Reference section 7.1.
    pub status: InvestmentStatus,
    /// Why a paid investment is not delivered yet; null when nothing blocks.
    pub blocked_by: Option<Blocker>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub signed_at: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub accepted_at: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub paid_at: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub delivered_at: Option<String>,
    /// Wallet ID.
    pub wallet: Option<Uuid>,
    /// Address of that wallet.
    pub wallet_address: Option<String>,
    /// The transaction that delivered.
    pub transaction_hash: Option<String>,
    /// Where the delivery is on the DLT network; null before it was sent, and for units that came by a transfer.
    /// The status moves with `FINAL` alone.
    pub dlt_transaction: Option<DltProgress>,
    /// Documents signed for this investment.
    pub signed_documents: Vec<SignedDocument>,
    /// Units times price plus agio.
    pub total: Money,
    /// How to pay.
    pub payment: Payment,
    /// Why an ended investment ended, where somebody said so.
    pub reason: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub changed_at: String,
}

/// Instructions for the investor's credit transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    /// The sum to pay.
    pub total: Money,
    /// Name on the issuer's account.
    pub account_holder: String,
    /// ISO 13616.
    pub iban: String,
    /// ISO 9362.
    pub bic: String,
    /// Unique in the network.
    #[schema(example = "CL7F3K9Q2M1X")]
    pub reference: String,
    /// Last day to pay, Europe/Berlin; known from acceptance on.
    #[schema(format = Date)]
    pub due_date: Option<String>,
}

/// Status of an investment, reference section 7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvestmentStatus {
    /// Signed; the investor's identification is pending.
    KycPending,
    /// An external review is pending.
    ReviewPending,
    /// Ready for the issuer to accept.
    WaitingForAcceptance,
    /// Accepted by the issuer.
    Accepted,
    /// Marked as paid.
    Paid,
    /// Units credited to the wallet; final.
    Delivered,
    /// Identification could not be completed; final.
    KycInsufficient,
    /// Cancelled by the investor before acceptance; final.
    Abortion,
    /// Rejected by the issuer; final.
    Rejection,
    /// Cancelled within the cancellation period; final.
    Cancellation,
    /// The payment did not arrive in time; final.
    PaymentMissing,
}

/// Why a paid investment is not delivered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blocker {
    /// No wallet is named.
    WalletMissing,
    /// The investor's identification is no longer in order.
    Identification,
    /// Tax data is missing.
    WalletNotEligible,
    /// The wallet is frozen.
    WalletFrozen,
    /// The wallet does not take incoming transfers.
    ReceivingDisabled,
    /// Control of the wallet's address has to be proven first.
    WalletUnproven,
    /// The wallet is about to have another address.
    WalletChanging,
    /// The wallet came after another one of the investor's, and the network's cooling period is not over.
    WalletCooling,
    /// The investor may still cancel.
    CancellationPeriod,
    /// On its way to the DLT network.
    DeliveryInProgress,
}

/// Several investments at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestmentBatch {
    /// At most 100.
    #[schema(min_items = 1, max_items = 100)]
    pub investments: Vec<InvestmentCreate>,
}

/// One answer per item, in the order of the items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchAnswer {
    /// One result per item.
    pub results: Vec<BatchResult>,
}

/// What became of one item of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchResult {
    /// The HTTP status that the single call would have had.
    pub status: u16,
    /// The investment, if it worked.
    pub investment: Option<Investment>,
    /// The problem, if it did not.
    pub problem: Option<Problem>,
}

/// Several investments named for one action of the issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestmentIds {
    /// At most 500.
    #[schema(min_items = 1, max_items = 500)]
    pub investment_ids: Vec<Uuid>,
}

/// The issuer accepts several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestmentsAccept {
    /// At most 500.
    #[schema(min_items = 1, max_items = 500)]
    pub investment_ids: Vec<Uuid>,
    /// Omitted: now.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub accepted_at: Option<String>,
}

/// The issuer rejects several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestmentsReject {
    /// At most 500.
    #[schema(min_items = 1, max_items = 500)]
    pub investment_ids: Vec<Uuid>,
    /// For the partners.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub reason: Option<String>,
}

/// The issuer reports that the money of several arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestmentsMarkPaid {
    /// At most 500.
    #[schema(min_items = 1, max_items = 500)]
    pub investment_ids: Vec<Uuid>,
    /// Omitted: now.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub paid_at: Option<String>,
}

/// The issuer accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accept {
    /// Omitted: now.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub accepted_at: Option<String>,
}

/// The issuer rejects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reject {
    /// Told to the partner.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub reason: Option<String>,
}

/// The money arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarkPaid {
    /// Omitted: now.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub paid_at: Option<String>,
}

/// Further documents signed for an investment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedDocumentsAdd {
    /// Added to those already there.
    #[schema(min_items = 1, max_items = 50)]
    pub signed_documents: Vec<SignedDocument>,
}

/// An empty body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Nothing {}
