//! Firms that want to become partners, until they follow the link in their mail. Only the hash of the link's token is stored.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::Timestamp;
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into registrations
(id, token_hash, email_hash, key_id, sealed_data, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)");

const FIND: Sql = Sql(
    "select id, email_hash, key_id, sealed_data, created_at, expires_at
from registrations
where token_hash = $1
and expires_at > $2",
);

// A registration is used once.
const DELETE: Sql = Sql("delete from registrations
where id = $1");

const EARLIER: Sql = Sql("delete from registrations
where email_hash = $1
returning id");

const IS_OVER: Sql = Sql("select exists (
    select 1
    from registrations
    where expires_at <= $1)");

const OVER: Sql = Sql("delete from registrations
where id in (
    select id
    from registrations
    where expires_at <= $1
    order by expires_at
    limit $2)
returning id");

/// A registration as stored.
#[derive(Clone, Debug)]
pub struct RegistrationRecord {
    /// Identifies it, and owns the key that seals it.
    pub id: Uuid,
    /// Keyed hash of the address in lower case.
    pub email_hash: [u8; 32],
    /// What sealed firm and address.
    pub key: Uuid,
    /// Firm and address.
    pub sealed_data: Vec<u8>,
    /// When.
    pub created_at: Timestamp,
    /// Until when the link is good.
    pub expires_at: Timestamp,
}

/// Keeps a new registration.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    registration: &RegistrationRecord,
    token_hash: &[u8; 32],
) -> Result<(), DatabaseError> {
    let parameters = [
        registration.id.into(),
        token_hash.into(),
        Value::from(registration.email_hash),
        registration.key.into(),
        Value::Bytes(registration.sealed_data.clone()),
        time(registration.created_at),
        time(registration.expires_at),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// The registration of a link, if it is still good.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<RegistrationRecord>, DatabaseError> {
    tx.query_opt(FIND, &[token_hash.into(), time(now)])?
        .map(|row| read(&row))
        .transpose()
}

/// Ends a registration; false if it had ended.
///
/// # Errors
/// Fails if the database does.
pub fn delete(tx: &mut Tx, id: Uuid) -> Result<bool, DatabaseError> {
    Ok(tx.execute(DELETE, &[id.into()])? == 1)
}

/// Ends what this address asked for before; whose keys are to be destroyed.
///
/// # Errors
/// Fails if the database does.
pub fn end_earlier(tx: &mut Tx, email_hash: &[u8; 32]) -> Result<Vec<Uuid>, DatabaseError> {
    ids(tx, EARLIER, &[email_hash.into()])
}

/// Whether the time of any registration is over.
///
/// # Errors
/// Fails if the database does.
pub fn is_any_over(tx: &mut Tx, now: Timestamp) -> Result<bool, DatabaseError> {
    tx.query_one(IS_OVER, &[time(now)])?.get(0)
}

/// Ends so many registrations at most whose time is over; whose keys are to be destroyed.
///
/// # Errors
/// Fails if the database does.
pub fn end_over(tx: &mut Tx, now: Timestamp, limit: u32) -> Result<Vec<Uuid>, DatabaseError> {
    ids(tx, OVER, &[time(now), limit.into()])
}

fn ids(tx: &mut Tx, sql: Sql, parameters: &[Value]) -> Result<Vec<Uuid>, DatabaseError> {
    let rows = tx.query(sql, parameters)?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<RegistrationRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(RegistrationRecord {
        id: columns.next()?,
        email_hash: columns.next()?,
        key: columns.next()?,
        sealed_data: columns.next()?,
        created_at: columns.time()?,
        expires_at: columns.time()?,
    })
}
