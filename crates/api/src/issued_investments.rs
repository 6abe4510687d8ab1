//! Investments as the issuer of the product decides about them, one by one or many at once.

use axum::Json;
use axum::extract::State;
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::investments::Filter;
use registry::issued_investments;
use wire::Page;
use wire::investments::{
    Accept, BatchAnswer, Investment, InvestmentIds, InvestmentsAccept, InvestmentsMarkPaid,
    InvestmentsReject, MarkPaid, Nothing, Reject,
};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::investments::{InvestmentFilter, InvestmentPath};
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// List the investments in the issuer's products
#[utoipa::path(
    get, path = "/investments/", tag = "Investments", params(InvestmentFilter, PageQuery),
    responses((status = 200, description = "A page of investments.", body = Page<Investment>), ReadRefusals),
)]
pub(crate) async fn list_investments(
    State(api): State<Api>,
    Reader(caller): Reader,
    pages: Pages<InvestmentFilter>,
) -> Result<Json<Page<Investment>>, Refused> {
    let filter = Filter::from(&pages.filter);
    let listed = issued_investments::list(&api.registry, &caller, filter, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get an investment in a product of the issuer's
#[utoipa::path(
    get, path = "/investments/{investment_id}/", tag = "Investments", params(InvestmentPath),
    responses((status = 200, description = "The investment.", body = Investment), ReadRefusals),
)]
pub(crate) async fn get_investment(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestmentPath>,
) -> Result<Json<Investment>, Refused> {
    Ok(Json(
        issued_investments::get(&api.registry, &caller, path.investment_id).await?,
    ))
}

/// Accept an investment
///
/// From here the payment deadline runs. Repeating it changes nothing.
#[utoipa::path(
    post, path = "/investments/{investment_id}/accept/", tag = "Decisions", params(InvestmentPath),
    request_body = Option<Accept>,
    responses((status = 200, description = "The investment.", body = Investment), WriteRefusals),
)]
pub(crate) async fn accept_investment(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: OptionalJsonBody<Accept>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let investment = path.investment_id;
    answered(issued_investments::accept(&api.registry, &request, investment, body.value).await)
}

/// Reject an investment
///
/// Its units are free again. Repeating it changes nothing.
#[utoipa::path(
    post, path = "/investments/{investment_id}/reject/", tag = "Decisions", params(InvestmentPath),
    request_body = Option<Reject>,
    responses((status = 200, description = "The investment.", body = Investment), WriteRefusals),
)]
pub(crate) async fn reject_investment(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: OptionalJsonBody<Reject>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let investment = path.investment_id;
    answered(issued_investments::reject(&api.registry, &request, investment, body.value).await)
}

/// Mark an investment as paid
///
/// Delivery starts by itself when nothing blocks it. Repeating it changes nothing.
#[utoipa::path(
    post, path = "/investments/{investment_id}/mark-paid/", tag = "Decisions", params(InvestmentPath),
    request_body = Option<MarkPaid>,
    responses((status = 200, description = "The investment.", body = Investment), WriteRefusals),
)]
pub(crate) async fn mark_investment_paid(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: OptionalJsonBody<MarkPaid>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let investment = path.investment_id;
    answered(issued_investments::mark_paid(&api.registry, &request, investment, body.value).await)
}

/// Report that the payment did not arrive
///
/// Ends the investment; its units are free again. Repeating it changes nothing.
#[utoipa::path(
    post, path = "/investments/{investment_id}/payment-missing/", tag = "Decisions", params(InvestmentPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The investment.", body = Investment), WriteRefusals),
)]
pub(crate) async fn report_payment_missing(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestmentPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let investment = path.investment_id;
    answered(issued_investments::payment_missing(&api.registry, &request, investment).await)
}

/// Accept several investments
#[utoipa::path(
    post, path = "/investments/accept/", tag = "Decisions", request_body = InvestmentsAccept,
    responses((status = 200, description = "One result per investment.", body = BatchAnswer), WriteRefusals),
)]
pub(crate) async fn accept_investments(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<InvestmentsAccept>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(issued_investments::accept_many(&api.registry, &request, body.value).await)
}

/// Reject several investments
#[utoipa::path(
    post, path = "/investments/reject/", tag = "Decisions", request_body = InvestmentsReject,
    responses((status = 200, description = "One result per investment.", body = BatchAnswer), WriteRefusals),
)]
pub(crate) async fn reject_investments(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<InvestmentsReject>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(issued_investments::reject_many(&api.registry, &request, body.value).await)
}

/// Mark several investments as paid
#[utoipa::path(
    post, path = "/investments/mark-paid/", tag = "Decisions", request_body = InvestmentsMarkPaid,
    responses((status = 200, description = "One result per investment.", body = BatchAnswer), WriteRefusals),
)]
pub(crate) async fn mark_investments_paid(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<InvestmentsMarkPaid>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(issued_investments::mark_paid_many(&api.registry, &request, body.value).await)
}

/// Report that several payments did not arrive
#[utoipa::path(
    post, path = "/investments/payment-missing/", tag = "Decisions", request_body = InvestmentIds,
    responses((status = 200, description = "One result per investment.", body = BatchAnswer), WriteRefusals),
)]
pub(crate) async fn report_payments_missing(
    State(api): State<Api>,
    writer: Writer,
    body: JsonBody<InvestmentIds>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(issued_investments::payment_missing_many(&api.registry, &request, body.value).await)
}
