//! Investors: natural and legal persons, as a distribution platform keeps them current in one environment.

use axum::Json;
use axum::extract::State;
use domain::InvestorId;
use http::{JsonBody, PageQuery, PathParams};
use registry::investors;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::investor_patches::InvestorPatch;
use wire::investors::{Investor, InvestorCreate};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::merge_patch::MergePatch;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names an investor.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct InvestorPath {
    /// The investor.
    #[param(value_type = Uuid)]
    pub(crate) investor_id: InvestorId,
}

/// Create an investor
///
/// A natural person, or a company with the person who acts for it. Wallets that are given are registered in the same transaction.
#[utoipa::path(
    post, path = "/investors/", tag = "Investors", request_body = InvestorCreate,
    responses((status = 201, description = "The investor.", body = Investor), WriteRefusals),
)]
pub(crate) async fn create_investor(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<InvestorCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(investors::create(&api.registry, &request, body.value).await)
}

/// List the platform's investors
#[utoipa::path(
    get, path = "/investors/", tag = "Investors", params(PageQuery),
    responses((status = 200, description = "A page of investors.", body = Page<Investor>), ReadRefusals),
)]
pub(crate) async fn list_investors(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Investor>>, Refused> {
    let listed = investors::list(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an investor
#[utoipa::path(
    get, path = "/investors/{investor_id}/", tag = "Investors", params(InvestorPath),
    responses((status = 200, description = "The investor.", body = Investor), ReadRefusals),
)]
pub(crate) async fn get_investor(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestorPath>,
) -> Result<Json<Investor>, Refused> {
    Ok(Json(
        investors::get(&api.registry, &caller, path.investor_id).await?,
    ))
}

/// Change an investor
///
/// A merge patch (RFC 7396): what is named is replaced, `null` removes. A new name, birth date or citizenship asks for a new identification,
/// a new address does not.
#[utoipa::path(
    patch, path = "/investors/{investor_id}/", tag = "Investors", params(InvestorPath),
    request_body(content((InvestorPatch = "application/json"), (InvestorPatch = "application/merge-patch+json"))),
    responses((status = 200, description = "The investor as changed.", body = Investor), WriteRefusals),
)]
pub(crate) async fn update_investor(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestorPath>,
    patch: MergePatch<InvestorPatch>,
) -> Outcome {
    let request = writer.request(patch.fingerprint);
    answered(investors::update(&api.registry, &request, path.investor_id, patch.value).await)
}
