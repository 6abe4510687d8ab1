//! What a platform sells, and what it needs to begin.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::clients::ClientMode;
use crate::products::Campaign;

/// An asset that is listed for the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Asset {
    /// The product.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// ISO 6166.
    pub isin: String,
    /// Firm of the issuer.
    pub issuer_name: String,
    /// Name of its environment; a client is made for it.
    pub environment: String,
    /// Base of its APIs.
    pub environment_url: String,
    /// `live`, or `test` for a sandbox.
    pub mode: ClientMode,
    /// The platform's campaigns; their `id` is named on each investment.
    pub campaigns: Vec<Campaign>,
    /// The platform's clients in the environment.
    pub clients: Vec<AssetClient>,
    /// The code with which investments would be refused today, for want of a licence or a standing; none if they would not.
    pub refused_with: Option<String>,
}

/// A client of the platform in an asset's environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssetClient {
    /// Identifies it.
    pub id: Uuid,
    /// What it sends as `client_id`.
    pub client_id: String,
    /// For people.
    pub name: String,
}

/// An asset with its first call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssetDetail {
    /// The asset.
    #[serde(flatten)]
    pub asset: Asset,
    /// None before the platform has a campaign.
    pub first_call: Option<FirstCall>,
}

/// The first call, to be pasted: takes a token and reads the campaign. A secret stands in it only where it was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FirstCall {
    /// For a shell.
    pub curl: String,
    /// Python 3 without packages.
    pub python: String,
    /// For node 20 or a browser, without packages.
    pub typescript: String,
    /// With the crate `cashlink-sdk`.
    pub rust: String,
}
