//! Commands to the DLT network: what waits, what failed and why, and trying again.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::CommandId;
use http::QueryParams;
use maud::{Markup, html};
use registry::Right;
use registry::dlt_operations::{self, Command, CommandStatus};
use uuid::Uuid;
use wire::Problem;

use crate::Console;
use crate::form::Posted;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::WithStatus;
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/commands";
const STATUSES: [CommandStatus; 4] = [
    CommandStatus::Failed,
    CommandStatus::Queued,
    CommandStatus::Taken,
    CommandStatus::Confirmed,
];

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, Access::Needs(Right::ReadNetwork), show),
        Page::post(
            "/console/commands/{command_id}/retry",
            Access::Needs(Right::WriteNetwork),
            retry,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<WithStatus>,
) -> Result<Response, Refused> {
    let wanted = STATUSES
        .into_iter()
        .find(|status| Some(status.as_str()) == query.status.as_deref());
    render(&console, &who, wanted, query.page(), None).await
}

async fn retry(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = CommandId::from_uuid(id);
    match dlt_operations::retry(&console.registry, &posted.request(), id).await {
        Ok(_) => Ok(layout::done(PATH, "retried")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            let failed = Some(CommandStatus::Failed);
            render(&console, &posted.who, failed, 1, Some(&problem)).await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    wanted: Option<CommandStatus>,
    page: u64,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    // Nobody looks through everything that ever was delivered: without a choice it is what has not ended.
    let chosen = wanted.unwrap_or(CommandStatus::Failed);
    let listed = dlt_operations::list(
        &console.registry,
        &who.caller,
        Some(chosen),
        parts::paging(page),
    )
    .await?;
    let may_retry = who.session.may(Right::WriteNetwork);
    let rows: Vec<_> = listed
        .items
        .iter()
        .map(|command| row(visitor, command, may_retry))
        .collect();
    let head = [
        visitor.say("Made", "Entstanden"),
        "ISIN",
        visitor.say("Kind", "Art"),
        visitor.say("Units", "Stück"),
        "Wallet",
        visitor.say("Attempts", "Versuche"),
        visitor.say("Error", "Fehler"),
        "",
    ];
    let path = format!("{PATH}?status={}", chosen.as_str());
    let body = html! {
        h1 { (visitor.say("DLT commands", "DLT-Befehle")) }
        (parts::problem(visitor, problem))
        nav class="pager" {
            @for status in STATUSES {
                a href=(format!("{PATH}?status={}", status.as_str())) aria-current=[(status == chosen).then_some("page")] { (status.as_str()) }
            }
        }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, &path, page, listed.count))
    };
    let status = problem.map_or(StatusCode::OK, status);
    let title = visitor.say("DLT commands", "DLT-Befehle");
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn row(visitor: &Visitor, command: &Command, may_retry: bool) -> Vec<Markup> {
    let again = html! {
        @if may_retry && command.status == CommandStatus::Failed.as_str() {
            (parts::button(visitor, &format!("{PATH}/{}/retry", command.id), visitor.say("Try again", "Erneut versuchen"), ""))
        }
    };
    vec![
        parts::moment(&command.created_at),
        parts::code(&command.isin),
        parts::text(command.kind),
        parts::text(command.units),
        parts::optional(command.wallet_address.as_deref()),
        parts::text(command.attempts),
        parts::optional(command.error.as_deref()),
        again,
    ]
}
