//! Products, campaigns and listings, as servers answer.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::money::Money;
use wire::products::{LegalForm, ProductStatus, ProductType, Term};

use super::lenient;
use crate::Open;

/// An asset of one issuer on one DLT network.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Product {
    /// Identifies the product.
    pub id: Uuid,
    /// The issuer.
    #[serde(default, deserialize_with = "lenient")]
    pub issuer_id: Option<Uuid>,
    /// Firm of the issuer.
    #[serde(default, deserialize_with = "lenient")]
    pub issuer_name: Option<String>,
    /// Shown to investors.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// Kind of product.
    #[serde(default, deserialize_with = "lenient")]
    pub product_type: Option<Open<ProductType>>,
    /// Which law governs it.
    #[serde(default, deserialize_with = "lenient")]
    pub legal_form: Option<Open<LegalForm>>,
    /// True for a crypto security under the eWpG.
    #[serde(default, deserialize_with = "lenient")]
    pub ewpg: Option<bool>,
    /// ISO 6166.
    #[serde(default, deserialize_with = "lenient")]
    pub isin: Option<String>,
    /// Whether `nominal_value` is the price of a unit.
    #[serde(default, deserialize_with = "lenient")]
    pub provide_nominal_value: Option<bool>,
    /// Per unit.
    #[serde(default, deserialize_with = "lenient")]
    pub nominal_value: Option<Money>,
    /// Price of a unit without nominal value.
    #[serde(default, deserialize_with = "lenient")]
    pub issuance_price: Option<Money>,
    /// Units for sale.
    #[serde(default, deserialize_with = "lenient")]
    pub max_issuable_amount: Option<u64>,
    /// Orders are whole multiples of this.
    #[serde(default, deserialize_with = "lenient")]
    pub step_size: Option<u64>,
    /// Agio in percent, such as `2.5`.
    #[serde(default, deserialize_with = "lenient")]
    pub agio_percent: Option<String>,
    /// Days to pay.
    #[serde(default, deserialize_with = "lenient")]
    pub payment_deadline: Option<u32>,
    /// Days in which the investor may cancel.
    #[serde(default, deserialize_with = "lenient")]
    pub cancellation_deadline: Option<u32>,
    /// DLT network.
    #[serde(default, deserialize_with = "lenient")]
    pub network: Option<String>,
    /// EIP-155.
    #[serde(default, deserialize_with = "lenient")]
    pub chain_id: Option<u64>,
    /// Contract of the token.
    #[serde(default, deserialize_with = "lenient")]
    pub token_address: Option<String>,
    /// Where it stands.
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<Open<ProductStatus>>,
    /// Sector of the asset.
    #[serde(default, deserialize_with = "lenient")]
    pub sector: Option<String>,
    /// What the investor should know.
    #[serde(default, deserialize_with = "lenient")]
    pub description: Option<String>,
    /// Essential terms.
    #[serde(default, deserialize_with = "lenient")]
    pub terms: Option<Vec<Term>>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// The slice of a product that one platform sells.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Campaign {
    /// Named as `campaign_id` on an investment.
    pub id: Uuid,
    /// The product.
    #[serde(default, deserialize_with = "lenient")]
    pub product_id: Option<Uuid>,
    /// Reference name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// Units of the slice.
    #[serde(default, deserialize_with = "lenient")]
    pub allocation: Option<u64>,
    /// Units that can still be ordered.
    #[serde(default, deserialize_with = "lenient")]
    pub available: Option<u64>,
    /// Smallest order.
    #[serde(default, deserialize_with = "lenient")]
    pub minimum_units: Option<u64>,
    /// Largest order.
    #[serde(default, deserialize_with = "lenient")]
    pub maximum_units: Option<u64>,
    /// What an investment must carry signed.
    #[serde(default, deserialize_with = "lenient")]
    pub required_document_types: Option<Vec<String>>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub opens_at: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub closes_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A product may be held by the investors of a platform.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Listing {
    /// Identifies the listing.
    pub id: Uuid,
    /// The product.
    #[serde(default, deserialize_with = "lenient")]
    pub product_id: Option<Uuid>,
    /// The platform.
    #[serde(default, deserialize_with = "lenient")]
    pub distribution_platform_id: Option<Uuid>,
    /// Firm of the platform.
    #[serde(default, deserialize_with = "lenient")]
    pub platform_company_name: Option<String>,
    /// Whether the registrar allows the pair.
    #[serde(default, deserialize_with = "lenient")]
    pub is_allowed: Option<bool>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}
