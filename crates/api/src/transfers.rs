//! Transfers between investors, and what the registrar says about them.

use axum::Json;
use axum::extract::State;
use domain::InstructionId;
use http::{JsonBody, PageQuery, PathParams};
use registry::{transfer_rules, transfers};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::transfers::{Transfer, TransferCreate, TransferRules};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::ProductPath;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a transfer.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TransferPath {
    /// The transfer.
    #[param(value_type = Uuid)]
    transfer_id: InstructionId,
}

/// Transfer units to another investor
///
/// The holder has signed the transfer with the key of the source wallet. It enters the product's queue, is carried out in its order, and
/// ends as `succeeded` or `failed`; an event tells which. The recipient gets a new investment, the giver's investments have less
/// remaining, the oldest first.
#[utoipa::path(
    post, path = "/transfers/", tag = "Transfers", request_body = TransferCreate,
    responses((status = 201, description = "The transfer.", body = Transfer), WriteRefusals),
)]
pub(crate) async fn create_transfer(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<TransferCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(transfers::create(&api.registry, &request, body.value).await)
}

/// List transfers
///
/// Those that this platform has instructed; what others transfer to its investors are investments.
#[utoipa::path(
    get, path = "/transfers/", tag = "Transfers", params(PageQuery),
    responses((status = 200, description = "A page of transfers.", body = Page<Transfer>), ReadRefusals),
)]
pub(crate) async fn list_transfers(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Transfer>>, Refused> {
    let listed = transfers::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a transfer
#[utoipa::path(
    get, path = "/transfers/{transfer_id}/", tag = "Transfers", params(TransferPath),
    responses((status = 200, description = "The transfer.", body = Transfer), ReadRefusals),
)]
pub(crate) async fn get_transfer(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<TransferPath>,
) -> Result<Json<Transfer>, Refused> {
    Ok(Json(
        transfers::get(&api.registry, &caller, path.transfer_id).await?,
    ))
}

/// What stands against transfers of a product
#[utoipa::path(
    get, path = "/products/{product_id}/transfer-rules/", tag = "Registers", params(ProductPath),
    responses((status = 200, description = "The rules.", body = TransferRules), ReadRefusals),
)]
pub(crate) async fn get_transfer_rules(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<TransferRules>, Refused> {
    Ok(Json(
        transfer_rules::get(&api.registry, &caller, path.product_id).await?,
    ))
}

/// Stop or release transfers of a product
///
/// Instructions that wait are checked against them when their turn comes.
#[utoipa::path(
    post, path = "/products/{product_id}/transfer-rules/", tag = "Registers", params(ProductPath),
    request_body = TransferRules,
    responses((status = 200, description = "The rules.", body = TransferRules), WriteRefusals),
)]
pub(crate) async fn set_transfer_rules(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<TransferRules>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(transfer_rules::set(&api.registry, &request, path.product_id, body.value).await)
}
