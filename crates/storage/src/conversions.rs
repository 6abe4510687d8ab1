//! What was or shall be entered another way: single entries that become collective ones, and back (§ 8 eWpG).

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::register::Digest;
use domain::{
    Address, DecisionId, DocumentId, EntryType, HolderId, InstructionId, ProductId, Timestamp,
};

use crate::columns::{Columns, time};
use crate::instructions::{self, Evidence, InstructionRecord};

/// What the queue calls them.
const KIND: &str = "conversion";

const INSERT: Sql = Sql("insert into conversions
(instruction_id, product_id, holder_id, wallet_address, entry_type, custodian_kind, licence_authority, licence_number, document_id, document_hash, decision_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");

const ENTER: Sql = Sql("update conversions
set entry_sequence = $2
where instruction_id = $1
and entry_sequence is null");

const FIND: Sql = Sql("select c.product_id, c.holder_id, c.wallet_address, c.entry_type, c.custodian_kind, c.licence_authority, c.licence_number, c.document_id, c.document_hash, c.decision_id, c.entry_sequence, c.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at
from conversions c
join instructions i on i.id = c.instruction_id
where c.instruction_id = $1");

const LIST: Sql = Sql("select c.product_id, c.holder_id, c.wallet_address, c.entry_type, c.custodian_kind, c.licence_authority, c.licence_number, c.document_id, c.document_hash, c.decision_id, c.entry_sequence, c.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at
from conversions c
join instructions i on i.id = c.instruction_id
where (c.product_id = $1 or $1 is null)
order by c.instruction_id
limit $2 offset $3");

const COUNT: Sql = Sql("select count(*)
from conversions c
where (c.product_id = $1 or $1 is null)");

const BETWEEN: Sql = Sql("select c.product_id, c.holder_id, c.wallet_address, c.entry_type, c.custodian_kind, c.licence_authority, c.licence_number, c.document_id, c.document_hash, c.decision_id, c.entry_sequence, c.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at
from conversions c
join instructions i on i.id = c.instruction_id
where c.product_id = $1
and c.entry_sequence > $2
and c.entry_sequence <= $3
order by c.entry_sequence");

const ENTERED: Sql = Sql("select count(*)
from conversions c
where c.product_id = $1
and c.entry_sequence is not null");

// The last conversion of a holder says how it is entered.
const COLLECTIVE: Sql = Sql("select c.holder_id
from conversions c
where c.product_id = $1
and c.entry_sequence <= $2
and c.entry_type = 'collective'
and not exists (
    select 1
    from conversions d
    where d.product_id = c.product_id
    and d.holder_id = c.holder_id
    and d.entry_sequence > c.entry_sequence
    and d.entry_sequence <= $2)
order by c.holder_id");

/// A conversion as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversionRecord {
    /// Whose register.
    pub product: ProductId,
    /// Whose units.
    pub holder: HolderId,
    /// One of the wallets that has them, over which the network is told.
    pub wallet: Address,
    /// How they are entered afterwards.
    pub entry_type: EntryType,
    /// Of a collective entry, what makes its holder fit for it.
    pub custodian: Option<Custodian>,
    /// The holder's instruction.
    pub document: DocumentId,
    /// SHA-256 of that.
    pub document_hash: Digest,
    /// Who decided.
    pub decision: DecisionId,
    /// The entry that made it effective; none before.
    pub entry: Option<u64>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// Its place in the queue.
    pub order: InstructionRecord,
}

/// A custodian or central securities depository with its licence, as the registrar has recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custodian {
    /// `csd` or `custodian`.
    pub kind: String,
    /// Who has licensed it.
    pub authority: String,
    /// Under which number.
    pub number: String,
}

/// Enters a conversion into the queue.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    record: &ConversionRecord,
    evidence: &Evidence,
) -> Result<(), DatabaseError> {
    instructions::insert(tx, KIND, &record.order, evidence)?;
    let custodian = record.custodian.as_ref();
    let parameters = [
        record.order.instruction.id.uuid().into(),
        record.product.uuid().into(),
        record.holder.uuid().into(),
        record.wallet.bytes().into(),
        record.entry_type.as_str().into(),
        Value::from(custodian.map(|one| one.kind.clone())),
        Value::from(custodian.map(|one| one.authority.clone())),
        Value::from(custodian.map(|one| one.number.clone())),
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

/// The conversion of an instruction.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: InstructionId) -> Result<Option<ConversionRecord>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.uuid().into()])?;
    row.map(|row| read(&row)).transpose()
}

/// The number of conversions (of one product, if given) and a stretch of them, oldest first, whatever has become of them.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    product: Option<ProductId>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<ConversionRecord>), DatabaseError> {
    let product = Value::from(product.map(ProductId::uuid));
    let count = tx
        .query_one(COUNT, std::slice::from_ref(&product))?
        .get(0)?;
    let rows = tx.query(LIST, &[product, limit.into(), offset.cast_signed().into()])?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// What the entries after one sequence up to another have converted.
///
/// # Errors
/// Fails if the database does.
pub fn between(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<ConversionRecord>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ];
    let rows = tx.query(BETWEEN, &parameters)?;
    rows.iter().map(read).collect()
}

/// How many conversions of a register say that they have an entry.
///
/// # Errors
/// Fails if the database does.
pub fn count_entered(tx: &mut Tx, product: ProductId) -> Result<u64, DatabaseError> {
    tx.query_one(ENTERED, &[product.uuid().into()])?.get(0)
}

/// Who was entered collectively after an entry, by id; who is now, if no entry is named.
///
/// # Errors
/// Fails if the database does.
pub fn collective(
    tx: &mut Tx,
    product: ProductId,
    after: Option<u64>,
) -> Result<Vec<HolderId>, DatabaseError> {
    let after = after.map_or(i64::MAX, u64::cast_signed);
    let rows = tx.query(COLLECTIVE, &[product.uuid().into(), Value::I64(after)])?;
    rows.iter()
        .map(|row| Columns::of(row).id(HolderId::from_uuid))
        .collect()
}

/// How a holder is entered now.
///
/// # Errors
/// Fails if the database does.
pub fn entry_type(
    tx: &mut Tx,
    product: ProductId,
    holder: HolderId,
) -> Result<EntryType, DatabaseError> {
    Ok(match collective(tx, product, None)?.contains(&holder) {
        true => EntryType::Collective,
        false => EntryType::Single,
    })
}

fn read(row: &Row) -> Result<ConversionRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(ConversionRecord {
        product: columns.id(ProductId::from_uuid)?,
        holder: columns.id(HolderId::from_uuid)?,
        wallet: columns.address()?,
        entry_type: columns.parsed(|text| text.parse().ok())?,
        custodian: custodian(&mut columns)?,
        document: columns.id(DocumentId::from_uuid)?,
        document_hash: columns.next()?,
        decision: columns.id(DecisionId::from_uuid)?,
        entry: columns.next()?,
        created_at: columns.time()?,
        order: instructions::read(&mut columns)?,
    })
}

fn custodian(columns: &mut Columns) -> Result<Option<Custodian>, DatabaseError> {
    let (kind, authority, number) = (columns.next()?, columns.next()?, columns.next()?);
    let all: (Option<String>, Option<String>, Option<String>) = (kind, authority, number);
    Ok(match all {
        (Some(kind), Some(authority), Some(number)) => Some(Custodian {
            kind,
            authority,
            number,
        }),
        _ => None,
    })
}
