//! Webhook endpoints: where a platform wants to hear of events, and what became of the deliveries.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::webhook_endpoints;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::Page;
use wire::investments::Nothing;
use wire::webhook_endpoints::{
    Queued, Replay, RotateSecret, WebhookAttempt, WebhookEndpoint, WebhookEndpointCreate,
    WebhookEndpointPatch,
};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names an endpoint.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct EndpointPath {
    /// The endpoint.
    endpoint_id: Uuid,
}

/// Register an endpoint
///
/// The signing secret is in this answer and in no other; it may be supplied, so that one receiver uses the same in every environment.
#[utoipa::path(
    post, path = "/webhook-endpoints/", tag = "Webhooks", request_body = WebhookEndpointCreate,
    responses((status = 201, description = "The endpoint with its secret.", body = WebhookEndpoint), WriteRefusals),
)]
pub(crate) async fn create_webhook_endpoint(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<WebhookEndpointCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(webhook_endpoints::create(&api.registry, &request, body.value).await)
}

/// List the endpoints
#[utoipa::path(
    get, path = "/webhook-endpoints/", tag = "Webhooks", params(PageQuery),
    responses((status = 200, description = "A page of endpoints.", body = Page<WebhookEndpoint>), ReadRefusals),
)]
pub(crate) async fn list_webhook_endpoints(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<WebhookEndpoint>>, Refused> {
    let listed = webhook_endpoints::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an endpoint
#[utoipa::path(
    get, path = "/webhook-endpoints/{endpoint_id}/", tag = "Webhooks", params(EndpointPath),
    responses((status = 200, description = "The endpoint.", body = WebhookEndpoint), ReadRefusals),
)]
pub(crate) async fn get_webhook_endpoint(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<EndpointPath>,
) -> Result<Json<WebhookEndpoint>, Refused> {
    Ok(Json(
        webhook_endpoints::get(&api.registry, &caller, path.endpoint_id).await?,
    ))
}

/// Change an endpoint
///
/// `enabled: false` stops deliveries; what happens meanwhile stays in the log and can be replayed.
#[utoipa::path(
    patch, path = "/webhook-endpoints/{endpoint_id}/", tag = "Webhooks", params(EndpointPath),
    request_body = WebhookEndpointPatch,
    responses((status = 200, description = "The endpoint as changed.", body = WebhookEndpoint), WriteRefusals),
)]
pub(crate) async fn update_webhook_endpoint(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<EndpointPath>,
    body: JsonBody<WebhookEndpointPatch>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(webhook_endpoints::update(&api.registry, &request, path.endpoint_id, body.value).await)
}

/// Remove an endpoint
#[utoipa::path(
    delete, path = "/webhook-endpoints/{endpoint_id}/", tag = "Webhooks", params(EndpointPath),
    responses((status = 204, description = "The endpoint is gone."), WriteRefusals),
)]
pub(crate) async fn delete_webhook_endpoint(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<EndpointPath>,
) -> Outcome {
    let request = writer.request_without_body();
    answered(webhook_endpoints::delete(&api.registry, &request, path.endpoint_id).await)
}

/// Send a test event to an endpoint
#[utoipa::path(
    post, path = "/webhook-endpoints/{endpoint_id}/test/", tag = "Webhooks", params(EndpointPath),
    request_body = Option<Nothing>,
    responses((status = 202, description = "The event is queued.", body = Queued), WriteRefusals),
)]
pub(crate) async fn test_webhook_endpoint(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<EndpointPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(webhook_endpoints::test(&api.registry, &request, path.endpoint_id).await)
}

/// Replace the signing secret
///
/// For 24 hours deliveries are signed with both.
#[utoipa::path(
    post, path = "/webhook-endpoints/{endpoint_id}/rotate-secret/", tag = "Webhooks", params(EndpointPath),
    request_body = Option<RotateSecret>,
    responses((status = 200, description = "The endpoint with its new secret.", body = WebhookEndpoint), WriteRefusals),
)]
pub(crate) async fn rotate_webhook_secret(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<EndpointPath>,
    body: OptionalJsonBody<RotateSecret>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let rotated =
        webhook_endpoints::rotate_secret(&api.registry, &request, path.endpoint_id, body.value);
    answered(rotated.await)
}

/// List the attempts to deliver to an endpoint
#[utoipa::path(
    get, path = "/webhook-endpoints/{endpoint_id}/attempts/", tag = "Webhooks", params(EndpointPath, PageQuery),
    responses((status = 200, description = "A page of attempts.", body = Page<WebhookAttempt>), ReadRefusals),
)]
pub(crate) async fn list_webhook_attempts(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<EndpointPath>,
    pages: Pages,
) -> Result<Json<Page<WebhookAttempt>>, Refused> {
    let endpoint = path.endpoint_id;
    let listed =
        webhook_endpoints::attempts(&api.registry, &caller, endpoint, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Send events again
///
/// One event, or all since a time.
#[utoipa::path(
    post, path = "/webhook-endpoints/{endpoint_id}/replay/", tag = "Webhooks", params(EndpointPath),
    request_body = Replay,
    responses((status = 202, description = "The deliveries are queued.", body = Queued), WriteRefusals),
)]
pub(crate) async fn replay_webhook_events(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<EndpointPath>,
    body: JsonBody<Replay>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(webhook_endpoints::replay(&api.registry, &request, path.endpoint_id, body.value).await)
}
