//! The register's present: its head, its holders and what they hold. All of it follows from the entries.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::register::Digest;
use domain::{Address, HolderId, InvestorId, Isin, ProductId, Timestamp, Units};

use crate::columns::{Columns, time};

const INSERT_HEAD: Sql = Sql("insert into register_heads
(product_id, issuer_holder_id, sequence, root_hash, frontier, issued_units, deleted_units, held_units, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

const HEAD: Sql = Sql(
    "select product_id, issuer_holder_id, sequence, root_hash, frontier, issued_units, deleted_units, held_units, updated_at
from register_heads
where product_id = $1",
);

const LOCK_HEAD: Sql = Sql(
    "select product_id, issuer_holder_id, sequence, root_hash, frontier, issued_units, deleted_units, held_units, updated_at
from register_heads
where product_id = $1
for update",
);

const COUNT_LOGS: Sql = Sql("select count(*)
from register_heads");

const LOGS: Sql = Sql(
    "select p.isin, h.product_id, h.issuer_holder_id, h.sequence, h.root_hash, h.frontier, h.issued_units, h.deleted_units, h.held_units, h.updated_at
from register_heads h
join products p on p.id = h.product_id
order by h.product_id
limit $1 offset $2",
);

// Only the state that was read may be moved on.
const UPDATE_HEAD: Sql = Sql("update register_heads
set sequence = $3, root_hash = $4, frontier = $5, deleted_units = $6, held_units = $7, updated_at = $8
where product_id = $1
and sequence = $2");

const INSERT_HOLDER: Sql = Sql("insert into holders
(id, product_id, investor_id, created_at)
values ($1, $2, $3, $4)");

const HOLDERS: Sql = Sql("select id, investor_id
from holders
where product_id = $1
order by id");

const INSERT_HOLDING: Sql = Sql("insert into holdings
(product_id, holder_id, wallet_address, units)
values ($1, $2, $3, $4)");

const CREDIT: Sql = Sql("insert into holdings
(product_id, holder_id, wallet_address, units)
values ($1, $2, $3, $4)
on conflict (product_id, holder_id, wallet_address) do update
set units = holdings.units + excluded.units");

const DEBIT: Sql = Sql("update holdings
set units = units - $4
where product_id = $1
and holder_id = $2
and wallet_address = $3
and units >= $4");

const HELD: Sql = Sql("select units
from holdings
where product_id = $1
and holder_id = $2
and wallet_address = $3");

const HOLDINGS: Sql = Sql("select holder_id, wallet_address, units
from holdings
where product_id = $1
order by holder_id, wallet_address");

const FIRST_HOLDINGS: Sql = Sql("select holder_id, wallet_address, units, count(*) over ()
from holdings
where product_id = $1
and units > 0
order by holder_id, wallet_address
limit $2");

const REGISTERS: Sql = Sql("select product_id
from register_heads
union
select product_id
from register_entries
order by 1");

/// Where a register stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose register.
    pub product: ProductId,
    /// The issuer's own holder id.
    pub issuer_holder: HolderId,
    /// The last entry's.
    pub sequence: u64,
    /// Over all entries.
    pub root_hash: Digest,
    /// See [`domain::Frontier::to_bytes`].
    pub frontier: Vec<u8>,
    /// The issue volume.
    pub issued: Units,
    /// What was deleted of it.
    pub deleted: Units,
    /// What all holdings sum up to.
    pub held: Units,
    /// When the last entry was made.
    pub updated_at: Timestamp,
}

/// Units of a holder in a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldingRecord {
    /// Who.
    pub holder: HolderId,
    /// Where.
    pub wallet: Address,
    /// How many.
    pub units: Units,
}

/// Starts a register.
///
/// # Errors
/// Fails if the database does.
pub fn insert_head(tx: &mut Tx, head: &Head) -> Result<(), DatabaseError> {
    let parameters = [
        head.product.uuid().into(),
        head.issuer_holder.uuid().into(),
        Value::I64(head.sequence.cast_signed()),
        head.root_hash.into(),
        head.frontier.as_slice().into(),
        head.issued.as_i64().into(),
        head.deleted.as_i64().into(),
        head.held.as_i64().into(),
        time(head.updated_at),
    ];
    tx.later(INSERT_HEAD, &parameters)
}

/// Where the register of a product stands.
///
/// # Errors
/// Fails if the database does.
pub fn head(tx: &mut Tx, product: ProductId) -> Result<Option<Head>, DatabaseError> {
    let row = tx.query_opt(HEAD, &[product.uuid().into()])?;
    row.map(|row| read_head(&row)).transpose()
}

/// Where the register of a product stands; nobody else appends to it before the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock_head(tx: &mut Tx, product: ProductId) -> Result<Option<Head>, DatabaseError> {
    let row = tx.query_opt(LOCK_HEAD, &[product.uuid().into()])?;
    row.map(|row| read_head(&row)).transpose()
}

/// Moves a register on from the sequence that was read.
///
/// # Errors
/// Fails if the database does, or if somebody else moved it on.
pub fn update_head(tx: &mut Tx, from_sequence: u64, head: &Head) -> Result<(), DatabaseError> {
    let parameters = [
        head.product.uuid().into(),
        Value::I64(from_sequence.cast_signed()),
        Value::I64(head.sequence.cast_signed()),
        head.root_hash.into(),
        head.frontier.as_slice().into(),
        head.deleted.as_i64().into(),
        head.held.as_i64().into(),
        time(head.updated_at),
    ];
    tx.later(UPDATE_HEAD, &parameters)
}

/// Every product that has a register.
///
/// # Errors
/// Fails if the database does.
pub fn products(tx: &mut Tx) -> Result<Vec<ProductId>, DatabaseError> {
    let rows = tx.query(REGISTERS, &[])?;
    rows.iter()
        .map(|row| Columns::of(row).id(ProductId::from_uuid))
        .collect()
}

/// The number of registers that have entries and a stretch of them, oldest product first.
///
/// # Errors
/// Fails if the database does.
pub fn logs(
    tx: &mut Tx,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<(Isin, Head)>), DatabaseError> {
    let count = tx.query_one(COUNT_LOGS, &[])?.get(0)?;
    let rows = tx.query(LOGS, &[limit.into(), offset.cast_signed().into()])?;
    let logs = rows.iter().map(|row| {
        let mut columns = Columns::of(row);
        let isin = columns.parsed(|text| text.parse::<Isin>().ok())?;
        Ok((isin, head_of(&mut columns)?))
    });
    Ok((count, logs.collect::<Result<_, _>>()?))
}

/// Gives an investor a holder id in the register of a product; no investor is the issuer itself.
///
/// # Errors
/// Fails if the database does.
pub fn insert_holder(
    tx: &mut Tx,
    holder: HolderId,
    product: ProductId,
    investor: Option<InvestorId>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    insert_holders(tx, product, &[(holder, investor)], now)
}

/// The same for many.
///
/// # Errors
/// Fails if the database does.
pub fn insert_holders(
    tx: &mut Tx,
    product: ProductId,
    holders: &[(HolderId, Option<InvestorId>)],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let row = |(holder, investor): &(HolderId, Option<InvestorId>)| {
        [
            holder.uuid().into(),
            product.uuid().into(),
            Value::from(investor.map(InvestorId::uuid)),
            time(now),
        ]
    };
    let rows: Vec<_> = holders.iter().map(row).collect();
    tx.later_rows(INSERT_HOLDER, &rows)
}

/// The holders of a register and who they are; the issuer is nobody's investor.
///
/// # Errors
/// Fails if the database does.
pub fn holders(
    tx: &mut Tx,
    product: ProductId,
) -> Result<Vec<(HolderId, Option<InvestorId>)>, DatabaseError> {
    let rows = tx.query(HOLDERS, &[product.uuid().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((
                columns.id(HolderId::from_uuid)?,
                columns.opt_id(InvestorId::from_uuid)?,
            ))
        })
        .collect()
}

/// Enters the first holding of a register.
///
/// # Errors
/// Fails if the database does.
pub fn insert_holding(
    tx: &mut Tx,
    product: ProductId,
    holding: &HoldingRecord,
) -> Result<(), DatabaseError> {
    tx.later(INSERT_HOLDING, &holding_parameters(product, holding))
}

/// Adds units to holdings, none of which is named twice.
///
/// # Errors
/// Fails if the database does.
pub fn credit_all(
    tx: &mut Tx,
    product: ProductId,
    holdings: &[HoldingRecord],
) -> Result<(), DatabaseError> {
    let row = |holding| holding_parameters(product, holding);
    let rows: Vec<_> = holdings.iter().map(row).collect();
    tx.later_rows(CREDIT, &rows)
}

/// Takes units from a holding.
///
/// # Errors
/// Fails if the database does, or if there are not as many.
pub fn debit(
    tx: &mut Tx,
    product: ProductId,
    holding: &HoldingRecord,
) -> Result<(), DatabaseError> {
    tx.later(DEBIT, &holding_parameters(product, holding))
}

/// What a holder has in a wallet.
///
/// # Errors
/// Fails if the database does.
pub fn held(
    tx: &mut Tx,
    product: ProductId,
    holder: HolderId,
    wallet: Address,
) -> Result<Units, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        holder.uuid().into(),
        wallet.bytes().into(),
    ];
    let row = tx.query_opt(HELD, &parameters)?;
    row.map_or(Ok(Units::ZERO), |row| Columns::of(&row).units())
}

/// Who holds what, by holder.
///
/// # Errors
/// Fails if the database does.
pub fn holdings(tx: &mut Tx, product: ProductId) -> Result<Vec<HoldingRecord>, DatabaseError> {
    let rows = tx.query(HOLDINGS, &[product.uuid().into()])?;
    rows.iter().map(read_holding).collect()
}

/// How many holdings have units, and so many of them at most, by holder.
///
/// # Errors
/// Fails if the database does.
pub fn first_holdings(
    tx: &mut Tx,
    product: ProductId,
    limit: u32,
) -> Result<(u64, Vec<HoldingRecord>), DatabaseError> {
    let rows = tx.query(FIRST_HOLDINGS, &[product.uuid().into(), limit.into()])?;
    let count = rows.first().map_or(Ok(0), |row| row.get(3))?;
    let holdings = rows.iter().map(read_holding).collect::<Result<_, _>>()?;
    Ok((count, holdings))
}

fn read_holding(row: &Row) -> Result<HoldingRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(HoldingRecord {
        holder: columns.id(HolderId::from_uuid)?,
        wallet: columns.address()?,
        units: columns.units()?,
    })
}

fn holding_parameters(product: ProductId, holding: &HoldingRecord) -> [Value; 4] {
    [
        product.uuid().into(),
        holding.holder.uuid().into(),
        holding.wallet.bytes().into(),
        holding.units.as_i64().into(),
    ]
}

fn read_head(row: &Row) -> Result<Head, DatabaseError> {
    head_of(&mut Columns::of(row))
}

fn head_of(columns: &mut Columns<'_>) -> Result<Head, DatabaseError> {
    Ok(Head {
        product: columns.id(ProductId::from_uuid)?,
        issuer_holder: columns.id(HolderId::from_uuid)?,
        sequence: columns.next()?,
        root_hash: columns.next()?,
        frontier: columns.next()?,
        issued: columns.units()?,
        deleted: columns.units()?,
        held: columns.units()?,
        updated_at: columns.time()?,
    })
}
