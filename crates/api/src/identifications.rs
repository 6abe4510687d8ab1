//! Identifications: imported from a provider, or asked for.

use axum::Json;
use axum::extract::State;
use axum::response::Html;
use domain::{IdentificationId, InvestorId};
use http::{OptionalJsonBody, PageQuery, PathParams};
use registry::identifications;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::identifications::{Identification, IdentificationCreate};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::html;
use crate::investors::InvestorPath;
use crate::pages::Pages;
use crate::refusals::{PublicRefusals, ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names an identification of an investor.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct IdentificationPath {
    /// The investor.
    #[param(value_type = Uuid)]
    investor_id: InvestorId,
    /// The identification.
    #[param(value_type = Uuid)]
    identification_id: IdentificationId,
}

/// A path that names an identification of any investor.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AnyIdentificationPath {
    /// The identification.
    #[param(value_type = Uuid)]
    pub(crate) identification_id: IdentificationId,
}

/// Import an identification, or ask for one
///
/// `{}`, or no body, asks the registrar: the answer carries the link of the page where the identification is followed. Otherwise a complete
/// import of a partner whose imports are trusted is in effect at once, any other waits for the registrar.
#[utoipa::path(
    post, path = "/investors/{investor_id}/identifications/", tag = "Identifications", params(InvestorPath),
    request_body = Option<IdentificationCreate>,
    responses((status = 201, description = "The identification.", body = Identification), WriteRefusals),
)]
pub(crate) async fn create_identification(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestorPath>,
    body: OptionalJsonBody<IdentificationCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(identifications::create(&api.registry, &request, path.investor_id, body.value).await)
}

/// List the identifications of an investor
#[utoipa::path(
    get, path = "/investors/{investor_id}/identifications/", tag = "Identifications", params(InvestorPath, PageQuery),
    responses((status = 200, description = "A page of identifications.", body = Page<Identification>), ReadRefusals),
)]
pub(crate) async fn list_identifications(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestorPath>,
    pages: Pages,
) -> Result<Json<Page<Identification>>, Refused> {
    let investor = path.investor_id;
    let listed = identifications::list(&api.registry, &caller, investor, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an identification
#[utoipa::path(
    get, path = "/investors/{investor_id}/identifications/{identification_id}/", tag = "Identifications", params(IdentificationPath),
    responses((status = 200, description = "The identification.", body = Identification), ReadRefusals),
)]
pub(crate) async fn get_identification(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<IdentificationPath>,
) -> Result<Json<Identification>, Refused> {
    let IdentificationPath {
        investor_id,
        identification_id,
    } = path;
    Ok(Json(
        identifications::get(&api.registry, &caller, investor_id, identification_id).await?,
    ))
}

/// Where a requested identification stands
///
/// The page behind the link in the answer to the request. Whoever has the link may see it, so it names nobody.
#[utoipa::path(
    get, path = "/identifications/{identification_id}/", tag = "Identifications", params(AnyIdentificationPath),
    responses((status = 200, description = "A page for people.", body = String, content_type = "text/html"), PublicRefusals),
)]
pub(crate) async fn show_identification(
    State(api): State<Api>,
    PathParams(path): PathParams<AnyIdentificationPath>,
) -> Result<Html<String>, Refused> {
    let page = identifications::review_page(&api.registry, path.identification_id).await?;
    let content = format!(
        "<p>Requested at {}.</p><p>Status: <code>{}</code></p>",
        page.created_at,
        page.status.as_str()
    );
    Ok(Html(html::page("Identification", &content)))
}
