//! `cashlink admin create credential|operator` and `revoke`: OAuth clients for partners, issuers and the registrar's people.

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use domain::ClientId;
use registry::clients::{self, NewClient};
use registry::{Caller, Request};
use serde_json::{Value, json};
use storage::clients::{Client, ClientKind};
use uuid::Uuid;

use super::output::print_one;
use crate::inventory::{self, Inventory};
use crate::wiring::App;

/// For whom a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A distribution platform in one environment
    Distributor,
    /// An issuer, in one environment or in all of its own
    Issuer,
    /// A distribution platform over all its assets
    Platform,
    /// The registrar
    Network,
}

/// A credential to make.
#[derive(Debug, Args)]
pub struct NewCredential {
    /// For whom it is
    #[arg(long, value_enum)]
    kind: Kind,
    /// Firm of the platform or issuer, or for the registrar who uses it
    #[arg(long, value_name = "NAME")]
    party: String,
    /// The environment; needed for a distributor
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Scopes to grant, separated by spaces; without it all that its kind can have
    #[arg(long, value_name = "SCOPES", default_value = "")]
    scopes: String,
}

/// Makes a credential and shows its secret this once.
///
/// # Errors
/// If party or environment do not exist.
pub async fn create(app: &App, request: &Request, new: &NewCredential, json: bool) -> Result<()> {
    let inventory = inventory::read(&app.registry, &request.caller).await?;
    let client = resolve(&inventory, new)?;
    let (client, secret) = clients::create(&app.registry, request, client).await?;
    show(app, &client, &secret, new.environment.as_deref(), json);
    Ok(())
}

/// Makes a credential for a person of the registrar's.
///
/// # Errors
/// If the database fails.
pub async fn create_operator(app: &App, request: &Request, name: &str, json: bool) -> Result<()> {
    let new = NewClient {
        name: name.to_owned(),
        kind: ClientKind::Network,
        environment: None,
        platform: None,
        issuer: None,
        scopes: Vec::new(),
    };
    let (client, secret) = clients::create(&app.registry, request, new).await?;
    show(app, &client, &secret, None, json);
    Ok(())
}

/// Refuses a client from now on.
///
/// # Errors
/// If there is none, or it was revoked before.
pub async fn revoke(app: &App, request: &Request, client_id: &str) -> Result<()> {
    let id = find(app, &request.caller, client_id).await?;
    clients::revoke(&app.registry, request, id).await?;
    Ok(())
}

async fn find(app: &App, caller: &Caller, client_id: &str) -> Result<ClientId> {
    if let Ok(id) = client_id.parse::<Uuid>() {
        return Ok(ClientId::from_uuid(id));
    }
    let clients = clients::list(&app.registry, caller).await?;
    let found = clients
        .into_iter()
        .find(|client| client.client_id == client_id);
    Ok(found
        .with_context(|| format!("there is no client {client_id}"))?
        .id)
}

fn resolve(inventory: &Inventory, new: &NewCredential) -> Result<NewClient> {
    let environment = match &new.environment {
        None => None,
        Some(name) => {
            let found = inventory
                .environments
                .iter()
                .find(|environment| environment.name == *name);
            Some(
                found
                    .with_context(|| format!("there is no environment {name}"))?
                    .id,
            )
        }
    };
    let platform = || {
        let found = inventory
            .platforms
            .iter()
            .find(|platform| platform.name == new.party);
        Ok::<_, anyhow::Error>(
            found
                .with_context(|| format!("there is no partner {}", new.party))?
                .id,
        )
    };
    let issuer = || {
        let found = inventory
            .issuers
            .iter()
            .find(|issuer| issuer.name == new.party);
        Ok::<_, anyhow::Error>(
            found
                .with_context(|| format!("there is no issuer {}", new.party))?
                .id,
        )
    };
    let (kind, platform, issuer) = match new.kind {
        Kind::Distributor if environment.is_none() => {
            bail!("a distributor works in one environment: name it with --environment")
        }
        Kind::Distributor => (ClientKind::Distributor, Some(platform()?), None),
        Kind::Issuer => (ClientKind::Issuer, None, Some(issuer()?)),
        Kind::Platform if environment.is_some() => {
            bail!("a platform's own client works over all its assets: leave --environment out")
        }
        Kind::Platform => (ClientKind::Platform, Some(platform()?), None),
        Kind::Network => (ClientKind::Network, None, None),
    };
    Ok(NewClient {
        name: new.party.clone(),
        kind,
        environment,
        platform,
        issuer,
        scopes: new.scopes.split_whitespace().map(str::to_owned).collect(),
    })
}

fn show(app: &App, client: &Client, secret: &str, environment: Option<&str>, json: bool) {
    let url = &app.registry.settings.public_url;
    let base = match (client.kind, environment) {
        (_, Some(environment)) => format!("{url}/environments/{environment}/api/external"),
        (ClientKind::Network | ClientKind::Platform, None) => format!("{url}/api/network/v1"),
        (_, None) => format!("{url}/api/external"),
    };
    let fields: [(&str, Value); 4] = [
        ("url", json!(base)),
        ("client_id", json!(client.client_id)),
        ("client_secret", json!(secret)),
        ("scopes", json!(client.scopes.join(" "))),
    ];
    print_one(&fields, json);
}
