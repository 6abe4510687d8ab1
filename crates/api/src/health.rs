//! What a load balancer and a monitoring system ask the process.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use registry::health;

use crate::Api;
use crate::error::Refused;
use crate::refusals::PublicRefusals;

/// The process is alive
#[utoipa::path(
    get, path = "/healthz", tag = "Health",
    responses((status = 200, description = "It is.", body = String, content_type = "text/plain"), PublicRefusals),
)]
pub(crate) async fn check_liveness() -> &'static str {
    "ok\n"
}

/// The process can work
///
/// Asks the database.
#[utoipa::path(
    get, path = "/readyz", tag = "Health",
    responses((status = 200, description = "It can.", body = String, content_type = "text/plain"), PublicRefusals),
)]
pub(crate) async fn check_readiness(State(api): State<Api>) -> Result<&'static str, Refused> {
    health::ready(&api.registry).await?;
    Ok("ready\n")
}

/// Metrics of the process
///
/// In the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "Health",
    responses((status = 200, description = "The metrics.", body = String, content_type = "text/plain"), PublicRefusals),
)]
pub(crate) async fn get_metrics(State(api): State<Api>) -> impl IntoResponse {
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], (api.metrics)())
}
