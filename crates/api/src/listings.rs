//! Listings: which platforms' investors may hold a product.

use axum::Json;
use axum::extract::State;
use http::PageQuery;
use registry::listings;
use wire::Page;
use wire::products::Listing;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::OfProduct;
use crate::refusals::ReadRefusals;

/// List the listings of the issuer's products
#[utoipa::path(
    get, path = "/listings/", tag = "Listings", params(OfProduct, PageQuery),
    responses((status = 200, description = "A page of listings.", body = Page<Listing>), ReadRefusals),
)]
pub(crate) async fn list_listings(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<OfProduct>,
) -> Result<Json<Page<Listing>>, Refused> {
    let product = pages.filter.product_id;
    let listed = listings::list_issued(&api.registry, &caller, product, pages.paging()).await?;
    Ok(pages.answer(listed))
}
