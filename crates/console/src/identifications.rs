//! Identifications that wait for the registrar.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::IdentificationId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, identifications};
use uuid::Uuid;
use wire::network::{Decision, IdentificationDecision, PendingIdentification};
use wire::{FieldCode, Problem};

use crate::Console;
use crate::form::Posted;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::PageNumber;
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/identifications";

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, Access::Needs(Right::ReadNetwork), show),
        Page::post(
            "/console/identifications/{identification_id}/decision",
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
    let decided = match decision(&posted) {
        Ok(decision) => {
            let id = IdentificationId::from_uuid(id);
            identifications::decide(&console.registry, &posted.request(), id, decision).await
        }
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

fn decision(posted: &Posted<Member>) -> registry::Result<IdentificationDecision> {
    let decision = match posted.fields.text("decision") {
        "approve" => Decision::Approve,
        "reject" => Decision::Reject,
        _ => {
            let message = "This is either approve or reject.".to_owned();
            return Err(registry::Error::Field(
                "decision",
                FieldCode::UnknownValue,
                message,
            ));
        }
    };
    Ok(IdentificationDecision {
        decision,
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
    let listed =
        identifications::pending(&console.registry, &who.caller, parts::paging(page)).await?;
    let may_decide = who.session.may(Right::WriteNetwork);
    let rows: Vec<_> = listed
        .items
        .iter()
        .map(|one| row(visitor, one, may_decide))
        .collect();
    let head = [
        visitor.say("Asked for", "Angefragt"),
        visitor.say("Environment", "Umgebung"),
        visitor.say("Investor", "Anleger"),
        visitor.say("Decision", "Entscheidung"),
    ];
    let body = html! {
        h1 { (visitor.say("Identifications to decide", "Zu entscheidende Identifizierungen")) }
        (parts::problem(visitor, problem))
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
    };
    let status = problem.map_or(StatusCode::OK, status);
    let title = visitor.say("Identifications", "Identifizierungen");
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn row(visitor: &Visitor, one: &PendingIdentification, may_decide: bool) -> Vec<Markup> {
    let decision = html! {
        @if may_decide {
            form method="post" action=(format!("{PATH}/{}/decision", one.id)) class="inline" {
                (parts::hidden(visitor))
                input type="text" name="reason" placeholder=(visitor.say("Reason", "Grund")) aria-label=(visitor.say("Reason", "Grund"));
                button type="submit" name="decision" value="approve" { (visitor.say("Approve", "Annehmen")) }
                button type="submit" name="decision" value="reject" class="secondary" { (visitor.say("Reject", "Ablehnen")) }
            }
        }
    };
    vec![
        parts::moment(&one.created_at),
        parts::text(&one.environment),
        parts::short_id(one.investor_id),
        decision,
    ]
}
