//! What a register's bundle says beside journal and holdings: the queue of instructions, redemptions and the statements, in their order.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{Address, HolderId, InstructionId, InvestorId, ProductId, Timestamp, Units};
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

const REDEMPTIONS: Sql = Sql("select r.id, h.id, r.source_address, r.units, r.authority, r.means, r.digest, r.signature, r.status, r.code, r.received_at, r.paid_at, i.sequence, r.entry_sequence, r.deletion_entry_sequence, r.ended_at
from redemptions r
left join holders h on h.product_id = r.product_id and h.investor_id = r.investor_id
left join instructions i on i.id = r.instruction_id
where r.product_id = $1
and r.id > $2
order by r.id
limit $3");

/// A redemption from the holder's instruction to the deletion, whether or not it has come into the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRedemption {
    /// Identifies it.
    pub id: Uuid,
    /// Whose units; none if nothing was ever entered for that investor.
    pub holder: Option<HolderId>,
    /// Where they lie.
    pub wallet: Address,
    /// How many.
    pub units: Units,
    /// By which right they are given back.
    pub authority: String,
    /// What makes the instruction attributable.
    pub means: String,
    /// What was signed.
    pub digest: Vec<u8>,
    /// The signature over it.
    pub signature: Option<Vec<u8>>,
    /// How far it is.
    pub status: String,
    /// Why it failed.
    pub code: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
    /// When the issuer has paid.
    pub paid_at: Option<Timestamp>,
    /// Its place in the queue; none before the payment was proven.
    pub instruction: Option<u64>,
    /// The entry that brought the units to the issuer.
    pub entry: Option<u64>,
    /// The entry that marked them void.
    pub deletion: Option<u64>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

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

/// The next redemptions behind one, by id.
///
/// # Errors
/// Fails if the database does.
pub fn redemptions(
    tx: &mut Tx,
    product: ProductId,
    after: Uuid,
    limit: u32,
) -> Result<Vec<KnownRedemption>, DatabaseError> {
    let parameters = [product.uuid().into(), after.into(), limit.into()];
    let rows = tx.query(REDEMPTIONS, &parameters)?;
    rows.iter().map(redemption).collect()
}

fn redemption(row: &Row) -> Result<KnownRedemption, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(KnownRedemption {
        id: columns.next()?,
        holder: columns.opt_id(HolderId::from_uuid)?,
        wallet: columns.address()?,
        units: columns.units()?,
        authority: columns.next()?,
        means: columns.next()?,
        digest: columns.next()?,
        signature: columns.next()?,
        status: columns.next()?,
        code: columns.next()?,
        received_at: columns.time()?,
        paid_at: columns.opt_time()?,
        instruction: columns.next()?,
        entry: columns.next()?,
        deletion: columns.next()?,
        ended_at: columns.opt_time()?,
    })
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
