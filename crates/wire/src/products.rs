//! Products and campaigns as a distributor and an issuer see them (reference section 11).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::money::Money;

/// An asset of one issuer on one DLT network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Product {
    /// Identifies the product in the network.
    pub id: Uuid,
    /// The issuer.
    pub issuer_id: Uuid,
    /// Firm of the issuer.
    pub issuer_name: String,
    /// Shown in the network and in the token contract.
    pub name: String,
    /// Reference section 11.2.
    pub product_type: ProductType,
    /// Which law governs the product.
    pub legal_form: LegalForm,
    /// True for a crypto security under the eWpG.
    pub ewpg: bool,
    /// ISO 6166.
    pub isin: String,
    /// Whether `nominal_value` is the price of a unit.
    pub provide_nominal_value: bool,
    /// Per unit.
    pub nominal_value: Option<Money>,
    /// Initial price of one unit, where there is no nominal value.
    pub issuance_price: Option<Money>,
    /// Units for sale.
    pub max_issuable_amount: u64,
    /// Orders are whole multiples of this.
    pub step_size: u64,
    /// Agio in percent, such as `2.5`.
    #[schema(example = "2.5")]
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
    /// `DRAFT`, `VALIDATION`, `REJECTED`, `ISSUING` or `ACTIVE`.
    pub status: ProductStatus,
    /// Sector of the asset, such as `real_estate`.
    pub sector: Option<String>,
    /// What the investor should know in one paragraph.
    pub description: Option<String>,
    /// Essential terms as name and value.
    pub terms: Vec<Term>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// One essential term of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Term {
    /// Such as `coupon`.
    pub name: String,
    /// Such as `5.25 % p.a., ACT/ACT ICMA`.
    pub value: String,
}

/// Where a product stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductStatus {
    /// Not yet entered.
    Draft,
    /// Waits for the registrar, who validates every crypto security.
    Validation,
    /// The registrar refused it; the issuer may change it, which asks again.
    Rejected,
    /// The entry is on its way to the DLT network.
    Issuing,
    /// Entered; can be sold.
    Active,
}

/// Kind of product, reference section 11.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum ProductType {
    DigitalCompanyShare,
    Bond,
    SubordinatedLoan,
    ParticipationPaper,
    ParticipationRight,
    Aif,
    DebtSecurity,
    ConvertibleBond,
    FundShare,
}

/// Which law governs a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegalForm {
    /// Bearer bond in a crypto-securities register (eWpG).
    EwpgBearerBond,
    /// Registered share in a crypto-securities register (eWpG).
    EwpgRegisteredShare,
    /// Crypto fund unit (§ 95 KAGB, KryptoFAV).
    CryptoFundUnit,
    /// Security outside the eWpG (§ 4(3a) WpPG).
    SecurityToken,
    /// Vermögensanlage (§ 1(2) VermAnlG).
    AssetInvestment,
}

/// The slice of a product that one platform sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Campaign {
    /// Named as `campaign_id` on an investment.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// Reference name.
    pub name: String,
    /// Units of the slice.
    pub allocation: u64,
    /// Units that can still be ordered.
    pub available: u64,
    /// Smallest order in units.
    pub minimum_units: u64,
    /// Largest order in units.
    pub maximum_units: Option<u64>,
    /// Document types that an investment must carry signed.
    pub required_document_types: Vec<String>,
    /// Orders are taken from here on.
    #[schema(format = DateTime)]
    pub opens_at: Option<String>,
    /// Orders are taken until here.
    #[schema(format = DateTime)]
    pub closes_at: Option<String>,
}

/// A listing: a product may be held by the investors of a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Listing {
    /// Identifies the listing.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The distribution platform.
    pub distribution_platform_id: Uuid,
    /// Name of the platform's company.
    pub platform_company_name: String,
    /// Whether the registrar allows the pair.
    pub is_allowed: bool,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}
