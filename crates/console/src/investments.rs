//! A platform's investments in one environment.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{InvestmentId, Status};
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, investments};
use uuid::Uuid;
use wire::Problem;
use wire::investments::{Investment, InvestmentStatus};

use crate::Console;
use crate::environments::{inside, tabs};
use crate::form::Posted;
use crate::issued_investments::facts;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::StatusBefore;
use crate::refused::{Refused, refusal, status};
use crate::registers::shown;
use crate::statements;
use crate::states;
use crate::visitor::{Member, Visitor};
use crate::words;

const STATUSES: [Status; 11] = [
    Status::KycPending,
    Status::ReviewPending,
    Status::WaitingForAcceptance,
    Status::Accepted,
    Status::Paid,
    Status::Delivered,
    Status::KycInsufficient,
    Status::Abortion,
    Status::Rejection,
    Status::Cancellation,
    Status::PaymentMissing,
];

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::NeedsInside(Right::ReadInvestments);
    vec![
        Page::get(
            "/console/environments/{environment}/investments",
            sees,
            show,
        ),
        Page::get(
            "/console/environments/{environment}/investments/{investment_id}",
            sees,
            show_one,
        ),
        Page::post(
            "/console/environments/{environment}/investments/{investment_id}/cancel",
            Access::NeedsInside(Right::WriteInvestments),
            cancel,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    Path(environment): Path<String>,
    QueryParams(query): QueryParams<StatusBefore>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let caller = inside(&console, &who, &environment).await?;
    let wanted = STATUSES
        .into_iter()
        .find(|status| Some(status.as_str()) == query.status.as_deref());
    let before = query.before.map(InvestmentId::from_uuid);
    let listed =
        investments::latest(&console.registry, &caller, wanted, before, parts::ROWS).await?;
    let path = format!("/console/environments/{environment}/investments");
    let older = parts::next_before(listed.iter().map(|one| one.id));
    let narrowed = match wanted {
        Some(status) => format!("{path}?status={}", status.as_str()),
        None => path.clone(),
    };
    let body = html! {
        (tabs(visitor, &environment))
        h1 { "Investments" }
        form method="get" action=(path) class="inline" {
            select name="status" aria-label="Status" {
                option value="" { (visitor.say("all", "alle")) }
                @for one in STATUSES { option value=(one.as_str()) selected[Some(one) == wanted] { (words::word(visitor, states::INVESTMENTS, one.as_str())) } }
            }
            button type="submit" { (visitor.say("Show", "Anzeigen")) }
        }
        (table(visitor, &environment, &listed))
        (parts::older(visitor, &narrowed, older))
    };
    Ok(layout::page(visitor, "Investments", &body))
}

/// Investments of one environment.
pub(crate) fn table(visitor: &Visitor, environment: &str, listed: &[Investment]) -> Markup {
    let rows: Vec<Vec<Markup>> = listed
        .iter()
        .map(|one| {
            let path = format!("/console/environments/{environment}/investments/{}", one.id);
            vec![
                parts::moment(&one.created_at),
                html! { a href=(path) { (parts::short_id(one.id)) } },
                parts::text(one.units),
                parts::money(visitor, &one.total),
                states::state(visitor, states::INVESTMENTS, &shown(&one.status)),
                parts::optional(
                    one.blocked_by
                        .map(|blocker| words::word(visitor, states::BLOCKERS, &shown(&blocker))),
                ),
                parts::moment(&one.changed_at),
            ]
        })
        .collect();
    let head = [
        visitor.say("Created", "Angelegt"),
        "Investment",
        visitor.say("Units", "Stück"),
        visitor.say("Total", "Betrag"),
        "Status",
        visitor.say("Held up by", "Aufgehalten durch"),
        visitor.say("Changed", "Geändert"),
    ];
    parts::table(visitor, &head, &rows)
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path((environment, id)): Path<(String, Uuid)>,
) -> Result<Response, Refused> {
    render_one(&console, &who, &environment, id, None).await
}

async fn cancel(
    State(console): State<Console>,
    Path((environment, id)): Path<(String, Uuid)>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let caller = inside(&console, &posted.who, &environment).await?;
    caller.require(Right::WriteInvestments)?;
    let request = posted.request_by(&caller);
    match investments::cancel(&console.registry, &request, InvestmentId::from_uuid(id)).await {
        Ok(_) => {
            let path = format!("/console/environments/{environment}/investments/{id}");
            Ok(layout::done(&path, "cancelled"))
        }
        Err(error) => {
            render_one(
                &console,
                &posted.who,
                &environment,
                id,
                Some(&refusal(&posted.who, error)?),
            )
            .await
        }
    }
}

async fn render_one(
    console: &Console,
    who: &Member,
    environment: &str,
    id: Uuid,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let caller = inside(console, who, environment).await?;
    let one = investments::get(&console.registry, &caller, InvestmentId::from_uuid(id)).await?;
    let investor = format!(
        "/console/environments/{environment}/investors/{}",
        one.investor_id
    );
    let statements = statements::section(console, visitor, (&caller, environment), id).await?;
    let body = html! {
        (tabs(visitor, environment))
        h1 { "Investment" }
        (parts::problem(visitor, problem))
        (facts(visitor, &one))
        p { a href=(investor) { (visitor.say("The investor", "Der Anleger")) } }
        @if is_open(one.status) && caller.require(Right::WriteInvestments).is_ok() {
            (parts::button(visitor, &format!("/console/environments/{environment}/investments/{id}/cancel"), visitor.say("Cancel for the investor", "Für den Anleger stornieren"), "secondary"))
        }
        (statements)
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(
        visitor,
        status,
        "Investment",
        &body,
    ))
}

/// What is delivered or ended is not cancelled any more.
fn is_open(status: InvestmentStatus) -> bool {
    matches!(
        status,
        InvestmentStatus::KycPending
            | InvestmentStatus::ReviewPending
            | InvestmentStatus::WaitingForAcceptance
            | InvestmentStatus::Accepted
            | InvestmentStatus::Paid
    )
}
