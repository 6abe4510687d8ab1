//! Instructions of holders: transfers and redemptions.

use axum::Json;
use axum::extract::State;
use http::{ApiError, PageQuery, PathParams, QueryParams};
use serde_json::Value;
use wire::Page;
use wire::investments::Nothing;
use wire::redemptions::RedemptionCreate;
use wire::transfers::TransferCreate;

use crate::api::answer::{Outcome, answered, seen};
use crate::api::body::Checked;
use crate::api::caller::{Reader, Writer};
use crate::api::investors::{ByReference, One};
use crate::store::instructions::InstructionKind::{self, Redemption, Transfer};
use crate::{Gateway, instructions};

pub(crate) async fn transfer(
    State(gateway): State<Gateway>,
    writer: Writer,
    body: Checked<TransferCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(instructions::create(&gateway, &request, Transfer, body.sent).await)
}

pub(crate) async fn transfers(
    state: State<Gateway>,
    reader: Reader,
    filter: QueryParams<ByReference>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    list(state, reader, (Transfer, filter), page).await
}

pub(crate) async fn get_transfer(
    state: State<Gateway>,
    reader: Reader,
    path: PathParams<One>,
) -> Outcome {
    get(state, reader, Transfer, path).await
}

pub(crate) async fn redeem(
    State(gateway): State<Gateway>,
    writer: Writer,
    body: Checked<RedemptionCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(instructions::create(&gateway, &request, Redemption, body.sent).await)
}

pub(crate) async fn redemptions(
    state: State<Gateway>,
    reader: Reader,
    filter: QueryParams<ByReference>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    list(state, reader, (Redemption, filter), page).await
}

pub(crate) async fn get_redemption(
    state: State<Gateway>,
    reader: Reader,
    path: PathParams<One>,
) -> Outcome {
    get(state, reader, Redemption, path).await
}

pub(crate) async fn withdraw(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(instructions::withdraw(&gateway, &request, one.id).await)
}

async fn list(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    (kind, QueryParams(filter)): (InstructionKind, QueryParams<ByReference>),
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    let wanted = (kind, filter.reference);
    let place = (page.limit(), page.offset());
    let (count, results) = instructions::list(&gateway, &caller, wanted, place).await?;
    Ok(Json(page.answer(count, results)))
}

async fn get(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    kind: InstructionKind,
    PathParams(one): PathParams<One>,
) -> Outcome {
    let found = instructions::get(&gateway, &caller, kind, one.id).await?;
    Ok(seen(&gateway, found))
}
