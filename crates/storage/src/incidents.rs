//! What does not fit between a register and the DLT network and cannot be explained.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{Address, DecisionId, IncidentId, ProductId, Timestamp};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into incidents
(id, product_id, wallet_address, register_units, network_units, at_block, opened_at)
values ($1, $2, $3, $4, $5, $6, $7)");

const FIND: Sql = Sql(
    "select id, product_id, wallet_address, register_units, network_units, at_block, opened_at, closed_at, decision_id
from incidents
where id = $1",
);

const OPEN: Sql = Sql(
    "select id, product_id, wallet_address, register_units, network_units, at_block, opened_at, closed_at, decision_id
from incidents
where product_id = $1
and closed_at is null
order by id",
);

const COUNT: Sql = Sql("select count(*)
from incidents
where (closed_at is null or not $1)");

const LIST: Sql = Sql(
    "select id, product_id, wallet_address, register_units, network_units, at_block, opened_at, closed_at, decision_id
from incidents
where (closed_at is null or not $1)
order by id
limit $2 offset $3",
);

const SINCE: Sql = Sql(
    "select id, product_id, wallet_address, register_units, network_units, at_block, opened_at, closed_at, decision_id
from incidents
where opened_at < $2
and (closed_at is null or closed_at >= $1)
order by id",
);

const CLOSE: Sql = Sql("update incidents
set closed_at = $2, decision_id = $3
where id = $1
and closed_at is null");

/// An incident as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Identifies it.
    pub id: IncidentId,
    /// Whose register.
    pub product: ProductId,
    /// The wallet; none if it is the sum that does not fit.
    pub wallet: Option<Address>,
    /// What the register says.
    pub register_units: u64,
    /// What the network says.
    pub network_units: u64,
    /// At which final block.
    pub at_block: u64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When two people closed it.
    pub closed_at: Option<Timestamp>,
    /// By which decision.
    pub decision: Option<DecisionId>,
}

/// Opens one.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, incident: &Incident) -> Result<(), DatabaseError> {
    let parameters = [
        incident.id.uuid().into(),
        incident.product.uuid().into(),
        incident.wallet.map(|wallet| wallet.bytes()).into(),
        Value::I64(incident.register_units.cast_signed()),
        Value::I64(incident.network_units.cast_signed()),
        Value::I64(incident.at_block.cast_signed()),
        time(incident.opened_at),
    ];
    tx.later(INSERT, &parameters)
}

/// One of them.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: IncidentId) -> Result<Option<Incident>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.uuid().into()])?;
    row.as_ref().map(read).transpose()
}

/// Those of a register that are open.
///
/// # Errors
/// Fails if the database does.
pub fn open(tx: &mut Tx, product: ProductId) -> Result<Vec<Incident>, DatabaseError> {
    let rows = tx.query(OPEN, &[product.uuid().into()])?;
    rows.iter().map(read).collect()
}

/// How many there are, and a page of them, oldest first; all, or those that are open.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    only_open: bool,
    (offset, limit): (u64, u32),
) -> Result<(u64, Vec<Incident>), DatabaseError> {
    let count = tx.query_one(COUNT, &[only_open.into()])?.get(0)?;
    let parameters = [
        only_open.into(),
        limit.into(),
        Value::I64(offset.cast_signed()),
    ];
    let rows = tx.query(LIST, &parameters)?;
    let found = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((count, found))
}

/// Those that were open at some time between two.
///
/// # Errors
/// Fails if the database does.
pub fn between(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Incident>, DatabaseError> {
    let rows = tx.query(SINCE, &[time(from), time(until)])?;
    rows.iter().map(read).collect()
}

/// Closes one; whether it was open.
///
/// # Errors
/// Fails if the database does.
pub fn close(
    tx: &mut Tx,
    id: IncidentId,
    now: Timestamp,
    decision: DecisionId,
) -> Result<bool, DatabaseError> {
    let parameters = [id.uuid().into(), time(now), decision.uuid().into()];
    Ok(tx.execute(CLOSE, &parameters)? == 1)
}

fn read(row: &Row) -> Result<Incident, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Incident {
        id: columns.id(IncidentId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        wallet: columns.opt_address()?,
        register_units: columns.next()?,
        network_units: columns.next()?,
        at_block: columns.next()?,
        opened_at: columns.time()?,
        closed_at: columns.opt_time()?,
        decision: columns.opt_id(DecisionId::from_uuid)?,
    })
}
