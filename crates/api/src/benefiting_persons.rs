//! Benefiting persons: who stands behind a company that invests.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, PageQuery, PathParams};
use registry::benefiting_persons;
use wire::Page;
use wire::identifications::{BenefitingPerson, BenefitingPersonCreate};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::investors::InvestorPath;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// Add a benefiting person of a company
#[utoipa::path(
    post, path = "/investors/{investor_id}/benefiting-persons/", tag = "Benefiting persons", params(InvestorPath),
    request_body = BenefitingPersonCreate,
    responses((status = 201, description = "The benefiting person.", body = BenefitingPerson), WriteRefusals),
)]
pub(crate) async fn create_benefiting_person(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestorPath>,
    body: JsonBody<BenefitingPersonCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(
        benefiting_persons::create(&api.registry, &request, path.investor_id, body.value).await,
    )
}

/// List the benefiting persons of a company
#[utoipa::path(
    get, path = "/investors/{investor_id}/benefiting-persons/", tag = "Benefiting persons", params(InvestorPath, PageQuery),
    responses((status = 200, description = "A page of benefiting persons.", body = Page<BenefitingPerson>), ReadRefusals),
)]
pub(crate) async fn list_benefiting_persons(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestorPath>,
    pages: Pages,
) -> Result<Json<Page<BenefitingPerson>>, Refused> {
    let investor = path.investor_id;
    let listed = benefiting_persons::list(&api.registry, &caller, investor, pages.paging()).await?;
    Ok(pages.answer(listed))
}
