//! Investments in review.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::InvestmentId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, reviews};
use uuid::Uuid;
use wire::investments::Investment;
use wire::network::{ReviewAction, ReviewDecision};
use wire::{FieldCode, Problem};

use crate::Console;
use crate::form::Posted;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::PageNumber;
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/reviews";

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, Access::Needs(Right::ReadNetwork), show),
        Page::post(
            "/console/reviews/{investment_id}",
            Access::Needs(Right::WriteNetwork),
            decide,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    render(&console, &who, query.page(), None).await
}

async fn decide(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = InvestmentId::from_uuid(id);
    let decided = match decision(&posted) {
        Ok(decision) => reviews::review(&console.registry, &posted.request(), id, decision).await,
        Err(error) => Err(error),
    };
    match decided {
        Ok(_) => Ok(layout::done(PATH, "decided")),
        Err(error) => {
            render(
                &console,
                &posted.who,
                1,
                Some(&refusal(&posted.who, error)?),
            )
            .await
        }
    }
}

fn decision(posted: &Posted<Member>) -> registry::Result<ReviewDecision> {
    let action = match posted.fields.text("action") {
        "require" => ReviewAction::Require,
        "approve" => ReviewAction::Approve,
        "reject" => ReviewAction::Reject,
        "kyc_insufficient" => ReviewAction::KycInsufficient,
        _ => {
            let message = "This is none of the decisions of a review.".to_owned();
            return Err(registry::Error::Field(
                "action",
                FieldCode::UnknownValue,
                message,
            ));
        }
    };
    Ok(ReviewDecision {
        action,
        reason: posted.fields.optional("reason"),
    })
}

async fn render(
    console: &Console,
    who: &Member,
    page: u64,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let listed = reviews::waiting(&console.registry, &who.caller, parts::paging(page)).await?;
    let may_decide = who.session.may(Right::WriteNetwork);
    let rows: Vec<_> = listed
        .items
        .iter()
        .map(|one| row(visitor, one, may_decide))
        .collect();
    let head = [
        visitor.say("Signed", "Gezeichnet"),
        "Investment",
        visitor.say("Investor", "Anleger"),
        visitor.say("Total", "Betrag"),
        visitor.say("Decision", "Entscheidung"),
    ];
    let title = visitor.say("Investments in review", "Investments in Prüfung");
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem))
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn row(visitor: &Visitor, one: &Investment, may_decide: bool) -> Vec<Markup> {
    let decision = html! {
        @if may_decide {
            form method="post" action=(format!("{PATH}/{}", one.id)) class="inline" {
                (parts::hidden(visitor))
                (parts::no_default_button())
                input type="text" name="reason" placeholder=(visitor.say("Reason", "Grund")) aria-label=(visitor.say("Reason", "Grund"));
                button type="submit" name="action" value="approve" { (visitor.say("Approve", "Freigeben")) }
                button type="submit" name="action" value="reject" class="secondary" { (visitor.say("Reject", "Ablehnen")) }
                button type="submit" name="action" value="kyc_insufficient" class="secondary" { (visitor.say("Identification insufficient", "Identifizierung ungenügend")) }
            }
        }
    };
    vec![
        parts::moment(&one.signed_at),
        parts::short_id(one.id),
        parts::short_id(one.investor_id),
        parts::money(visitor, &one.total),
        decision,
    ]
}
