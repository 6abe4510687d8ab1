//! How registers are compared with the DLT network, what did not fit, and the signed reports of each day.

use axum::Json;
use axum::extract::State;
use domain::IncidentId;
use http::{JsonBody, PageQuery, PathParams};
use registry::reconciliation;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::decisions::Decision;
use wire::reconciliation::{Incident, IncidentClosure, Reconciliation, ReconciliationReport};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names an incident.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct IncidentPath {
    /// The incident.
    #[param(value_type = Uuid)]
    incident_id: IncidentId,
}

/// Which incidents are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichIncidents {
    /// Only those that are open.
    #[serde(default)]
    open: bool,
}

/// List how registers were compared with the DLT network
///
/// The comparison never stops. What is on its way explains a difference; one that stays at final blocks without an explanation is an incident.
#[utoipa::path(
    get, path = "/reconciliations/", tag = "Reconciliation", params(PageQuery),
    responses((status = 200, description = "A page of registers.", body = Page<Reconciliation>), ReadRefusals),
)]
pub(crate) async fn list_reconciliations(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<Reconciliation>>, Refused> {
    let listed = reconciliation::states(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// List incidents
///
/// While one is open, instructions that concern its wallet are refused (R15).
#[utoipa::path(
    get, path = "/incidents/", tag = "Reconciliation", params(WhichIncidents, PageQuery),
    responses((status = 200, description = "A page of incidents, oldest first.", body = Page<Incident>), ReadRefusals),
)]
pub(crate) async fn list_incidents(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<WhichIncidents>,
) -> Result<Json<Page<Incident>>, Refused> {
    let (only_open, paging) = (pages.filter.open, pages.paging());
    let listed = reconciliation::list(&api.registry, &caller, only_open, paging).await?;
    Ok(pages.answer(listed))
}

/// Get an incident
#[utoipa::path(
    get, path = "/incidents/{incident_id}/", tag = "Reconciliation", params(IncidentPath),
    responses((status = 200, description = "The incident.", body = Incident), ReadRefusals),
)]
pub(crate) async fn get_incident(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<IncidentPath>,
) -> Result<Json<Incident>, Refused> {
    Ok(Json(
        reconciliation::get(&api.registry, &caller, path.incident_id).await?,
    ))
}

/// Propose that an incident is closed
///
/// What it holds is free when another confirms. If register and network still differ then, the next looks open another one.
#[utoipa::path(
    post, path = "/incidents/{incident_id}/close/", tag = "Reconciliation", params(IncidentPath),
    request_body = IncidentClosure,
    responses((status = 201, description = "The decision that waits for a second actor.", body = Decision), WriteRefusals),
)]
pub(crate) async fn propose_incident_closure(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<IncidentPath>,
    body: JsonBody<IncidentClosure>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let id = path.incident_id;
    answered(reconciliation::propose_closure(&api.registry, &request, id, body.value).await)
}

/// List the signed reports of each day
#[utoipa::path(
    get, path = "/reconciliation-reports/", tag = "Reconciliation", params(PageQuery),
    responses((status = 200, description = "A page of reports, oldest first.", body = Page<ReconciliationReport>), ReadRefusals),
)]
pub(crate) async fn list_reconciliation_reports(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages,
) -> Result<Json<Page<ReconciliationReport>>, Refused> {
    let listed = reconciliation::reports(&api.registry, &caller, pages.paging()).await?;
    Ok(pages.answer(listed))
}
