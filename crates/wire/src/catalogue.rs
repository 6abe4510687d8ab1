//! The catalogue: what a partner needs to know of an asset to set up its online investment process.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::issuing::{Coupon, Fees, OfferDocument, Question, TargetMarket};
use crate::money::Money;
use crate::products::{LegalForm, ProductStatus, ProductType, Term};

/// An asset of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CatalogueAsset {
    /// Identifies the product in the network.
    pub id: Uuid,
    /// Shown in the network and in the token contract.
    pub name: String,
    /// ISO 6166.
    pub isin: String,
    /// Symbol of the token.
    pub asset_code: String,
    /// Who brings it.
    pub issuer: CatalogueIssuer,
    /// Such as `real_estate`.
    pub sector: Option<String>,
    /// Reference section 11.2.
    pub product_type: ProductType,
    /// Which law governs the product; decides which licence a partner needs.
    pub legal_form: LegalForm,
    /// True for a crypto security under the eWpG.
    pub ewpg: bool,
    /// `ISSUING` or `ACTIVE`; issuer and registrar also see what waits.
    pub status: ProductStatus,
    /// What an investor should know in a paragraph.
    pub description: Option<String>,
    /// What a unit costs without agio.
    pub price: Money,
    /// Whether the price is the nominal value.
    pub provide_nominal_value: bool,
    /// Agio in percent.
    pub agio_percent: String,
    /// Smallest investment in units.
    pub minimum_units: u64,
    /// What the smallest investment costs without agio.
    pub minimum_amount: Money,
    /// Investments are whole multiples of this.
    pub step_size: u64,
    /// Units of the whole issue.
    pub max_issuable_amount: u64,
    /// Units that no campaign has yet, and that a new partner can be given.
    pub unallocated_units: u64,
    /// Units that no investment holds yet.
    pub unsold_units: u64,
    /// Units that the calling platform's own campaigns can still sell.
    pub own_available_units: u64,
    /// What the product pays.
    pub coupon: Option<Coupon>,
    /// Day of repayment.
    #[schema(format = Date)]
    pub matures_on: Option<String>,
    /// The offer begins.
    #[schema(format = DateTime)]
    pub offering_opens_at: Option<String>,
    /// The offer ends.
    #[schema(format = DateTime)]
    pub offering_closes_at: Option<String>,
    /// Days to pay after acceptance.
    pub payment_deadline: u32,
    /// Days in which the investor may cancel after acceptance.
    pub cancellation_deadline: u32,
    /// Days after delivery in which units cannot be passed on.
    pub lock_in_time: u32,
    /// Essential terms.
    pub terms: Vec<Term>,
    /// Version of the deposited terms.
    pub terms_version: u32,
    /// SHA-256 over ISIN and essential terms of this version; the token contract has that of the version that was entered.
    pub terms_sha256: String,
    /// Where the deposited terms are for everybody; null before the registrar has decided to enter them.
    pub terms_url: Option<String>,
    /// The present version of each document; its bytes are under `documents/{sha256}/`.
    pub documents: Vec<OfferDocument>,
    /// Document types that every investment must carry signed.
    pub required_document_types: Vec<String>,
    /// What a partner has to ask.
    pub questions: Vec<Question>,
    /// Whom the product is for.
    pub target_market: Option<TargetMarket>,
    /// Costs of the investor and commission of the partner.
    pub fees: Fees,
    /// DLT network.
    pub network: String,
    /// Whether that network is for demonstrations, so that nothing on it is a security.
    pub is_demonstration: bool,
    /// EIP-155.
    pub chain_id: u64,
    /// Contract of the token, once it exists.
    pub token_address: Option<String>,
    /// Whether only a circle of platforms sees the offer.
    pub publication_restricted: bool,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// Who brings an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CatalogueIssuer {
    /// The issuer.
    pub id: Uuid,
    /// Firm.
    pub company_name: String,
    /// ISO 17442.
    pub lei: Option<String>,
}
