//! Endpoints: where their owners want to be told, how we sign, and how we show who we are.

use database::vault::{DataKey, Vault};
use database::{DatabaseError, Micros, Row, Sql, Tx, Value};
use uuid::Uuid;

use crate::signing::{Secret, SecretRefusal};

mod attempts;
mod credentials;
mod types;

pub use attempts::{Attempt, attempts};
pub use credentials::{Authentication, AuthenticationSummary};
pub(crate) use credentials::{Credentials, read_credentials};
pub use types::{Change, Endpoint, EndpointError, Flagged, NewEndpoint, Status, Switch};

/// How long the old secret stays valid beside the new one, in microseconds.
pub const ROTATION_OVERLAP: i64 = 24 * 3_600 * 1_000_000;
/// How many endpoints one owner may have.
pub const MOST_ENDPOINTS: u32 = 500;

const COUNT: Sql = Sql("
select count(*)
from webhook_endpoints
where owner = $1
and deleted_at is null");

const INSERT: Sql = Sql("
insert into webhook_endpoints (id, owner, url, description, event_types, status, authentication, token_url, client_id,
    oauth_scope, credential, data_key, secret, version, created_at)
values ($1, $2, $3, $4, $5, 'enabled', $6, $7, $8, $9, $10, $11, $12, 1, $13)");

/// Registers an endpoint and returns it with its signing secret, which is shown this once.
pub fn create(
    tx: &mut Tx,
    vault: &Vault,
    new: NewEndpoint,
    now: i64,
) -> Result<(Endpoint, String), EndpointError> {
    check_texts(&new.url, &new.description, &new.event_types)?;
    new.authentication.check()?;
    let secret = supplied_or_new(new.secret.as_deref())?;
    let count: u32 = tx.query_one(COUNT, &[new.owner.into()])?.get(0)?;
    if count >= MOST_ENDPOINTS {
        return Err(EndpointError::TooMany);
    }
    let key = vault.new_key(tx, None)?;
    let summary = new.authentication.summary();
    let (token_url, client_id, scope) = summary.columns();
    let params = [
        new.id.into(),
        new.owner.into(),
        (&new.url).into(),
        (&new.description).into(),
        joined(&new.event_types).into(),
        summary.kind().into(),
        token_url,
        client_id,
        scope,
        new.authentication.seal(&key, new.id).into(),
        key.id().into(),
        seal_secret(&key, new.id, &secret).into(),
        Value::time(now),
    ];
    tx.execute(INSERT, &params)?;
    let endpoint = Endpoint {
        id: new.id,
        owner: new.owner,
        url: new.url,
        authentication: summary,
        event_types: new.event_types,
        description: new.description,
        status: Status::Enabled,
        created_at: now,
        flagged_at: None,
    };
    Ok((endpoint, secret.text()))
}

const FIND: Sql = Sql("
select id, owner, url, description, event_types, status, authentication, token_url, client_id, oauth_scope, created_at,
    flagged_at
from webhook_endpoints
where owner = $1
and id = $2
and deleted_at is null");

/// One endpoint of this owner.
pub fn find(tx: &mut Tx, owner: Uuid, id: Uuid) -> Result<Option<Endpoint>, DatabaseError> {
    tx.query_opt(FIND, &[owner.into(), id.into()])?
        .map(|row| from_row(&row))
        .transpose()
}

const LIST: Sql = Sql("
select id, owner, url, description, event_types, status, authentication, token_url, client_id, oauth_scope, created_at,
    flagged_at
from webhook_endpoints
where owner = $1
and deleted_at is null
order by created_at, id
limit $2 offset $3");

/// The number of this owner's endpoints and one page of them, oldest first.
pub fn list(
    tx: &mut Tx,
    owner: Uuid,
    limit: u32,
    offset: u32,
) -> Result<(u64, Vec<Endpoint>), DatabaseError> {
    let count = tx.query_one(COUNT, &[owner.into()])?.get(0)?;
    let rows = tx.query(LIST, &[owner.into(), limit.into(), offset.into()])?;
    let endpoints = rows.iter().map(from_row).collect::<Result<_, _>>()?;
    Ok((count, endpoints))
}

const FLAGGED: Sql = Sql("
select id, owner, flagged_at
from webhook_endpoints
where flagged_at > $1
and status <> 'enabled'
and deleted_at is null
order by flagged_at, id
limit $2");

/// Endpoints of everybody that take nothing since a moment after this one, the longest first.
pub fn flagged(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<Flagged>, DatabaseError> {
    let rows = tx.query(FLAGGED, &[Value::time(after), limit.into()])?;
    let flagged = rows.iter().map(|row| {
        Ok(Flagged {
            id: row.get(0)?,
            owner: row.get(1)?,
            since: row.get::<Micros>(2)?.0,
        })
    });
    flagged.collect()
}

const UPDATE: Sql = Sql("
update webhook_endpoints
set url = $2, description = $3, event_types = $4, status = $5, flagged_at = $6, version = version + 1
where id = $1");

const UPDATE_AUTHENTICATION: Sql = Sql("
update webhook_endpoints
set authentication = $2, token_url = $3, client_id = $4, oauth_scope = $5, credential = $6
where id = $1");

// What waited for the endpoint to be put right need not wait for its next turn.
const DUE_NOW: Sql = Sql("
update webhook_lanes
set due_at = $2
where endpoint = $1
and due_at > $2
and lease_token is null");

/// Changes an endpoint; `None` if it is not this owner's.
pub fn update(
    tx: &mut Tx,
    vault: &Vault,
    owner: Uuid,
    id: Uuid,
    change: Change,
    now: i64,
) -> Result<Option<Endpoint>, EndpointError> {
    let Some((mut endpoint, data_key)) = locked(tx, owner, id)? else {
        return Ok(None);
    };
    let put_right = change.url.is_some()
        || change.authentication.is_some()
        || change.switch == Some(Switch::On);
    endpoint.url = change.url.unwrap_or(endpoint.url);
    endpoint.description = change.description.unwrap_or(endpoint.description);
    endpoint.event_types = change.event_types.unwrap_or(endpoint.event_types);
    check_texts(&endpoint.url, &endpoint.description, &endpoint.event_types)?;
    match change.switch {
        Some(Switch::On) => (endpoint.status, endpoint.flagged_at) = (Status::Enabled, None),
        Some(Switch::Off) => endpoint.status = Status::Disabled,
        None => {}
    }
    if let Some(authentication) = change.authentication {
        authentication.check()?;
        let key = vault.key(tx, data_key)?;
        endpoint.authentication = authentication.summary();
        let (token_url, client_id, scope) = endpoint.authentication.columns();
        let kind = endpoint.authentication.kind();
        let sealed = authentication.seal(&key, id);
        let params = [
            id.into(),
            kind.into(),
            token_url,
            client_id,
            scope,
            sealed.into(),
        ];
        tx.execute(UPDATE_AUTHENTICATION, &params)?;
    }
    let params = [
        id.into(),
        (&endpoint.url).into(),
        (&endpoint.description).into(),
        joined(&endpoint.event_types).into(),
        endpoint.status.text().into(),
        Value::opt_time(endpoint.flagged_at),
    ];
    tx.execute(UPDATE, &params)?;
    if put_right {
        tx.later_any(DUE_NOW, &[id.into(), Value::time(now)])?;
        tx.on_commit_wake(crate::TOPIC);
    }
    Ok(Some(endpoint))
}

const DELETE: Sql = Sql("
update webhook_endpoints
set deleted_at = $3, secret = null, previous_secret = null, credential = null, version = version + 1
where owner = $1
and id = $2
and deleted_at is null");

const CANCEL_DELIVERIES: Sql = Sql("
update webhook_deliveries
set status = 'cancelled', finished_at = $2
where endpoint = $1
and finished_at is null");

const DELETE_LANES: Sql = Sql("
delete from webhook_lanes
where endpoint = $1");

/// Deletes an endpoint, its secrets and what waits for it; false if it is not this owner's.
pub fn delete(tx: &mut Tx, owner: Uuid, id: Uuid, now: i64) -> Result<bool, DatabaseError> {
    let params = [owner.into(), id.into(), Value::time(now)];
    if tx.execute(DELETE, &params)? == 0 {
        return Ok(false);
    }
    tx.later_any(DELETE_LANES, &[id.into()])?;
    tx.later_any(CANCEL_DELIVERIES, &[id.into(), Value::time(now)])?;
    Ok(true)
}

const ROTATE: Sql = Sql("
update webhook_endpoints
set previous_secret = secret, previous_until = $2, secret = $3, version = version + 1
where id = $1");

/// Gives an endpoint a new signing secret and returns it; for 24 hours messages carry signatures of both.
pub fn rotate_secret(
    tx: &mut Tx,
    vault: &Vault,
    owner: Uuid,
    id: Uuid,
    new: Option<String>,
    now: i64,
) -> Result<Option<String>, EndpointError> {
    let secret = supplied_or_new(new.as_deref())?;
    let Some((_, data_key)) = locked(tx, owner, id)? else {
        return Ok(None);
    };
    let key = vault.key(tx, data_key)?;
    let sealed = seal_secret(&key, id, &secret);
    let until = Value::time(now + ROTATION_OVERLAP);
    tx.execute(ROTATE, &[id.into(), until, sealed.into()])?;
    Ok(Some(secret.text()))
}

const LOCK: Sql = Sql("
select id, owner, url, description, event_types, status, authentication, token_url, client_id, oauth_scope, created_at,
    flagged_at, data_key
from webhook_endpoints
where owner = $1
and id = $2
and deleted_at is null
for update");

fn locked(tx: &mut Tx, owner: Uuid, id: Uuid) -> Result<Option<(Endpoint, Uuid)>, DatabaseError> {
    let row = tx.query_opt(LOCK, &[owner.into(), id.into()])?;
    row.map(|row| Ok((from_row(&row)?, row.get(12)?)))
        .transpose()
}

fn from_row(row: &Row) -> Result<Endpoint, DatabaseError> {
    let event_types: String = row.get(4)?;
    let status: String = row.get(5)?;
    Ok(Endpoint {
        id: row.get(0)?,
        owner: row.get(1)?,
        url: row.get(2)?,
        description: row.get(3)?,
        event_types: event_types
            .split(',')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        status: Status::from_text(&status),
        authentication: AuthenticationSummary::from_columns(row, 6)?,
        created_at: row.get::<Micros>(10)?.0,
        flagged_at: row.get::<Option<Micros>>(11)?.map(|at| at.0),
    })
}

/// `,a,b,`: each name between commas, so that a search for `,name,` finds whole names only.
fn joined(event_types: &[String]) -> String {
    if event_types.is_empty() {
        String::new()
    } else {
        format!(",{},", event_types.join(","))
    }
}

fn check_texts(url: &str, description: &str, event_types: &[String]) -> Result<(), EndpointError> {
    let field = |field, problem| Err(EndpointError::Field { field, problem });
    let is_name = |name: &String| {
        (1..=100).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    };
    if url::Url::parse(url).is_err() || url.len() > 2_048 {
        return field(
            "url",
            "this is not an absolute URL of at most 2048 characters",
        );
    }
    if description.len() > 500 || description.contains('\0') {
        return field("description", "a description has at most 500 characters");
    }
    if event_types.len() > 100 || !event_types.iter().all(is_name) {
        return field(
            "event_types",
            "an event type consists of letters, digits, dots, dashes and underscores",
        );
    }
    Ok(())
}

fn supplied_or_new(supplied: Option<&str>) -> Result<Secret, SecretRefusal> {
    supplied.map_or_else(|| Ok(Secret::generate()), Secret::parse)
}

fn seal_secret(key: &DataKey, id: Uuid, secret: &Secret) -> Vec<u8> {
    key.seal(&secret_context(id), secret.text().as_bytes())
}

/// What binds a sealed secret to its row, so that it cannot be moved to another endpoint.
pub(crate) fn secret_context(id: Uuid) -> String {
    format!("webhook_endpoints.secret:{id}")
}
