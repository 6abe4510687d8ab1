//! `cashlink admin gateway …`: the gateways that the network runs for partners, switched on and off by the registrar.

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use registry::gateways::{self, GatewayCredential, GatewayKind, Which};
use registry::{Caller, Request};
use serde_json::{Value, json};

use super::output::{Rows, print_one};
use crate::inventory;
use crate::wiring::App;

/// What to do with gateways.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Switch a partner's gateway on; the first time its credential is shown, this once
    On(Of),
    /// Switch it off; its data stay
    Off(Of),
    /// Make a new credential, which is shown this once
    Credential {
        #[command(flatten)]
        of: Of,
        /// So long the former one stays good; 24 if it is left out
        #[arg(long, value_name = "HOURS")]
        overlap_hours: Option<u32>,
    },
    /// How each environment behind it does
    Status(Of),
    /// Every gateway
    List,
}

/// Whose gateway, and which of the two.
#[derive(Debug, Args)]
pub struct Of {
    /// Firm of the partner
    #[arg(long, value_name = "NAME")]
    party: String,
    /// The one for trying things out
    #[arg(long)]
    sandbox: bool,
}

/// Runs the command and prints its answer.
///
/// # Errors
/// What the network refuses, or if there is no such partner.
pub async fn run(app: &App, request: &Request, command: &Command, json: bool) -> Result<()> {
    let registry = &app.registry;
    match command {
        Command::On(of) => {
            let which = which(app, &request.caller, of).await?;
            let made = gateways::switch_on(registry, request, which).await?;
            show(app, &request.caller, which, made, json).await?;
        }
        Command::Off(of) => {
            let which = which(app, &request.caller, of).await?;
            gateways::switch_off(registry, request, which).await?;
        }
        Command::Credential { of, overlap_hours } => {
            let which = which(app, &request.caller, of).await?;
            let made = gateways::renew_credential(registry, request, which, *overlap_hours).await?;
            show(app, &request.caller, which, Some(made), json).await?;
        }
        Command::Status(of) => {
            let which = which(app, &request.caller, of).await?;
            status(app, &request.caller, which).await?.print(json);
        }
        Command::List => list(app, &request.caller).await?.print(json),
    }
    Ok(())
}

async fn which(app: &App, caller: &Caller, of: &Of) -> Result<Which> {
    let inventory = inventory::read(&app.registry, caller).await?;
    let mut all = inventory.platforms.iter();
    let found = all.find(|platform| platform.name == of.party);
    let platform = found.with_context(|| format!("there is no partner {}", of.party))?;
    Ok(Which {
        platform: Some(platform.id),
        kind: match of.sandbox {
            true => GatewayKind::Sandbox,
            false => GatewayKind::Production,
        },
    })
}

async fn show(
    app: &App,
    caller: &Caller,
    which: Which,
    made: Option<GatewayCredential>,
    json: bool,
) -> Result<()> {
    let shown = gateways::get(&app.registry, caller, which).await?;
    let shown = shown.context("the gateway was switched off meanwhile")?;
    let mut fields: Vec<(&str, Value)> = vec![("url", json!(shown.api_url))];
    if let Some(made) = made {
        fields.push(("client_id", json!(made.client_id)));
        fields.push(("client_secret", json!(made.client_secret)));
    }
    print_one(&fields, json);
    Ok(())
}

async fn status(app: &App, caller: &Caller, which: Which) -> Result<Rows> {
    let shown = gateways::get(&app.registry, caller, which).await?;
    let state = shown.and_then(|shown| shown.state);
    let state = state.context("the gateway is not switched on")?;
    let mut rows = Rows::new(&[
        "environment",
        "status",
        "unreachable_since",
        "investors",
        "pending",
        "refused",
        "differences",
    ]);
    for one in state.status.environments {
        rows.push([
            json!(one.name),
            json!(one.state()),
            json!(one.unreachable_since),
            json!(one.investors),
            json!(one.pending),
            json!(one.refused),
            json!(one.differences),
        ]);
    }
    Ok(rows)
}

async fn list(app: &App, caller: &Caller) -> Result<Rows> {
    let inventory = inventory::read(&app.registry, caller).await?;
    let mut rows = Rows::new(&["partner", "kind", "url", "switched_on_at"]);
    let url = &app.registry.settings.public_url;
    for one in gateways::list(&app.registry, caller).await? {
        rows.push([
            json!(inventory.platform_name(one.platform)),
            json!(one.kind.as_str()),
            json!(format!("{url}/gateway/{}/api/external", one.slug)),
            json!(one.switched_on_at.map(|at| at.to_string())),
        ]);
    }
    Ok(rows)
}
