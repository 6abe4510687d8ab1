//! The network API: the registrar's own view.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::money::Money;
use crate::offers::Share;
use crate::products::LegalForm;
use crate::restrictions::HoldingRestriction;

/// The register of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Register {
    /// The product.
    pub product_id: Uuid,
    /// ISO 6166.
    pub isin: String,
    /// Units entered.
    pub issue_volume: u64,
    /// Units of these that were deleted again.
    #[serde(default)]
    pub deleted_units: u64,
    /// Sequence of the last entry; 0 while nothing is entered.
    pub sequence: u64,
    /// Merkle tree hash over all entries (RFC 9162), hexadecimal.
    pub root_hash: String,
    /// Contract of the token.
    pub token_address: Option<String>,
    /// What is entered of the security itself (§ 17(1) eWpG).
    pub content: RegisterContent,
    /// Who holds what; the sum is the issue volume less what was deleted.
    pub holdings: Vec<Holding>,
}

/// What is entered of a security beside number, volume and holders (§ 17(1) eWpG).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterContent {
    /// That it is a security; null for what is none under the eWpG.
    #[schema(example = "Kryptowertpapier")]
    pub designation: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is in law.
    pub legal_form: LegalForm,
    /// The deposited terms, which say what the right is (eWpRV § 7(1)).
    pub terms: Option<RegisterTerms>,
    /// Of a unit; null if it has none.
    pub nominal_value: Option<Money>,
    /// Who issued it.
    pub issuer: RegisterIssuer,
    /// What else is entered of it.
    pub entry: EntryTerms,
}

/// The version of the terms that an entry refers to (§ 4(4) eWpG).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterTerms {
    /// From 1 without a gap.
    pub version: u32,
    /// Of the deposited text, hexadecimal.
    pub sha256: String,
    /// Where everybody reads it.
    pub url: String,
}

/// An issuer as it is entered (eWpRV § 8(1) no. 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterIssuer {
    /// Firm.
    pub company_name: String,
    /// Where it is.
    pub seat: Option<String>,
    /// ISO 17442.
    pub lei: Option<String>,
    /// Court and number.
    pub commercial_register: Option<String>,
}

/// What is entered of some securities (§ 17(1) nos. 7 and 8 eWpG), and what their terms say about types of entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryTerms {
    /// Whether single entries cannot become collective ones (§ 8(2) eWpG).
    pub collective_entry_excluded: bool,
    /// That it counts as one stock with others (§ 9(3) eWpG).
    pub mixed_stock: Option<String>,
    /// A registered share.
    pub share: Option<Share>,
}

/// What the register of one product said after an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastRegister {
    /// The product.
    pub product_id: Uuid,
    /// ISO 6166.
    pub isin: String,
    /// The entry; 0 before the first one.
    pub sequence: u64,
    /// When the entry was made. RFC 3339, UTC; null before the first one.
    #[schema(format = DateTime)]
    pub entered_at: Option<String>,
    /// Merkle tree hash over the entries up to it (RFC 9162), hexadecimal.
    pub root_hash: String,
    /// Units entered.
    pub issue_volume: u64,
    /// Units of these that had been deleted again.
    pub deleted_units: u64,
    /// Who held what, in the order in which they came into the register.
    pub holdings: Vec<PastHolding>,
    /// Whether more follow; ask for them with `after`.
    pub has_more: bool,
}

/// What one holder had in all its wallets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastHolding {
    /// Random identifier of the holder (§ 17(2) eWpG).
    pub holder_id: Uuid,
    /// True for the issuer's own holding.
    pub is_issuer: bool,
    /// Units.
    pub units: u64,
    /// The entry with which the holder came into the register: what `after` takes.
    pub since: u64,
    /// `single`, or `collective` for a custodian that was entered for others then (§ 8 eWpG).
    #[serde(default = "single")]
    pub entry_type: String,
    /// What restricted them then, and who had rights in them; never told apart from the holding (§ 17(3) eWpG).
    #[serde(default)]
    pub restrictions: Vec<HoldingRestriction>,
}

/// Units of one holder in one wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Holding {
    /// Random identifier of the holder (§ 17(2) eWpG).
    pub holder_id: Uuid,
    /// True for the issuer's own holding: undelivered units, and those that came back to it until they are deleted.
    pub is_issuer: bool,
    /// Address on the DLT network.
    pub wallet_address: String,
    /// Units.
    pub units: u64,
    /// `single`, or `collective` for a custodian that is entered for others (§ 8 eWpG).
    #[serde(default = "single")]
    pub entry_type: String,
    /// What restricts them, and who has rights in them; never told apart from the holding (§ 17(3) eWpG).
    #[serde(default)]
    pub restrictions: Vec<HoldingRestriction>,
}

fn single() -> String {
    "single".to_owned()
}

/// The registrar decides about an identification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentificationDecision {
    /// The decision.
    pub decision: Decision,
    /// Kept with the decision. The partner reads it if the identification is rejected, so a suspicion (§ 47 GwG) has no place here.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub reason: Option<String>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// In order.
    Approve,
    /// Not in order.
    Reject,
}

/// The registrar's review of an investment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewDecision {
    /// What to do.
    pub action: ReviewAction,
    /// Kept with the decision.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub reason: Option<String>,
}

/// What the registrar's review does with an investment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewAction {
    /// To `REVIEW_PENDING`.
    Require,
    /// Review passed.
    Approve,
    /// To `REJECTION`.
    Reject,
    /// To `KYC_INSUFFICIENT`.
    KycInsufficient,
}

/// An identification that waits for the registrar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingIdentification {
    /// Identifies it.
    pub id: Uuid,
    /// The investor.
    pub investor_id: Uuid,
    /// Name of the environment.
    pub environment: String,
    /// The partner.
    pub distribution_platform_id: Uuid,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// State of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok` or `degraded`.
    pub status: String,
    /// Version of the software.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Deliveries to the DLT network that wait.
    pub pending_commands: u64,
    /// Webhook deliveries that wait.
    pub pending_webhooks: u64,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    /// Identifies it.
    pub id: Uuid,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub at: String,
    /// Client, person or operator.
    pub actor: String,
    /// Such as `client.rotate`; with `.refused` at its end for what was tried in vain.
    pub action: String,
    /// What it was done to.
    pub target: String,
    /// Depends on the action; neither personal data nor secrets.
    #[schema(value_type = Option<Object>)]
    pub detail: serde_json::Value,
}

/// An entry of a register's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalEntry {
    /// Its place, from 1.
    pub sequence: u64,
    /// Such as `delivery`.
    #[schema(example = "delivery")]
    pub kind: String,
    /// What it says, in the one form that is hashed (`docs/register-format.md`).
    pub content: String,
    /// The content's leaf in the tree (RFC 9162), hexadecimal.
    pub leaf_hash: String,
    /// The root with this entry, hexadecimal.
    pub root_hash: String,
    /// When it was made. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub entered_at: String,
}

/// A stretch of a register's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Journal {
    /// In their order.
    pub entries: Vec<JournalEntry>,
    /// Whether more follow.
    pub has_more: bool,
}
