//! A platform's investors in one environment.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::InvestorId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Caller, Right, identifications, investments, investors, wallets};
use uuid::Uuid;
use wire::investors::Investor;
use wire::wallets::Wallet;

use crate::Console;
use crate::environments::{inside, tabs};
use crate::investments::table;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::Before;
use crate::refused::Refused;
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};

const SEES: Access = Access::NeedsInside(Right::ReadInvestors);

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get("/console/environments/{environment}/investors", SEES, show),
        Page::get(
            "/console/environments/{environment}/investors/{investor_id}",
            SEES,
            show_one,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    Path(environment): Path<String>,
    QueryParams(query): QueryParams<Before>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let caller = inside(&console, &who, &environment).await?;
    let before = query.before.map(InvestorId::from_uuid);
    let listed = investors::latest(&console.registry, &caller, before, parts::ROWS).await?;
    let path = format!("/console/environments/{environment}/investors");
    let rows: Vec<Vec<Markup>> = listed
        .iter()
        .map(|one| {
            vec![
                html! { a href=(format!("{path}/{}", one.id)) { (name(one)) } },
                states::state(visitor, states::IDENTIFICATIONS, &shown(&one.kyc_status)),
                parts::text(&one.natural_person.city),
                parts::moment(&one.created_at),
                parts::moment(&one.updated_at),
            ]
        })
        .collect();
    let head = [
        "Name",
        visitor.say("Identification", "Identifizierung"),
        visitor.say("Town", "Ort"),
        visitor.say("Created", "Angelegt"),
        visitor.say("Changed", "Geändert"),
    ];
    let older = parts::next_before(listed.iter().map(|one| one.id));
    let title = visitor.say("Investors", "Anleger");
    let body = html! {
        (tabs(visitor, &environment))
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        (parts::older(visitor, &path, older))
    };
    Ok(layout::page(visitor, title, &body))
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path((environment, id)): Path<(String, Uuid)>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let caller = inside(&console, &who, &environment).await?;
    let id = InvestorId::from_uuid(id);
    let one = investors::get(&console.registry, &caller, id).await?;
    let body = html! {
        (tabs(visitor, &environment))
        h1 { (name(&one)) }
        (person(visitor, &one))
        h2 { (visitor.say("Identifications", "Identifizierungen")) }
        (identified(&console, &caller, visitor, id).await?)
        h2 { "Wallets" }
        (receives(&console, &caller, visitor, id).await?)
        @if caller.require(Right::ReadInvestments).is_ok() {
            h2 { "Investments" }
            (invested(&console, &caller, visitor, &environment, id).await?)
        }
    };
    Ok(layout::page(visitor, &name(&one), &body))
}

fn person(visitor: &Visitor, one: &Investor) -> Markup {
    let natural = &one.natural_person;
    let mail = one
        .communication
        .as_ref()
        .and_then(|how| how.email.as_deref());
    let has_tax = one
        .tax_information
        .as_ref()
        .is_some_and(|tax| tax.tax_identification_number.is_some());
    let present = |is_there| match is_there {
        true => parts::text(visitor.say("present", "vorhanden")),
        false => parts::text(visitor.say("missing", "fehlt")),
    };
    parts::facts(&[
        ("ID", parts::code(one.id)),
        (
            visitor.say("Identification", "Identifizierung"),
            states::state(visitor, states::IDENTIFICATIONS, &shown(&one.kyc_status)),
        ),
        (
            visitor.say("Person", "Person"),
            parts::text(format!("{} {}", natural.forename, natural.surname)),
        ),
        (
            visitor.say("Born", "Geboren"),
            parts::text(format!("{}, {}", natural.birth_date, natural.birth_place)),
        ),
        (
            visitor.say("Address", "Anschrift"),
            parts::text(format!(
                "{}, {} {}, {}",
                natural.street, natural.zip, natural.city, natural.country
            )),
        ),
        (visitor.say("E-mail", "E-Mail"), parts::optional(mail)),
        (visitor.say("Tax number", "Steuernummer"), present(has_tax)),
        (
            visitor.say("Bank account", "Bankverbindung"),
            present(one.bank_account.is_some()),
        ),
    ])
}

async fn identified(
    console: &Console,
    caller: &Caller,
    visitor: &Visitor,
    id: InvestorId,
) -> Result<Markup, Refused> {
    let listed = identifications::list(&console.registry, caller, id, parts::paging(1)).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| {
            vec![
                parts::moment(&one.created_at),
                states::state(visitor, states::IDENTIFICATIONS, &shown(&one.status)),
                parts::optional(one.identity_provider.as_deref()),
                parts::optional(one.document_type.as_deref()),
                parts::optional(one.document_valid_to.as_deref()),
            ]
        })
        .collect();
    let head = [
        visitor.say("Made", "Entstanden"),
        "Status",
        visitor.say("Provider", "Anbieter"),
        visitor.say("Document", "Ausweis"),
        visitor.say("Valid until", "Gültig bis"),
    ];
    Ok(parts::table(visitor, &head, &rows))
}

async fn receives(
    console: &Console,
    caller: &Caller,
    visitor: &Visitor,
    id: InvestorId,
) -> Result<Markup, Refused> {
    let listed = wallets::list(&console.registry, caller, id, parts::paging(1)).await?;
    let mark = |is_so| parts::text(if is_so { "✓" } else { "–" });
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| {
            vec![
                parts::code(&one.address),
                parts::text(shown(&one.kind)),
                mark(one.receiving_enabled),
                mark(one.eligible),
                mark(one.frozen),
                parts::text(control(visitor, one)),
                changing(visitor, one),
            ]
        })
        .collect();
    let head = [
        visitor.say("Address", "Adresse"),
        visitor.say("Kind", "Art"),
        visitor.say("Receives", "Empfängt"),
        visitor.say("Eligible", "Berechtigt"),
        visitor.say("Frozen", "Gesperrt"),
        visitor.say("Control", "Kontrolle"),
        visitor.say("Next address", "Nächste Adresse"),
    ];
    Ok(parts::table(visitor, &head, &rows))
}

/// Whether somebody has shown to hold the key.
fn control(visitor: &Visitor, wallet: &Wallet) -> String {
    match &wallet.proof {
        Some(proof) => format!(
            "{} ({}, {})",
            visitor.say("proven", "nachgewiesen"),
            proof.scheme,
            proof.proven_at.get(..10).unwrap_or_default()
        ),
        None if wallet.awaits_proof => visitor
            .say("awaits its proof", "wartet auf den Nachweis")
            .to_owned(),
        None => "–".to_owned(),
    }
}

/// The other address that it is about to have, and from when on.
fn changing(visitor: &Visitor, wallet: &Wallet) -> Markup {
    let Some(change) = &wallet.address_change else {
        return parts::text("–");
    };
    html! {
        (parts::code(&change.address)) " "
        (visitor.say("from", "ab")) " " (parts::moment(&change.effective_at))
        @if change.awaits_proof {
            " " (visitor.say("once it is proven", "sobald sie nachgewiesen ist"))
        }
    }
}

async fn invested(
    console: &Console,
    caller: &Caller,
    visitor: &Visitor,
    environment: &str,
    id: InvestorId,
) -> Result<Markup, Refused> {
    let listed = investments::latest_of(&console.registry, caller, id, None, parts::ROWS).await?;
    Ok(table(visitor, environment, &listed))
}

/// The firm, or the person's name.
fn name(one: &Investor) -> String {
    match &one.legal_person {
        Some(legal) => legal.company_name.clone(),
        None => format!(
            "{} {}",
            one.natural_person.forename, one.natural_person.surname
        ),
    }
}
