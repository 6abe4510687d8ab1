//! Who acts for a company: proofs that its platform records, and what the registrar lets a platform's companies instruct on.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, PageQuery, PathParams};
use registry::company_authority;
use wire::Page;
use wire::company_authority::{
    AuthorityProof, AuthorityProofCreate, CompanyAuthority, CompanyAuthorityCreate,
};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::investors::InvestorPath;
use crate::pages::Pages;
use crate::participation::PlatformPath;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// Record who acts for a company
///
/// The platform has verified by this document that the company's `natural_person` acts for it. Naming another person voids the proofs before.
#[utoipa::path(
    post, path = "/investors/{investor_id}/authority-proofs/", tag = "Investors", params(InvestorPath),
    request_body = AuthorityProofCreate,
    responses((status = 201, description = "The proof.", body = AuthorityProof), WriteRefusals),
)]
pub(crate) async fn create_authority_proof(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestorPath>,
    body: JsonBody<AuthorityProofCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let investor = path.investor_id;
    answered(company_authority::create_proof(&api.registry, &request, investor, body.value).await)
}

/// List the proofs of who acts for a company
#[utoipa::path(
    get, path = "/investors/{investor_id}/authority-proofs/", tag = "Investors", params(InvestorPath, PageQuery),
    responses((status = 200, description = "A page of proofs, the latest first.", body = Page<AuthorityProof>), ReadRefusals),
)]
pub(crate) async fn list_authority_proofs(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestorPath>,
    pages: Pages,
) -> Result<Json<Page<AuthorityProof>>, Refused> {
    let (investor, paging) = (path.investor_id, pages.paging());
    let listed = company_authority::list_proofs(&api.registry, &caller, investor, paging).await?;
    Ok(pages.answer(listed))
}

/// Say what a platform's companies instruct on
///
/// Its mandate, with where its confirmation is kept, or a recorded proof for each company. What was received before stays.
#[utoipa::path(
    post, path = "/platforms/{platform_id}/company-authority/", tag = "Participation", params(PlatformPath),
    request_body = CompanyAuthorityCreate,
    responses((status = 200, description = "As said.", body = CompanyAuthority), WriteRefusals),
)]
pub(crate) async fn set_company_authority(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<PlatformPath>,
    body: JsonBody<CompanyAuthorityCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let platform = path.platform_id;
    answered(company_authority::set_rests_on(&api.registry, &request, platform, body.value).await)
}

/// Get what a platform's companies instruct on
#[utoipa::path(
    get, path = "/platforms/{platform_id}/company-authority/", tag = "Participation", params(PlatformPath),
    responses((status = 200, description = "What was said last.", body = CompanyAuthority), ReadRefusals),
)]
pub(crate) async fn get_company_authority(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<PlatformPath>,
) -> Result<Json<CompanyAuthority>, Refused> {
    let shown = company_authority::get_rests_on(&api.registry, &caller, path.platform_id).await?;
    Ok(Json(shown))
}
