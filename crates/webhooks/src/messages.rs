//! Messages and their way into the outbox, in the transaction of whoever has something to tell.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use database::{DatabaseError, Micros, Sql, Tx, Value};
use uuid::Uuid;

/// How many messages one call of [`replay_since`] queues at most.
pub const MOST_REPLAYED: u32 = 10_000;
/// The event type of [`test()`].
pub const TEST_EVENT_TYPE: &str = "webhook.test";

/// Something that happened, rendered once for all endpoints.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The `webhook-id`, the same in each attempt.
    pub id: Uuid,
    /// Whose endpoints hear of it.
    pub owner: Uuid,
    /// Such as `investment.status_changed`.
    pub event_type: &'a str,
    /// Messages of one lane reach an endpoint one after the other; different lanes do not wait for each other.
    pub lane: Uuid,
    /// The bytes that are signed and sent; JSON, without personal data.
    pub body: &'a [u8],
    /// Now, µs.
    pub now: i64,
}

const INSERT_MESSAGE: Sql = Sql("
insert into webhook_messages (id, owner, event_type, lane, body, created_at)
values ($1, $2, $3, $4, $5, $6)");

// The lane comes before the delivery: its lock makes the deliveries' ids follow the order of the commits.
const OPEN_LANES: Sql = Sql("
insert into webhook_lanes (endpoint, lane, pending, due_at)
select e.id, $3, 1, $4
from webhook_endpoints e
where e.owner = $1
and e.deleted_at is null
and (e.event_types = '' or replace(e.event_types, $2, '') <> e.event_types)
order by e.id
on conflict (endpoint, lane) do update
set pending = webhook_lanes.pending + 1, due_at = coalesce(webhook_lanes.due_at, excluded.due_at)");

const INSERT_DELIVERIES: Sql = Sql("
insert into webhook_deliveries (endpoint, lane, message, status, attempts, created_at)
select e.id, $3, $5, 'pending', 0, $4
from webhook_endpoints e
where e.owner = $1
and e.deleted_at is null
and (e.event_types = '' or replace(e.event_types, $2, '') <> e.event_types)
order by e.id");

/// Queues a message for each endpoint of its owner that wants to hear of it, in the caller's transaction.
///
/// The statements wait for the caller's next query or for the commit, so that publishing costs no round trip.
pub fn publish(tx: &mut Tx, message: &Message<'_>) -> Result<(), DatabaseError> {
    tx.later(INSERT_MESSAGE, &row(message))?;
    // What an endpoint's event types, `,a,b,`, are searched for.
    let needle = Value::Text(format!(",{},", message.event_type));
    let params = [
        message.owner.into(),
        needle,
        message.lane.into(),
        Value::time(message.now),
        message.id.into(),
    ];
    tx.later_any(OPEN_LANES, &params[..4])?;
    tx.later_any(INSERT_DELIVERIES, &params)?;
    tx.on_commit_wake(crate::TOPIC);
    Ok(())
}

const HEARING: Sql = Sql("
select id
from webhook_endpoints
where owner = $1
and deleted_at is null
and (event_types = '' or replace(event_types, $2, '') <> event_types)
order by id");

/// The same for many messages, in their order. Their endpoints are asked for once, and what is written goes many rows at a time.
///
/// # Errors
/// What the database refuses.
pub fn publish_all(tx: &mut Tx, messages: &[Message<'_>]) -> Result<(), DatabaseError> {
    let rows: Vec<_> = messages.iter().map(row).collect();
    tx.later_rows(INSERT_MESSAGE, &rows)?;
    let mut hearing: BTreeMap<(Uuid, &str), Vec<Uuid>> = BTreeMap::new();
    let mut lanes: BTreeMap<(Uuid, Uuid), (i64, i64)> = BTreeMap::new();
    let mut deliveries = Vec::new();
    for message in messages {
        let endpoints = match hearing.entry((message.owner, message.event_type)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                // What an endpoint's event types, `,a,b,`, are searched for.
                let needle = Value::Text(format!(",{},", message.event_type));
                let rows = tx.query(HEARING, &[message.owner.into(), needle])?;
                let ids = rows.iter().map(|row| row.get(0));
                place.insert(ids.collect::<Result<_, _>>()?)
            }
        };
        for endpoint in endpoints {
            lanes
                .entry((*endpoint, message.lane))
                .or_insert((0, message.now))
                .0 += 1;
            deliveries.push([
                (*endpoint).into(),
                message.lane.into(),
                message.id.into(),
                Value::time(message.now),
            ]);
        }
    }
    // Lanes first, as above.
    let lane = |((endpoint, lane), (pending, now)): ((Uuid, Uuid), (i64, i64))| {
        [
            endpoint.into(),
            lane.into(),
            pending.into(),
            Value::time(now),
        ]
    };
    let lanes: Vec<_> = lanes.into_iter().map(lane).collect();
    tx.later_rows(OPEN_LANE, &lanes)?;
    tx.later_rows(INSERT_DELIVERY, &deliveries)?;
    tx.on_commit_wake(crate::TOPIC);
    Ok(())
}

const OPEN_LANE: Sql = Sql("
insert into webhook_lanes (endpoint, lane, pending, due_at)
values ($1, $2, $3, $4)
on conflict (endpoint, lane) do update
set pending = webhook_lanes.pending + excluded.pending, due_at = coalesce(webhook_lanes.due_at, excluded.due_at)");

const INSERT_DELIVERY: Sql = Sql("
insert into webhook_deliveries (endpoint, lane, message, created_at, status, attempts)
values ($1, $2, $3, $4, 'pending', 0)");

const OWNS: Sql = Sql("
select id
from webhook_endpoints
where owner = $1
and id = $2
and deleted_at is null");

/// Queues a message for this one endpoint, whatever types it wants to hear; false if it is not the owner's.
///
/// The message's type should be [`TEST_EVENT_TYPE`], and its lane one of its own.
pub fn test(tx: &mut Tx, endpoint: Uuid, message: &Message<'_>) -> Result<bool, DatabaseError> {
    if !owns(tx, message.owner, endpoint)? {
        return Ok(false);
    }
    tx.later(INSERT_MESSAGE, &row(message))?;
    queue(tx, endpoint, message.lane, message.id, message.now)?;
    Ok(true)
}

const FIND_MESSAGE: Sql = Sql("
select lane
from webhook_messages
where owner = $1
and id = $2");

/// Queues a stored message once more for this endpoint; false if the message or the endpoint is not the owner's.
pub fn replay(
    tx: &mut Tx,
    owner: Uuid,
    endpoint: Uuid,
    message: Uuid,
    now: i64,
) -> Result<bool, DatabaseError> {
    let Some(row) = tx.query_opt(FIND_MESSAGE, &[owner.into(), message.into()])? else {
        return Ok(false);
    };
    if !owns(tx, owner, endpoint)? {
        return Ok(false);
    }
    queue(tx, endpoint, row.get(0)?, message, now)?;
    Ok(true)
}

/// What [`replay_since`] queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// How many messages.
    pub queued: u64,
    /// If there are more than [`MOST_REPLAYED`]: the time to go on from, µs.
    pub next_since: Option<i64>,
}

// What still waits for the endpoint is not queued twice; tests of other endpoints are nobody's business.
const FIND_SINCE: Sql = Sql("
select m.id, m.lane, m.created_at
from webhook_messages m
join webhook_endpoints e on e.id = $2
where m.owner = $1
and e.owner = $1
and e.deleted_at is null
and m.created_at >= $3
and m.event_type <> 'webhook.test'
and (e.event_types = '' or replace(e.event_types, ',' || m.event_type || ',', '') <> e.event_types)
and not exists (
    select 1
    from webhook_deliveries d
    where d.endpoint = e.id
    and d.lane = m.lane
    and d.message = m.id
    and d.finished_at is null)
order by m.position
limit $4");

/// Queues all messages since a time (µs) once more for this endpoint, oldest first, as far as it wants to hear of them.
pub fn replay_since(
    tx: &mut Tx,
    owner: Uuid,
    endpoint: Uuid,
    since: i64,
    now: i64,
) -> Result<Replayed, DatabaseError> {
    let params = [
        owner.into(),
        endpoint.into(),
        Value::time(since),
        MOST_REPLAYED.into(),
    ];
    let rows = tx.query(FIND_SINCE, &params)?;
    let mut last = since;
    for row in &rows {
        queue(tx, endpoint, row.get(1)?, row.get(0)?, now)?;
        last = row.get::<Micros>(2)?.0;
    }
    Ok(Replayed {
        queued: rows.len() as u64,
        next_since: (rows.len() == MOST_REPLAYED as usize).then_some(last),
    })
}

fn row(message: &Message<'_>) -> [Value; 6] {
    [
        message.id.into(),
        message.owner.into(),
        message.event_type.into(),
        message.lane.into(),
        message.body.into(),
        Value::time(message.now),
    ]
}

fn queue(
    tx: &mut Tx,
    endpoint: Uuid,
    lane: Uuid,
    message: Uuid,
    now: i64,
) -> Result<(), DatabaseError> {
    let now = Value::time(now);
    let params = [endpoint.into(), lane.into(), 1_i64.into(), now.clone()];
    tx.later(OPEN_LANE, &params)?;
    let params = [endpoint.into(), lane.into(), message.into(), now];
    tx.later(INSERT_DELIVERY, &params)?;
    tx.on_commit_wake(crate::TOPIC);
    Ok(())
}

fn owns(tx: &mut Tx, owner: Uuid, endpoint: Uuid) -> Result<bool, DatabaseError> {
    Ok(tx
        .query_opt(OWNS, &[owner.into(), endpoint.into()])?
        .is_some())
}
