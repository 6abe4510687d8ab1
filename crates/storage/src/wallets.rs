//! Wallets. An address belongs to exactly one investor of an environment.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::wallet::{Wallet, WalletKind};
use domain::{
    Address, AddressChange, EnvironmentId, InvestorId, PlatformId, Timestamp, WalletId, WalletProof,
};

use crate::columns::{Columns, opt_time, time};
use crate::instruction_keys;

// A clash tells nothing about the other investor: the row is simply not inserted.
const INSERT: Sql = Sql("insert into wallets
(id, environment_id, platform_id, investor_id, kind, address, receiving_enabled, frozen, awaits_proof, cooling_until, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (environment_id, address) do nothing");

const FIND: Sql = Sql(
    "select id, investor_id, kind, address, receiving_enabled, frozen, awaits_proof, proof_scheme, proven_at, change_address, change_requested_at, change_effective_at, change_awaits_proof, change_proof_scheme, change_proven_at, cooling_until
from wallets
where id = $1
and investor_id = $2",
);

const FIND_BY_ADDRESS: Sql = Sql(
    "select id, investor_id, kind, address, receiving_enabled, frozen, awaits_proof, proof_scheme, proven_at, change_address, change_requested_at, change_effective_at, change_awaits_proof, change_proof_scheme, change_proven_at, cooling_until
from wallets
where address = $1
and investor_id = $2",
);

const OF_INVESTOR: Sql = Sql(
    "select id, investor_id, kind, address, receiving_enabled, frozen, awaits_proof, proof_scheme, proven_at, change_address, change_requested_at, change_effective_at, change_awaits_proof, change_proof_scheme, change_proven_at, cooling_until
from wallets
where investor_id = $1
order by id
limit $2 offset $3",
);

const COUNT_OF_INVESTOR: Sql = Sql("select count(*)
from wallets
where investor_id = $1");

const MANAGED: Sql = Sql(
    "select id, investor_id, kind, address, receiving_enabled, frozen, awaits_proof, proof_scheme, proven_at, change_address, change_requested_at, change_effective_at, change_awaits_proof, change_proof_scheme, change_proven_at, cooling_until
from wallets
where investor_id = $1
and kind = 'eth-managed'",
);

const UPDATE: Sql = Sql("update wallets
set receiving_enabled = $2, frozen = $3, awaits_proof = $4, proof_scheme = $5, proven_at = $6, change_address = $7, change_requested_at = $8, change_effective_at = $9, change_awaits_proof = $10, change_proof_scheme = $11, change_proven_at = $12, cooling_until = $13
where id = $1");

const ACCEPT_TERMS: Sql = Sql("update wallets
set custody_terms_version = $2, custody_terms_accepted_at = $3
where id = $1");

const SET_ADDRESS: Sql = Sql("update wallets
set address = $2
where id = $1
and not exists (
  select 1
  from wallets other
  where other.environment_id = wallets.environment_id
  and other.address = $2
  and other.id <> wallets.id)");

// What has not been delivered yet goes where the wallet is now.
const SET_RECIPIENT: Sql = Sql("update investments
set wallet_address = $3
where investor_id = $1
and wallet_id = $2
and delivery_started_at is null
and status <> 'DELIVERED'");

const IS_TAKEN: Sql = Sql("select 1
from wallets
where environment_id = $1
and (address = $2 or change_address = $2)");

// What has ever moved there says so in the register for good.
const IN_USE: Sql = Sql("select 1
where exists (
  select 1
  from holdings h
  join products p on p.id = h.product_id
  where p.environment_id = $1
  and h.wallet_address = $2)
or exists (
  select 1
  from investments v
  where v.investor_id = $3
  and v.wallet_id = $4
  and (v.delivery_started_at is not null or v.status = 'DELIVERED'))
or exists (
  select 1
  from transfers t
  join instructions i on i.id = t.instruction_id
  where t.target_wallet_id = $4
  and i.status = 'processing')");

const CHANGES_DUE: Sql = Sql("select id, investor_id
from wallets
where change_effective_at <= $1
and not change_awaits_proof
order by change_effective_at, id
limit $2");

const COOLED: Sql = Sql("select id, investor_id
from wallets
where cooling_until <= $1
order by cooling_until, id
limit $2");

const COUNT_EVENT: Sql = Sql("update wallets
set event_sequence = event_sequence + 1
where id = $1
returning event_sequence");

/// Where a wallet is registered.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Where.
    pub environment: EnvironmentId,
    /// Whose investor's.
    pub platform: PlatformId,
    /// When.
    pub created_at: Timestamp,
}

/// Keeps a new wallet; false if the address is taken in this environment.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    wallet: &Wallet,
    registration: &Registration,
) -> Result<bool, DatabaseError> {
    let inserted = tx.execute(
        INSERT,
        &[
            wallet.id.uuid().into(),
            registration.environment.uuid().into(),
            registration.platform.uuid().into(),
            wallet.investor_id.uuid().into(),
            wallet.kind.as_str().into(),
            Value::Bytes(wallet.address.bytes().to_vec()),
            wallet.receiving_enabled.into(),
            wallet.frozen.into(),
            wallet.awaits_proof.into(),
            opt_time(wallet.cooling_until),
            time(registration.created_at),
        ],
    )?;
    if inserted == 0 {
        return Ok(false);
    }
    let key = (wallet.investor_id, wallet.address);
    instruction_keys::insert_of_wallet(tx, key, (wallet.id.uuid(), registration.created_at))?;
    Ok(true)
}

/// A wallet of this investor.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    investor: InvestorId,
    id: WalletId,
) -> Result<Option<Wallet>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into(), investor.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// A wallet of this investor by its address.
///
/// # Errors
/// Fails if the database does.
pub fn find_by_address(
    tx: &mut Tx,
    investor: InvestorId,
    address: Address,
) -> Result<Option<Wallet>, DatabaseError> {
    let parameters = [
        Value::Bytes(address.bytes().to_vec()),
        investor.uuid().into(),
    ];
    tx.query_opt(FIND_BY_ADDRESS, &parameters)?
        .map(|row| read(&row))
        .transpose()
}

/// The investor's managed wallet.
///
/// # Errors
/// Fails if the database does.
pub fn find_managed(tx: &mut Tx, investor: InvestorId) -> Result<Option<Wallet>, DatabaseError> {
    tx.query_opt(MANAGED, &[investor.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The number of an investor's wallets and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn of_investor(
    tx: &mut Tx,
    investor: InvestorId,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<Wallet>), DatabaseError> {
    let id: Value = investor.uuid().into();
    let count = tx
        .query_one(COUNT_OF_INVESTOR, std::slice::from_ref(&id))?
        .get(0)?;
    let rows = tx.query(
        OF_INVESTOR,
        &[id, limit.into(), offset.cast_signed().into()],
    )?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Saves what can change of a wallet.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, wallet: &Wallet) -> Result<(), DatabaseError> {
    let parameters = [
        wallet.id.uuid().into(),
        wallet.receiving_enabled.into(),
        wallet.frozen.into(),
        wallet.awaits_proof.into(),
        scheme(wallet.proof),
        proven_at(wallet.proof),
        Value::from(wallet.change.map(|change| change.address.bytes().to_vec())),
        opt_time(wallet.change.map(|change| change.requested_at)),
        opt_time(wallet.change.map(|change| change.effective_at)),
        wallet
            .change
            .is_some_and(|change| change.awaits_proof)
            .into(),
        scheme(wallet.change.and_then(|change| change.proof)),
        proven_at(wallet.change.and_then(|change| change.proof)),
        opt_time(wallet.cooling_until),
    ];
    tx.execute(UPDATE, &parameters).map(|_| ())
}

/// Keeps which terms of custody its investor has accepted, and when.
///
/// # Errors
/// Fails if the database does.
pub fn accept_terms(
    tx: &mut Tx,
    wallet: WalletId,
    version: &str,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [wallet.uuid().into(), version.into(), time(at)];
    tx.execute(ACCEPT_TERMS, &parameters).map(|_| ())
}

/// Gives a wallet another address, and what has not been delivered to it with it; false if the address is taken in its environment.
///
/// # Errors
/// Fails if the database does.
pub fn set_address(tx: &mut Tx, wallet: &Wallet) -> Result<bool, DatabaseError> {
    let address = || Value::Bytes(wallet.address.bytes().to_vec());
    if tx.execute(SET_ADDRESS, &[wallet.id.uuid().into(), address()])? == 0 {
        return Ok(false);
    }
    let parameters = [
        wallet.investor_id.uuid().into(),
        wallet.id.uuid().into(),
        address(),
    ];
    tx.execute(SET_RECIPIENT, &parameters)?;
    Ok(true)
}

/// Whether a wallet of the environment has the address, or is about to.
///
/// # Errors
/// Fails if the database does.
pub fn is_taken(
    tx: &mut Tx,
    environment: EnvironmentId,
    address: Address,
) -> Result<bool, DatabaseError> {
    let parameters = [
        environment.uuid().into(),
        Value::Bytes(address.bytes().to_vec()),
    ];
    Ok(tx.query_opt(IS_TAKEN, &parameters)?.is_some())
}

/// Whether units were ever entered for a wallet's address, or are on their way to it.
///
/// # Errors
/// Fails if the database does.
pub fn is_in_use(
    tx: &mut Tx,
    environment: EnvironmentId,
    wallet: &Wallet,
) -> Result<bool, DatabaseError> {
    let parameters = [
        environment.uuid().into(),
        Value::Bytes(wallet.address.bytes().to_vec()),
        wallet.investor_id.uuid().into(),
        wallet.id.uuid().into(),
    ];
    Ok(tx.query_opt(IN_USE, &parameters)?.is_some())
}

/// Wallets whose other address is due, the longest due first.
///
/// # Errors
/// Fails if the database does.
pub fn changes_due(
    tx: &mut Tx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(WalletId, InvestorId)>, DatabaseError> {
    read_due(&tx.query(CHANGES_DUE, &[time(now), limit.into()])?)
}

fn read_due(rows: &[Row]) -> Result<Vec<(WalletId, InvestorId)>, DatabaseError> {
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((
                columns.id(WalletId::from_uuid)?,
                columns.id(InvestorId::from_uuid)?,
            ))
        })
        .collect()
}

/// Further wallets whose waiting is over, the longest first.
///
/// # Errors
/// Fails if the database does.
pub fn cooled(
    tx: &mut Tx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(WalletId, InvestorId)>, DatabaseError> {
    read_due(&tx.query(COOLED, &[time(now), limit.into()])?)
}

/// Whether an investor has a wallet.
///
/// # Errors
/// Fails if the database does.
pub fn has_any(tx: &mut Tx, investor: InvestorId) -> Result<bool, DatabaseError> {
    let count: u64 = tx
        .query_one(COUNT_OF_INVESTOR, &[investor.uuid().into()])?
        .get(0)?;
    Ok(count > 0)
}

/// Counts one more event of a wallet; its number.
///
/// # Errors
/// Fails if the database does.
pub fn count_event(tx: &mut Tx, wallet: WalletId) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT_EVENT, &[wallet.uuid().into()])?.get(0)
}

fn scheme(proof: Option<WalletProof>) -> Value {
    Value::from(proof.map(|proof| proof.scheme.as_str()))
}

fn proven_at(proof: Option<WalletProof>) -> Value {
    opt_time(proof.map(|proof| proof.at))
}

fn read(row: &Row) -> Result<Wallet, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Wallet {
        id: columns.id(WalletId::from_uuid)?,
        investor_id: columns.id(InvestorId::from_uuid)?,
        kind: columns.parsed(|text| text.parse::<WalletKind>().ok())?,
        address: columns.address()?,
        receiving_enabled: columns.next()?,
        frozen: columns.next()?,
        awaits_proof: columns.next()?,
        proof: read_proof(&mut columns)?,
        change: read_change(&mut columns)?,
        cooling_until: columns.opt_time()?,
    })
}

/// The two columns of a proof.
pub(crate) fn read_proof(columns: &mut Columns<'_>) -> Result<Option<WalletProof>, DatabaseError> {
    let scheme: Option<String> = columns.next()?;
    let at = columns.opt_time()?;
    let scheme = scheme.and_then(|text| text.parse().ok());
    Ok(scheme
        .zip(at)
        .map(|(scheme, at)| WalletProof { scheme, at }))
}

/// The six columns of a change.
pub(crate) fn read_change(
    columns: &mut Columns<'_>,
) -> Result<Option<AddressChange>, DatabaseError> {
    let (address, requested, effective) = (
        columns.opt_address()?,
        columns.opt_time()?,
        columns.opt_time()?,
    );
    let (awaits_proof, proof) = (columns.next()?, read_proof(columns)?);
    let (Some(address), Some(requested_at), Some(effective_at)) = (address, requested, effective)
    else {
        return Ok(None);
    };
    Ok(Some(AddressChange {
        address,
        requested_at,
        effective_at,
        awaits_proof,
        proof,
    }))
}
