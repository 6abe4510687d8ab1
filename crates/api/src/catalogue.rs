//! The catalogue of assets, for partners, issuers and the registrar.

use axum::Json;
use axum::extract::State;
use domain::{IssuerId, ProductId};
use http::{Download, PageQuery, PathParams};
use registry::catalogue::{self, Wanted};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::catalogue::CatalogueAsset;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::ProductPath;
use crate::refusals::ReadRefusals;

/// A thousand assets fit into one answer.
const LARGEST_PAGE: u32 = 1_000;

/// Which assets are wanted; filters are joined by "and".
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct CatalogueFilter {
    /// Such as `real_estate`.
    sector: Option<String>,
    /// Such as `ewpg_bearer_bond`.
    legal_form: Option<String>,
    /// Assets of this issuer.
    #[param(value_type = Option<Uuid>)]
    issuer_id: Option<IssuerId>,
    /// DLT network.
    network: Option<String>,
    /// Such as `ACTIVE`.
    status: Option<String>,
    /// ISO 4217.
    currency: Option<String>,
    /// The smallest investment costs at most so many whole units of the currency.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 4_294_967_295u64)]
    minimum_up_to: Option<u32>,
    /// Repaid on this day or later.
    #[param(format = Date)]
    matures_from: Option<String>,
    /// Repaid on this day or earlier.
    #[param(format = Date)]
    matures_until: Option<String>,
    /// A part of name, issuer, ISIN or asset code.
    search: Option<String>,
}

/// A path that names a document of a product by its hash.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DocumentHashPath {
    /// The product.
    #[param(value_type = Uuid)]
    product_id: ProductId,
    /// SHA-256 of the bytes, hexadecimal.
    #[param(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
}

/// List the assets that are offered
///
/// Assets of all issuers with what a partner needs to set up its online investment process. What is restricted to a circle is seen
/// by the circle; an issuer also sees its own, the registrar all. A page may have a thousand assets.
#[utoipa::path(
    get, path = "/catalogue/", tag = "Catalogue", params(CatalogueFilter, PageQuery<LARGEST_PAGE>),
    responses((status = 200, description = "A page of assets.", body = Page<CatalogueAsset>), ReadRefusals),
)]
pub(crate) async fn list_catalogue(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<CatalogueFilter, LARGEST_PAGE>,
) -> Result<Json<Page<CatalogueAsset>>, Refused> {
    let filter = &pages.filter;
    let wanted = Wanted {
        sector: filter.sector.clone(),
        legal_form: filter.legal_form.clone(),
        issuer_id: filter.issuer_id,
        network: filter.network.clone(),
        status: filter.status.clone(),
        currency: filter.currency.clone(),
        minimum_up_to: filter.minimum_up_to,
        matures_from: filter.matures_from.clone(),
        matures_until: filter.matures_until.clone(),
        search: filter.search.clone(),
    };
    let listed = catalogue::list(&api.registry, &caller, wanted, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an asset that is offered
#[utoipa::path(
    get, path = "/catalogue/{product_id}/", tag = "Catalogue", params(ProductPath),
    responses((status = 200, description = "The asset.", body = CatalogueAsset), ReadRefusals),
)]
pub(crate) async fn get_catalogue_asset(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<CatalogueAsset>, Refused> {
    Ok(Json(
        catalogue::get(&api.registry, &caller, path.product_id).await?,
    ))
}

/// Download a document of an asset
///
/// By the hash that the catalogue names; the bytes never change, and every version stays. Each may be a PDF or an image.
#[utoipa::path(
    get, path = "/catalogue/{product_id}/documents/{sha256}/", tag = "Catalogue", params(DocumentHashPath),
    responses(
        (status = 200, description = "The document.", body = String, content_type = "application/pdf"),
        ReadRefusals,
    ),
)]
pub(crate) async fn get_catalogue_document(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<DocumentHashPath>,
) -> Result<Download, Refused> {
    let content =
        catalogue::document(&api.registry, &caller, path.product_id, &path.sha256).await?;
    Ok(Download::new(content.content_type, content.bytes))
}
