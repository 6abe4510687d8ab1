//! Where batches are on the DLT network: sent, in a block, final. The worker writes down what it sees, and everybody else reads.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{BatchId, InvestmentId, ProductId, Timestamp, TransactionHash};
use uuid::Uuid;

use crate::columns::{Columns, time};
use crate::dlt_commands::CommandKind;

const SEE: Sql = Sql("insert into dlt_transactions
(batch_id, transaction_hash, state, block, changed_at)
values ($1, $2, $3, $4, $5)
on conflict (batch_id) do update
set transaction_hash = excluded.transaction_hash, state = excluded.state, block = excluded.block, changed_at = excluded.changed_at
where dlt_transactions.state <> 'final'");

const END: Sql = Sql("insert into dlt_transactions
(batch_id, transaction_hash, state, block, gas_used, fee_wei, changed_at)
values ($1, $2, 'final', $3, $4, $5, $6)
on conflict (batch_id) do update
set transaction_hash = excluded.transaction_hash, state = 'final', block = excluded.block, gas_used = excluded.gas_used,
fee_wei = excluded.fee_wei, changed_at = excluded.changed_at");

const FORGET: Sql = Sql("delete from dlt_transactions
where batch_id = $1
and state <> 'final'");

const SEEN: Sql = Sql("select transaction_hash, block
from dlt_transactions
where batch_id = $1");

const OF_INVESTMENT: Sql = Sql("select t.transaction_hash, t.state, t.block, t.changed_at
from dlt_commands c
join dlt_transactions t on t.batch_id = c.batch_id
where c.investment_id = $1");

const LIST: Sql = Sql("select t.batch_id, b.product_id, b.kind, t.transaction_hash, t.state, t.block, t.gas_used, t.fee_wei, t.changed_at,
(select count(*) from dlt_commands c where c.batch_id = t.batch_id),
(select cast(coalesce(sum(c.units), 0) as bigint) from dlt_commands c where c.batch_id = t.batch_id)
from dlt_transactions t
join dlt_batches b on b.id = t.batch_id
where (b.product_id = $1 or $1 is null)
and (t.batch_id in (
    select c.batch_id
    from dlt_commands c
    where c.investment_id = $2
    or c.instruction_id = $2)
    or $2 is null)
order by t.batch_id desc
limit $3 offset $4");

const COUNT: Sql = Sql("select count(*)
from dlt_transactions t
join dlt_batches b on b.id = t.batch_id
where (b.product_id = $1 or $1 is null)
and (t.batch_id in (
    select c.batch_id
    from dlt_commands c
    where c.investment_id = $2
    or c.instruction_id = $2)
    or $2 is null)");

/// What was seen of a batch last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The transaction that is looked for.
    pub transaction_hash: TransactionHash,
    /// The block that holds it, perhaps not for good.
    pub block: Option<u64>,
}

/// What a final transaction has cost its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expense {
    /// Gas used.
    pub gas: u64,
    /// Wei paid.
    pub fee_wei: u128,
}

/// Where a command is, with the batch that it went with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressRecord {
    /// What was seen last.
    pub seen: Seen,
    /// `pending`, `confirmed` or `final`.
    pub state: String,
    /// When this was seen.
    pub changed_at: Timestamp,
}

/// A batch on the DLT network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRecord {
    /// The batch.
    pub batch: BatchId,
    /// The product whose units move.
    pub product: ProductId,
    /// What its commands do.
    pub kind: CommandKind,
    /// What was seen last.
    pub seen: Seen,
    /// `pending`, `confirmed` or `final`.
    pub state: String,
    /// Gas used, once it is final.
    pub gas: Option<u64>,
    /// Wei paid, as a decimal number.
    pub fee_wei: Option<String>,
    /// When this was seen.
    pub changed_at: Timestamp,
    /// Commands that it carries out.
    pub commands: u64,
    /// Units that they are about.
    pub units: u64,
}

/// Notes where the transaction of an open batch is.
///
/// # Errors
/// Fails if the database does.
pub fn see(tx: &mut Tx, batch: BatchId, seen: Seen, now: Timestamp) -> Result<(), DatabaseError> {
    let state = match seen.block {
        Some(_) => "confirmed",
        None => "pending",
    };
    let parameters = [
        batch.uuid().into(),
        seen.transaction_hash.bytes().into(),
        state.into(),
        number(seen.block),
        time(now),
    ];
    tx.later_any(SEE, &parameters)
}

/// The transaction is final, and has cost that much if it is known.
///
/// # Errors
/// Fails if the database does.
pub fn end(
    tx: &mut Tx,
    batch: BatchId,
    (transaction_hash, block): (TransactionHash, u64),
    expense: Option<Expense>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        batch.uuid().into(),
        transaction_hash.bytes().into(),
        number(Some(block)),
        number(expense.map(|expense| expense.gas)),
        expense.map(|expense| expense.fee_wei.to_string()).into(),
        time(now),
    ];
    tx.later(END, &parameters)
}

/// Nothing of the batch is on its way any more.
///
/// # Errors
/// Fails if the database does.
pub fn forget(tx: &mut Tx, batch: BatchId) -> Result<(), DatabaseError> {
    tx.later_any(FORGET, &[batch.uuid().into()])
}

/// What was seen of a batch last.
///
/// # Errors
/// Fails if the database does.
pub fn seen(tx: &mut Tx, batch: BatchId) -> Result<Option<Seen>, DatabaseError> {
    let row = tx.query_opt(SEEN, &[batch.uuid().into()])?;
    row.map(|row| {
        Ok(Seen {
            transaction_hash: TransactionHash::from_bytes(row.get(0)?),
            block: row.get(1)?,
        })
    })
    .transpose()
}

/// Where the deliveries of investments are, each in its place: asked for together, so that a page costs one round trip.
///
/// # Errors
/// Fails if the database does.
pub fn of_investments(
    tx: &mut Tx,
    investments: &[InvestmentId],
) -> Result<Vec<Option<ProgressRecord>>, DatabaseError> {
    if investments.is_empty() {
        return Ok(Vec::new());
    }
    let parameters: Vec<[Value; 1]> = investments.iter().map(|id| [id.uuid().into()]).collect();
    let asked: Vec<(Sql, &[Value])> = parameters
        .iter()
        .map(|parameters| (OF_INVESTMENT, parameters.as_slice()))
        .collect();
    let answers = tx.query_many(&asked)?;
    answers
        .iter()
        .map(|rows| rows.first().map(read_progress).transpose())
        .collect()
}

/// Batches on the DLT network, newest first: of a product, or those that were about an investment or an instruction.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    product: Option<ProductId>,
    subject: Option<Uuid>,
    (offset, limit): (u64, u32),
) -> Result<(u64, Vec<TransactionRecord>), DatabaseError> {
    let which = [product.map(|id| id.uuid()).into(), subject.into()];
    let count = tx.query_one(COUNT, &which)?.get(0)?;
    let [product, subject] = which;
    let rows = tx.query(
        LIST,
        &[
            product,
            subject,
            limit.into(),
            Value::I64(offset.cast_signed()),
        ],
    )?;
    let found = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((count, found))
}

fn number(number: Option<u64>) -> Value {
    number.map(u64::cast_signed).into()
}

fn read_progress(row: &Row) -> Result<ProgressRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let transaction_hash = TransactionHash::from_bytes(columns.next()?);
    let state = columns.next()?;
    Ok(ProgressRecord {
        seen: Seen {
            transaction_hash,
            block: columns.next()?,
        },
        state,
        changed_at: columns.time()?,
    })
}

fn read(row: &Row) -> Result<TransactionRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let batch = columns.id(BatchId::from_uuid)?;
    let product = columns.id(ProductId::from_uuid)?;
    let kind = columns.parsed(CommandKind::parse)?;
    let transaction_hash = TransactionHash::from_bytes(columns.next()?);
    let state = columns.next()?;
    let seen = Seen {
        transaction_hash,
        block: columns.next()?,
    };
    Ok(TransactionRecord {
        batch,
        product,
        kind,
        seen,
        state,
        gas: columns.next()?,
        fee_wei: columns.next()?,
        changed_at: columns.time()?,
        commands: columns.next()?,
        units: columns.next()?,
    })
}
