//! Environments: where they are, how to get in, and how they do.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// What to do about an environment that holds other data than we do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DriftPolicy {
    /// Report it.
    Alert,
    /// Report it, and send ours again where the environment's is not newer.
    Push,
}

impl DriftPolicy {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Push => "push",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "alert" => Some(Self::Alert),
            "push" => Some(Self::Push),
            _ => None,
        }
    }
}

/// Whether an environment has a feed of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    Unknown,
    Events,
    None,
}

impl Feed {
    fn text(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Events => "events",
            Self::None => "none",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Unknown, Self::Events, Self::None]
            .into_iter()
            .find(|feed| feed.text() == text)
    }
}

/// One environment.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) url: String,
    /// Whether every investor is created there at once.
    pub(crate) eager: bool,
    pub(crate) client_id: String,
    pub(crate) data_key: Uuid,
    pub(crate) sealed_client_secret: Vec<u8>,
    pub(crate) sealed_bearer_token: Option<Vec<u8>>,
    pub(crate) sealed_webhook_secret: Option<Vec<u8>>,
    pub(crate) webhook_endpoint: Option<Uuid>,
    /// Calls in the air at once.
    pub(crate) concurrency: u32,
    /// What the environment allows, if it is known.
    pub(crate) requests_per_second: Option<u32>,
    pub(crate) drift_policy: DriftPolicy,
    pub(crate) unreachable_since: Option<i64>,
    pub(crate) trouble: Option<String>,
    pub(crate) heard_at: Option<i64>,
    pub(crate) feed: Feed,
    pub(crate) feed_cursor: Option<Uuid>,
    pub(crate) catalogue_at: Option<i64>,
    pub(crate) compared_at: Option<i64>,
    /// When the logs of its registers were last looked at.
    pub(crate) registers_at: Option<i64>,
    pub(crate) created_at: i64,
}

const LIST: Sql = Sql("
select id, name, url, eager, client_id, data_key, sealed_client_secret, sealed_bearer_token, sealed_webhook_secret,
    webhook_endpoint, concurrency, requests_per_second, drift_policy, unreachable_since, trouble, heard_at, feed,
    feed_cursor, catalogue_at, compared_at, registers_at, created_at
from gateway_environments
order by created_at, id");
const FIND: Sql = Sql("
select id, name, url, eager, client_id, data_key, sealed_client_secret, sealed_bearer_token, sealed_webhook_secret,
    webhook_endpoint, concurrency, requests_per_second, drift_policy, unreachable_since, trouble, heard_at, feed,
    feed_cursor, catalogue_at, compared_at, registers_at, created_at
from gateway_environments
where id = $1");
const INSERT: Sql = Sql("
insert into gateway_environments
(id, name, url, eager, client_id, data_key, sealed_client_secret, sealed_bearer_token, sealed_webhook_secret,
    webhook_endpoint, concurrency, requests_per_second, drift_policy, unreachable_since, trouble, heard_at, feed,
    feed_cursor, catalogue_at, compared_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null, $10, $11, $12, null, null, null, 'unknown', null, null, null, $13)");
const UPDATE: Sql = Sql("
update gateway_environments
set url = $2, eager = $3, client_id = $4, sealed_client_secret = $5, sealed_bearer_token = $6, concurrency = $7,
    requests_per_second = $8, drift_policy = $9
where id = $1");
const DELETE: Sql = Sql("
delete from gateway_environments
where id = $1");
const EAGER: Sql = Sql("
select id
from gateway_environments
where eager
order by created_at, id");
const ANSWERS: Sql = Sql("
update gateway_environments
set unreachable_since = null, trouble = null
where id = $1");
const FAILS: Sql = Sql("
update gateway_environments
set unreachable_since = coalesce(unreachable_since, $2), trouble = $3
where id = $1");
const HEARD: Sql = Sql("
update gateway_environments
set heard_at = $2
where id = $1");
const SILENT: Sql = Sql("
update gateway_environments
set heard_at = null
where id = $1");
const FEED_READ: Sql = Sql("
update gateway_environments
set feed = $2, feed_cursor = $3, heard_at = $4
where id = $1");
const REGISTERED: Sql = Sql("
update gateway_environments
set webhook_endpoint = $2
where id = $1");
const CATALOGUE_READ: Sql = Sql("
update gateway_environments
set catalogue_at = $2
where id = $1");
const COMPARE_AGAIN: Sql = Sql("
update gateway_environments
set compared_at = null");
const COMPARED: Sql = Sql("
update gateway_environments
set compared_at = $2
where id = $1");

const REGISTERS_CHECKED: Sql = Sql("
update gateway_environments
set registers_at = $2
where id = $1");

/// All of them, in the order in which they were added.
pub(crate) fn list(tx: &mut Tx) -> Result<Vec<Environment>, DatabaseError> {
    all(&tx.query(LIST, &[])?, read)
}

pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Environment>, DatabaseError> {
    tx.query_opt(FIND, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Where every investor is created at once.
pub(crate) fn eager(tx: &mut Tx) -> Result<Vec<Uuid>, DatabaseError> {
    all(&tx.query(EAGER, &[])?, |row| row.get(0))
}

pub(crate) fn insert(tx: &mut Tx, new: &Environment) -> Result<(), DatabaseError> {
    let params = [
        new.id.into(),
        (&new.name).into(),
        (&new.url).into(),
        new.eager.into(),
        (&new.client_id).into(),
        new.data_key.into(),
        (&new.sealed_client_secret).into(),
        new.sealed_bearer_token.clone().into(),
        new.sealed_webhook_secret.clone().into(),
        new.concurrency.into(),
        new.requests_per_second.into(),
        new.drift_policy.text().into(),
        Value::time(new.created_at),
    ];
    tx.later(INSERT, &params)
}

/// Changes what the partner configures.
pub(crate) fn update(tx: &mut Tx, changed: &Environment) -> Result<(), DatabaseError> {
    let params = [
        changed.id.into(),
        (&changed.url).into(),
        changed.eager.into(),
        (&changed.client_id).into(),
        (&changed.sealed_client_secret).into(),
        changed.sealed_bearer_token.clone().into(),
        changed.concurrency.into(),
        changed.requests_per_second.into(),
        changed.drift_policy.text().into(),
    ];
    tx.later(UPDATE, &params)
}

pub(crate) fn delete(tx: &mut Tx, id: Uuid) -> Result<(), DatabaseError> {
    tx.later_any(DELETE, &[id.into()])
}

pub(crate) fn answers(tx: &mut Tx, id: Uuid) -> Result<(), DatabaseError> {
    tx.later_any(ANSWERS, &[id.into()])
}

pub(crate) fn fails(tx: &mut Tx, id: Uuid, trouble: &str, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(FAILS, &[id.into(), Value::time(now), trouble.into()])
}

pub(crate) fn heard(tx: &mut Tx, id: Uuid, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(HEARD, &[id.into(), Value::time(now)])
}

/// Something is missing: the feed is read at the next chance.
pub(crate) fn silent(tx: &mut Tx, id: Uuid) -> Result<(), DatabaseError> {
    tx.later_any(SILENT, &[id.into()])
}

/// How far the feed was read, or that there is none.
pub(crate) fn feed_read(
    tx: &mut Tx,
    id: Uuid,
    feed: Feed,
    cursor: Option<Uuid>,
    now: i64,
) -> Result<(), DatabaseError> {
    tx.later_any(
        FEED_READ,
        &[
            id.into(),
            feed.text().into(),
            cursor.into(),
            Value::time(now),
        ],
    )
}

pub(crate) fn registered(tx: &mut Tx, id: Uuid, endpoint: Uuid) -> Result<(), DatabaseError> {
    tx.later_any(REGISTERED, &[id.into(), endpoint.into()])
}

pub(crate) fn catalogue_read(tx: &mut Tx, id: Uuid, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(CATALOGUE_READ, &[id.into(), Value::time(now)])
}

pub(crate) fn compared(tx: &mut Tx, id: Uuid, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(COMPARED, &[id.into(), Value::time(now)])
}

/// All environments are compared at the next chance.
pub(crate) fn compare_again(tx: &mut Tx) -> Result<(), DatabaseError> {
    tx.later_any(COMPARE_AGAIN, &[])
}

pub(crate) fn registers_checked(tx: &mut Tx, id: Uuid, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(REGISTERS_CHECKED, &[id.into(), Value::time(now)])
}

/// The logs of its registers are looked at at the next chance.
pub(crate) fn look_at_registers(tx: &mut Tx, id: Uuid) -> Result<(), DatabaseError> {
    tx.later_any(REGISTERS_CHECKED, &[id.into(), Value::opt_time(None)])
}

fn read(row: &Row) -> Result<Environment, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Environment {
        id: columns.next()?,
        name: columns.next()?,
        url: columns.next()?,
        eager: columns.next()?,
        client_id: columns.next()?,
        data_key: columns.next()?,
        sealed_client_secret: columns.next()?,
        sealed_bearer_token: columns.next()?,
        sealed_webhook_secret: columns.next()?,
        webhook_endpoint: columns.next()?,
        concurrency: columns.next()?,
        requests_per_second: columns.next()?,
        drift_policy: columns.parsed(DriftPolicy::parse)?,
        unreachable_since: columns.opt_time()?,
        trouble: columns.next()?,
        heard_at: columns.opt_time()?,
        feed: columns.parsed(Feed::parse)?,
        feed_cursor: columns.next()?,
        catalogue_at: columns.opt_time()?,
        compared_at: columns.opt_time()?,
        registers_at: columns.opt_time()?,
        created_at: columns.time()?,
    })
}
