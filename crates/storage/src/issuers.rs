//! Issuers: their firm stands in columns, what they say of themselves and the person who acts for them is sealed.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{IssuerId, Lei, Timestamp};
use uuid::Uuid;

use crate::Scope;
use crate::columns::{Columns, time};
use crate::parties::lei;

const INSERT: Sql = Sql("insert into issuers
(id, account_id, name, lei, key_id, sealed_profile, mirrored, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)");

const UPDATE: Sql = Sql("update issuers
set name = $2, lei = $3, key_id = $4, sealed_profile = $5, mirrored = $6
where id = $1");

const FIND: Sql = Sql(
    "select id, account_id, name, lei, key_id, sealed_profile, mirrored, created_at
from issuers
where id = $1
and (account_id = $2 or $2 is null)",
);

const LOCK: Sql = Sql(
    "select id, account_id, name, lei, key_id, sealed_profile, mirrored, created_at
from issuers
where id = $1
and (account_id = $2 or $2 is null)
for update",
);

const FIND_BY_NAME: Sql = Sql(
    "select id, account_id, name, lei, key_id, sealed_profile, mirrored, created_at
from issuers
where name = $1
order by id
limit 1",
);

const LIST: Sql = Sql(
    "select id, account_id, name, lei, key_id, sealed_profile, mirrored, created_at
from issuers
where (account_id = $1 or $1 is null)
order by id
limit $2 offset $3",
);

const COUNT: Sql = Sql("select count(*)
from issuers
where (account_id = $1 or $1 is null)");

/// Who brings assets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Identifies it.
    pub id: IssuerId,
    /// The issuer whose clients and people brought it; itself for the first of an account.
    pub account: IssuerId,
    /// Firm.
    pub name: String,
    /// ISO 17442.
    pub lei: Option<Lei>,
    /// What it has said of itself, sealed under this key.
    pub profile: Option<SealedProfile>,
    /// Whether a registry account of the same company was found.
    pub mirrored: bool,
    /// When it joined.
    pub created_at: Timestamp,
}

/// A sealed description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedProfile {
    /// The issuer's key.
    pub key: Uuid,
    /// The bytes.
    pub sealed: Vec<u8>,
}

impl Issuer {
    /// One of which only the firm is known, with an account of its own.
    #[must_use]
    pub fn named(id: IssuerId, name: String, lei: Option<Lei>, created_at: Timestamp) -> Self {
        Self {
            id,
            account: id,
            name,
            lei,
            profile: None,
            mirrored: false,
            created_at,
        }
    }
}

/// Keeps a new issuer.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, issuer: &Issuer) -> Result<(), DatabaseError> {
    let (key, sealed) = profile(issuer);
    let parameters = [
        issuer.id.uuid().into(),
        issuer.account.uuid().into(),
        issuer.name.as_str().into(),
        Value::from(issuer.lei.as_ref().map(ToString::to_string)),
        key,
        sealed,
        issuer.mirrored.into(),
        time(issuer.created_at),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// Saves what can change of an issuer.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, issuer: &Issuer) -> Result<(), DatabaseError> {
    let (key, sealed) = profile(issuer);
    let parameters = [
        issuer.id.uuid().into(),
        issuer.name.as_str().into(),
        Value::from(issuer.lei.as_ref().map(ToString::to_string)),
        key,
        sealed,
        issuer.mirrored.into(),
    ];
    tx.later(UPDATE, &parameters)
}

/// An issuer of the caller's account.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, scope: &Scope, id: IssuerId) -> Result<Option<Issuer>, DatabaseError> {
    one(tx, FIND, &[id.uuid().into(), scope.issuer_value()])
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, scope: &Scope, id: IssuerId) -> Result<Option<Issuer>, DatabaseError> {
    one(tx, LOCK, &[id.uuid().into(), scope.issuer_value()])
}

/// An issuer by its firm.
///
/// # Errors
/// Fails if the database does.
pub fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Issuer>, DatabaseError> {
    one(tx, FIND_BY_NAME, &[name.into()])
}

/// The number of issuers of the caller's account and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<Issuer>), DatabaseError> {
    let account = scope.issuer_value();
    let count = tx
        .query_one(COUNT, std::slice::from_ref(&account))?
        .get(0)?;
    let stretch = [account, limit.into(), offset.cast_signed().into()];
    let rows = tx.query(LIST, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

fn one(tx: &mut Tx, sql: Sql, parameters: &[Value]) -> Result<Option<Issuer>, DatabaseError> {
    tx.query_opt(sql, parameters)?
        .map(|row| read(&row))
        .transpose()
}

fn profile(issuer: &Issuer) -> (Value, Value) {
    match &issuer.profile {
        Some(profile) => (profile.key.into(), Value::Bytes(profile.sealed.clone())),
        None => (Value::Null, Value::Null),
    }
}

fn read(row: &Row) -> Result<Issuer, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(IssuerId::from_uuid)?;
    let account = columns.opt_id(IssuerId::from_uuid)?.unwrap_or(id);
    let name = columns.next()?;
    let lei = lei(columns.next()?);
    let key: Option<Uuid> = columns.next()?;
    let sealed: Option<Vec<u8>> = columns.next()?;
    Ok(Issuer {
        id,
        account,
        name,
        lei,
        profile: key
            .zip(sealed)
            .map(|(key, sealed)| SealedProfile { key, sealed }),
        mirrored: columns.next()?,
        created_at: columns.time()?,
    })
}
