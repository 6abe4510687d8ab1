//! What clients authenticate with: secrets as hashes, public keys, and the assertions that were used.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{ClientId, Timestamp};
use uuid::Uuid;

use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into client_credentials
(id, client_id, method, hint, secret_hash, public_key, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)");

const OF_CLIENT: Sql = Sql(
    "select id, hint, secret_hash, public_key, created_at, expires_at
from client_credentials
where client_id = $1
and (expires_at > $2 or expires_at is null)
order by id",
);

const END_AT: Sql = Sql("update client_credentials
set expires_at = $2
where client_id = $1
and (expires_at > $2 or expires_at is null)");

const REMEMBER: Sql = Sql("insert into client_assertions
(client_id, id_hash, expires_at)
values ($1, $2, $3)
on conflict (client_id, id_hash) do nothing");

const FORGET: Sql = Sql("delete from client_assertions
where client_id = $1
and expires_at <= $2");

/// A secret or a key of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    /// Identifies it.
    pub id: Uuid,
    /// The last characters of a secret, or the name of a key.
    pub hint: String,
    /// What it is checked against.
    pub proof: Proof,
    /// When it was made.
    pub created_at: Timestamp,
    /// From here on it is refused; real time.
    pub expires_at: Option<Timestamp>,
}

/// What a credential is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// SHA-256 of the secret: 256 random bits need no slow hash.
    Secret([u8; 32]),
    /// A JSON Web Key.
    PublicKey(String),
}

/// Keeps a new credential.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    client: ClientId,
    credential: &CredentialRecord,
) -> Result<(), DatabaseError> {
    let (method, secret, key) = match &credential.proof {
        Proof::Secret(hash) => ("client_secret", Value::Bytes(hash.to_vec()), Value::Null),
        Proof::PublicKey(key) => ("private_key_jwt", Value::Null, key.as_str().into()),
    };
    tx.execute(
        INSERT,
        &[
            credential.id.into(),
            client.uuid().into(),
            method.into(),
            credential.hint.as_str().into(),
            secret,
            key,
            time(credential.created_at),
            opt_time(credential.expires_at),
        ],
    )
    .map(|_| ())
}

/// What a client can authenticate with at this moment, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn in_force(
    tx: &mut Tx,
    client: ClientId,
    now: Timestamp,
) -> Result<Vec<CredentialRecord>, DatabaseError> {
    tx.query(OF_CLIENT, &[client.uuid().into(), time(now)])?
        .iter()
        .map(read)
        .collect()
}

/// Ends everything that is in force, at this moment at the latest.
///
/// # Errors
/// Fails if the database does.
pub fn end_at(tx: &mut Tx, client: ClientId, at: Timestamp) -> Result<(), DatabaseError> {
    tx.execute(END_AT, &[client.uuid().into(), time(at)])
        .map(|_| ())
}

/// Remembers an assertion that was believed, and forgets those that are refused for their age; false if it was used before.
///
/// # Errors
/// Fails if the database does.
pub fn remember_assertion(
    tx: &mut Tx,
    client: ClientId,
    id_hash: [u8; 32],
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    tx.execute(FORGET, &[client.uuid().into(), time(now)])?;
    let parameters = [
        client.uuid().into(),
        Value::Bytes(id_hash.to_vec()),
        time(expires_at),
    ];
    Ok(tx.execute(REMEMBER, &parameters)? == 1)
}

fn read(row: &Row) -> Result<CredentialRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let (id, hint) = (columns.next()?, columns.next()?);
    let secret: Option<[u8; 32]> = columns.next()?;
    let key: Option<String> = columns.next()?;
    let proof = match (secret, key) {
        (Some(hash), _) => Proof::Secret(hash),
        (None, key) => Proof::PublicKey(key.unwrap_or_default()),
    };
    Ok(CredentialRecord {
        id,
        hint,
        proof,
        created_at: columns.time()?,
        expires_at: columns.opt_time()?,
    })
}
