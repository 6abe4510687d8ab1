//! Commands to the DLT network: rows that the worker takes into batches, exactly once each.

mod instructed;
mod lookups;

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    Address, BatchId, CommandId, InstructionId, InvestmentId, ProductId, Timestamp, Units,
};

use crate::columns::{Columns, time};

pub use instructed::{
    NewInstructed, is_next_alone, next_instructed, queue_instructed, refuse_queued, take_one,
};
pub use lookups::{Backlog, backlog, due, find, list, lock, of_investment};

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

// A delivery waits for the issue, because before that there is nothing to deliver from. From product to product by the index: a hundred thousand
// deliveries that wait are not gone through.
const PRODUCTS_WITH_WORK: Sql = Sql("with recursive waiting (product_id) as (
    select (select product_id from dlt_commands where status = 'queued' order by product_id limit 1)
    union all
    select (select product_id from dlt_commands where status = 'queued' and product_id > w.product_id order by product_id limit 1)
    from waiting w
    where w.product_id is not null)
select w.product_id
from waiting w
where w.product_id is not null
and (exists (select 1 from register_heads h where h.product_id = w.product_id)
    or exists (select 1 from dlt_commands c where c.product_id = w.product_id and c.kind = 'issue' and c.status = 'queued'))
union
select b.product_id
from dlt_batches b
where b.status = 'open'");

const OLDEST: Sql = Sql("select c.kind, c.attempts
from dlt_commands c
where c.product_id = $1
and c.status = 'queued'
and (c.kind = 'issue' or exists (select 1 from register_heads h where h.product_id = c.product_id))
order by c.id
limit 1");

const TAKE: Sql = Sql("update dlt_commands
set status = 'taken', batch_id = $2, changed_at = $6
where id in (
    select id
    from dlt_commands
    where product_id = $1
    and status = 'queued'
    and kind = $3
    and attempts = $4
    order by id
    limit $5)");

const OF_BATCH: Sql = Sql("select id, product_id, investment_id, kind, wallet_address, units, status, batch_id, attempts, error, created_at, changed_at, instruction_id
from dlt_commands
where batch_id = $1
and status in ('taken', 'confirmed')
order by id");

const CONFIRM_BATCH: Sql = Sql("update dlt_commands
set status = 'confirmed', error = null, changed_at = $2
where batch_id = $1
and status = 'taken'");

const REQUEUE_BATCH: Sql = Sql("update dlt_commands
set status = 'queued', batch_id = null, attempts = attempts + 1, error = $2, changed_at = $3
where batch_id = $1
and status = 'taken'");

const FAIL: Sql = Sql("update dlt_commands
set status = 'failed', attempts = attempts + 1, error = $2, changed_at = $3
where id = $1
and status = 'taken'");

const RETRY: Sql = Sql("update dlt_commands
set status = 'queued', batch_id = null, error = null, changed_at = $2
where id = $1
and status = 'failed'");

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// Makes the whole issue.
    Issue,
    /// Moves units to an investor's wallet.
    Delivery,
    /// Moves units from one investor's wallet to another's.
    Transfer,
    /// Moves units from an investor's wallet back to the issuer.
    Redemption,
    /// Ends units that the issuer holds.
    Deletion,
    /// Freezes units of a wallet, because something is entered for them.
    Restriction,
    /// Freezes fewer of them, because that has ended.
    Release,
    /// Says again how many units of a wallet are frozen, because what is there is entered another way: the network keeps its time and place.
    Conversion,
    /// Moves units from one investor's wallet to another's on somebody's right other than the holder's.
    Reregistration,
    /// Moves units to another wallet of the same investor, whose key was lost; the old one is barred.
    Replacement,
    /// Moves units back to where they were before a wrong entry.
    Reversal,
}

/// How far a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandStatus {
    /// Waits for a batch.
    Queued,
    /// Is in an open batch.
    Taken,
    /// Took effect and is in the register.
    Confirmed,
    /// The network refused it; nothing moved.
    Failed,
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

/// A command as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandRecord {
    /// Identifies it.
    pub id: CommandId,
    /// The product whose units it is about.
    pub product: ProductId,
    /// The investment that is delivered.
    pub investment: Option<InvestmentId>,
    /// What it does.
    pub kind: CommandKind,
    /// Where units go.
    pub wallet: Option<Address>,
    /// How many.
    pub units: Units,
    /// How far it is.
    pub status: CommandStatus,
    /// The batch that it is or was in last.
    pub batch: Option<BatchId>,
    /// How often it was in a batch that the network refused.
    pub attempts: u32,
    /// Why the last of those failed.
    pub error: Option<String>,
    /// When it was queued first.
    pub created_at: Timestamp,
    /// When its status changed last.
    pub changed_at: Timestamp,
    /// The instruction that is carried out; none for what needs no other than the issuer's.
    pub instruction: Option<InstructionId>,
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
    let parameters = [
        id.uuid().into(),
        product.uuid().into(),
        units.as_i64().into(),
        time(now),
    ];
    tx.later(QUEUE_ISSUE, &parameters)
}

/// Products that have something to take or something on its way.
///
/// # Errors
/// Fails if the database does.
pub fn products_with_work(tx: &mut Tx) -> Result<Vec<ProductId>, DatabaseError> {
    let rows = tx.query(PRODUCTS_WITH_WORK, &[])?;
    rows.iter()
        .map(|row| Columns::of(row).id(ProductId::from_uuid))
        .collect()
}

/// Kind and attempts of the oldest command of a product that can be taken now.
///
/// # Errors
/// Fails if the database does.
pub fn oldest(
    tx: &mut Tx,
    product: ProductId,
) -> Result<Option<(CommandKind, u32)>, DatabaseError> {
    let row = tx.query_opt(OLDEST, &[product.uuid().into()])?;
    row.map(|row| {
        let mut columns = Columns::of(&row);
        Ok((columns.parsed(CommandKind::parse)?, columns.next()?))
    })
    .transpose()
}

/// Puts the oldest commands of a kind that failed equally often into a batch.
///
/// # Errors
/// Fails if the database does.
pub fn take(
    tx: &mut Tx,
    (product, batch): (ProductId, BatchId),
    (kind, attempts): (CommandKind, u32),
    most: u32,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        batch.uuid().into(),
        kind.as_str().into(),
        attempts.into(),
        most.into(),
        time(now),
    ];
    tx.execute(TAKE, &parameters).map(|_| ())
}

/// The commands that are in a batch, oldest first; those taken out of it are not among them.
///
/// # Errors
/// Fails if the database does.
pub fn of_batch(tx: &mut Tx, batch: BatchId) -> Result<Vec<CommandRecord>, DatabaseError> {
    let rows = tx.query(OF_BATCH, &[batch.uuid().into()])?;
    rows.iter().map(read).collect()
}

/// All that is in the batch took effect.
///
/// # Errors
/// Fails if the database does.
pub fn confirm(tx: &mut Tx, batch: BatchId, now: Timestamp) -> Result<(), DatabaseError> {
    tx.later_any(CONFIRM_BATCH, &[batch.uuid().into(), time(now)])
}

/// All that is in the batch goes back, to be tried in smaller company.
///
/// # Errors
/// Fails if the database does.
pub fn requeue(
    tx: &mut Tx,
    batch: BatchId,
    reason: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.on_commit_wake(TOPIC);
    tx.later_any(
        REQUEUE_BATCH,
        &[batch.uuid().into(), reason.into(), time(now)],
    )
}

/// The network refuses this one.
///
/// # Errors
/// Fails if the database does.
pub fn fail(tx: &mut Tx, id: CommandId, reason: &str, now: Timestamp) -> Result<(), DatabaseError> {
    tx.later(FAIL, &[id.uuid().into(), reason.into(), time(now)])
}

/// A failed command is tried again.
///
/// # Errors
/// Fails if the database does.
pub fn retry(tx: &mut Tx, id: CommandId, now: Timestamp) -> Result<(), DatabaseError> {
    tx.on_commit_wake(TOPIC);
    tx.later(RETRY, &[id.uuid().into(), time(now)])
}

impl CommandKind {
    const ALL: [Self; 11] = [
        Self::Issue,
        Self::Delivery,
        Self::Transfer,
        Self::Redemption,
        Self::Deletion,
        Self::Restriction,
        Self::Release,
        Self::Conversion,
        Self::Reregistration,
        Self::Replacement,
        Self::Reversal,
    ];

    /// Whether it carries out an instruction of the asset's queue, in a batch of its own.
    pub fn is_instructed(self) -> bool {
        !matches!(self, Self::Issue | Self::Delivery)
    }

    /// Whether it waits until all before it is final, and all after it waits for it: what may move depends on it, and how many units of a
    /// wallet are frozen is said to the network as one number. What the registrar re-registers takes restrictions along.
    pub fn is_alone(self) -> bool {
        matches!(
            self,
            Self::Restriction
                | Self::Release
                | Self::Conversion
                | Self::Reregistration
                | Self::Replacement
                | Self::Reversal
        )
    }

    /// Whether it says how much of a wallet is frozen, and moves nothing.
    pub fn is_freeze(self) -> bool {
        matches!(self, Self::Restriction | Self::Release | Self::Conversion)
    }

    /// Whether it is tried until it is done, whatever the network says today.
    pub fn is_due(self) -> bool {
        self.is_freeze() || self == Self::Deletion
    }

    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Delivery => "delivery",
            Self::Transfer => "transfer",
            Self::Redemption => "redemption",
            Self::Deletion => "deletion",
            Self::Restriction => "restriction",
            Self::Release => "release",
            Self::Conversion => "conversion",
            Self::Reregistration => "reregistration",
            Self::Replacement => "replacement",
            Self::Reversal => "reversal",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl CommandStatus {
    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Taken => "taken",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
        }
    }

    /// From what is stored and shown.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Taken, Self::Confirmed, Self::Failed]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

fn read(row: &Row) -> Result<CommandRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(CommandRecord {
        id: columns.id(CommandId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        investment: columns.opt_id(InvestmentId::from_uuid)?,
        kind: columns.parsed(CommandKind::parse)?,
        wallet: columns.opt_address()?,
        units: columns.units()?,
        status: columns.parsed(CommandStatus::parse)?,
        batch: columns.opt_id(BatchId::from_uuid)?,
        attempts: columns.next()?,
        error: columns.next()?,
        created_at: columns.time()?,
        changed_at: columns.time()?,
        instruction: columns.opt_id(InstructionId::from_uuid)?,
    })
}
