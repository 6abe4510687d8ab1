//! What a register's bundle says beside journal and holdings: the queue of instructions and the statements, in their order.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{InstructionId, InvestorId, ProductId, Timestamp};
use uuid::Uuid;

use crate::columns::Columns;

const INSTRUCTIONS: Sql = Sql("select id, sequence, kind, investor_id, authority, means, digest, signature, status, code, transaction_hash, received_at, ended_at
from instructions
where product_id = $1
and sequence > $2
order by sequence
limit $3");

const STATEMENTS: Sql = Sql("select id, sequence, units, created_at
from registry_statements
where product_id = $1
and (sequence > $2 or (sequence = $2 and id > $3))
order by sequence, id
limit $4");

/// An instruction as the queue has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedInstruction {
    /// Identifies it.
    pub id: InstructionId,
    /// Its place in the queue.
    pub sequence: u64,
    /// The word for its kind.
    pub kind: String,
    /// Who instructs.
    pub investor: InvestorId,
    /// By which right.
    pub authority: String,
    /// What makes it attributable.
    pub means: String,
    /// What was signed.
    pub digest: Vec<u8>,
    /// The signature over it.
    pub signature: Option<Vec<u8>>,
    /// How far it is.
    pub status: String,
    /// Why it was rejected.
    pub code: Option<String>,
    /// The transaction that made it effective.
    pub transaction_hash: Option<Vec<u8>>,
    /// When it was received.
    pub received_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A statement as far as it is no person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedStatement {
    /// Identifies it.
    pub id: Uuid,
    /// The entry that it states.
    pub sequence: u64,
    /// Units held after the entry.
    pub units: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The next instructions behind a place in the queue.
///
/// # Errors
/// Fails if the database does.
pub fn instructions(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    limit: u32,
) -> Result<Vec<QueuedInstruction>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        limit.into(),
    ];
    let rows = tx.query(INSTRUCTIONS, &parameters)?;
    rows.iter().map(instruction).collect()
}

/// The next statements behind one, by entry and id.
///
/// # Errors
/// Fails if the database does.
pub fn statements(
    tx: &mut Tx,
    product: ProductId,
    (sequence, id): (u64, Uuid),
    limit: u32,
) -> Result<Vec<IssuedStatement>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(sequence.cast_signed()),
        id.into(),
        limit.into(),
    ];
    let rows = tx.query(STATEMENTS, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(IssuedStatement {
                id: columns.next()?,
                sequence: columns.next()?,
                units: columns.next()?,
                created_at: columns.time()?,
            })
        })
        .collect()
}

fn instruction(row: &Row) -> Result<QueuedInstruction, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(QueuedInstruction {
        id: columns.id(InstructionId::from_uuid)?,
        sequence: columns.next()?,
        kind: columns.next()?,
        investor: columns.id(InvestorId::from_uuid)?,
        authority: columns.next()?,
        means: columns.next()?,
        digest: columns.next()?,
        signature: columns.next()?,
        status: columns.next()?,
        code: columns.next()?,
        transaction_hash: columns.next()?,
        received_at: columns.time()?,
        ended_at: columns.opt_time()?,
    })
}
