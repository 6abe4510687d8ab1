//! Dated law on registers, for everybody.

use axum::Json;
use axum::extract::State;
use http::QueryParams;
use registry::register_rules;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::register_rules::RegisterRule;

use crate::Api;
use crate::error::Refused;
use crate::refusals::OpenRefusals;

/// Which rules are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// Only those that hold on this day.
    #[param(example = "2026-03-02")]
    as_of: Option<String>,
}

/// List the dated rules of the register
///
/// Law that changes by date, by name and age. Needs no token.
#[utoipa::path(
    get, path = "/register-rules/", tag = "Proofs", params(AsOf),
    responses((status = 200, description = "The rules.", body = Vec<RegisterRule>), OpenRefusals),
)]
pub(crate) async fn list_register_rules(
    State(api): State<Api>,
    QueryParams(query): QueryParams<AsOf>,
) -> Result<Json<Vec<RegisterRule>>, Refused> {
    Ok(Json(
        register_rules::list(&api.registry, query.as_of.as_deref()).await?,
    ))
}
