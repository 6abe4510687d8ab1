//! Where commands are on the DLT network, and what they have cost.

use axum::Json;
use axum::extract::State;
use domain::ProductId;
use http::PageQuery;
use registry::dlt_transactions;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::Page;
use wire::dlt_transactions::DltTransaction;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::ReadRefusals;

/// Which transactions are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichTransactions {
    /// Only those of this product.
    #[param(value_type = Option<Uuid>)]
    #[serde(default)]
    product_id: Option<ProductId>,
    /// Only those about this investment, transfer, redemption, restriction or re-registration.
    #[serde(default)]
    subject_id: Option<Uuid>,
}

/// List transactions on the DLT network
///
/// Newest first, each with how far it is. A status of the register moves once a transaction is `FINAL` and not before.
#[utoipa::path(
    get, path = "/dlt-transactions/", tag = "Registers", params(WhichTransactions, PageQuery),
    responses((status = 200, description = "A page of transactions.", body = Page<DltTransaction>), ReadRefusals),
)]
pub(crate) async fn list_dlt_transactions(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<WhichTransactions>,
) -> Result<Json<Page<DltTransaction>>, Refused> {
    let which = (pages.filter.product_id, pages.filter.subject_id);
    let listed = dlt_transactions::list(&api.registry, &caller, which, pages.paging()).await?;
    Ok(pages.answer(listed))
}
