//! Products with their registers, for the registrar.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ProductId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Paging, Right, delivery_costs, dlt_transactions, products, registers};
use uuid::Uuid;
use wire::delivery_costs::{DeliveryEstimate, DltCosts};
use wire::dlt_transactions::DltTransaction;
use wire::network::Register;

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::PageNumber;
use crate::refused::Refused;
use crate::states;
use crate::visitor::Member;
use crate::visitor::Visitor;

const PATH: &str = "/console/registers";
/// Holdings on one page.
const SHOWN: u32 = 200;
/// Transactions on one page.
const NEWEST: Paging = Paging {
    offset: 0,
    limit: 20,
};

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
    let which = (Some(id), None);
    let newest = dlt_transactions::list(&console.registry, &who.caller, which, NEWEST).await?;
    let costs = delivery_costs::costs(&console.registry, &who.caller, id).await?;
    let estimate = delivery_costs::estimate(&console.registry, &who.caller, id).await?;
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
        (costs_shown(visitor, &costs, &estimate))
        (transactions(visitor, &newest.items))
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

/// What the network has cost for each kind of act, and what the deliveries that are due will cost.
fn costs_shown(visitor: &Visitor, costs: &DltCosts, estimate: &DeliveryEstimate) -> Markup {
    let optional = |text: &Option<String>| parts::text(text.as_deref().unwrap_or_default());
    let rows: Vec<Vec<Markup>> = costs
        .acts
        .iter()
        .map(|act| {
            vec![
                parts::text(&act.kind),
                parts::text(act.transactions),
                parts::text(act.commands),
                parts::text(act.units),
                parts::text(act.gas_used),
                parts::text(&act.fee_wei),
                optional(&act.fee_wei_per_command),
                optional(&act.fee_wei_per_unit),
            ]
        })
        .collect();
    let head = [
        visitor.say("Kind", "Art"),
        visitor.say("Transactions", "Transaktionen"),
        visitor.say("Commands", "Befehle"),
        visitor.say("Units", "Stück"),
        "Gas",
        visitor.say("Fee in wei", "Gebühr in Wei"),
        visitor.say("per command", "je Befehl"),
        visitor.say("per unit", "je Stück"),
    ];
    let range = |low: &str, high: &str| format!("{low} – {high}");
    let fee = match (&estimate.fee_wei_low, &estimate.fee_wei_high) {
        (Some(low), Some(high)) => range(low, high),
        _ => String::new(),
    };
    html! {
        h2 { (visitor.say("Costs on the DLT network", "Kosten im DLT-Netzwerk")) }
        (parts::table(visitor, &head, &rows))
        (parts::facts(&[
            (visitor.say("Deliveries due", "Ausstehende Lieferungen"), parts::text(estimate.investments)),
            (visitor.say("in batches", "in Stapeln"), parts::text(estimate.batches)),
            ("Gas", parts::text(range(&estimate.gas_low.to_string(), &estimate.gas_high.to_string()))),
            (visitor.say("Fee in wei", "Gebühr in Wei"), parts::text(fee)),
            (visitor.say("Gathered", "Gesammelt"), states::state(visitor, states::PACES, &shown(&estimate.policy.pace))),
        ]))
    }
}

/// What was told to the DLT network last, and how far it is.
fn transactions(visitor: &Visitor, newest: &[DltTransaction]) -> Markup {
    let rows: Vec<Vec<Markup>> = newest
        .iter()
        .map(|one| {
            vec![
                parts::moment(&one.changed_at),
                parts::text(&one.kind),
                parts::text(one.commands),
                parts::text(one.units),
                states::state(visitor, states::TRANSACTIONS, &shown(&one.state)),
                parts::code(&one.transaction_hash),
                parts::text(
                    one.block
                        .map_or_else(String::new, |block| block.to_string()),
                ),
                parts::text(one.gas_used.map_or_else(String::new, |gas| gas.to_string())),
                parts::text(one.fee_wei.as_deref().unwrap_or_default()),
            ]
        })
        .collect();
    let head = [
        visitor.say("Seen", "Gesehen"),
        visitor.say("Kind", "Art"),
        visitor.say("Commands", "Befehle"),
        visitor.say("Units", "Stück"),
        "Status",
        visitor.say("Transaction", "Transaktion"),
        "Block",
        "Gas",
        visitor.say("Fee in wei", "Gebühr in Wei"),
    ];
    html! {
        h2 { (visitor.say("On the DLT network", "Im DLT-Netzwerk")) }
        (parts::table(visitor, &head, &rows))
    }
}

/// The name that the API gives to a value.
pub(crate) fn shown(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
