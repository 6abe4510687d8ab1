//! Choosing assets: a platform asks, the issuer answers, the registrar allows the pair.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::issuing::OfferingType;

/// The body that asks for an asset of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssetRequestCreate {
    /// An asset of the catalogue.
    pub product_id: Uuid,
    /// How many units the platform would like to sell.
    pub wanted_units: u64,
    /// What the issuer should know.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub note: Option<String>,
}

/// The issuer agrees: what the platform's campaign will be. What is left out follows from the request and the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AssetRequestAcceptance {
    /// Reference name of the campaign; the platform's firm if it is left out.
    #[schema(max_length = 255)]
    pub name: Option<String>,
    /// Units of the slice; those that were asked for if it is left out.
    pub allocation: Option<u64>,
    /// Smallest order in units; that of the product if it is left out.
    pub minimum_units: Option<u64>,
    /// Largest order in units.
    pub maximum_units: Option<u64>,
    /// Document types that an investment must carry signed, beside the product's own.
    #[schema(max_items = 50)]
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
    /// The exemption under which it offers; left out with a prospectus.
    pub offering_type: Option<OfferingType>,
    /// How many persons may invest; only with `PRIVATE_PLACEMENT_LIMITED_PERSONS`.
    pub maximum_persons: Option<u32>,
}

/// A platform's request for an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssetRequest {
    /// Identifies it.
    pub id: Uuid,
    /// How far it has come.
    pub status: AssetRequestStatus,
    /// The asset.
    pub product_id: Uuid,
    /// Its name.
    pub product_name: String,
    /// ISO 6166.
    pub isin: String,
    /// Firm of the issuer.
    pub issuer_name: String,
    /// Who asks.
    pub distribution_platform_id: Uuid,
    /// Firm of who asks.
    pub platform_company_name: String,
    /// How many units the platform would like to sell.
    pub wanted_units: u64,
    /// What the platform wrote.
    pub note: Option<String>,
    /// Why the issuer or the registrar refused.
    pub reason: Option<String>,
    /// Units of the platform's slice, once the issuer agrees.
    pub allocation: Option<u64>,
    /// Whether the registrar has seen the contract between issuer and platform.
    pub is_allowed: bool,
    /// Where to try it out, from the issuer's acceptance on; none where the asset has no twin.
    pub sandbox: Option<AssetAccess>,
    /// Where to sell, from the registrar's approval on.
    pub production: Option<AssetAccess>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// RFC 3339, UTC: when it was last answered, approved or withdrawn.
    #[schema(format = DateTime)]
    pub changed_at: String,
}

/// An environment that is open to the platform. Its client, with the secret, the platform makes itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssetAccess {
    /// The product there, as under `assets/`.
    pub product_id: Uuid,
    /// Name of the environment; a client is made for it.
    pub environment: String,
    /// Base of its APIs.
    pub environment_url: String,
    /// Named on each investment.
    pub campaign_id: Uuid,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssetRequestStatus {
    /// Waits for the issuer.
    Requested,
    /// The issuer agrees and the sandbox is open; waits for the registrar.
    Accepted,
    /// The platform can sell.
    Live,
    /// The issuer or the registrar said no.
    Refused,
    /// Taken back by the platform.
    Withdrawn,
}

impl AssetRequestStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Requested,
        Self::Accepted,
        Self::Live,
        Self::Refused,
        Self::Withdrawn,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Live => "live",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}
