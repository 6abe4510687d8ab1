//! What the registrar does with issuers and their products: accounts, permissions, validations.

use axum::Json;
use axum::extract::State;
use domain::{IssuerId, PlatformId};
use http::{JsonBody, PageQuery, PathParams};
use registry::{issuers, platforms, validations};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::decisions::{Decision, Reason};
use wire::issuing::{
    DistributionPlatform, IssuedProduct, Issuer, IssuerAccountCreate, PlatformPermission,
};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::products::ProductPath;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names an issuer and a distribution platform.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PairPath {
    /// The issuer.
    #[param(value_type = Uuid)]
    issuer_id: IssuerId,
    /// The distribution platform.
    #[param(value_type = Uuid)]
    distribution_platform_id: PlatformId,
}

/// Open the account of an issuer
///
/// The registrar knows the firm; the issuer describes itself in the Issuer API.
#[utoipa::path(
    post, path = "/issuers/", tag = "Issuers",
    request_body = IssuerAccountCreate,
    responses((status = 201, description = "The issuer.", body = Issuer), WriteRefusals),
)]
pub(crate) async fn open_account(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<IssuerAccountCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(issuers::create_account(&api.registry, &request, body.value).await)
}

/// List every issuer
#[utoipa::path(
    get, path = "/issuers/", tag = "Issuers", params(PageQuery),
    responses((status = 200, description = "A page of issuers.", body = Page<Issuer>), ReadRefusals),
)]
pub(crate) async fn list_all_issuers(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Issuer>>, Refused> {
    let listed = issuers::list_all(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Allow an issuer to list its products on a platform
///
/// After the registrar has seen the contract between the two; `false` takes it back for listings to come.
#[utoipa::path(
    post, path = "/issuers/{issuer_id}/distribution-platforms/{distribution_platform_id}/permission/", tag = "Issuers",
    params(PairPath), request_body = PlatformPermission,
    responses((status = 200, description = "The platform as the issuer sees it now.", body = DistributionPlatform), WriteRefusals),
)]
pub(crate) async fn permit_platform(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<PairPath>,
    body: JsonBody<PlatformPermission>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let (issuer, platform) = (path.issuer_id, path.distribution_platform_id);
    answered(platforms::permit(&api.registry, &request, issuer, platform, body.value).await)
}

/// List the crypto securities that wait for validation
#[utoipa::path(
    get, path = "/validations/", tag = "Validations", params(PageQuery),
    responses((status = 200, description = "A page of products.", body = Page<IssuedProduct>), ReadRefusals),
)]
pub(crate) async fn list_validations(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<IssuedProduct>>, Refused> {
    let listed = validations::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a product with all that its issuer has said
#[utoipa::path(
    get, path = "/products/{product_id}/validation/", tag = "Validations", params(ProductPath),
    responses((status = 200, description = "The product.", body = IssuedProduct), ReadRefusals),
)]
pub(crate) async fn get_validation(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ProductPath>,
) -> Result<Json<IssuedProduct>, Refused> {
    Ok(Json(
        validations::get(&api.registry, &caller, path.product_id).await?,
    ))
}

/// Propose that a crypto security be validated
///
/// Once another actor of the registrar's has confirmed, the product's environment and its twin's are opened, and the issue is entered and
/// minted.
#[utoipa::path(
    post, path = "/products/{product_id}/validation/", tag = "Validations", params(ProductPath),
    request_body = Reason,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_validation(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<Reason>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let reason = body.value.reason;
    answered(validations::propose(&api.registry, &request, path.product_id, reason).await)
}

/// Refuse a crypto security
///
/// The issuer reads the reason and may change the product, which asks again.
#[utoipa::path(
    post, path = "/products/{product_id}/rejection/", tag = "Validations", params(ProductPath),
    request_body = Reason,
    responses((status = 200, description = "The product as refused.", body = IssuedProduct), WriteRefusals),
)]
pub(crate) async fn reject_product(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ProductPath>,
    body: JsonBody<Reason>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let reason = body.value.reason;
    answered(validations::reject(&api.registry, &request, path.product_id, reason).await)
}
