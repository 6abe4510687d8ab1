//! Orders: investments that were asked for, from their durable row to what became of them.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderState {
    Waiting,
    Placed,
    Refused,
}

impl OrderState {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Placed => "placed",
            Self::Refused => "refused",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Placed, Self::Refused]
            .into_iter()
            .find(|state| state.text() == text)
    }
}

/// An order's row.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: Uuid,
    pub(crate) client: Uuid,
    pub(crate) key: String,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) investor: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) reference: Option<String>,
    pub(crate) sealed_body: Vec<u8>,
    pub(crate) state: OrderState,
    pub(crate) sealed_problem: Option<Vec<u8>>,
    pub(crate) investment: Option<Uuid>,
    pub(crate) told_at: Option<i64>,
    pub(crate) created_at: i64,
}

const FIND: Sql = Sql("
select id, client, idempotency_key, fingerprint, investor, environment, reference, sealed_body, state, sealed_problem, investment,
    told_at, created_at
from gateway_orders
where id = $1");
const BY_KEY: Sql = Sql("
select id, client, idempotency_key, fingerprint, investor, environment, reference, sealed_body, state, sealed_problem, investment,
    told_at, created_at
from gateway_orders
where client = $1
and idempotency_key = $2");
const WAITING: Sql = Sql("
select id, client, idempotency_key, fingerprint, investor, environment, reference, sealed_body, state, sealed_problem, investment,
    told_at, created_at
from gateway_orders
where state = 'waiting'
order by created_at, id
limit $1 offset $2");
const COUNT_WAITING: Sql = Sql("
select count(*)
from gateway_orders
where state = 'waiting'");
const INSERT: Sql = Sql("
insert into gateway_orders
(id, client, idempotency_key, fingerprint, investor, environment, reference, sealed_body, state, sealed_problem, investment,
    told_at, created_at, ended_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', null, null, null, $9, null)");
const PLACED: Sql = Sql("
update gateway_orders
set state = 'placed', investment = $2, sealed_problem = null, ended_at = $3
where id = $1");
const REFUSED: Sql = Sql("
update gateway_orders
set state = 'refused', sealed_problem = $2, told_at = null, ended_at = $3
where id = $1
and state = 'waiting'");
const REFUSE_ALL: Sql = Sql("
update gateway_orders
set state = 'refused', sealed_problem = $3, told_at = null, ended_at = $4
where investor = $1
and environment = $2
and state = 'waiting'
returning id");
const REOPENED: Sql = Sql("
update gateway_orders
set state = 'waiting', sealed_problem = null, ended_at = null, told_at = null
where id = $1");
const TOLD: Sql = Sql("
update gateway_orders
set told_at = $2
where id = $1
and told_at is null");

pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Order>, DatabaseError> {
    tx.query_opt(FIND, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// The order that a client's key stands for.
pub(crate) fn of_key(tx: &mut Tx, client: Uuid, key: &str) -> Result<Option<Order>, DatabaseError> {
    tx.query_opt(BY_KEY, &[client.into(), key.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// How many wait for their environment, and one page of them.
pub(crate) fn waiting(
    tx: &mut Tx,
    limit: i64,
    offset: i64,
) -> Result<(u64, Vec<Order>), DatabaseError> {
    let count = tx.query_one(COUNT_WAITING, &[])?.get(0)?;
    Ok((
        count,
        all(&tx.query(WAITING, &[limit.into(), offset.into()])?, read)?,
    ))
}

pub(crate) fn insert(tx: &mut Tx, order: &Order) -> Result<(), DatabaseError> {
    let params = [
        order.id.into(),
        order.client.into(),
        (&order.key).into(),
        order.fingerprint.into(),
        order.investor.into(),
        order.environment.into(),
        order.reference.clone().into(),
        (&order.sealed_body).into(),
        Value::time(order.created_at),
    ];
    tx.later(INSERT, &params)
}

pub(crate) fn placed(
    tx: &mut Tx,
    id: Uuid,
    investment: Uuid,
    now: i64,
) -> Result<(), DatabaseError> {
    tx.later(PLACED, &[id.into(), investment.into(), Value::time(now)])
}

pub(crate) fn refused(
    tx: &mut Tx,
    id: Uuid,
    sealed_problem: &[u8],
    now: i64,
) -> Result<(), DatabaseError> {
    tx.later_any(
        REFUSED,
        &[id.into(), sealed_problem.into(), Value::time(now)],
    )
}

/// All orders that wait for an investor in an environment that does not take the investor.
pub(crate) fn refuse_all(
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
    sealed_problem: &[u8],
    now: i64,
) -> Result<Vec<Uuid>, DatabaseError> {
    let params = [
        investor.into(),
        environment.into(),
        sealed_problem.into(),
        Value::time(now),
    ];
    all(&tx.query(REFUSE_ALL, &params)?, |row| row.get(0))
}

/// A refused order is tried once more.
pub(crate) fn reopened(tx: &mut Tx, id: Uuid) -> Result<(), DatabaseError> {
    tx.later(REOPENED, &[id.into()])
}

/// The application has heard of the refusal.
pub(crate) fn told(tx: &mut Tx, id: Uuid, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(TOLD, &[id.into(), Value::time(now)])
}

fn read(row: &Row) -> Result<Order, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Order {
        id: columns.next()?,
        client: columns.next()?,
        key: columns.next()?,
        fingerprint: columns.next()?,
        investor: columns.next()?,
        environment: columns.next()?,
        reference: columns.next()?,
        sealed_body: columns.next()?,
        state: columns.parsed(OrderState::parse)?,
        sealed_problem: columns.next()?,
        investment: columns.next()?,
        told_at: columns.opt_time()?,
        created_at: columns.time()?,
    })
}
