//! Restrictions of disposal and rights of third parties, entered and released by two of the registrar.

use axum::Json;
use axum::extract::State;
use domain::RestrictionId;
use http::{JsonBody, PageQuery, PathParams};
use registry::restrictions;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::decisions::Decision;
use wire::restrictions::{Restriction, RestrictionCreate, RestrictionRelease};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::{OfProduct, ProductPath};
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a restriction.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RestrictionPath {
    /// The restriction.
    #[param(value_type = Uuid)]
    restriction_id: RestrictionId,
}

/// Propose to enter a restriction or right
///
/// A pledge, a usufruct, an attachment, an agreed lock, a freeze, or that the holder is known not to be entitled. Once another actor
/// confirms it, it takes its place in the product's queue of instructions.
#[utoipa::path(
    post, path = "/products/{product_id}/restrictions/", tag = "Registers", params(ProductPath),
    request_body = RestrictionCreate,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_restriction(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<RestrictionCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(restrictions::propose(&api.registry, &request, path.product_id, body.value).await)
}

/// List restrictions and rights
///
/// Whatever has become of them, oldest first.
#[utoipa::path(
    get, path = "/restrictions/", tag = "Registers", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of restrictions.", body = Page<Restriction>), ReadRefusals),
)]
pub(crate) async fn list_restrictions(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<Restriction>>, Refused> {
    let product = pages.filter.product_id;
    let listed = restrictions::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a restriction or right
#[utoipa::path(
    get, path = "/restrictions/{restriction_id}/", tag = "Registers", params(RestrictionPath),
    responses((status = 200, description = "The restriction.", body = Restriction), ReadRefusals),
)]
pub(crate) async fn get_restriction(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<RestrictionPath>,
) -> Result<Json<Restriction>, Refused> {
    Ok(Json(
        restrictions::get(&api.registry, &caller, path.restriction_id).await?,
    ))
}

/// Propose to release a restriction or right
///
/// All of it, or so many units. Once another actor confirms it, it takes its place in the product's queue of instructions.
#[utoipa::path(
    post, path = "/restrictions/{restriction_id}/release/", tag = "Registers", params(RestrictionPath),
    request_body = RestrictionRelease,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_restriction_release(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<RestrictionPath>,
    body: JsonBody<RestrictionRelease>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.restriction_id;
    answered(restrictions::propose_release(&api.registry, &request, id, body.value).await)
}
