//! Who looked into a register without being a participant, until it has to be destroyed (§ 10(5) eWpG).

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    DecisionId, HolderId, InspectionBasis, InspectionId, InspectionScope, InspectionStatus,
    ProductId, Timestamp,
};
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into inspections
(id, product_id, basis, scope, holder_id, status, decision_id, key_id, sealed_request, requested_at)
values ($1, $2, $3, $4, $5, 'requested', $6, $7, $8, $9)");

const FIND: Sql = Sql("select id, product_id, basis, scope, holder_id, status, sequence, decision_id, key_id, sealed_request, sealed_answer, requested_at, decided_at
from inspections
where id = $1");

const LOCK: Sql = Sql("select id, product_id, basis, scope, holder_id, status, sequence, decision_id, key_id, sealed_request, sealed_answer, requested_at, decided_at
from inspections
where id = $1
for update");

const COUNT: Sql = Sql("select count(*)
from inspections
where (product_id = $1 or $1 is null)");

const LIST: Sql = Sql("select id, product_id, basis, scope, holder_id, status, sequence, decision_id, key_id, sealed_request, sealed_answer, requested_at, decided_at
from inspections
where (product_id = $1 or $1 is null)
order by id
limit $2 offset $3");

const GRANT: Sql = Sql("update inspections
set status = 'granted', sequence = $2, decided_at = $3
where id = $1
and status = 'requested'");

const REFUSE: Sql = Sql("update inspections
set status = 'refused', sealed_answer = $2, decided_at = $3
where id = $1
and status = 'requested'");

const OLD: Sql = Sql("select id
from inspections
where requested_at < $1
order by requested_at
limit $2");

const DELETE: Sql = Sql("delete from inspections
where id = $1");

/// An inspection as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectionRecord {
    /// Identifies it.
    pub id: InspectionId,
    /// Whose register.
    pub product: ProductId,
    /// On which ground.
    pub basis: InspectionBasis,
    /// What is shown.
    pub scope: InspectionScope,
    /// Who it is that shall be shown.
    pub holder: Option<HolderId>,
    /// How far it is.
    pub status: InspectionStatus,
    /// The last entry that is shown.
    pub sequence: Option<u64>,
    /// What two people decide.
    pub decision: DecisionId,
    /// The key of what is sealed.
    pub key: Uuid,
    /// Person, interest and assessment.
    pub sealed_request: Vec<u8>,
    /// Why it was refused.
    pub sealed_answer: Option<Vec<u8>>,
    /// The date of the inspection, from which the two years count.
    pub requested_at: Timestamp,
    /// When it was granted or refused.
    pub decided_at: Option<Timestamp>,
}

/// Keeps a request.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &InspectionRecord) -> Result<(), DatabaseError> {
    let parameters = [
        record.id.uuid().into(),
        record.product.uuid().into(),
        record.basis.as_str().into(),
        record.scope.as_str().into(),
        record.holder.map(HolderId::uuid).into(),
        record.decision.uuid().into(),
        record.key.into(),
        record.sealed_request.as_slice().into(),
        time(record.requested_at),
    ];
    tx.later(INSERT, &parameters)
}

/// An inspection.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: InspectionId) -> Result<Option<InspectionRecord>, DatabaseError> {
    let row = tx.query_opt(FIND, &[id.uuid().into()])?;
    row.as_ref().map(read).transpose()
}

/// An inspection, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: InspectionId) -> Result<Option<InspectionRecord>, DatabaseError> {
    let row = tx.query_opt(LOCK, &[id.uuid().into()])?;
    row.as_ref().map(read).transpose()
}

/// The number of inspections (of one product, if given) and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    product: Option<ProductId>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<InspectionRecord>), DatabaseError> {
    let product = Value::from(product.map(ProductId::uuid));
    let count = tx
        .query_one(COUNT, std::slice::from_ref(&product))?
        .get(0)?;
    let rows = tx.query(LIST, &[product, limit.into(), offset.cast_signed().into()])?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// It may be carried out, as of this entry. False if it was decided before.
///
/// # Errors
/// Fails if the database does.
pub fn grant(
    tx: &mut Tx,
    id: InspectionId,
    sequence: u64,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let parameters = [
        id.uuid().into(),
        Value::I64(sequence.cast_signed()),
        time(now),
    ];
    Ok(tx.execute(GRANT, &parameters)? == 1)
}

/// It may not be carried out. False if it was decided before.
///
/// # Errors
/// Fails if the database does.
pub fn refuse(
    tx: &mut Tx,
    id: InspectionId,
    sealed_answer: &[u8],
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let parameters = [id.uuid().into(), sealed_answer.into(), time(now)];
    Ok(tx.execute(REFUSE, &parameters)? == 1)
}

/// Some of the inspections of before this time, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn of_before(
    tx: &mut Tx,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<InspectionId>, DatabaseError> {
    let rows = tx.query(OLD, &[time(before), limit.into()])?;
    rows.iter()
        .map(|row| Columns::of(row).id(InspectionId::from_uuid))
        .collect()
}

/// Nothing is left of an inspection.
///
/// # Errors
/// Fails if the database does.
pub fn delete(tx: &mut Tx, id: InspectionId) -> Result<(), DatabaseError> {
    tx.later_any(DELETE, &[id.uuid().into()])
}

fn read(row: &Row) -> Result<InspectionRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(InspectionRecord {
        id: columns.id(InspectionId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        basis: columns.parsed(|text| text.parse().ok())?,
        scope: columns.parsed(|text| text.parse().ok())?,
        holder: columns.opt_id(HolderId::from_uuid)?,
        status: columns.parsed(|text| text.parse().ok())?,
        sequence: columns.next()?,
        decision: columns.id(DecisionId::from_uuid)?,
        key: columns.next()?,
        sealed_request: columns.next()?,
        sealed_answer: columns.next()?,
        requested_at: columns.time()?,
        decided_at: columns.opt_time()?,
    })
}
