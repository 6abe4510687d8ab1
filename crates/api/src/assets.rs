//! What a platform sells: environments, campaigns, credentials, and the first call.

use axum::Json;
use axum::extract::State;
use http::{PageQuery, PathParams};
use registry::assets;
use wire::Page;
use wire::assets::{Asset, AssetDetail};

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::ProductPath;
use crate::refusals::ReadRefusals;

/// List the platform's assets
#[utoipa::path(
    get, path = "/assets/", tag = "Assets", params(PageQuery),
    responses((status = 200, description = "A page of assets.", body = Page<Asset>), ReadRefusals),
)]
pub(crate) async fn list_assets(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Asset>>, Refused> {
    let listed = assets::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get one of the platform's assets
///
/// With the first call in four languages, to be pasted.
#[utoipa::path(
    get, path = "/assets/{product_id}/", tag = "Assets", params(ProductPath),
    responses((status = 200, description = "The asset.", body = AssetDetail), ReadRefusals),
)]
pub(crate) async fn get_asset(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<AssetDetail>, Refused> {
    Ok(Json(
        assets::get(&api.registry, &caller, path.product_id).await?,
    ))
}
