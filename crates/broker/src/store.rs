//! The broker's own tables; rows in, rows out.

use database::{DatabaseError, Micros, Row, Sql, Tx, Value};
use uuid::Uuid;

/// A customer.
#[derive(Clone, Debug)]
pub(crate) struct CustomerRow {
    pub(crate) id: Uuid,
    pub(crate) token: String,
    pub(crate) kind: String,
    pub(crate) data_key: Uuid,
    pub(crate) sealed_data: Vec<u8>,
    pub(crate) investor: Option<Uuid>,
    pub(crate) wallet: Option<Uuid>,
    pub(crate) created_at: i64,
}

/// An order.
#[derive(Clone, Debug)]
pub(crate) struct OrderRow {
    pub(crate) id: Uuid,
    pub(crate) customer: Uuid,
    pub(crate) campaign: Uuid,
    pub(crate) asset: String,
    pub(crate) units: i64,
    pub(crate) investment: Option<Uuid>,
    pub(crate) refusal: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) created_at: i64,
}

const SECRET: Sql = Sql("
select data_key, sealed_secret
from broker_secrets
where name = $1");
const KEEP_SECRET: Sql = Sql("
insert into broker_secrets (name, data_key, sealed_secret)
values ($1, $2, $3)");
const INSERT_CUSTOMER: Sql = Sql("
insert into broker_customers (id, token, kind, data_key, sealed_data, investor, wallet, created_at)
values ($1, $2, $3, $4, $5, null, null, $6)");
const CUSTOMER: Sql = Sql("
select id, token, kind, data_key, sealed_data, investor, wallet, created_at
from broker_customers
where id = $1");
const BY_TOKEN: Sql = Sql("
select id, token, kind, data_key, sealed_data, investor, wallet, created_at
from broker_customers
where token = $1");
const SET_DATA: Sql = Sql("
update broker_customers
set sealed_data = $2
where id = $1");
const OPENED: Sql = Sql("
update broker_customers
set investor = $2, wallet = $3
where id = $1");
const INSERT_ORDER: Sql = Sql("
insert into broker_orders
(id, customer, campaign, asset, units, investment, refusal, status, told, created_at)
values ($1, $2, $3, $4, $5, null, null, null, 0, $6)");
const ORDERS: Sql = Sql("
select id, customer, campaign, asset, units, investment, refusal, status, created_at
from broker_orders
where customer = $1
order by created_at, id");
const ORDER: Sql = Sql("
select id, customer, campaign, asset, units, investment, refusal, status, created_at
from broker_orders
where id = $1
and customer = $2");
const OPEN_ORDERS: Sql = Sql("
select id, customer, campaign, asset, units, investment, refusal, status, created_at
from broker_orders
where investment is null
and refusal is null
order by created_at
limit $1");
// What was told before the answer came is newer than the answer.
const PLACED: Sql = Sql("
update broker_orders
set investment = $2, status = coalesce(status, $3)
where id = $1");
const REFUSED: Sql = Sql("
update broker_orders
set refusal = $2
where id = $1");
const TOLD: Sql = Sql("
update broker_orders
set status = $2, told = $3
where (investment = $1 or id = $4)
and told < $3");

pub(crate) fn secret(tx: &mut Tx, name: &str) -> Result<Option<(Uuid, Vec<u8>)>, DatabaseError> {
    tx.query_opt(SECRET, &[name.into()])?
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .transpose()
}

pub(crate) fn keep_secret(
    tx: &mut Tx,
    name: &str,
    key: Uuid,
    sealed: &[u8],
) -> Result<(), DatabaseError> {
    tx.later(KEEP_SECRET, &[name.into(), key.into(), sealed.into()])
}

pub(crate) fn insert_customer(tx: &mut Tx, customer: &CustomerRow) -> Result<(), DatabaseError> {
    let params = [
        customer.id.into(),
        (&customer.token).into(),
        (&customer.kind).into(),
        customer.data_key.into(),
        (&customer.sealed_data).into(),
        Value::time(customer.created_at),
    ];
    tx.later(INSERT_CUSTOMER, &params)
}

pub(crate) fn customer(tx: &mut Tx, id: Uuid) -> Result<Option<CustomerRow>, DatabaseError> {
    tx.query_opt(CUSTOMER, &[id.into()])?
        .as_ref()
        .map(read_customer)
        .transpose()
}

pub(crate) fn by_token(tx: &mut Tx, token: &str) -> Result<Option<CustomerRow>, DatabaseError> {
    tx.query_opt(BY_TOKEN, &[token.into()])?
        .as_ref()
        .map(read_customer)
        .transpose()
}

pub(crate) fn set_data(tx: &mut Tx, id: Uuid, sealed: &[u8]) -> Result<(), DatabaseError> {
    tx.later(SET_DATA, &[id.into(), sealed.into()])
}

/// The investor is at the gateway, with its wallet.
pub(crate) fn opened(
    tx: &mut Tx,
    id: Uuid,
    investor: Uuid,
    wallet: Uuid,
) -> Result<(), DatabaseError> {
    tx.later(OPENED, &[id.into(), investor.into(), wallet.into()])
}

pub(crate) fn insert_order(tx: &mut Tx, order: &OrderRow) -> Result<(), DatabaseError> {
    let params = [
        order.id.into(),
        order.customer.into(),
        order.campaign.into(),
        (&order.asset).into(),
        order.units.into(),
        Value::time(order.created_at),
    ];
    tx.later(INSERT_ORDER, &params)
}

/// A customer's orders, oldest first.
pub(crate) fn orders(tx: &mut Tx, customer: Uuid) -> Result<Vec<OrderRow>, DatabaseError> {
    tx.query(ORDERS, &[customer.into()])?
        .iter()
        .map(read_order)
        .collect()
}

/// One order of a customer.
pub(crate) fn order(
    tx: &mut Tx,
    customer: Uuid,
    id: Uuid,
) -> Result<Option<OrderRow>, DatabaseError> {
    tx.query_opt(ORDER, &[id.into(), customer.into()])?
        .as_ref()
        .map(read_order)
        .transpose()
}

/// Orders that are not placed yet, oldest first.
pub(crate) fn open_orders(tx: &mut Tx, limit: i64) -> Result<Vec<OrderRow>, DatabaseError> {
    tx.query(OPEN_ORDERS, &[limit.into()])?
        .iter()
        .map(read_order)
        .collect()
}

pub(crate) fn placed(
    tx: &mut Tx,
    id: Uuid,
    investment: Uuid,
    status: &str,
) -> Result<(), DatabaseError> {
    tx.later(PLACED, &[id.into(), investment.into(), status.into()])
}

pub(crate) fn refused(tx: &mut Tx, id: Uuid, why: &str) -> Result<(), DatabaseError> {
    tx.later(REFUSED, &[id.into(), why.into()])
}

/// What the stream says of an investment, which it may do before the order is known to be placed: then the order is found by the reference
/// that it was placed with. What is older than the last word changes nothing.
pub(crate) fn told(
    tx: &mut Tx,
    (investment, order): (Uuid, Option<Uuid>),
    status: &str,
    sequence: i64,
) -> Result<(), DatabaseError> {
    let params = [
        investment.into(),
        status.into(),
        sequence.into(),
        order.into(),
    ];
    tx.later_any(TOLD, &params)
}

fn read_customer(row: &Row) -> Result<CustomerRow, DatabaseError> {
    Ok(CustomerRow {
        id: row.get(0)?,
        token: row.get(1)?,
        kind: row.get(2)?,
        data_key: row.get(3)?,
        sealed_data: row.get(4)?,
        investor: row.get(5)?,
        wallet: row.get(6)?,
        created_at: row.get::<Micros>(7)?.0,
    })
}

fn read_order(row: &Row) -> Result<OrderRow, DatabaseError> {
    Ok(OrderRow {
        id: row.get(0)?,
        customer: row.get(1)?,
        campaign: row.get(2)?,
        asset: row.get(3)?,
        units: row.get(4)?,
        investment: row.get(5)?,
        refusal: row.get(6)?,
        status: row.get(7)?,
        created_at: row.get::<Micros>(8)?.0,
    })
}
