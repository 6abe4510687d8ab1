//! Statements of the register: those of an investment, one more on request, and the documents. The Distributor and the network API have the same.

use axum::Json;
use axum::extract::State;
use http::{Download, OptionalJsonBody, PageQuery, PathParams};
use registry::statements;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::Page;
use wire::statements::{RegistryStatement, RegistryStatementRequest, StatementDeliveries};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::investments::InvestmentPath;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, UnfinishedRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a statement.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct StatementPath {
    /// The statement.
    statement_id: Uuid,
}

/// List the register statements of an investment
///
/// One for each change of the register that concerns a consumer, one a year, and those that were asked for. Only crypto securities have them
/// without being asked for.
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

/// Ask for a register statement
///
/// Says what the register says now. The document is made in a moment; the event `registry_statement.available` tells when it can be fetched. For
/// assets outside of the eWpG it is a holding confirmation.
#[utoipa::path(
    post, path = "/investments/{investment_id}/registry-statements/", tag = "Registry statements", params(InvestmentPath),
    request_body = RegistryStatementRequest,
    responses((status = 201, description = "The statement.", body = RegistryStatement), WriteRefusals),
)]
pub(crate) async fn request_registry_statement(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: OptionalJsonBody<RegistryStatementRequest>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let investment = path.investment_id;
    answered(statements::request(&api.registry, &request, investment, body.value).await)
}

/// Get a register statement
#[utoipa::path(
    get, path = "/registry-statements/{statement_id}/", tag = "Registry statements", params(StatementPath),
    responses((status = 200, description = "The statement.", body = RegistryStatement), ReadRefusals),
)]
pub(crate) async fn get_registry_statement(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<StatementPath>,
) -> Result<Json<RegistryStatement>, Refused> {
    Ok(Json(
        statements::get(&api.registry, &caller, path.statement_id).await?,
    ))
}

/// Download a register statement
///
/// A PDF/A with its data and proof attached and sealed by the registrar; the bytes never change. `cashlink register verify-statement` checks it
/// without a connection.
#[utoipa::path(
    get, path = "/registry-statements/{statement_id}/document/", tag = "Registry statements", params(StatementPath),
    responses(
        (status = 200, description = "The document.", body = String, content_type = "application/pdf"),
        UnfinishedRefusals,
    ),
)]
pub(crate) async fn get_registry_statement_document(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<StatementPath>,
) -> Result<Download, Refused> {
    let content = statements::document(&api.registry, &caller, path.statement_id).await?;
    let name = format!("statement-{}.pdf", path.statement_id);
    Ok(Download::new(content.content_type, content.bytes).named(name))
}

/// Who has fetched a register statement
///
/// The proof that it was delivered in text form: by which way, who, when first, and the hash of the bytes.
#[utoipa::path(
    get, path = "/registry-statements/{statement_id}/deliveries/", tag = "Registry statements", params(StatementPath),
    responses((status = 200, description = "Who has fetched it.", body = StatementDeliveries), ReadRefusals),
)]
pub(crate) async fn get_registry_statement_deliveries(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<StatementPath>,
) -> Result<Json<StatementDeliveries>, Refused> {
    Ok(Json(
        statements::deliveries(&api.registry, &caller, path.statement_id).await?,
    ))
}
