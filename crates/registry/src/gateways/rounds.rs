//! What the host of the gateways asks in its rounds: which run, what each sells, and a client to enter an environment with.

use domain::EnvironmentId;
use storage::Scope;
use storage::clients::ClientKind;
use storage::gateways::{HostedGateway, Place};

use super::{GatewayCredential, Hosted, opened};
use crate::clients::{self, NewClient};
use crate::{Caller, Error, Registry, Request, Result, Right};

/// What a gateway's clients are called in the partner's list.
const CLIENT_NAME: &str = "Gateway";

/// Every gateway that is on, for its host.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list_running(registry: &Registry, caller: &Caller) -> Result<Vec<Hosted>> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    let found = registry.db.read(move |tx| -> Result<Vec<Hosted>> {
        let rows = storage::gateways::list_on(tx)?;
        rows.into_iter().map(|row| opened(&own, tx, row)).collect()
    });
    found.await
}

/// Every gateway, for operators: name, kind, and since when it runs.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(registry: &Registry, caller: &Caller) -> Result<Vec<HostedGateway>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(|tx| Ok(storage::gateways::list(tx)?))
        .await
}

/// What a gateway's partner sells, for its host.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn places(registry: &Registry, caller: &Caller, gateway: &Hosted) -> Result<Vec<Place>> {
    caller.require(Right::ReadNetwork)?;
    let (platform, kind) = (gateway.platform, gateway.kind);
    registry
        .db
        .read(move |tx| Ok(storage::gateways::places(tx, platform, kind)?))
        .await
}

/// Makes the client with which a gateway enters an environment, for its host; the one before it, whose secret nobody has any more, is
/// revoked.
///
/// # Errors
/// Refuses callers other than the registrar; not found if the partner sells nothing there.
pub async fn enter(
    registry: &Registry,
    request: &Request,
    gateway: &Hosted,
    environment: EnvironmentId,
) -> Result<GatewayCredential> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    let (platform, kind) = (gateway.platform, gateway.kind);
    let entered = registry.db.write(move |tx| -> Result<_> {
        let sold = storage::gateways::places(tx, platform, kind)?;
        if !sold.iter().any(|place| place.environment == environment) {
            return Err(Error::NotFound("environment"));
        }
        if let Some(former) = storage::gateways::client(tx, environment, platform)? {
            clients::end(&own, tx, &caller, &Scope::ALL, former)?;
        }
        let new = NewClient {
            name: CLIENT_NAME.to_owned(),
            kind: ClientKind::Distributor,
            environment: Some(environment),
            platform: Some(platform),
            issuer: None,
            scopes: Vec::new(),
        };
        let (client, client_secret) = clients::make(&own, tx, &caller, &new)?;
        storage::gateways::set_client(tx, environment, platform, client.id)?;
        Ok(GatewayCredential {
            client_id: client.client_id,
            client_secret,
            overlap_hours: 0,
        })
    });
    entered.await
}
