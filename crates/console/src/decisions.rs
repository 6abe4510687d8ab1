//! Decisions that need four eyes: what waits for a second person, and what was decided.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::DecisionId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Answer, Right, decisions, members};
use uuid::Uuid;
use wire::Problem;
use wire::applications::Licence;
use wire::decisions::{Decision, DecisionStatus};

use crate::Console;
use crate::form::Posted;
use crate::layout;
use crate::licences;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::WithStatus;
use crate::refused::{Refused, refusal, status};
use crate::states;
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/decisions";
const STATUSES: [DecisionStatus; 3] = [
    DecisionStatus::Proposed,
    DecisionStatus::Confirmed,
    DecisionStatus::Withdrawn,
];

pub(crate) fn pages() -> Vec<Page> {
    let reads = Access::Needs(Right::ReadNetwork);
    let decides = Access::Needs(Right::WriteNetwork);
    vec![
        Page::get(PATH, reads, show),
        Page::get("/console/decisions/{decision_id}", reads, show_one),
        Page::post("/console/decisions/{decision_id}/confirm", decides, confirm),
        Page::post(
            "/console/decisions/{decision_id}/withdraw",
            decides,
            withdraw,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<WithStatus>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let wanted = STATUSES
        .into_iter()
        .find(|status| Some(status.as_str()) == query.status.as_deref());
    let chosen = wanted.unwrap_or(DecisionStatus::Proposed);
    let paging = parts::paging(page);
    let listed =
        decisions::list(&console.registry, &who.caller, Some(chosen), None, paging).await?;
    let people = members::colleagues(&console.registry, &who.caller).await?;
    let names = decisions::subjects(&console.registry, &who.caller, &listed.items).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| {
            vec![
                html! { a href=(format!("{PATH}/{}", one.id)) { (kind_name(visitor, &one.kind)) } },
                about(&names, one),
                parts::text(actor(&who, &people, &one.proposed_by)),
                parts::moment(&one.proposed_at),
                parts::optional(
                    one.decided_by
                        .as_deref()
                        .map(|name| actor(&who, &people, name)),
                ),
            ]
        })
        .collect();
    let head = [
        visitor.say("Decision", "Entscheidung"),
        visitor.say("About", "Über"),
        visitor.say("Proposed by", "Vorgeschlagen von"),
        visitor.say("When", "Wann"),
        visitor.say("Decided by", "Entschieden von"),
    ];
    let title = visitor.say("Decisions of two persons", "Entscheidungen zu zweit");
    let path = format!("{PATH}?status={}", chosen.as_str());
    let body = html! {
        h1 { (title) }
        nav class="pager" {
            @for status in STATUSES {
                a href=(format!("{PATH}?status={}", status.as_str())) aria-current=[(status == chosen).then_some("page")] { (status_name(visitor, status)) }
            }
        }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, &path, page, listed.count))
    };
    Ok(layout::page(visitor, title, &body))
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, DecisionId::from_uuid(id), None).await
}

async fn confirm(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = DecisionId::from_uuid(id);
    let confirmed = decisions::confirm(&console.registry, &posted.request(), id).await;
    finish(&console, &posted, id, confirmed, "confirmed").await
}

async fn withdraw(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = DecisionId::from_uuid(id);
    let withdrawn = decisions::withdraw(&console.registry, &posted.request(), id).await;
    finish(&console, &posted, id, withdrawn, "decision-withdrawn").await
}

async fn finish(
    console: &Console,
    posted: &Posted<Member>,
    id: DecisionId,
    outcome: registry::Result<Answer>,
    flash: &'static str,
) -> Result<Response, Refused> {
    match outcome {
        Ok(_) => Ok(layout::done(&format!("{PATH}/{id}"), flash)),
        Err(error) => {
            render(
                console,
                &posted.who,
                id,
                Some(&refusal(&posted.who, error)?),
            )
            .await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    id: DecisionId,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let one = decisions::get(&console.registry, &who.caller, id).await?;
    let people = members::colleagues(&console.registry, &who.caller).await?;
    let of = std::slice::from_ref(&one);
    let names = decisions::subjects(&console.registry, &who.caller, of).await?;
    let title = kind_name(visitor, &one.kind);
    let decided_at = match &one.decided_at {
        Some(at) => parts::moment(at),
        None => parts::optional(None::<&str>),
    };
    let body = html! {
        (parts::back(PATH, visitor.say("Decisions", "Entscheidungen")))
        h1 { (title) }
        (parts::problem(visitor, problem))
        (parts::facts(&[
            ("Status", states::state(visitor, states::DECISIONS, one.status.as_str())),
            (visitor.say("About", "Über"), about(&names, &one)),
            (visitor.say("Proposed by", "Vorgeschlagen von"), parts::text(actor(who, &people, &one.proposed_by))),
            (visitor.say("When", "Wann"), parts::moment(&one.proposed_at)),
            (visitor.say("Decided by", "Entschieden von"), parts::optional(one.decided_by.as_deref().map(|name| actor(who, &people, name)))),
            (visitor.say("Decided", "Entschieden"), decided_at),
        ]))
        h2 { (visitor.say("Reasons", "Gründe")) }
        div class="message" { p { (one.reason) } }
        (content(visitor, &one))
        @if one.status == DecisionStatus::Proposed && who.session.may(Right::WriteNetwork) { (buttons(who, &one)) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

/// The operation refuses a confirmation by who proposed; the page says it before.
fn buttons(who: &Member, one: &Decision) -> Markup {
    let visitor = &who.visitor;
    let path = format!("{PATH}/{}", one.id);
    html! {
        @if is_own(who, one) {
            p class="notice" data-own { (visitor.say("You proposed this: another person has to confirm it.", "Das haben Sie vorgeschlagen: Eine andere Person muss es bestätigen.")) }
        }
        div class="actions" {
            @if !is_own(who, one) { (parts::button(visitor, &format!("{path}/confirm"), visitor.say("Confirm", "Bestätigen"), "")) }
            (parts::button(visitor, &format!("{path}/withdraw"), visitor.say("Withdraw", "Zurückziehen"), "secondary outline"))
        }
    }
}

/// That a decision about this thing waits, on the page of the thing.
pub(crate) fn waiting(who: &Member, one: &Decision) -> Markup {
    let visitor = &who.visitor;
    html! {
        div class="notice" {
            a href=(format!("{PATH}/{}", one.id)) { strong { (kind_name(visitor, &one.kind)) } }
            ": "
            @if is_own(who, one) { (visitor.say("you proposed it, and another person has to confirm it.", "Sie haben es vorgeschlagen, und eine andere Person muss es bestätigen.")) }
            @else { (visitor.say("waits for a second person.", "wartet auf eine zweite Person.")) }
        }
    }
}

fn is_own(who: &Member, one: &Decision) -> bool {
    one.proposed_by == who.caller.name
}

/// Programs, and people who are gone, by what the audit log calls them.
fn actor(who: &Member, people: &BTreeMap<String, String>, name: &str) -> String {
    match name == who.caller.name {
        true => who.visitor.say("you", "Sie").to_owned(),
        false => people.get(name).map_or(name, String::as_str).to_owned(),
    }
}

fn kind_name(visitor: &Visitor, kind: &str) -> &'static str {
    match kind {
        "platform_admission" => visitor.say("Admit an applicant", "Antragsteller zulassen"),
        "platform_refusal" => visitor.say("Refuse an applicant", "Antragsteller ablehnen"),
        "platform_suspension" => visitor.say("Suspend a platform", "Plattform aussetzen"),
        "platform_readmission" => visitor.say("Readmit a platform", "Plattform wieder zulassen"),
        "platform_licence" => visitor.say(
            "Change a platform's licence",
            "Erlaubnis einer Plattform ändern",
        ),
        "product_validation" => {
            visitor.say("Enter a crypto security", "Kryptowertpapier eintragen")
        }
        "payout_list" => visitor.say("Draw up a payout list", "Auszahlungsliste erstellen"),
        "inspection" => visitor.say(
            "Grant an inspection of a register",
            "Einsicht in ein Register gewähren",
        ),
        "incident_closure" => visitor.say(
            "Close an incident between register and DLT network",
            "Abweichung zwischen Register und DLT-Netz schließen",
        ),
        "restriction" => visitor.say(
            "Enter a restriction or right",
            "Beschränkung oder Recht eintragen",
        ),
        "reregistration" => visitor.say(
            "Re-register units without the holder's signature",
            "Umtragung ohne Unterschrift des Inhabers",
        ),
        "reversal" => visitor.say(
            "Reverse a wrong entry",
            "Falsche Eintragung rückgängig machen",
        ),
        "conversion" => visitor.say(
            "Change how a holder is entered",
            "Art der Eintragung ändern",
        ),
        "restriction_release" => visitor.say(
            "Release a restriction or right",
            "Beschränkung oder Recht löschen",
        ),
        "register_handover" => visitor.say(
            "Hand a register over to another registrar",
            "Register an eine andere Stelle übergeben",
        ),
        "terms_change" => visitor.say(
            "Change the terms of an issue",
            "Emissionsbedingungen ändern",
        ),
        _ => visitor.say("Decision", "Entscheidung"),
    }
}

fn status_name(visitor: &Visitor, status: DecisionStatus) -> &'static str {
    match status {
        DecisionStatus::Proposed => visitor.say("Waiting", "Wartend"),
        DecisionStatus::Confirmed => visitor.say("Confirmed", "Bestätigt"),
        DecisionStatus::Withdrawn => visitor.say("Withdrawn", "Zurückgezogen"),
    }
}

/// The way to what is decided about, by its name.
fn about(names: &BTreeMap<Uuid, String>, one: &Decision) -> Markup {
    let name = names.get(&one.target_id);
    let place = match one.kind.as_str() {
        "platform_admission" | "platform_refusal" => "applications",
        "product_validation" => "validations",
        "payout_list" | "terms_change" | "register_handover" => "registers",
        "inspection" => "inspections",
        kind if kind.starts_with("platform_") => "platforms",
        // No page of its own; by its name somebody knows what it is about.
        _ => {
            return match name {
                Some(name) => html! { (name) },
                None => parts::short_id(one.target_id),
            };
        }
    };
    let path = format!("/console/{place}/{}", one.target_id);
    html! { a href=(path) { @match name { Some(name) => (name), None => (parts::short_id(one.target_id)) } } }
}

/// What exactly is to be done, where the kind does not say it all.
fn content(visitor: &Visitor, one: &Decision) -> Markup {
    let licence: Option<Licence> = match one.kind.as_str() {
        "platform_licence" => serde_json::from_value(one.content.clone()).ok(),
        _ => None,
    };
    let analysis = one
        .content
        .get("risk_analysis")
        .and_then(|text| text.as_str());
    html! {
        @if let Some(analysis) = analysis {
            h2 { (visitor.say("Analysis of risks", "Risikoanalyse")) }
            div class="message" { p { (analysis) } }
        }
        @if let Some(licence) = &licence {
            h2 { (visitor.say("The licence that is to count", "Die Erlaubnis, die gelten soll")) }
            (licences::facts(visitor, licence))
        }
    }
}
