//! Redemptions that issuers begin.

use axum::Json;
use axum::extract::State;
use domain::RedemptionNoticeId;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::redemption_notices;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::investments::Nothing;
use wire::redemption_notices::{RedemptionNotice, RedemptionNoticeCreate};
use wire::redemptions::RedemptionPaid;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::OfProduct;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a notice.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct NoticePath {
    /// The notice.
    #[param(value_type = Uuid)]
    redemption_notice_id: RedemptionNoticeId,
}

/// Announce that units are taken back
///
/// The first of three steps: nothing is bound before holders and amounts are fixed.
#[utoipa::path(
    post, path = "/redemption-notices/", tag = "Redemptions", request_body = RedemptionNoticeCreate,
    responses((status = 201, description = "The notice.", body = RedemptionNotice), WriteRefusals),
)]
pub(crate) async fn create_redemption_notice(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<RedemptionNoticeCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(redemption_notices::announce(&api.registry, &request, body.value).await)
}

/// List redemption notices
#[utoipa::path(
    get, path = "/redemption-notices/", tag = "Redemptions", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of notices.", body = Page<RedemptionNotice>), ReadRefusals),
)]
pub(crate) async fn list_redemption_notices(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<RedemptionNotice>>, Refused> {
    let product = pages.filter.product_id;
    let listed = redemption_notices::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a redemption notice
#[utoipa::path(
    get, path = "/redemption-notices/{redemption_notice_id}/", tag = "Redemptions", params(NoticePath),
    responses((status = 200, description = "The notice.", body = RedemptionNotice), ReadRefusals),
)]
pub(crate) async fn get_redemption_notice(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<NoticePath>,
) -> Result<Json<RedemptionNotice>, Refused> {
    let id = path.redemption_notice_id;
    Ok(Json(
        redemption_notices::get(&api.registry, &caller, id).await?,
    ))
}

/// Fix who gives what by a notice
///
/// On its day or later. Each wallet gets a redemption that waits for its payment; the units are bound from now on.
#[utoipa::path(
    post, path = "/redemption-notices/{redemption_notice_id}/execute/", tag = "Redemptions", params(NoticePath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The notice.", body = RedemptionNotice), WriteRefusals),
)]
pub(crate) async fn execute_redemption_notice(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<NoticePath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.redemption_notice_id;
    answered(redemption_notices::execute(&api.registry, &request, id).await)
}

/// Prove that everybody of a notice was paid
///
/// Whose redemption waits for its payment; each goes on as if it was marked alone.
#[utoipa::path(
    post, path = "/redemption-notices/{redemption_notice_id}/mark-paid/", tag = "Redemptions", params(NoticePath),
    request_body = RedemptionPaid,
    responses((status = 200, description = "The notice.", body = RedemptionNotice), WriteRefusals),
)]
pub(crate) async fn mark_redemption_notice_paid(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<NoticePath>,
    body: JsonBody<RedemptionPaid>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.redemption_notice_id;
    answered(redemption_notices::mark_paid(&api.registry, &request, id, body.value).await)
}

/// Take a notice back
///
/// What of it was not paid is free again; what was paid goes on.
#[utoipa::path(
    post, path = "/redemption-notices/{redemption_notice_id}/withdraw/", tag = "Redemptions", params(NoticePath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The notice.", body = RedemptionNotice), WriteRefusals),
)]
pub(crate) async fn withdraw_redemption_notice(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<NoticePath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.redemption_notice_id;
    answered(redemption_notices::withdraw(&api.registry, &request, id).await)
}
