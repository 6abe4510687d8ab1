//! Commands to the DLT network: rows that the worker takes into batches, exactly once each.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{Address, CommandId, InvestmentId, ProductId, Timestamp, Units};

use crate::columns::time;

/// Wakes the worker.
pub const TOPIC: &str = "dlt";

// One command per investment for ever: a delivery that the network refused is queued again in its own row.
const QUEUE_DELIVERY: Sql = Sql("insert into dlt_commands
(id, product_id, investment_id, kind, wallet_address, units, status, attempts, created_at, changed_at)
values ($1, $2, $3, 'delivery', $4, $5, 'queued', 0, $6, $6)
on conflict (investment_id) do update
set wallet_address = excluded.wallet_address, units = excluded.units, status = 'queued', batch_id = null, error = null,
changed_at = excluded.changed_at
where dlt_commands.status = 'failed'");

const QUEUE_ISSUE: Sql = Sql("insert into dlt_commands
(id, product_id, kind, units, status, attempts, created_at, changed_at)
values ($1, $2, 'issue', $3, 'queued', 0, $4, $4)");

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// Makes the whole issue.
    Issue,
    /// Moves units to an investor's wallet.
    Delivery,
}

/// A delivery to queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Identifies the command.
    pub id: CommandId,
    /// What is delivered.
    pub product: ProductId,
    /// Why.
    pub investment: InvestmentId,
    /// Where to.
    pub wallet: Address,
    /// How much.
    pub units: Units,
}

/// Queues the delivery of an investment and wakes the worker. An investment whose delivery failed is queued again;
/// one that is on its way or done makes the transaction fail.
///
/// # Errors
/// Fails if the database does.
pub fn queue_delivery(
    tx: &mut Tx,
    delivery: &NewDelivery,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.on_commit_wake(TOPIC);
    tx.later(
        QUEUE_DELIVERY,
        &[
            delivery.id.uuid().into(),
            delivery.product.uuid().into(),
            delivery.investment.uuid().into(),
            Value::Bytes(delivery.wallet.bytes().to_vec()),
            delivery.units.as_i64().into(),
            time(now),
        ],
    )
}

/// Queues the making of a product's whole issue and wakes the worker; there is one such command per product.
///
/// # Errors
/// Fails if the database does.
pub fn queue_issue(
    tx: &mut Tx,
    id: CommandId,
    product: ProductId,
    units: Units,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.on_commit_wake(TOPIC);
    tx.later(
        QUEUE_ISSUE,
        &[
            id.uuid().into(),
            product.uuid().into(),
            units.as_i64().into(),
            time(now),
        ],
    )
}
