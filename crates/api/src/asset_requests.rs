//! Choosing assets: asking, answering, approving.

use axum::Json;
use axum::extract::State;
use domain::AssetRequestId;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::asset_requests;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::asset_requests::{
    AssetRequest, AssetRequestAcceptance, AssetRequestCreate, AssetRequestStatus,
};
use wire::decisions::Reason;
use wire::investments::Nothing;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a request for an asset.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AssetRequestPath {
    /// The request.
    #[param(value_type = Uuid)]
    asset_request_id: AssetRequestId,
}

/// Which requests are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedAssetRequests {
    /// Only those with this status.
    status: Option<AssetRequestStatus>,
}

/// Ask for an asset of the catalogue
///
/// The issuer answers, and the registrar allows the pair where it has not yet. Then the platform finds the asset under `assets/`, in the
/// sandbox first, and makes its clients.
#[utoipa::path(
    post, path = "/asset-requests/", tag = "Asset requests", request_body = AssetRequestCreate,
    responses((status = 201, description = "The request.", body = AssetRequest), WriteRefusals),
)]
pub(crate) async fn create_asset_request(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<AssetRequestCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(asset_requests::create(&api.registry, &request, body.value).await)
}

/// List requests for assets
///
/// A platform sees its own, an issuer those for its products, the registrar all; the newest first.
#[utoipa::path(
    get, path = "/asset-requests/", tag = "Asset requests", params(WantedAssetRequests, PageQuery),
    responses((status = 200, description = "A page of requests.", body = Page<AssetRequest>), ReadRefusals),
)]
pub(crate) async fn list_asset_requests(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<WantedAssetRequests>,
) -> Result<Json<Page<AssetRequest>>, Refused> {
    let status = pages.filter.status;
    let listed = asset_requests::list(&api.registry, &caller, status, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a request for an asset
#[utoipa::path(
    get, path = "/asset-requests/{asset_request_id}/", tag = "Asset requests", params(AssetRequestPath),
    responses((status = 200, description = "The request.", body = AssetRequest), ReadRefusals),
)]
pub(crate) async fn get_asset_request(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<AssetRequestPath>,
) -> Result<Json<AssetRequest>, Refused> {
    let id = path.asset_request_id;
    Ok(Json(asset_requests::get(&api.registry, &caller, id).await?))
}

/// Withdraw a request
///
/// Until it is live. A sandbox that the issuer has opened stays.
#[utoipa::path(
    post, path = "/asset-requests/{asset_request_id}/withdraw/", tag = "Asset requests", params(AssetRequestPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The request as withdrawn.", body = AssetRequest), WriteRefusals),
)]
pub(crate) async fn withdraw_asset_request(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<AssetRequestPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.asset_request_id;
    answered(asset_requests::withdraw(&api.registry, &request, id).await)
}

/// Accept a request
///
/// The issuer says what the platform's campaign is: allocation and mandates. The platform has it in the sandbox at once, and in
/// production as soon as the registrar allows the pair: in this moment if it does already.
#[utoipa::path(
    post, path = "/asset-requests/{asset_request_id}/accept/", tag = "Asset requests", params(AssetRequestPath),
    request_body = AssetRequestAcceptance,
    responses((status = 200, description = "The request as accepted.", body = AssetRequest), WriteRefusals),
)]
pub(crate) async fn accept_asset_request(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<AssetRequestPath>,
    body: JsonBody<AssetRequestAcceptance>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.asset_request_id;
    answered(asset_requests::accept(&api.registry, &request, id, body.value).await)
}

/// Refuse a request
///
/// By the issuer, or by the registrar who does not allow the pair. The platform reads the reason.
#[utoipa::path(
    post, path = "/asset-requests/{asset_request_id}/refuse/", tag = "Asset requests", params(AssetRequestPath),
    request_body = Reason,
    responses((status = 200, description = "The request as refused.", body = AssetRequest), WriteRefusals),
)]
pub(crate) async fn refuse_asset_request(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<AssetRequestPath>,
    body: JsonBody<Reason>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let (id, reason) = (path.asset_request_id, body.value.reason);
    answered(asset_requests::refuse(&api.registry, &request, id, reason).await)
}

/// Approve a request
///
/// The registrar has seen the contract between issuer and platform: the pair is allowed from now on, and the sale opens as the issuer
/// has said.
#[utoipa::path(
    post, path = "/asset-requests/{asset_request_id}/approve/", tag = "Asset requests", params(AssetRequestPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The request, which is live.", body = AssetRequest), WriteRefusals),
)]
pub(crate) async fn approve_asset_request(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<AssetRequestPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.asset_request_id;
    answered(asset_requests::approve(&api.registry, &request, id).await)
}
