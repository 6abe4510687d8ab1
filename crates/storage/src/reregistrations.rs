//! Re-registrations that the registrar makes on somebody's right or to reverse a wrong entry. What moves is kept with the transfers.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::register::Digest;
use domain::{
    DecisionId, DocumentId, Ground, InstructionId, InvestmentId, ProductId, Timestamp, Units,
};
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into reregistrations
(instruction_id, product_id, ground, reverses, key_id, sealed_details, salt, details_hash, document_id, document_hash, decision_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");

const ENTER: Sql = Sql("update reregistrations
set entry_sequence = $2
where instruction_id = $1
and entry_sequence is null");

const FIND: Sql = Sql("select instruction_id, product_id, ground, reverses, key_id, sealed_details, salt, details_hash, document_id, document_hash, decision_id, entry_sequence, created_at
from reregistrations
where instruction_id = $1");

const LIST: Sql = Sql("select instruction_id, product_id, ground, reverses, key_id, sealed_details, salt, details_hash, document_id, document_hash, decision_id, entry_sequence, created_at
from reregistrations
where (product_id = $1 or $1 is null)
order by instruction_id
limit $2 offset $3");

const COUNT: Sql = Sql("select count(*)
from reregistrations
where (product_id = $1 or $1 is null)");

const BETWEEN: Sql = Sql("select instruction_id, product_id, ground, reverses, key_id, sealed_details, salt, details_hash, document_id, document_hash, decision_id, entry_sequence, created_at
from reregistrations
where product_id = $1
and entry_sequence > $2
and entry_sequence <= $3
order by entry_sequence");

const ENTERED: Sql = Sql("select count(*)
from reregistrations
where product_id = $1
and entry_sequence is not null");

// One that was rejected has reversed nothing.
const REVERSING: Sql = Sql("select g.instruction_id, g.entry_sequence
from reregistrations g
join instructions i on i.id = g.instruction_id
where g.product_id = $1
and g.reverses = $2
and i.status in ('processing', 'executed')
order by g.instruction_id
limit 1");

const OF_INVESTMENT: Sql = Sql("select instruction_id
from transfers
where investment_id = $1");

const PARTS: Sql = Sql("select p.investment_id, p.units
from transfer_parts p
where p.instruction_id = $1
order by p.investment_id");

const REVERSE_PARTS: Sql = Sql("update transfer_parts
set reversed_by = $2
where instruction_id = $1
and reversed_by is null");

/// What a re-registration rests on, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReregistrationRecord {
    /// By which instruction; what moves is its transfer.
    pub instruction: InstructionId,
    /// Whose register.
    pub product: ProductId,
    /// On what it rests.
    pub ground: Ground,
    /// The wrong entry that it compensates.
    pub reverses: Option<u64>,
    /// The key that seals the details.
    pub key: Uuid,
    /// See [`domain::ReregistrationDetails`].
    pub sealed_details: Vec<u8>,
    /// See [`domain::reregistration::commitment`].
    pub salt: [u8; 32],
    /// What the entry commits to.
    pub details_hash: Digest,
    /// What it rests on.
    pub document: DocumentId,
    /// SHA-256 of that.
    pub document_hash: Digest,
    /// Who decided.
    pub decision: DecisionId,
    /// The entry that made it effective; none before.
    pub entry: Option<u64>,
    /// When it was decided.
    pub created_at: Timestamp,
}

/// Keeps what a re-registration rests on; its transfer has to be in the queue.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &ReregistrationRecord) -> Result<(), DatabaseError> {
    let parameters = [
        record.instruction.uuid().into(),
        record.product.uuid().into(),
        record.ground.as_str().into(),
        Value::from(record.reverses.map(u64::cast_signed)),
        record.key.into(),
        record.sealed_details.as_slice().into(),
        record.salt.into(),
        record.details_hash.into(),
        record.document.uuid().into(),
        record.document_hash.into(),
        record.decision.uuid().into(),
        time(record.created_at),
    ];
    tx.later(INSERT, &parameters)
}

/// Keeps which entry made it effective. One that has an entry makes the transaction fail.
///
/// # Errors
/// Fails if the database does.
pub fn enter(tx: &mut Tx, id: InstructionId, sequence: u64) -> Result<(), DatabaseError> {
    let parameters = [id.uuid().into(), Value::I64(sequence.cast_signed())];
    tx.later(ENTER, &parameters)
}

/// What the re-registration by an instruction rests on.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: InstructionId) -> Result<Option<ReregistrationRecord>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// The number of re-registrations (of one product, if given) and a stretch of them, oldest first, whatever has become of them.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    product: Option<ProductId>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<ReregistrationRecord>), DatabaseError> {
    let product = Value::from(product.map(ProductId::uuid));
    let count = tx
        .query_one(COUNT, std::slice::from_ref(&product))?
        .get(0)?;
    let rows = tx.query(LIST, &[product, limit.into(), offset.cast_signed().into()])?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// What the entries after one sequence up to another rest on.
///
/// # Errors
/// Fails if the database does.
pub fn between(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<ReregistrationRecord>, DatabaseError> {
    let rows = tx.query(BETWEEN, &stretch(product, after, up_to))?;
    rows.iter().map(read).collect()
}

/// How many re-registrations of a register say that they have an entry.
///
/// # Errors
/// Fails if the database does.
pub fn count_entered(tx: &mut Tx, product: ProductId) -> Result<u64, DatabaseError> {
    tx.query_one(ENTERED, &[product.uuid().into()])?.get(0)
}

/// The instruction that reverses an entry, and the entry that this has made, if there is one.
///
/// # Errors
/// Fails if the database does.
pub fn reversing(
    tx: &mut Tx,
    product: ProductId,
    entry: u64,
) -> Result<Option<(InstructionId, Option<u64>)>, DatabaseError> {
    let parameters = [product.uuid().into(), Value::I64(entry.cast_signed())];
    let row = tx.query_opt(REVERSING, &parameters)?;
    row.map(|row| {
        let mut columns = Columns::of(&row);
        Ok((columns.id(InstructionId::from_uuid)?, columns.next()?))
    })
    .transpose()
}

/// The instruction by which an investment was received, unless it was delivered.
///
/// # Errors
/// Fails if the database does.
pub fn receiving(
    tx: &mut Tx,
    investment: InvestmentId,
) -> Result<Option<InstructionId>, DatabaseError> {
    let row = tx.query_opt(OF_INVESTMENT, &[investment.uuid().into()])?;
    row.map(|row| Columns::of(&row).id(InstructionId::from_uuid))
        .transpose()
}

/// What investments gave by an instruction.
///
/// # Errors
/// Fails if the database does.
pub fn parts(tx: &mut Tx, id: InstructionId) -> Result<Vec<(InvestmentId, Units)>, DatabaseError> {
    let rows = tx.query(PARTS, &[id.uuid().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.id(InvestmentId::from_uuid)?, columns.units()?))
        })
        .collect()
}

/// What investments gave by an instruction they have again.
///
/// # Errors
/// Fails if the database does.
pub fn reverse_parts(
    tx: &mut Tx,
    id: InstructionId,
    by: InstructionId,
) -> Result<(), DatabaseError> {
    tx.execute(REVERSE_PARTS, &[id.uuid().into(), by.uuid().into()])
        .map(|_| ())
}

fn stretch(product: ProductId, after: u64, up_to: u64) -> [Value; 3] {
    [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ]
}

fn read(row: &Row) -> Result<ReregistrationRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(ReregistrationRecord {
        instruction: columns.id(InstructionId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        ground: columns.parsed(|text| text.parse().ok())?,
        reverses: columns.next()?,
        key: columns.next()?,
        sealed_details: columns.next()?,
        salt: columns.next()?,
        details_hash: columns.next()?,
        document: columns.id(DocumentId::from_uuid)?,
        document_hash: columns.next()?,
        decision: columns.id(DecisionId::from_uuid)?,
        entry: columns.next()?,
        created_at: columns.time()?,
    })
}
