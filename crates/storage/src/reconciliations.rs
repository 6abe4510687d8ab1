//! How far each register was compared with the DLT network, and the signed reports of each day.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{Address, Date, ProductId, Timestamp, Units};

use crate::columns::{Columns, opt_time, time};

const FIND: Sql = Sql(
    "select product_id, sequence, wallet_address, at_block, wallets, looked_at, differs_since, differences
from reconciliations
where product_id = $1",
);

const SAVE: Sql = Sql("insert into reconciliations
(product_id, sequence, wallet_address, at_block, wallets, looked_at, differs_since, differences)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (product_id) do update
set sequence = excluded.sequence, wallet_address = excluded.wallet_address, at_block = excluded.at_block, wallets = excluded.wallets,
looked_at = excluded.looked_at, differs_since = excluded.differs_since, differences = excluded.differences");

const COUNT: Sql = Sql("select count(*)
from reconciliations");

const LIST: Sql = Sql(
    "select product_id, sequence, wallet_address, at_block, wallets, looked_at, differs_since, differences
from reconciliations
order by product_id
limit $1 offset $2",
);

// Wallets of holders that an entry concerned.
const CHANGED: Sql = Sql("select h.wallet_address, cast(sum(h.units) as bigint)
from holdings h
where h.product_id = $1
and h.wallet_address in (
  select o.wallet_address
  from holding_changes c
  join holdings o on o.product_id = c.product_id and o.holder_id = c.holder_id
  where c.product_id = $1
  and c.sequence > $2)
group by h.wallet_address
order by h.wallet_address");

const NEXT: Sql = Sql("select wallet_address, cast(sum(units) as bigint)
from holdings
where product_id = $1
and wallet_address > $2
group by wallet_address
order by wallet_address
limit $3");

const INSERT_REPORT: Sql = Sql("insert into reconciliation_reports
(day, note, created_at)
values ($1, $2, $3)
on conflict (day) do nothing");

const LAST_REPORT: Sql = Sql("select max(day)
from reconciliation_reports");

const COUNT_REPORTS: Sql = Sql("select count(*)
from reconciliation_reports");

const REPORTS: Sql = Sql("select day, note
from reconciliation_reports
order by day
limit $1 offset $2");

/// How far a register was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// The product.
    pub product: ProductId,
    /// The last entry whose holdings were compared.
    pub sequence: u64,
    /// The wallet up to which the others were, in the order of their addresses.
    pub wallet: Address,
    /// The final block of the last look.
    pub at_block: u64,
    /// How many wallets that look compared.
    pub wallets: u64,
    /// When it was.
    pub looked_at: Timestamp,
    /// Since when something differs.
    pub differs_since: Option<Timestamp>,
    /// What, as text.
    pub differences: Option<String>,
}

/// How far a register was compared, if it ever was.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, product: ProductId) -> Result<Option<Reconciliation>, DatabaseError> {
    let row = tx.query_opt(FIND, &[product.uuid().into()])?;
    row.as_ref().map(read).transpose()
}

/// Keeps how far it was.
///
/// # Errors
/// Fails if the database does.
pub fn save(tx: &mut Tx, state: &Reconciliation) -> Result<(), DatabaseError> {
    let parameters = [
        state.product.uuid().into(),
        Value::I64(state.sequence.cast_signed()),
        state.wallet.bytes().into(),
        Value::I64(state.at_block.cast_signed()),
        Value::I64(state.wallets.cast_signed()),
        time(state.looked_at),
        opt_time(state.differs_since),
        state.differences.clone().into(),
    ];
    tx.later(SAVE, &parameters)
}

/// How many registers were compared, and a page of them.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<Reconciliation>), DatabaseError> {
    let count = tx.query_one(COUNT, &[])?.get(0)?;
    let rows = tx.query(LIST, &[limit.into(), Value::I64(offset.cast_signed())])?;
    let found = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((count, found))
}

/// What lies in the wallets of holders that the entries after this one concerned.
///
/// # Errors
/// Fails if the database does.
pub fn changed(
    tx: &mut Tx,
    product: ProductId,
    sequence: u64,
) -> Result<Vec<(Address, Units)>, DatabaseError> {
    let parameters = [product.uuid().into(), Value::I64(sequence.cast_signed())];
    wallets(&tx.query(CHANGED, &parameters)?)
}

/// What lies in the next wallets after this one.
///
/// # Errors
/// Fails if the database does.
pub fn next(
    tx: &mut Tx,
    product: ProductId,
    after: Address,
    limit: u32,
) -> Result<Vec<(Address, Units)>, DatabaseError> {
    let parameters = [product.uuid().into(), after.bytes().into(), limit.into()];
    wallets(&tx.query(NEXT, &parameters)?)
}

/// Keeps the report of a day, unless there is one.
///
/// # Errors
/// Fails if the database does.
pub fn insert_report(
    tx: &mut Tx,
    day: Date,
    note: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.later_any(
        INSERT_REPORT,
        &[day.to_string().into(), note.into(), time(now)],
    )
}

/// The last day that has a report.
///
/// # Errors
/// Fails if the database does.
pub fn last_report(tx: &mut Tx) -> Result<Option<Date>, DatabaseError> {
    let day: Option<String> = tx.query_one(LAST_REPORT, &[])?.get(0)?;
    Ok(day.and_then(|day| Date::parse(&day).ok()))
}

/// How many reports there are, and a page of them with their days, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn reports(
    tx: &mut Tx,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<(String, String)>), DatabaseError> {
    let count = tx.query_one(COUNT_REPORTS, &[])?.get(0)?;
    let rows = tx.query(REPORTS, &[limit.into(), Value::I64(offset.cast_signed())])?;
    let found = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?)));
    Ok((count, found.collect::<Result<_, DatabaseError>>()?))
}

fn wallets(rows: &[Row]) -> Result<Vec<(Address, Units)>, DatabaseError> {
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.address()?, columns.units()?))
        })
        .collect()
}

fn read(row: &Row) -> Result<Reconciliation, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Reconciliation {
        product: columns.id(ProductId::from_uuid)?,
        sequence: columns.next()?,
        wallet: columns.address()?,
        at_block: columns.next()?,
        wallets: columns.next()?,
        looked_at: columns.time()?,
        differs_since: columns.opt_time()?,
        differences: columns.next()?,
    })
}
