//! Transfers as the check of a register looks at them: what its entries moved, and what that leaves.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{Address, InvestmentId, InvestorId, ProductId, Units};

use crate::columns::Columns;

const MOVEMENTS: Sql = Sql(
    "select k.sequence, i.sequence, t.source_address, p.investment_id, p.units, v.investor_id
from register_commitments k
join transfers t on t.investment_id = k.investment_id
join instructions i on i.id = t.instruction_id
join transfer_parts p on p.instruction_id = t.instruction_id
left join investments v on v.id = p.investment_id
where k.product_id = $1
and k.sequence > $2
and k.sequence <= $3
order by k.sequence, p.investment_id",
);

// A reversal commits to no investment: its entry is kept with what it rests on.
const REVERSALS: Sql = Sql(
    "select g.entry_sequence, i.sequence, t.source_address, p.investment_id, p.units, v.investor_id
from reregistrations g
join instructions i on i.id = g.instruction_id
join transfers t on t.instruction_id = g.instruction_id
join transfer_parts p on p.instruction_id = g.instruction_id
left join investments v on v.id = p.investment_id
where g.product_id = $1
and g.entry_sequence > $2
and g.entry_sequence <= $3
and g.reverses is not null
order by g.entry_sequence, p.investment_id",
);

// What a reversal gave back, by the entry of the reversal: to which investments, and to which wallet.
const RETURNED: Sql = Sql("select g.entry_sequence, t.target_address, p.investment_id
from reregistrations g
join transfers t on t.instruction_id = g.instruction_id
left join transfer_parts p on p.reversed_by = g.instruction_id
where g.product_id = $1
and g.entry_sequence > $2
and g.entry_sequence <= $3
and g.reverses is not null
order by g.entry_sequence, p.investment_id");

const UNEXPLAINED: Sql = Sql("select v.id
from investments v
where v.product_id = $1
and v.status = 'DELIVERED'
and v.remaining_units <> v.units - (select coalesce(sum(p.units), 0) from transfer_parts p where p.investment_id = v.id and p.reversed_by is null)
order by v.id
limit 1");

/// What one entry of the register moved away from an investment, for the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The entry.
    pub entry: u64,
    /// The instruction's place in the queue.
    pub instruction: u64,
    /// Where the units left.
    pub source: Address,
    /// The investment that gave them.
    pub investment: InvestmentId,
    /// How many.
    pub units: Units,
    /// Whose investment it is, if there is such an investment.
    pub investor: Option<InvestorId>,
}

/// What the entries after one sequence up to another moved between investors.
///
/// # Errors
/// Fails if the database does.
pub fn movements(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<Movement>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ];
    let mut rows = tx.query(MOVEMENTS, &parameters)?;
    rows.extend(tx.query(REVERSALS, &parameters)?);
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

/// What a reversal gave back, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The entry of the reversal.
    pub entry: u64,
    /// Where the units went.
    pub target: Address,
    /// An investment that has units again; none if they are the issuer's.
    pub investment: Option<InvestmentId>,
}

/// What the reversals among the entries after one sequence up to another gave back.
///
/// # Errors
/// Fails if the database does.
pub fn returned(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<Returned>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ];
    let rows = tx.query(RETURNED, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Returned {
                entry: columns.next()?,
                target: columns.address()?,
                investment: columns.opt_id(InvestmentId::from_uuid)?,
            })
        })
        .collect()
}

/// A delivered investment of which something other remains than transfers have left of it, if there is one.
///
/// # Errors
/// Fails if the database does.
pub fn unexplained(tx: &mut Tx, product: ProductId) -> Result<Option<InvestmentId>, DatabaseError> {
    let row = tx.query_opt(UNEXPLAINED, &[product.uuid().into()])?;
    row.map(|row| Columns::of(&row).id(InvestmentId::from_uuid))
        .transpose()
}
