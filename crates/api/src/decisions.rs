//! Decisions that need four eyes: what waits for a second actor, and that one's answer.

use axum::Json;
use axum::extract::State;
use domain::DecisionId;
use http::{OptionalJsonBody, PageQuery, PathParams};
use registry::decisions;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::Page;
use wire::decisions::{Decision, DecisionStatus};
use wire::investments::Nothing;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a decision.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DecisionPath {
    /// The decision.
    #[param(value_type = Uuid)]
    decision_id: DecisionId,
}

/// Which decisions are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedDecisions {
    /// Only those in this state.
    status: Option<DecisionStatus>,
    /// Only those about this platform, product or application.
    target_id: Option<Uuid>,
}

/// List decisions
#[utoipa::path(
    get, path = "/decisions/", tag = "Decisions", params(WantedDecisions, PageQuery),
    responses((status = 200, description = "A page of decisions.", body = Page<Decision>), ReadRefusals),
)]
pub(crate) async fn list_decisions(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<WantedDecisions>,
) -> Result<Json<Page<Decision>>, Refused> {
    let WantedDecisions { status, target_id } = pages.filter;
    let listed = decisions::list(&api.registry, &caller, status, target_id, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a decision
#[utoipa::path(
    get, path = "/decisions/{decision_id}/", tag = "Decisions", params(DecisionPath),
    responses((status = 200, description = "The decision.", body = Decision), ReadRefusals),
)]
pub(crate) async fn get_decision(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<DecisionPath>,
) -> Result<Json<Decision>, Refused> {
    Ok(Json(
        decisions::get(&api.registry, &caller, path.decision_id).await?,
    ))
}

/// Confirm a decision
///
/// It takes effect in the same moment. Who proposed it cannot confirm it.
#[utoipa::path(
    post, path = "/decisions/{decision_id}/confirm/", tag = "Decisions", params(DecisionPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The decision as confirmed.", body = Decision), WriteRefusals),
)]
pub(crate) async fn confirm_decision(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<DecisionPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(decisions::confirm(&api.registry, &request, path.decision_id).await)
}

/// Withdraw a decision
#[utoipa::path(
    post, path = "/decisions/{decision_id}/withdraw/", tag = "Decisions", params(DecisionPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The decision as withdrawn.", body = Decision), WriteRefusals),
)]
pub(crate) async fn withdraw_decision(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<DecisionPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(decisions::withdraw(&api.registry, &request, path.decision_id).await)
}
