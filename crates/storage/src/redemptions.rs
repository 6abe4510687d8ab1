//! Redemptions: what a holder gives back, how far that is, and the two instructions that carry it out.

mod rows;

use database::{DatabaseError, Sql, Tx, Value};
use domain::{
    Authority, EnvironmentId, InstructionId, Means, PlatformId, ProductId, Redemption,
    RedemptionId, RedemptionNoticeId, Timestamp,
};

use crate::Scope;
use crate::columns::{Columns, opt_time, time};
use rows::read;

const INSERT: Sql = Sql("insert into redemptions
(id, product_id, environment_id, platform_id, investor_id, wallet_id, source_address, units, authority, means, digest, signature, nonce, deadline, status, received_at, notice_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)");

const SIGNED: Sql = Sql("select 1
from redemptions
where product_id = $1
and digest = $2");

const FIND: Sql = Sql("select r.id, r.product_id, r.environment_id, r.platform_id, r.investor_id, r.wallet_id, r.source_address, r.units, r.authority, r.means, r.digest, r.signature, r.status, r.code, r.received_at, r.paid_at, r.payment_reference, r.payment_proven_at, r.consented_at, r.consent_reference, r.instruction_id, r.entry_sequence, r.deletion_id, r.deletion_entry_sequence, r.ended_at, i.sequence, i.transaction_hash, i.ended_at, d.transaction_hash, d.ended_at, r.notice_id
from redemptions r
left join instructions i on i.id = r.instruction_id
left join instructions d on d.id = r.deletion_id
where r.id = $1
and (r.environment_id = $2 or $2 is null)
and (r.platform_id = $3 or $3 is null)
and (r.product_id in (select p.id from products p join issuers s on s.id = p.issuer_id where s.account_id = $4) or $4 is null)
and (exists (select 1 from membership_products m where m.membership_id = $5 and m.product_id = r.product_id) or $5 is null)");

// The row first: a lock over the join would hold what it joins.
const LOCK: Sql = Sql("select id
from redemptions
where id = $1
for update");

const OF_INSTRUCTION: Sql = Sql("select id
from redemptions
where instruction_id = $1
or deletion_id = $1");

const COUNT: Sql = Sql("select count(*)
from redemptions r
where (r.environment_id = $1 or $1 is null)
and (r.platform_id = $2 or $2 is null)
and (r.product_id in (select p.id from products p join issuers s on s.id = p.issuer_id where s.account_id = $3) or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = r.product_id) or $4 is null)
and (r.product_id = $5 or $5 is null)");

const LIST: Sql = Sql("select r.id, r.product_id, r.environment_id, r.platform_id, r.investor_id, r.wallet_id, r.source_address, r.units, r.authority, r.means, r.digest, r.signature, r.status, r.code, r.received_at, r.paid_at, r.payment_reference, r.payment_proven_at, r.consented_at, r.consent_reference, r.instruction_id, r.entry_sequence, r.deletion_id, r.deletion_entry_sequence, r.ended_at, i.sequence, i.transaction_hash, i.ended_at, d.transaction_hash, d.ended_at, r.notice_id
from redemptions r
left join instructions i on i.id = r.instruction_id
left join instructions d on d.id = r.deletion_id
where (r.environment_id = $1 or $1 is null)
and (r.platform_id = $2 or $2 is null)
and (r.product_id in (select p.id from products p join issuers s on s.id = p.issuer_id where s.account_id = $3) or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = r.product_id) or $4 is null)
and (r.product_id = $5 or $5 is null)
order by r.id
limit $6 offset $7");

const UPDATE: Sql = Sql("update redemptions
set status = $2, code = $3, paid_at = $4, payment_reference = $5, payment_proven_at = $6, consented_at = $7, consent_reference = $8, instruction_id = $9, entry_sequence = $10, deletion_id = $11, deletion_entry_sequence = $12, ended_at = $13
where id = $1");

/// A redemption as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedemptionRecord {
    /// What the rules know.
    pub redemption: Redemption,
    /// Where.
    pub environment: EnvironmentId,
    /// Whose investor's.
    pub platform: PlatformId,
    /// By which right the units are given back.
    pub authority: Authority,
    /// How that reached the registrar.
    pub means: Means,
    /// The hash of what was instructed; the same twice is the same instruction.
    pub digest: [u8; 32],
    /// The holder's signature over it, if the holder signed.
    pub signature: Option<Vec<u8>>,
    /// The instruction that re-registers the units to the issuer, since the payment was proven.
    pub instruction: Option<InstructionId>,
    /// Its place in the asset's queue.
    pub sequence: Option<u64>,
    /// The instruction that deletes them.
    pub deletion: Option<InstructionId>,
    /// What the issuer has announced, if it began.
    pub notice: Option<RedemptionNoticeId>,
}

/// Keeps what a holder has instructed, with what only the holder has chosen.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    record: &RedemptionRecord,
    signed: Option<(&str, Timestamp)>,
) -> Result<(), DatabaseError> {
    let redemption = &record.redemption;
    let parameters = [
        redemption.id.uuid().into(),
        redemption.product.uuid().into(),
        record.environment.uuid().into(),
        record.platform.uuid().into(),
        redemption.investor_id.uuid().into(),
        redemption.wallet.wallet_id.uuid().into(),
        redemption.wallet.address.bytes().into(),
        redemption.units.as_i64().into(),
        record.authority.as_str().into(),
        record.means.as_str().into(),
        record.digest.into(),
        Value::from(record.signature.clone()),
        Value::from(signed.map(|(nonce, _)| nonce)),
        opt_time(signed.map(|(_, deadline)| deadline)),
        redemption.state().as_str().into(),
        time(redemption.received_at),
        Value::from(record.notice.map(RedemptionNoticeId::uuid)),
    ];
    tx.later(INSERT, &parameters)
}

/// Whether this was signed before for the asset.
///
/// # Errors
/// Fails if the database does.
pub fn is_known(tx: &mut Tx, product: ProductId, digest: &[u8; 32]) -> Result<bool, DatabaseError> {
    let parameters = [product.uuid().into(), (*digest).into()];
    Ok(tx.query_opt(SIGNED, &parameters)?.is_some())
}

/// A redemption that the caller may see.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: RedemptionId,
) -> Result<Option<RedemptionRecord>, DatabaseError> {
    let parameters = [
        id.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
        scope.issuer_value(),
        scope.membership_value(),
    ];
    let row = tx.query_opt(FIND, &parameters)?;
    row.map(|row| read(&row)).transpose()
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: RedemptionId,
) -> Result<Option<RedemptionRecord>, DatabaseError> {
    tx.query(LOCK, &[id.uuid().into()])?;
    find(tx, scope, id)
}

/// Which redemption an instruction carries out.
///
/// # Errors
/// Fails if the database does.
pub fn of_instruction(
    tx: &mut Tx,
    instruction: InstructionId,
) -> Result<Option<RedemptionId>, DatabaseError> {
    let row = tx.query_opt(OF_INSTRUCTION, &[instruction.uuid().into()])?;
    row.map(|row| Columns::of(&row).id(RedemptionId::from_uuid))
        .transpose()
}

/// The number of redemptions (of one product, if given) that the caller may see and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    product: Option<ProductId>,
    (offset, limit): (u64, u32),
) -> Result<(u64, Vec<RedemptionRecord>), DatabaseError> {
    let mut parameters = vec![
        scope.environment_value(),
        scope.platform_value(),
        scope.issuer_value(),
        scope.membership_value(),
        Value::from(product.map(ProductId::uuid)),
    ];
    let count = tx.query_one(COUNT, &parameters)?.get(0)?;
    parameters.extend([limit.into(), offset.cast_signed().into()]);
    let rows = tx.query(LIST, &parameters)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Saves how far a redemption is.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, record: &RedemptionRecord) -> Result<(), DatabaseError> {
    let redemption = &record.redemption;
    let state = redemption.state();
    let (payment, consent) = (state.payment(), redemption.consent.as_ref());
    let code = match state {
        domain::RedemptionState::Failed(_, code, _) => Some(code.as_str()),
        _ => None,
    };
    let entry = |effect: Option<&domain::redemption::Effect>| {
        Value::from(effect.map(|effect| effect.entry.cast_signed()))
    };
    let parameters = [
        redemption.id.uuid().into(),
        state.as_str().into(),
        Value::from(code),
        opt_time(payment.map(|payment| payment.paid_at)),
        Value::from(payment.map(|payment| payment.reference.as_str())),
        opt_time(payment.map(|payment| payment.proven_at)),
        opt_time(consent.map(|consent| consent.at)),
        Value::from(consent.and_then(|consent| consent.reference.as_deref())),
        Value::from(record.instruction.map(InstructionId::uuid)),
        entry(state.reregistered()),
        Value::from(record.deletion.map(InstructionId::uuid)),
        entry(state.deleted()),
        opt_time(state.ended_at()),
    ];
    tx.later(UPDATE, &parameters)
}
