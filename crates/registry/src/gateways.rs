//! Gateways that the network runs for partners: switched on and off, their credential, what they sell and how they do.
//!
//! A gateway has a database of its own, which whoever hosts it opens (`GatewayHost`); what is kept here is that it exists, its
//! master key, and with which client it enters each environment.

mod rounds;

use async_trait::async_trait;
use database::Tx;
use database::vault::MasterKey;
use domain::PlatformId;
use serde_json::json;
use storage::gateways::HostedGateway;
use wire::clients::ClientMode;
use wire::gateways::{GatewayClient, GatewayDifference, GatewayStatus};

pub use rounds::{enter, list, list_running, places};
pub use storage::environments::EnvironmentKind as GatewayKind;
pub use storage::gateways::Place;

use crate::caller::Party;
use crate::{Caller, Error, Registry, Request, Result, Right, audit, ids, secrets};

/// What the sealed master keys are bound to.
const CONTEXT: &str = "hosted_gateways.master_key";
/// What the former credential keeps being good for, unless another time is said.
const OVERLAP_HOURS: u32 = 24;
const LONGEST_OVERLAP_HOURS: u32 = 720;

/// Which gateway is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which {
    /// Whose, for the registrar; a partner means its own.
    pub platform: Option<PlatformId>,
    /// For what is sold, or for trying things out.
    pub kind: GatewayKind,
}

/// A gateway as its host opens it.
#[derive(Clone)]
pub struct Hosted {
    /// For whom.
    pub platform: PlatformId,
    /// For what is sold, or for trying things out.
    pub kind: GatewayKind,
    /// Its part of the URL, and the name of its database.
    pub slug: String,
    /// The URL below which everything of it is.
    pub url: String,
    /// The key that wraps those of its database.
    pub master_key: MasterKey,
}

/// A credential with its secret, which is shown this once.
#[derive(Clone)]
pub struct GatewayCredential {
    /// OAuth client ID.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// So long the former one stays good.
    pub overlap_hours: u32,
}

/// How a running gateway does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayState {
    /// Environment by environment, and what waits.
    pub status: GatewayStatus,
    /// Where environments hold other data.
    pub differences: Vec<GatewayDifference>,
    /// The credentials in force.
    pub clients: Vec<GatewayClient>,
}

/// A gateway as its partner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The one URL.
    pub api_url: String,
    /// Where its one credential takes a token.
    pub token_url: String,
    /// Since when it runs; none while it is switched off.
    pub switched_on_at: Option<String>,
    /// How it does; none while it is switched off.
    pub state: Option<GatewayState>,
}

/// Whoever runs the gateways: the boundary to their databases and workers.
#[async_trait]
pub trait GatewayHost: Send + Sync + 'static {
    /// Keeps this credential, and ends the former ones after so many hours.
    async fn keep_credential(&self, gateway: &Hosted, credential: &GatewayCredential)
    -> Result<()>;

    /// How it does.
    async fn state(&self, gateway: &Hosted) -> Result<GatewayState>;

    /// Compares everything anew, soon.
    async fn compare(&self, gateway: &Hosted) -> Result<()>;

    /// It answers nobody any more.
    async fn close(&self, gateway: &Hosted);
}

/// Switches a partner's gateway on; the first time it is made, and its credential is in the answer.
///
/// # Errors
/// Not found if there is no such platform; `conflict` if it is on.
pub async fn switch_on(
    registry: &Registry,
    request: &Request,
    which: Which,
) -> Result<Option<GatewayCredential>> {
    let platform = whose(&request.caller, Right::WriteClients, which)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    let switched = registry.db.write(move |tx| -> Result<_> {
        let now = own.clock.now();
        let standing = storage::platforms::lock(tx, platform)?;
        let firm = standing
            .ok_or(Error::NotFound("distribution platform"))?
            .name;
        let row = match storage::gateways::lock(tx, platform, which.kind)? {
            Some(row) if row.switched_on_at.is_some() => {
                return Err(Error::Problem(
                    wire::ProblemCode::Conflict,
                    "The gateway is switched on already.".to_owned(),
                ));
            }
            Some(row) => {
                storage::gateways::switch(tx, platform, which.kind, Some(now))?;
                row
            }
            None => make(&own, tx, platform, which.kind, &firm)?,
        };
        let detail = json!({"kind": which.kind.as_str()});
        audit::record(&own, tx, &caller, "gateway.switch_on", &row.slug, &detail)?;
        opened(&own, tx, row)
    });
    let gateway = switched.await?;
    let host = host(registry)?;
    if host.state(&gateway).await?.clients.is_empty() {
        return Ok(Some(new_credential(registry, &gateway, 0).await?));
    }
    Ok(None)
}

/// Switches a partner's gateway off. Its data stay, and so does what it has done; what waits in it waits until it is on again.
///
/// # Errors
/// Not found if it is not on.
pub async fn switch_off(registry: &Registry, request: &Request, which: Which) -> Result<()> {
    let platform = whose(&request.caller, Right::WriteClients, which)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    let switched = registry.db.write(move |tx| -> Result<_> {
        let row = running(storage::gateways::lock(tx, platform, which.kind)?)?;
        storage::gateways::switch(tx, platform, which.kind, None)?;
        let detail = json!({"kind": which.kind.as_str()});
        audit::record(&own, tx, &caller, "gateway.switch_off", &row.slug, &detail)?;
        opened(&own, tx, row)
    });
    let gateway = switched.await?;
    host(registry)?.close(&gateway).await;
    Ok(())
}

/// Gives the partner's application a new credential; the former stays good for the overlap.
///
/// # Errors
/// Not found if the gateway is not on; a field error for an overlap beyond 30 days.
pub async fn renew_credential(
    registry: &Registry,
    request: &Request,
    which: Which,
    overlap_hours: Option<u32>,
) -> Result<GatewayCredential> {
    let platform = whose(&request.caller, Right::WriteClients, which)?;
    let hours = overlap_hours.unwrap_or(OVERLAP_HOURS);
    if hours > LONGEST_OVERLAP_HOURS {
        return Err(Error::Field(
            "overlap_hours",
            wire::FieldCode::OutOfRange,
            "An overlap lasts 720 hours (30 days) at most.".to_owned(),
        ));
    }
    let (own, caller) = (registry.clone(), request.caller.clone());
    let noted = registry.db.write(move |tx| -> Result<_> {
        let row = running(storage::gateways::lock(tx, platform, which.kind)?)?;
        let detail = json!({"kind": which.kind.as_str(), "overlap_hours": hours});
        audit::record(
            &own,
            tx,
            &caller,
            "gateway.renew_credential",
            &row.slug,
            &detail,
        )?;
        opened(&own, tx, row)
    });
    let gateway = noted.await?;
    new_credential(registry, &gateway, hours).await
}

/// Has everything compared anew, soon.
///
/// # Errors
/// Not found if the gateway is not on.
pub async fn compare(registry: &Registry, request: &Request, which: Which) -> Result<()> {
    let platform = whose(&request.caller, Right::WriteClients, which)?;
    let own = registry.clone();
    let found = registry.db.read(move |tx| -> Result<_> {
        let row = running(storage::gateways::find(tx, platform, which.kind)?)?;
        opened(&own, tx, row)
    });
    host(registry)?.compare(&found.await?).await
}

/// A partner's gateway and how it does; none if it was never switched on.
///
/// # Errors
/// Refuses callers that may not see credentials.
pub async fn get(registry: &Registry, caller: &Caller, which: Which) -> Result<Option<Shown>> {
    let platform = whose(caller, Right::ReadClients, which)?;
    let own = registry.clone();
    let found = registry.db.read(move |tx| -> Result<_> {
        let row = storage::gateways::find(tx, platform, which.kind)?;
        row.map(|row| Ok((row.switched_on_at, opened(&own, tx, row)?)))
            .transpose()
    });
    let Some((switched_on_at, gateway)) = found.await? else {
        return Ok(None);
    };
    let state = match switched_on_at {
        Some(_) => Some(host(registry)?.state(&gateway).await?),
        None => None,
    };
    let api_url = format!("{}/api/external", gateway.url);
    Ok(Some(Shown {
        token_url: format!("{api_url}/oauth/token"),
        api_url,
        switched_on_at: switched_on_at.map(|at| at.to_string()),
        state,
    }))
}

fn make(
    registry: &Registry,
    tx: &mut Tx,
    platform: PlatformId,
    kind: GatewayKind,
    firm: &str,
) -> Result<HostedGateway> {
    let key = registry.vault.new_key(tx, None)?;
    let master = MasterKey::generate()?;
    let now = registry.clock.now();
    let gateway = HostedGateway {
        platform,
        kind,
        slug: free_slug(tx, kind, firm)?,
        key: key.id(),
        sealed_master_key: key.seal(CONTEXT, master.to_hex().as_bytes()),
        created_at: now,
        switched_on_at: Some(now),
    };
    storage::gateways::insert(tx, &gateway)?;
    Ok(gateway)
}

/// Firms of one name are told apart by chance, not by the order in which they came.
fn free_slug(tx: &mut Tx, kind: GatewayKind, firm: &str) -> Result<String> {
    let name = domain::slug(firm);
    let plain = match kind {
        GatewayKind::Production => name,
        GatewayKind::Sandbox => format!("sandbox-{name}"),
    };
    if !storage::gateways::is_taken(tx, &plain)? {
        return Ok(plain);
    }
    Ok(format!("{plain}-{}", hex::encode(ids::bytes::<4>())))
}

fn opened(registry: &Registry, tx: &mut Tx, row: HostedGateway) -> Result<Hosted> {
    let plain = registry
        .vault
        .key(tx, row.key)?
        .open(CONTEXT, &row.sealed_master_key)?;
    let master_key = MasterKey::parse(&String::from_utf8_lossy(&plain))?;
    Ok(Hosted {
        platform: row.platform,
        kind: row.kind,
        url: format!("{}/gateway/{}", registry.settings.public_url, row.slug),
        slug: row.slug,
        master_key,
    })
}

async fn new_credential(
    registry: &Registry,
    gateway: &Hosted,
    overlap_hours: u32,
) -> Result<GatewayCredential> {
    let mode = match gateway.kind {
        GatewayKind::Production => ClientMode::Live,
        GatewayKind::Sandbox => ClientMode::Test,
    };
    let credential = GatewayCredential {
        client_id: secrets::client_id(mode, "gateway"),
        client_secret: secrets::secret(mode),
        overlap_hours,
    };
    host(registry)?
        .keep_credential(gateway, &credential)
        .await?;
    Ok(credential)
}

fn host(registry: &Registry) -> Result<&dyn GatewayHost> {
    registry
        .gateways
        .as_deref()
        .ok_or_else(|| Error::Unavailable("this process runs no gateways".to_owned()))
}

fn running(row: Option<HostedGateway>) -> Result<HostedGateway> {
    row.filter(|row| row.switched_on_at.is_some())
        .ok_or(Error::NotFound("gateway"))
}

/// A partner's own, or for the registrar the one that it names.
fn whose(caller: &Caller, right: Right, which: Which) -> Result<PlatformId> {
    caller.require(right)?;
    match (caller.party, which.platform) {
        (Party::Platform(own), None) => Ok(own),
        (Party::Platform(own), Some(named)) if own == named => Ok(own),
        (Party::Registrar, Some(named)) => Ok(named),
        (Party::Platform(_), Some(_)) => Err(Error::NotFound("gateway")),
        (Party::Registrar, None) | (Party::Distributor(..) | Party::Issuer(..), _) => {
            Err(Error::NotPermitted)
        }
    }
}
