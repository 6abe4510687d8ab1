//! Batches of commands, of what carries instructions out several open per product and of all else one, and the signed submissions that carry them to the network.

use database::{DatabaseError, Row, Sql, Tx};
use domain::{BatchId, ProductId, Timestamp, TransactionHash};

use crate::columns::{Columns, time};
use crate::dlt_commands::CommandKind;

// Two workers that take at the same time meet at the one open batch; the second finds the first's.
const INSERT: Sql = Sql("insert into dlt_batches
(id, product_id, kind, sequence, status, created_at, changed_at)
values ($1, $2, $3, $4, 'open', $5, $5)
on conflict do nothing");

const OPEN: Sql = Sql(
    "select id, product_id, kind, sequence, status, transaction_hash, error, created_at, changed_at
from dlt_batches
where product_id = $1
and status = 'open'
order by id",
);

const UNSENT: Sql = Sql("select count(*)
from dlt_batches b
where b.product_id = $1
and b.status = 'open'
and not exists (select 1 from dlt_submissions s where s.batch_id = b.id and s.status = 'stored')");

const EARLIER: Sql = Sql("select count(*)
from dlt_batches
where product_id = $1
and status = 'open'
and id < $2");

const FIND: Sql = Sql(
    "select id, product_id, kind, sequence, status, transaction_hash, error, created_at, changed_at
from dlt_batches
where id = $1",
);

const LOCK: Sql = Sql(
    "select id, product_id, kind, sequence, status, transaction_hash, error, created_at, changed_at
from dlt_batches
where id = $1
for update",
);

const DELIVERED: Sql = Sql("select count(*)
from dlt_batches
where product_id = $1
and status = 'confirmed'
and kind = 'delivery'");

const CONFIRM: Sql = Sql("update dlt_batches
set status = 'confirmed', transaction_hash = $2, error = null, changed_at = $3
where id = $1
and status = 'open'");

const REFUSE: Sql = Sql("update dlt_batches
set status = 'refused', error = $2, changed_at = $3
where id = $1
and status = 'open'");

const NOTE: Sql = Sql("update dlt_batches
set error = $2, changed_at = $3
where id = $1
and status = 'open'
and (error is null or error <> $2)");

const INSERT_SUBMISSION: Sql = Sql("insert into dlt_submissions
(transaction_hash, batch_id, payload, status, created_at)
values ($1, $2, $3, 'stored', $4)");

const SUBMISSIONS: Sql = Sql("select transaction_hash, payload, status, created_at
from dlt_submissions
where batch_id = $1
order by created_at, transaction_hash");

const REFUSE_SUBMISSION: Sql = Sql("update dlt_submissions
set status = 'refused'
where transaction_hash = $1
and status = 'stored'");

const SETTLE_SUBMISSIONS: Sql = Sql("update dlt_submissions
set status = case when transaction_hash = $2 then 'confirmed' else 'refused' end
where batch_id = $1");

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchStatus {
    /// On its way.
    Open,
    /// Took effect and is in the register.
    Confirmed,
    /// Had no effect and never will.
    Refused,
}

/// A batch as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRecord {
    /// Identifies it.
    pub id: BatchId,
    /// The product whose units move.
    pub product: ProductId,
    /// What its commands do.
    pub kind: CommandKind,
    /// How many batches of the product were delivered before; of what carries an instruction out the place of that in the queue.
    pub sequence: u32,
    /// How far it is.
    pub status: BatchStatus,
    /// The transaction that took effect.
    pub transaction_hash: Option<TransactionHash>,
    /// Why it was refused, or what holds it up.
    pub error: Option<String>,
    /// When it was put together.
    pub created_at: Timestamp,
    /// When its status changed last.
    pub changed_at: Timestamp,
}

/// How far a submission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmissionStatus {
    /// It may have been sent, and may take effect.
    Stored,
    /// It took effect.
    Confirmed,
    /// It had no effect and never will.
    Refused,
}

/// A signed transaction as stored before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionRecord {
    /// Identifies it.
    pub transaction_hash: TransactionHash,
    /// What is sent; empty if the network has it already.
    pub payload: Vec<u8>,
    /// How far it is.
    pub status: SubmissionStatus,
    /// When it was signed.
    pub created_at: Timestamp,
}

/// Opens a batch; false if the product has an open one already, or this instruction has.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, batch: &BatchRecord) -> Result<bool, DatabaseError> {
    let parameters = [
        batch.id.uuid().into(),
        batch.product.uuid().into(),
        batch.kind.as_str().into(),
        batch.sequence.into(),
        time(batch.created_at),
    ];
    Ok(tx.execute(INSERT, &parameters)? == 1)
}

/// The open batches of a product, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn open(tx: &mut Tx, product: ProductId) -> Result<Vec<BatchRecord>, DatabaseError> {
    let rows = tx.query(OPEN, &[product.uuid().into()])?;
    rows.iter().map(read).collect()
}

/// How many open batches of a product have no submission that may take effect.
///
/// # Errors
/// Fails if the database does.
pub fn unsent(tx: &mut Tx, product: ProductId) -> Result<u64, DatabaseError> {
    tx.query_one(UNSENT, &[product.uuid().into()])?.get(0)
}

/// How many batches of a product are open that were opened before this one.
///
/// # Errors
/// Fails if the database does.
pub fn earlier(tx: &mut Tx, product: ProductId, id: BatchId) -> Result<u64, DatabaseError> {
    let parameters = [product.uuid().into(), id.uuid().into()];
    tx.query_one(EARLIER, &parameters)?.get(0)
}

/// A batch.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: BatchId) -> Result<Option<BatchRecord>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// A batch, locked.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: BatchId) -> Result<Option<BatchRecord>, DatabaseError> {
    let row = tx.query_opt(LOCK, &[id.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// How many batches of a product were delivered: the sequence of the next one.
///
/// # Errors
/// Fails if the database does.
pub fn delivered(tx: &mut Tx, product: ProductId) -> Result<u32, DatabaseError> {
    tx.query_one(DELIVERED, &[product.uuid().into()])?.get(0)
}

/// The batch took effect by this submission, in this transaction; its other submissions never will.
///
/// # Errors
/// Fails if the database does.
pub fn confirm(
    tx: &mut Tx,
    id: BatchId,
    (submission, transaction_hash): (TransactionHash, TransactionHash),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let hash = transaction_hash.bytes();
    tx.later(CONFIRM, &[id.uuid().into(), hash.into(), time(now)])?;
    let settled = [id.uuid().into(), submission.bytes().into()];
    tx.later_any(SETTLE_SUBMISSIONS, &settled)
}

/// The batch has no effect.
///
/// # Errors
/// Fails if the database does.
pub fn refuse(tx: &mut Tx, id: BatchId, reason: &str, now: Timestamp) -> Result<(), DatabaseError> {
    tx.later(REFUSE, &[id.uuid().into(), reason.into(), time(now)])
}

/// Says what holds an open batch up.
///
/// # Errors
/// Fails if the database does.
pub fn note(tx: &mut Tx, id: BatchId, trouble: &str, now: Timestamp) -> Result<(), DatabaseError> {
    tx.later_any(NOTE, &[id.uuid().into(), trouble.into(), time(now)])
}

/// Keeps a signed transaction before it is sent.
///
/// # Errors
/// Fails if the database does.
pub fn insert_submission(
    tx: &mut Tx,
    batch: BatchId,
    (transaction_hash, payload): (TransactionHash, &[u8]),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        transaction_hash.bytes().into(),
        batch.uuid().into(),
        payload.into(),
        time(now),
    ];
    tx.later(INSERT_SUBMISSION, &parameters)
}

/// The submissions of a batch, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn submissions(tx: &mut Tx, batch: BatchId) -> Result<Vec<SubmissionRecord>, DatabaseError> {
    let rows = tx.query(SUBMISSIONS, &[batch.uuid().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(SubmissionRecord {
                transaction_hash: TransactionHash::from_bytes(columns.next()?),
                payload: columns.next()?,
                status: columns.parsed(SubmissionStatus::parse)?,
                created_at: columns.time()?,
            })
        })
        .collect()
}

/// A submission had no effect and never will.
///
/// # Errors
/// Fails if the database does.
pub fn refuse_submission(
    tx: &mut Tx,
    transaction_hash: TransactionHash,
) -> Result<(), DatabaseError> {
    tx.later_any(REFUSE_SUBMISSION, &[transaction_hash.bytes().into()])
}

impl BatchStatus {
    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Confirmed, Self::Refused]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

impl SubmissionStatus {
    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Stored, Self::Confirmed, Self::Refused]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

fn read(row: &Row) -> Result<BatchRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(BatchRecord {
        id: columns.id(BatchId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        kind: columns.parsed(CommandKind::parse)?,
        sequence: columns.next()?,
        status: columns.parsed(BatchStatus::parse)?,
        transaction_hash: columns.opt_hash()?,
        error: columns.next()?,
        created_at: columns.time()?,
        changed_at: columns.time()?,
    })
}
