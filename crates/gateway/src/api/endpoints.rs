//! The application's webhook endpoints, under the paths of the Distributor API.

use axum::Json;
use axum::extract::State;
use http::{ApiError, JsonBody, OptionalJsonBody, PageQuery, PathParams};
use wire::Page;
use wire::webhook_endpoints::{
    Replay, RotateSecret, WebhookAttempt, WebhookEndpoint, WebhookEndpointCreate,
    WebhookEndpointPatch,
};

use crate::api::answer::{Outcome, answered};
use crate::api::caller::{Reader, Writer};
use crate::api::investors::One;
use crate::{Gateway, endpoints};

pub(crate) async fn create(
    State(gateway): State<Gateway>,
    writer: Writer,
    body: JsonBody<WebhookEndpointCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(endpoints::create(&gateway, &request, body.value).await)
}

pub(crate) async fn list(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    page: PageQuery,
) -> Result<Json<Page<WebhookEndpoint>>, ApiError> {
    let (count, results) = endpoints::list(&gateway, &caller, place(&page)).await?;
    Ok(Json(page.answer(count, results)))
}

pub(crate) async fn get(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Result<Json<WebhookEndpoint>, ApiError> {
    Ok(Json(endpoints::get(&gateway, &caller, one.id).await?))
}

pub(crate) async fn update(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: JsonBody<WebhookEndpointPatch>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(endpoints::update(&gateway, &request, one.id, body.value).await)
}

pub(crate) async fn delete(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
) -> Outcome {
    answered(endpoints::delete(&gateway, &writer.request_without_body(), one.id).await)
}

pub(crate) async fn rotate(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: OptionalJsonBody<RotateSecret>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(endpoints::rotate(&gateway, &request, one.id, body.value).await)
}

pub(crate) async fn test(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
) -> Outcome {
    answered(endpoints::test(&gateway, &writer.request_without_body(), one.id).await)
}

pub(crate) async fn replay(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: JsonBody<Replay>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(endpoints::replay(&gateway, &request, one.id, body.value).await)
}

pub(crate) async fn attempts(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
    page: PageQuery,
) -> Result<Json<Page<WebhookAttempt>>, ApiError> {
    let (count, results) = endpoints::attempts(&gateway, &caller, one.id, place(&page)).await?;
    Ok(Json(page.answer(count, results)))
}

fn place(page: &PageQuery) -> (u32, u32) {
    (
        page.page_size,
        (page.page - 1).saturating_mul(page.page_size),
    )
}
