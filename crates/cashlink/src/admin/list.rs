//! `cashlink admin list …`: what is set up.

use anyhow::Result;
use clap::ValueEnum;
use domain::{Timestamp, Units};
use registry::Caller;
use serde_json::{Value, json};

use super::output::Rows;
use crate::inventory::{self, Inventory};
use crate::wiring::App;

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Who issues
    Issuers,
    /// Who sells
    Partners,
    /// The API spaces
    Environments,
    /// The assets
    Products,
    /// Who may sell what
    Listings,
    /// The slices that are sold
    Campaigns,
    /// The OAuth clients, without their secrets
    Credentials,
    /// Who did what to the network, the latest 200 lines
    Audit,
}

/// Lists one kind of thing.
///
/// # Errors
/// If the database fails.
pub async fn run(app: &App, caller: &Caller, what: What) -> Result<Rows> {
    if what == What::Audit {
        return audit(app).await;
    }
    let inventory = inventory::read(&app.registry, caller).await?;
    Ok(match what {
        What::Issuers => issuers(&inventory),
        What::Partners => partners(&inventory),
        What::Environments => environments(&inventory),
        What::Products => products(&inventory),
        What::Listings => listings(&inventory),
        What::Campaigns => campaigns(&inventory),
        What::Credentials | What::Audit => credentials(&inventory),
    })
}

fn issuers(inventory: &Inventory) -> Rows {
    let mut rows = Rows::new(&["id", "name", "created_at"]);
    for issuer in &inventory.issuers {
        rows.push([text(issuer.id), text(&issuer.name), time(issuer.created_at)]);
    }
    rows
}

fn partners(inventory: &Inventory) -> Rows {
    let mut rows = Rows::new(&["id", "name", "identification_import", "created_at"]);
    for platform in &inventory.platforms {
        let trust = text(platform.identification_import.as_str());
        rows.push([
            text(platform.id),
            text(&platform.name),
            trust,
            time(platform.created_at),
        ]);
    }
    rows
}

fn environments(inventory: &Inventory) -> Rows {
    let mut rows = Rows::new(&["id", "name", "created_at"]);
    for environment in &inventory.environments {
        rows.push([
            text(environment.id),
            text(&environment.name),
            time(environment.created_at),
        ]);
    }
    rows
}

fn products(inventory: &Inventory) -> Rows {
    let mut rows = Rows::new(&[
        "id",
        "isin",
        "name",
        "issuer",
        "environment",
        "status",
        "token_address",
    ]);
    for record in &inventory.products {
        rows.push([
            text(record.product.id),
            text(record.product.isin),
            text(&record.product.name),
            text(&record.issuer_name),
            text(&record.environment_name),
            text(record.status.as_str()),
            text(record.token_address),
        ]);
    }
    rows
}

fn listings(inventory: &Inventory) -> Rows {
    let mut rows = Rows::new(&["id", "product_id", "partner", "is_allowed", "created_at"]);
    for listing in &inventory.listings {
        rows.push([
            text(listing.id),
            text(listing.product),
            text(&listing.platform_name),
            json!(listing.is_allowed),
            time(listing.created_at),
        ]);
    }
    rows
}

fn campaigns(inventory: &Inventory) -> Rows {
    let mut rows = Rows::new(&[
        "id",
        "name",
        "product_id",
        "partner",
        "allocation",
        "reserved",
    ]);
    for record in &inventory.campaigns {
        let campaign = &record.campaign;
        rows.push([
            text(campaign.id),
            text(&campaign.name),
            text(campaign.product_id),
            text(inventory.platform_name(record.platform)),
            units(campaign.allocation),
            units(campaign.reserved),
        ]);
    }
    rows
}

fn credentials(inventory: &Inventory) -> Rows {
    let mut rows = Rows::new(&[
        "id",
        "client_id",
        "kind",
        "name",
        "scopes",
        "created_at",
        "revoked_at",
    ]);
    for client in &inventory.clients {
        rows.push([
            text(client.id),
            text(&client.client_id),
            text(client.kind.as_str()),
            text(&client.name),
            text(client.scopes.join(" ")),
            time(client.created_at),
            client.revoked_at.map_or(Value::Null, time),
        ]);
    }
    rows
}

async fn audit(app: &App) -> Result<Rows> {
    const LINES: u32 = 200;
    let lines = app
        .registry
        .db
        .read(|tx| storage::audit::latest(tx, LINES))
        .await?;
    let mut rows = Rows::new(&["at", "actor", "action", "target", "detail"]);
    for line in lines {
        rows.push([
            time(line.at),
            text(line.actor),
            text(line.action),
            text(line.target),
            text(line.detail),
        ]);
    }
    Ok(rows)
}

fn text(value: impl ToString) -> Value {
    Value::String(value.to_string())
}

fn time(at: Timestamp) -> Value {
    text(at)
}

fn units(units: Units) -> Value {
    json!(units.as_i64())
}
