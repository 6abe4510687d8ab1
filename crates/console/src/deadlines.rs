//! What is due by law on registers, what is most urgent first.

use axum::extract::State;
use axum::response::Response;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, deadlines};

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::PageNumber;
use crate::refused::Refused;
use crate::states;
use crate::visitor::Member;
use crate::words::{Word, word};

const PATH: &str = "/console/deadlines";

const RULES: &[Word] = &[
    (
        "terms_entry",
        "Enter deposited terms, or delete them",
        "Niedergelegte Bedingungen eintragen oder löschen",
    ),
    (
        "reversal",
        "Reverse a wrong entry",
        "Falsche Eintragung rückgängig machen",
    ),
    (
        "statement",
        "Statements of entries and changes",
        "Auszüge zu Eintragungen und Veränderungen",
    ),
    (
        "yearly_statement",
        "Statements of the year",
        "Jährliche Auszüge",
    ),
    (
        "application_answer",
        "Answer an application",
        "Antrag beantworten",
    ),
    (
        "inspection_destruction",
        "Destroy the note of an inspection",
        "Einsichtsvermerk vernichten",
    ),
    (
        "identification",
        "Identify an investor anew",
        "Anleger neu identifizieren",
    ),
    (
        "comparison",
        "Compare register and DLT network",
        "Register und DLT-Netzwerk abgleichen",
    ),
    (
        "incident",
        "Explain or put right a difference",
        "Abweichung erklären oder berichtigen",
    ),
];

const STATES: &[Word] = &[
    ("overdue", "overdue", "überfällig"),
    ("due", "due soon", "bald fällig"),
    ("ahead", "ahead", "steht an"),
    ("done", "done", "erledigt"),
];

pub(crate) fn pages() -> Vec<Page> {
    vec![Page::get(PATH, Access::Needs(Right::ReadNetwork), show)]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let paging = parts::paging(page);
    let listed = deadlines::list(&console.registry, &who.caller, None, paging).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| {
            let name = match &one.name {
                Some(name) => parts::text(name),
                None => parts::short_id(one.subject_id),
            };
            vec![
                states::state(visitor, STATES, &one.state),
                parts::moment(&one.due_at),
                html! { a href=(one.page) { (word(visitor, RULES, &one.rule)) } },
                name,
                parts::text(one.count),
                parts::text(&one.source),
            ]
        })
        .collect();
    let head = [
        visitor.say("State", "Stand"),
        visitor.say("Until (UTC)", "Bis (UTC)"),
        visitor.say("What", "Was"),
        visitor.say("Of what", "Wovon"),
        visitor.say("Number", "Anzahl"),
        visitor.say("Source", "Quelle"),
    ];
    let title = visitor.say("Deadlines", "Fristen");
    let body = html! {
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
    };
    Ok(layout::page(visitor, title, &body))
}
