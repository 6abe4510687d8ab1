//! The pages: what is sold, one asset with the form to invest, and a customer's own page, which shows what happens as it happens.
//!
//! Whoever knows a customer's link sees its page, as with the links of parcels; a platform for real customers lets them sign in.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{ApiError, PathParams, QueryParams, RealSurroundings, Settings};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

use crate::customer::{CONTEXT, Data, Kind};
use crate::form::{self, Form};
use crate::market::{self, Asset};
use crate::store::{self, CustomerRow, OrderRow};
use crate::{Broker, Error, Result, hooks, layout, work};

type Answer = Result<Response, ApiError>;

/// Everything that is served.
pub fn router(broker: Broker) -> Router {
    let settings = Settings::new(broker.url.to_string(), Arc::new(RealSurroundings));
    let routes = Router::new()
        .route("/", get(shelf))
        .route("/assets/{file}", get(layout::asset))
        .route("/invest/{campaign}", get(offer).post(invest))
        .route("/customers/{token}", get(own))
        .route("/customers/{token}/orders", get(orders))
        .route("/customers/{token}/address", post(moves))
        .route("/customers/{token}/orders/{order}/paid", post(paid))
        .route("/webhooks/", post(hooks::take))
        .with_state(broker);
    http::frame(routes, settings)
}

#[derive(Deserialize)]
struct OfCampaign {
    campaign: Uuid,
}

#[derive(Deserialize)]
struct OfCustomer {
    token: String,
}

#[derive(Deserialize)]
struct OfOrder {
    token: String,
    order: Uuid,
}

/// For whom an asset's page is.
#[derive(Deserialize)]
struct Who {
    kind: Option<String>,
    customer: Option<String>,
}

async fn shelf(State(broker): State<Broker>, QueryParams(who): QueryParams<Who>) -> Answer {
    let assets = market::assets(&broker).await?;
    let of = who.customer.map(|token| format!("?customer={token}"));
    let of = of.unwrap_or_default();
    let body = html! {
        @if assets.is_empty() { p { "Nothing is offered yet." } }
        @for asset in &assets {
            article data-asset=(asset.isin) {
                header { strong { (asset.name) } " · " (asset.issuer) }
                p { (asset.description) }
                p { (asset.price) " per unit · ISIN " (asset.isin) " · " (asset.available) " units left" }
                a role="button" href=(format!("/invest/{}{of}", asset.campaign)) { "Invest" }
            }
        }
    };
    Ok(layout::page(&broker, "What you can invest in", &body))
}

async fn offer(
    State(broker): State<Broker>,
    PathParams(of): PathParams<OfCampaign>,
    QueryParams(who): QueryParams<Who>,
) -> Answer {
    let asset = market::asset_of(&broker, of.campaign).await?;
    let known = match &who.customer {
        Some(token) => Some(customer(&broker, token).await?),
        None => None,
    };
    let kind = Kind::parse(who.kind.as_deref().unwrap_or_default());
    let here = format!("/invest/{}", asset.campaign);
    let body = html! {
        p { (asset.issuer) " · ISIN " (asset.isin) " · " (asset.price) " per unit" }
        p { (asset.description) }
        (terms(&asset))
        form method="post" action=(here) {
            label {
                "Units (at least " (asset.minimum) ", in steps of " (asset.step) ")"
                input type="number" name="units" min=(asset.minimum) step=(asset.step) value=(asset.minimum) required;
            }
            @match &known {
                Some((row, data)) => {
                    input type="hidden" name="customer" value=(row.token);
                    p { "For " strong { (data.name()) } "." }
                }
                None => {
                    p {
                        "You are " @if kind == Kind::Person { "a person" } @else { "a company" } ". "
                        @if kind == Kind::Person { a href=(format!("{here}?kind=company")) { "I invest for a company" } }
                        @else { a href=(format!("{here}?kind=person")) { "I invest for myself" } }
                    }
                    (form::fields(kind, &Data::sample(kind)))
                }
            }
            button type="submit" { "Invest" }
        }
    };
    Ok(layout::page(&broker, &asset.name, &body))
}

fn terms(asset: &Asset) -> Markup {
    html! {
        details {
            summary { "Terms" }
            table { tbody { @for (name, value) in &asset.terms { tr { th { (name) } td { (value) } } } } }
        }
    }
}

async fn invest(
    State(broker): State<Broker>,
    PathParams(of): PathParams<OfCampaign>,
    form: Form,
) -> Answer {
    let asset = market::asset_of(&broker, of.campaign).await?;
    let units = form.units()?;
    let token = match form.text("customer") {
        known if !known.is_empty() => known.to_owned(),
        _ => register(&broker, form.kind(), form.data()?).await?,
    };
    let (row, _) = customer(&broker, &token).await?;
    let order = OrderRow {
        id: Uuid::now_v7(),
        customer: row.id,
        campaign: asset.campaign,
        asset: asset.name,
        units,
        investment: None,
        refusal: None,
        status: None,
        created_at: broker.now(),
    };
    let kept = broker
        .db
        .write(move |tx| store::insert_order(tx, &order))
        .await;
    kept.map_err(Error::from)?;
    broker.bell.notify_one();
    Ok(Redirect::to(&format!("/customers/{token}")).into_response())
}

/// A new customer; the token of its page.
async fn register(broker: &Broker, kind: Kind, data: Data) -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::Randomness)?;
    let token = hex::encode(bytes);
    let (own, named, now) = (broker.clone(), token.clone(), broker.now());
    let kept = broker.db.write(move |tx| -> Result<()> {
        let key = own.vault.new_key(tx, None)?;
        let row = CustomerRow {
            id: Uuid::now_v7(),
            token: named.clone(),
            kind: kind.text().to_owned(),
            data_key: key.id(),
            sealed_data: key.seal(CONTEXT, &serde_json::to_vec(&data)?),
            investor: None,
            wallet: None,
            created_at: now,
        };
        Ok(store::insert_customer(tx, &row)?)
    });
    kept.await?;
    Ok(token)
}

async fn customer(broker: &Broker, token: &str) -> Result<(CustomerRow, Data)> {
    let (own, token) = (broker.clone(), token.to_owned());
    let found = broker.db.read(move |tx| -> Result<_> {
        let row = store::by_token(tx, &token)?.ok_or(Error::NotFound("customer"))?;
        let plain = own.vault.key(tx, row.data_key)?;
        let data = serde_json::from_slice(&plain.open(CONTEXT, &row.sealed_data)?)?;
        Ok((row, data))
    });
    found.await
}

async fn own(State(broker): State<Broker>, PathParams(of): PathParams<OfCustomer>) -> Answer {
    let (row, data) = customer(&broker, &of.token).await?;
    let title = data.name();
    let body = html! {
        p { "Keep this page's link: it is the way back to your investments." }
        (live(&broker, &row).await?)
        a role="button" href=(format!("/?customer={}", row.token)) { "Invest in something else" }
        h2 { "Your address" }
        form method="post" action=(format!("/customers/{}/address", row.token)) {
            (form::address(&data))
            button type="submit" { "I have moved" }
        }
    };
    Ok(layout::page(&broker, &title, &body))
}

/// The part of the page that looks again by itself.
async fn orders(State(broker): State<Broker>, PathParams(of): PathParams<OfCustomer>) -> Answer {
    let (row, _) = customer(&broker, &of.token).await?;
    Ok(layout::respond(&live(&broker, &row).await?))
}

async fn live(broker: &Broker, row: &CustomerRow) -> Result<Markup> {
    let id = row.id;
    let orders = broker.db.read(move |tx| store::orders(tx, id)).await?;
    let places = places(broker, row).await;
    let here = format!("/customers/{}", row.token);
    Ok(html! {
        div id="live" hx-get=(format!("{here}/orders")) hx-trigger="every 1s" hx-swap="outerHTML" {
            h2 { "Your investments" }
            table {
                thead { tr { th { "Asset" } th { "Units" } th { "Status" } th {} } }
                tbody { @for order in &orders { (line(&here, order)) } }
            }
            @if !places.is_empty() {
                h2 { "Where your data are" }
                table {
                    thead { tr { th { "Asset's environment" } th { "State" } th { "Identification" } } }
                    tbody {
                        @for place in &places {
                            tr {
                                td { (place["environment"].as_str().unwrap_or_default()) }
                                td data-place=(place["state"].as_str().unwrap_or_default()) { (place["state"].as_str().unwrap_or_default()) }
                                td { (place["kyc_status"].as_str().unwrap_or("–")) }
                            }
                        }
                    }
                }
            }
        }
    })
}

fn line(here: &str, order: &OrderRow) -> Markup {
    let status = match (&order.refusal, &order.status) {
        (Some(_), _) => "REFUSED",
        (None, Some(status)) => status,
        (None, None) => "ON ITS WAY",
    };
    html! {
        tr data-order=(order.id) {
            td { (order.asset) }
            td { (order.units) }
            td data-status=(status) { (status) @if let Some(why) = &order.refusal { br; small { (why) } } }
            td {
                @if status == "ACCEPTED" {
                    form method="post" action=(format!("{here}/orders/{}/paid", order.id)) { button type="submit" { "I have paid" } }
                }
            }
        }
    }
}

/// Every environment in which the customer is; none while the gateway does not answer, which delays no page.
async fn places(broker: &Broker, row: &CustomerRow) -> Vec<Value> {
    let Some(investor) = row.investor else {
        return Vec::new();
    };
    let path = format!("investors/{investor}/environments/");
    match broker.api.get(&path, &[]).await {
        Ok(page) => page["results"].as_array().cloned().unwrap_or_default(),
        Err(error) => {
            tracing::info!(error = %error, "the gateway does not tell where a customer is: {error}");
            Vec::new()
        }
    }
}

async fn moves(
    State(broker): State<Broker>,
    PathParams(of): PathParams<OfCustomer>,
    form: Form,
) -> Answer {
    let (row, data) = customer(&broker, &of.token).await?;
    let changed = Data {
        street: form.text("street").to_owned(),
        zip: form.text("zip").to_owned(),
        city: form.text("city").to_owned(),
        ..data
    };
    if let Some(investor) = row.investor {
        let patch = changed.address(Kind::parse(&row.kind));
        let path = format!("investors/{investor}/");
        let sent = broker.api.patch(&path, &patch, &sdk::Key::random()).await;
        sent.map_err(Error::from)?;
    }
    let (own, id, key) = (broker.clone(), row.id, row.data_key);
    let kept = broker.db.write(move |tx| -> Result<()> {
        let sealed = own
            .vault
            .key(tx, key)?
            .seal(CONTEXT, &serde_json::to_vec(&changed)?);
        Ok(store::set_data(tx, id, &sealed)?)
    });
    kept.await?;
    Ok(Redirect::to(&format!("/customers/{}", row.token)).into_response())
}

async fn paid(State(broker): State<Broker>, PathParams(of): PathParams<OfOrder>) -> Answer {
    let (row, _) = customer(&broker, &of.token).await?;
    let (customer, order) = (row.id, of.order);
    let found = broker.db.read(move |tx| store::order(tx, customer, order));
    let found = found.await.map_err(Error::from)?;
    let investment = found.and_then(|order| order.investment);
    let investment = investment.ok_or(Error::NotFound("order"))?;
    match work::report_payment(&broker, investment).await {
        Ok(()) => {}
        // The issuer watches its account itself: the page shows when the money is there.
        Err(Error::Gateway(error)) if error.refusal().is_some() => {
            tracing::info!(investment.id = %investment, "payment of investment {investment} is not ours to report: {error}");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Redirect::to(&format!("/customers/{}", row.token)).into_response())
}
