//! How deliveries of a product are gathered, what they have cost, and what is still to be delivered.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::delivery_policy::{DeliveryPolicy, Pace};
use domain::{ProductId, Timestamp};

use crate::columns::{Columns, time};
use crate::dlt_commands::CommandKind;
use crate::dlt_transactions::Expense;

const POLICY: Sql = Sql("select pace, window_seconds, ceiling_wei_per_gas
from delivery_policies
where product_id = $1");

const SET_POLICY: Sql = Sql("insert into delivery_policies
(product_id, pace, window_seconds, ceiling_wei_per_gas, changed_at)
values ($1, $2, $3, $4, $5)
on conflict (product_id) do update
set pace = excluded.pace, window_seconds = excluded.window_seconds, ceiling_wei_per_gas = excluded.ceiling_wei_per_gas,
changed_at = excluded.changed_at");

const PRICE: Sql = Sql("select wei_per_gas
from dlt_prices
where chain_id = $1");

const NOTE_PRICE: Sql = Sql("insert into dlt_prices
(chain_id, wei_per_gas, noted_at)
values ($1, $2, $3)
on conflict (chain_id) do update
set wei_per_gas = excluded.wei_per_gas, noted_at = excluded.noted_at");

const QUEUED: Sql = Sql("select count(*), min(created_at)
from (
    select created_at
    from dlt_commands
    where product_id = $1
    and status = 'queued'
    and kind = 'delivery'
    order by id
    limit $2) as waiting");

const PAID: Sql = Sql("select count(*)
from investments
where product_id = $1
and status = 'PAID'");

const TO_KNOWN: Sql = Sql("select count(*)
from investments v
where v.product_id = $1
and v.status = 'PAID'
and exists (select 1 from holdings h where h.product_id = v.product_id and h.wallet_address = v.wallet_address)");

const COSTS: Sql = Sql("select b.kind, t.gas_used, t.fee_wei,
(select count(*) from dlt_commands c where c.batch_id = t.batch_id),
(select cast(coalesce(sum(c.units), 0) as bigint) from dlt_commands c where c.batch_id = t.batch_id)
from dlt_transactions t
join dlt_batches b on b.id = t.batch_id
where b.product_id = $1
and t.gas_used is not null
order by t.batch_id");

/// A final transaction with what it has cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What its commands did.
    pub kind: CommandKind,
    /// What it has cost.
    pub expense: Expense,
    /// Commands that it carried out.
    pub commands: u64,
    /// Units that they were about.
    pub units: u64,
}

/// How deliveries of a product are gathered; nothing said is the usual way.
///
/// # Errors
/// Fails if the database does.
pub fn policy(tx: &mut Tx, product: ProductId) -> Result<DeliveryPolicy, DatabaseError> {
    let row = tx.query_opt(POLICY, &[product.uuid().into()])?;
    row.map_or(Ok(DeliveryPolicy::default()), |row| {
        let mut columns = Columns::of(&row);
        Ok(DeliveryPolicy {
            pace: columns.parsed(Pace::parse)?,
            window_seconds: columns.next()?,
            ceiling_wei_per_gas: columns.next()?,
        })
    })
}

/// Says it anew.
///
/// # Errors
/// Fails if the database does.
pub fn set_policy(
    tx: &mut Tx,
    product: ProductId,
    policy: &DeliveryPolicy,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        policy.pace.as_str().into(),
        policy.window_seconds.into(),
        policy.ceiling_wei_per_gas.map(u64::cast_signed).into(),
        time(now),
    ];
    tx.later(SET_POLICY, &parameters)
}

/// Wei per gas on a chain as it was noted last.
///
/// # Errors
/// Fails if the database does.
pub fn price(tx: &mut Tx, chain_id: u64) -> Result<Option<u64>, DatabaseError> {
    let row = tx.query_opt(PRICE, &[Value::I64(chain_id.cast_signed())])?;
    row.map(|row| row.get(0)).transpose()
}

/// Notes what gas costs on a chain.
///
/// # Errors
/// Fails if the database does.
pub fn note_price(
    tx: &mut Tx,
    chain_id: u64,
    wei_per_gas: u64,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        Value::I64(chain_id.cast_signed()),
        Value::I64(i64::try_from(wei_per_gas).unwrap_or(i64::MAX)),
        time(now),
    ];
    tx.later(NOTE_PRICE, &parameters)
}

/// How many deliveries of a product wait for a batch, of at most so many, and since when the oldest does.
///
/// # Errors
/// Fails if the database does.
pub fn queued(
    tx: &mut Tx,
    product: ProductId,
    most: u32,
) -> Result<(u64, Option<Timestamp>), DatabaseError> {
    let row = tx.query_one(QUEUED, &[product.uuid().into(), most.into()])?;
    let mut columns = Columns::of(&row);
    Ok((columns.next()?, columns.opt_time()?))
}

/// Paid investments that are not delivered, and how many of them go to wallets that have units already.
///
/// # Errors
/// Fails if the database does.
pub fn paid(tx: &mut Tx, product: ProductId) -> Result<(u64, u64), DatabaseError> {
    let key = [product.uuid().into()];
    let all = tx.query_one(PAID, &key)?.get(0)?;
    let to_known = tx.query_one(TO_KNOWN, &key)?.get(0)?;
    Ok((all, to_known))
}

/// What the final transactions of a product have cost, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn costs(tx: &mut Tx, product: ProductId) -> Result<Vec<Cost>, DatabaseError> {
    let rows = tx.query(COSTS, &[product.uuid().into()])?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Cost, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Cost {
        kind: columns.parsed(CommandKind::parse)?,
        expense: Expense {
            gas: columns.next()?,
            fee_wei: columns.parsed(|text| text.parse().ok())?,
        },
        commands: columns.next()?,
        units: columns.next()?,
    })
}
