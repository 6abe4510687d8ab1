//! Consents of companies to transfers of their shares.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::transfer::consent::TransferConsent;
use domain::{Address, Date, InstructionId, ProductId, Timestamp, TransferConsentId};

use crate::Scope;
use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into transfer_consents
(id, product_id, source_address, target_address, units, reference, valid_until, given_at, given_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

// What was refused in the end used nothing up.
const FIND: Sql = Sql("select t.id, t.product_id, t.source_address, t.target_address, t.units, t.reference, t.valid_until, t.given_at, t.given_by, t.withdrawn_at, i.id
from transfer_consents t
join products p on p.id = t.product_id
left join instructions i on i.id = t.instruction_id and i.status in ('processing', 'executed')
where t.id = $1
and (p.environment_id = $2 or $2 is null)
and (p.issuer_id in (select s.id from issuers s where s.account_id = $3) or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = t.product_id) or $4 is null)");

const LOCK: Sql = Sql("select id
from transfer_consents
where id = $1
for update");

const COUNT: Sql = Sql("select count(*)
from transfer_consents t
join products p on p.id = t.product_id
where (p.environment_id = $1 or $1 is null)
and (p.issuer_id in (select s.id from issuers s where s.account_id = $2) or $2 is null)
and (exists (select 1 from membership_products m where m.membership_id = $3 and m.product_id = t.product_id) or $3 is null)
and (t.product_id = $4 or $4 is null)");

const LIST: Sql = Sql("select t.id, t.product_id, t.source_address, t.target_address, t.units, t.reference, t.valid_until, t.given_at, t.given_by, t.withdrawn_at, i.id
from transfer_consents t
join products p on p.id = t.product_id
left join instructions i on i.id = t.instruction_id and i.status in ('processing', 'executed')
where (p.environment_id = $1 or $1 is null)
and (p.issuer_id in (select s.id from issuers s where s.account_id = $2) or $2 is null)
and (exists (select 1 from membership_products m where m.membership_id = $3 and m.product_id = t.product_id) or $3 is null)
and (t.product_id = $4 or $4 is null)
order by t.id
limit $5 offset $6");

const LOCK_BETWEEN: Sql = Sql("select id
from transfer_consents
where product_id = $1
and source_address = $2
and target_address = $3
for update");

const BETWEEN: Sql = Sql("select t.id, t.product_id, t.source_address, t.target_address, t.units, t.reference, t.valid_until, t.given_at, t.given_by, t.withdrawn_at, i.id
from transfer_consents t
left join instructions i on i.id = t.instruction_id and i.status in ('processing', 'executed')
where t.product_id = $1
and t.source_address = $2
and t.target_address = $3");

const SUPPORTS: Sql = Sql("select count(*)
from transfer_consents
where instruction_id = $1");

const SUPPORT: Sql = Sql("update transfer_consents
set instruction_id = $2
where id = $1");

const WITHDRAW: Sql = Sql("update transfer_consents
set withdrawn_at = $2
where id = $1");

/// Keeps a new consent.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, consent: &TransferConsent) -> Result<(), DatabaseError> {
    let parameters = [
        consent.id.uuid().into(),
        consent.product.uuid().into(),
        consent.source.bytes().into(),
        consent.target.bytes().into(),
        consent.units.as_i64().into(),
        Value::from(consent.reference.clone()),
        Value::from(consent.valid_until.map(|day| day.to_string())),
        time(consent.given_at),
        consent.given_by.as_str().into(),
    ];
    tx.later(INSERT, &parameters)
}

/// A consent about a product of the caller's.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: TransferConsentId,
) -> Result<Option<TransferConsent>, DatabaseError> {
    let parameters = [
        id.uuid().into(),
        scope.environment_value(),
        scope.issuer_value(),
        scope.membership_value(),
    ];
    let row = tx.query_opt(FIND, &parameters)?;
    row.as_ref().map(read).transpose()
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: TransferConsentId,
) -> Result<Option<TransferConsent>, DatabaseError> {
    tx.query(LOCK, &[id.uuid().into()])?;
    find(tx, scope, id)
}

/// The number of consents (of one product, if given) and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    product: Option<ProductId>,
    (offset, limit): (u64, u32),
) -> Result<(u64, Vec<TransferConsent>), DatabaseError> {
    let mut parameters = vec![
        scope.environment_value(),
        scope.issuer_value(),
        scope.membership_value(),
        Value::from(product.map(ProductId::uuid)),
    ];
    let count = tx.query_one(COUNT, &parameters)?.get(0)?;
    parameters.extend([limit.into(), offset.cast_signed().into()]);
    let rows = tx.query(LIST, &parameters)?;
    let consents = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((count, consents))
}

/// Every consent for a transfer of a product from one wallet to another, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock_between(
    tx: &mut Tx,
    product: ProductId,
    (source, target): (Address, Address),
) -> Result<Vec<TransferConsent>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        source.bytes().into(),
        target.bytes().into(),
    ];
    if tx.query(LOCK_BETWEEN, &parameters)?.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx.query(BETWEEN, &parameters)?;
    rows.iter().map(read).collect()
}

/// Whether a transfer rests on a consent.
///
/// # Errors
/// Fails if the database does.
pub fn supports(tx: &mut Tx, instruction: InstructionId) -> Result<bool, DatabaseError> {
    let count: u64 = tx
        .query_one(SUPPORTS, &[instruction.uuid().into()])?
        .get(0)?;
    Ok(count > 0)
}

/// Has a transfer rest on a consent.
///
/// # Errors
/// Fails if the database does.
pub fn support(
    tx: &mut Tx,
    id: TransferConsentId,
    instruction: InstructionId,
) -> Result<(), DatabaseError> {
    tx.later(SUPPORT, &[id.uuid().into(), instruction.uuid().into()])
}

/// Notes that it was taken back.
///
/// # Errors
/// Fails if the database does.
pub fn withdraw(tx: &mut Tx, id: TransferConsentId, now: Timestamp) -> Result<(), DatabaseError> {
    tx.later(WITHDRAW, &[id.uuid().into(), time(now)])
}

fn read(row: &Row) -> Result<TransferConsent, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(TransferConsentId::from_uuid)?;
    let product = columns.id(ProductId::from_uuid)?;
    let source = columns.address()?;
    let target = columns.address()?;
    let units = columns.units()?;
    let reference = columns.next()?;
    let valid_until: Option<String> = columns.next()?;
    let valid_until = valid_until.map(|day| {
        day.parse::<Date>().map_err(|_| DatabaseError::Statement {
            sql: "transfer_consents".to_owned(),
            message: format!("{day} is no day"),
        })
    });
    Ok(TransferConsent {
        id,
        product,
        source,
        target,
        units,
        reference,
        valid_until: valid_until.transpose()?,
        given_at: columns.time()?,
        given_by: columns.next()?,
        withdrawn_at: columns.opt_time()?,
        used_by: columns.opt_id(InstructionId::from_uuid)?,
    })
}
