//! Differences between our document and an environment's.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// One field that differs.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    pub(crate) investor: Uuid,
    pub(crate) environment: Uuid,
    /// Path of the field, `natural_person.city`.
    pub(crate) field: String,
    /// Ours and theirs, sealed.
    pub(crate) sealed_values: Vec<u8>,
    pub(crate) first_seen_at: i64,
    pub(crate) seen_at: i64,
    /// `open` or `pushed`.
    pub(crate) state: String,
}

const SAVE: Sql = Sql("
insert into gateway_differences
(investor, environment, field, sealed_values, first_seen_at, seen_at, state)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (investor, environment, field) do update
set sealed_values = excluded.sealed_values, seen_at = excluded.seen_at, state = excluded.state");
const FORGET: Sql = Sql("
delete from gateway_differences
where investor = $1
and environment = $2
and seen_at < $3");
const COUNT: Sql = Sql("
select count(*)
from gateway_differences
where (environment = $1 or $1 is null)");
const LIST: Sql = Sql("
select investor, environment, field, sealed_values, first_seen_at, seen_at, state
from gateway_differences
where (environment = $1 or $1 is null)
order by first_seen_at, investor, environment, field
limit $2 offset $3");
const OF_COPY: Sql = Sql("
select investor, environment, field, sealed_values, first_seen_at, seen_at, state
from gateway_differences
where investor = $1
and environment = $2
order by field");

pub(crate) fn save(tx: &mut Tx, difference: &Difference) -> Result<(), DatabaseError> {
    let params = [
        difference.investor.into(),
        difference.environment.into(),
        (&difference.field).into(),
        (&difference.sealed_values).into(),
        Value::time(difference.first_seen_at),
        Value::time(difference.seen_at),
        (&difference.state).into(),
    ];
    tx.later_any(SAVE, &params)
}

/// What was not seen again is gone.
pub(crate) fn forget(
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
    seen_before: i64,
) -> Result<(), DatabaseError> {
    tx.later_any(
        FORGET,
        &[
            investor.into(),
            environment.into(),
            Value::time(seen_before),
        ],
    )
}

pub(crate) fn count(tx: &mut Tx, environment: Option<Uuid>) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT, &[environment.into()])?.get(0)
}

pub(crate) fn list(
    tx: &mut Tx,
    environment: Option<Uuid>,
    limit: i64,
    offset: i64,
) -> Result<Vec<Difference>, DatabaseError> {
    all(
        &tx.query(LIST, &[environment.into(), limit.into(), offset.into()])?,
        read,
    )
}

pub(crate) fn of_copy(
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
) -> Result<Vec<Difference>, DatabaseError> {
    all(
        &tx.query(OF_COPY, &[investor.into(), environment.into()])?,
        read,
    )
}

fn read(row: &Row) -> Result<Difference, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Difference {
        investor: columns.next()?,
        environment: columns.next()?,
        field: columns.next()?,
        sealed_values: columns.next()?,
        first_seen_at: columns.time()?,
        seen_at: columns.time()?,
        state: columns.next()?,
    })
}
