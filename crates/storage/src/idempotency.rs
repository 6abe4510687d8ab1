//! Idempotency keys with the answers that they stand for.

use database::{DatabaseError, Sql, Tx, Value};
use domain::Timestamp;
use uuid::Uuid;

use crate::columns::{Columns, time};

const FIND: Sql = Sql(
    "select fingerprint, status, answer, answer_key_id, resource_id
from idempotency_keys
where client_id = $1
and operation = $2
and idempotency_key = $3",
);

const INSERT: Sql = Sql("insert into idempotency_keys
(client_id, operation, idempotency_key, fingerprint, status, answer, answer_key_id, resource_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

/// The name of an answer: a key means nothing outside its client and operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName {
    /// The OAuth client.
    pub client: Uuid,
    /// Method and route, with the path's ids.
    pub operation: String,
    /// The key as the client sent it.
    pub key: String,
}

/// An answer that was given.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Of the request that was answered.
    pub fingerprint: [u8; 32],
    /// HTTP status.
    pub status: u16,
    /// The body, sealed.
    pub sealed_answer: Vec<u8>,
    /// The key that opens it.
    pub answer_key: Uuid,
    /// The resource that the request made.
    pub resource: Option<Uuid>,
}

/// The answer given under this name, if there is one.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, name: &KeyName) -> Result<Option<Stored>, DatabaseError> {
    let row = tx.query_opt(
        FIND,
        &[
            name.client.into(),
            name.operation.as_str().into(),
            name.key.as_str().into(),
        ],
    )?;
    row.map(|row| {
        let mut columns = Columns::of(&row);
        Ok(Stored {
            fingerprint: columns.next()?,
            status: columns.next()?,
            sealed_answer: columns.next()?,
            answer_key: columns.next()?,
            resource: columns.next()?,
        })
    })
    .transpose()
}

/// Keeps an answer; it travels with the commit. A request that ran at the same time under the same name makes the
/// commit fail as a unique violation.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    name: &KeyName,
    stored: &Stored,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.later(
        INSERT,
        &[
            name.client.into(),
            name.operation.as_str().into(),
            name.key.as_str().into(),
            Value::Bytes(stored.fingerprint.to_vec()),
            i64::from(stored.status).into(),
            Value::Bytes(stored.sealed_answer.clone()),
            stored.answer_key.into(),
            stored.resource.into(),
            time(now),
        ],
    )
}
