//! Credentials: making, rotating and withdrawing OAuth clients. Platforms and issuers look after their own.

use database::Tx;
use domain::{ClientId, EnvironmentId, FieldErrors, IssuerId, PlatformId, Timestamp};
use sha2::{Digest, Sha256};
use storage::Scope;
use storage::client_credentials::{self, CredentialRecord, Proof};
use storage::clients::{Client, ClientKind};
use wire::ProblemCode;
use wire::clients::{ClientCreate, ClientMode, ClientRotate, PublicKey};

pub use storage::client_credentials::{CredentialRecord as StoredCredential, Proof as StoredProof};
pub use storage::clients::Client as StoredClient;

use crate::caller::{DISTRIBUTOR_SCOPES, ISSUER_SCOPES, NETWORK_SCOPES, PLATFORM_SCOPES, Party};
pub use crate::client_access::{
    Audience, RecentCallers, authenticate, authenticated, token_client,
};
use crate::client_holder::{self, Holder};
use crate::mail::letters::ClientChange;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, assets, audit,
    clock, ids, notices, secrets,
};

/// What was in force stays so for this long beside its successor, unless another time is said.
const OVERLAP_HOURS: u32 = 24;
const LONGEST_OVERLAP_HOURS: u32 = 720;
/// A client that rotates without end would otherwise keep every secret of the last month.
const CREDENTIALS: usize = 10;
/// All that a client of the registrar's own can be granted by the API.
const READING_SCOPES: &[&str] = &["network:read"];

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

/// Makes a client at the command line or for the demo. The secret is returned this once and kept only as a hash.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn create(
    registry: &Registry,
    request: &Request,
    new: NewClient,
) -> Result<(Client, String)> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .db
        .write(move |tx| make(&own, tx, &caller, &new))
        .await
}

/// The same inside a transaction.
pub(crate) fn make(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    new: &NewClient,
) -> Result<(Client, String)> {
    let holder = Holder::of(tx, new)?;
    let client = Client {
        name: new.name.clone(),
        scopes: granted(new.kind, &new.scopes),
        ..holder.client(registry.clock.now())
    };
    let (secret, credential) = new_secret(registry, holder.mode);
    insert(registry, tx, caller, &client, &credential)?;
    Ok((client, secret))
}

/// Refuses a client from now on, if it is not refused yet.
pub(crate) fn end(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    scope: &Scope,
    id: ClientId,
) -> Result<()> {
    let Some(client) = storage::clients::lock(tx, scope, id)? else {
        return Ok(());
    };
    if storage::clients::revoke(tx, id, registry.clock.now())? {
        let name = &client.client_id;
        audit::record(registry, tx, caller, "client.revoke", name, &().into())?;
    }
    Ok(())
}

/// Makes a client for the caller's party, or for whom the registrar names; a secret is in this answer only.
///
/// # Errors
/// Field errors.
pub async fn issue(registry: &Registry, request: &Request, body: ClientCreate) -> Result<Answer> {
    request.caller.require(Right::WriteClients)?;
    let wanted = translate::clients::wanted(&body, clock::real_now())?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let holder = client_holder::find(tx, &caller, &body)?;
            let client = Client {
                name: body.name.trim().to_owned(),
                scopes: within(&caller, chosen(holder.kind, body.scopes.as_deref())?)?,
                allowed_networks: wanted.allowed_networks.clone(),
                expires_at: wanted.expires_at,
                ..holder.client(own.clock.now())
            };
            let (secret, credential) = match &wanted.public_key {
                Some(key) => (None, new_key(&own, key)?),
                None => {
                    let (secret, credential) = new_secret(&own, holder.mode);
                    (Some(secret), credential)
                }
            };
            insert(&own, tx, &caller, &client, &credential)?;
            notices::client_changed(&own, tx, &client, ClientChange::Made)?;
            Done::created(client.id, &shown(&own, tx, &client, secret)?)
        })
        .await
}

/// Gives a client a new secret or key; what was in force stays so for the overlap.
///
/// # Errors
/// Field errors; `conflict` if it was revoked; not found if it is not the caller's.
pub async fn rotate(
    registry: &Registry,
    request: &Request,
    id: ClientId,
    body: ClientRotate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteClients)?;
    let overlap = overlap_hours(&body)?;
    let key = body
        .public_key
        .as_ref()
        .map(|key| translate::clients::public_key("public_key", key))
        .transpose()?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let client = lock(tx, &scope, id)?;
            // The secret of a client that may decide would be a second pair of eyes.
            if client.kind == ClientKind::Network && client.id != caller.client {
                return Err(Error::NotPermitted);
            }
            within(&caller, client.scopes.clone())?;
            let now = clock::real_now();
            let until = now.plus_seconds(i64::from(overlap) * 3_600);
            client_credentials::end_at(tx, id, until)?;
            if client_credentials::in_force(tx, id, now)?.len() >= CREDENTIALS {
                return Err(too_many());
            }
            let mode = client_holder::mode_of(tx, &client)?;
            let (secret, credential) = match &key {
                Some(key) => (None, new_key(&own, key)?),
                None => {
                    let (secret, credential) = new_secret(&own, mode);
                    (Some(secret), credential)
                }
            };
            client_credentials::insert(tx, id, &credential)?;
            let detail = serde_json::json!({"overlap_hours": overlap, "hint": credential.hint});
            audit::record(
                &own,
                tx,
                &caller,
                "client.rotate",
                &client.client_id,
                &detail,
            )?;
            notices::client_changed(&own, tx, &client, ClientChange::Rotated)?;
            Done::ok(id, &shown(&own, tx, &client, secret)?)
        })
        .await
}

/// Refuses a client from now on; tokens that it already has are worth nothing within a second.
///
/// # Errors
/// Not found if it is not the caller's, or was revoked before.
pub async fn revoke(registry: &Registry, request: &Request, id: ClientId) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteClients)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let client = lock(tx, &scope, id)?;
            let now = own.clock.now();
            storage::clients::revoke(tx, id, now)?;
            let revoked = Client {
                revoked_at: Some(now),
                ..client
            };
            let name = &revoked.client_id;
            audit::record(&own, tx, &caller, "client.revoke", name, &().into())?;
            notices::client_changed(&own, tx, &revoked, ClientChange::Revoked)?;
            Done::ok(id, &shown(&own, tx, &revoked, None)?)
        })
        .await
}

/// One client.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: ClientId,
) -> Result<wire::clients::Client> {
    let scope = caller.require(Right::ReadClients)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let client = storage::clients::find_own(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            shown(&own, tx, &client, None)
        })
        .await
}

/// The caller's clients, oldest first.
///
/// # Errors
/// Fails if the database does.
pub async fn page(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<wire::clients::Client>> {
    let scope = caller.require(Right::ReadClients)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, clients) = storage::clients::page(tx, &scope, paging.offset, paging.limit)?;
            let items = clients
                .iter()
                .map(|client| shown(&own, tx, client, None))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
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

const NOT_FOUND: Error = Error::NotFound("client");

fn lock(tx: &mut Tx, scope: &Scope, id: ClientId) -> Result<Client> {
    storage::clients::lock(tx, scope, id)?
        .filter(|client| client.revoked_at.is_none())
        .ok_or(NOT_FOUND)
}

fn insert(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    client: &Client,
    credential: &CredentialRecord,
) -> Result<()> {
    storage::clients::insert(tx, client)?;
    client_credentials::insert(tx, client.id, credential)?;
    let detail = serde_json::json!({
        "kind": client.kind.as_str(),
        "name": client.name,
        "scopes": client.scopes,
        "hint": credential.hint,
    });
    audit::record(
        registry,
        tx,
        caller,
        "client.create",
        &client.client_id,
        &detail,
    )
}

fn new_secret(registry: &Registry, mode: ClientMode) -> (String, CredentialRecord) {
    let secret = secrets::secret(mode);
    let credential = CredentialRecord {
        id: ids::new(),
        hint: secrets::hint(&secret),
        proof: Proof::Secret(Sha256::digest(secret.as_bytes()).into()),
        created_at: registry.clock.now(),
        expires_at: None,
    };
    (secret, credential)
}

fn new_key(registry: &Registry, key: &PublicKey) -> Result<CredentialRecord> {
    Ok(CredentialRecord {
        id: ids::new(),
        hint: key.kid.clone(),
        proof: Proof::PublicKey(serde_json::to_string(key).map_err(Error::fault)?),
        created_at: registry.clock.now(),
        expires_at: None,
    })
}

fn shown(
    registry: &Registry,
    tx: &mut Tx,
    client: &Client,
    secret: Option<String>,
) -> Result<wire::clients::Client> {
    let environment = client
        .environment
        .map(|id| storage::environments::name(tx, id))
        .transpose()?;
    let credentials = client_credentials::in_force(tx, client.id, clock::real_now())?;
    let url = &registry.settings.public_url;
    let mut shown = client_holder::show(client, environment, &credentials, url);
    if let Some(secret) = secret {
        shown.first_call = assets::first_call(tx, client, &shown.api_url, &secret)?;
        shown.client_secret = Some(secret);
    }
    Ok(shown)
}

fn overlap_hours(body: &ClientRotate) -> Result<u32> {
    let hours = body.overlap_hours.unwrap_or(OVERLAP_HOURS);
    if hours > LONGEST_OVERLAP_HOURS {
        return Err(Error::Field(
            "overlap_hours",
            wire::FieldCode::OutOfRange,
            "An overlap lasts 720 hours (30 days) at most.".to_owned(),
        ));
    }
    Ok(hours)
}

fn too_many() -> Error {
    Error::Problem(
        ProblemCode::TooMany,
        format!(
            "A client has at most {CREDENTIALS} secrets and keys in force; end some by an overlap of 0."
        ),
    )
}

/// Everything that a kind of client can be granted.
fn grantable(kind: ClientKind) -> &'static [&'static str] {
    match kind {
        ClientKind::Distributor => DISTRIBUTOR_SCOPES,
        ClientKind::Issuer => ISSUER_SCOPES,
        ClientKind::Platform => PLATFORM_SCOPES,
        ClientKind::Network => NETWORK_SCOPES,
    }
}

fn granted(kind: ClientKind, wanted: &[String]) -> Vec<String> {
    grantable(kind)
        .iter()
        .map(|scope| (*scope).to_owned())
        .filter(|scope| wanted.is_empty() || wanted.contains(scope))
        .collect()
}

/// The scopes of a client that somebody makes by the API. Of the registrar's own only those that read: who could make one that
/// decides could confirm what he proposed himself.
fn chosen(kind: ClientKind, wanted: Option<&[String]>) -> Result<Vec<String>> {
    let possible = match kind {
        ClientKind::Network => READING_SCOPES,
        kind => grantable(kind),
    };
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return Ok(possible.iter().map(|scope| (*scope).to_owned()).collect());
    };
    let mut errors = FieldErrors::new();
    for (index, scope) in wanted.iter().enumerate() {
        if !possible.contains(&scope.as_str()) {
            errors.push(
                format!("scopes[{index}]"),
                domain::FieldCode::UnknownValue,
                format!("A client of this kind can have: {}.", possible.join(", ")),
            );
        }
    }
    errors
        .into_result(Some(granted(kind, wanted)))
        .map_err(Error::Fields)
}

/// What an issuer's caller may hand on: who manages its data is not thereby one who accepts its investments, and who sees some
/// products only has no client that sees all. A platform's administrators have everything that its clients can have.
fn within(caller: &Caller, scopes: Vec<String>) -> Result<Vec<String>> {
    let Party::Issuer(..) = caller.party else {
        return Ok(scopes);
    };
    if caller.limited_to.is_some() {
        return Err(Error::NotPermitted);
    }
    if scopes.iter().all(|scope| holds(caller, scope)) {
        Ok(scopes)
    } else {
        Err(Error::NotPermitted)
    }
}

/// A person accepts and settles by two permissions for which programs have one scope.
fn holds(caller: &Caller, scope: &str) -> bool {
    let has = |scope: &str| caller.scopes.iter().any(|own| own == scope);
    let has_both = || has("investments:decide") && has("investments:settle");
    has(scope) || scope == "investments:write" && has_both()
}

/// The scopes that the caller's new clients can have, for who chooses among them.
pub fn can_hand_on(caller: &Caller) -> Vec<&'static str> {
    match caller.party {
        Party::Platform(_) => [DISTRIBUTOR_SCOPES, PLATFORM_SCOPES].concat(),
        Party::Issuer(..) => {
            let all = ISSUER_SCOPES.iter().copied();
            all.filter(|scope| holds(caller, scope)).collect()
        }
        Party::Registrar => READING_SCOPES.to_vec(),
        Party::Distributor(..) => Vec::new(),
    }
}

impl Holder {
    /// The bare client of this holder.
    fn client(&self, now: Timestamp) -> Client {
        Client {
            id: ClientId::from_uuid(ids::new()),
            client_id: secrets::client_id(self.mode, &self.place),
            kind: self.kind,
            name: String::new(),
            environment: self.environment,
            platform: self.platform,
            issuer: self.issuer,
            scopes: Vec::new(),
            allowed_networks: Vec::new(),
            created_at: now,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        }
    }
}
