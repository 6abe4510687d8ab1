//! The register's past by holder: what each has after each entry that changed it. All of it follows from the entries.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{HolderId, ProductId, Units};

use crate::columns::Columns;

// Without a read on the way, so that the entries of a batch are written in one go.
const INSERT: Sql = Sql("insert into holding_changes
(product_id, holder_id, sequence, units, is_first)
values ($1, $2, $3,
coalesce((select b.units from holding_changes b where b.product_id = $1 and b.holder_id = $2 order by b.sequence desc limit 1), 0) + $4,
not exists (select 1 from holding_changes b where b.product_id = $1 and b.holder_id = $2))");

const INSERT_KNOWN: Sql = Sql("insert into holding_changes
(product_id, holder_id, sequence, units, is_first)
values ($1, $2, $3, $4, $5)");

const ANY: Sql = Sql("select 1
from holding_changes
where product_id = $1
limit 1");

const BETWEEN: Sql = Sql("select holder_id, sequence, units, is_first
from holding_changes
where product_id = $1
and sequence > $2
and sequence <= $3
order by sequence, holder_id");

const COUNT: Sql = Sql("select count(*)
from holding_changes
where product_id = $1");

// Holders in the order in which they came, so that those who came later are never looked at.
const AS_OF: Sql = Sql("select h.holder_id, h.sequence, h.units
from (
  select f.holder_id, f.sequence, (
    select c.units
    from holding_changes c
    where c.product_id = f.product_id
    and c.holder_id = f.holder_id
    and c.sequence <= $2
    order by c.sequence desc
    limit 1) as units
  from holding_changes f
  where f.product_id = $1
  and f.is_first
  and f.sequence > $3
  and f.sequence <= $2) h
where h.units > 0
order by h.sequence
limit $4");

const OF_HOLDER: Sql = Sql("select c.holder_id, f.sequence, c.units
from holding_changes c
join holding_changes f on f.product_id = c.product_id and f.holder_id = c.holder_id and f.is_first
where c.product_id = $1
and c.holder_id = $2
and c.sequence <= $3
order by c.sequence desc
limit 1");

/// What a holder has after an entry that changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldingChange {
    /// Who.
    pub holder: HolderId,
    /// The entry.
    pub sequence: u64,
    /// How many units there are after it.
    pub units: Units,
    /// Whether the holder was not in the register before.
    pub is_first: bool,
}

/// What a holder had, and when it first came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Who.
    pub holder: HolderId,
    /// The entry with which it came into the register.
    pub since: u64,
    /// How many units.
    pub units: Units,
}

/// Adds so many units to what a holder had after the entries before this one; a negative number takes them away.
///
/// # Errors
/// Fails if the database does, or if fewer than none would be left.
pub fn insert(
    tx: &mut Tx,
    product: ProductId,
    (holder, sequence): (HolderId, u64),
    difference: i64,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        holder.uuid().into(),
        Value::I64(sequence.cast_signed()),
        difference.into(),
    ];
    tx.later(INSERT, &parameters)
}

/// Keeps changes of which it is known what they lead to.
///
/// # Errors
/// Fails if the database does.
pub fn insert_known(
    tx: &mut Tx,
    product: ProductId,
    changes: &[HoldingChange],
) -> Result<(), DatabaseError> {
    let row = |change: &HoldingChange| {
        [
            product.uuid().into(),
            change.holder.uuid().into(),
            Value::I64(change.sequence.cast_signed()),
            change.units.as_i64().into(),
            Value::Bool(change.is_first),
        ]
    };
    let rows: Vec<_> = changes.iter().map(row).collect();
    tx.later_rows(INSERT_KNOWN, &rows)
}

/// Whether there are changes of a register.
///
/// # Errors
/// Fails if the database does.
pub fn exist(tx: &mut Tx, product: ProductId) -> Result<bool, DatabaseError> {
    Ok(tx.query_opt(ANY, &[product.uuid().into()])?.is_some())
}

/// How many there are of a register.
///
/// # Errors
/// Fails if the database does.
pub fn count(tx: &mut Tx, product: ProductId) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT, &[product.uuid().into()])?.get(0)
}

/// Those of the entries after one up to another, in their order.
///
/// # Errors
/// Fails if the database does.
pub fn between(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<HoldingChange>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ];
    let rows = tx.query(BETWEEN, &parameters)?;
    rows.iter().map(change).collect()
}

/// Who held what after an entry: holders that came after the entry `since`, in the order in which they came.
///
/// # Errors
/// Fails if the database does.
pub fn as_of(
    tx: &mut Tx,
    product: ProductId,
    sequence: u64,
    (since, limit): (u64, u32),
) -> Result<Vec<Held>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(sequence.cast_signed()),
        Value::I64(since.cast_signed()),
        limit.into(),
    ];
    let rows = tx.query(AS_OF, &parameters)?;
    rows.iter().map(held).collect()
}

/// What one holder had after an entry; nothing if it had not come yet.
///
/// # Errors
/// Fails if the database does.
pub fn of_holder(
    tx: &mut Tx,
    product: ProductId,
    holder: HolderId,
    sequence: u64,
) -> Result<Option<Held>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        holder.uuid().into(),
        Value::I64(sequence.cast_signed()),
    ];
    let row = tx.query_opt(OF_HOLDER, &parameters)?;
    row.as_ref().map(held).transpose()
}

fn held(row: &Row) -> Result<Held, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Held {
        holder: columns.id(HolderId::from_uuid)?,
        since: columns.next()?,
        units: columns.units()?,
    })
}

fn change(row: &Row) -> Result<HoldingChange, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(HoldingChange {
        holder: columns.id(HolderId::from_uuid)?,
        sequence: columns.next()?,
        units: columns.units()?,
        is_first: columns.next()?,
    })
}
