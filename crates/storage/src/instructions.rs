//! The queue of instructions of each asset: who instructed what, by which right, and what became of it.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{
    Authority, EnvironmentId, Instruction, InstructionId, InstructionState, InvestorId, Means,
    PlatformId, ProductId,
};

use crate::columns::{Columns, time};

// Whoever takes a place holds the queue until its transaction ends, so that places are given in the order of receipt.
const NEXT: Sql = Sql("insert into instruction_queues
(product_id, last_sequence)
values ($1, 1)
on conflict (product_id) do update
set last_sequence = instruction_queues.last_sequence + 1
returning last_sequence");

// Who binds units without a place holds the queue too: what is free is counted by one at a time.
const HOLD: Sql = Sql("insert into instruction_queues
(product_id, last_sequence)
values ($1, 0)
on conflict (product_id) do update
set last_sequence = instruction_queues.last_sequence");

const SEQUENCE: Sql = Sql("select sequence
from instructions
where id = $1");

const SIGNED: Sql = Sql("select 1
from instructions
where product_id = $1
and digest = $2");

const INSERT: Sql = Sql("insert into instructions
(id, product_id, sequence, kind, environment_id, platform_id, investor_id, authority, means, digest, signature, status, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");

const END: Sql = Sql("update instructions
set status = $2, code = $3, transaction_hash = $4, ended_at = $5
where id = $1
and status = 'processing'");

const FIND: Sql = Sql("select id, product_id, sequence, environment_id, platform_id, investor_id, authority, means, received_at, status, code, transaction_hash, ended_at
from instructions
where id = $1");

const LOCK: Sql = Sql("select id
from instructions
where id = $1
for update");

/// An instruction with who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstructionRecord {
    /// What the rules know.
    pub instruction: Instruction,
    /// Where.
    pub environment: EnvironmentId,
    /// Through whom.
    pub platform: PlatformId,
    /// Who instructs; of what the issuer instructs, whose units those were.
    pub investor: InvestorId,
}

/// What makes an instruction attributable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The hash that was signed; the same twice is the same instruction.
    pub digest: [u8; 32],
    /// The signature over it; none if it is attributed otherwise.
    pub signature: Option<Vec<u8>>,
}

/// The next place in the asset's queue; nobody else gets one before the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn next_sequence(tx: &mut Tx, product: ProductId) -> Result<u64, DatabaseError> {
    tx.query_one(NEXT, &[product.uuid().into()])?.get(0)
}

/// Holds the asset's queue until the transaction ends, without taking a place.
///
/// # Errors
/// Fails if the database does.
pub fn hold_queue(tx: &mut Tx, product: ProductId) -> Result<(), DatabaseError> {
    tx.execute(HOLD, &[product.uuid().into()]).map(|_| ())
}

/// The place of an instruction.
///
/// # Errors
/// Fails if the database does, or if there is no such instruction.
pub fn sequence(tx: &mut Tx, id: InstructionId) -> Result<u64, DatabaseError> {
    tx.query_one(SEQUENCE, &[id.uuid().into()])?.get(0)
}

/// An instruction with who gave it, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: InstructionId) -> Result<Option<InstructionRecord>, DatabaseError> {
    hold(tx, id)?;
    let row = tx.query_opt(FIND, &[id.uuid().into()])?;
    row.map(|row| read(&mut Columns::of(&row))).transpose()
}

/// Whether this was signed before for the asset.
///
/// # Errors
/// Fails if the database does.
pub fn is_known(tx: &mut Tx, product: ProductId, digest: &[u8; 32]) -> Result<bool, DatabaseError> {
    let parameters = [product.uuid().into(), (*digest).into()];
    Ok(tx.query_opt(SIGNED, &parameters)?.is_some())
}

/// Enters an instruction of this kind into the queue.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    kind: &str,
    record: &InstructionRecord,
    evidence: &Evidence,
) -> Result<(), DatabaseError> {
    let instruction = &record.instruction;
    let parameters = [
        instruction.id.uuid().into(),
        instruction.product.uuid().into(),
        instruction.sequence.cast_signed().into(),
        kind.into(),
        record.environment.uuid().into(),
        record.platform.uuid().into(),
        record.investor.uuid().into(),
        instruction.authority.as_str().into(),
        instruction.means.as_str().into(),
        evidence.digest.into(),
        Value::from(evidence.signature.clone()),
        instruction.state().as_str().into(),
        time(instruction.received_at),
    ];
    tx.later(INSERT, &parameters)
}

/// Saves how an instruction ended. One that has ended before makes the transaction fail.
///
/// # Errors
/// Fails if the database does.
pub fn end(tx: &mut Tx, instruction: &Instruction) -> Result<(), DatabaseError> {
    let (code, hash, at) = match *instruction.state() {
        InstructionState::Processing => return Ok(()),
        InstructionState::Executed {
            at,
            transaction_hash,
        } => (None, Some(transaction_hash.bytes().to_vec()), at),
        InstructionState::Rejected { code, at } => (Some(code.as_str()), None, at),
        InstructionState::Withdrawn { at } => (None, None, at),
    };
    let parameters = [
        instruction.id.uuid().into(),
        instruction.state().as_str().into(),
        Value::from(code),
        Value::from(hash),
        time(at),
    ];
    tx.later(END, &parameters)
}

/// Holds an instruction until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub(crate) fn hold(tx: &mut Tx, id: InstructionId) -> Result<(), DatabaseError> {
    tx.query(LOCK, &[id.uuid().into()]).map(|_| ())
}

/// Reads `id, product_id, sequence, environment_id, platform_id, investor_id, authority, means, received_at, status, code,
/// transaction_hash, ended_at`.
pub(crate) fn read(columns: &mut Columns<'_>) -> Result<InstructionRecord, DatabaseError> {
    let id = columns.id(InstructionId::from_uuid)?;
    let product = columns.id(ProductId::from_uuid)?;
    let sequence: u64 = columns.next()?;
    let environment = columns.id(EnvironmentId::from_uuid)?;
    let platform = columns.id(PlatformId::from_uuid)?;
    let investor = columns.id(InvestorId::from_uuid)?;
    let authority = columns.parsed(|text| text.parse::<Authority>().ok())?;
    let means = columns.parsed(|text| text.parse::<Means>().ok())?;
    let received_at = columns.time()?;
    let instruction =
        Instruction::receive(id, (product, sequence), (authority, means), received_at);
    Ok(InstructionRecord {
        instruction: instruction.restored(state(columns)?),
        environment,
        platform,
        investor,
    })
}

fn state(columns: &mut Columns<'_>) -> Result<InstructionState, DatabaseError> {
    let status: String = columns.next()?;
    let code: Option<String> = columns.next()?;
    let hash = columns.opt_hash()?;
    let at = columns.opt_time()?;
    let code = code.and_then(|code| code.parse().ok());
    match (status.as_str(), at, code, hash) {
        ("processing", None, None, None) => Some(InstructionState::Processing),
        ("executed", Some(at), None, Some(transaction_hash)) => Some(InstructionState::Executed {
            at,
            transaction_hash,
        }),
        ("rejected", Some(at), Some(code), None) => Some(InstructionState::Rejected { code, at }),
        ("withdrawn", Some(at), None, None) => Some(InstructionState::Withdrawn { at }),
        _ => None,
    }
    .ok_or_else(|| DatabaseError::Statement {
        sql: "instructions".to_owned(),
        message: format!("an instruction is {status} without what belongs to that"),
    })
}
