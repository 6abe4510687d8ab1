//! One of the platform's assets: environment URL, campaign ID, client ID and client secret, and the first call.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ProductId;
use maud::{Markup, html};
use registry::{Right, assets, clients};
use uuid::Uuid;
use wire::Problem;
use wire::assets::{AssetDetail, FirstCall};
use wire::clients::{Client, ClientCreate, ClientMode};

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(
            "/console/selling/{product_id}",
            Access::Needs(Right::ReadPlatform),
            show,
        ),
        Page::post(
            "/console/selling/{product_id}/clients",
            Access::Needs(Right::WritePlatform),
            make_client,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, id, &Fields::default(), None, None).await
}

/// The secret is in this answer only.
async fn make_client(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let (registry, who) = (&console.registry, &posted.who);
    who.caller.require(Right::WritePlatform)?;
    let asset = assets::get(registry, &who.caller, ProductId::from_uuid(id)).await?;
    let body = ClientCreate {
        name: posted.fields.text("name").to_owned(),
        environment: Some(asset.asset.environment),
        scopes: None,
        expires_at: None,
        allowed_networks: None,
        public_key: None,
        distribution_platform_id: None,
        issuer_id: None,
    };
    match clients::issue(registry, &posted.request(), body).await {
        Ok(answer) => {
            let made: Client = answer.json()?;
            render(&console, who, id, &Fields::default(), None, Some(&made)).await
        }
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(&console, who, id, &posted.fields, Some(&problem), None).await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    id: Uuid,
    fields: &Fields,
    problem: Option<&Problem>,
    made: Option<&Client>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let AssetDetail { asset, first_call } =
        assets::get(&console.registry, &who.caller, ProductId::from_uuid(id)).await?;
    let inside = format!("/console/environments/{}", asset.environment);
    let snippets = made.and_then(|made| made.first_call.as_ref());
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let body = html! {
        nav class="pager" {
            a href="/console/environments" { (visitor.say("Assets", "Assets")) }
            a href=(format!("{inside}/investments")) { "Investments" }
            a href=(format!("{inside}/investors")) { (visitor.say("Investors", "Anleger")) }
            a href=(format!("{inside}/webhooks")) { "Webhooks" }
        }
        h1 { (asset.name) }
        (parts::problem(visitor, problem))
        @if asset.mode == ClientMode::Test {
            p class="notice" role="note" { (visitor.say("This is the sandbox: what is sold here is worth nothing.", "Dies ist die Sandbox: Was hier verkauft wird, ist nichts wert.")) }
        }
        @if let Some(code) = &asset.refused_with {
            p class="notice refused" role="alert" data-code=(code) { (visitor.say("Investments are refused today: ", "Investments werden heute abgelehnt: ")) code { (code) } }
        }
        @if let Some(made) = made { (secret(visitor, made)) }
        h2 { (visitor.say("Environment URL", "URL der Umgebung")) }
        (parts::copyable("environment-url", &asset.environment_url))
        h2 { (visitor.say("Campaign ID", "Campaign-ID")) }
        @if asset.campaigns.is_empty() { p { em { (visitor.say("There is no campaign yet.", "Es gibt noch keine Kampagne.")) } } }
        @for campaign in &asset.campaigns {
            p { (campaign.name) " · " (visitor.say("left: ", "frei: ")) (campaign.available) " / " (campaign.allocation) }
            (parts::copyable(&format!("campaign-{}", campaign.id), &campaign.id.to_string()))
        }
        h2 { "Client ID" }
        @for client in &asset.clients {
            p { (client.name) }
            (parts::copyable(&format!("client-{}", client.id), &client.client_id))
        }
        @if who.session.may(Right::WritePlatform) {
            form method="post" action=(format!("/console/selling/{id}/clients")) {
                (parts::hidden(visitor))
                (form.input("name", visitor.say("New client: which program uses it", "Neuer Zugang: welches Programm ihn nutzt"), "text"))
                button type="submit" { (visitor.say("Make a client and its secret", "Zugang mit Geheimnis anlegen")) }
            }
        }
        @if let Some(call) = snippets.or(first_call.as_ref()) { (first(visitor, call)) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(
        visitor,
        status,
        &asset.name,
        &body,
    ))
}

fn secret(visitor: &Visitor, made: &Client) -> Markup {
    html! {
        @if let Some(secret) = &made.client_secret {
            div class="notice" role="status" {
                p { (visitor.say("The client and its secret. The secret is shown this once; keep it where your programs find it.", "Der Zugang und sein Geheimnis. Das Geheimnis wird nur jetzt gezeigt; bewahren Sie es auf, wo Ihre Programme es finden.")) }
                h2 { "Client ID" }
                pre data-copy { code data-client { (made.client_id) } }
                h2 { "Client Secret" }
                pre data-copy { code data-secret { (secret) } }
            }
        }
    }
}

fn first(visitor: &Visitor, call: &FirstCall) -> Markup {
    html! {
        h2 { (visitor.say("First call", "Erster Aufruf")) }
        @for (name, id, text) in [("curl", "curl", &call.curl), ("Python", "python", &call.python), ("TypeScript", "typescript", &call.typescript), ("Rust", "rust", &call.rust)] {
            details open[id == "curl"] {
                summary { (name) }
                (parts::copyable(&format!("first-call-{id}"), text))
            }
        }
    }
}
