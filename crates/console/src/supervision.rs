//! What the supervisor reads beside the lists: the journal entry by entry, and who a holder is.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::{HolderId, ProductId};
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, holder_identities, products, register_journal};
use serde::Deserialize;
use uuid::Uuid;

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::refused::Refused;
use crate::visitor::Member;

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(
            "/console/registers/{product_id}/entries",
            Access::Needs(Right::ReadNetwork),
            entries,
        ),
        Page::get(
            "/console/registers/{product_id}/holders/{holder_id}",
            Access::Needs(Right::ReadIdentities),
            holder,
        ),
    ]
}

/// Behind which entry the list begins.
#[derive(Deserialize)]
struct After {
    after: Option<u64>,
}

async fn entries(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
    QueryParams(query): QueryParams<After>,
) -> Result<Response, Refused> {
    let (visitor, id) = (&who.visitor, ProductId::from_uuid(id));
    let product = products::get_any(&console.registry, &who.caller, id).await?;
    let place = (query.after.unwrap_or_default(), parts::ROWS);
    let found = register_journal::after(&console.registry, &who.caller, id, place).await?;
    let rows: Vec<Vec<Markup>> = found
        .entries
        .iter()
        .map(|entry| {
            vec![
                parts::text(entry.sequence),
                parts::moment(&entry.entered_at),
                html! { pre { (entry.content) } },
                parts::long_code(&entry.root_hash),
            ]
        })
        .collect();
    let head = [
        visitor.say("No.", "Nr."),
        visitor.say("When", "Wann"),
        visitor.say("Entry", "Eintragung"),
        visitor.say("Root hash", "Wurzel-Hash"),
    ];
    let path = format!("/console/registers/{}", product.id);
    let last = found.entries.last().filter(|_| found.has_more);
    let title = visitor.say("Journal", "Journal");
    let body = html! {
        (parts::back(&path, &product.name))
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        @if let Some(last) = last {
            nav class="pager" { a href=(format!("{path}/entries?after={}", last.sequence)) rel="next" { (visitor.say("Next", "Weiter")) } }
        }
    };
    Ok(layout::page(visitor, title, &body))
}

async fn holder(
    State(console): State<Console>,
    who: Member,
    Path((product, holder)): Path<(Uuid, Uuid)>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let (id, holder) = (ProductId::from_uuid(product), HolderId::from_uuid(holder));
    let found = holder_identities::get(&console.registry, &who.caller, id, holder).await?;
    let title = visitor.say("Holder", "Inhaber");
    let path = format!("/console/registers/{product}");
    let body = html! {
        (parts::back(&path, visitor.say("Register", "Register")))
        h1 { (title) }
        @match &found {
            Some(person) => (parts::facts(&[
                (visitor.say("Identifier", "Kennung"), parts::code(person.holder_id)),
                ("Name", parts::text(&person.name)),
                (visitor.say("Address", "Anschrift"), parts::text(person.address.join(", "))),
            ])),
            None => p { (visitor.say("The issuer itself, or somebody whose data were erased.", "Der Emittent selbst, oder jemand, dessen Daten gelöscht wurden.")) },
        }
        p { (visitor.say("This look is in the audit log.", "Dieser Abruf steht im Audit-Protokoll.")) }
    };
    Ok(layout::page(visitor, title, &body))
}
