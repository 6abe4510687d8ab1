//! An issuer's products: how far each has come, what is told of it, where it is listed and who sells it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ProductId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Paging, Right, issued_campaigns, issuing, listings, platforms};
use uuid::Uuid;
use wire::Problem;
use wire::issuing::{DistributionPlatform, IssuedCampaign, IssuedProduct};
use wire::products::Listing;

use crate::Console;
use crate::form::Fields;
use crate::issued_sales::{campaign_form, listing_form};
use crate::layout;
use crate::offer_facts;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::product_facts::facts;
use crate::query::PageNumber;
use crate::refused::{Refused, status};
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};

pub(crate) const PATH: &str = "/console/issued/products";
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
                html! { a href=(format!("{PATH}/{}", product.id)) { (product.name) } (parts::twin_mark(&product.isin)) },
                parts::text(&product.issuer_name),
                parts::code(&product.isin),
                parts::text(product.max_issuable_amount),
                states::state(visitor, states::PRODUCTS, &shown(&product.status)),
                html! { a href=(format!("/console/issued/investments?product={}", product.id)) { (visitor.say("Investments", "Investments")) } },
            ]
        })
        .collect();
    let head = [
        visitor.say("Product", "Produkt"),
        visitor.say("Issuer", "Emittent"),
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
        @if who.session.may(Right::WriteIssuedProducts) {
            p { a href="/console/issued/products/new" role="button" { (visitor.say("New product", "Neues Produkt")) } }
        }
    };
    Ok(layout::page(visitor, title, &body))
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, id, &Fields::default(), None).await
}

/// The page of a product, also after one of its forms was refused.
pub(crate) async fn render(
    console: &Console,
    who: &Member,
    id: Uuid,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let (registry, visitor) = (&console.registry, &who.visitor);
    let product_id = ProductId::from_uuid(id);
    let product = issuing::get(registry, &who.caller, product_id).await?;
    let (of, all) = (Some(product_id), all());
    let listed = listings::list_issued(registry, &who.caller, of, all).await?;
    let campaigns = issued_campaigns::list(registry, &who.caller, of, all).await?;
    let known = platforms::list(registry, &who.caller, all).await?.items;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let may_write = who.session.may(Right::WriteIssuedProducts);
    let sells = may_write && product.environment.is_some() && product.sandbox_of.is_none();
    let body = html! {
        (parts::back(PATH, visitor.say("Products", "Produkte")))
        h1 { (product.name) }
        (parts::problem(visitor, problem))
        (standing(visitor, &product))
        (facts(visitor, &product))
        @if may_write && product.sandbox_of.is_none() {
            p { a href=(format!("{PATH}/{id}/edit")) role="button" { (visitor.say("Change and add documents", "Ändern und Dokumente ergänzen")) } }
        }
        h2 { (visitor.say("Documents", "Dokumente")) }
        (offer_facts::documents(visitor, product.id, &product.documents))
        h2 { (visitor.say("Listed at", "Gelistet bei")) }
        (listings_table(visitor, &listed.items))
        @if sells { (listing_form(&form, id, &known)) }
        h2 { (visitor.say("Campaigns", "Kampagnen")) }
        (campaigns_table(visitor, &campaigns.items, &known))
        @if sells { (campaign_form(&form, id, &listed.items)) }
        p { a href=(format!("/console/issued/investments?product={id}")) { (visitor.say("Investments in this product", "Investments in dieses Produkt")) } }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(
        visitor,
        status,
        &product.name,
        &body,
    ))
}

/// As many as the API answers at once.
fn all() -> Paging {
    Paging {
        offset: 0,
        limit: 500,
    }
}

/// What the status means for the issuer.
fn standing(visitor: &Visitor, product: &IssuedProduct) -> Markup {
    html! {
        @if let Some(reason) = &product.rejection_reason {
            p class="notice refused" role="alert" { (visitor.say("The registrar has refused this product: ", "Der Registerführer hat dieses Produkt abgelehnt: ")) (reason) }
        }
        @if product.sandbox_of.is_some() {
            p class="notice" role="note" { (visitor.say("This is the twin in the sandbox; its units are worth nothing.", "Dies ist der Zwilling in der Sandbox; seine Stücke sind nichts wert.")) }
        }
        @if let Some(twin) = product.sandbox_product_id {
            p { a href=(format!("{PATH}/{twin}")) { (visitor.say("Its twin in the sandbox", "Sein Zwilling in der Sandbox")) } }
        }
    }
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

fn campaigns_table(
    visitor: &Visitor,
    campaigns: &[IssuedCampaign],
    platforms: &[DistributionPlatform],
) -> Markup {
    let firm = |id: Uuid| {
        let found = platforms.iter().find(|platform| platform.id == id);
        found.map(|platform| platform.platform_company_name.as_str())
    };
    let rows: Vec<Vec<Markup>> = campaigns
        .iter()
        .map(|one| {
            vec![
                html! { a href=(format!("/console/issued/campaigns/{}", one.id)) { (one.name) } },
                parts::optional(firm(one.distribution_platform_id)),
                parts::text(one.allocation),
                parts::text(one.reserved),
                parts::text(one.available),
                parts::short_id(one.id),
            ]
        })
        .collect();
    let head = [
        visitor.say("Campaign", "Kampagne"),
        visitor.say("Platform", "Plattform"),
        visitor.say("Units", "Stück"),
        visitor.say("Ordered", "Gezeichnet"),
        visitor.say("Left", "Frei"),
        "ID",
    ];
    parts::table(visitor, &head, &rows)
}
