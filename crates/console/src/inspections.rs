//! Inspections of registers by others than their participants (§ 10 eWpG): the log, a new request, its refusal, and the extract once another has granted it.

mod form;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::InspectionId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, inspections};
use serde::Deserialize;
use uuid::Uuid;
use wire::Problem;
use wire::inspections::{Inspection, InspectionRefusal};
use wire::network::PastRegister;

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::operations::RIGHTS;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::query::PageNumber;
use crate::refused::{Refused, refusal, status};
use crate::states;
use crate::visitor::{Member, Visitor};
use crate::words::{Word, word};

const PATH: &str = "/console/inspections";

const BASES: &[Word] = &[
    (
        "legitimate_interest",
        "Legitimate interest (§ 10(2) eWpG)",
        "Berechtigtes Interesse (§ 10 Abs. 2 eWpG)",
    ),
    (
        "special_interest",
        "Special legitimate interest (§ 10(3) eWpG)",
        "Besonderes berechtigtes Interesse (§ 10 Abs. 3 eWpG)",
    ),
    (
        "authority",
        "Authority (§ 10(4) eWpG)",
        "Behörde (§ 10 Abs. 4 eWpG)",
    ),
];
const SCOPES: &[Word] = &[
    (
        "register",
        "The register, holders by identifier",
        "Das Register, Inhaber mit Kennung",
    ),
    (
        "holder",
        "One holder, and who it is",
        "Ein Inhaber, und wer er ist",
    ),
];
const STATUSES: &[Word] = &[
    (
        "requested",
        "waits for a second person",
        "wartet auf eine zweite Person",
    ),
    ("granted", "granted", "gewährt"),
    ("refused", "refused", "abgelehnt"),
];

pub(crate) fn pages() -> Vec<Page> {
    let reads = Access::Needs(Right::ReadInspections);
    let decides = Access::Needs(Right::WriteNetwork);
    vec![
        Page::get(PATH, reads, show),
        Page::get("/console/inspections/{inspection_id}", reads, show_one),
        Page::get(
            "/console/inspections/{inspection_id}/extract",
            reads,
            extract,
        ),
        Page::post(
            "/console/inspections/{inspection_id}/refuse",
            decides,
            refuse,
        ),
        Page::get(
            "/console/registers/{product_id}/inspection",
            decides,
            form::begin,
        ),
        Page::post(
            "/console/registers/{product_id}/inspection",
            decides,
            form::ask,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let paging = parts::paging(page);
    let listed = inspections::list(&console.registry, &who.caller, None, paging).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| {
            vec![
                html! { a href=(format!("{PATH}/{}", one.id)) { (one.request.person.name) } },
                parts::optional(one.request.represents.as_deref()),
                parts::text(word(visitor, BASES, &one.request.legal_basis)),
                parts::text(word(visitor, SCOPES, &one.request.scope)),
                states::state(visitor, STATUSES, &one.status),
                parts::moment(&one.requested_at),
                parts::day(Some(&one.kept_until)),
            ]
        })
        .collect();
    let head = [
        visitor.say("Who", "Wer"),
        visitor.say("For whom", "Für wen"),
        visitor.say("Ground", "Grund"),
        visitor.say("What", "Was"),
        "Status",
        visitor.say("When", "Wann"),
        visitor.say("Kept until", "Aufbewahrt bis"),
    ];
    let title = visitor.say("Inspections", "Einsichtnahmen");
    let body = html! {
        h1 { (title) }
        p { (visitor.say(
            "Who looked into a register without being a participant (§ 10(5) eWpG). A new request begins on the page of its register.",
            "Wer in ein Register Einsicht nahm, ohne Teilnehmer zu sein (§ 10 Abs. 5 eWpG). Ein neues Ersuchen beginnt auf der Seite seines Registers.",
        )) }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
    };
    Ok(layout::page(visitor, title, &body))
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, InspectionId::from_uuid(id), None).await
}

async fn render(
    console: &Console,
    who: &Member,
    id: InspectionId,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let one = inspections::get(&console.registry, &who.caller, id).await?;
    let fields = Fields::default();
    let form = Form {
        visitor,
        fields: &fields,
        problem,
    };
    let path = format!("{PATH}/{}", one.id);
    let title = visitor.say("Inspection", "Einsichtnahme");
    let body = html! {
        (parts::back(PATH, visitor.say("Inspections", "Einsichtnahmen")))
        h1 { (title) }
        (parts::problem(visitor, problem))
        (facts(visitor, &one))
        @if one.status == "requested" {
            p { a href=(format!("/console/decisions/{}", one.decision_id)) { (visitor.say("Grant it, as a second person", "Als zweite Person gewähren")) } }
            @if who.session.may(Right::WriteNetwork) {
                form method="post" action=(format!("{path}/refuse")) {
                    (parts::hidden(visitor))
                    (form.area("reason", visitor.say("Reason for a refusal, for the one who asked", "Grund einer Ablehnung, für den Ersuchenden"), 3))
                    button type="submit" class="secondary" { (visitor.say("Refuse", "Ablehnen")) }
                }
            }
        }
        @if one.status == "granted" {
            p { a href=(format!("{path}/extract")) role="button" { (visitor.say("Show the extract", "Auszug zeigen")) } }
            p { (visitor.say("Each look is a line in the audit log.", "Jeder Abruf ist eine Zeile im Audit-Protokoll.")) }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn facts(visitor: &Visitor, one: &Inspection) -> Markup {
    let (request, person) = (&one.request, &one.request.person);
    let assessment = request.assessment.as_ref();
    parts::facts(&[
        ("Status", states::state(visitor, STATUSES, &one.status)),
        ("Name", parts::text(&person.name)),
        (
            visitor.say("Born", "Geboren"),
            parts::day(Some(&person.birth_date)),
        ),
        (
            visitor.say("Address", "Anschrift"),
            parts::text(&person.address),
        ),
        (
            visitor.say("Identified by", "Identifiziert durch"),
            parts::text(&person.identified_by),
        ),
        (
            visitor.say("Identified on", "Identifiziert am"),
            parts::day(Some(&person.identified_on)),
        ),
        (
            visitor.say("For whom", "Für wen"),
            parts::optional(request.represents.as_deref()),
        ),
        (
            visitor.say("Ground", "Grund"),
            parts::text(word(visitor, BASES, &request.legal_basis)),
        ),
        (
            visitor.say("What", "Was"),
            parts::text(word(visitor, SCOPES, &request.scope)),
        ),
        (
            visitor.say("Holder", "Inhaber"),
            parts::optional(request.holder_id),
        ),
        (
            visitor.say("Interest", "Interesse"),
            parts::text(&request.interest),
        ),
        (
            visitor.say("Evidence", "Nachweise"),
            parts::text(&request.evidence),
        ),
        (
            visitor.say("Special interest", "Besonderes Interesse"),
            parts::optional(assessment.map(|parts| &parts.interest)),
        ),
        (
            visitor.say("Necessity", "Erforderlichkeit"),
            parts::optional(assessment.map(|parts| &parts.necessity)),
        ),
        (
            visitor.say("Balance of interests", "Abwägung"),
            parts::optional(assessment.map(|parts| &parts.balance)),
        ),
        (
            visitor.say("Refused because", "Abgelehnt, weil"),
            parts::optional(one.refusal.as_deref()),
        ),
        (
            visitor.say("Asked", "Ersucht"),
            parts::moment(&one.requested_at),
        ),
        (
            visitor.say("Register as of entry", "Register mit Eintragung"),
            parts::optional(one.sequence),
        ),
        (
            visitor.say("Kept until", "Aufbewahrt bis"),
            parts::day(Some(&one.kept_until)),
        ),
    ])
}

async fn refuse(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = InspectionId::from_uuid(id);
    let body = InspectionRefusal {
        reason: posted.fields.text("reason").to_owned(),
    };
    match inspections::refuse(&console.registry, &posted.request(), id, body).await {
        Ok(_) => Ok(layout::done(&format!("{PATH}/{id}"), "saved")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(&console, &posted.who, id, Some(&problem)).await
        }
    }
}

/// Behind which entry the list of holders begins.
#[derive(Deserialize)]
struct After {
    after: Option<u64>,
}

async fn extract(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
    QueryParams(query): QueryParams<After>,
) -> Result<Response, Refused> {
    let (visitor, id) = (&who.visitor, InspectionId::from_uuid(id));
    let stretch = (query.after.unwrap_or_default(), parts::ROWS);
    let shown = inspections::extract(&console.registry, &who.caller, id, stretch).await?;
    let title = visitor.say("Extract of the register", "Auszug aus dem Register");
    let register = &shown.register;
    let last = register.holdings.last().filter(|_| register.has_more);
    let body = html! {
        (parts::back(&format!("{PATH}/{id}"), visitor.say("Inspection", "Einsichtnahme")))
        h1 { (title) }
        (parts::facts(&[
            ("ISIN", parts::code(&register.isin)),
            (visitor.say("As of entry", "Stand: Eintragung"), parts::text(register.sequence)),
            (visitor.say("Issue volume", "Emissionsvolumen"), parts::text(register.issue_volume)),
        ]))
        @if let Some(holder) = &shown.holder {
            h2 { (visitor.say("Holder", "Inhaber")) }
            (parts::facts(&[
                (visitor.say("Identifier", "Kennung"), parts::code(holder.holder_id)),
                ("Name", parts::text(&holder.name)),
                (visitor.say("Address", "Anschrift"), parts::text(holder.address.join(", "))),
            ]))
        }
        h2 { (visitor.say("Holdings", "Bestände")) }
        (holdings(visitor, register))
        @if let Some(last) = last {
            nav class="pager" { a href=(format!("{PATH}/{id}/extract?after={}", last.since)) rel="next" { (visitor.say("Next", "Weiter")) } }
        }
    };
    Ok(layout::page(visitor, title, &body))
}

fn holdings(visitor: &Visitor, register: &PastRegister) -> Markup {
    let rows: Vec<Vec<Markup>> = register
        .holdings
        .iter()
        .map(|holding| {
            let rights = holding.restrictions.iter().map(|one| {
                let units = one
                    .units
                    .map_or_else(|| "–".to_owned(), |units| units.to_string());
                format!("{} ({units})", word(visitor, RIGHTS, &one.kind))
            });
            vec![
                parts::code(holding.holder_id),
                parts::text(holding.units),
                parts::text(rights.collect::<Vec<_>>().join(", ")),
            ]
        })
        .collect();
    let head = [
        visitor.say("Holder", "Inhaber"),
        visitor.say("Units", "Stück"),
        visitor.say("Restrictions and rights", "Beschränkungen und Rechte"),
    ];
    parts::table(visitor, &head, &rows)
}
