//! What partners are told of a product: documents, coupon, target market, fees and questions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A document of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferDocumentCreate {
    /// What it is.
    pub document_type: OfferDocumentType,
    /// The upload.
    pub document_id: Uuid,
    /// Shown to partners.
    #[serde(default)]
    pub title: Option<String>,
}

/// A version of a document of an offer; its bytes never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferDocument {
    /// What it is.
    pub document_type: OfferDocumentType,
    /// Consecutive among the product's documents of its type, from 1.
    pub version: u32,
    /// The upload.
    pub document_id: Uuid,
    /// Shown to partners.
    pub title: Option<String>,
    /// SHA-256 of the bytes, hexadecimal; under this name the catalogue hands them out.
    pub sha256: String,
    /// Media type of the bytes.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
}

/// What a document of an offer is: terms of the issue, the issuer's contract, information sheets (WIB, VIB), key information document,
/// prospectus, costs, other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum OfferDocumentType {
    Terms,
    Issuance,
    Wib,
    Vib,
    Kid,
    Prospectus,
    Costs,
    Other,
}

/// What is entered of a registered share (§ 17(1) no. 8 eWpG). A share needs each of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Share {
    /// Shares with the same rights (§ 11 AktG).
    #[schema(max_length = 255)]
    pub share_class: Option<String>,
    /// How much of the issue price is paid, in percent (§ 10(2) AktG).
    #[schema(example = "100")]
    pub paid_in_percent: Option<String>,
    /// Votes of one share: 0 without a right to vote, more than 1 with multiple rights, at most 10.
    pub votes_per_share: Option<u32>,
    /// Whether it is transferred with the company's consent alone (§ 68(2) AktG).
    pub company_consent_required: Option<bool>,
}

/// What a product pays until its maturity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Coupon {
    /// How it is determined.
    pub kind: CouponKind,
    /// The yearly rate in percent, or the part of it that is fixed.
    #[serde(default)]
    #[schema(example = "5.25")]
    pub rate_percent: Option<String>,
    /// Calculation, dates and conditions in a sentence.
    #[serde(default)]
    pub description: Option<String>,
}

/// `Coupon` as a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[allow(missing_docs)]
pub struct CouponPatch {
    pub kind: Option<CouponKind>,
    pub rate_percent: Option<String>,
    pub description: Option<String>,
}

/// How a coupon is determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum CouponKind {
    Fixed,
    Variable,
    Participating,
    None,
}

/// Whom a product is for, by the criteria that distributors exchange (§ 80(9) WpHG).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetMarket {
    /// Categories of client.
    pub client_categories: Vec<ClientCategory>,
    /// What the client should know.
    pub knowledge: Knowledge,
    /// What the client can afford to lose.
    pub loss_capacity: LossCapacity,
    /// For how many years the client should be able to do without the money.
    pub horizon_years: u32,
    /// What the client wants.
    #[serde(default)]
    pub objectives: Option<String>,
    /// For whom the product is not.
    #[serde(default)]
    pub negative: Option<String>,
}

/// `TargetMarket` as a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[allow(missing_docs)]
pub struct TargetMarketPatch {
    pub client_categories: Option<Vec<ClientCategory>>,
    pub knowledge: Option<Knowledge>,
    pub loss_capacity: Option<LossCapacity>,
    pub horizon_years: Option<u32>,
    pub objectives: Option<String>,
    pub negative: Option<String>,
}

/// A category of client (§ 67 WpHG).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum ClientCategory {
    Retail,
    Professional,
    EligibleCounterparty,
}

/// What a client should know of such products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum Knowledge {
    Basic,
    Informed,
    Advanced,
}

/// What a client can afford to lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum LossCapacity {
    NoLoss,
    Limited,
    Full,
}

/// Costs of the investor and remuneration of the partner, in percent of the amount invested; what is left out is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Fees {
    /// Once, on top of price and agio.
    pub entry_percent: Option<String>,
    /// Each year.
    pub ongoing_percent: Option<String>,
    /// At repayment.
    pub exit_percent: Option<String>,
    /// What the issuer pays the partner (§ 70 WpHG).
    pub commission_percent: Option<String>,
}

/// Something that a partner has to ask an investor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// Names the answer.
    pub key: String,
    /// As it is put to the investor.
    pub text: String,
    /// What is an answer.
    pub kind: QuestionKind,
    /// The answers to choose from.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Whether there has to be an answer.
    #[serde(default)]
    pub required: bool,
}

/// What is an answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum QuestionKind {
    YesNo,
    Text,
    Number,
    Choice,
}
