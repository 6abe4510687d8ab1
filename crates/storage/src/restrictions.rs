//! Restrictions of disposal and third parties' rights (§ 17(2) eWpG), and what of them has ended. Persons are sealed.

mod releases;

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::register::Digest;
use domain::restriction::{Entered, Extent, RestrictionKind};
use domain::{
    Address, BeneficiaryId, DecisionId, DocumentId, HolderId, InstructionId, ProductId, Recipient,
    RestrictionId, Timestamp, Units, WalletId,
};
use uuid::Uuid;

use crate::columns::{Columns, time};
use crate::instructions::{self, Evidence, InstructionRecord};

pub use releases::{
    ReleaseRecord, enter_release, following, insert_release, release_of_instruction,
    releases_between,
};

/// What the queue calls them.
const KIND: &str = "restriction";
/// Behind every entry.
const NOW: Value = Value::I64(i64::MAX);

const INSERT: Sql = Sql("insert into restrictions
(id, product_id, holder_id, wallet_id, wallet_address, kind, units, beneficiary_id, key_address, key_id, sealed_details, salt, details_hash, document_id, document_hash, decision_id, instruction_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)");

const ENTER: Sql = Sql("update restrictions
set entry_sequence = $2
where id = $1
and entry_sequence is null");

const LOCK: Sql = Sql("select id
from restrictions
where id = $1
for update");

const FIND: Sql = Sql("select r.id, r.product_id, r.holder_id, r.wallet_id, r.wallet_address, r.kind, r.units, r.beneficiary_id, r.key_address, r.key_id, r.sealed_details, r.salt, r.details_hash, r.document_id, r.document_hash, r.decision_id, r.entry_sequence, r.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at, cast((select coalesce(sum(x.units), 0) from restriction_releases x where x.restriction_id = r.id and x.entry_sequence <= $2) as bigint), (select count(*) from restriction_releases x where x.restriction_id = r.id and x.units is null and x.entry_sequence <= $2)
from restrictions r
join instructions i on i.id = r.instruction_id
where r.id = $1");

const OF_INSTRUCTION: Sql = Sql("select r.id, r.product_id, r.holder_id, r.wallet_id, r.wallet_address, r.kind, r.units, r.beneficiary_id, r.key_address, r.key_id, r.sealed_details, r.salt, r.details_hash, r.document_id, r.document_hash, r.decision_id, r.entry_sequence, r.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at, cast((select coalesce(sum(x.units), 0) from restriction_releases x where x.restriction_id = r.id and x.entry_sequence <= $2) as bigint), (select count(*) from restriction_releases x where x.restriction_id = r.id and x.units is null and x.entry_sequence <= $2)
from restrictions r
join instructions i on i.id = r.instruction_id
where r.instruction_id = $1");

const OF_WALLET: Sql = Sql("select r.id, r.product_id, r.holder_id, r.wallet_id, r.wallet_address, r.kind, r.units, r.beneficiary_id, r.key_address, r.key_id, r.sealed_details, r.salt, r.details_hash, r.document_id, r.document_hash, r.decision_id, r.entry_sequence, r.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at, cast((select coalesce(sum(x.units), 0) from restriction_releases x where x.restriction_id = r.id and x.entry_sequence <= $2) as bigint), (select count(*) from restriction_releases x where x.restriction_id = r.id and x.units is null and x.entry_sequence <= $2)
from restrictions r
join instructions i on i.id = r.instruction_id
where r.product_id = $1
and r.entry_sequence <= $2
and r.wallet_address = $3
order by r.entry_sequence");

const ENTERED: Sql = Sql("select r.id, r.product_id, r.holder_id, r.wallet_id, r.wallet_address, r.kind, r.units, r.beneficiary_id, r.key_address, r.key_id, r.sealed_details, r.salt, r.details_hash, r.document_id, r.document_hash, r.decision_id, r.entry_sequence, r.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at, cast((select coalesce(sum(x.units), 0) from restriction_releases x where x.restriction_id = r.id and x.entry_sequence <= $2) as bigint), (select count(*) from restriction_releases x where x.restriction_id = r.id and x.units is null and x.entry_sequence <= $2)
from restrictions r
join instructions i on i.id = r.instruction_id
where r.product_id = $1
and r.entry_sequence <= $2
order by r.entry_sequence");

const BETWEEN: Sql = Sql("select r.id, r.product_id, r.holder_id, r.wallet_id, r.wallet_address, r.kind, r.units, r.beneficiary_id, r.key_address, r.key_id, r.sealed_details, r.salt, r.details_hash, r.document_id, r.document_hash, r.decision_id, r.entry_sequence, r.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at, cast((select coalesce(sum(x.units), 0) from restriction_releases x where x.restriction_id = r.id and x.entry_sequence <= $2) as bigint), (select count(*) from restriction_releases x where x.restriction_id = r.id and x.units is null and x.entry_sequence <= $2)
from restrictions r
join instructions i on i.id = r.instruction_id
where r.product_id = $1
and r.entry_sequence <= $2
and r.entry_sequence > $3
order by r.entry_sequence");

const LIST: Sql = Sql("select r.id, r.product_id, r.holder_id, r.wallet_id, r.wallet_address, r.kind, r.units, r.beneficiary_id, r.key_address, r.key_id, r.sealed_details, r.salt, r.details_hash, r.document_id, r.document_hash, r.decision_id, r.entry_sequence, r.created_at, i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at, cast((select coalesce(sum(x.units), 0) from restriction_releases x where x.restriction_id = r.id and x.entry_sequence <= $2) as bigint), (select count(*) from restriction_releases x where x.restriction_id = r.id and x.units is null and x.entry_sequence <= $2)
from restrictions r
join instructions i on i.id = r.instruction_id
where (r.product_id = $1 or $1 is null)
order by r.id
limit $3 offset $4");

const COUNT: Sql = Sql("select count(*)
from restrictions r
where (r.product_id = $1 or $1 is null)");

const FOLLOW: Sql = Sql("update restrictions
set follows_id = $2
where id = $1");

// What goes with re-registered units and is not entered for the recipient yet.
const COMING: Sql = Sql("select r.kind, r.units
from restrictions r
join instructions i on i.id = r.instruction_id
where r.product_id = $1
and r.wallet_address = $2
and r.follows_id is not null
and r.entry_sequence is null
and i.status = 'processing'
order by r.id");

// How many say that they have an entry, and how many releases do.
const COUNTS: Sql = Sql("select
(select count(*) from restrictions r where r.product_id = $1 and r.entry_sequence is not null),
(select count(*) from restriction_releases x join restrictions r on r.id = x.restriction_id where r.product_id = $1 and x.entry_sequence is not null)");

/// A restriction or right as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestrictionRecord {
    /// Identifies it.
    pub id: RestrictionId,
    /// Whose register.
    pub product: ProductId,
    /// Whose units.
    pub holder: HolderId,
    /// Where they are.
    pub wallet: Recipient,
    /// What it is.
    pub kind: RestrictionKind,
    /// How much it covered when it was entered.
    pub extent: Extent,
    /// In whose favour.
    pub beneficiary: BeneficiaryId,
    /// The key with which the third party instructs.
    pub key_address: Option<Address>,
    /// The key that seals the details.
    pub key: Uuid,
    /// See [`domain::RestrictionDetails`].
    pub sealed_details: Vec<u8>,
    /// See [`domain::restriction::commitment`].
    pub salt: [u8; 32],
    /// What the entry commits to.
    pub details_hash: Digest,
    /// What it rests on.
    pub document: DocumentId,
    /// SHA-256 of that.
    pub document_hash: Digest,
    /// Who decided.
    pub decision: DecisionId,
    /// The entry that made it; none before.
    pub entry: Option<u64>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// By which instruction.
    pub order: InstructionRecord,
    /// How much of it is left; nothing once it has ended.
    pub left: Option<Extent>,
}

impl RestrictionRecord {
    /// As the rules know it, as long as it is entered and has not ended.
    pub fn entered(&self) -> Option<Entered> {
        Some(Entered {
            entry: self.entry?,
            kind: self.kind,
            extent: self.left?,
            key: self.key_address,
        })
    }
}

/// Enters a restriction into the queue.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    record: &RestrictionRecord,
    evidence: &Evidence,
) -> Result<(), DatabaseError> {
    instructions::insert(tx, KIND, &record.order, evidence)?;
    let parameters = [
        record.id.uuid().into(),
        record.product.uuid().into(),
        record.holder.uuid().into(),
        record.wallet.wallet_id.uuid().into(),
        record.wallet.address.bytes().into(),
        record.kind.as_str().into(),
        Value::from(record.extent.units().map(Units::as_i64)),
        record.beneficiary.uuid().into(),
        Value::from(record.key_address.map(|key| key.bytes().to_vec())),
        record.key.into(),
        record.sealed_details.as_slice().into(),
        record.salt.into(),
        record.details_hash.into(),
        record.document.uuid().into(),
        record.document_hash.into(),
        record.decision.uuid().into(),
        record.order.instruction.id.uuid().into(),
        time(record.created_at),
    ];
    tx.later(INSERT, &parameters)
}

/// Enters a restriction into the queue that goes on for the recipient of re-registered units.
///
/// # Errors
/// Fails if the database does.
pub fn insert_following(
    tx: &mut Tx,
    record: &RestrictionRecord,
    evidence: &Evidence,
    follows: RestrictionId,
) -> Result<(), DatabaseError> {
    insert(tx, record, evidence)?;
    tx.later(FOLLOW, &[record.id.uuid().into(), follows.uuid().into()])
}

/// What goes with units that were re-registered to a wallet, though it is not entered there yet.
///
/// # Errors
/// Fails if the database does.
pub fn coming(
    tx: &mut Tx,
    (product, wallet): (ProductId, Address),
) -> Result<Vec<(RestrictionKind, Extent)>, DatabaseError> {
    let parameters = [product.uuid().into(), wallet.bytes().into()];
    let rows = tx.query(COMING, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let kind = columns.parsed(|text| text.parse().ok())?;
            Ok((kind, Extent::of(columns.opt_units()?)))
        })
        .collect()
}

/// Keeps which entry made it. One that has an entry makes the transaction fail.
///
/// # Errors
/// Fails if the database does.
pub fn enter(tx: &mut Tx, id: RestrictionId, sequence: u64) -> Result<(), DatabaseError> {
    let parameters = [id.uuid().into(), Value::I64(sequence.cast_signed())];
    tx.later(ENTER, &parameters)
}

/// A restriction.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: RestrictionId) -> Result<Option<RestrictionRecord>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.uuid().into(), NOW])?;
    row.map(|row| read(&row)).transpose()
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: RestrictionId) -> Result<Option<RestrictionRecord>, DatabaseError> {
    tx.query(LOCK, &[id.uuid().into()])?;
    find(tx, id)
}

/// The restriction that an instruction enters.
///
/// # Errors
/// Fails if the database does.
pub fn of_instruction(
    tx: &mut Tx,
    id: InstructionId,
) -> Result<Option<RestrictionRecord>, DatabaseError> {
    let row = tx.query_opt(OF_INSTRUCTION, &[id.uuid().into(), NOW])?;
    row.map(|row| read(&row)).transpose()
}

/// What is entered for a wallet and has not ended, in the order of the entries.
///
/// # Errors
/// Fails if the database does.
pub fn of_wallet(
    tx: &mut Tx,
    (product, wallet): (ProductId, Address),
) -> Result<Vec<RestrictionRecord>, DatabaseError> {
    let parameters = [product.uuid().into(), NOW, wallet.bytes().into()];
    standing(&tx.query(OF_WALLET, &parameters)?)
}

/// What was entered in a register and had not ended after an entry, in the order of the entries; now, if no entry is named.
///
/// # Errors
/// Fails if the database does.
pub fn entered(
    tx: &mut Tx,
    product: ProductId,
    after: Option<u64>,
) -> Result<Vec<RestrictionRecord>, DatabaseError> {
    let after = after.map_or(NOW, |sequence| Value::I64(sequence.cast_signed()));
    standing(&tx.query(ENTERED, &[product.uuid().into(), after])?)
}

/// What the entries after one sequence up to another made, whether it has ended or not.
///
/// # Errors
/// Fails if the database does.
pub fn between(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<RestrictionRecord>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(up_to.cast_signed()),
        Value::I64(after.cast_signed()),
    ];
    let rows = tx.query(BETWEEN, &parameters)?;
    rows.iter().map(read).collect()
}

/// The number of restrictions (of one product, if given) and a stretch of them, oldest first, whatever has become of them.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    product: Option<ProductId>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<RestrictionRecord>), DatabaseError> {
    let product = Value::from(product.map(ProductId::uuid));
    let count = tx
        .query_one(COUNT, std::slice::from_ref(&product))?
        .get(0)?;
    let rows = tx.query(
        LIST,
        &[product, NOW, limit.into(), offset.cast_signed().into()],
    )?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// How many restrictions of a register say that they have an entry, and how many releases.
///
/// # Errors
/// Fails if the database does.
pub fn counts(tx: &mut Tx, product: ProductId) -> Result<(u64, u64), DatabaseError> {
    let row = tx.query_one(COUNTS, &[product.uuid().into()])?;
    Ok((row.get(0)?, row.get(1)?))
}

fn standing(rows: &[Row]) -> Result<Vec<RestrictionRecord>, DatabaseError> {
    let mut records: Vec<RestrictionRecord> = rows.iter().map(read).collect::<Result<_, _>>()?;
    records.retain(|record| record.left.is_some());
    Ok(records)
}

fn read(row: &Row) -> Result<RestrictionRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let mut record = RestrictionRecord {
        id: columns.id(RestrictionId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        holder: columns.id(HolderId::from_uuid)?,
        wallet: Recipient {
            wallet_id: columns.id(WalletId::from_uuid)?,
            address: columns.address()?,
        },
        kind: columns.parsed(|text| text.parse().ok())?,
        extent: Extent::of(columns.opt_units()?),
        beneficiary: columns.id(BeneficiaryId::from_uuid)?,
        key_address: columns.opt_address()?,
        key: columns.next()?,
        sealed_details: columns.next()?,
        salt: columns.next()?,
        details_hash: columns.next()?,
        document: columns.id(DocumentId::from_uuid)?,
        document_hash: columns.next()?,
        decision: columns.id(DecisionId::from_uuid)?,
        entry: columns.next()?,
        created_at: columns.time()?,
        order: instructions::read(&mut columns)?,
        left: None,
    };
    let (released, ended): (Units, u64) = (columns.units()?, columns.next()?);
    record.left = match record.extent {
        _ if ended > 0 => None,
        Extent::Units(_) if !released.is_zero() => {
            record.extent.without(Extent::Units(released)).flatten()
        }
        extent => Some(extent),
    };
    Ok(record)
}
