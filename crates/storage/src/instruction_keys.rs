//! Keys with which investors instruct, with the challenge that each has answered.

mod uses;

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    Address, InstructionKey, InstructionKeyId, InvestorId, KeyKind, Revocation, Timestamp,
};
use uuid::Uuid;

use crate::columns::{Columns, opt_time, time};

pub use uses::{KeyUse, count_uses, note_use, uses};

// What nobody has shown to possess is asked for anew; anything else of the key stays.
const INSERT: Sql = Sql("insert into instruction_keys
(id, investor_id, kind, public_key, valid_from, valid_until, created_at, chain_id, nonce, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (investor_id, public_key) do update
set valid_from = $5, valid_until = $6, chain_id = $8, nonce = $9, expires_at = $10
where instruction_keys.proven_at is null
and instruction_keys.revoked_at is null
returning id");

// The key of a wallet is there with the wallet. What was replaced by another address comes back with its own; what was revoked otherwise does not.
const INSERT_OF_WALLET: Sql = Sql("insert into instruction_keys
(id, investor_id, kind, public_key, valid_from, created_at, proven_at)
values ($1, $2, 'eip712', $3, $4, $4, $4)
on conflict (investor_id, public_key) do update
set proven_at = coalesce(instruction_keys.proven_at, $4), revoked_at = null, revoked_by = null, revocation_reason = null
where instruction_keys.revoked_at is null
or instruction_keys.revocation_reason = 'replaced'");

const REPLACE_OF_WALLET: Sql = Sql("update instruction_keys
set revoked_at = $3, revoked_by = 'platform', revocation_reason = 'replaced'
where investor_id = $1
and public_key = $2
and revoked_at is null");

const FIND: Sql = Sql("select id, kind, public_key, valid_from, valid_until, proven_at, revoked_at, revoked_by, revocation_reason, chain_id, nonce, expires_at
from instruction_keys
where id = $1
and investor_id = $2");

const FIND_BY_PUBLIC: Sql = Sql("select id, kind, public_key, valid_from, valid_until, proven_at, revoked_at, revoked_by, revocation_reason, chain_id, nonce, expires_at
from instruction_keys
where investor_id = $1
and public_key = $2");

const COUNT: Sql = Sql("select count(*)
from instruction_keys
where investor_id = $1");

const LIST: Sql = Sql("select id, kind, public_key, valid_from, valid_until, proven_at, revoked_at, revoked_by, revocation_reason, chain_id, nonce, expires_at
from instruction_keys
where investor_id = $1
order by created_at, id
limit $2 offset $3");

const PROVE: Sql = Sql("update instruction_keys
set proven_at = $2, proof_signature = $3
where id = $1
and proven_at is null");

const REVOKE: Sql = Sql("update instruction_keys
set revoked_at = $2, revoked_by = $3, revocation_reason = $4
where id = $1
and revoked_at is null");

const TOKENS: Sql = Sql("select chain_id, token_address
from products
order by id desc
limit $1");

/// A key with the challenge that shows its possession.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// What the rules know.
    pub key: InstructionKey,
    /// What it was asked; the key of a wallet was asked nothing here.
    pub challenge: Option<KeyChallenge>,
}

/// What the holder of a key is asked to sign, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChallenge {
    /// The network's (EIP-155).
    pub chain_id: u64,
    /// What makes it unlike every other.
    pub nonce: [u8; 32],
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

/// Keeps a new key, or a new challenge of one whose possession was not shown; its id, or none if the investor has or had it already.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    investor: InvestorId,
    key: &InstructionKey,
    (challenge, now): (&KeyChallenge, Timestamp),
) -> Result<Option<InstructionKeyId>, DatabaseError> {
    let parameters = [
        key.id.uuid().into(),
        investor.uuid().into(),
        key.kind.as_str().into(),
        Value::Bytes(key.kind.bytes()),
        time(key.valid_from),
        opt_time(key.valid_until),
        time(now),
        challenge.chain_id.cast_signed().into(),
        Value::Bytes(challenge.nonce.to_vec()),
        time(challenge.expires_at),
    ];
    let row = tx.query_opt(INSERT, &parameters)?;
    row.map(|row| row.get(0).map(InstructionKeyId::from_uuid))
        .transpose()
}

/// Keeps the key of a wallet with it.
///
/// # Errors
/// Fails if the database does.
pub fn insert_of_wallet(
    tx: &mut Tx,
    (investor, address): (InvestorId, Address),
    (id, now): (Uuid, Timestamp),
) -> Result<(), DatabaseError> {
    let parameters = [
        id.into(),
        investor.uuid().into(),
        Value::Bytes(address.bytes().to_vec()),
        time(now),
    ];
    tx.execute(INSERT_OF_WALLET, &parameters).map(|_| ())
}

/// The key of an address that a wallet has no more instructs nothing.
///
/// # Errors
/// Fails if the database does.
pub fn replace_of_wallet(
    tx: &mut Tx,
    investor: InvestorId,
    address: Address,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        investor.uuid().into(),
        Value::Bytes(address.bytes().to_vec()),
        time(now),
    ];
    tx.execute(REPLACE_OF_WALLET, &parameters).map(|_| ())
}

/// A key of this investor.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    investor: InvestorId,
    id: InstructionKeyId,
) -> Result<Option<KeyRecord>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into(), investor.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// A key of this investor by its address or public key.
///
/// # Errors
/// Fails if the database does.
pub fn find_by_public(
    tx: &mut Tx,
    investor: InvestorId,
    kind: KeyKind,
) -> Result<Option<KeyRecord>, DatabaseError> {
    let parameters = [investor.uuid().into(), Value::Bytes(kind.bytes())];
    tx.query_opt(FIND_BY_PUBLIC, &parameters)?
        .map(|row| read(&row))
        .transpose()
}

/// How many keys an investor has, and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    investor: InvestorId,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<KeyRecord>), DatabaseError> {
    let rows = tx.query(
        LIST,
        &[
            investor.uuid().into(),
            limit.into(),
            offset.cast_signed().into(),
        ],
    )?;
    let keys = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((count(tx, investor)?, keys))
}

/// How many keys an investor has, whatever became of them.
///
/// # Errors
/// Fails if the database does.
pub fn count(tx: &mut Tx, investor: InvestorId) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT, &[investor.uuid().into()])?.get(0)
}

/// Keeps the answer to the challenge.
///
/// # Errors
/// Fails if the database does.
pub fn prove(
    tx: &mut Tx,
    id: InstructionKeyId,
    at: Timestamp,
    signature: &[u8],
) -> Result<(), DatabaseError> {
    let parameters = [id.uuid().into(), time(at), Value::Bytes(signature.to_vec())];
    tx.later(PROVE, &parameters)
}

/// Keeps that a key was taken back.
///
/// # Errors
/// Fails if the database does.
pub fn revoke(
    tx: &mut Tx,
    id: InstructionKeyId,
    revocation: &Revocation,
) -> Result<(), DatabaseError> {
    let parameters = [
        id.uuid().into(),
        time(revocation.at),
        revocation.by.as_str().into(),
        revocation.reason.as_str().into(),
    ];
    tx.later(REVOKE, &parameters)
}

/// Chain ids and tokens of so many products, the latest first: what else a signature may be meant for.
///
/// # Errors
/// Fails if the database does.
pub fn tokens(tx: &mut Tx, limit: u32) -> Result<Vec<(u64, Address)>, DatabaseError> {
    let rows = tx.query(TOKENS, &[limit.into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.next()?, columns.address()?))
        })
        .collect()
}

fn read(row: &Row) -> Result<KeyRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(InstructionKeyId::from_uuid)?;
    let kind = read_kind(&mut columns)?;
    let (valid_from, valid_until) = (columns.time()?, columns.opt_time()?);
    let proven_at = columns.opt_time()?;
    let revoked_at = columns.opt_time()?;
    let by: Option<String> = columns.next()?;
    let reason: Option<String> = columns.next()?;
    let word = by.and_then(|by| by.parse().ok());
    let reason = reason.and_then(|reason| reason.parse().ok());
    let revocation = match (revoked_at, word, reason) {
        (Some(at), Some(by), Some(reason)) => Some(Revocation { at, by, reason }),
        _ => None,
    };
    Ok(KeyRecord {
        key: InstructionKey {
            id,
            kind,
            valid_from,
            valid_until,
            proven_at,
            revocation,
        },
        challenge: read_challenge(&mut columns)?,
    })
}

fn read_kind(columns: &mut Columns<'_>) -> Result<KeyKind, DatabaseError> {
    let kind: String = columns.next()?;
    let bytes: Vec<u8> = columns.next()?;
    KeyKind::stored(&kind, &bytes).ok_or_else(|| DatabaseError::Statement {
        sql: "instruction_keys".to_owned(),
        message: format!("a key of the kind {kind} has {} bytes", bytes.len()),
    })
}

fn read_challenge(columns: &mut Columns<'_>) -> Result<Option<KeyChallenge>, DatabaseError> {
    let chain_id: Option<i64> = columns.next()?;
    let nonce: Option<Vec<u8>> = columns.next()?;
    let expires_at = columns.opt_time()?;
    let nonce = nonce.and_then(|nonce| nonce.try_into().ok());
    Ok(match (chain_id, nonce, expires_at) {
        (Some(chain_id), Some(nonce), Some(expires_at)) => Some(KeyChallenge {
            chain_id: chain_id.cast_unsigned(),
            nonce,
            expires_at,
        }),
        _ => None,
    })
}
