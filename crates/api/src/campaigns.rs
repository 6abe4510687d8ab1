//! Campaigns: the slices of products that a platform sells.

use axum::Json;
use axum::extract::State;
use domain::CampaignId;
use http::{PageQuery, PathParams};
use registry::campaigns;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::products::Campaign;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::OfProduct;
use crate::refusals::ReadRefusals;

/// A path that names a campaign.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CampaignPath {
    /// The campaign.
    #[param(value_type = Uuid)]
    pub(crate) campaign_id: CampaignId,
}

/// List the platform's campaigns
#[utoipa::path(
    get, path = "/campaigns/", tag = "Campaigns", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of campaigns.", body = Page<Campaign>), ReadRefusals),
)]
pub(crate) async fn list_campaigns(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<Campaign>>, Refused> {
    let product = pages.filter.product_id;
    let listed = campaigns::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a campaign
#[utoipa::path(
    get, path = "/campaigns/{campaign_id}/", tag = "Campaigns", params(CampaignPath),
    responses((status = 200, description = "The campaign.", body = Campaign), ReadRefusals),
)]
pub(crate) async fn get_campaign(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<CampaignPath>,
) -> Result<Json<Campaign>, Refused> {
    Ok(Json(
        campaigns::get(&api.registry, &caller, path.campaign_id).await?,
    ))
}
