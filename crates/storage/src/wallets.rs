//! Wallets. An address belongs to exactly one investor of an environment.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::wallet::{Wallet, WalletKind};
use domain::{Address, EnvironmentId, InvestorId, PlatformId, Timestamp, WalletId};

use crate::columns::{Columns, time};

// A clash tells nothing about the other investor: the row is simply not inserted.
const INSERT: Sql = Sql("insert into wallets
(id, environment_id, platform_id, investor_id, kind, address, receiving_enabled, frozen, sealed_key, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (environment_id, address) do nothing");

const FIND: Sql = Sql(
    "select id, investor_id, kind, address, receiving_enabled, frozen
from wallets
where id = $1
and investor_id = $2",
);

const FIND_BY_ADDRESS: Sql = Sql(
    "select id, investor_id, kind, address, receiving_enabled, frozen
from wallets
where address = $1
and investor_id = $2",
);

const OF_INVESTOR: Sql = Sql(
    "select id, investor_id, kind, address, receiving_enabled, frozen
from wallets
where investor_id = $1
order by id
limit $2 offset $3",
);

const COUNT_OF_INVESTOR: Sql = Sql("select count(*)
from wallets
where investor_id = $1");

const MANAGED: Sql = Sql(
    "select id, investor_id, kind, address, receiving_enabled, frozen
from wallets
where investor_id = $1
and kind = 'eth-managed'",
);

const UPDATE: Sql = Sql("update wallets
set receiving_enabled = $2, frozen = $3
where id = $1");

/// Where a wallet is registered, and its key if we keep it.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Where.
    pub environment: EnvironmentId,
    /// Whose investor's.
    pub platform: PlatformId,
    /// The key of a managed wallet, sealed.
    pub sealed_key: Option<Vec<u8>>,
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
            Value::from(registration.sealed_key.clone()),
            time(registration.created_at),
        ],
    )?;
    Ok(inserted == 1)
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
    ];
    tx.execute(UPDATE, &parameters).map(|_| ())
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
    })
}
