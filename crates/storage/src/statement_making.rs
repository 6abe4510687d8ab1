//! Statements on their way to a document: what is due, its number, and what became of it.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    DocumentId, EnvironmentId, InvestmentId, InvestorId, Language, PlatformId, ProductId,
    Timestamp, Units,
};
use uuid::Uuid;

use crate::columns::{Columns, opt_time, time};
use crate::statements::{Numbered, StatementRecord, StatementStatus, read};

// A statement says under which root on the DLT network its entry is proven, so that it waits for one that covers what it states.
const OPEN: Sql = Sql("select s.id
from registry_statements s
where (s.status = 'due' or s.status = 'numbered')
and (s.status = 'numbered' or exists (select 1 from register_anchors a where a.product_id = s.product_id and a.status = 'confirmed' and a.size >= s.sequence))
and s.id > $1
order by s.id
limit $2");

// The row first: a lock over the join would hold the product.
const LOCK: Sql = Sql("select id
from registry_statements
where id = $1
for update");

const FIND: Sql = Sql("select s.id, s.environment_id, s.platform_id, s.investment_id, s.product_id, s.sequence, s.entry_sequence, s.units, s.investment_units, s.reason, s.year, s.status, s.language, s.number, s.issued_at, s.log_size, s.document_id, d.content_hash, s.created_at, p.legal_form
from registry_statements s
join products p on p.id = s.product_id
left join documents d on d.id = s.document_id
where s.id = $1");

// The row of the series is held until the commit: no number is lost, and none is given twice.
const NEXT_NUMBER: Sql = Sql("update statement_series
set last_number = last_number + 1
where name = $1
returning last_number");

const NUMBER: Sql = Sql("update registry_statements
set status = 'numbered', series = $2, number = $3, issued_at = $4, log_size = $5, language = $6
where id = $1
and status = 'due'");

const READY: Sql = Sql("update registry_statements
set status = 'ready', document_id = $2
where id = $1
and status = 'numbered'");

const END: Sql = Sql("update registry_statements
set status = $2
where id = $1
and (status = 'due' or status = 'numbered')");

const LAST_ENTRY: Sql = Sql("select max(e.sequence)
from (
    select k.sequence
    from register_commitments k
    where k.investment_id = $1
    union all
    select s.sequence
    from registry_statements s
    where s.investment_id = $1
    and s.reason = 'change') e");

// Who is owed one is decided where it is made; here only those are looked at for whom it could be.
const YEARLY: Sql = Sql(
    "select v.id, v.environment_id, v.platform_id, v.product_id, v.investor_id, v.remaining_units
from investments v
join products p on p.id = v.product_id
join investors w on w.id = v.investor_id
where v.status = 'DELIVERED'
and v.remaining_units > 0
and v.delivered_at < $1
and v.id > $2
and p.ewpg
and w.kind = 'natural'
and not w.custodian_bank
and not exists (
    select 1
    from registry_statements s
    where s.investment_id = v.id
    and s.year = $3)
order by v.id
limit $4",
);

const YEARLY_MISSING: Sql = Sql("select count(*)
from investments v
join products p on p.id = v.product_id
join investors w on w.id = v.investor_id
where v.status = 'DELIVERED'
and v.remaining_units > 0
and v.delivered_at < $1
and p.ewpg
and w.kind = 'natural'
and not w.custodian_bank
and not exists (
    select 1
    from registry_statements s
    where s.investment_id = v.id
    and s.year = $2)");

const BACKLOG: Sql = Sql("select count(*), min(created_at)
from registry_statements
where status = 'due' or status = 'numbered'");

/// An investment whose holder may be owed the year's statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Position {
    pub investment: InvestmentId,
    pub environment: EnvironmentId,
    pub platform: PlatformId,
    pub product: ProductId,
    pub investor: InvestorId,
    pub units: Units,
}

/// Statements that are not made yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How many.
    pub waiting: u64,
    /// Since when the oldest is due.
    pub oldest_at: Option<Timestamp>,
}

/// Statements that can be made now, the oldest first, behind this one.
///
/// # Errors
/// Fails if the database does.
pub fn open(tx: &mut Tx, after: Uuid, limit: u32) -> Result<Vec<Uuid>, DatabaseError> {
    let rows = tx.query(OPEN, &[after.into(), limit.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// A statement, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<StatementRecord>, DatabaseError> {
    let parameters = [id.into()];
    let rows = tx.query_many(&[(LOCK, &parameters), (FIND, &parameters)])?;
    let row = rows.get(1).and_then(|rows| rows.first());
    row.map(|row| read(&mut Columns::of(row))).transpose()
}

/// The next number of a series; nobody else gets one of it before the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn next_number(tx: &mut Tx, series: &str) -> Result<u64, DatabaseError> {
    tx.query_one(NEXT_NUMBER, &[series.into()])?.get(0)
}

/// Gives a statement what it is printed from.
///
/// # Errors
/// Fails if the database does, or if the statement has a number.
pub fn number(
    tx: &mut Tx,
    id: Uuid,
    (series, numbered): (&str, &Numbered),
    language: Language,
) -> Result<(), DatabaseError> {
    let parameters = [
        id.into(),
        series.into(),
        Value::I64(numbered.number.cast_signed()),
        time(numbered.issued_at),
        Value::I64(numbered.log_size.cast_signed()),
        language.code().into(),
    ];
    tx.later(NUMBER, &parameters)
}

/// The document is there. False if it was before.
///
/// # Errors
/// Fails if the database does.
pub fn ready(tx: &mut Tx, id: Uuid, document: DocumentId) -> Result<bool, DatabaseError> {
    let changed = tx.execute(READY, &[id.into(), document.uuid().into()])?;
    Ok(changed == 1)
}

/// There will be no document.
///
/// # Errors
/// Fails if the database does.
pub fn end(tx: &mut Tx, id: Uuid, status: StatementStatus) -> Result<(), DatabaseError> {
    tx.later_any(END, &[id.into(), status.as_str().into()])
}

/// The last entry that concerned an investment.
///
/// # Errors
/// Fails if the database does.
pub fn last_entry(tx: &mut Tx, investment: InvestmentId) -> Result<Option<u64>, DatabaseError> {
    tx.query_one(LAST_ENTRY, &[investment.uuid().into()])?
        .get(0)
}

/// Investments delivered before a moment whose holders have no statement of the year, behind this one.
///
/// # Errors
/// Fails if the database does.
pub fn yearly(
    tx: &mut Tx,
    (delivered_before, year): (Timestamp, i16),
    after: InvestmentId,
    limit: u32,
) -> Result<Vec<Position>, DatabaseError> {
    let parameters = [
        time(delivered_before),
        after.uuid().into(),
        Value::I64(i64::from(year)),
        limit.into(),
    ];
    tx.query(YEARLY, &parameters)?
        .iter()
        .map(read_position)
        .collect()
}

/// How many there are of these.
///
/// # Errors
/// Fails if the database does.
pub fn yearly_missing(
    tx: &mut Tx,
    delivered_before: Timestamp,
    year: i16,
) -> Result<u64, DatabaseError> {
    let parameters = [
        opt_time(Some(delivered_before)),
        Value::I64(i64::from(year)),
    ];
    tx.query_one(YEARLY_MISSING, &parameters)?.get(0)
}

/// What waits.
///
/// # Errors
/// Fails if the database does.
pub fn backlog(tx: &mut Tx) -> Result<Backlog, DatabaseError> {
    let row = tx.query_one(BACKLOG, &[])?;
    let mut columns = Columns::of(&row);
    Ok(Backlog {
        waiting: columns.next()?,
        oldest_at: columns.opt_time()?,
    })
}

fn read_position(row: &Row) -> Result<Position, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Position {
        investment: columns.id(InvestmentId::from_uuid)?,
        environment: columns.id(EnvironmentId::from_uuid)?,
        platform: columns.id(PlatformId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        investor: columns.id(InvestorId::from_uuid)?,
        units: columns.units()?,
    })
}
