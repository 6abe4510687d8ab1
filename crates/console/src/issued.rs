//! An issuer's products and where they are listed.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ProductId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, issuing, listings};
use uuid::Uuid;
use wire::products::Listing;

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::PageNumber;
use crate::refused::Refused;
use crate::registers::shown;
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/issued/products";
const SEES: Access = Access::Needs(Right::ReadIssuedProducts);

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, SEES, show),
        Page::get("/console/issued/products/{product_id}", SEES, show_one),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let listed = issuing::list(&console.registry, &who.caller, parts::paging(page)).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|product| {
            vec![
                html! { a href=(format!("{PATH}/{}", product.id)) { (product.name) } },
                parts::code(&product.isin),
                parts::text(product.max_issuable_amount),
                parts::status(&shown(&product.status)),
                html! { a href=(format!("/console/issued/investments?product={}", product.id)) { (visitor.say("Investments", "Investments")) } },
            ]
        })
        .collect();
    let head = [
        visitor.say("Product", "Produkt"),
        "ISIN",
        visitor.say("Units", "Stück"),
        "Status",
        "",
    ];
    let title = visitor.say("Products", "Produkte");
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
    let registry = &console.registry;
    let product = issuing::get(registry, &who.caller, id).await?;
    let listed = listings::list_issued(registry, &who.caller, Some(id), parts::paging(1)).await?;
    let body = html! {
        h1 { (product.name) }
        (parts::facts(&[
            ("ISIN", parts::code(&product.isin)),
            ("Status", parts::status(&shown(&product.status))),
            (visitor.say("Units", "Stück"), parts::text(product.max_issuable_amount)),
            (visitor.say("Step", "Schritt"), parts::text(product.step_size)),
            ("Agio %", parts::text(&product.agio_percent)),
            (visitor.say("Days to pay", "Zahlungsfrist in Tagen"), parts::text(product.payment_deadline)),
            (visitor.say("Days to cancel", "Widerrufsfrist in Tagen"), parts::text(product.cancellation_deadline)),
            (visitor.say("Network", "Netzwerk"), parts::text(&product.network)),
            (visitor.say("Token contract", "Token-Vertrag"), parts::optional(product.token_address.as_deref())),
        ]))
        h2 { (visitor.say("Listed at", "Gelistet bei")) }
        (listings_table(visitor, &listed.items))
        p { a href=(format!("/console/issued/investments?product={id}")) { (visitor.say("Investments in this product", "Investments in dieses Produkt")) } }
    };
    Ok(layout::page(visitor, &product.name, &body))
}

fn listings_table(visitor: &Visitor, listings: &[Listing]) -> Markup {
    let rows: Vec<Vec<Markup>> = listings
        .iter()
        .map(|listing| {
            let allowed = match listing.is_allowed {
                true => visitor.say("allowed", "erlaubt"),
                false => visitor.say("not allowed", "nicht erlaubt"),
            };
            vec![
                parts::text(&listing.platform_company_name),
                parts::status(allowed),
                parts::moment(&listing.created_at),
            ]
        })
        .collect();
    let head = [
        visitor.say("Platform", "Plattform"),
        "Status",
        visitor.say("Since", "Seit"),
    ];
    parts::table(visitor, &head, &rows)
}
