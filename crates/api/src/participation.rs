//! How platforms take part in the network: their standing, leaving, and what the registrar decides about them.

use axum::Json;
use axum::extract::State;
use domain::PlatformId;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::{admissions, participation};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::applications::LicenceChange;
use wire::decisions::{Decision, Reason};
use wire::investments::Nothing;
use wire::participation::Participation;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a platform.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PlatformPath {
    /// The distribution platform.
    #[param(value_type = Uuid)]
    pub(crate) platform_id: PlatformId,
}

/// Get the platform's own standing
#[utoipa::path(
    get, path = "/participation/", tag = "Participation",
    responses((status = 200, description = "The standing.", body = Participation), ReadRefusals),
)]
pub(crate) async fn get_participation(
    State(api): State<Api>,
    Reader(caller): Reader,
) -> Result<Json<Participation>, Refused> {
    Ok(Json(participation::get(&api.registry, &caller).await?))
}

/// List the platforms
///
/// Every one with its standing and the licence that counts.
#[utoipa::path(
    get, path = "/platforms/", tag = "Participation", params(PageQuery),
    responses((status = 200, description = "A page of platforms.", body = Page<Participation>), ReadRefusals),
)]
pub(crate) async fn list_platforms(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Participation>>, Refused> {
    let listed = participation::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a platform's standing
#[utoipa::path(
    get, path = "/platforms/{platform_id}/", tag = "Participation", params(PlatformPath),
    responses((status = 200, description = "The standing.", body = Participation), ReadRefusals),
)]
pub(crate) async fn get_platform(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<PlatformPath>,
) -> Result<Json<Participation>, Refused> {
    let platform = path.platform_id;
    Ok(Json(
        participation::get_any(&api.registry, &caller, platform).await?,
    ))
}

/// Leave the network
///
/// From here on no new investments are taken; running investments go on, and reading does.
#[utoipa::path(
    post, path = "/participation/exit/", tag = "Participation",
    request_body = Option<Nothing>,
    responses((status = 200, description = "The standing after it.", body = Participation), WriteRefusals),
)]
pub(crate) async fn leave_network(
    State(api): State<Api>,
    writer: Writer,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(participation::leave(&api.registry, &request).await)
}

/// Propose the suspension of a platform
///
/// Once confirmed, it takes no new investments; reading and running investments go on.
#[utoipa::path(
    post, path = "/platforms/{platform_id}/suspension/", tag = "Participation", params(PlatformPath),
    request_body = Reason,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_suspension(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<PlatformPath>,
    body: JsonBody<Reason>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let platform = path.platform_id;
    let reason = body.value.reason;
    answered(participation::propose_suspension(&api.registry, &request, platform, reason).await)
}

/// Propose the readmission of a suspended platform
#[utoipa::path(
    post, path = "/platforms/{platform_id}/readmission/", tag = "Participation", params(PlatformPath),
    request_body = Reason,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_readmission(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<PlatformPath>,
    body: JsonBody<Reason>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let platform = path.platform_id;
    let reason = body.value.reason;
    answered(participation::propose_readmission(&api.registry, &request, platform, reason).await)
}

/// Propose another licence for a platform
///
/// Once confirmed, it counts for every investment from then on.
#[utoipa::path(
    post, path = "/platforms/{platform_id}/licence/", tag = "Participation", params(PlatformPath),
    request_body = LicenceChange,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_licence(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<PlatformPath>,
    body: JsonBody<LicenceChange>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let platform = path.platform_id;
    answered(admissions::propose_licence(&api.registry, &request, platform, body.value).await)
}
