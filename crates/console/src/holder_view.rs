//! What a holder sees: its holdings with all that is entered over them, what concerned it, its statements, and how to check all that.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ProductId;
use http::Download;
use maud::{Markup, html};
use registry::holder_view;
use uuid::Uuid;
use wire::holders::{OwnEntry, OwnHolding, OwnWallet};
use wire::restrictions::HoldingRestriction;
use wire::statements::{RegistryStatement, RegistryStatementStatus as Status};

use crate::Console;
use crate::holder_sign_in::SignedInHolder;
use crate::layout;
use crate::operations::RIGHTS;
use crate::page::{Access, Page};
use crate::parts;
use crate::refused::Refused;
use crate::registers::shown;
use crate::states;
use crate::visitor::Visitor;
use crate::words::{Word, word};

const ENTRIES: &[Word] = &[
    ("issue", "Issue", "Emission"),
    ("delivery", "Delivery", "Lieferung"),
    ("transfer", "Transfer", "Übertragung"),
    ("redemption", "Redemption", "Rückzahlung"),
    ("deletion", "Deletion", "Löschung"),
    (
        "restriction",
        "Restriction or right",
        "Beschränkung oder Recht",
    ),
    (
        "release",
        "Release of a restriction",
        "Ende einer Beschränkung",
    ),
    (
        "conversion",
        "Change of the type of entry",
        "Änderung der Eintragungsart",
    ),
    ("reregistration", "Re-registration", "Umtragung"),
    ("reversal", "Reversal of a wrong entry", "Rückgängigmachung"),
];

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get("/holder", Access::Holder, show),
        Page::get("/holder/holdings.json", Access::Holder, json),
        Page::get(
            "/holder/statements/{statement_id}",
            Access::Holder,
            document,
        ),
        Page::get(
            "/holder/registers/{product_id}/proof",
            Access::Holder,
            proof,
        ),
    ]
}

async fn show(State(console): State<Console>, who: SignedInHolder) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let view = holder_view::get(&console.registry, &who.session).await?;
    let title = visitor.say("Your holdings", "Ihre Bestände");
    let body = html! {
        h1 { (title) }
        p { (visitor.say("As the register stands on ", "Stand des Registers: ")) (parts::moment(&view.at)) " UTC" }
        @if view.holdings.is_empty() {
            p { em { (visitor.say("Nothing is entered for you yet.", "Für Sie ist noch nichts eingetragen.")) } }
        }
        @for holding in &view.holdings { (section(visitor, holding)) }
        @if !view.holdings.is_empty() { (how_to_check(visitor)) }
        p { a href="/holder/holdings.json" { (visitor.say("All of it as JSON", "Alles als JSON")) } }
        (parts::button(visitor, "/holder/sign-out", visitor.say("Sign out", "Abmelden"), "secondary outline"))
    };
    Ok(layout::open(
        visitor,
        axum::http::StatusCode::OK,
        title,
        &body,
    ))
}

async fn json(State(console): State<Console>, who: SignedInHolder) -> Result<Response, Refused> {
    let view = holder_view::get(&console.registry, &who.session).await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((headers, axum::Json(view)).into_response())
}

async fn document(
    State(console): State<Console>,
    who: SignedInHolder,
    Path(id): Path<Uuid>,
) -> Result<Download, Refused> {
    let content = holder_view::document(&console.registry, &who.session, id).await?;
    let download = Download::new(content.content_type, content.bytes);
    Ok(download.named(format!("statement-{id}.pdf")))
}

async fn proof(
    State(console): State<Console>,
    who: SignedInHolder,
    Path(id): Path<Uuid>,
) -> Result<Download, Refused> {
    let product = ProductId::from_uuid(id);
    let proof = holder_view::proof(&console.registry, &who.session, product).await?;
    Ok(Download::new("text/plain", proof).named(format!("{id}.tlog-proof")))
}

fn section(visitor: &Visitor, holding: &OwnHolding) -> Markup {
    let money = |money: &Option<wire::money::Money>| match money {
        Some(amount) => parts::money(visitor, amount),
        None => parts::optional(None::<&str>),
    };
    let proof = format!("/holder/registers/{}/proof", holding.product_id);
    html! {
        article {
            h2 { (holding.name) (parts::twin_mark(&holding.isin)) }
            (parts::facts(&[
                ("ISIN", parts::code(&holding.isin)),
                (visitor.say("Issuer", "Emittent"), parts::text(&holding.issuer_name)),
                (visitor.say("Units", "Stück"), html! { strong { (holding.units) } }),
                (visitor.say("Nominal value of one unit", "Nennbetrag je Stück"), money(&holding.nominal_value)),
                (visitor.say("Nominal value of all", "Nennbetrag gesamt"), money(&holding.nominal)),
                (visitor.say("Your identifier in the register", "Ihre Kennung im Register"), parts::code(holding.holder_id)),
                (visitor.say("Terms", "Bedingungen"), html! {
                    a href=(holding.terms.url) { (visitor.say("Version ", "Fassung ")) (holding.terms.version) }
                    br; "SHA-256 " (parts::long_code(&holding.terms.hash))
                }),
            ]))
            h3 { (visitor.say("Wallets, restrictions and rights of third parties", "Wallets, Beschränkungen und Rechte Dritter")) }
            (wallets(visitor, &holding.wallets))
            h3 { (visitor.say("What concerned you", "Was Sie betraf")) }
            (entries(visitor, &holding.entries))
            @if !holding.statements.is_empty() || holding.is_register_security {
                h3 { (visitor.say("Statements", "Auszüge")) }
                (statements(visitor, &holding.statements))
            }
            h3 { (visitor.say("Proof", "Nachweis")) }
            p {
                a href=(proof) { (visitor.say("Your last entry with its proof of inclusion", "Ihre letzte Eintragung mit Einschlussnachweis")) }
                (visitor.say(" in the register of ", " im Register mit ")) (holding.register_size) (visitor.say(" entries", " Eintragungen"))
            }
            p { (visitor.say("Key of this register: ", "Schlüssel dieses Registers: ")) (parts::long_code(&holding.public_key)) }
        }
    }
}

fn wallets(visitor: &Visitor, wallets: &[OwnWallet]) -> Markup {
    let rows: Vec<Vec<Markup>> = wallets
        .iter()
        .map(|wallet| {
            vec![
                parts::code(&wallet.address),
                parts::text(wallet.units),
                restrictions(visitor, &wallet.restrictions),
            ]
        })
        .collect();
    let head = [
        "Wallet",
        visitor.say("Units", "Stück"),
        visitor.say("Entered over them", "Dazu eingetragen"),
    ];
    parts::table(visitor, &head, &rows)
}

fn restrictions(visitor: &Visitor, entered: &[HoldingRestriction]) -> Markup {
    html! {
        @if entered.is_empty() { (visitor.say("nothing", "nichts")) }
        @for one in entered {
            p {
                span data-right=(one.kind) { (word(visitor, RIGHTS, &one.kind)) } ", "
                @match one.units {
                    Some(units) => { (units) " " (visitor.say("units", "Stück")) }
                    None => { (visitor.say("all units", "alle Stücke")) }
                }
                ", " (visitor.say("entry no. ", "Eintragung Nr. ")) (one.entry)
                ", " (visitor.say("in favour of ", "zugunsten von ")) (parts::code(one.beneficiary_id))
            }
        }
    }
}

fn entries(visitor: &Visitor, entries: &[OwnEntry]) -> Markup {
    let rows: Vec<Vec<Markup>> = entries
        .iter()
        .map(|entry| {
            vec![
                parts::text(entry.sequence),
                parts::text(word(visitor, ENTRIES, &entry.kind)),
                parts::moment(&entry.entered_at),
                parts::optional(entry.units),
            ]
        })
        .collect();
    let head = [
        visitor.say("No.", "Nr."),
        visitor.say("Entry", "Eintragung"),
        visitor.say("Made (UTC)", "Vorgenommen (UTC)"),
        visitor.say("Your units after it", "Ihre Stücke danach"),
    ];
    parts::table(visitor, &head, &rows)
}

fn statements(visitor: &Visitor, statements: &[RegistryStatement]) -> Markup {
    let rows: Vec<Vec<Markup>> = statements
        .iter()
        .map(|one| {
            let path = format!("/holder/statements/{}", one.id);
            vec![
                parts::optional(one.number),
                parts::text(word(
                    visitor,
                    states::STATEMENT_REASONS,
                    &shown(&one.reason),
                )),
                parts::moment(one.issued_at.as_deref().unwrap_or(&one.created_at)),
                parts::text(one.units),
                html! {
                    @if one.status == Status::Ready { a href=(path) { "PDF" } }
                    @else { (states::state(visitor, states::STATEMENTS, &shown(&one.status))) }
                },
            ]
        })
        .collect();
    let head = [
        visitor.say("No.", "Nr."),
        visitor.say("Occasion", "Anlass"),
        visitor.say("Made", "Erstellt"),
        visitor.say("Units", "Stück"),
        visitor.say("Document", "Dokument"),
    ];
    parts::table(visitor, &head, &rows)
}

fn how_to_check(visitor: &Visitor) -> Markup {
    html! {
        section {
            h2 { (visitor.say("How to check this", "Wie Sie das prüfen")) }
            p { (visitor.say(
                "A statement says for itself that nobody has changed it, and a proof that your entry is in the register. Keep the register's key from elsewhere than this page, such as an earlier statement.",
                "Ein Auszug weist selbst nach, dass ihn niemand verändert hat, und ein Nachweis, dass Ihre Eintragung im Register steht. Nehmen Sie den Schlüssel des Registers von anderswo als dieser Seite, etwa aus einem früheren Auszug.",
            )) }
            (parts::copyable("verify-proof", "cashlink register verify-proof FILE.tlog-proof --key KEY"))
            (parts::copyable("verify-python", "python3 verify_register.py --proof FILE.tlog-proof --key KEY"))
            (parts::copyable("verify-statement", "cashlink register verify-statement FILE.pdf --key KEY"))
        }
    }
}
