//! Commands that carry an instruction out: one by one, in the order of the asset's queue.

use database::{DatabaseError, Sql, Tx};
use domain::{Address, BatchId, CommandId, InstructionId, ProductId, Timestamp, Units};

use super::{CommandKind, CommandRecord, TOPIC, read};
use crate::columns::time;

const QUEUE: Sql = Sql("insert into dlt_commands
(id, product_id, instruction_id, kind, wallet_address, units, status, attempts, created_at, changed_at)
values ($1, $2, $3, $4, $5, $6, 'queued', 0, $7, $7)");

// They go in the order of the asset's queue, whichever process has written them.
const NEXT: Sql = Sql("select c.id, c.product_id, c.investment_id, c.kind, c.wallet_address, c.units, c.status, c.batch_id, c.attempts, c.error, c.created_at, c.changed_at, c.instruction_id
from dlt_commands c
join instructions i on i.id = c.instruction_id
where c.product_id = $1
and c.status = 'queued'
order by i.sequence
limit 1");

const TAKE_ONE: Sql = Sql("update dlt_commands
set status = 'taken', batch_id = $2, changed_at = $3
where id = $1
and status = 'queued'");

const REFUSE_QUEUED: Sql = Sql("update dlt_commands
set status = 'failed', error = $2, changed_at = $3
where id = $1
and status = 'queued'");

/// A command that carries an instruction out, to queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewInstructed {
    /// Identifies the command.
    pub id: CommandId,
    /// What it does.
    pub kind: CommandKind,
    /// Whose units.
    pub product: ProductId,
    /// Why.
    pub instruction: InstructionId,
    /// Where to.
    pub wallet: Address,
    /// How much.
    pub units: Units,
}

/// Queues it and wakes the worker.
///
/// # Errors
/// Fails if the database does.
pub fn queue_instructed(
    tx: &mut Tx,
    command: &NewInstructed,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.on_commit_wake(TOPIC);
    let parameters = [
        command.id.uuid().into(),
        command.product.uuid().into(),
        command.instruction.uuid().into(),
        command.kind.as_str().into(),
        command.wallet.bytes().into(),
        command.units.as_i64().into(),
        time(now),
    ];
    tx.later(QUEUE, &parameters)
}

/// The queued command of a product whose instruction is first in the queue.
///
/// # Errors
/// Fails if the database does.
pub fn next_instructed(
    tx: &mut Tx,
    product: ProductId,
) -> Result<Option<CommandRecord>, DatabaseError> {
    let row = tx.query_opt(NEXT, &[product.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// Whether the command that [`next_instructed`] gives waits until all before it is final.
///
/// # Errors
/// Fails if the database does.
pub fn is_next_alone(tx: &mut Tx, product: ProductId) -> Result<bool, DatabaseError> {
    let next = next_instructed(tx, product)?;
    Ok(next.is_some_and(|command| command.kind.is_alone()))
}

/// Puts one queued command into a batch of its own.
///
/// # Errors
/// Fails if the database does, or if somebody else has taken it.
pub fn take_one(
    tx: &mut Tx,
    id: CommandId,
    batch: BatchId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.later(
        TAKE_ONE,
        &[id.uuid().into(), batch.uuid().into(), time(now)],
    )
}

/// What a queued command should do is refused before anybody has signed for it.
///
/// # Errors
/// Fails if the database does, or if somebody else has taken it.
pub fn refuse_queued(
    tx: &mut Tx,
    id: CommandId,
    reason: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.later(REFUSE_QUEUED, &[id.uuid().into(), reason.into(), time(now)])
}
