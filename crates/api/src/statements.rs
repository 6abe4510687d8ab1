//! Register statements of an investment.

use axum::Json;
use axum::extract::State;
use http::{PageQuery, PathParams};
use registry::statements;
use wire::Page;
use wire::events::RegistryStatement;

use crate::Api;
use crate::caller::Reader;
use crate::error::Refused;
use crate::investments::InvestmentPath;
use crate::pages::Pages;
use crate::refusals::ReadRefusals;

/// List the register statements of an investment
///
/// One for each change of the register; only crypto securities have them.
#[utoipa::path(
    get, path = "/investments/{investment_id}/registry-statements/", tag = "Registry statements", params(InvestmentPath, PageQuery),
    responses((status = 200, description = "A page of statements.", body = Page<RegistryStatement>), ReadRefusals),
)]
pub(crate) async fn list_registry_statements(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestmentPath>,
    pages: Pages,
) -> Result<Json<Page<RegistryStatement>>, Refused> {
    let investment = path.investment_id;
    let listed = statements::list(&api.registry, &caller, investment, pages.paging()).await?;
    Ok(pages.answer(listed))
}
