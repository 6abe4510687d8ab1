//! Campaigns as the issuer makes them.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, PageQuery, PathParams};
use registry::issued_campaigns;
use wire::Page;
use wire::issuing::{CampaignCreate, CampaignPatch, IssuedCampaign};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::campaigns::CampaignPath;
use crate::error::Refused;
use crate::merge_patch::MergePatch;
use crate::pages::Pages;
use crate::products::OfProduct;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// Create a campaign
///
/// One slice of a product for one platform on which it is listed. All campaigns of a product together sell at most `max_issuable_amount`.
/// An `offering_type` is checked against volume, documents, minimum and number of persons.
#[utoipa::path(
    post, path = "/campaigns/", tag = "Campaigns",
    request_body = CampaignCreate,
    responses((status = 201, description = "The campaign.", body = IssuedCampaign), WriteRefusals),
)]
pub(crate) async fn create_campaign(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<CampaignCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(issued_campaigns::create(&api.registry, &request, body.value).await)
}

/// List the campaigns of the issuer's products
#[utoipa::path(
    get, path = "/campaigns/", tag = "Campaigns", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of campaigns.", body = Page<IssuedCampaign>), ReadRefusals),
)]
pub(crate) async fn list_campaigns(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<IssuedCampaign>>, Refused> {
    let product = pages.filter.product_id;
    let listed = issued_campaigns::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a campaign of the issuer's products
#[utoipa::path(
    get, path = "/campaigns/{campaign_id}/", tag = "Campaigns", params(CampaignPath),
    responses((status = 200, description = "The campaign.", body = IssuedCampaign), ReadRefusals),
)]
pub(crate) async fn get_campaign(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<CampaignPath>,
) -> Result<Json<IssuedCampaign>, Refused> {
    Ok(Json(
        issued_campaigns::get(&api.registry, &caller, path.campaign_id).await?,
    ))
}

/// Change a campaign
///
/// Name, allocation (down to what investments hold), times and mandates; a time is taken away by `null`.
#[utoipa::path(
    patch, path = "/campaigns/{campaign_id}/", tag = "Campaigns", params(CampaignPath),
    request_body(content((CampaignPatch = "application/json"), (CampaignPatch = "application/merge-patch+json"))),
    responses((status = 200, description = "The campaign as changed.", body = IssuedCampaign), WriteRefusals),
)]
pub(crate) async fn update_campaign(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<CampaignPath>,
    patch: MergePatch<CampaignPatch>,
) -> Outcome {
    let request = writer.request(patch.fingerprint);
    let campaign = path.campaign_id;
    answered(issued_campaigns::update(&api.registry, &request, campaign, patch.value).await)
}
