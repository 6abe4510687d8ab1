//! What an issuer brings: itself, its products and their campaigns (reference sections 11 and 12.2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::investor_patches::{BankAccountPatch, LegalPersonPatch, NaturalPersonPatch};
use crate::investors::{BankAccount, LegalPerson, NaturalPerson};
use crate::money::Money;
use crate::products::{LegalForm, ProductStatus, ProductType, Term};

pub use crate::distribution::*;
pub use crate::offers::*;

/// The body that creates an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuerCreate {
    /// The managing director.
    pub natural_person: NaturalPerson,
    /// The company; with the two documents that prove identity and structure.
    pub legal_person: LegalPerson,
    /// Where investors pay.
    pub bank_account: BankAccount,
}

/// A merge patch (RFC 7396) of an issuer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuerPatch {
    /// The managing director.
    #[serde(default)]
    pub natural_person: Option<NaturalPersonPatch>,
    /// The company.
    #[serde(default)]
    pub legal_person: Option<LegalPersonPatch>,
    /// Where investors pay.
    #[serde(default)]
    pub bank_account: Option<BankAccountPatch>,
}

/// An issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Issuer {
    /// Identifies the issuer in the network.
    pub id: Uuid,
    /// Firm.
    pub company_name: String,
    /// ISO 17442.
    pub lei: Option<String>,
    /// Whether a registry account of the same company was found on a distribution platform. Without one the registrar
    /// identifies the issuer itself.
    pub mirrored: bool,
    /// The managing director; null until the issuer has described itself.
    pub natural_person: Option<NaturalPerson>,
    /// The company.
    pub legal_person: Option<LegalPerson>,
    /// Where investors pay.
    pub bank_account: Option<BankAccount>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// The body that creates a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductCreate {
    /// One of the caller's issuers.
    pub issuer_id: Uuid,
    /// Shown in the network and in the token contract.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// Reference section 11.2.
    pub product_type: ProductType,
    /// True for a crypto security, which the registrar validates first; false for a digital security, which is made at once.
    pub ewpg: bool,
    /// Which law governs the product; needed only where `ewpg` and `product_type` leave it open.
    #[serde(default)]
    pub legal_form: Option<LegalForm>,
    /// ISO 6166.
    pub isin: String,
    /// Whether `nominal_value` is the price of a unit.
    pub provide_nominal_value: bool,
    /// Per unit; needed if `provide_nominal_value` is true.
    #[serde(default)]
    pub nominal_value: Option<Money>,
    /// Initial price of one unit; needed if `provide_nominal_value` is false.
    #[serde(default)]
    pub issuance_price: Option<Money>,
    /// Units for sale.
    pub max_issuable_amount: u64,
    /// Investments are whole multiples of this.
    #[serde(default = "one")]
    pub step_size: u64,
    /// Agio in percent, such as `2.5`.
    #[serde(default)]
    #[schema(example = "2.5")]
    pub agio_percent: Option<String>,
    /// Days to pay after acceptance.
    pub payment_deadline: u32,
    /// Days in which the investor may cancel after acceptance.
    pub cancellation_deadline: u32,
    /// DLT network, one that this registrar serves.
    pub network: String,
    /// Symbol of the token: 1 to 11 letters and digits; from the name if it is left out.
    #[serde(default)]
    pub asset_code: Option<String>,
    /// Tokens per unit; always 1.
    #[serde(default)]
    pub calculation_factor: Option<u32>,
    /// Days after delivery in which units cannot be passed on.
    #[serde(default)]
    pub lock_in_time: Option<u32>,
    /// Where units go if a holder loses the key; the registrar gives it for crypto securities.
    #[serde(default)]
    pub backup_wallet_address: Option<String>,
    /// True if only the platforms of `circle` may see the offer.
    #[serde(default)]
    pub publication_restricted: Option<bool>,
    /// Distribution platforms that a restricted offer addresses.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub circle: Vec<Uuid>,
    /// Document: the issuer's contract or resolution.
    #[serde(default)]
    pub issuance_document_id: Option<Uuid>,
    /// Where investors pay; the issuer's bank account if it is left out.
    #[serde(default)]
    pub payment_account: Option<PaymentAccount>,
    /// Such as `real_estate`.
    #[serde(default)]
    pub sector: Option<String>,
    /// What an investor should know in a paragraph.
    #[serde(default)]
    pub description: Option<String>,
    /// Essential terms.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub terms: Vec<Term>,
    /// Documents of the offer, uploaded before.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub documents: Vec<OfferDocumentCreate>,
    /// What the product pays.
    #[serde(default)]
    pub coupon: Option<Coupon>,
    /// Day of repayment.
    #[serde(default)]
    #[schema(format = Date)]
    pub matures_on: Option<String>,
    /// Whom the product is for.
    #[serde(default)]
    pub target_market: Option<TargetMarket>,
    /// Costs and commission.
    #[serde(default)]
    pub fees: Option<Fees>,
    /// Document types that every investment must carry signed.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub required_document_types: Vec<String>,
    /// What a partner has to ask.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub questions: Vec<Question>,
    /// What is entered of a registered share (§ 17(1) no. 8 eWpG), which needs it.
    #[serde(default)]
    pub share: Option<Share>,
    /// That the security counts as one stock with others (§ 9(3) eWpG), in the words of the entry.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub mixed_stock: Option<String>,
    /// True if the terms keep single entries from becoming collective ones (§ 8(2) eWpG).
    #[serde(default)]
    pub collective_entry_excluded: bool,
    /// Units move between holders in whole multiples of this, of which `step_size` is one; each by itself if it is left out.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub denomination_units: Option<u64>,
    /// Smallest investment in units; one step if it is left out.
    #[serde(default)]
    pub minimum_units: Option<u64>,
    /// The offer begins.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub offering_opens_at: Option<String>,
    /// The offer ends.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub offering_closes_at: Option<String>,
}

fn one() -> u64 {
    1
}

/// A merge patch (RFC 7396) of a product. Before the issue is decided every field may change; afterwards `description`,
/// `documents`, `required_document_types`, `questions`, `target_market`, `fees`, `offering_opens_at`, `offering_closes_at`
/// and `circle`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[allow(missing_docs)]
pub struct ProductPatch {
    pub name: Option<String>,
    pub product_type: Option<ProductType>,
    pub ewpg: Option<bool>,
    pub legal_form: Option<LegalForm>,
    pub isin: Option<String>,
    pub provide_nominal_value: Option<bool>,
    pub nominal_value: Option<Money>,
    pub issuance_price: Option<Money>,
    pub max_issuable_amount: Option<u64>,
    pub step_size: Option<u64>,
    pub agio_percent: Option<String>,
    pub payment_deadline: Option<u32>,
    pub cancellation_deadline: Option<u32>,
    pub network: Option<String>,
    pub asset_code: Option<String>,
    pub lock_in_time: Option<u32>,
    pub backup_wallet_address: Option<String>,
    pub publication_restricted: Option<bool>,
    pub circle: Option<Vec<Uuid>>,
    pub issuance_document_id: Option<Uuid>,
    pub payment_account: Option<PaymentAccountPatch>,
    pub sector: Option<String>,
    pub description: Option<String>,
    pub terms: Option<Vec<Term>>,
    pub documents: Option<Vec<OfferDocumentCreate>>,
    pub coupon: Option<CouponPatch>,
    #[schema(format = Date)]
    pub matures_on: Option<String>,
    pub target_market: Option<TargetMarketPatch>,
    pub fees: Option<Fees>,
    pub required_document_types: Option<Vec<String>>,
    pub questions: Option<Vec<Question>>,
    pub share: Option<Share>,
    pub mixed_stock: Option<String>,
    pub collective_entry_excluded: Option<bool>,
    pub denomination_units: Option<u64>,
    pub minimum_units: Option<u64>,
    #[schema(format = DateTime)]
    pub offering_opens_at: Option<String>,
    #[schema(format = DateTime)]
    pub offering_closes_at: Option<String>,
}

/// An account for payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentAccount {
    /// Name on the account.
    pub account_holder: String,
    /// ISO 13616; blanks are allowed.
    pub iban: String,
    /// ISO 9362.
    pub bic: String,
}

/// `PaymentAccount` as a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[allow(missing_docs)]
pub struct PaymentAccountPatch {
    pub account_holder: Option<String>,
    pub iban: Option<String>,
    pub bic: Option<String>,
}

/// A product as its issuer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuedProduct {
    /// Identifies the product in the network.
    pub id: Uuid,
    /// The issuer.
    pub issuer_id: Uuid,
    /// Firm of the issuer.
    pub issuer_name: String,
    /// `VALIDATION`, `REJECTED`, `ISSUING` or `ACTIVE`.
    pub status: ProductStatus,
    /// Why the registrar refused it.
    pub rejection_reason: Option<String>,
    /// Name of its environment, once that is open.
    pub environment: Option<String>,
    /// Of a product: its twin for trying things out. Units there are worth nothing.
    pub sandbox_product_id: Option<Uuid>,
    /// Of a twin: the product that it stands for.
    pub sandbox_of: Option<Uuid>,
    /// Shown in the network and in the token contract.
    pub name: String,
    /// Reference section 11.2.
    pub product_type: ProductType,
    /// True for a crypto security.
    pub ewpg: bool,
    /// Which law governs the product.
    pub legal_form: LegalForm,
    /// ISO 6166; that of a twin begins with the letters `ZZ`, which no country has.
    pub isin: String,
    /// Whether `nominal_value` is the price of a unit.
    pub provide_nominal_value: bool,
    /// Per unit.
    pub nominal_value: Option<Money>,
    /// Initial price of one unit, where there is no nominal value.
    pub issuance_price: Option<Money>,
    /// Units for sale.
    pub max_issuable_amount: u64,
    /// Investments are whole multiples of this.
    pub step_size: u64,
    /// Agio in percent.
    pub agio_percent: String,
    /// Days to pay after acceptance.
    pub payment_deadline: u32,
    /// Days in which the investor may cancel after acceptance.
    pub cancellation_deadline: u32,
    /// DLT network.
    pub network: String,
    /// EIP-155.
    pub chain_id: u64,
    /// Contract of the token, once it exists.
    pub token_address: Option<String>,
    /// Symbol of the token.
    pub asset_code: String,
    /// Tokens per unit.
    pub calculation_factor: u32,
    /// Days after delivery in which units cannot be passed on.
    pub lock_in_time: u32,
    /// Where units go if a holder loses the key.
    pub backup_wallet_address: Option<String>,
    /// Whether only the platforms of `circle` may see the offer.
    pub publication_restricted: bool,
    /// Distribution platforms that a restricted offer addresses.
    pub circle: Vec<Uuid>,
    /// Document: the issuer's contract or resolution.
    pub issuance_document_id: Option<Uuid>,
    /// Where investors pay.
    pub payment_account: PaymentAccount,
    /// Such as `real_estate`.
    pub sector: Option<String>,
    /// What an investor should know in a paragraph.
    pub description: Option<String>,
    /// Essential terms; those named `…_sha256` bind the documents to the issue.
    pub terms: Vec<Term>,
    /// SHA-256 over ISIN and essential terms; the token contract has that of the version that was entered.
    pub terms_sha256: String,
    /// The present version of each document.
    pub documents: Vec<OfferDocument>,
    /// What the product pays.
    pub coupon: Option<Coupon>,
    /// Day of repayment.
    #[schema(format = Date)]
    pub matures_on: Option<String>,
    /// Whom the product is for.
    pub target_market: Option<TargetMarket>,
    /// Costs and commission.
    pub fees: Fees,
    /// Document types that every investment must carry signed.
    pub required_document_types: Vec<String>,
    /// What a partner has to ask.
    pub questions: Vec<Question>,
    /// What is entered of a registered share.
    #[serde(default)]
    pub share: Option<Share>,
    /// That the security counts as one stock with others (§ 9(3) eWpG).
    #[serde(default)]
    pub mixed_stock: Option<String>,
    /// Whether single entries cannot become collective ones (§ 8(2) eWpG).
    #[serde(default)]
    pub collective_entry_excluded: bool,
    /// Units move between holders in whole multiples of this.
    #[serde(default)]
    pub denomination_units: Option<u64>,
    /// Smallest investment in units.
    pub minimum_units: u64,
    /// The offer begins.
    #[schema(format = DateTime)]
    pub offering_opens_at: Option<String>,
    /// The offer ends.
    #[schema(format = DateTime)]
    pub offering_closes_at: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// The registrar opens the account of an issuer; the issuer then describes itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuerAccountCreate {
    /// Firm.
    #[schema(min_length = 1, max_length = 255)]
    pub company_name: String,
    /// ISO 17442.
    #[serde(default)]
    pub lei: Option<String>,
}
