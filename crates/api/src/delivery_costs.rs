//! How deliveries are gathered, what the DLT network has cost, and what deliveries will cost.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, PathParams};
use registry::delivery_costs;
use wire::delivery_costs::{DeliveryEstimate, DeliveryPolicy, DltCosts};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::products::ProductPath;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// What a product has cost on the DLT network
///
/// Gas and fees of final transactions, measured from their receipts, by what they did, for each command and for each unit.
#[utoipa::path(
    get, path = "/products/{product_id}/dlt-costs/", tag = "Registers", params(ProductPath),
    responses((status = 200, description = "The costs.", body = DltCosts), ReadRefusals),
)]
pub(crate) async fn get_dlt_costs(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<DltCosts>, Refused> {
    Ok(Json(
        delivery_costs::costs(&api.registry, &caller, path.product_id).await?,
    ))
}

/// What the deliveries that are due will cost
///
/// Of all investments that are paid and not delivered, at the price that the worker noted last.
#[utoipa::path(
    get, path = "/products/{product_id}/delivery-estimate/", tag = "Registers", params(ProductPath),
    responses((status = 200, description = "The estimate.", body = DeliveryEstimate), ReadRefusals),
)]
pub(crate) async fn get_delivery_estimate(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<DeliveryEstimate>, Refused> {
    Ok(Json(
        delivery_costs::estimate(&api.registry, &caller, path.product_id).await?,
    ))
}

/// How deliveries of a product are gathered
#[utoipa::path(
    get, path = "/products/{product_id}/delivery-policy/", tag = "Registers", params(ProductPath),
    responses((status = 200, description = "The policy.", body = DeliveryPolicy), ReadRefusals),
)]
pub(crate) async fn get_delivery_policy(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<DeliveryPolicy>, Refused> {
    Ok(Json(
        delivery_costs::policy(&api.registry, &caller, path.product_id).await?,
    ))
}

/// Say how deliveries of a product are gathered
///
/// It holds for what waits already. What holders instruct never waits for it.
#[utoipa::path(
    post, path = "/products/{product_id}/delivery-policy/", tag = "Registers", params(ProductPath),
    request_body = DeliveryPolicy,
    responses((status = 200, description = "The policy.", body = DeliveryPolicy), WriteRefusals),
)]
pub(crate) async fn set_delivery_policy(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<DeliveryPolicy>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let product = path.product_id;
    answered(delivery_costs::set_policy(&api.registry, &request, product, body.value).await)
}
