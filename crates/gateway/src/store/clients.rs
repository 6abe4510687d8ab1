//! The partner's own applications.

use database::{DatabaseError, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

const FIND: Sql = Sql("
select id, secret_hash
from gateway_clients
where client_id = $1
and (revoked_at > $2 or revoked_at is null)");
const IS_GOOD: Sql = Sql("
select 1
from gateway_clients
where id = $1
and (revoked_at > $2 or revoked_at is null)");
const HAS_ANY: Sql = Sql("
select exists (
    select 1
    from gateway_clients
    where revoked_at is null)");
const LIST: Sql = Sql("
select client_id, created_at, revoked_at
from gateway_clients
where revoked_at > $1
or revoked_at is null
order by created_at, id");
// One that ends sooner ends as it was told to.
const END_OTHERS: Sql = Sql("
update gateway_clients
set revoked_at = $2
where id <> $1
and (revoked_at > $2 or revoked_at is null)");
const INSERT: Sql = Sql("
insert into gateway_clients
(id, client_id, secret_hash, created_at, revoked_at)
values ($1, $2, $3, $4, null)");

/// A client's row and the hash of its secret.
pub(crate) fn find(
    tx: &mut Tx,
    client_id: &str,
    now: i64,
) -> Result<Option<(Uuid, [u8; 32])>, DatabaseError> {
    let row = tx.query_opt(FIND, &[client_id.into(), Value::time(now)])?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Whether a client that took a token may still use it.
pub(crate) fn is_good(tx: &mut Tx, id: Uuid, now: i64) -> Result<bool, DatabaseError> {
    Ok(tx
        .query_opt(IS_GOOD, &[id.into(), Value::time(now)])?
        .is_some())
}

/// Those in force: client ID, when it was made, and from when on it is refused.
pub(crate) fn list(
    tx: &mut Tx,
    now: i64,
) -> Result<Vec<(String, i64, Option<i64>)>, DatabaseError> {
    all(&tx.query(LIST, &[Value::time(now)])?, |row| {
        let mut columns = Columns::of(row);
        Ok((columns.next()?, columns.time()?, columns.opt_time()?))
    })
}

/// Refuses every other one from this time on.
pub(crate) fn end_others(tx: &mut Tx, id: Uuid, at: i64) -> Result<(), DatabaseError> {
    tx.later_any(END_OTHERS, &[id.into(), Value::time(at)])
}

pub(crate) fn insert(
    tx: &mut Tx,
    id: Uuid,
    client_id: &str,
    secret_hash: [u8; 32],
    now: i64,
) -> Result<(), DatabaseError> {
    tx.later(
        INSERT,
        &[
            id.into(),
            client_id.into(),
            secret_hash.into(),
            Value::time(now),
        ],
    )
}

/// Whether there is any.
pub(crate) fn has_any(tx: &mut Tx) -> Result<bool, DatabaseError> {
    tx.query_one(HAS_ANY, &[])?.get(0)
}
