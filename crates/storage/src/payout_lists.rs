//! Payout lists: who held what of a product at the end of a record date. Where to pay is not kept here, but with the investor.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{Date, DecisionId, HolderId, InvestorId, PayoutListId, ProductId, Timestamp, Units};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into payout_lists
(id, product_id, record_date, sequence, holders, units, decision_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)");

const INSERT_ENTRY: Sql = Sql("insert into payout_list_entries
(list_id, holder_id, investor_id, units)
values ($1, $2, $3, $4)");

const FIND: Sql = Sql(
    "select id, product_id, record_date, sequence, holders, units, decision_id, created_at
from payout_lists
where id = $1",
);

const COUNT: Sql = Sql("select count(*)
from payout_lists
where (product_id = $1 or $1 is null)");

const LIST: Sql = Sql(
    "select id, product_id, record_date, sequence, holders, units, decision_id, created_at
from payout_lists
where (product_id = $1 or $1 is null)
order by id
limit $2 offset $3",
);

const ENTRIES: Sql = Sql("select holder_id, investor_id, units
from payout_list_entries
where list_id = $1
order by holder_id
limit $2 offset $3");

/// A payout list as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutListRecord {
    /// Identifies it.
    pub id: PayoutListId,
    /// The product.
    pub product: ProductId,
    /// At whose end the holders held.
    pub record_date: Date,
    /// The last entry that it takes into account.
    pub sequence: u64,
    /// How many holders it has.
    pub holders: u64,
    /// What they hold together.
    pub units: Units,
    /// The decision that it was drawn up by.
    pub decision: DecisionId,
    /// When.
    pub created_at: Timestamp,
}

/// One holder of a payout list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutEntryRecord {
    /// The holder.
    pub holder: HolderId,
    /// Who that is.
    pub investor: InvestorId,
    /// What the holder had.
    pub units: Units,
}

/// Keeps a payout list with its holders.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    list: &PayoutListRecord,
    entries: &[PayoutEntryRecord],
) -> Result<(), DatabaseError> {
    let parameters = [
        list.id.uuid().into(),
        list.product.uuid().into(),
        list.record_date.to_string().into(),
        Value::I64(list.sequence.cast_signed()),
        Value::I64(list.holders.cast_signed()),
        list.units.as_i64().into(),
        list.decision.uuid().into(),
        time(list.created_at),
    ];
    tx.later(INSERT, &parameters)?;
    for entry in entries {
        let parameters = [
            list.id.uuid().into(),
            entry.holder.uuid().into(),
            entry.investor.uuid().into(),
            entry.units.as_i64().into(),
        ];
        tx.later(INSERT_ENTRY, &parameters)?;
    }
    Ok(())
}

/// A payout list.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: PayoutListId) -> Result<Option<PayoutListRecord>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// The number of payout lists (of one product, if given) and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    product: Option<ProductId>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<PayoutListRecord>), DatabaseError> {
    let product = Value::from(product.map(ProductId::uuid));
    let count = tx
        .query_one(COUNT, std::slice::from_ref(&product))?
        .get(0)?;
    let rows = tx.query(LIST, &[product, limit.into(), offset.cast_signed().into()])?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// A stretch of the holders of a list, by their ids.
///
/// # Errors
/// Fails if the database does.
pub fn entries(
    tx: &mut Tx,
    id: PayoutListId,
    offset: u64,
    limit: u32,
) -> Result<Vec<PayoutEntryRecord>, DatabaseError> {
    let parameters = [id.uuid().into(), limit.into(), offset.cast_signed().into()];
    let rows = tx.query(ENTRIES, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(PayoutEntryRecord {
                holder: columns.id(HolderId::from_uuid)?,
                investor: columns.id(InvestorId::from_uuid)?,
                units: columns.units()?,
            })
        })
        .collect()
}

fn read(row: &Row) -> Result<PayoutListRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(PayoutListRecord {
        id: columns.id(PayoutListId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        record_date: columns.parsed(|text| Date::parse(text).ok())?,
        sequence: columns.next()?,
        holders: columns.next()?,
        units: columns.units()?,
        decision: columns.id(DecisionId::from_uuid)?,
        created_at: columns.time()?,
    })
}
