//! Payout lists as of a record date.

use axum::Json;
use axum::extract::State;
use domain::PayoutListId;
use http::{Download, JsonBody, PageQuery, PathParams};
use registry::payout_lists;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::decisions::Decision;
use wire::payout_lists::{PayoutEntry, PayoutList, PayoutListCreate};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::{OfProduct, ProductPath};
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a payout list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PayoutListPath {
    /// The payout list.
    #[param(value_type = Uuid)]
    payout_list_id: PayoutListId,
}

/// Propose a payout list
///
/// Once another actor confirms it, the list says who held what at the end of the record date.
#[utoipa::path(
    post, path = "/products/{product_id}/payout-lists/", tag = "Payouts", params(ProductPath),
    request_body = PayoutListCreate,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_payout_list(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<PayoutListCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(payout_lists::propose(&api.registry, &request, path.product_id, body.value).await)
}

/// List payout lists
#[utoipa::path(
    get, path = "/payout-lists/", tag = "Payouts", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of payout lists.", body = Page<PayoutList>), ReadRefusals),
)]
pub(crate) async fn list_payout_lists(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<PayoutList>>, Refused> {
    let product = pages.filter.product_id;
    let listed = payout_lists::list(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a payout list
///
/// Without its holders.
#[utoipa::path(
    get, path = "/payout-lists/{payout_list_id}/", tag = "Payouts", params(PayoutListPath),
    responses((status = 200, description = "The payout list.", body = PayoutList), ReadRefusals),
)]
pub(crate) async fn get_payout_list(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<PayoutListPath>,
) -> Result<Json<PayoutList>, Refused> {
    Ok(Json(
        payout_lists::get(&api.registry, &caller, path.payout_list_id).await?,
    ))
}

/// List the holders of a payout list with their accounts
///
/// Each page that is read is a line in the audit log.
#[utoipa::path(
    get, path = "/payout-lists/{payout_list_id}/entries/", tag = "Payouts", params(PayoutListPath, PageQuery),
    responses((status = 200, description = "A page of holders.", body = Page<PayoutEntry>), ReadRefusals),
)]
pub(crate) async fn list_payout_entries(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<PayoutListPath>,
    pages: Pages,
) -> Result<Json<Page<PayoutEntry>>, Refused> {
    let (id, paging) = (path.payout_list_id, pages.paging());
    let listed = payout_lists::entries(&api.registry, &caller, id, paging).await?;
    Ok(pages.answer(listed))
}

/// Get the holders of a payout list with their accounts as a table
///
/// Reading it is a line in the audit log.
#[utoipa::path(
    get, path = "/payout-lists/{payout_list_id}/csv/", tag = "Payouts", params(PayoutListPath),
    responses((status = 200, description = "The table (RFC 4180).", body = String, content_type = "text/csv"), ReadRefusals),
)]
pub(crate) async fn get_payout_table(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<PayoutListPath>,
) -> Result<Download, Refused> {
    let table = payout_lists::csv(&api.registry, &caller, path.payout_list_id).await?;
    Ok(Download::new("text/csv; charset=utf-8", table).named("payout-list.csv"))
}
