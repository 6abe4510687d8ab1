//! People who sign in. Name and address are sealed; the address is found by a keyed hash.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{PersonId, Timestamp};
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into persons
(id, email_hash, key_id, sealed_person, password_hash, sealed_totp, sealed_totp_offer, totp_step, created_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

const FIND: Sql = Sql("select id, email_hash, key_id, sealed_person, password_hash, sealed_totp, sealed_totp_offer, totp_step, created_at, changed_at
from persons
where id = $1");

const FIND_BY_EMAIL: Sql = Sql("select id, email_hash, key_id, sealed_person, password_hash, sealed_totp, sealed_totp_offer, totp_step, created_at, changed_at
from persons
where email_hash = $1");

const SET_PASSWORD: Sql = Sql("update persons
set password_hash = $2, changed_at = $3
where id = $1");

const SET_PERSON: Sql = Sql("update persons
set sealed_person = $2, changed_at = $3
where id = $1");

const OFFER_TOTP: Sql = Sql("update persons
set sealed_totp_offer = $2, changed_at = $3
where id = $1");

const TAKE_TOTP: Sql = Sql("update persons
set sealed_totp = sealed_totp_offer, sealed_totp_offer = null, totp_step = $2, changed_at = $3
where id = $1
and sealed_totp_offer is not null");

// A code counts once: of two requests with the same one the second changes nothing.
const USE_STEP: Sql = Sql("update persons
set totp_step = $2
where id = $1
and totp_step < $2");

const DROP_RECOVERY: Sql = Sql("delete from recovery_codes
where person_id = $1");

const INSERT_RECOVERY: Sql = Sql("insert into recovery_codes
(person_id, code_hash, used_at)
values ($1, $2, null)");

const USE_RECOVERY: Sql = Sql("update recovery_codes
set used_at = $3
where person_id = $1
and code_hash = $2
and used_at is null");

const COUNT_RECOVERY: Sql = Sql("select count(*)
from recovery_codes
where person_id = $1
and used_at is null");

const INSERT_RESET: Sql = Sql("insert into password_resets
(token_hash, person_id, created_at, expires_at, used_at)
values ($1, $2, $3, $4, null)");

const FIND_RESET: Sql = Sql("select person_id
from password_resets
where token_hash = $1
and used_at is null
and expires_at > $2");

const END_RESETS: Sql = Sql("update password_resets
set used_at = $2
where person_id = $1
and used_at is null");

/// A person as stored.
#[derive(Clone, Debug)]
pub struct PersonRecord {
    /// Identifies it.
    pub id: PersonId,
    /// Keyed hash of the address in lower case.
    pub email_hash: [u8; 32],
    /// The person's key.
    pub key: Uuid,
    /// Name, address and language, sealed.
    pub sealed_person: Vec<u8>,
    /// Argon2id in the PHC format.
    pub password_hash: String,
    /// The shared secret of the second factor, sealed.
    pub sealed_totp: Option<Vec<u8>>,
    /// A new one that counts once a code of it was given, sealed.
    pub sealed_totp_offer: Option<Vec<u8>>,
    /// The last time step whose code was used.
    pub totp_step: i64,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// Keeps a new person.
///
/// # Errors
/// Fails if the database does, or if the address is taken.
pub fn insert(tx: &mut Tx, person: &PersonRecord) -> Result<(), DatabaseError> {
    let parameters = [
        person.id.uuid().into(),
        Value::from(person.email_hash),
        person.key.into(),
        Value::Bytes(person.sealed_person.clone()),
        person.password_hash.as_str().into(),
        Value::from(person.sealed_totp.clone()),
        Value::from(person.sealed_totp_offer.clone()),
        person.totp_step.into(),
        time(person.created_at),
        time(person.changed_at),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// A person.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: PersonId) -> Result<Option<PersonRecord>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// A person by the keyed hash of its address.
///
/// # Errors
/// Fails if the database does.
pub fn find_by_email(
    tx: &mut Tx,
    email_hash: &[u8; 32],
) -> Result<Option<PersonRecord>, DatabaseError> {
    tx.query_opt(FIND_BY_EMAIL, &[email_hash.into()])?
        .map(|row| read(&row))
        .transpose()
}

/// Replaces the password.
///
/// # Errors
/// Fails if the database does.
pub fn set_password(
    tx: &mut Tx,
    id: PersonId,
    hash: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.later(SET_PASSWORD, &[id.uuid().into(), hash.into(), time(now)])
}

/// Replaces name and language.
///
/// # Errors
/// Fails if the database does.
pub fn set_person(
    tx: &mut Tx,
    id: PersonId,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.later(SET_PERSON, &[id.uuid().into(), sealed.into(), time(now)])
}

/// Offers a second factor, which counts once a code of it was given; until then the old one does.
///
/// # Errors
/// Fails if the database does.
pub fn offer_totp(
    tx: &mut Tx,
    id: PersonId,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.later(OFFER_TOTP, &[id.uuid().into(), sealed.into(), time(now)])
}

/// Makes the offered second factor the person's; false if none is offered any more.
///
/// # Errors
/// Fails if the database does.
pub fn take_totp(
    tx: &mut Tx,
    id: PersonId,
    step: i64,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    Ok(tx.execute(TAKE_TOTP, &[id.uuid().into(), step.into(), time(now)])? == 1)
}

/// Uses the code of a time step; false if it or a later one was used before.
///
/// # Errors
/// Fails if the database does.
pub fn use_totp_step(tx: &mut Tx, id: PersonId, step: i64) -> Result<bool, DatabaseError> {
    Ok(tx.execute(USE_STEP, &[id.uuid().into(), step.into()])? == 1)
}

/// Replaces a person's recovery codes.
///
/// # Errors
/// Fails if the database does.
pub fn set_recovery_codes(
    tx: &mut Tx,
    id: PersonId,
    hashes: &[[u8; 32]],
) -> Result<(), DatabaseError> {
    tx.execute(DROP_RECOVERY, &[id.uuid().into()])?;
    for hash in hashes {
        tx.later(INSERT_RECOVERY, &[id.uuid().into(), hash.into()])?;
    }
    Ok(())
}

/// Uses a recovery code; false if there is no such one left.
///
/// # Errors
/// Fails if the database does.
pub fn use_recovery_code(
    tx: &mut Tx,
    id: PersonId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let parameters = [id.uuid().into(), hash.into(), time(now)];
    Ok(tx.execute(USE_RECOVERY, &parameters)? == 1)
}

/// Recovery codes that are left.
///
/// # Errors
/// Fails if the database does.
pub fn recovery_codes_left(tx: &mut Tx, id: PersonId) -> Result<u32, DatabaseError> {
    tx.query_one(COUNT_RECOVERY, &[id.uuid().into()])?.get(0)
}

/// Keeps the hash of a link to a new password.
///
/// # Errors
/// Fails if the database does.
pub fn insert_reset(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    person: PersonId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        token_hash.into(),
        person.uuid().into(),
        time(now),
        time(expires_at),
    ];
    tx.later(INSERT_RESET, &parameters)
}

/// Whose password an open link may change.
///
/// # Errors
/// Fails if the database does.
pub fn find_reset(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<PersonId>, DatabaseError> {
    tx.query_opt(FIND_RESET, &[token_hash.into(), time(now)])?
        .map(|row| Columns::of(&row).id(PersonId::from_uuid))
        .transpose()
}

/// Ends every open link of a person.
///
/// # Errors
/// Fails if the database does.
pub fn end_resets(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<u64, DatabaseError> {
    tx.execute(END_RESETS, &[person.uuid().into(), time(now)])
}

fn read(row: &Row) -> Result<PersonRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(PersonRecord {
        id: columns.id(PersonId::from_uuid)?,
        email_hash: columns.next()?,
        key: columns.next()?,
        sealed_person: columns.next()?,
        password_hash: columns.next()?,
        sealed_totp: columns.next()?,
        sealed_totp_offer: columns.next()?,
        totp_step: columns.next()?,
        created_at: columns.time()?,
        changed_at: columns.time()?,
    })
}
