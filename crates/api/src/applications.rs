//! Applications to take part in the network (§ 18 eWpRV), from the public criteria to the letter.

use axum::Json;
use axum::extract::State;
use domain::ApplicationId;
use http::{Download, JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::{admissions, applications};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::applications::{
    Application, ApplicationAnswer, ApplicationDraft, ApplicationMessage, ApplicationMessageCreate,
    ApplicationStatus, Criteria,
};
use wire::decisions::Decision;
use wire::investments::Nothing;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{PublicRefusals, ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names an application.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ApplicationPath {
    /// The application.
    #[param(value_type = Uuid)]
    application_id: ApplicationId,
}

/// Which applications are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedApplications {
    /// Only those with this status.
    status: Option<ApplicationStatus>,
}

/// Criteria for taking part
#[utoipa::path(
    get, path = "/participation/criteria/", tag = "Participation",
    responses((status = 200, description = "The criteria in force.", body = Criteria), PublicRefusals),
)]
pub(crate) async fn get_participation_criteria() -> Json<Criteria> {
    Json(applications::criteria())
}

/// Begin an application
///
/// Parts may be missing until it is submitted.
#[utoipa::path(
    post, path = "/applications/", tag = "Participation", request_body = ApplicationDraft,
    responses((status = 201, description = "The draft.", body = Application), WriteRefusals),
)]
pub(crate) async fn create_application(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<ApplicationDraft>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(applications::create(&api.registry, &request, body.value).await)
}

/// List applications
///
/// A platform sees its own; the registrar sees all that were submitted, what is due first first.
#[utoipa::path(
    get, path = "/applications/", tag = "Participation", params(WantedApplications, PageQuery),
    responses((status = 200, description = "A page of applications.", body = Page<Application>), ReadRefusals),
)]
pub(crate) async fn list_applications(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<WantedApplications>,
) -> Result<Json<Page<Application>>, Refused> {
    let status = pages.filter.status;
    let listed = applications::list(&api.registry, &caller, status, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an application
#[utoipa::path(
    get, path = "/applications/{application_id}/", tag = "Participation", params(ApplicationPath),
    responses((status = 200, description = "The application.", body = Application), ReadRefusals),
)]
pub(crate) async fn get_application(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ApplicationPath>,
) -> Result<Json<Application>, Refused> {
    Ok(Json(
        applications::get(&api.registry, &caller, path.application_id).await?,
    ))
}

/// Change a draft
///
/// A part that is sent replaces the one that was there.
#[utoipa::path(
    patch, path = "/applications/{application_id}/", tag = "Participation", params(ApplicationPath),
    request_body = ApplicationDraft,
    responses((status = 200, description = "The draft as changed.", body = Application), WriteRefusals),
)]
pub(crate) async fn update_application(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ApplicationPath>,
    body: JsonBody<ApplicationDraft>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(applications::update(&api.registry, &request, path.application_id, body.value).await)
}

/// Have the domain checked
///
/// Put the token of `domain_proof` at its address first. The check is made in a moment; look at the application for its outcome.
#[utoipa::path(
    post, path = "/applications/{application_id}/verify-domain/", tag = "Participation", params(ApplicationPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The application, whose domain will be looked at.", body = Application), WriteRefusals),
)]
pub(crate) async fn verify_application_domain(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ApplicationPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(applications::verify_domain(&api.registry, &request, path.application_id).await)
}

/// Submit an application
///
/// Complete and with a proven domain. From here the registrar has three months to answer.
#[utoipa::path(
    post, path = "/applications/{application_id}/submit/", tag = "Participation", params(ApplicationPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The application as submitted.", body = Application), WriteRefusals),
)]
pub(crate) async fn submit_application(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ApplicationPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(applications::submit(&api.registry, &request, path.application_id).await)
}

/// Take an application back
#[utoipa::path(
    post, path = "/applications/{application_id}/withdraw/", tag = "Participation", params(ApplicationPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The application as withdrawn.", body = Application), WriteRefusals),
)]
pub(crate) async fn withdraw_application(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ApplicationPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(applications::withdraw(&api.registry, &request, path.application_id).await)
}

/// Ask or answer
#[utoipa::path(
    post, path = "/applications/{application_id}/messages/", tag = "Participation", params(ApplicationPath),
    request_body = ApplicationMessageCreate,
    responses((status = 201, description = "The message.", body = ApplicationMessage), WriteRefusals),
)]
pub(crate) async fn create_application_message(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ApplicationPath>,
    body: JsonBody<ApplicationMessageCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.application_id;
    answered(applications::write_message(&api.registry, &request, id, body.value).await)
}

/// List questions and answers
#[utoipa::path(
    get, path = "/applications/{application_id}/messages/", tag = "Participation", params(ApplicationPath, PageQuery),
    responses((status = 200, description = "A page of messages.", body = Page<ApplicationMessage>), ReadRefusals),
)]
pub(crate) async fn list_application_messages(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ApplicationPath>,
    pages: Pages,
) -> Result<Json<Page<ApplicationMessage>>, Refused> {
    let id = path.application_id;
    let listed = applications::messages(&api.registry, &caller, id, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get the letter with the answer
#[utoipa::path(
    get, path = "/applications/{application_id}/letter/", tag = "Participation", params(ApplicationPath),
    responses((status = 200, description = "The letter, in German.", body = String, content_type = "text/plain"), ReadRefusals),
)]
pub(crate) async fn get_application_letter(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<ApplicationPath>,
) -> Result<Download, Refused> {
    let letter = applications::letter(&api.registry, &caller, path.application_id).await?;
    Ok(Download::new("text/plain; charset=utf-8", letter).named("letter.txt"))
}

/// Propose an answer to an application
///
/// It takes effect when another confirms it. A refusal needs reasons and an analysis of risks (§ 18(2) eWpRV).
#[utoipa::path(
    post, path = "/applications/{application_id}/answer/", tag = "Participation", params(ApplicationPath),
    request_body = ApplicationAnswer,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_application_answer(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<ApplicationPath>,
    body: JsonBody<ApplicationAnswer>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.application_id;
    answered(admissions::propose_answer(&api.registry, &request, id, body.value).await)
}
