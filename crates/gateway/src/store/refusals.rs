//! What environments refused, until a later change makes it good.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};
use crate::store::changes::Kind;

/// One refusal.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) environment: Uuid,
    pub(crate) version: i64,
    pub(crate) kind: Kind,
    pub(crate) sealed_problem: Vec<u8>,
    pub(crate) refused_at: i64,
}

const INSERT: Sql = Sql(
    "
insert into gateway_refusals
(investor, environment, version, kind, sealed_problem, refused_at, resolved_at)
values ($1, $2, $3, $4, $5, $6, null)
on conflict (investor, environment, version) do update
set sealed_problem = excluded.sealed_problem, refused_at = excluded.refused_at, resolved_at = null",
);
// The document is good again: what was refused of it before does not matter any more.
const RESOLVE_DOCUMENT: Sql = Sql("
update gateway_refusals
set resolved_at = $4
where investor = $1
and environment = $2
and version <= $3
and kind in ('create', 'patch', 'repair')
and resolved_at is null");
const RESOLVE_ONE: Sql = Sql("
update gateway_refusals
set resolved_at = $4
where investor = $1
and environment = $2
and version = $3
and resolved_at is null");
const OPEN: Sql = Sql("
select environment, version, kind, sealed_problem, refused_at
from gateway_refusals
where investor = $1
and resolved_at is null
order by environment, version");
const COUNT: Sql = Sql("
select count(*)
from gateway_refusals
where environment = $1
and resolved_at is null");

pub(crate) fn insert(tx: &mut Tx, investor: Uuid, refusal: &Refusal) -> Result<(), DatabaseError> {
    let params = [
        investor.into(),
        refusal.environment.into(),
        refusal.version.into(),
        refusal.kind.text().into(),
        (&refusal.sealed_problem).into(),
        Value::time(refusal.refused_at),
    ];
    tx.later_any(INSERT, &params)
}

/// Everything of the document up to this version is in order there.
pub(crate) fn resolve_document(
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
    version: i64,
    now: i64,
) -> Result<(), DatabaseError> {
    let params = [
        investor.into(),
        environment.into(),
        version.into(),
        Value::time(now),
    ];
    tx.later_any(RESOLVE_DOCUMENT, &params)
}

pub(crate) fn resolve(
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
    version: i64,
    now: i64,
) -> Result<(), DatabaseError> {
    let params = [
        investor.into(),
        environment.into(),
        version.into(),
        Value::time(now),
    ];
    tx.later_any(RESOLVE_ONE, &params)
}

/// What stands against an investor now.
pub(crate) fn open(tx: &mut Tx, investor: Uuid) -> Result<Vec<Refusal>, DatabaseError> {
    all(&tx.query(OPEN, &[investor.into()])?, read)
}

pub(crate) fn count(tx: &mut Tx, environment: Uuid) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT, &[environment.into()])?.get(0)
}

fn read(row: &Row) -> Result<Refusal, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Refusal {
        environment: columns.next()?,
        version: columns.next()?,
        kind: columns.parsed(Kind::parse)?,
        sealed_problem: columns.next()?,
        refused_at: columns.time()?,
    })
}
