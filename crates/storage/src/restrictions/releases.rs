//! What ends a restriction or a part of it.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::register::Digest;
use domain::restriction::Extent;
use domain::{
    Address, DecisionId, DocumentId, InstructionId, ProductId, RestrictionId, Timestamp, Units,
};
use uuid::Uuid;

use crate::columns::{Columns, time};
use crate::instructions::{self, Evidence, InstructionRecord};

/// What the queue calls them.
const KIND: &str = "release";

const INSERT: Sql = Sql("insert into restriction_releases
(id, restriction_id, units, key_id, sealed_basis, document_id, document_hash, decision_id, instruction_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

const ENTER: Sql = Sql("update restriction_releases
set entry_sequence = $2
where id = $1
and entry_sequence is null");

const OF_INSTRUCTION: Sql = Sql("select id, restriction_id, units, key_id, sealed_basis, document_id, document_hash, decision_id, instruction_id, entry_sequence, created_at
from restriction_releases
where instruction_id = $1");

const BETWEEN: Sql = Sql("select x.id, x.restriction_id, x.units, x.key_id, x.sealed_basis, x.document_id, x.document_hash, x.decision_id, x.instruction_id, x.entry_sequence, x.created_at, r.entry_sequence, i.sequence
from restriction_releases x
join restrictions r on r.id = x.restriction_id
join instructions i on i.id = x.instruction_id
where r.product_id = $1
and x.entry_sequence > $2
and x.entry_sequence <= $3
order by x.entry_sequence");

// What signed instructions have released already, though the register says so a little later.
const FOLLOWING: Sql = Sql(
    "select r.entry_sequence, cast(coalesce(sum(x.units), 0) as bigint)
from restriction_releases x
join restrictions r on r.id = x.restriction_id
where r.product_id = $1
and r.wallet_address = $2
and x.decision_id is null
and x.entry_sequence is null
group by r.entry_sequence
order by r.entry_sequence",
);

/// A release as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRecord {
    /// Identifies it.
    pub id: Uuid,
    /// What ends.
    pub restriction: RestrictionId,
    /// How much of it.
    pub extent: Extent,
    /// The key that seals the basis.
    pub key: Uuid,
    /// What it rests on, in words.
    pub sealed_basis: Vec<u8>,
    /// What it rests on; none if that is a signed instruction.
    pub document: Option<DocumentId>,
    /// SHA-256 of that, or the hash that was signed.
    pub document_hash: Digest,
    /// Who decided; nobody if it follows from a signed instruction.
    pub decision: Option<DecisionId>,
    /// By which instruction.
    pub instruction: InstructionId,
    /// The entry that made it effective; none before.
    pub entry: Option<u64>,
    /// When it was decided.
    pub created_at: Timestamp,
}

/// Enters a release into the queue.
///
/// # Errors
/// Fails if the database does.
pub fn insert_release(
    tx: &mut Tx,
    record: &ReleaseRecord,
    order: &InstructionRecord,
    evidence: &Evidence,
) -> Result<(), DatabaseError> {
    instructions::insert(tx, KIND, order, evidence)?;
    let parameters = [
        record.id.into(),
        record.restriction.uuid().into(),
        Value::from(record.extent.units().map(Units::as_i64)),
        record.key.into(),
        record.sealed_basis.as_slice().into(),
        Value::from(record.document.map(DocumentId::uuid)),
        record.document_hash.into(),
        Value::from(record.decision.map(DecisionId::uuid)),
        record.instruction.uuid().into(),
        time(record.created_at),
    ];
    tx.later(INSERT, &parameters)
}

/// Keeps which entry made it effective. One that has an entry makes the transaction fail.
///
/// # Errors
/// Fails if the database does.
pub fn enter_release(tx: &mut Tx, id: Uuid, sequence: u64) -> Result<(), DatabaseError> {
    tx.later(ENTER, &[id.into(), Value::I64(sequence.cast_signed())])
}

/// The release that an instruction carries out.
///
/// # Errors
/// Fails if the database does.
pub fn release_of_instruction(
    tx: &mut Tx,
    id: InstructionId,
) -> Result<Option<ReleaseRecord>, DatabaseError> {
    let row = tx.query_opt(OF_INSTRUCTION, &[id.uuid().into()])?;
    row.map(|row| read(&mut Columns::of(&row))).transpose()
}

/// What the entries after one sequence up to another released, with the entry that had made it and the place of the instruction.
///
/// # Errors
/// Fails if the database does.
pub fn releases_between(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<(ReleaseRecord, Option<u64>, u64)>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ];
    let rows: Vec<Row> = tx.query(BETWEEN, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((read(&mut columns)?, columns.next()?, columns.next()?))
        })
        .collect()
}

/// What follows from signed instructions that are carried out and is not entered yet, by the entry that made the restriction.
///
/// # Errors
/// Fails if the database does.
pub fn following(
    tx: &mut Tx,
    (product, wallet): (ProductId, Address),
) -> Result<Vec<(Option<u64>, Units)>, DatabaseError> {
    let rows = tx.query(FOLLOWING, &[product.uuid().into(), wallet.bytes().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.next()?, columns.units()?))
        })
        .collect()
}

fn read(columns: &mut Columns<'_>) -> Result<ReleaseRecord, DatabaseError> {
    Ok(ReleaseRecord {
        id: columns.next()?,
        restriction: columns.id(RestrictionId::from_uuid)?,
        extent: Extent::of(columns.opt_units()?),
        key: columns.next()?,
        sealed_basis: columns.next()?,
        document: columns.opt_id(DocumentId::from_uuid)?,
        document_hash: columns.next()?,
        decision: columns.opt_id(DecisionId::from_uuid)?,
        instruction: columns.id(InstructionId::from_uuid)?,
        entry: columns.next()?,
        created_at: columns.time()?,
    })
}
