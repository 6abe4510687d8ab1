//! Links, signatures and sessions by which holders get to their own view of the register. Only hashes of tokens are stored.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{Address, InvestorId, Timestamp};

use crate::columns::{Columns, time};
use crate::investors::{self, InvestorRecord};

const INSERT_LINK: Sql = Sql("insert into holder_links
(token_hash, investor_id, expires_at, used_at)
values ($1, $2, $3, null)");

const USE_LINK: Sql = Sql("update holder_links
set used_at = $2
where token_hash = $1
and used_at is null
and expires_at > $2");

const FIND_LINK: Sql = Sql("select investor_id
from holder_links
where token_hash = $1
and expires_at > $2
and used_at is null");

const USE_NONCE: Sql = Sql("insert into holder_nonces
(nonce, expires_at)
values ($1, $2)
on conflict (nonce) do nothing");

const INSERT: Sql = Sql("insert into holder_sessions
(token_hash, investor_id, wallet_address, seen_at, expires_at)
values ($1, $2, $3, $4, $5)");

const FIND: Sql = Sql("select investor_id, wallet_address, seen_at
from holder_sessions
where token_hash = $1
and seen_at > $2
and expires_at > $3");

const SEEN: Sql = Sql("update holder_sessions
set seen_at = $2
where token_hash = $1");

const END: Sql = Sql("delete from holder_sessions
where token_hash = $1");

const FORGET_LINKS: Sql = Sql("delete from holder_links
where expires_at < $1");

const FORGET_NONCES: Sql = Sql("delete from holder_nonces
where expires_at < $1");

const FORGET_SESSIONS: Sql = Sql("delete from holder_sessions
where expires_at < $1");

// A wallet that was stopped opens nothing: its key may be lost.
const OF_WALLET: Sql = Sql("select i.id, i.environment_id, i.platform_id, i.kind, i.kyc_status, i.identity_changed_at, i.tax_information_present, i.us_tax, i.custodian_bank, i.key_id, i.sealed_person, i.event_sequence, i.created_at, i.updated_at
from wallets w
join investors i on i.id = w.investor_id
where w.address = $1
and not w.frozen
order by i.id
limit $2");

/// By what a holder signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The link for this registry account.
    Account(InvestorId),
    /// The signature of this wallet.
    Wallet(Address),
}

/// Keeps a link that its partner hands to a holder.
///
/// # Errors
/// Fails if the database does.
pub fn insert_link(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    investor: InvestorId,
    expires_at: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [token_hash.into(), investor.uuid().into(), time(expires_at)];
    tx.later(INSERT_LINK, &parameters)
}

/// Whose link it is, if it is good and nobody has used it; from here on it is used.
///
/// # Errors
/// Fails if the database does.
pub fn use_link(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<InvestorId>, DatabaseError> {
    let parameters = [token_hash.into(), time(now)];
    let Some(row) = tx.query_opt(FIND_LINK, &parameters)? else {
        return Ok(None);
    };
    // Of two at once, one changes the row.
    if tx.execute(USE_LINK, &parameters)? == 0 {
        return Ok(None);
    }
    Columns::of(&row).id(InvestorId::from_uuid).map(Some)
}

/// Whether nobody has signed this before; from here on somebody has.
///
/// # Errors
/// Fails if the database does.
pub fn use_nonce(tx: &mut Tx, nonce: &str, expires_at: Timestamp) -> Result<bool, DatabaseError> {
    Ok(tx.execute(USE_NONCE, &[nonce.into(), time(expires_at)])? == 1)
}

/// Keeps a new session.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    holder: Holder,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), DatabaseError> {
    let (investor, wallet) = match holder {
        Holder::Account(investor) => (Some(investor.uuid()), None),
        Holder::Wallet(address) => (None, Some(address.bytes().to_vec())),
    };
    let parameters = [
        token_hash.into(),
        Value::from(investor),
        Value::from(wallet),
        time(now),
        time(expires_at),
    ];
    tx.later(INSERT, &parameters)
}

/// Who has the session of this token, if it is alive, and when it was last used.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    idle_since: Timestamp,
    now: Timestamp,
) -> Result<Option<(Holder, Timestamp)>, DatabaseError> {
    let parameters = [token_hash.into(), time(idle_since), time(now)];
    let Some(row) = tx.query_opt(FIND, &parameters)? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    let investor = columns.opt_id(InvestorId::from_uuid)?;
    let wallet = columns.opt_address()?;
    let seen_at = columns.time()?;
    let holder = investor.map(Holder::Account).or(wallet.map(Holder::Wallet));
    Ok(holder.map(|holder| (holder, seen_at)))
}

/// Notes that a session was used.
///
/// # Errors
/// Fails if the database does.
pub fn seen(tx: &mut Tx, token_hash: &[u8; 32], now: Timestamp) -> Result<(), DatabaseError> {
    tx.execute(SEEN, &[token_hash.into(), time(now)])
        .map(|_| ())
}

/// Ends a session; false if there was none.
///
/// # Errors
/// Fails if the database does.
pub fn end(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<bool, DatabaseError> {
    Ok(tx.execute(END, &[token_hash.into()])? == 1)
}

/// Forgets what is good no more.
///
/// # Errors
/// Fails if the database does.
pub fn forget_expired(tx: &mut Tx, now: Timestamp) -> Result<(), DatabaseError> {
    for sql in [FORGET_LINKS, FORGET_NONCES, FORGET_SESSIONS] {
        tx.execute(sql, &[time(now)])?;
    }
    Ok(())
}

/// Whose wallet it is, in every environment.
///
/// # Errors
/// Fails if the database does.
pub fn of_wallet(
    tx: &mut Tx,
    address: Address,
    limit: u32,
) -> Result<Vec<InvestorRecord>, DatabaseError> {
    let rows = tx.query(OF_WALLET, &[address.bytes().into(), limit.into()])?;
    rows.iter().map(investors::read).collect()
}
