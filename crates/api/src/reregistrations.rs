//! Re-registrations without the holder's signature and reversals of wrong entries, by two of the registrar.

use axum::Json;
use axum::extract::State;
use domain::InstructionId;
use http::{JsonBody, PageQuery, PathParams};
use registry::reregistrations;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::decisions::Decision;
use wire::reregistrations::{Reregistration, ReregistrationCreate, ReversalCreate};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::{OfProduct, ProductPath};
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a re-registration.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ReregistrationPath {
    /// The re-registration.
    #[param(value_type = Uuid)]
    reregistration_id: InstructionId,
}

/// Propose to re-register units without the holder's signature
///
/// To an heir, by order of a court or an authority, or to the holder's new wallet after a lost key. Once another actor confirms it, it takes
/// its place in the product's queue of instructions. What burdens the units goes with them.
#[utoipa::path(
    post, path = "/products/{product_id}/reregistrations/", tag = "Registers", params(ProductPath),
    request_body = ReregistrationCreate,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_reregistration(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<ReregistrationCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(reregistrations::propose(&api.registry, &request, path.product_id, body.value).await)
}

/// Propose to reverse a wrong entry
///
/// All that a delivery, a transfer or a re-registration has moved goes back to where it was; the entry stays, and another names it. Once
/// another actor confirms it, it takes its place in the product's queue of instructions.
#[utoipa::path(
    post, path = "/products/{product_id}/reversals/", tag = "Registers", params(ProductPath),
    request_body = ReversalCreate,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_reversal(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<ReversalCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let product = path.product_id;
    answered(reregistrations::propose_reversal(&api.registry, &request, product, body.value).await)
}

/// List re-registrations and reversals
///
/// Whatever has become of them, oldest first.
#[utoipa::path(
    get, path = "/reregistrations/", tag = "Registers", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of re-registrations.", body = Page<Reregistration>), ReadRefusals),
)]
pub(crate) async fn list_reregistrations(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<Reregistration>>, Refused> {
    let product = pages.filter.product_id;
    let listed = reregistrations::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a re-registration or reversal
#[utoipa::path(
    get, path = "/reregistrations/{reregistration_id}/", tag = "Registers", params(ReregistrationPath),
    responses((status = 200, description = "The re-registration.", body = Reregistration), ReadRefusals),
)]
pub(crate) async fn get_reregistration(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ReregistrationPath>,
) -> Result<Json<Reregistration>, Refused> {
    Ok(Json(
        reregistrations::get(&api.registry, &caller, path.reregistration_id).await?,
    ))
}
