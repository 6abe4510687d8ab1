//! Transfers between investors.

use axum::Json;
use axum::extract::State;
use http::{ApiError, PageQuery, PathParams, QueryParams};
use serde_json::Value;
use wire::Page;
use wire::transfers::TransferCreate;

use crate::api::answer::{Outcome, answered, seen};
use crate::api::body::Checked;
use crate::api::caller::{Reader, Writer};
use crate::api::investors::{ByReference, One};
use crate::{Gateway, transfers};

pub(crate) async fn create(
    State(gateway): State<Gateway>,
    writer: Writer,
    body: Checked<TransferCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(transfers::create(&gateway, &request, body.sent).await)
}

pub(crate) async fn list(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    QueryParams(filter): QueryParams<ByReference>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    let place = (page.limit(), page.offset());
    let (count, results) = transfers::list(&gateway, &caller, filter.reference, place).await?;
    Ok(Json(page.answer(count, results)))
}

pub(crate) async fn get(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Outcome {
    Ok(seen(
        &gateway,
        transfers::get(&gateway, &caller, one.id).await?,
    ))
}
