//! What only a gateway can answer: how each environment does, what differs, and what environments tell.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use http::{ApiError, PageQuery, PathParams, QueryParams};
use serde::Deserialize;
use wire::gateways::{GatewayCheckpoint, GatewayRegister, GatewayStatus};
use wire::{Page, ProblemCode};

use crate::api::caller::Reader;
use crate::api::investors::At;
use crate::{Gateway, drift, inbox};

/// No honest event is longer.
const LONGEST_EVENT: usize = 64 * 1024;

/// Which differences are wanted.
#[derive(Deserialize)]
pub(crate) struct OfEnvironment {
    #[serde(default)]
    environment: Option<String>,
}

/// Whose log.
#[derive(Deserialize)]
pub(crate) struct Register {
    isin: String,
}

/// Whose log, and where it was seen.
#[derive(Deserialize)]
pub(crate) struct RegisterAt {
    isin: String,
    name: String,
}

pub(crate) async fn take_webhook(
    State(gateway): State<Gateway>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let (parts, body) = request.into_parts();
    let too_large = |_| ApiError::new(ProblemCode::BodyTooLarge, "An event has 64 KiB at most.");
    let bytes = to_bytes(body, LONGEST_EVENT).await.map_err(too_large)?;
    inbox::take(&gateway, &parts.headers, bytes.to_vec()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn healthy() -> StatusCode {
    StatusCode::NO_CONTENT
}

pub(crate) async fn status(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
) -> Result<Json<GatewayStatus>, ApiError> {
    caller.require("investors:read")?;
    Ok(Json(crate::status::of(&gateway).await?))
}

pub(crate) async fn differences(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    QueryParams(wanted): QueryParams<OfEnvironment>,
    page: PageQuery,
) -> Result<Json<Page<drift::Shown>>, ApiError> {
    let place = (page.limit(), page.offset());
    let (count, results) = drift::report(&gateway, &caller, wanted.environment, place).await?;
    Ok(Json(page.answer(count, results)))
}

pub(crate) async fn registers(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
) -> Result<Json<Vec<GatewayRegister>>, ApiError> {
    Ok(Json(crate::registers::list(&gateway, &caller).await?))
}

pub(crate) async fn checkpoints(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(register): PathParams<Register>,
    page: PageQuery,
) -> Result<Json<Page<GatewayCheckpoint>>, ApiError> {
    let place = (page.limit(), page.offset());
    let (count, results) =
        crate::registers::history(&gateway, &caller, register.isin, place).await?;
    Ok(Json(page.answer(count, results)))
}

pub(crate) async fn follow_anew(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(place): PathParams<RegisterAt>,
) -> Result<StatusCode, ApiError> {
    caller.require("investors:write")?;
    crate::registers::follow_anew(&gateway, place.name, place.isin).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(crate) async fn compare(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
) -> Result<StatusCode, ApiError> {
    drift::ask(&gateway, &caller).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(crate) async fn push(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(at): PathParams<At>,
) -> Result<StatusCode, ApiError> {
    drift::push(&gateway, &caller, at.id, at.name).await?;
    Ok(StatusCode::ACCEPTED)
}
