//! What the register and its statements say about one holder, for that holder.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{Address, HolderId, InvestorId, ProductId, Timestamp, Units};
use uuid::Uuid;

use crate::columns::Columns;
use crate::statements::{self, StatementRecord};

const REGISTERS: Sql = Sql("select product_id, id
from holders
where investor_id = $1
order by product_id
limit $2");

const WALLETS: Sql = Sql("select wallet_address, units
from holdings
where product_id = $1
and holder_id = $2
order by wallet_address");

// What moved units of the holder, and what was entered or released over them.
const ENTRIES: Sql = Sql("select e.sequence, e.kind, e.created_at, c.units
from register_entries e
left join holding_changes c on c.product_id = e.product_id and c.sequence = e.sequence and c.holder_id = $2
where e.product_id = $1
and e.sequence in (
  select h.sequence from holding_changes h where h.product_id = $1 and h.holder_id = $2
  union
  select r.entry_sequence from restrictions r where r.product_id = $1 and r.holder_id = $2 and r.entry_sequence is not null
  union
  select x.entry_sequence from restriction_releases x join restrictions r on r.id = x.restriction_id where r.product_id = $1 and r.holder_id = $2 and x.entry_sequence is not null
  union
  select c.entry_sequence from conversions c where c.product_id = $1 and c.holder_id = $2 and c.entry_sequence is not null)
order by e.sequence desc
limit $3");

const STATEMENTS: Sql = Sql("select s.id, s.environment_id, s.platform_id, s.investment_id, s.product_id, s.sequence, s.entry_sequence, s.units, s.investment_units, s.reason, s.year, s.status, s.language, s.number, s.issued_at, s.log_size, s.document_id, d.content_hash, s.created_at, p.legal_form
from registry_statements s
join investments v on v.id = s.investment_id
join products p on p.id = s.product_id
left join documents d on d.id = s.document_id
where v.investor_id = $1
and s.status <> 'withheld'
and (s.id = $2 or $2 is null)
order by s.id desc
limit $3");

/// An entry that concerned a holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcernedBy {
    /// Its place, from 1.
    pub sequence: u64,
    /// The word for its kind.
    pub kind: String,
    /// When it was made.
    pub at: Timestamp,
    /// What the holder had after it; none if it moved nothing of the holder's.
    pub units: Option<Units>,
}

/// The registers in which somebody has come, with its identifier in each.
///
/// # Errors
/// Fails if the database does.
pub fn registers(
    tx: &mut Tx,
    investor: InvestorId,
    limit: u32,
) -> Result<Vec<(ProductId, HolderId)>, DatabaseError> {
    let rows = tx.query(REGISTERS, &[investor.uuid().into(), limit.into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((
                columns.id(ProductId::from_uuid)?,
                columns.id(HolderId::from_uuid)?,
            ))
        })
        .collect()
}

/// What lies in each of the wallets that a holder has or had units in.
///
/// # Errors
/// Fails if the database does.
pub fn wallets(
    tx: &mut Tx,
    product: ProductId,
    holder: HolderId,
) -> Result<Vec<(Address, Units)>, DatabaseError> {
    let rows = tx.query(WALLETS, &[product.uuid().into(), holder.uuid().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.address()?, columns.units()?))
        })
        .collect()
}

/// The entries that concerned a holder, newest first.
///
/// # Errors
/// Fails if the database does.
pub fn entries(
    tx: &mut Tx,
    (product, holder): (ProductId, HolderId),
    limit: u32,
) -> Result<Vec<ConcernedBy>, DatabaseError> {
    let parameters = [product.uuid().into(), holder.uuid().into(), limit.into()];
    let rows = tx.query(ENTRIES, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(ConcernedBy {
                sequence: columns.next()?,
                kind: columns.next()?,
                at: columns.time()?,
                units: columns.opt_units()?,
            })
        })
        .collect()
}

/// The statements of an investor's investments, newest first; or the one named.
///
/// # Errors
/// Fails if the database does.
pub fn statements(
    tx: &mut Tx,
    investor: InvestorId,
    one: Option<Uuid>,
    limit: u32,
) -> Result<Vec<StatementRecord>, DatabaseError> {
    let parameters = [investor.uuid().into(), Value::from(one), limit.into()];
    let rows = tx.query(STATEMENTS, &parameters)?;
    rows.iter()
        .map(|row| statements::read(&mut Columns::of(row)))
        .collect()
}
