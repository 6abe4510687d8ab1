//! What environments told, each once, and whether it was passed on.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// A message from an environment.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// What makes two messages the same.
    pub(crate) key: String,
    pub(crate) environment: Uuid,
    /// The id that the message has in our own stream.
    pub(crate) event: Uuid,
    pub(crate) investment: Option<Uuid>,
    /// The environment's count of the investment's events; 0 if it does not count.
    pub(crate) sequence: i64,
    pub(crate) kind: String,
    pub(crate) body: Vec<u8>,
    pub(crate) received_at: i64,
    /// How often its environment was asked what it is about.
    pub(crate) asked: i64,
}

const INSERT: Sql = Sql("
insert into gateway_inbox
(event_key, environment, event, investment, sequence, kind, body, received_at, handled_at, outcome)
values ($1, $2, $3, $4, $5, $6, $7, $8, null, null)
on conflict (event_key) do nothing");
const WAITING: Sql = Sql("
select event_key, environment, event, investment, sequence, kind, body, received_at, asked
from gateway_inbox
where handled_at is null
order by received_at, sequence, event_key
limit $1");
const OLDER: Sql = Sql("
select event_key, environment, event, investment, sequence, kind, body, received_at, asked
from gateway_inbox
where environment = $1
and handled_at is null
and received_at <= $2
and asked < $3
order by received_at, event_key
limit $4");
const ASKED: Sql = Sql("
update gateway_inbox
set asked = asked + 1
where event_key = $1");
const HANDLED: Sql = Sql("
update gateway_inbox
set handled_at = $2, outcome = $3
where event_key = $1");
const COUNT_WAITING: Sql = Sql("
select count(*)
from gateway_inbox
where handled_at is null");
const COUNT_UNKNOWN: Sql = Sql("
select count(*)
from gateway_inbox
where environment = $1
and outcome = 'unknown'");

/// False if it is there already.
pub(crate) fn insert(tx: &mut Tx, message: &Message) -> Result<bool, DatabaseError> {
    let params = [
        (&message.key).into(),
        message.environment.into(),
        message.event.into(),
        message.investment.into(),
        message.sequence.into(),
        (&message.kind).into(),
        (&message.body).into(),
        Value::time(message.received_at),
    ];
    Ok(tx.execute(INSERT, &params)? == 1)
}

/// What is to be passed on, in the order in which it came.
pub(crate) fn waiting(tx: &mut Tx, limit: i64) -> Result<Vec<Message>, DatabaseError> {
    all(&tx.query(WAITING, &[limit.into()])?, read)
}

/// Messages of an environment that wait since before a time, and about which it was asked less often than this.
pub(crate) fn waiting_since(
    tx: &mut Tx,
    environment: Uuid,
    (received_until, asked_less_than): (i64, i64),
    limit: i64,
) -> Result<Vec<Message>, DatabaseError> {
    let params = [
        environment.into(),
        Value::time(received_until),
        asked_less_than.into(),
        limit.into(),
    ];
    all(&tx.query(OLDER, &params)?, read)
}

/// Its environment was asked what a message is about.
pub(crate) fn asked(tx: &mut Tx, key: &str) -> Result<(), DatabaseError> {
    tx.later(ASKED, &[key.into()])
}

pub(crate) fn handled(
    tx: &mut Tx,
    key: &str,
    outcome: &str,
    now: i64,
) -> Result<(), DatabaseError> {
    tx.later(HANDLED, &[key.into(), Value::time(now), outcome.into()])
}

pub(crate) fn count_waiting(tx: &mut Tx) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT_WAITING, &[])?.get(0)
}

/// Messages about investments that were not made through this gateway.
pub(crate) fn count_unknown(tx: &mut Tx, environment: Uuid) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT_UNKNOWN, &[environment.into()])?.get(0)
}

fn read(row: &Row) -> Result<Message, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Message {
        key: columns.next()?,
        environment: columns.next()?,
        event: columns.next()?,
        investment: columns.next()?,
        sequence: columns.next()?,
        kind: columns.next()?,
        body: columns.next()?,
        received_at: columns.time()?,
        asked: columns.next()?,
    })
}
