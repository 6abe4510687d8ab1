//! Asking for commands: one, many, how much waits, and what becomes due.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{CommandId, InvestmentId, Timestamp};

use super::{CommandRecord, CommandStatus, read};
use crate::columns::{Columns, time};

const FIND: Sql = Sql("select id, product_id, investment_id, kind, wallet_address, units, status, batch_id, attempts, error, created_at, changed_at, instruction_id
from dlt_commands
where id = $1");

const LOCK: Sql = Sql("select id, product_id, investment_id, kind, wallet_address, units, status, batch_id, attempts, error, created_at, changed_at, instruction_id
from dlt_commands
where id = $1
for update");

const OF_INVESTMENT: Sql = Sql("select id, product_id, investment_id, kind, wallet_address, units, status, batch_id, attempts, error, created_at, changed_at, instruction_id
from dlt_commands
where investment_id = $1");

const LIST: Sql = Sql("select id, product_id, investment_id, kind, wallet_address, units, status, batch_id, attempts, error, created_at, changed_at, instruction_id
from dlt_commands
where (status = $1 or $1 is null)
order by id
limit $2 offset $3");

const COUNT: Sql = Sql("select count(*)
from dlt_commands
where (status = $1 or $1 is null)");

// An instruction that was rejected has ended: nobody has to look after it.
const BACKLOG: Sql = Sql("select status, count(*), min(created_at)
from dlt_commands
where status <> 'confirmed'
and not (status = 'failed' and kind in ('transfer', 'redemption'))
group by status");

// What failed waits for another wallet or for an operator, not for the time.
const DUE: Sql = Sql("select v.id, v.cancellable_until
from investments v
where v.status = 'PAID'
and v.delivery_started_at is null
and v.cancellable_until <= $3
and (v.cancellable_until > $1 or (v.cancellable_until = $1 and v.id > $2))
and not exists (select 1 from dlt_commands c where c.investment_id = v.id)
order by v.cancellable_until, v.id
limit $4");

/// What is not done yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Commands that wait or are on their way.
    pub pending: u64,
    /// Since when the oldest of them waits.
    pub oldest_at: Option<Timestamp>,
    /// Commands that the network refused and nobody has looked after.
    pub failed: u64,
}

/// A command.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: CommandId) -> Result<Option<CommandRecord>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// A command, locked.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: CommandId) -> Result<Option<CommandRecord>, DatabaseError> {
    let row = tx.query_opt(LOCK, &[id.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// The command that delivers an investment.
///
/// # Errors
/// Fails if the database does.
pub fn of_investment(
    tx: &mut Tx,
    investment: InvestmentId,
) -> Result<Option<CommandRecord>, DatabaseError> {
    let row = tx.query_opt(OF_INVESTMENT, &[investment.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// The number of commands (in one status, if given) and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    status: Option<CommandStatus>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<CommandRecord>), DatabaseError> {
    let status = Value::from(status.map(CommandStatus::as_str));
    let count = tx.query_one(COUNT, std::slice::from_ref(&status))?.get(0)?;
    let rows = tx.query(LIST, &[status, limit.into(), offset.cast_signed().into()])?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Paid investments without a command whose cancellation period ended after a place in time and by now, in that order.
///
/// # Errors
/// Fails if the database does.
pub fn due(
    tx: &mut Tx,
    (after, id): (Timestamp, InvestmentId),
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(Timestamp, InvestmentId)>, DatabaseError> {
    let parameters = [time(after), id.uuid().into(), time(now), limit.into()];
    let rows = tx.query(DUE, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let id = columns.id(InvestmentId::from_uuid)?;
            Ok((columns.time()?, id))
        })
        .collect()
}

/// Measures what is not done yet.
///
/// # Errors
/// Fails if the database does.
pub fn backlog(tx: &mut Tx) -> Result<Backlog, DatabaseError> {
    let mut backlog = Backlog::default();
    for row in tx.query(BACKLOG, &[])? {
        let mut columns = Columns::of(&row);
        let status = columns.parsed(CommandStatus::parse)?;
        let count: u64 = columns.next()?;
        let oldest = columns.time()?;
        if status == CommandStatus::Failed {
            backlog.failed = count;
        } else {
            backlog.pending += count;
            backlog.oldest_at = Some(backlog.oldest_at.map_or(oldest, |at| at.min(oldest)));
        }
    }
    Ok(backlog)
}
