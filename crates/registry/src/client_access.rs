//! Clients at the door: who may take a token, and whose token it is.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{ClientId, Timestamp};
use ipnet::IpNet;
use storage::client_credentials::{self, CredentialRecord};
use storage::clients::{Client, ClientKind};
use uuid::Uuid;
use wire::ProblemCode;

use crate::caller::Party;
use crate::{Caller, Error, Registry, Result, clock};

/// The API for which a token is meant; a token is worth nothing at another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// One environment, by name: Distributor and Issuer API.
    Environment(String),
    /// All that an issuer owns.
    Issuer,
    /// The network API: the registrar's, and what platforms and issuers do there.
    Network,
}

impl Audience {
    /// As bound into tokens.
    pub fn name(&self) -> String {
        match self {
            Self::Environment(name) => format!("environment:{name}"),
            Self::Issuer => "issuer".to_owned(),
            Self::Network => "network".to_owned(),
        }
    }
}

/// The client that may take a token for this audience from this address, with what it can authenticate with.
///
/// # Errors
/// Fails if the database does.
pub async fn token_client(
    registry: &Registry,
    audience: &Audience,
    client_id: &str,
    address: Option<IpAddr>,
) -> Result<Option<(Client, Vec<CredentialRecord>)>> {
    let audience = audience.clone();
    let client_id = client_id.to_owned();
    let now = clock::real_now();
    registry
        .db
        .read(move |tx| -> Result<_> {
            let Some(client) = storage::clients::find_by_client_id(tx, &client_id)? else {
                return Ok(None);
            };
            let may = party(tx, &audience, &client, now)?.is_some()
                && is_allowed(&networks(&client), address);
            if !may {
                return Ok(None);
            }
            let credentials = client_credentials::in_force(tx, client.id, now)?;
            Ok(Some((client, credentials)))
        })
        .await
}

/// Notes that a client has authenticated at the token endpoint; false if the assertion that it sent was used before.
///
/// # Errors
/// Fails if the database does.
pub async fn authenticated(
    registry: &Registry,
    client: Uuid,
    assertion: Option<([u8; 32], Timestamp)>,
) -> Result<bool> {
    let client = ClientId::from_uuid(client);
    let now = clock::real_now();
    registry
        .db
        .write(move |tx| -> Result<_> {
            if let Some((id_hash, expires_at)) = assertion
                && !client_credentials::remember_assertion(tx, client, id_hash, expires_at, now)?
            {
                return Ok(false);
            }
            storage::clients::used(tx, client, now, now.minus_seconds(USE_NOTED_EVERY_S))?;
            Ok(true)
        })
        .await
}

/// Turns a verified token into a caller: its client must still exist, belong to this audience and be allowed to come from there.
/// What was taken from the client since counts for older tokens too.
///
/// # Errors
/// `token_invalid` if it does not, `address_not_allowed`, `not_found` if there is no such environment.
pub async fn authenticate(
    registry: &Registry,
    audience: &Audience,
    client: Uuid,
    scopes: &[String],
    address: Option<IpAddr>,
) -> Result<Caller> {
    let now = clock::real_now();
    let known = match registry.callers.find(audience, client, now) {
        Some(known) => known,
        None => look_up(registry, audience, client, now).await?,
    };
    if !is_allowed(&known.networks, address) {
        return Err(Error::Problem(
            ProblemCode::AddressNotAllowed,
            "The client may not be used from this address.".to_owned(),
        ));
    }
    let granted = scopes
        .iter()
        .filter(|scope| known.caller.scopes.contains(scope))
        .cloned()
        .collect();
    Ok(Caller {
        scopes: granted,
        ..known.caller
    })
}

async fn look_up(
    registry: &Registry,
    audience: &Audience,
    client: Uuid,
    now: Timestamp,
) -> Result<Known> {
    let id = ClientId::from_uuid(client);
    let sought = audience.clone();
    let found = registry
        .db
        .read(move |tx| -> Result<_> {
            let Some(client) = storage::clients::find(tx, id)? else {
                return Ok(None);
            };
            Ok(party(tx, &sought, &client, now)?.map(|party| (client, party)))
        })
        .await?;
    let Some((client, party)) = found else {
        return Err(Error::Problem(
            ProblemCode::TokenInvalid,
            "The client of this access token may not use this API.".to_owned(),
        ));
    };
    note_use(registry, &client, now).await;
    let known = Known {
        networks: networks(&client),
        caller: Caller {
            client: client.id,
            name: client.client_id,
            party,
            scopes: client.scopes,
            person: None,
            limited_to: None,
        },
    };
    registry.callers.remember(audience, &known, now);
    Ok(known)
}

/// Last use is kept to the minute: a busy client costs one small write in that time. Nobody is refused because it fails.
async fn note_use(registry: &Registry, client: &Client, now: Timestamp) {
    let before = now.minus_seconds(USE_NOTED_EVERY_S);
    if client.last_used_at.is_some_and(|last| last >= before) {
        return;
    }
    let id = client.id;
    let noted = registry
        .db
        .write(move |tx| storage::clients::used(tx, id, now, before));
    if let Err(error) = noted.await {
        tracing::warn!(client.id = %id, error = %error, "the use of client {id} could not be noted: {error}");
    }
}

/// For whom the client acts at this audience; none where it may not act at all.
fn party(
    tx: &mut database::Tx,
    audience: &Audience,
    client: &Client,
    now: Timestamp,
) -> Result<Option<Party>> {
    let is_over = client.expires_at.is_some_and(|end| end <= now);
    if client.revoked_at.is_some() || is_over {
        return Ok(None);
    }
    Ok(match audience {
        Audience::Network => match client.kind {
            ClientKind::Network => Some(Party::Registrar),
            ClientKind::Platform => client.platform.map(Party::Platform),
            // Issuers look into the catalogue and decide about requests for their assets.
            ClientKind::Issuer => client
                .issuer
                .map(|issuer| Party::Issuer(client.environment, issuer)),
            ClientKind::Distributor => None,
        },
        Audience::Issuer => client
            .issuer
            .map(|issuer| Party::Issuer(client.environment, issuer)),
        Audience::Environment(name) => {
            let environment = storage::environments::find_by_name(tx, name)?
                .ok_or(Error::NotFound("environment"))?
                .id;
            // A platform's own client manages; to sell it has one for each environment.
            let here = client.kind != ClientKind::Platform
                && client.environment.is_none_or(|own| own == environment);
            match (client.platform, client.issuer) {
                (Some(platform), _) if here => Some(Party::Distributor(environment, platform)),
                (None, Some(issuer)) if here => Some(Party::Issuer(Some(environment), issuer)),
                _ => None,
            }
        }
    })
}

fn networks(client: &Client) -> Arc<[IpNet]> {
    let parsed = client.allowed_networks.iter();
    parsed.filter_map(|network| network.parse().ok()).collect()
}

/// Without a list from everywhere; with one only from a known address within it.
fn is_allowed(networks: &[IpNet], address: Option<IpAddr>) -> bool {
    networks.is_empty()
        || address.is_some_and(|address| {
            let address = address.to_canonical();
            networks.iter().any(|network| network.contains(&address))
        })
}

/// Uses of a client within so many seconds are one.
const USE_NOTED_EVERY_S: i64 = 60;
/// How long a found client is trusted without looking again, in seconds.
const TRUSTED_FOR_S: i64 = 1;
/// Callers remembered at most; beyond that the memory starts afresh.
const REMEMBERED: usize = 10_000;

/// Callers found a moment ago, so that a busy client costs no look-up per request.
#[derive(Default)]
pub struct RecentCallers(Mutex<HashMap<(Audience, Uuid), (Known, Timestamp)>>);

/// A client as it was found: the caller with every scope that it is granted, and whence it may come.
#[derive(Clone)]
struct Known {
    caller: Caller,
    networks: Arc<[IpNet]>,
}

impl RecentCallers {
    fn find(&self, audience: &Audience, client: Uuid, now: Timestamp) -> Option<Known> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, since) = known.get(&(audience.clone(), client))?;
        (now.seconds_since(*since) < TRUSTED_FOR_S).then(|| found.clone())
    }

    fn remember(&self, audience: &Audience, found: &Known, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let name = (audience.clone(), found.caller.client.uuid());
        known.insert(name, (found.clone(), now));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_allowed_by_its_network() {
        let networks = ["192.0.2.0/24", "2001:db8::/32"].map(|text| text.parse().unwrap());
        let check = |address: &str| is_allowed(&networks, Some(address.parse().unwrap()));
        assert!(check("192.0.2.7") && check("::ffff:192.0.2.7") && check("2001:db8::1"));
        assert!(!check("198.51.100.1") && !check("2001:db9::1"));
        // Who cannot be told where from is not within a list, and without a list may come from anywhere.
        assert!(!is_allowed(&networks, None));
        assert!(is_allowed(&[], None));
    }
}
