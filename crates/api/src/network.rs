//! The network API: the registrar's view of products and registers, and its decisions.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, PageQuery, PathParams};
use registry::{Right, health, identifications, products, registers, reviews};
use wire::Page;
use wire::identifications::Identification;
use wire::investments::Investment;
use wire::network::{
    Health, IdentificationDecision, PendingIdentification, Register, ReviewDecision,
};
use wire::products::Product;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::identifications::AnyIdentificationPath;
use crate::investments::InvestmentPath;
use crate::pages::Pages;
use crate::products::ProductPath;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// List every product
#[utoipa::path(
    get, path = "/products/", tag = "Products", params(PageQuery),
    responses((status = 200, description = "A page of products.", body = Page<Product>), ReadRefusals),
)]
pub(crate) async fn list_products(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Product>>, Refused> {
    let listed = products::list_all(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get any product
#[utoipa::path(
    get, path = "/products/{product_id}/", tag = "Products", params(ProductPath),
    responses((status = 200, description = "The product.", body = Product), ReadRefusals),
)]
pub(crate) async fn get_product(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<Product>, Refused> {
    Ok(Json(
        products::get_any(&api.registry, &caller, path.product_id).await?,
    ))
}

/// Get the register of a product
///
/// Who holds what by holder identifier and wallet, the last entry's sequence and the root hash over all entries.
#[utoipa::path(
    get, path = "/products/{product_id}/register/", tag = "Registers", params(ProductPath),
    responses((status = 200, description = "The register.", body = Register), ReadRefusals),
)]
pub(crate) async fn get_register(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<Register>, Refused> {
    Ok(Json(
        registers::get(&api.registry, &caller, path.product_id).await?,
    ))
}

/// List the identifications that wait for the registrar
#[utoipa::path(
    get, path = "/identifications/", tag = "Reviews", params(PageQuery),
    responses((status = 200, description = "A page of waiting identifications.", body = Page<PendingIdentification>), ReadRefusals),
)]
pub(crate) async fn list_pending_identifications(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<PendingIdentification>>, Refused> {
    let listed = identifications::pending(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an identification
///
/// As the partner reads it, with the reason of the decision whatever that was.
#[utoipa::path(
    get, path = "/identifications/{identification_id}/", tag = "Reviews", params(AnyIdentificationPath),
    responses((status = 200, description = "The identification.", body = Identification), ReadRefusals),
)]
pub(crate) async fn get_identification(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<AnyIdentificationPath>,
) -> Result<Json<Identification>, Refused> {
    Ok(Json(
        identifications::look_up(&api.registry, &caller, path.identification_id).await?,
    ))
}

/// Decide about an identification
#[utoipa::path(
    post, path = "/identifications/{identification_id}/decision/", tag = "Reviews", params(AnyIdentificationPath),
    request_body = IdentificationDecision,
    responses((status = 200, description = "The identification as decided.", body = Identification), WriteRefusals),
)]
pub(crate) async fn decide_identification(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<AnyIdentificationPath>,
    body: JsonBody<IdentificationDecision>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let identification = path.identification_id;
    answered(identifications::decide(&api.registry, &request, identification, body.value).await)
}

/// Review an investment
#[utoipa::path(
    post, path = "/investments/{investment_id}/review/", tag = "Reviews", params(InvestmentPath),
    request_body = ReviewDecision,
    responses((status = 200, description = "The investment as reviewed.", body = Investment), WriteRefusals),
)]
pub(crate) async fn review_investment(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: JsonBody<ReviewDecision>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(reviews::review(&api.registry, &request, path.investment_id, body.value).await)
}

/// How the network does
#[utoipa::path(
    get, path = "/health/", tag = "Health",
    responses((status = 200, description = "State of the network.", body = Health), ReadRefusals),
)]
pub(crate) async fn get_health(
    State(api): State<Api>,
    Reader(caller): Reader,
) -> Result<Json<Health>, Refused> {
    caller.require(Right::ReadNetwork)?;
    Ok(Json(health::check(&api.registry).await?))
}
