//! One asset of the catalogue with all that a partner needs, its documents, and asking for it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ProductId;
use http::Download;
use maud::{Markup, html};
use registry::{Right, asset_requests, catalogue};
use uuid::Uuid;
use wire::asset_requests::{AssetRequest, AssetRequestCreate};
use wire::catalogue::CatalogueAsset;
use wire::{FieldCode, Problem};

use crate::Console;
use crate::catalogue::PATH;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};
use crate::{offer_facts, words};

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::Needs(Right::ReadCatalogue);
    vec![
        Page::get("/console/catalogue/{product_id}", sees, show),
        Page::get(
            "/console/catalogue/{product_id}/documents/{sha256}",
            sees,
            document,
        ),
        Page::post(
            "/console/catalogue/{product_id}/request",
            Access::Needs(Right::WritePlatform),
            ask,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, id, &Fields::default(), None).await
}

/// The bytes of a document as they were uploaded.
async fn document(
    State(console): State<Console>,
    who: Member,
    Path((id, sha256)): Path<(Uuid, String)>,
) -> Result<Download, Refused> {
    let id = ProductId::from_uuid(id);
    let content = catalogue::document(&console.registry, &who.caller, id, &sha256).await?;
    Ok(Download::new(content.content_type, content.bytes))
}

async fn ask(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    // The page below is for others too.
    posted.who.caller.require(Right::WritePlatform)?;
    let asked = match posted.fields.text("wanted_units").parse() {
        Ok(wanted_units) => {
            let body = AssetRequestCreate {
                product_id: id,
                wanted_units,
                note: posted.fields.optional("note"),
            };
            asset_requests::create(&console.registry, &posted.request(), body).await
        }
        Err(_) => Err(registry::Error::Field(
            "wanted_units",
            FieldCode::InvalidType,
            posted
                .who
                .visitor
                .say("Give a whole number.", "Geben Sie eine ganze Zahl an.")
                .to_owned(),
        )),
    };
    match asked {
        Ok(answer) => {
            let made: AssetRequest = answer.json()?;
            Ok(layout::done(
                &format!("/console/requests/{}", made.id),
                "asked",
            ))
        }
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(&console, &posted.who, id, &posted.fields, Some(&problem)).await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    id: Uuid,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let asset = catalogue::get(&console.registry, &who.caller, ProductId::from_uuid(id)).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let body = html! {
        (parts::back(PATH, visitor.say("Catalogue", "Katalog")))
        h1 { (asset.name) }
        (parts::problem(visitor, problem))
        @if let Some(text) = &asset.description { p { (text) } }
        (facts(visitor, &asset))
        h2 { (visitor.say("Documents", "Dokumente")) }
        (offer_facts::documents(visitor, asset.id, &asset.documents))
        h2 { (visitor.say("Terms", "Bedingungen")) }
        (parts::facts(&[
            ("Version", parts::text(asset.terms_version)),
            (visitor.say("Hash in the token contract", "Hash im Token-Vertrag"), parts::long_code(&asset.terms_sha256)),
        ]))
        (offer_facts::terms(visitor, &asset.terms))
        h2 { (visitor.say("Target market", "Zielmarkt")) }
        (offer_facts::target_market(visitor, asset.target_market.as_ref()))
        h2 { (visitor.say("Costs and commission", "Kosten und Vergütung")) }
        (offer_facts::fees(visitor, &asset.fees))
        h2 { (visitor.say("Your investment process", "Ihr Investmentprozess")) }
        p { (visitor.say("Documents to be signed: ", "Zu unterschreibende Dokumente: ")) (offer_facts::signed(visitor, &asset.required_document_types)) }
        (offer_facts::questions(visitor, &asset.questions))
        @if who.session.may(Right::WritePlatform) { (wish(&form, &asset)) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(
        visitor,
        status,
        &asset.name,
        &body,
    ))
}

fn wish(form: &Form<'_>, asset: &CatalogueAsset) -> Markup {
    let visitor = form.visitor;
    html! {
        h2 { (visitor.say("Ask for this asset", "Diesen Wert anfragen")) }
        form method="post" action=(format!("{PATH}/{}/request", asset.id)) {
            (parts::hidden(visitor))
            (form.input("wanted_units", visitor.say("Units that you would like to sell", "Stück, die Sie vertreiben möchten"), "number"))
            (form.area("note", visitor.say("What the issuer should know", "Was der Emittent wissen sollte"), 3))
            button type="submit" { (visitor.say("Ask", "Anfragen")) }
        }
    }
}

fn facts(visitor: &Visitor, asset: &CatalogueAsset) -> Markup {
    let kind = words::word(visitor, words::PRODUCT_TYPES, &shown(&asset.product_type));
    let form = words::word(visitor, words::LEGAL_FORMS, &shown(&asset.legal_form));
    let time = |at: &Option<String>| match at {
        Some(at) => parts::moment(at),
        None => parts::optional(None::<&str>),
    };
    parts::facts(&[
        (
            visitor.say("Issuer", "Emittent"),
            parts::text(&asset.issuer.company_name),
        ),
        ("LEI", parts::optional(asset.issuer.lei.as_deref())),
        (
            visitor.say("Sector", "Sektor"),
            parts::optional(asset.sector.as_deref()),
        ),
        (
            visitor.say("Kind", "Art"),
            parts::text(format!("{kind}, {form}")),
        ),
        ("ISIN", parts::code(&asset.isin)),
        (
            "Status",
            states::state(visitor, states::PRODUCTS, &shown(&asset.status)),
        ),
        (
            visitor.say("Price of a unit", "Preis je Stück"),
            parts::money(visitor, &asset.price),
        ),
        ("Agio %", parts::text(&asset.agio_percent)),
        (
            visitor.say("Smallest investment", "Mindestanlage"),
            html! { (asset.minimum_units) " = " (parts::money(visitor, &asset.minimum_amount)) },
        ),
        (
            visitor.say("Step in units", "Schritt in Stück"),
            parts::text(asset.step_size),
        ),
        (
            "Coupon",
            offer_facts::coupon(visitor, asset.coupon.as_ref()),
        ),
        (
            visitor.say("Repaid on", "Rückzahlung am"),
            parts::optional(asset.matures_on.as_deref()),
        ),
        (
            visitor.say("Offer begins", "Angebot ab"),
            time(&asset.offering_opens_at),
        ),
        (
            visitor.say("Offer ends", "Angebot bis"),
            time(&asset.offering_closes_at),
        ),
        (
            visitor.say("Issue in units", "Emission in Stück"),
            parts::text(asset.max_issuable_amount),
        ),
        (
            visitor.say(
                "Units that no platform has",
                "Stück, die keine Plattform hat",
            ),
            parts::text(asset.unallocated_units),
        ),
        (
            visitor.say("Units that nobody has ordered", "Nicht gezeichnete Stück"),
            parts::text(asset.unsold_units),
        ),
        (
            visitor.say("Units left in your campaigns", "Stück in Ihren Kampagnen"),
            parts::text(asset.own_available_units),
        ),
        (
            visitor.say("Days to pay", "Zahlungsfrist in Tagen"),
            parts::text(asset.payment_deadline),
        ),
        (
            visitor.say("Days to cancel", "Widerrufsfrist in Tagen"),
            parts::text(asset.cancellation_deadline),
        ),
        (
            visitor.say("Days of lock-in", "Haltefrist in Tagen"),
            parts::text(asset.lock_in_time),
        ),
        (
            visitor.say("DLT network", "DLT-Netzwerk"),
            html! { (asset.network) " (EIP-155: " (asset.chain_id) ")" },
        ),
        (
            "Token",
            html! { code { (asset.asset_code) } @if let Some(address) = &asset.token_address { " " code { (address) } } },
        ),
    ])
}
