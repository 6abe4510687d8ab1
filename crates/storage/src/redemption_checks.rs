//! Redemptions as the check of a register looks at them: what its entries brought back to the issuer, and what was deleted of that.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{InvestmentId, InvestorId, ProductId, Units};

use crate::columns::Columns;
use crate::transfer_checks::Movement;

const MOVEMENTS: Sql = Sql(
    "select r.entry_sequence, i.sequence, r.source_address, p.investment_id, p.units, v.investor_id
from redemptions r
join instructions i on i.id = r.instruction_id
join transfer_parts p on p.instruction_id = r.instruction_id
left join investments v on v.id = p.investment_id
where r.product_id = $1
and r.entry_sequence > $2
and r.entry_sequence <= $3
order by r.entry_sequence, p.investment_id",
);

const DELETIONS: Sql = Sql(
    "select r.deletion_entry_sequence, i.sequence, r.entry_sequence, r.units
from redemptions r
join instructions i on i.id = r.deletion_id
where r.product_id = $1
and r.deletion_entry_sequence > $2
and r.deletion_entry_sequence <= $3
order by r.deletion_entry_sequence",
);

const DELETED: Sql = Sql("select cast(coalesce(sum(units), 0) as bigint)
from redemptions
where product_id = $1
and deletion_entry_sequence <= $2");

const COUNTS: Sql = Sql("select
(select count(*) from redemptions r where r.product_id = $1 and r.entry_sequence is not null),
(select count(*) from redemptions r where r.product_id = $1 and r.deletion_entry_sequence is not null)");

/// What one entry of the register marked void, for the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The entry.
    pub entry: u64,
    /// The instruction's place in the queue.
    pub instruction: u64,
    /// The entry that had brought the units to the issuer.
    pub voids: Option<u64>,
    /// How many.
    pub units: Units,
}

/// What the entries after one sequence up to another brought back to the issuer.
///
/// # Errors
/// Fails if the database does.
pub fn movements(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<Movement>, DatabaseError> {
    let rows = tx.query(MOVEMENTS, &stretch(product, after, up_to))?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Movement {
                entry: columns.next()?,
                instruction: columns.next()?,
                source: columns.address()?,
                investment: columns.id(InvestmentId::from_uuid)?,
                units: columns.units()?,
                investor: columns.opt_id(InvestorId::from_uuid)?,
            })
        })
        .collect()
}

/// What the entries after one sequence up to another marked void.
///
/// # Errors
/// Fails if the database does.
pub fn deletions(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<Deletion>, DatabaseError> {
    let rows = tx.query(DELETIONS, &stretch(product, after, up_to))?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Deletion {
                entry: columns.next()?,
                instruction: columns.next()?,
                voids: columns.next()?,
                units: columns.units()?,
            })
        })
        .collect()
}

/// How many units the entries up to one marked void.
///
/// # Errors
/// Fails if the database does.
pub fn deleted(tx: &mut Tx, product: ProductId, up_to: u64) -> Result<Units, DatabaseError> {
    let parameters = [product.uuid().into(), Value::I64(up_to.cast_signed())];
    Columns::of(&tx.query_one(DELETED, &parameters)?).units()
}

/// How many redemptions of a register say that they have an entry, and how many that they have one of their deletion.
///
/// # Errors
/// Fails if the database does.
pub fn counts(tx: &mut Tx, product: ProductId) -> Result<(u64, u64), DatabaseError> {
    let row = tx.query_one(COUNTS, &[product.uuid().into()])?;
    Ok((row.get(0)?, row.get(1)?))
}

fn stretch(product: ProductId, after: u64, up_to: u64) -> [Value; 3] {
    [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ]
}
