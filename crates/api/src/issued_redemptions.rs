//! Redemptions as the issuer of the product carries them on, or the registrar on its proof.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::redemption_payments;
use wire::Page;
use wire::redemptions::{Redemption, RedemptionDelete, RedemptionPaid};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::OfProduct;
use crate::redemptions::RedemptionPath;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// List redemptions
///
/// Of the issuer's products.
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
    let listed = redemption_payments::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a redemption in a product of the issuer's
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
        redemption_payments::get(&api.registry, &caller, path.redemption_id).await?,
    ))
}

/// Prove that a redemption was paid
///
/// The holder's instruction enters the product's queue, and the issuer is entered as holder of the units (§ 29(1) eWpG). With `delete` they
/// are deleted as soon as that is final.
#[utoipa::path(
    post, path = "/redemptions/{redemption_id}/mark-paid/", tag = "Redemptions", params(RedemptionPath),
    request_body = RedemptionPaid,
    responses((status = 200, description = "The redemption.", body = Redemption), WriteRefusals),
)]
pub(crate) async fn mark_redemption_paid(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<RedemptionPath>,
    body: JsonBody<RedemptionPaid>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.redemption_id;
    answered(redemption_payments::mark_paid(&api.registry, &request, id, body.value).await)
}

/// Delete what a redemption has brought back
///
/// After the payment, and once the issuer is finally entered as holder. It is the issuer's consent (§ 18(2) eWpG); the registrar names where it
/// keeps that.
#[utoipa::path(
    post, path = "/redemptions/{redemption_id}/delete/", tag = "Redemptions", params(RedemptionPath),
    request_body = Option<RedemptionDelete>,
    responses((status = 200, description = "The redemption.", body = Redemption), WriteRefusals),
)]
pub(crate) async fn delete_redemption(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<RedemptionPath>,
    body: OptionalJsonBody<RedemptionDelete>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.redemption_id;
    answered(redemption_payments::delete(&api.registry, &request, id, body.value).await)
}
