//! Copies: an investor in one environment, and how far it is behind.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// A copy's row.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) investor: Uuid,
    pub(crate) environment: Uuid,
    /// The investor's id there.
    pub(crate) remote: Option<Uuid>,
    /// The document version with which it is created.
    pub(crate) base: i64,
    /// The last document version that the environment took.
    pub(crate) patched: i64,
    /// The last change that is done, taken or refused.
    pub(crate) reached: i64,
    pub(crate) kyc_status: Option<String>,
    /// As the environment wrote it in its last answer.
    pub(crate) remote_updated_at: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) due_at: Option<i64>,
    pub(crate) pending_since: Option<i64>,
    pub(crate) troubled_since: Option<i64>,
    pub(crate) trouble: Option<String>,
    pub(crate) observed_at: Option<i64>,
}

const FIND: Sql = Sql("
select investor, environment, remote, base, patched, reached, kyc_status, remote_updated_at, attempts, due_at, pending_since,
    troubled_since, trouble, observed_at
from gateway_copies
where investor = $1
and environment = $2");
const LOCK: Sql = Sql("
select investor, environment, remote, base, patched, reached, kyc_status, remote_updated_at, attempts, due_at, pending_since,
    troubled_since, trouble, observed_at
from gateway_copies
where investor = $1
and environment = $2
for update");
const OF_INVESTOR: Sql = Sql("
select c.investor, c.environment, c.remote, c.base, c.patched, c.reached, c.kyc_status, c.remote_updated_at, c.attempts, c.due_at,
    c.pending_since, c.troubled_since, c.trouble, c.observed_at
from gateway_copies c
join gateway_environments e on e.id = c.environment
where c.investor = $1
order by e.created_at, e.id");
const OPEN: Sql = Sql("
insert into gateway_copies
(investor, environment, remote, base, patched, reached, kyc_status, remote_updated_at, attempts, due_at, pending_since,
    troubled_since, trouble, observed_at, created_at)
values ($1, $2, null, $3, 0, 0, null, null, 0, $4, $4, null, null, null, $4)
on conflict (investor, environment) do update
set due_at = coalesce(gateway_copies.due_at, excluded.due_at),
    pending_since = coalesce(gateway_copies.pending_since, excluded.pending_since)");
// A creation that was refused is tried again with the new document; one under way keeps the document it was sent with.
const CHANGED: Sql = Sql("
update gateway_copies
set base = case when remote is null and due_at is null then $2 else base end,
    due_at = coalesce(due_at, $3),
    pending_since = coalesce(pending_since, $3)
where investor = $1");
const DUE: Sql = Sql("
select investor
from gateway_copies
where environment = $1
and due_at <= $2
order by due_at
limit $3");
const SAVE: Sql = Sql("
update gateway_copies
set remote = $3, base = $4, patched = $5, reached = $6, kyc_status = $7, remote_updated_at = $8, attempts = $9, due_at = $10,
    pending_since = $11, troubled_since = $12, trouble = $13, observed_at = $14
where investor = $1
and environment = $2");
const HURRY: Sql = Sql("
update gateway_copies
set due_at = $2
where environment = $1
and due_at > $2");
const BACKLOG: Sql = Sql("
select count(*), min(pending_since)
from gateway_copies
where environment = $1
and due_at is not null");
const COUNT: Sql = Sql("
select count(*)
from gateway_copies
where environment = $1");
const BY_REMOTE: Sql = Sql("
select investor
from gateway_copies
where environment = $1
and remote = $2");

const SETTLED_AFTER: Sql = Sql("
select investor, environment, remote, base, patched, reached, kyc_status, remote_updated_at, attempts, due_at, pending_since,
    troubled_since, trouble, observed_at
from gateway_copies
where environment = $1
and investor > $2
and due_at is null
and remote is not null
order by investor
limit $3");

pub(crate) fn find(
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
) -> Result<Option<Copy>, DatabaseError> {
    let row = tx.query_opt(FIND, &[investor.into(), environment.into()])?;
    row.as_ref().map(read).transpose()
}

/// As [`find`]; a change that comes in the same moment waits until this transaction has ended.
pub(crate) fn lock(
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
) -> Result<Option<Copy>, DatabaseError> {
    let row = tx.query_opt(LOCK, &[investor.into(), environment.into()])?;
    row.as_ref().map(read).transpose()
}

/// All copies of an investor, in the order of the environments.
pub(crate) fn of_investor(tx: &mut Tx, investor: Uuid) -> Result<Vec<Copy>, DatabaseError> {
    all(&tx.query(OF_INVESTOR, &[investor.into()])?, read)
}

/// Makes sure that there is a copy and that it is looked at; a new one is created with the document of this version.
pub(crate) fn open(
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
    tx.later_any(OPEN, &params)
}

/// Every copy has something new to do.
pub(crate) fn changed(
    tx: &mut Tx,
    investor: Uuid,
    version: i64,
    now: i64,
) -> Result<(), DatabaseError> {
    tx.later_any(
        CHANGED,
        &[investor.into(), version.into(), Value::time(now)],
    )
}

/// Investors with something to do in an environment, the longest waiting first.
pub(crate) fn due(
    tx: &mut Tx,
    environment: Uuid,
    now: i64,
    limit: i64,
) -> Result<Vec<Uuid>, DatabaseError> {
    let rows = tx.query(DUE, &[environment.into(), Value::time(now), limit.into()])?;
    all(&rows, |row| row.get(0))
}

pub(crate) fn save(tx: &mut Tx, copy: &Copy) -> Result<(), DatabaseError> {
    let params = [
        copy.investor.into(),
        copy.environment.into(),
        copy.remote.into(),
        copy.base.into(),
        copy.patched.into(),
        copy.reached.into(),
        copy.kyc_status.clone().into(),
        copy.remote_updated_at.clone().into(),
        copy.attempts.into(),
        Value::opt_time(copy.due_at),
        Value::opt_time(copy.pending_since),
        Value::opt_time(copy.troubled_since),
        copy.trouble.clone().into(),
        Value::opt_time(copy.observed_at),
    ];
    tx.later(SAVE, &params)
}

/// The environment answers again: nothing waits for its next turn.
pub(crate) fn hurry(tx: &mut Tx, environment: Uuid, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(HURRY, &[environment.into(), Value::time(now)])
}

/// Copies that lack nothing, behind an investor, for a walk through all of them.
pub(crate) fn settled_after(
    tx: &mut Tx,
    environment: Uuid,
    investor: Uuid,
    limit: i64,
) -> Result<Vec<Copy>, DatabaseError> {
    all(
        &tx.query(
            SETTLED_AFTER,
            &[environment.into(), investor.into(), limit.into()],
        )?,
        read,
    )
}

/// How many copies wait in an environment, and since when the oldest does.
pub(crate) fn backlog(tx: &mut Tx, environment: Uuid) -> Result<(u64, Option<i64>), DatabaseError> {
    let row = tx.query_one(BACKLOG, &[environment.into()])?;
    let mut columns = Columns::of(&row);
    Ok((columns.next()?, columns.opt_time()?))
}

pub(crate) fn count(tx: &mut Tx, environment: Uuid) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT, &[environment.into()])?.get(0)
}

/// Whose copy has this id there.
pub(crate) fn investor_of(
    tx: &mut Tx,
    environment: Uuid,
    remote: Uuid,
) -> Result<Option<Uuid>, DatabaseError> {
    let row = tx.query_opt(BY_REMOTE, &[environment.into(), remote.into()])?;
    row.map(|row| row.get(0)).transpose()
}

fn read(row: &Row) -> Result<Copy, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Copy {
        investor: columns.next()?,
        environment: columns.next()?,
        remote: columns.next()?,
        base: columns.next()?,
        patched: columns.next()?,
        reached: columns.next()?,
        kyc_status: columns.next()?,
        remote_updated_at: columns.next()?,
        attempts: columns.next()?,
        due_at: columns.opt_time()?,
        pending_since: columns.opt_time()?,
        troubled_since: columns.opt_time()?,
        trouble: columns.next()?,
        observed_at: columns.opt_time()?,
    })
}
