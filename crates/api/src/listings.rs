//! Listings: which platforms' investors may hold a product.

use axum::Json;
use axum::extract::State;
use domain::ListingId;
use http::{JsonBody, PageQuery, PathParams};
use registry::listings;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::issuing::ListingCreate;
use wire::products::Listing;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::OfProduct;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a listing.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ListingPath {
    /// The listing.
    #[param(value_type = Uuid)]
    listing_id: ListingId,
}

/// List a product on a distribution platform
///
/// By default nobody may hold a new product. Once the registrar allows the platform (`is_allowed`), the product can be listed there, and
/// every investor of the platform may hold it.
#[utoipa::path(
    post, path = "/listings/", tag = "Listings",
    request_body = ListingCreate,
    responses((status = 201, description = "The listing.", body = Listing), WriteRefusals),
)]
pub(crate) async fn create_listing(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<ListingCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(listings::create(&api.registry, &request, body.value).await)
}

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

/// Get a listing of the issuer's products
#[utoipa::path(
    get, path = "/listings/{listing_id}/", tag = "Listings", params(ListingPath),
    responses((status = 200, description = "The listing.", body = Listing), ReadRefusals),
)]
pub(crate) async fn get_listing(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ListingPath>,
) -> Result<Json<Listing>, Refused> {
    Ok(Json(
        listings::get_issued(&api.registry, &caller, path.listing_id).await?,
    ))
}
