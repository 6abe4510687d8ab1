//! Transfers as their environments last described them.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, Heard, all};

/// A transfer's row.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) id: Uuid,
    /// Who gives.
    pub(crate) investor: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) reference: Option<String>,
    pub(crate) status: String,
    pub(crate) sealed_body: Vec<u8>,
    pub(crate) heard: Heard,
    pub(crate) changed_at: i64,
    pub(crate) observed_at: i64,
    pub(crate) refresh_at: Option<i64>,
    pub(crate) created_at: i64,
}

const FIND: Sql = Sql("
select id, investor, environment, reference, status, sealed_body, heard, sequence, told_at, changed_at, observed_at, refresh_at, created_at
from gateway_transfers
where id = $1");
const LOCK: Sql = Sql("
select id, investor, environment, reference, status, sealed_body, heard, sequence, told_at, changed_at, observed_at, refresh_at, created_at
from gateway_transfers
where id = $1
for update");
const COUNT: Sql = Sql("
select count(*)
from gateway_transfers
where (reference = $1 or $1 is null)");
const LIST: Sql = Sql("
select id, investor, environment, reference, status, sealed_body, heard, sequence, told_at, changed_at, observed_at, refresh_at, created_at
from gateway_transfers
where (reference = $1 or $1 is null)
order by created_at, id
limit $2 offset $3");
const INSERT: Sql = Sql("
insert into gateway_transfers
(id, investor, environment, reference, status, sealed_body, heard, sequence, told_at, changed_at, observed_at, refresh_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (id) do nothing");
const SAVE: Sql = Sql("
update gateway_transfers
set status = $2, sealed_body = $3, heard = $4, sequence = $5, told_at = $6, changed_at = $7, observed_at = $8,
    refresh_at = $9, reference = $10
where id = $1");
const REFRESH: Sql = Sql("
select id
from gateway_transfers
where environment = $1
and refresh_at <= $2
order by refresh_at
limit $3");
// Where no feed tells, what has not ended is asked for.
const OPEN_UNSEEN: Sql = Sql("
update gateway_transfers
set refresh_at = $2
where environment = $1
and refresh_at is null
and observed_at < $3
and status not in ('succeeded', 'failed')");

pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Transfer>, DatabaseError> {
    tx.query_opt(FIND, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// As [`find`]; what is told of this transfer in the same moment waits.
pub(crate) fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Transfer>, DatabaseError> {
    tx.query_opt(LOCK, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// How many there are, and one page of them, oldest first; with a reference, those that have it.
pub(crate) fn list(
    tx: &mut Tx,
    reference: Option<&str>,
    limit: i64,
    offset: i64,
) -> Result<(u64, Vec<Transfer>), DatabaseError> {
    let reference = Value::from(reference);
    let count = tx
        .query_one(COUNT, std::slice::from_ref(&reference))?
        .get(0)?;
    let rows = tx.query(LIST, &[reference, limit.into(), offset.into()])?;
    Ok((count, all(&rows, read)?))
}

pub(crate) fn insert(tx: &mut Tx, new: &Transfer) -> Result<(), DatabaseError> {
    let params = [
        new.id.into(),
        new.investor.into(),
        new.environment.into(),
        new.reference.clone().into(),
        (&new.status).into(),
        (&new.sealed_body).into(),
        new.heard.theirs.into(),
        new.heard.ours.into(),
        Value::time(new.heard.at),
        Value::time(new.changed_at),
        Value::time(new.observed_at),
        Value::opt_time(new.refresh_at),
        Value::time(new.created_at),
    ];
    tx.later_any(INSERT, &params)
}

pub(crate) fn save(tx: &mut Tx, changed: &Transfer) -> Result<(), DatabaseError> {
    let params = [
        changed.id.into(),
        (&changed.status).into(),
        (&changed.sealed_body).into(),
        changed.heard.theirs.into(),
        changed.heard.ours.into(),
        Value::time(changed.heard.at),
        Value::time(changed.changed_at),
        Value::time(changed.observed_at),
        Value::opt_time(changed.refresh_at),
        changed.reference.clone().into(),
    ];
    tx.later(SAVE, &params)
}

/// Transfers of an environment that are to be read again.
pub(crate) fn to_refresh(
    tx: &mut Tx,
    environment: Uuid,
    now: i64,
    limit: i64,
) -> Result<Vec<Uuid>, DatabaseError> {
    let params = [environment.into(), Value::time(now), limit.into()];
    all(&tx.query(REFRESH, &params)?, |row| row.get(0))
}

/// Marks what has not ended and was not seen since a time.
pub(crate) fn refresh_unseen(
    tx: &mut Tx,
    environment: Uuid,
    unseen_since: i64,
    now: i64,
) -> Result<(), DatabaseError> {
    let params = [
        environment.into(),
        Value::time(now),
        Value::time(unseen_since),
    ];
    tx.later_any(OPEN_UNSEEN, &params)
}

fn read(row: &Row) -> Result<Transfer, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Transfer {
        id: columns.next()?,
        investor: columns.next()?,
        environment: columns.next()?,
        reference: columns.next()?,
        status: columns.next()?,
        sealed_body: columns.next()?,
        heard: Heard {
            theirs: columns.next()?,
            ours: columns.next()?,
            at: columns.time()?,
        },
        changed_at: columns.time()?,
        observed_at: columns.time()?,
        refresh_at: columns.opt_time()?,
        created_at: columns.time()?,
    })
}
