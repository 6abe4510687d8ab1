//! Everything between a paid investment and its token: commands are put into batches, batches are carried by signed
//! submissions, and what the network refuses is taken apart until only the command that it means is left.
//!
//! The worker calls these functions, each a transaction of its own. Any of them may be called again after a crash, and by
//! two workers at once: a product has one open batch of deliveries, and a batch is settled once. What carries an instruction out is a batch
//! of its own, which follows the one before it to the network without waiting until that is final.

use std::time::Duration;

use database::{Tx, lease};
use domain::{
    Address, BatchId, CommandId, InstructionRefusal, Isin, ProductId, TransactionHash, Units,
};
use storage::Scope;
use storage::dlt_batches::{self, BatchRecord, BatchStatus, SubmissionStatus};
use storage::dlt_commands::{self, CommandRecord};
use storage::dlt_transactions;
use storage::products::ProductRecord;

pub use storage::dlt_batches::SubmissionRecord;
pub use storage::dlt_commands::{Backlog, CommandKind as Kind, TOPIC};
pub use storage::dlt_transactions::{Expense, Seen};

pub use crate::confirmation::{Confirmation, confirm_batch};
pub use crate::taking::{next_batch, open_batches};
use crate::{Error, Registry, Result, clock, instructed, progress};

/// One worker at a time handles batches. It is asked for before each round; nothing depends on it being kept, since every
/// function here settles races in its transaction, so it may be short and a crash holds nobody up for long.
const LEASE: &str = "worker:dlt";

/// Commands on their way to the network together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Identifies it.
    pub id: BatchId,
    /// The product whose units move.
    pub product: ProductId,
    /// What its commands do.
    pub kind: Kind,
    /// How many batches of the product were delivered before; of what carries an instruction out the place of that in the queue.
    pub sequence: u32,
    /// The network that the product is on (EIP-155).
    pub chain_id: u64,
    /// The token.
    pub asset: Address,
    /// ISO 6166.
    pub isin: Isin,
    /// Name of the token.
    pub name: String,
    /// Symbol of the token.
    pub symbol: String,
    /// Units of the whole issue.
    pub issue_volume: Units,
    /// What the token is committed to: SHA-256 of the terms.
    pub terms_hash: [u8; 32],
    /// What moves, oldest first; the one item of an issue goes to the token itself.
    pub items: Vec<Item>,
    /// What was signed for it so far, oldest first.
    pub submissions: Vec<SubmissionRecord>,
    /// Where it was seen on the network last.
    pub seen: Option<Seen>,
}

/// One command of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Identifies the command.
    pub command: CommandId,
    /// Where the units leave; none if they lie with the issuer to be delivered.
    pub source: Option<Source>,
    /// Where to.
    pub wallet: Address,
    /// How many.
    pub units: Units,
}

/// The wallet that units leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its address.
    pub wallet: Address,
    /// What the register has of the product in it now.
    pub held: Units,
}

impl Batch {
    /// Submissions that may still take effect.
    pub fn alive(&self) -> impl Iterator<Item = &SubmissionRecord> {
        self.submissions
            .iter()
            .filter(|submission| submission.status == SubmissionStatus::Stored)
    }
}

/// Takes the worker's lease for this process; false if another one has it.
///
/// # Errors
/// Fails if the database does.
pub async fn take_lease(registry: &Registry, process: &str, duration: Duration) -> Result<bool> {
    let process = process.to_owned();
    registry
        .db
        .write(move |tx| {
            let now = clock::real_now().micros();
            Ok(lease::acquire(tx, LEASE, &process, now, duration)?.is_some())
        })
        .await
}

/// Products that have something to send or something on its way.
///
/// # Errors
/// Fails if the database does.
pub async fn products_with_work(registry: &Registry) -> Result<Vec<ProductId>> {
    let read = |tx: &mut Tx| Ok(dlt_commands::products_with_work(tx)?);
    registry.db.read(read).await
}

/// Keeps a signed submission before it is sent. `known` is how many the caller has seen of this batch, so that two workers
/// cannot both add one.
///
/// # Errors
/// [`Error::InFlight`] if somebody else worked on the batch meanwhile.
pub async fn store_submission(
    registry: &Registry,
    batch: BatchId,
    transaction_hash: TransactionHash,
    payload: Vec<u8>,
    known: usize,
) -> Result<()> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            lock_open(tx, batch)?;
            let stored = dlt_batches::submissions(tx, batch)?;
            if stored.len() != known {
                return Err(Error::InFlight);
            }
            let submission = (transaction_hash, payload.as_slice());
            let now = own.clock.now();
            dlt_batches::insert_submission(tx, batch, submission, now)?;
            let seen = Seen {
                transaction_hash,
                block: None,
            };
            Ok(dlt_transactions::see(tx, batch, seen, now)?)
        })
        .await
}

/// Where the transaction of a batch is seen, for whoever looks on: nothing is entered before it is final.
///
/// # Errors
/// Fails if the database does.
pub async fn note_seen(registry: &Registry, batch: BatchId, seen: Seen) -> Result<()> {
    let now = registry.clock.now();
    registry
        .db
        .write(move |tx| Ok(dlt_transactions::see(tx, batch, seen, now)?))
        .await
}

/// A submission had no effect and never will; its batch goes on with another one.
///
/// # Errors
/// Fails if the database does.
pub async fn refuse_submission(
    registry: &Registry,
    transaction_hash: TransactionHash,
) -> Result<()> {
    registry
        .db
        .write(move |tx| Ok(dlt_batches::refuse_submission(tx, transaction_hash)?))
        .await
}

/// The network refuses the batch. The commands of several are queued again in smaller company; a single one has failed.
///
/// # Errors
/// [`Error::InFlight`] if the batch is settled or a submission of it may still take effect.
pub async fn refuse_batch(registry: &Registry, batch: BatchId, reason: &str) -> Result<()> {
    let (own, reason) = (registry.clone(), reason.to_owned());
    registry
        .db
        .write(move |tx| {
            lock_dead(tx, batch)?;
            let commands = dlt_commands::of_batch(tx, batch)?;
            let now = own.clock.now();
            // Some are due whatever the network says today: they are tried again until they are done.
            if let [single] = commands.as_slice()
                && !single.kind.is_due()
            {
                fail(&own, tx, single, (&reason, InstructionRefusal::Freeze))?;
            } else {
                dlt_commands::requeue(tx, batch, &reason, now)?;
            }
            dlt_transactions::forget(tx, batch)?;
            Ok(dlt_batches::refuse(tx, batch, &reason, now)?)
        })
        .await
}

/// The network refuses these commands of a batch; the others stay in it. A batch that lost all of them is refused.
///
/// # Errors
/// As [`refuse_batch`].
pub async fn take_out(
    registry: &Registry,
    batch: BatchId,
    refused: Vec<CommandId>,
    reason: &str,
) -> Result<()> {
    let (own, reason) = (registry.clone(), reason.to_owned());
    registry
        .db
        .write(move |tx| {
            lock_dead(tx, batch)?;
            let (out, rest): (Vec<_>, Vec<_>) = dlt_commands::of_batch(tx, batch)?
                .into_iter()
                .partition(|command| refused.contains(&command.id));
            for command in &out {
                fail(&own, tx, command, (&reason, InstructionRefusal::Freeze))?;
            }
            if rest.is_empty() {
                dlt_transactions::forget(tx, batch)?;
                dlt_batches::refuse(tx, batch, &reason, own.clock.now())?;
            }
            Ok(())
        })
        .await
}

/// The network would refuse what carries the instruction of a batch out, for a reason that has a code of its own.
///
/// # Errors
/// As [`refuse_batch`].
pub async fn reject_instruction(
    registry: &Registry,
    batch: BatchId,
    code: InstructionRefusal,
    reason: &str,
) -> Result<()> {
    let (own, reason) = (registry.clone(), reason.to_owned());
    registry
        .db
        .write(move |tx| {
            lock_dead(tx, batch)?;
            for command in dlt_commands::of_batch(tx, batch)? {
                fail(&own, tx, &command, (&reason, code))?;
            }
            dlt_transactions::forget(tx, batch)?;
            Ok(dlt_batches::refuse(tx, batch, &reason, own.clock.now())?)
        })
        .await
}

/// Says what holds an open batch up, for whoever asks.
///
/// # Errors
/// Fails if the database does.
pub async fn note_trouble(registry: &Registry, batch: BatchId, trouble: &str) -> Result<()> {
    let (now, trouble) = (registry.clock.now(), trouble.to_owned());
    registry
        .db
        .write(move |tx| Ok(dlt_batches::note(tx, batch, &trouble, now)?))
        .await
}

/// Measures what is not done yet.
///
/// # Errors
/// Fails if the database does.
pub async fn backlog(registry: &Registry) -> Result<Backlog> {
    let read = |tx: &mut Tx| Ok(dlt_commands::backlog(tx)?);
    registry.db.read(read).await
}

/// A product that a batch is about.
pub(crate) fn product(tx: &mut Tx, id: ProductId) -> Result<ProductRecord> {
    storage::products::find(tx, &Scope::ALL, id)?.ok_or(Error::NotFound("product"))
}

/// An open batch, locked until the transaction ends.
fn lock_open(tx: &mut Tx, id: BatchId) -> Result<BatchRecord> {
    let batch = dlt_batches::lock(tx, id)?.ok_or(Error::NotFound("batch"))?;
    if batch.status == BatchStatus::Open {
        Ok(batch)
    } else {
        Err(Error::InFlight)
    }
}

/// An open batch of which no submission can take effect any more.
fn lock_dead(tx: &mut Tx, id: BatchId) -> Result<BatchRecord> {
    let batch = lock_open(tx, id)?;
    let submissions = dlt_batches::submissions(tx, id)?;
    if submissions
        .iter()
        .all(|submission| submission.status == SubmissionStatus::Refused)
    {
        Ok(batch)
    } else {
        Err(Error::InFlight)
    }
}

/// Nothing has moved: the investment can be given another wallet, or an operator tries again; an instruction is rejected for good.
fn fail(
    registry: &Registry,
    tx: &mut Tx,
    command: &CommandRecord,
    (reason, code): (&str, InstructionRefusal),
) -> Result<()> {
    instructed::reject(registry, tx, command, code)?;
    // The investment before the command, in the order in which requests lock them.
    if let Some(investment) = command.investment {
        progress::delivery_failed(registry, tx, investment)?;
    }
    dlt_commands::fail(tx, command.id, reason, registry.clock.now())?;
    Ok(())
}
