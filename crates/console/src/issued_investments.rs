//! Investments as their issuer sees and decides them, one or many at once.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{InvestmentId, ProductId, Status};
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, issued_investments, issuing};
use serde::Deserialize;
use uuid::Uuid;
use wire::Problem;
use wire::investments::{
    BatchAnswer, BatchResult, Investment, InvestmentIds, InvestmentsAccept, InvestmentsMarkPaid,
    InvestmentsReject,
};

use crate::Console;
use crate::form::Posted;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::refused::{Refused, refusal, status};
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};
use crate::words;

const PATH: &str = "/console/issued/investments";
/// What the list can be narrowed to, the work first.
const STATUSES: [Status; 8] = [
    Status::WaitingForAcceptance,
    Status::Accepted,
    Status::Paid,
    Status::Delivered,
    Status::KycPending,
    Status::ReviewPending,
    Status::Cancellation,
    Status::PaymentMissing,
];

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::Needs(Right::ReadIssuedInvestments);
    let decides = Access::Needs(Right::DecideInvestments);
    let settles = Access::Needs(Right::SettleInvestments);
    vec![
        Page::get(PATH, sees, show),
        Page::post("/console/issued/investments/accept", decides, accept),
        Page::post("/console/issued/investments/reject", decides, reject),
        Page::post("/console/issued/investments/mark-paid", settles, mark_paid),
        Page::post(
            "/console/issued/investments/payment-missing",
            settles,
            payment_missing,
        ),
        Page::get(
            "/console/issued/investments/{investment_id}",
            sees,
            show_one,
        ),
    ]
}

/// Which investments are listed.
#[derive(Debug, Default, Deserialize)]
struct Choice {
    product: Option<Uuid>,
    status: Option<String>,
    before: Option<Uuid>,
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(choice): QueryParams<Choice>,
) -> Result<Response, Refused> {
    render(&console, &who, &choice, None, &[]).await
}

async fn accept(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let body = InvestmentsAccept {
        investment_ids: ids(&posted),
        accepted_at: posted.fields.optional("at"),
    };
    let answer = issued_investments::accept_many(&console.registry, &posted.request(), body).await;
    decided(&console, &posted, answer).await
}

async fn reject(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let body = InvestmentsReject {
        investment_ids: ids(&posted),
        reason: posted.fields.optional("reason"),
    };
    let answer = issued_investments::reject_many(&console.registry, &posted.request(), body).await;
    decided(&console, &posted, answer).await
}

async fn mark_paid(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let body = InvestmentsMarkPaid {
        investment_ids: ids(&posted),
        paid_at: posted.fields.optional("at"),
    };
    let answer =
        issued_investments::mark_paid_many(&console.registry, &posted.request(), body).await;
    decided(&console, &posted, answer).await
}

async fn payment_missing(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let body = InvestmentIds {
        investment_ids: ids(&posted),
    };
    let answer =
        issued_investments::payment_missing_many(&console.registry, &posted.request(), body).await;
    decided(&console, &posted, answer).await
}

/// What is no id was not ticked on a page of ours.
fn ids(posted: &Posted<Member>) -> Vec<Uuid> {
    posted
        .fields
        .all("investment")
        .filter_map(|id| id.parse().ok())
        .collect()
}

/// Back to the list: with a sentence if everything was done, else with what was refused and why.
async fn decided(
    console: &Console,
    posted: &Posted<Member>,
    answer: registry::Result<registry::Answer>,
) -> Result<Response, Refused> {
    let choice = Choice {
        product: posted.fields.text("product").parse().ok(),
        status: posted.fields.optional("status"),
        before: None,
    };
    let answer = match answer {
        Ok(answer) => answer.json::<BatchAnswer>()?,
        Err(error) => {
            return render(
                console,
                &posted.who,
                &choice,
                Some(&refusal(&posted.who, error)?),
                &[],
            )
            .await;
        }
    };
    if answer.results.iter().all(|result| result.problem.is_none()) {
        let path = match (choice.product, &choice.status) {
            (Some(product), Some(status)) => {
                format!("{PATH}?product={product}&status={}", known(status).as_str())
            }
            _ => PATH.to_owned(),
        };
        return Ok(layout::done(&path, "decided"));
    }
    let named: Vec<(Uuid, BatchResult)> = ids(posted).into_iter().zip(answer.results).collect();
    render(console, &posted.who, &choice, None, &named).await
}

fn known(status: &str) -> Status {
    let found = STATUSES.into_iter().find(|one| one.as_str() == status);
    found.unwrap_or(Status::WaitingForAcceptance)
}

async fn render(
    console: &Console,
    who: &Member,
    choice: &Choice,
    problem: Option<&Problem>,
    results: &[(Uuid, BatchResult)],
) -> Result<Response, Refused> {
    let (registry, visitor) = (&console.registry, &who.visitor);
    let products = issuing::list(registry, &who.caller, parts::paging(1))
        .await?
        .items;
    let product = choice
        .product
        .or(products.first().map(|product| product.id));
    let chosen = choice
        .status
        .as_deref()
        .map_or(Status::WaitingForAcceptance, known);
    let listed = match product {
        Some(product) => {
            let product = ProductId::from_uuid(product);
            let before = choice.before.map(InvestmentId::from_uuid);
            issued_investments::latest(registry, &who.caller, product, chosen, before, parts::ROWS)
                .await?
        }
        None => Vec::new(),
    };
    let product = product.map(|id| id.to_string()).unwrap_or_default();
    let path = format!("{PATH}?product={product}&status={}", chosen.as_str());
    let before = parts::next_before(listed.iter().map(|one| one.id));
    let title = visitor.say("Investments", "Investments");
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem))
        (refused_items(results))
        form method="get" action=(PATH) class="inline" {
            select name="product" aria-label=(visitor.say("Product", "Produkt")) {
                @for one in &products { option value=(one.id) selected[one.id.to_string() == product] { (one.name) @if one.sandbox_of.is_some() { " (Sandbox)" } } }
            }
            select name="status" aria-label="Status" {
                @for one in STATUSES { option value=(one.as_str()) selected[one == chosen] { (words::word(visitor, states::INVESTMENTS, one.as_str())) } }
            }
            button type="submit" { (visitor.say("Show", "Anzeigen")) }
        }
        form method="post" action=(format!("{PATH}/accept")) {
            (parts::hidden(visitor))
            (parts::no_default_button())
            input type="hidden" name="product" value=(product);
            input type="hidden" name="status" value=(chosen.as_str());
            (parts::table(visitor, &head(visitor), &listed.iter().map(|one| row(visitor, one)).collect::<Vec<_>>()))
            @if !listed.is_empty() { (actions(who, chosen)) }
        }
        (parts::older(visitor, &path, before))
    };
    let status = match (problem, results.is_empty()) {
        (Some(problem), _) => status(problem),
        (None, false) => StatusCode::CONFLICT,
        (None, true) => StatusCode::OK,
    };
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn refused_items(results: &[(Uuid, BatchResult)]) -> Markup {
    let refused = results
        .iter()
        .filter_map(|(id, result)| result.problem.as_ref().map(|problem| (id, problem)));
    html! {
        @for (id, problem) in refused {
            div class="notice refused" role="alert" data-code=(problem.code) {
                (parts::short_id(id)) " " strong { (problem.title) } " " (problem.detail)
            }
        }
    }
}

fn head(visitor: &Visitor) -> [&'static str; 7] {
    [
        "",
        visitor.say("Signed", "Gezeichnet"),
        "Investment",
        visitor.say("Units", "Stück"),
        visitor.say("Total", "Betrag"),
        visitor.say("Payment reference", "Verwendungszweck"),
        "Status",
    ]
}

fn row(visitor: &Visitor, one: &Investment) -> Vec<Markup> {
    vec![
        html! { input type="checkbox" name="investment" value=(one.id) aria-label=(one.id); },
        parts::moment(&one.signed_at),
        html! { a href=(format!("{PATH}/{}", one.id)) { (parts::short_id(one.id)) } },
        parts::text(one.units),
        parts::money(visitor, &one.total),
        parts::code(&one.payment.reference),
        states::state(visitor, states::INVESTMENTS, &shown(&one.status)),
    ]
}

/// What can be done with investments in this status, as far as the person may.
fn actions(who: &Member, chosen: Status) -> Markup {
    let visitor = &who.visitor;
    let decides = who.session.may(Right::DecideInvestments);
    let settles = who.session.may(Right::SettleInvestments);
    html! {
        div class="inline" {
            @if chosen == Status::WaitingForAcceptance && decides {
                label { (visitor.say("Accepted at (empty: now)", "Angenommen am (leer: jetzt)")) input type="text" name="at" placeholder="2026-11-22T15:04:05Z"; }
                button type="submit" { (visitor.say("Accept", "Annehmen")) }
                label { (visitor.say("Reason", "Grund")) input type="text" name="reason"; }
                button type="submit" class="secondary" formaction=(format!("{PATH}/reject")) { (visitor.say("Reject", "Ablehnen")) }
            }
            @if chosen == Status::Accepted && settles {
                label { (visitor.say("Paid at (empty: now)", "Bezahlt am (leer: jetzt)")) input type="text" name="at" placeholder="2026-11-22T15:04:05Z"; }
                button type="submit" formaction=(format!("{PATH}/mark-paid")) { (visitor.say("Mark as paid", "Als bezahlt melden")) }
                button type="submit" class="secondary" formaction=(format!("{PATH}/payment-missing")) { (visitor.say("Payment is missing", "Zahlung fehlt")) }
            }
        }
    }
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let id = InvestmentId::from_uuid(id);
    let one = issued_investments::get(&console.registry, &who.caller, id).await?;
    let chosen = known(&shown(&one.status));
    let list = format!(
        "{PATH}?product={}&status={}",
        one.product_id,
        chosen.as_str()
    );
    let body = html! {
        (parts::back(&list, visitor.say("Investments", "Investments")))
        h1 { "Investment" }
        (facts(visitor, &one))
        form method="post" action=(format!("{PATH}/accept")) {
            (parts::hidden(visitor))
            (parts::no_default_button())
            input type="hidden" name="investment" value=(one.id);
            input type="hidden" name="product" value=(one.product_id);
            input type="hidden" name="status" value=(chosen.as_str());
            @if shown(&one.status) == chosen.as_str() { (actions(&who, chosen)) }
        }
    };
    Ok(layout::page(visitor, "Investment", &body))
}

/// What everybody who may see an investment sees of it.
pub(crate) fn facts(visitor: &Visitor, one: &Investment) -> Markup {
    let time = |at: &Option<String>| match at {
        Some(at) => parts::moment(at),
        None => parts::optional(None::<&str>),
    };
    parts::facts(&[
        ("ID", parts::code(one.id)),
        (
            "Status",
            states::state(visitor, states::INVESTMENTS, &shown(&one.status)),
        ),
        (
            visitor.say("Held up by", "Aufgehalten durch"),
            parts::optional(
                one.blocked_by
                    .map(|blocker| words::word(visitor, states::BLOCKERS, &shown(&blocker))),
            ),
        ),
        (visitor.say("Units", "Stück"), parts::text(one.units)),
        (
            visitor.say("Total", "Betrag"),
            parts::money(visitor, &one.total),
        ),
        (
            visitor.say("Payment reference", "Verwendungszweck"),
            parts::code(&one.payment.reference),
        ),
        (
            visitor.say("Pay until", "Zahlbar bis"),
            parts::optional(one.payment.due_date.as_deref()),
        ),
        (
            visitor.say("Signed", "Gezeichnet"),
            parts::moment(&one.signed_at),
        ),
        (
            visitor.say("Accepted", "Angenommen"),
            time(&one.accepted_at),
        ),
        (visitor.say("Paid", "Bezahlt"), time(&one.paid_at)),
        (
            visitor.say("Delivered", "Geliefert"),
            time(&one.delivered_at),
        ),
        ("Wallet", parts::optional(one.wallet_address.as_deref())),
        (
            visitor.say("Transaction", "Transaktion"),
            parts::optional(one.transaction_hash.as_deref()),
        ),
        (
            visitor.say("Documents signed", "Unterschriebene Dokumente"),
            parts::text(one.signed_documents.len()),
        ),
        (
            visitor.say("Reason", "Grund"),
            parts::optional(one.reason.as_deref()),
        ),
    ])
}
