//! Deliveries as the operator sees them: what waits, why, and how to hurry or clear it.

use database::{DatabaseError, Micros, Row, Sql, Tx, Value};
use uuid::Uuid;

/// One message on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Orders the deliveries.
    pub id: i64,
    /// Where to.
    pub endpoint: Uuid,
    /// What.
    pub message: Uuid,
    /// The message's type.
    pub event_type: String,
    /// The lane in which it waits for its turn.
    pub lane: Uuid,
    /// `pending`, `delivered`, `exhausted` or `cancelled`.
    pub status: String,
    /// Attempts made.
    pub attempts: u32,
    /// When it was queued, µs.
    pub created_at: i64,
    /// When it was delivered or given up, µs.
    pub finished_at: Option<i64>,
    /// When its lane is tried next, µs.
    pub due_at: Option<i64>,
}

const COUNT: Sql = Sql("
select count(*)
from webhook_deliveries
where (endpoint = $1 or $1 is null)
and (status = $2 or $2 is null)");

const LIST: Sql = Sql("
select d.id, d.endpoint, d.message, m.event_type, d.lane, d.status, d.attempts, d.created_at, d.finished_at, l.due_at
from webhook_deliveries d
join webhook_messages m on m.id = d.message
left join webhook_lanes l on l.endpoint = d.endpoint and l.lane = d.lane
where (d.endpoint = $1 or $1 is null)
and (d.status = $2 or $2 is null)
order by d.id
limit $3 offset $4");

/// The number of deliveries and one page of them, oldest first, of one endpoint and in one status where given.
pub fn list(
    tx: &mut Tx,
    endpoint: Option<Uuid>,
    status: Option<&str>,
    limit: u32,
    offset: u32,
) -> Result<(u64, Vec<Delivery>), DatabaseError> {
    let (endpoint, status) = (Value::from(endpoint), Value::from(status));
    let count = tx
        .query_one(COUNT, &[endpoint.clone(), status.clone()])?
        .get(0)?;
    let rows = tx.query(LIST, &[endpoint, status, limit.into(), offset.into()])?;
    Ok((count, rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

const FIND: Sql = Sql("
select d.id, d.endpoint, d.message, m.event_type, d.lane, d.status, d.attempts, d.created_at, d.finished_at, l.due_at
from webhook_deliveries d
join webhook_messages m on m.id = d.message
left join webhook_lanes l on l.endpoint = d.endpoint and l.lane = d.lane
where d.id = $1");

/// One delivery.
pub fn find(tx: &mut Tx, id: i64) -> Result<Option<Delivery>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.into()])?;
    row.as_ref().map(from_row).transpose()
}

const DUE_NOW: Sql = Sql("
update webhook_lanes
set due_at = $2
where pending > 0
and lease_token is null
and (endpoint, lane) in (
    select d.endpoint, d.lane
    from webhook_deliveries d
    where d.id = $1
    and d.finished_at is null)");

/// Tries a pending delivery's lane now instead of later; false if there is nothing to hurry.
pub fn retry_now(tx: &mut Tx, id: i64, now: i64) -> Result<bool, DatabaseError> {
    tx.on_commit_wake(crate::TOPIC);
    Ok(tx.execute(DUE_NOW, &[id.into(), Value::time(now)])? == 1)
}

/// What waits for delivery at endpoints that are switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many deliveries.
    pub pending: u64,
    /// Since when the oldest waits, µs.
    pub oldest_at: Option<i64>,
}

const BACKLOG: Sql = Sql("
select count(*), min(d.created_at)
from webhook_deliveries d
join webhook_endpoints e on e.id = d.endpoint
where d.finished_at is null
and e.status <> 'disabled'
and e.deleted_at is null");

/// Measures what waits.
pub fn backlog(tx: &mut Tx) -> Result<Backlog, DatabaseError> {
    let row = tx.query_one(BACKLOG, &[])?;
    Ok(Backlog {
        pending: row.get(0)?,
        oldest_at: row.get::<Option<Micros>>(1)?.map(|at| at.0),
    })
}

const PRUNE_ATTEMPTS: Sql = Sql("
delete from webhook_attempts
where delivery in (
    select id
    from webhook_deliveries
    where finished_at < $1)");

const PRUNE_DELIVERIES: Sql = Sql("
delete from webhook_deliveries
where finished_at < $1");

const PRUNE_LANES: Sql = Sql("
delete from webhook_lanes
where pending = 0
and due_at is null");

const PRUNE_MESSAGES: Sql = Sql("
delete from webhook_messages
where created_at < $1
and not exists (
    select 1
    from webhook_deliveries d
    where d.message = webhook_messages.id)");

/// Deletes what was finished before a time (µs), and messages of before then that nobody waits for. Idle lanes go too.
pub fn prune(tx: &mut Tx, before: i64) -> Result<(), DatabaseError> {
    for statement in [PRUNE_ATTEMPTS, PRUNE_DELIVERIES, PRUNE_MESSAGES] {
        tx.execute(statement, &[Value::time(before)])?;
    }
    tx.execute(PRUNE_LANES, &[])?;
    Ok(())
}

fn from_row(row: &Row) -> Result<Delivery, DatabaseError> {
    Ok(Delivery {
        id: row.get(0)?,
        endpoint: row.get(1)?,
        message: row.get(2)?,
        event_type: row.get(3)?,
        lane: row.get(4)?,
        status: row.get(5)?,
        attempts: row.get(6)?,
        created_at: row.get::<Micros>(7)?.0,
        finished_at: row.get::<Option<Micros>>(8)?.map(|at| at.0),
        due_at: row.get::<Option<Micros>>(9)?.map(|at| at.0),
    })
}
