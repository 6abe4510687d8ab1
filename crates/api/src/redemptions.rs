//! Redemptions as partners instruct them.

use axum::Json;
use axum::extract::State;
use domain::RedemptionId;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::redemptions;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::investments::Nothing;
use wire::redemptions::{Redemption, RedemptionCreate};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::OfProduct;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a redemption.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RedemptionPath {
    /// The redemption.
    #[param(value_type = Uuid)]
    pub(crate) redemption_id: RedemptionId,
}

/// Give units back to the issuer
///
/// The holder has signed that the units go to the issuer upon proof of payment. They are bound from now on; when the issuer has paid, the
/// instruction enters the product's queue, the issuer is entered as holder, and the units are deleted with its consent. Events tell of
/// the beginning and the end.
#[utoipa::path(
    post, path = "/redemptions/", tag = "Redemptions", request_body = RedemptionCreate,
    responses((status = 201, description = "The redemption.", body = Redemption), WriteRefusals),
)]
pub(crate) async fn create_redemption(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<RedemptionCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(redemptions::create(&api.registry, &request, body.value).await)
}

/// List redemptions
///
/// Of the platform's investors.
#[utoipa::path(
    get, path = "/redemptions/", tag = "Redemptions", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of redemptions.", body = Page<Redemption>), ReadRefusals),
)]
pub(crate) async fn list_redemptions(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<Redemption>>, Refused> {
    let product = pages.filter.product_id;
    let listed = redemptions::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a redemption
#[utoipa::path(
    get, path = "/redemptions/{redemption_id}/", tag = "Redemptions", params(RedemptionPath),
    responses((status = 200, description = "The redemption.", body = Redemption), ReadRefusals),
)]
pub(crate) async fn get_redemption(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<RedemptionPath>,
) -> Result<Json<Redemption>, Refused> {
    Ok(Json(
        redemptions::get(&api.registry, &caller, path.redemption_id).await?,
    ))
}

/// Take a redemption back
///
/// Until the payment is proven. The units are free again.
#[utoipa::path(
    post, path = "/redemptions/{redemption_id}/withdraw/", tag = "Redemptions", params(RedemptionPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The redemption.", body = Redemption), WriteRefusals),
)]
pub(crate) async fn withdraw_redemption(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<RedemptionPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(redemptions::withdraw(&api.registry, &request, path.redemption_id).await)
}
