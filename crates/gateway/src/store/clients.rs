//! The partner's own applications.

use database::{DatabaseError, Sql, Tx, Value};
use uuid::Uuid;

const FIND: Sql = Sql("
select id, secret_hash
from gateway_clients
where client_id = $1
and revoked_at is null");
const IS_GOOD: Sql = Sql("
select 1
from gateway_clients
where id = $1
and revoked_at is null");
const HAS_ANY: Sql = Sql("
select exists (
    select 1
    from gateway_clients
    where revoked_at is null)");
const INSERT: Sql = Sql("
insert into gateway_clients
(id, client_id, secret_hash, created_at, revoked_at)
values ($1, $2, $3, $4, null)");

/// A client's row and the hash of its secret.
pub(crate) fn find(
    tx: &mut Tx,
    client_id: &str,
) -> Result<Option<(Uuid, [u8; 32])>, DatabaseError> {
    let row = tx.query_opt(FIND, &[client_id.into()])?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Whether a client that took a token may still use it.
pub(crate) fn is_good(tx: &mut Tx, id: Uuid) -> Result<bool, DatabaseError> {
    Ok(tx.query_opt(IS_GOOD, &[id.into()])?.is_some())
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
