//! The catalogue, investments and their events.

use axum::Json;
use axum::extract::State;
use http::{ApiError, JsonBody, PageQuery, PathParams, QueryParams};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::investments::{
    InvestmentBatch, InvestmentCreate, InvestmentPatch, Nothing, SignedDocumentsAdd,
};
use wire::{FieldCode, Page, Problem};

use crate::api::answer::{Outcome, answered, seen};
use crate::api::body::Checked;
use crate::api::caller::{Reader, Writer};
use crate::api::investors::{One, page_of};
use crate::catalogue::{self, Shelf};
use crate::forward::{self, Action};
use crate::investors::Sent;
use crate::store::investments::Filter;
use crate::write::{Answer, Request};
use crate::{Error, Gateway, events, investments, orders, time};

/// Which campaigns are wanted.
#[derive(Deserialize)]
pub(crate) struct OfProduct {
    #[serde(default)]
    product_id: Option<Uuid>,
}

/// Which investments are wanted.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    investor_id: Option<Uuid>,
    #[serde(default)]
    campaign_id: Option<Uuid>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    reference: Option<String>,
    #[serde(default)]
    changed_after: Option<String>,
}

/// Where to go on in the feed.
#[derive(Deserialize)]
pub(crate) struct After {
    #[serde(default)]
    after: Option<Uuid>,
}

pub(crate) async fn products(
    state: State<Gateway>,
    reader: Reader,
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    shelf(state, reader, (Shelf::Products, None), page).await
}

pub(crate) async fn campaigns(
    state: State<Gateway>,
    reader: Reader,
    QueryParams(filter): QueryParams<OfProduct>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    shelf(state, reader, (Shelf::Campaigns, filter.product_id), page).await
}

pub(crate) async fn product(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Outcome {
    Ok(seen(
        &gateway,
        catalogue::get(&gateway, &caller, Shelf::Products, one.id).await?,
    ))
}

pub(crate) async fn campaign(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Outcome {
    Ok(seen(
        &gateway,
        catalogue::get(&gateway, &caller, Shelf::Campaigns, one.id).await?,
    ))
}

async fn shelf(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    (shelf, product): (Shelf, Option<Uuid>),
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    let all = catalogue::list(&gateway, &caller, shelf, product).await?;
    let values = all.into_iter().map(|seen| seen.value).collect();
    Ok(Json(page_of(&page, values)))
}

pub(crate) async fn create(
    State(gateway): State<Gateway>,
    writer: Writer,
    body: Checked<InvestmentCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(orders::place(&gateway, &request, body.sent).await)
}

/// Each item stands for itself, in its own environment.
pub(crate) async fn create_batch(
    State(gateway): State<Gateway>,
    writer: Writer,
    body: JsonBody<InvestmentBatch>,
) -> Result<Json<Value>, ApiError> {
    let request = writer.request(body.fingerprint);
    let items = body.value.investments.iter().enumerate();
    let placed = items.map(|(index, item)| {
        let (gateway, request) = (&gateway, &request);
        async move {
            let body = serde_json::to_value(item).map_err(Error::from)?;
            let item = Request {
                key: request.key.as_ref().map(|key| format!("{key}#{index}")),
                fingerprint: http::fingerprint(&body),
                ..request.clone()
            };
            orders::place(
                gateway,
                &item,
                Sent {
                    body,
                    reference: None,
                },
            )
            .await
        }
    });
    let results: Vec<Value> = futures_util::future::join_all(placed)
        .await
        .into_iter()
        .map(result)
        .collect();
    Ok(Json(json!({"results": results})))
}

fn result(outcome: crate::Result<Answer>) -> Value {
    let refused = |problem: &Problem| json!({"status": problem.status, "investment": null, "problem": problem});
    match outcome {
        Ok(answer) => {
            let investment: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            json!({"status": answer.status, "investment": investment, "problem": null})
        }
        Err(error) => refused(ApiError::from(error).problem()),
    }
}

pub(crate) async fn list(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    QueryParams(wanted): QueryParams<Wanted>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    let wrong = || {
        ApiError::parameter(
            "changed_after",
            FieldCode::InvalidFormat,
            "must be a time by RFC 3339",
        )
    };
    // In a query `+` means a space; many clients forget to encode that of an offset.
    let after = wanted
        .changed_after
        .map(|text| time::parse(&text.replace(' ', "+")).ok_or_else(wrong))
        .transpose()?;
    let filter = Filter {
        investor: wanted.investor_id,
        campaign: wanted.campaign_id,
        status: wanted.status,
        reference: wanted.reference,
        changed_after: after,
    };
    let (count, results) =
        investments::list(&gateway, &caller, filter, (page.limit(), page.offset())).await?;
    Ok(Json(page.answer(count, results)))
}

pub(crate) async fn waiting(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    page: PageQuery,
) -> Result<Json<Page<orders::Waiting>>, ApiError> {
    let (count, results) =
        orders::waiting(&gateway, &caller, (page.limit(), page.offset())).await?;
    Ok(Json(page.answer(count, results)))
}

pub(crate) async fn get(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Outcome {
    Ok(seen(
        &gateway,
        investments::get(&gateway, &caller, one.id).await?,
    ))
}

pub(crate) async fn update(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<InvestmentPatch>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(forward::act(&gateway, &request, one.id, (Action::Patch, body.sent)).await)
}

pub(crate) async fn cancel(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(forward::act(&gateway, &request, one.id, (Action::Cancel, body.sent)).await)
}

pub(crate) async fn add_documents(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<SignedDocumentsAdd>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(
        forward::act(
            &gateway,
            &request,
            one.id,
            (Action::AddSignedDocuments, body.sent),
        )
        .await,
    )
}

pub(crate) async fn events(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    QueryParams(place): QueryParams<After>,
    page: PageQuery,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(
        events::feed(&gateway, &caller, place.after, page.limit()).await?,
    ))
}
