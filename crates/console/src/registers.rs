//! Products with their registers, for the registrar.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ProductId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, products, registers};
use uuid::Uuid;
use wire::network::Register;

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::PageNumber;
use crate::refused::Refused;
use crate::states;
use crate::visitor::Member;

const PATH: &str = "/console/registers";
/// Holdings on one page.
const SHOWN: u32 = 200;

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, Access::Needs(Right::ReadNetwork), show),
        Page::get(
            "/console/registers/{product_id}",
            Access::Needs(Right::ReadNetwork),
            show_one,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let page = query.page();
    let listed = products::list_all(&console.registry, &who.caller, parts::paging(page)).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|product| {
            vec![
                html! { a href=(format!("{PATH}/{}", product.id)) { (product.name) } (parts::twin_mark(&product.isin)) },
                parts::text(&product.issuer_name),
                parts::code(&product.isin),
                parts::text(product.max_issuable_amount),
                states::state(visitor, states::PRODUCTS, &shown(&product.status)),
            ]
        })
        .collect();
    let head = [
        visitor.say("Product", "Produkt"),
        visitor.say("Issuer", "Emittent"),
        "ISIN",
        visitor.say("Units", "Stück"),
        "Status",
    ];
    let title = visitor.say("Registers", "Register");
    let body = html! {
        h1 { (title) }
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
    let (visitor, id) = (&who.visitor, ProductId::from_uuid(id));
    let product = products::get_any(&console.registry, &who.caller, id).await?;
    let (count, register) = registers::beginning(&console.registry, &who.caller, id, SHOWN).await?;
    let body = html! {
        (parts::back(PATH, visitor.say("Registers", "Register")))
        h1 { (product.name) }
        (parts::facts(&[
            (visitor.say("Issuer", "Emittent"), parts::text(&product.issuer_name)),
            ("ISIN", parts::code(&product.isin)),
            ("Status", states::state(visitor, states::PRODUCTS, &shown(&product.status))),
            (visitor.say("Issue volume", "Emissionsvolumen"), parts::text(register.issue_volume)),
            (visitor.say("Deleted", "Gelöscht"), parts::text(register.deleted_units)),
            (visitor.say("Last entry", "Letzte Eintragung"), parts::text(register.sequence)),
            (visitor.say("Root hash", "Wurzel-Hash"), parts::code(&register.root_hash)),
            (visitor.say("Token contract", "Token-Vertrag"), parts::optional(register.token_address.as_deref())),
        ]))
        p { a href=(format!("{PATH}/{id}/operations")) { (visitor.say("Entered without the holder's signature: restrictions, heirs, orders, wrong entries", "Ohne Unterschrift des Inhabers eingetragen: Beschränkungen, Erben, Anordnungen, falsche Eintragungen")) } }
        ul {
            li { a href=(format!("{PATH}/{id}/entries")) { (visitor.say("Journal, entry by entry", "Journal, Eintragung für Eintragung")) } }
            @if who.session.may(Right::WriteNetwork) {
                li { a href=(format!("{PATH}/{id}/inspection")) { (visitor.say("Note who asks for an inspection (§ 10 eWpG)", "Ersuchen um Einsicht vermerken (§ 10 eWpG)")) } }
            }
        }
        (holdings(&who, count, &register))
    };
    Ok(layout::page(visitor, &product.name, &body))
}

fn holdings(who: &Member, count: u64, register: &Register) -> Markup {
    let visitor = &who.visitor;
    let names = who.session.may(Right::ReadIdentities);
    let rows: Vec<Vec<Markup>> = register
        .holdings
        .iter()
        .map(|holding| {
            vec![
                match names {
                    true => html! { a href=(format!("{PATH}/{}/holders/{}", register.product_id, holding.holder_id)) { (parts::short_id(holding.holder_id)) } },
                    false => parts::short_id(holding.holder_id),
                },
                match holding.is_issuer {
                    true => {
                        parts::text(visitor.say("issuer, undelivered", "Emittent, nicht geliefert"))
                    }
                    false => parts::text(""),
                },
                parts::code(&holding.wallet_address),
                parts::text(holding.units),
            ]
        })
        .collect();
    let head = [
        visitor.say("Holder", "Inhaber"),
        "",
        "Wallet",
        visitor.say("Units", "Stück"),
    ];
    let more = count.saturating_sub(register.holdings.len() as u64);
    html! {
        h2 { (visitor.say("Holdings", "Bestände")) " (" (count) ")" }
        (parts::table(visitor, &head, &rows))
        @if more > 0 { p { (visitor.say("Not shown here: ", "Hier nicht gezeigt: ")) (more) } }
    }
}

/// The name that the API gives to a value.
pub(crate) fn shown(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
