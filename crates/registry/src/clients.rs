//! OAuth clients: making them, finding them for a token, and turning a verified token into a caller.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{ClientId, EnvironmentId, IssuerId, PlatformId, Timestamp};
use sha2::{Digest, Sha256};
use storage::clients::{Client, ClientKind};
use uuid::Uuid;
use wire::ProblemCode;

use crate::caller::{DISTRIBUTOR_SCOPES, ISSUER_SCOPES, NETWORK_SCOPES, PLATFORM_SCOPES, Party};
use crate::{Caller, Error, Registry, Request, Result, Right, audit, clock, ids};

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

/// A client to make.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// For people.
    pub name: String,
    /// For whom it acts.
    pub kind: ClientKind,
    /// The only environment it works in.
    pub environment: Option<EnvironmentId>,
    /// The platform it acts for.
    pub platform: Option<PlatformId>,
    /// The issuer it acts for.
    pub issuer: Option<IssuerId>,
    /// Scopes to grant; empty for all that its kind can have.
    pub scopes: Vec<String>,
}

/// Makes a client. The secret is returned this once and kept only as a hash.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn create(
    registry: &Registry,
    request: &Request,
    new: NewClient,
) -> Result<(Client, String)> {
    request.caller.require(Right::WriteNetwork)?;
    let secret = format!(
        "cl_{}_{}",
        new.kind.as_str(),
        hex::encode(ids::bytes::<32>())
    );
    let client = Client {
        id: ClientId::from_uuid(ids::new()),
        client_id: format!("{}-{}", new.kind.as_str(), hex::encode(ids::bytes::<8>())),
        kind: new.kind,
        name: new.name,
        environment: new.environment,
        platform: new.platform,
        issuer: new.issuer,
        secret_hash: Sha256::digest(secret.as_bytes()).into(),
        scopes: granted(new.kind, new.scopes),
        created_at: registry.clock.now(),
        revoked_at: None,
    };
    let stored = client.clone();
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .db
        .write(move |tx| -> Result<()> {
            storage::clients::insert(tx, &stored)?;
            let detail = serde_json::json!({"kind": stored.kind.as_str(), "name": stored.name});
            audit::record(
                &own,
                tx,
                &caller,
                "client.create",
                &stored.client_id,
                &detail,
            )
        })
        .await?;
    Ok((client, secret))
}

/// Refuses a client from now on; tokens that it already has are worth nothing within a second.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is none or it was revoked before.
pub async fn revoke(registry: &Registry, request: &Request, id: ClientId) -> Result<()> {
    request.caller.require(Right::WriteNetwork)?;
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .db
        .write(move |tx| -> Result<()> {
            if !storage::clients::revoke(tx, id, own.clock.now())? {
                return Err(Error::NotFound("client"));
            }
            audit::record(
                &own,
                tx,
                &caller,
                "client.revoke",
                &id.to_string(),
                &().into(),
            )
        })
        .await
}

/// Every client, for the registrar.
///
/// # Errors
/// Refuses other callers.
pub async fn list(registry: &Registry, caller: &Caller) -> Result<Vec<Client>> {
    caller.require(Right::ReadNetwork)?;
    registry.db.read(|tx| Ok(storage::clients::list(tx)?)).await
}

/// The client that may take a token for this audience.
///
/// # Errors
/// Fails if the database does.
pub async fn token_client(
    registry: &Registry,
    audience: &Audience,
    client_id: &str,
) -> Result<Option<Client>> {
    let audience = audience.clone();
    let client_id = client_id.to_owned();
    registry
        .db
        .read(move |tx| -> Result<_> {
            let Some(client) = storage::clients::find_by_client_id(tx, &client_id)? else {
                return Ok(None);
            };
            let party = party(tx, &audience, &client)?;
            Ok(party.map(|_| client))
        })
        .await
}

/// Turns a verified token into a caller: its client must still exist and belong to this audience.
///
/// # Errors
/// `token_invalid` if it does not, `not_found` if there is no such environment.
pub async fn authenticate(
    registry: &Registry,
    audience: &Audience,
    client: Uuid,
    scopes: &[String],
) -> Result<Caller> {
    let now = clock::real_now();
    if let Some(caller) = registry.callers.find(audience, client, now) {
        return Ok(Caller {
            scopes: scopes.to_vec(),
            ..caller
        });
    }
    let id = ClientId::from_uuid(client);
    let sought = audience.clone();
    let found = registry
        .db
        .read(move |tx| -> Result<_> {
            let Some(client) = storage::clients::find(tx, id)? else {
                return Ok(None);
            };
            Ok(party(tx, &sought, &client)?.map(|party| (client, party)))
        })
        .await?;
    let Some((client, party)) = found else {
        return Err(Error::Problem(
            ProblemCode::TokenInvalid,
            "The client of this access token may not use this API.".to_owned(),
        ));
    };
    let caller = Caller {
        client: client.id,
        name: client.client_id,
        party,
        scopes: scopes.to_vec(),
        person: None,
        limited_to: None,
    };
    registry.callers.remember(audience, &caller, now);
    Ok(caller)
}

/// For whom the client acts at this audience; none where it may not act at all.
fn party(tx: &mut database::Tx, audience: &Audience, client: &Client) -> Result<Option<Party>> {
    if client.revoked_at.is_some() {
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

fn granted(kind: ClientKind, wanted: Vec<String>) -> Vec<String> {
    let all = match kind {
        ClientKind::Distributor => DISTRIBUTOR_SCOPES,
        ClientKind::Issuer => ISSUER_SCOPES,
        ClientKind::Platform => PLATFORM_SCOPES,
        ClientKind::Network => NETWORK_SCOPES,
    };
    all.iter()
        .map(|scope| (*scope).to_owned())
        .filter(|scope| wanted.is_empty() || wanted.contains(scope))
        .collect()
}

/// How long a found client is trusted without looking again, in seconds.
const TRUSTED_FOR_S: i64 = 1;
/// Callers remembered at most; beyond that the memory starts afresh.
const REMEMBERED: usize = 10_000;

/// Callers found a moment ago, so that a busy client costs no look-up per request.
#[derive(Default)]
pub struct RecentCallers(Mutex<HashMap<(Audience, Uuid), (Caller, Timestamp)>>);

impl RecentCallers {
    fn find(&self, audience: &Audience, client: Uuid, now: Timestamp) -> Option<Caller> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, since) = known.get(&(audience.clone(), client))?;
        (now.seconds_since(*since) < TRUSTED_FOR_S).then(|| caller.clone())
    }

    fn remember(&self, audience: &Audience, caller: &Caller, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let name = (audience.clone(), caller.client.uuid());
        known.insert(name, (caller.clone(), now));
    }
}
