//! OAuth clients: who may act for which party, in which environment.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{ClientId, EnvironmentId, IssuerId, PlatformId, Timestamp};

use crate::Scope;
use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into clients
(id, client_id, kind, name, environment_id, platform_id, issuer_id, scopes, allowed_networks, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

const FIND: Sql = Sql("select id, client_id, kind, name, environment_id, platform_id, issuer_id, scopes, allowed_networks, created_at, expires_at, revoked_at, last_used_at
from clients
where id = $1");

const FIND_BY_CLIENT_ID: Sql = Sql("select id, client_id, kind, name, environment_id, platform_id, issuer_id, scopes, allowed_networks, created_at, expires_at, revoked_at, last_used_at
from clients
where client_id = $1");

const LOCK: Sql = Sql("select id, client_id, kind, name, environment_id, platform_id, issuer_id, scopes, allowed_networks, created_at, expires_at, revoked_at, last_used_at
from clients
where id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)
and (issuer_id = $4 or $4 is null)
for update");

const OWN: Sql = Sql("select id, client_id, kind, name, environment_id, platform_id, issuer_id, scopes, allowed_networks, created_at, expires_at, revoked_at, last_used_at
from clients
where id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)
and (issuer_id = $4 or $4 is null)");

const LIST: Sql = Sql("select id, client_id, kind, name, environment_id, platform_id, issuer_id, scopes, allowed_networks, created_at, expires_at, revoked_at, last_used_at
from clients
order by id");

const PAGE: Sql = Sql("select id, client_id, kind, name, environment_id, platform_id, issuer_id, scopes, allowed_networks, created_at, expires_at, revoked_at, last_used_at
from clients
where (environment_id = $1 or $1 is null)
and (platform_id = $2 or $2 is null)
and (issuer_id = $3 or $3 is null)
order by id
limit $4 offset $5");

const COUNT: Sql = Sql("select count(*)
from clients
where (environment_id = $1 or $1 is null)
and (platform_id = $2 or $2 is null)
and (issuer_id = $3 or $3 is null)");

const ENDING: Sql = Sql("select id, client_id, kind, name, environment_id, platform_id, issuer_id, scopes, allowed_networks, created_at, expires_at, revoked_at, last_used_at
from clients
where expires_at > $1
and expires_at <= $2
and revoked_at is null
order by id");

const USED: Sql = Sql("update clients
set last_used_at = $2
where id = $1
and (last_used_at < $3 or last_used_at is null)");

const REVOKE: Sql = Sql("update clients
set revoked_at = $2
where id = $1
and revoked_at is null");

/// For whom a client acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// A distribution platform.
    Distributor,
    /// An issuer.
    Issuer,
    /// A distribution platform over all its assets.
    Platform,
    /// The registrar.
    Network,
}

impl ClientKind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Distributor => "distributor",
            Self::Issuer => "issuer",
            Self::Platform => "platform",
            Self::Network => "network",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::Distributor,
            Self::Issuer,
            Self::Platform,
            Self::Network,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }
}

/// An OAuth client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Inside identity.
    pub id: ClientId,
    /// What the client sends as `client_id`.
    pub client_id: String,
    /// For whom it acts.
    pub kind: ClientKind,
    /// For people.
    pub name: String,
    /// The only environment it works in; none for all of its party's.
    pub environment: Option<EnvironmentId>,
    /// The platform it acts for.
    pub platform: Option<PlatformId>,
    /// The issuer it acts for.
    pub issuer: Option<IssuerId>,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// Networks in CIDR notation from which alone it may be used; empty: from everywhere.
    pub allowed_networks: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From here on it is refused, by real time as its tokens are.
    pub expires_at: Option<Timestamp>,
    /// Since then it is refused.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute; real time.
    pub last_used_at: Option<Timestamp>,
}

/// Keeps a new client.
///
/// # Errors
/// Fails if the database does, or if the `client_id` is taken.
pub fn insert(tx: &mut Tx, client: &Client) -> Result<(), DatabaseError> {
    tx.execute(
        INSERT,
        &[
            client.id.uuid().into(),
            client.client_id.as_str().into(),
            client.kind.as_str().into(),
            client.name.as_str().into(),
            Value::from(client.environment.map(EnvironmentId::uuid)),
            Value::from(client.platform.map(PlatformId::uuid)),
            Value::from(client.issuer.map(IssuerId::uuid)),
            client.scopes.join(" ").into(),
            client.allowed_networks.join(" ").into(),
            time(client.created_at),
            opt_time(client.expires_at),
        ],
    )?;
    Ok(())
}

/// A client by its inside identity.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: ClientId) -> Result<Option<Client>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// A client by what it sends.
///
/// # Errors
/// Fails if the database does.
pub fn find_by_client_id(tx: &mut Tx, client_id: &str) -> Result<Option<Client>, DatabaseError> {
    tx.query_opt(FIND_BY_CLIENT_ID, &[client_id.into()])?
        .map(|row| read(&row))
        .transpose()
}

/// Every client, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(tx: &mut Tx) -> Result<Vec<Client>, DatabaseError> {
    tx.query(LIST, &[])?.iter().map(read).collect()
}

/// Clients that are refused from a moment between these two on.
///
/// # Errors
/// Fails if the database does.
pub fn ending(tx: &mut Tx, now: Timestamp, until: Timestamp) -> Result<Vec<Client>, DatabaseError> {
    let rows = tx.query(ENDING, &[time(now), time(until)])?;
    rows.iter().map(read).collect()
}

/// A client of the caller's.
///
/// # Errors
/// Fails if the database does.
pub fn find_own(tx: &mut Tx, scope: &Scope, id: ClientId) -> Result<Option<Client>, DatabaseError> {
    tx.query_opt(OWN, &scoped(scope, id))?
        .map(|row| read(&row))
        .transpose()
}

/// A client of the caller's, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, scope: &Scope, id: ClientId) -> Result<Option<Client>, DatabaseError> {
    tx.query_opt(LOCK, &scoped(scope, id))?
        .map(|row| read(&row))
        .transpose()
}

/// The number of the caller's clients and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn page(
    tx: &mut Tx,
    scope: &Scope,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<Client>), DatabaseError> {
    let filter = [
        scope.environment_value(),
        scope.platform_value(),
        scope.issuer_value(),
    ];
    let count = tx.query_one(COUNT, &filter)?.get(0)?;
    let [environment, platform, issuer] = filter;
    let stretch = [
        environment,
        platform,
        issuer,
        limit.into(),
        offset.cast_signed().into(),
    ];
    let rows = tx.query(PAGE, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Notes that a client was used, unless that was noted since `before`.
///
/// # Errors
/// Fails if the database does.
pub fn used(
    tx: &mut Tx,
    id: ClientId,
    now: Timestamp,
    before: Timestamp,
) -> Result<(), DatabaseError> {
    tx.later_any(USED, &[id.uuid().into(), time(now), time(before)])
}

/// Refuses a client from now on; false if there is none or it was revoked before.
///
/// # Errors
/// Fails if the database does.
pub fn revoke(tx: &mut Tx, id: ClientId, now: Timestamp) -> Result<bool, DatabaseError> {
    Ok(tx.execute(REVOKE, &[id.uuid().into(), time(now)])? == 1)
}

fn scoped(scope: &Scope, id: ClientId) -> [Value; 4] {
    [
        id.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
        scope.issuer_value(),
    ]
}

fn read(row: &Row) -> Result<Client, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Client {
        id: columns.id(ClientId::from_uuid)?,
        client_id: columns.next()?,
        kind: columns.parsed(ClientKind::parse)?,
        name: columns.next()?,
        environment: columns.opt_id(EnvironmentId::from_uuid)?,
        platform: columns.opt_id(PlatformId::from_uuid)?,
        issuer: columns.opt_id(IssuerId::from_uuid)?,
        scopes: words(&columns.next::<String>()?),
        allowed_networks: words(&columns.next::<String>()?),
        created_at: columns.time()?,
        expires_at: columns.opt_time()?,
        revoked_at: columns.opt_time()?,
        last_used_at: columns.opt_time()?,
    })
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
