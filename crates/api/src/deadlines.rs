//! What is due by law on registers.

use axum::Json;
use axum::extract::State;
use http::PageQuery;
use registry::deadlines;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::deadlines::Deadline;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::pages::Pages;
use crate::refusals::ReadRefusals;

/// Which deadlines are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichDeadlines {
    /// Only those of this state: `overdue`, `due`, `ahead` or `done`.
    #[serde(default)]
    state: Option<String>,
}

/// List statutory deadlines
///
/// What is most urgent comes first. What was met stays for 90 days; identifications are told of 30 days ahead.
#[utoipa::path(
    get, path = "/deadlines/", tag = "Deadlines", params(WhichDeadlines, PageQuery),
    responses((status = 200, description = "A page of deadlines.", body = Page<Deadline>), ReadRefusals),
)]
pub(crate) async fn list_deadlines(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<WhichDeadlines>,
) -> Result<Json<Page<Deadline>>, Refused> {
    let state = pages.filter.state.as_deref();
    let listed = deadlines::list(&api.registry, &caller, state, pages.paging()).await?;
    Ok(pages.answer(listed))
}
