//! What holders of keys were asked to sign, and what they answered: the evidence that a wallet is its investor's.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{Address, ProofScheme, Timestamp, WalletId};
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into wallet_challenges
(id, wallet_id, chain_id, address, nonce, issued_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)");

const FIND: Sql = Sql(
    "select id, chain_id, address, nonce, issued_at, expires_at, proven_at
from wallet_challenges
where id = $1
and wallet_id = $2",
);

const FORGET: Sql = Sql("delete from wallet_challenges
where wallet_id = $1
and proven_at is null
and expires_at <= $2");

const COUNT_OPEN: Sql = Sql("select count(*)
from wallet_challenges
where wallet_id = $1
and proven_at is null");

const ANSWER: Sql = Sql("update wallet_challenges
set proven_at = $2, scheme = $3, digest = $4, signature = $5
where id = $1
and proven_at is null");

/// A question to the holder of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Identifies it.
    pub id: Uuid,
    /// EIP-155.
    pub chain_id: u64,
    /// Whose key has to sign.
    pub address: Address,
    /// What makes it unlike every other.
    pub nonce: [u8; 32],
    /// When it was asked.
    pub issued_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// When it was answered, if it was.
    pub proven_at: Option<Timestamp>,
}

/// What was signed, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// How.
    pub scheme: ProofScheme,
    /// The hash that was signed.
    pub digest: [u8; 32],
    /// As it was sent.
    pub signature: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// Keeps a new one.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, wallet: WalletId, challenge: &Challenge) -> Result<(), DatabaseError> {
    let parameters = [
        challenge.id.into(),
        wallet.uuid().into(),
        challenge.chain_id.cast_signed().into(),
        Value::Bytes(challenge.address.bytes().to_vec()),
        Value::Bytes(challenge.nonce.to_vec()),
        time(challenge.issued_at),
        time(challenge.expires_at),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// One that was asked for this wallet.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, wallet: WalletId, id: Uuid) -> Result<Option<Challenge>, DatabaseError> {
    let Some(row) = tx.query_opt(FIND, &[id.into(), wallet.uuid().into()])? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    Ok(Some(Challenge {
        id: columns.next()?,
        chain_id: columns.next()?,
        address: columns.address()?,
        nonce: columns.next()?,
        issued_at: columns.time()?,
        expires_at: columns.time()?,
        proven_at: columns.opt_time()?,
    }))
}

/// Forgets what nobody can answer any more; how many of the wallet are still open.
///
/// # Errors
/// Fails if the database does.
pub fn count_open(tx: &mut Tx, wallet: WalletId, now: Timestamp) -> Result<u64, DatabaseError> {
    tx.execute(FORGET, &[wallet.uuid().into(), time(now)])?;
    tx.query_one(COUNT_OPEN, &[wallet.uuid().into()])?.get(0)
}

/// Keeps the answer.
///
/// # Errors
/// Fails if the database does.
pub fn answer(tx: &mut Tx, id: Uuid, answered: &Answered) -> Result<(), DatabaseError> {
    let parameters = [
        id.into(),
        time(answered.at),
        answered.scheme.as_str().into(),
        Value::Bytes(answered.digest.to_vec()),
        Value::Bytes(answered.signature.clone()),
    ];
    tx.execute(ANSWER, &parameters).map(|_| ())
}
