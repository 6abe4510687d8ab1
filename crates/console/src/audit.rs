//! The audit log, newest first.

use axum::extract::State;
use axum::response::Response;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, audit};

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::Before;
use crate::refused::Refused;
use crate::visitor::Member;

const PATH: &str = "/console/audit";

pub(crate) fn pages() -> Vec<Page> {
    vec![Page::get(PATH, Access::Needs(Right::ReadNetwork), show)]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<Before>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let lines = audit::list(&console.registry, &who.caller, query.before, parts::ROWS).await?;
    let rows: Vec<Vec<Markup>> = lines
        .iter()
        .map(|line| {
            vec![
                parts::moment(&line.at.to_string()),
                parts::text(&line.actor),
                parts::code(&line.action),
                parts::text(&line.target),
                parts::long_code(&line.detail),
            ]
        })
        .collect();
    let before = parts::next_before(lines.iter().map(|line| line.id));
    let head = [
        visitor.say("When", "Wann"),
        visitor.say("Who", "Wer"),
        visitor.say("What", "Was"),
        visitor.say("To what", "Woran"),
        visitor.say("Detail", "Näheres"),
    ];
    let title = visitor.say("Audit log", "Audit-Protokoll");
    let body = html! {
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        (parts::older(visitor, PATH, before))
    };
    Ok(layout::page(visitor, title, &body))
}
