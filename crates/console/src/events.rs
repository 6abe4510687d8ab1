//! The feed of events in one environment: the same log as the webhooks.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::EventId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, feed};
use serde::Deserialize;
use uuid::Uuid;

use crate::Console;
use crate::environments::{inside, tabs};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::refused::Refused;
use crate::visitor::Member;

pub(crate) fn pages() -> Vec<Page> {
    vec![Page::get(
        "/console/environments/{environment}/events",
        Access::NeedsInside(Right::ReadInvestments),
        show,
    )]
}

#[derive(Debug, Deserialize)]
struct After {
    after: Option<Uuid>,
}

async fn show(
    State(console): State<Console>,
    who: Member,
    Path(environment): Path<String>,
    QueryParams(query): QueryParams<After>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let caller = inside(&console, &who, &environment).await?;
    let after = query.after.map(EventId::from_uuid);
    let feed = feed::feed(&console.registry, &caller, after, parts::ROWS).await?;
    let rows: Vec<Vec<Markup>> = feed
        .results
        .iter()
        .map(|event| {
            vec![
                parts::moment(&event.changed_at),
                parts::text(&event.kind),
                parts::optional(event.status.as_deref()),
                parts::optional(event.previous_status.as_deref()),
                match event.investment_id {
                    Some(id) => html! { a href=(format!("/console/environments/{environment}/investments/{id}")) { (parts::short_id(id)) } },
                    None => parts::optional(None::<&str>),
                },
                parts::short_id(event.id),
            ]
        })
        .collect();
    let head = [
        visitor.say("When", "Wann"),
        visitor.say("Event", "Ereignis"),
        "Status",
        visitor.say("Before", "Zuvor"),
        "Investment",
        "ID",
    ];
    let title = visitor.say("Events", "Ereignisse");
    let next = feed.last.filter(|_| feed.has_more);
    let body = html! {
        (tabs(visitor, &environment))
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        @if let Some(last) = next {
            nav class="pager" { a href=(format!("/console/environments/{environment}/events?after={last}")) rel="next" { (visitor.say("Later", "Spätere")) } }
        }
    };
    Ok(layout::page(visitor, title, &body))
}
