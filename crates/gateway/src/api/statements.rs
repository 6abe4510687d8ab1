//! Statements of the register.

use axum::Json;
use axum::extract::State;
use http::{ApiError, Download, OptionalJsonBody, PageQuery, PathParams};
use serde_json::{Value, json};
use wire::Page;
use wire::statements::RegistryStatementRequest;

use crate::api::answer::{Outcome, answered};
use crate::api::caller::{Reader, Writer};
use crate::api::investors::{One, page_of};
use crate::{Gateway, statements};

pub(crate) async fn list(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(investment): PathParams<One>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, ApiError> {
    let all = statements::list(&gateway, &caller, investment.id).await?;
    Ok(Json(page_of(&page, all)))
}

pub(crate) async fn request(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(investment): PathParams<One>,
    body: OptionalJsonBody<RegistryStatementRequest>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let wanted = match body.value.language {
        Some(language) => json!({"language": language}),
        None => json!({}),
    };
    answered(statements::request(&gateway, &request, investment.id, &wanted).await)
}

pub(crate) async fn get(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(statements::get(&gateway, &caller, one.id).await?))
}

pub(crate) async fn document(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Result<Download, ApiError> {
    let bytes = statements::document(&gateway, &caller, one.id).await?;
    let name = format!("statement-{}.pdf", one.id);
    Ok(Download::new("application/pdf", bytes).named(name))
}
