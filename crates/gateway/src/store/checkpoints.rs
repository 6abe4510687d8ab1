//! What the logs of registers signed. Rows are evidence: they are added and superseded, never removed.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// Something that a log signed, or that came in its place.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    pub(crate) id: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) isin: String,
    pub(crate) public_key: String,
    /// Entries; none where nothing can be read.
    pub(crate) size: Option<u64>,
    pub(crate) note: String,
    /// Why it contradicts what was kept.
    pub(crate) contradiction: Option<String>,
    pub(crate) seen_at: i64,
    pub(crate) checked_at: i64,
    pub(crate) superseded_at: Option<i64>,
}

const INSERT: Sql = Sql("
insert into gateway_checkpoints
(id, environment, isin, public_key, size, note, contradiction, seen_at, checked_at, superseded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8, null)");
const LATEST: Sql = Sql("
select id, environment, isin, public_key, size, note, contradiction, seen_at, checked_at, superseded_at
from gateway_checkpoints
where environment = $1
and isin = $2
and contradiction is null
and superseded_at is null
order by seen_at desc, id desc
limit 1");
const CONTRADICTIONS: Sql = Sql("
select id, environment, isin, public_key, size, note, contradiction, seen_at, checked_at, superseded_at
from gateway_checkpoints
where environment = $1
and isin = $2
and contradiction is not null
and superseded_at is null
order by seen_at, id");
const FOLLOWED: Sql = Sql("
select distinct isin
from gateway_checkpoints
where environment = $1
and superseded_at is null
order by isin");
const COUNT_FOLLOWED: Sql = Sql("
select count(distinct isin), count(distinct case when contradiction is not null then isin end)
from gateway_checkpoints
where environment = $1
and superseded_at is null");
const LIST: Sql = Sql("
select id, environment, isin, public_key, size, note, contradiction, seen_at, checked_at, superseded_at
from gateway_checkpoints
where isin = $1
order by seen_at, id
limit $2 offset $3");
const COUNT: Sql = Sql("
select count(*)
from gateway_checkpoints
where isin = $1");
const CHECKED: Sql = Sql("
update gateway_checkpoints
set checked_at = $2
where id = $1");
const SUPERSEDE: Sql = Sql("
update gateway_checkpoints
set superseded_at = $3
where environment = $1
and isin = $2
and superseded_at is null");

pub(crate) fn insert(tx: &mut Tx, new: &Checkpoint) -> Result<(), DatabaseError> {
    let size = new.size.map(|size| i64::try_from(size).unwrap_or(i64::MAX));
    let params = [
        new.id.into(),
        new.environment.into(),
        (&new.isin).into(),
        (&new.public_key).into(),
        size.into(),
        (&new.note).into(),
        new.contradiction.clone().into(),
        Value::time(new.seen_at),
    ];
    tx.later(INSERT, &params)
}

/// The largest that continued what was before it.
pub(crate) fn latest(
    tx: &mut Tx,
    environment: Uuid,
    isin: &str,
) -> Result<Option<Checkpoint>, DatabaseError> {
    tx.query_opt(LATEST, &[environment.into(), isin.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// What contradicts it, the oldest first.
pub(crate) fn contradictions(
    tx: &mut Tx,
    environment: Uuid,
    isin: &str,
) -> Result<Vec<Checkpoint>, DatabaseError> {
    all(
        &tx.query(CONTRADICTIONS, &[environment.into(), isin.into()])?,
        read,
    )
}

/// The ISIN of every register whose log is followed.
pub(crate) fn followed(tx: &mut Tx, environment: Uuid) -> Result<Vec<String>, DatabaseError> {
    all(&tx.query(FOLLOWED, &[environment.into()])?, |row| {
        row.get(0)
    })
}

/// How many registers' logs are followed, and how many of them contradict themselves.
pub(crate) fn count_followed(tx: &mut Tx, environment: Uuid) -> Result<(u64, u64), DatabaseError> {
    let row = tx.query_one(COUNT_FOLLOWED, &[environment.into()])?;
    Ok((row.get(0)?, row.get(1)?))
}

/// Everything that was ever kept of a register, the oldest first.
pub(crate) fn list(
    tx: &mut Tx,
    isin: &str,
    (limit, offset): (i64, i64),
) -> Result<(u64, Vec<Checkpoint>), DatabaseError> {
    let count = tx.query_one(COUNT, &[isin.into()])?.get(0)?;
    let rows = tx.query(LIST, &[isin.into(), limit.into(), offset.into()])?;
    Ok((count, all(&rows, read)?))
}

pub(crate) fn checked(tx: &mut Tx, id: Uuid, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(CHECKED, &[id.into(), Value::time(now)])
}

/// What was kept so far is history: the next look begins anew.
pub(crate) fn supersede(
    tx: &mut Tx,
    environment: Uuid,
    isin: &str,
    now: i64,
) -> Result<(), DatabaseError> {
    tx.later_any(
        SUPERSEDE,
        &[environment.into(), isin.into(), Value::time(now)],
    )
}

fn read(row: &Row) -> Result<Checkpoint, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Checkpoint {
        id: columns.next()?,
        environment: columns.next()?,
        isin: columns.next()?,
        public_key: columns.next()?,
        size: columns.next()?,
        note: columns.next()?,
        contradiction: columns.next()?,
        seen_at: columns.time()?,
        checked_at: columns.time()?,
        superseded_at: columns.opt_time()?,
    })
}
