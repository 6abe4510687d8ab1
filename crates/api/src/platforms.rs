//! Distribution platforms as issuers see them.

use axum::Json;
use axum::extract::State;
use domain::PlatformId;
use http::{PageQuery, PathParams};
use registry::platforms;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::issuing::DistributionPlatform;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::ReadRefusals;

/// A path that names a distribution platform.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PlatformPath {
    /// The distribution platform.
    #[param(value_type = Uuid)]
    distribution_platform_id: PlatformId,
}

/// List the distribution platforms
///
/// Each with whether the registrar has seen the contract with the calling issuer and allows listings there.
#[utoipa::path(
    get, path = "/distribution-platforms/", tag = "Listings", params(PageQuery),
    responses((status = 200, description = "A page of platforms.", body = Page<DistributionPlatform>), ReadRefusals),
)]
pub(crate) async fn list_distribution_platforms(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<DistributionPlatform>>, Refused> {
    let listed = platforms::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a distribution platform
#[utoipa::path(
    get, path = "/distribution-platforms/{distribution_platform_id}/", tag = "Listings", params(PlatformPath),
    responses((status = 200, description = "The platform.", body = DistributionPlatform), ReadRefusals),
)]
pub(crate) async fn get_distribution_platform(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<PlatformPath>,
) -> Result<Json<DistributionPlatform>, Refused> {
    let platform = path.distribution_platform_id;
    Ok(Json(
        platforms::get(&api.registry, &caller, platform).await?,
    ))
}
