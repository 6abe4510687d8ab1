//! How a product is distributed: platforms, listings and campaigns (reference sections 11.3, 11.4 and 12.2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A distribution platform as an issuer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DistributionPlatform {
    /// Identifies the platform in the network.
    pub id: Uuid,
    /// Firm.
    pub platform_company_name: String,
    /// Whether the registrar has seen the contract between issuer and platform and allows listings.
    pub is_allowed: bool,
}

/// The body that lists a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListingCreate {
    /// One of the caller's products.
    pub product_id: Uuid,
    /// A platform that the registrar allows.
    pub distribution_platform_id: Uuid,
}

/// The body that makes a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignCreate {
    /// One of the caller's products.
    pub product_id: Uuid,
    /// A platform on which it is listed.
    pub distribution_platform_id: Uuid,
    /// Reference name.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// Units of the slice.
    pub allocation: u64,
    /// Smallest order in units; that of the product if it is left out.
    #[serde(default)]
    pub minimum_units: Option<u64>,
    /// Largest order in units.
    #[serde(default)]
    pub maximum_units: Option<u64>,
    /// Document types that an investment must carry signed, beside the product's own.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub required_document_types: Vec<String>,
    /// Orders are taken from here on.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub opens_at: Option<String>,
    /// Orders are taken until here.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub closes_at: Option<String>,
    /// The platform may report that the issuer accepted.
    #[serde(default)]
    pub distributor_may_accept: bool,
    /// The platform may report that the money arrived.
    #[serde(default)]
    pub distributor_may_mark_paid: bool,
    /// The exemption under which it offers; left out with a prospectus.
    #[serde(default)]
    pub offering_type: Option<OfferingType>,
    /// How many persons may invest; only with `PRIVATE_PLACEMENT_LIMITED_PERSONS`.
    #[serde(default)]
    pub maximum_persons: Option<u32>,
}

/// What may change of a campaign; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct CampaignPatch {
    /// Reference name.
    pub name: Option<String>,
    /// Units of the slice; not below what investments hold.
    pub allocation: Option<u64>,
    /// Orders are taken from here on.
    #[schema(format = DateTime)]
    pub opens_at: Option<String>,
    /// Orders are taken until here.
    #[schema(format = DateTime)]
    pub closes_at: Option<String>,
    /// The platform may report that the issuer accepted.
    pub distributor_may_accept: Option<bool>,
    /// The platform may report that the money arrived.
    pub distributor_may_mark_paid: Option<bool>,
}

/// The offering types of the back office (reference section 12.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs)]
pub enum OfferingType {
    #[serde(rename = "WIB_UP_TO_1M")]
    WibUpTo1M,
    #[serde(rename = "WIB_1M_TO_8M")]
    Wib1MTo8M,
    #[serde(rename = "BIB")]
    Bib,
    #[serde(rename = "PRIVATE_PLACEMENT_MINIMUM_AMOUNT")]
    MinimumAmount,
    #[serde(rename = "PRIVATE_PLACEMENT_LIMITED_PERSONS")]
    LimitedPersons,
    #[serde(rename = "VIB")]
    Vib,
}

/// A campaign as the issuer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuedCampaign {
    /// Named as `campaign_id` on an investment.
    pub id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The platform that sells.
    pub distribution_platform_id: Uuid,
    /// Reference name.
    pub name: String,
    /// Units of the slice.
    pub allocation: u64,
    /// Units that investments hold.
    pub reserved: u64,
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
    /// The platform may report that the issuer accepted.
    pub distributor_may_accept: bool,
    /// The platform may report that the money arrived.
    pub distributor_may_mark_paid: bool,
    /// The exemption under which it offers.
    pub offering_type: Option<OfferingType>,
    /// How many persons may invest.
    pub maximum_persons: Option<u32>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// The registrar has seen the contract between an issuer and a platform, or takes the permission back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlatformPermission {
    /// Whether the issuer may list its products there.
    pub is_allowed: bool,
}
