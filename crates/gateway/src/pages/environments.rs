//! Environments on the configuration page: how each does, and the form with which one is added or changed.

use http::Fields;
use maud::{Markup, html};
use wire::gateways::{GatewayEnvironment, GatewayStatus};

use super::render;
use super::session::Visitor;
use crate::EnvironmentSetup;

/// Each with its state and what waits.
pub(super) fn table(status: &GatewayStatus) -> Markup {
    html! {
        p { (status.waiting_orders) " orders wait for their environment, " (status.waiting_messages) " messages for the stream." }
        (render::table(
            &["Environment", "State", "Investors", "On their way", "Refused", "Differences", "Compared"],
            &html! { @for one in &status.environments { (row(one)) } },
        ))
    }
}

fn row(one: &GatewayEnvironment) -> Markup {
    html! {
        tr {
            td { a href=(format!("/configuration/environments/{}", one.name)) { (one.name) } br; small { (one.url) } }
            td {
                span data-status=(one.state()) { (one.state()) }
                @if let Some(since) = &one.unreachable_since { br; small { "since " (render::moment(since)) ": " (one.trouble.as_deref().unwrap_or_default()) } }
            }
            td { (one.investors) }
            td { (one.pending) @if let Some(since) = &one.pending_since { br; small { "since " (render::moment(since)) } } }
            td { (one.refused) }
            td { (one.differences) }
            td { @match &one.compared_at { Some(at) => (render::moment(at)), None => "never" } }
        }
    }
}

/// For a new environment, or with what is known of one; its secrets are not.
pub(super) fn form(visitor: &Visitor, known: Option<&EnvironmentSetup>) -> Markup {
    let is_new = known.is_none();
    let text = |value: Option<String>| value.unwrap_or_default();
    let campaigns = known.map(|one| {
        let ids: Vec<String> = one.campaign_ids.iter().map(ToString::to_string).collect();
        ids.join(" ")
    });
    let concurrency = known.and_then(|one| one.concurrency.map(|number| number.to_string()));
    let rate = known.and_then(|one| one.requests_per_second.map(|number| number.to_string()));
    let secret = match is_new {
        true => "Client secret",
        false => "Client secret (empty: the present one stays)",
    };
    html! {
        form method="post" action="/configuration/environments" {
            (render::hidden(visitor))
            @match known {
                Some(one) => { input type="hidden" name="name" value=(one.name); }
                None => { label { "Name of your own" input name="name" required; } }
            }
            label { "URL of the environment" input type="url" name="url" value=(text(known.map(|one| one.url.clone()))) required; }
            label { "Campaign IDs, with spaces between (empty: a home, where every investor is)" input name="campaign_ids" value=(text(campaigns)); }
            label { "Client ID" input name="client_id" value=(text(known.map(|one| one.client_id.clone()))) required; }
            label { (secret) input type="password" name="client_secret" autocomplete="off" required[is_new]; }
            label { "Bearer token of its webhooks, where it signs nothing" input type="password" name="webhook_bearer_token" autocomplete="off"; }
            label { "Calls in the air at once (empty: 8)" input type="number" name="concurrency" min="1" value=(text(concurrency)); }
            label { "Calls that it allows in a second (empty: no limit)" input type="number" name="requests_per_second" min="1" value=(text(rate)); }
            label { input type="checkbox" name="eager" checked[known.is_some_and(|one| one.eager)]; "Create every investor there at once" }
            label { input type="checkbox" name="repairs" checked[known.is_some_and(|one| one.repairs)]; "Send data that it lost again without asking" }
            button type="submit" { @if is_new { "Add" } @else { "Change" } }
        }
    }
}

/// What was typed; a sentence if a part of it is none.
pub(super) fn read(fields: &Fields) -> Result<EnvironmentSetup, String> {
    let campaigns = fields.text("campaign_ids").split([' ', ',']);
    let campaigns = campaigns.filter(|id| !id.is_empty()).map(str::parse);
    let number = |name: &str| {
        let parsed = fields.optional(name).map(|text| text.parse::<u32>());
        parsed
            .transpose()
            .map_err(|_| format!("{name} is a whole number."))
    };
    Ok(EnvironmentSetup {
        name: fields.text("name").to_owned(),
        url: fields.text("url").to_owned(),
        campaign_ids: campaigns
            .collect::<Result<_, _>>()
            .map_err(|_| "campaign_ids are UUIDs with spaces between.".to_owned())?,
        client_id: fields.text("client_id").to_owned(),
        client_secret: fields.text("client_secret").to_owned(),
        webhook_bearer_token: fields.optional("webhook_bearer_token"),
        eager: fields.has("eager"),
        concurrency: number("concurrency")?,
        requests_per_second: number("requests_per_second")?,
        repairs: fields.has("repairs"),
    })
}
