//! What the registrar enters without the holder's signature: restrictions, re-registrations and reversals of one register. A second
//! person confirms on the page of the decision.

mod forms;
mod inputs;

use axum::extract::{Path, State};
use axum::response::Response;
use domain::{InstructionId, ProductId, RestrictionId};
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, products, reregistrations, restrictions};
use uuid::Uuid;
use wire::reregistrations::Reregistration;
use wire::restrictions::Restriction;

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::PageNumber;
use crate::refused::Refused;
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};
use crate::words::{Word, word};
use forms::What;

const OPERATIONS: &[Word] = &[
    ("processing", "on its way", "unterwegs"),
    ("entered", "entered", "eingetragen"),
    ("reversed", "reversed", "rückgängig gemacht"),
    ("released", "released", "gelöscht"),
    ("rejected", "rejected", "zurückgewiesen"),
];
const GROUNDS: &[Word] = &[
    ("succession", "Inheritance", "Erbfolge"),
    (
        "court_order",
        "Order of a court",
        "Gerichtliche Entscheidung",
    ),
    (
        "administrative_act",
        "Act of an authority",
        "Verwaltungsakt",
    ),
    ("lost_key", "Lost key", "Verlorener Schlüssel"),
    ("reversal", "Reversal", "Rückgängigmachung"),
];
pub(crate) const RIGHTS: &[Word] = &[
    ("pledge", "Pledge", "Pfandrecht"),
    ("usufruct", "Usufruct", "Nießbrauch"),
    ("attachment", "Attachment", "Pfändung"),
    ("lock", "Agreed restriction", "Vereinbarte Beschränkung"),
    ("freeze", "Freeze", "Sperre"),
    (
        "disentitlement",
        "Holder not entitled",
        "Inhaber nicht berechtigt",
    ),
];
pub(crate) fn pages() -> Vec<Page> {
    let (reads, decides) = (
        Access::Needs(Right::ReadNetwork),
        Access::Needs(Right::WriteNetwork),
    );
    vec![
        Page::get("/console/registers/{product_id}/operations", reads, list),
        Page::get(
            "/console/registers/{product_id}/reregistration",
            decides,
            forms::reregistration,
        ),
        Page::post(
            "/console/registers/{product_id}/reregistration",
            decides,
            forms::propose_reregistration,
        ),
        Page::get(
            "/console/registers/{product_id}/reversal",
            decides,
            forms::reversal,
        ),
        Page::post(
            "/console/registers/{product_id}/reversal",
            decides,
            forms::propose_reversal,
        ),
        Page::get(
            "/console/registers/{product_id}/restriction",
            decides,
            forms::restriction,
        ),
        Page::post(
            "/console/registers/{product_id}/restriction",
            decides,
            forms::propose_restriction,
        ),
        Page::get(
            "/console/registers/{product_id}/conversion",
            decides,
            forms::conversion,
        ),
        Page::post(
            "/console/registers/{product_id}/conversion",
            decides,
            forms::propose_conversion,
        ),
        Page::get(
            "/console/reregistrations/{reregistration_id}",
            reads,
            show_reregistration,
        ),
        Page::get(
            "/console/restrictions/{restriction_id}",
            reads,
            show_restriction,
        ),
    ]
}

async fn list(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (visitor, page, id) = (&who.visitor, query.page(), ProductId::from_uuid(id));
    let (registry, caller) = (&console.registry, &who.caller);
    let product = products::get_any(registry, caller, id).await?;
    let moved = reregistrations::list(registry, caller, Some(id), parts::paging(page)).await?;
    let entered = restrictions::list(registry, caller, Some(id), parts::paging(page)).await?;
    let path = format!("/console/registers/{}", product.id);
    let title = visitor.say(
        "Without the holder's signature",
        "Ohne Unterschrift des Inhabers",
    );
    let body = html! {
        (parts::back(&path, &product.name))
        h1 { (title) }
        @if who.session.may(Right::WriteNetwork) {
            ul { @for what in What::ALL { li { a href=(format!("{path}/{}", what.path())) { (what.title(visitor)) } } } }
        }
        h2 { (visitor.say("Re-registrations and reversals", "Umtragungen und Rückgängigmachungen")) " (" (moved.count) ")" }
        (moved_table(visitor, &moved.items))
        h2 { (visitor.say("Restrictions and rights", "Beschränkungen und Rechte")) " (" (entered.count) ")" }
        (entered_table(visitor, &entered.items))
        (parts::pager(visitor, &format!("{path}/operations"), page, moved.count.max(entered.count)))
    };
    Ok(layout::page(visitor, title, &body))
}

fn moved_table(visitor: &Visitor, items: &[Reregistration]) -> Markup {
    let rows: Vec<Vec<Markup>> = items
        .iter()
        .map(|one| {
            vec![
                html! { a href=(format!("/console/reregistrations/{}", one.id)) { (word(visitor, GROUNDS, &one.ground)) } },
                states::state(visitor, OPERATIONS, &shown(&one.status)),
                parts::text(one.units),
                parts::optional(one.entry),
                parts::optional(one.reverses),
                parts::moment(&one.received_at),
            ]
        })
        .collect();
    let head = [
        visitor.say("Ground", "Grund"),
        "Status",
        visitor.say("Units", "Stück"),
        visitor.say("Entry", "Eintragung"),
        visitor.say("Reverses", "Macht rückgängig"),
        visitor.say("When", "Wann"),
    ];
    parts::table(visitor, &head, &rows)
}

fn entered_table(visitor: &Visitor, items: &[Restriction]) -> Markup {
    let rows: Vec<Vec<Markup>> = items
        .iter()
        .map(|one| {
            vec![
                html! { a href=(format!("/console/restrictions/{}", one.id)) { (word(visitor, RIGHTS, &one.kind)) } },
                states::state(visitor, OPERATIONS, &shown(&one.status)),
                parts::text(extent(visitor, one.units_left)),
                parts::optional(one.entry),
                parts::moment(&one.received_at),
            ]
        })
        .collect();
    let head = [
        visitor.say("Right", "Recht"),
        "Status",
        visitor.say("Units now", "Stück jetzt"),
        visitor.say("Entry", "Eintragung"),
        visitor.say("When", "Wann"),
    ];
    parts::table(visitor, &head, &rows)
}

fn extent(visitor: &Visitor, units: Option<u64>) -> String {
    units.map_or_else(
        || {
            visitor
                .say("all in the wallet", "alle in der Wallet")
                .to_owned()
        },
        |units| units.to_string(),
    )
}

async fn show_reregistration(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let id = InstructionId::from_uuid(id);
    let one = reregistrations::get(&console.registry, &who.caller, id).await?;
    let facts = [
        (
            "Status",
            states::state(visitor, OPERATIONS, &shown(&one.status)),
        ),
        (
            visitor.say("Rejected because of", "Zurückgewiesen wegen"),
            parts::optional(one.rejection.as_deref()),
        ),
        (visitor.say("Units", "Stück"), parts::text(one.units)),
        (visitor.say("From", "Von"), parts::code(&one.source_address)),
        (visitor.say("To", "An"), parts::code(&one.target_address)),
        (
            visitor.say("Reverses entry", "Macht rückgängig die Eintragung"),
            parts::optional(one.reverses),
        ),
        (
            visitor.say("Reversed by entry", "Rückgängig gemacht durch Eintragung"),
            parts::optional(one.reversed_by),
        ),
        (
            visitor.say("Legal basis", "Rechtsgrund"),
            parts::optional(one.legal_basis.as_deref()),
        ),
        (
            visitor.say("Identified anew", "Neu identifiziert"),
            parts::day(one.identified_on.as_deref()),
        ),
        (
            visitor.say("Holder's consent", "Zustimmung des Inhabers"),
            parts::optional(one.holder_consent.as_deref()),
        ),
        (
            visitor.say("Issuer's consent", "Zustimmung des Emittenten"),
            parts::optional(one.issuer_consent.as_deref()),
        ),
    ];
    let more = common(
        visitor,
        (one.instruction, one.entry),
        one.decision_id,
        &one.document_hash,
    );
    let title = word(visitor, GROUNDS, &one.ground);
    detail(
        visitor,
        one.product_id,
        &title,
        &html! { (parts::facts(&facts)) (more) },
    )
}

async fn show_restriction(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let id = RestrictionId::from_uuid(id);
    let one = restrictions::get(&console.registry, &who.caller, id).await?;
    let beneficiary = one.beneficiary.as_ref().map(|known| {
        let words = [&known.forename, &known.surname, &known.name];
        let words: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
        words.join(" ")
    });
    let facts = [
        (
            "Status",
            states::state(visitor, OPERATIONS, &shown(&one.status)),
        ),
        (
            visitor.say("Rejected because of", "Zurückgewiesen wegen"),
            parts::optional(one.rejection.as_deref()),
        ),
        ("Wallet", parts::code(&one.wallet_address)),
        (
            visitor.say("Units entered", "Stück eingetragen"),
            parts::text(extent(visitor, one.units)),
        ),
        (
            visitor.say("Units now", "Stück jetzt"),
            parts::text(extent(visitor, one.units_left)),
        ),
        (
            visitor.say("In favour of", "Zugunsten von"),
            parts::optional(beneficiary),
        ),
        (
            visitor.say("Legal basis", "Rechtsgrund"),
            parts::optional(one.legal_basis.as_deref()),
        ),
        (
            visitor.say("Agreed until", "Vereinbart bis"),
            parts::day(one.valid_until.as_deref()),
        ),
    ];
    let more = common(
        visitor,
        (one.instruction, one.entry),
        one.decision_id,
        &one.document_hash,
    );
    let title = word(visitor, RIGHTS, &one.kind);
    detail(
        visitor,
        one.product_id,
        &title,
        &html! { (parts::facts(&facts)) (more) },
    )
}

fn common(
    visitor: &Visitor,
    (instruction, entry): (u64, Option<u64>),
    decision: Uuid,
    document: &str,
) -> Markup {
    parts::facts(&[
        (
            visitor.say("Place in the queue", "Platz in der Reihe"),
            parts::text(instruction),
        ),
        (visitor.say("Entry", "Eintragung"), parts::optional(entry)),
        (
            visitor.say("Decision", "Entscheidung"),
            html! { a href=(format!("/console/decisions/{decision}")) { (parts::short_id(decision)) } },
        ),
        (
            visitor.say("Document (SHA-256)", "Dokument (SHA-256)"),
            parts::long_code(document),
        ),
    ])
}

fn detail(
    visitor: &Visitor,
    product: Uuid,
    title: &str,
    facts: &Markup,
) -> Result<Response, Refused> {
    let path = format!("/console/registers/{product}/operations");
    let back = visitor.say(
        "Without the holder's signature",
        "Ohne Unterschrift des Inhabers",
    );
    let body = html! {
        (parts::back(&path, back))
        h1 { (title) }
        (facts)
    };
    Ok(layout::page(visitor, title, &body))
}
