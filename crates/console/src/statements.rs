//! Statements of the register on an investment's page: what there is, the documents, and one more on request.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::InvestmentId;
use http::Download;
use maud::{Markup, html};
use registry::{Caller, Right, statements};
use uuid::Uuid;
use wire::statements::{
    RegistryStatement, RegistryStatementRequest, RegistryStatementStatus as Status,
};

use crate::Console;
use crate::environments::inside;
use crate::form::Posted;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::refused::Refused;
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};
use crate::words;

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(
            "/console/environments/{environment}/statements/{statement_id}",
            Access::NeedsInside(Right::ReadStatements),
            document,
        ),
        Page::post(
            "/console/environments/{environment}/investments/{investment_id}/statement",
            Access::NeedsInside(Right::RequestStatements),
            ask,
        ),
    ]
}

/// The newest page of an investment's statements, with a button for one more where the caller may ask.
pub(crate) async fn section(
    console: &Console,
    visitor: &Visitor,
    (caller, environment): (&Caller, &str),
    investment: Uuid,
) -> Result<Markup, Refused> {
    let id = InvestmentId::from_uuid(investment);
    let listed = statements::list(&console.registry, caller, id, parts::paging(1)).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| row(visitor, environment, one))
        .collect();
    let head = [
        visitor.say("No.", "Nr."),
        visitor.say("Occasion", "Anlass"),
        visitor.say("Made", "Erstellt"),
        visitor.say("Units", "Stück"),
        "Status",
        visitor.say("Document", "Dokument"),
    ];
    let ask = format!("/console/environments/{environment}/investments/{investment}/statement");
    Ok(html! {
        h2 { (visitor.say("Register statements", "Registerauszüge")) }
        (parts::table(visitor, &head, &rows))
        @if caller.require(Right::RequestStatements).is_ok() {
            (parts::button(visitor, &ask, visitor.say("Ask for a statement", "Auszug anfordern"), "secondary"))
        }
    })
}

fn row(visitor: &Visitor, environment: &str, one: &RegistryStatement) -> Vec<Markup> {
    let path = format!("/console/environments/{environment}/statements/{}", one.id);
    vec![
        parts::optional(one.number),
        parts::text(words::word(
            visitor,
            states::STATEMENT_REASONS,
            &shown(&one.reason),
        )),
        parts::moment(one.issued_at.as_deref().unwrap_or(&one.created_at)),
        parts::text(one.units),
        states::state(visitor, states::STATEMENTS, &shown(&one.status)),
        html! {
            @if one.status == Status::Ready { a href=(path) { "PDF" } } @else { (parts::optional(None::<&str>)) }
        },
    ]
}

async fn document(
    State(console): State<Console>,
    who: Member,
    Path((environment, id)): Path<(String, Uuid)>,
) -> Result<Download, Refused> {
    let caller = inside(&console, &who, &environment).await?;
    let content = statements::document(&console.registry, &caller, id).await?;
    let download = Download::new(content.content_type, content.bytes);
    Ok(download.named(format!("statement-{id}.pdf")))
}

async fn ask(
    State(console): State<Console>,
    Path((environment, id)): Path<(String, Uuid)>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let caller = inside(&console, &posted.who, &environment).await?;
    let request = posted.request_by(&caller);
    // The language is that of where the holder lives.
    let body = RegistryStatementRequest::default();
    let investment = InvestmentId::from_uuid(id);
    statements::request(&console.registry, &request, investment, body).await?;
    let path = format!("/console/environments/{environment}/investments/{id}");
    Ok(layout::done(&path, "statement-requested"))
}
