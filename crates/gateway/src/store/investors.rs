//! Investors: the document in force, and the number of the last change.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// An investor's row.
#[derive(Clone, Debug)]
pub(crate) struct Investor {
    pub(crate) id: Uuid,
    pub(crate) reference: Option<String>,
    pub(crate) data_key: Uuid,
    pub(crate) sealed_document: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

const FIND: Sql = Sql("
select id, reference, data_key, sealed_document, version, created_at, updated_at
from gateway_investors
where id = $1");
const LOCK: Sql = Sql("
select id, reference, data_key, sealed_document, version, created_at, updated_at
from gateway_investors
where id = $1
for update");
const BY_REFERENCE: Sql = Sql("
select id
from gateway_investors
where reference = $1");
const COUNT: Sql = Sql("
select count(*)
from gateway_investors
where (reference = $1 or $1 is null)");
const LIST: Sql = Sql("
select id, reference, data_key, sealed_document, version, created_at, updated_at
from gateway_investors
where (reference = $1 or $1 is null)
order by created_at, id
limit $2 offset $3");
const INSERT: Sql = Sql("
insert into gateway_investors
(id, reference, data_key, sealed_document, version, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7)");
const UPDATE: Sql = Sql("
update gateway_investors
set sealed_document = $2, version = $3, updated_at = $4, reference = $5
where id = $1");

pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Investor>, DatabaseError> {
    tx.query_opt(FIND, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// As [`find`]; changes of this investor wait for one another.
pub(crate) fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Investor>, DatabaseError> {
    tx.query_opt(LOCK, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

pub(crate) fn of_reference(tx: &mut Tx, reference: &str) -> Result<Option<Uuid>, DatabaseError> {
    tx.query_opt(BY_REFERENCE, &[reference.into()])?
        .map(|row| row.get(0))
        .transpose()
}

/// How many there are, and one page of them, oldest first.
pub(crate) fn list(
    tx: &mut Tx,
    reference: Option<&str>,
    limit: i64,
    offset: i64,
) -> Result<(u64, Vec<Investor>), DatabaseError> {
    let reference = Value::from(reference);
    let count = tx
        .query_one(COUNT, std::slice::from_ref(&reference))?
        .get(0)?;
    let rows = tx.query(LIST, &[reference, limit.into(), offset.into()])?;
    Ok((count, all(&rows, read)?))
}

pub(crate) fn insert(tx: &mut Tx, investor: &Investor) -> Result<(), DatabaseError> {
    let params = [
        investor.id.into(),
        investor.reference.clone().into(),
        investor.data_key.into(),
        (&investor.sealed_document).into(),
        investor.version.into(),
        Value::time(investor.created_at),
        Value::time(investor.updated_at),
    ];
    tx.later(INSERT, &params)
}

/// Saves document, version and reference.
pub(crate) fn update(tx: &mut Tx, investor: &Investor) -> Result<(), DatabaseError> {
    let params = [
        investor.id.into(),
        (&investor.sealed_document).into(),
        investor.version.into(),
        Value::time(investor.updated_at),
        investor.reference.clone().into(),
    ];
    tx.later(UPDATE, &params)
}

fn read(row: &Row) -> Result<Investor, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Investor {
        id: columns.next()?,
        reference: columns.next()?,
        data_key: columns.next()?,
        sealed_document: columns.next()?,
        version: columns.next()?,
        created_at: columns.time()?,
        updated_at: columns.time()?,
    })
}
