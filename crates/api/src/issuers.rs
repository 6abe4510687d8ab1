//! Issuers of the caller's account.

use axum::Json;
use axum::extract::State;
use domain::IssuerId;
use http::{JsonBody, PageQuery, PathParams};
use registry::issuers;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::issuing::{Issuer, IssuerCreate, IssuerPatch};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::merge_patch::MergePatch;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names an issuer.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct IssuerPath {
    /// The issuer.
    #[param(value_type = Uuid)]
    pub(crate) issuer_id: IssuerId,
}

/// Create an issuer
///
/// A company with its managing director and its bank account; the two documents are uploaded before. If there is a registry account of the
/// same company on a distribution platform, company name, commercial register and number must be the same, and the issuer mirrors
/// it; without one the registrar identifies the issuer itself.
#[utoipa::path(
    post, path = "/issuers/", tag = "Issuers",
    request_body = IssuerCreate,
    responses((status = 201, description = "The issuer.", body = Issuer), WriteRefusals),
)]
pub(crate) async fn create_issuer(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<IssuerCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(issuers::create(&api.registry, &request, body.value).await)
}

/// List the issuers of the account
#[utoipa::path(
    get, path = "/issuers/", tag = "Issuers", params(PageQuery),
    responses((status = 200, description = "A page of issuers.", body = Page<Issuer>), ReadRefusals),
)]
pub(crate) async fn list_issuers(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Issuer>>, Refused> {
    let listed = issuers::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an issuer of the account
#[utoipa::path(
    get, path = "/issuers/{issuer_id}/", tag = "Issuers", params(IssuerPath),
    responses((status = 200, description = "The issuer.", body = Issuer), ReadRefusals),
)]
pub(crate) async fn get_issuer(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<IssuerPath>,
) -> Result<Json<Issuer>, Refused> {
    Ok(Json(
        issuers::get(&api.registry, &caller, path.issuer_id).await?,
    ))
}

/// Change an issuer
///
/// A merge patch (RFC 7396). An issuer of which the registrar knows only the firm describes itself with it.
#[utoipa::path(
    patch, path = "/issuers/{issuer_id}/", tag = "Issuers", params(IssuerPath),
    request_body(content((IssuerPatch = "application/json"), (IssuerPatch = "application/merge-patch+json"))),
    responses((status = 200, description = "The issuer as changed.", body = Issuer), WriteRefusals),
)]
pub(crate) async fn update_issuer(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<IssuerPath>,
    patch: MergePatch<IssuerPatch>,
) -> Outcome {
    let request = writer.request(patch.fingerprint);
    answered(issuers::update(&api.registry, &request, path.issuer_id, patch.value).await)
}
