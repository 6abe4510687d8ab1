//! Products: those that a platform may sell, and in [`issued`] those that an issuer has.

use axum::Json;
use axum::extract::State;
use domain::ProductId;
use http::{PageQuery, PathParams};
use registry::products;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::products::Product;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::ReadRefusals;

/// A path that names a product.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ProductPath {
    /// The product.
    #[param(value_type = Uuid)]
    pub(crate) product_id: ProductId,
}

/// A filter by product.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfProduct {
    /// Only what belongs to this product.
    #[param(value_type = Option<Uuid>)]
    #[serde(default)]
    pub(crate) product_id: Option<ProductId>,
}

/// List the products that are listed for the platform
#[utoipa::path(
    get, path = "/products/", tag = "Products", params(PageQuery),
    responses((status = 200, description = "A page of products.", body = Page<Product>), ReadRefusals),
)]
pub(crate) async fn list_products(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Product>>, Refused> {
    let listed = products::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a product that is listed for the platform
#[utoipa::path(
    get, path = "/products/{product_id}/", tag = "Products", params(ProductPath),
    responses((status = 200, description = "The product.", body = Product), ReadRefusals),
)]
pub(crate) async fn get_product(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<Product>, Refused> {
    Ok(Json(
        products::get(&api.registry, &caller, path.product_id).await?,
    ))
}

/// The Issuer API's side.
pub(crate) mod issued {
    use http::JsonBody;
    use registry::issuing;
    use wire::issuing::{IssuedProduct, ProductCreate, ProductPatch};

    use super::*;
    use crate::answer::{Outcome, answered};
    use crate::merge_patch::MergePatch;
    use crate::refusals::WriteRefusals;
    use crate::request::Writer;

    /// Create a product
    ///
    /// A digital security (`ewpg` false) gets its environment and its token at once; a crypto security (`ewpg` true) has the status
    /// `VALIDATION` until the registrar has decided.
    #[utoipa::path(
        post, path = "/products/", tag = "Products",
        request_body = ProductCreate,
        responses((status = 201, description = "The product.", body = IssuedProduct), WriteRefusals),
    )]
    pub(crate) async fn create_product(
        State(api): State<Api>,
        writer: Writer,
        body: JsonBody<ProductCreate>,
    ) -> Outcome {
        let request = writer.request(body.fingerprint);
        answered(issuing::create(&api.registry, &request, body.value).await)
    }

    /// Change a product
    ///
    /// A merge patch (RFC 7396). Before the issue is decided every field but `issuer_id` may change, and a refused product is asked for
    /// again; afterwards only what partners are told. Any other field is refused as `immutable`.
    #[utoipa::path(
        patch, path = "/products/{product_id}/", tag = "Products", params(ProductPath),
        request_body(content((ProductPatch = "application/json"), (ProductPatch = "application/merge-patch+json"))),
        responses((status = 200, description = "The product as changed.", body = IssuedProduct), WriteRefusals),
    )]
    pub(crate) async fn update_product(
        State(api): State<Api>,
        writer: Writer,
        PathParams(path): PathParams<ProductPath>,
        patch: MergePatch<ProductPatch>,
    ) -> Outcome {
        let request = writer.request(patch.fingerprint);
        answered(issuing::update(&api.registry, &request, path.product_id, patch.value).await)
    }

    /// List the issuer's products
    #[utoipa::path(
        get, path = "/products/", tag = "Products", params(PageQuery),
        responses((status = 200, description = "A page of products.", body = Page<IssuedProduct>), ReadRefusals),
    )]
    pub(crate) async fn list_products(
        State(api): State<Api>,
        Reader(caller): Reader,
        pages: Pages,
    ) -> Result<Json<Page<IssuedProduct>>, Refused> {
        let listed = issuing::list(&api.registry, &caller, pages.paging()).await?;
        Ok(pages.answer(listed))
    }

    /// Get a product of the issuer's
    #[utoipa::path(
        get, path = "/products/{product_id}/", tag = "Products", params(ProductPath),
        responses((status = 200, description = "The product.", body = IssuedProduct), ReadRefusals),
    )]
    pub(crate) async fn get_product(
        State(api): State<Api>,
        Reader(caller): Reader,
        PathParams(path): PathParams<ProductPath>,
    ) -> Result<Json<IssuedProduct>, Refused> {
        Ok(Json(
            issuing::get(&api.registry, &caller, path.product_id).await?,
        ))
    }
}
