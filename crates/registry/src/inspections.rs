//! Inspection of the register by others than its participants (§ 10 eWpG): one of the registrar notes who asks and why, another grants it, every look is
//! noted, and after two years nothing of it is left.

use database::Tx;
use database::vault::{DataKey, VaultError};
use domain::investor::Investor;
use domain::{
    DecisionId, DecisionKind, HolderId, InspectionId, InspectionScope, InspectionStatus, ProductId,
    inspection,
};
use serde_json::{Value, json};
use storage::inspections::{self, InspectionRecord};
use storage::{Scope, holdings};
use uuid::Uuid;
use wire::inspections::{
    InspectedHolder, Inspection, InspectionCreate, InspectionExtract, InspectionRefusal,
};
use wire::{FieldCode, ProblemCode};

use crate::decisions::{self, Proposal};
use crate::registers::{self, Past};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
    persons, statements,
};

/// What the seals are bound to.
const REQUEST: &str = "inspections.request";
const ANSWER: &str = "inspections.answer";
/// Nothing about the person: the decision is kept when the note is destroyed.
const REASON: &str = "Inspection of the register (§ 10 eWpG)";
/// Notes that are destroyed in one round.
const PAGE: u32 = 100;

const NOT_FOUND: Error = Error::NotFound("inspection");

/// Notes that somebody asks for an inspection; a second actor grants it.
///
/// # Errors
/// Field errors, among them the parts of § 10(3) eWpG that are missing; not found if there is no such product.
pub async fn request(
    registry: &Registry,
    request: &Request,
    product: ProductId,
    body: InspectionCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let wanted = translate::inspections::create(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            storage::products::find(tx, &Scope::ALL, product)?.ok_or(Error::NotFound("product"))?;
            if let Some(holder) = wanted.holder
                && holdings::investor_of(tx, product, holder)?.is_none()
            {
                let message = "There is no such holder in this register.".to_owned();
                return Err(Error::Field("holder_id", FieldCode::UnknownValue, message));
            }
            let id = InspectionId::from_uuid(ids::new());
            let proposal = Proposal {
                kind: DecisionKind::Inspection,
                target: id.uuid(),
                content: json!({"legal_basis": wanted.basis, "scope": wanted.scope}),
                reason: REASON.to_owned(),
            };
            let proposed = decisions::propose(&own, tx, &caller, proposal)?;
            let decision = proposed.resource.ok_or(Error::NotFound("decision"))?;
            let key = own.vault.new_key(tx, Some(id.uuid()))?;
            let plain = serde_json::to_vec(&body).map_err(Error::fault)?;
            let record = InspectionRecord {
                id,
                product,
                basis: wanted.basis,
                scope: wanted.scope,
                holder: wanted.holder,
                status: InspectionStatus::Requested,
                sequence: None,
                decision: DecisionId::from_uuid(decision),
                key: key.id(),
                sealed_request: key.seal(REQUEST, &plain),
                sealed_answer: None,
                requested_at: own.clock.now(),
                decided_at: None,
            };
            inspections::insert(tx, &record)?;
            note(&own, tx, &caller, "inspection.request", &record)?;
            Ok(Done::created(id, &shown(&key, &record)?)?.about(&key))
        })
        .await
}

/// The effect of a confirmed inspection: what the register says now may be shown.
pub(crate) fn granted(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    (_, target): (DecisionId, Uuid),
) -> Result<()> {
    let id = InspectionId::from_uuid(target);
    let record = inspections::lock(tx, id)?.ok_or(NOT_FOUND)?;
    let head = storage::register::head(tx, record.product)?;
    let sequence = head.map_or(0, |head| head.sequence);
    if !inspections::grant(tx, id, sequence, registry.clock.now())? {
        return Err(decided());
    }
    note(registry, tx, caller, "inspection.grant", &record)
}

/// Refuses an inspection that nobody has granted.
///
/// # Errors
/// Field errors; `conflict` if it is decided; not found if there is none.
pub async fn refuse(
    registry: &Registry,
    request: &Request,
    id: InspectionId,
    body: InspectionRefusal,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let mut errors = domain::FieldErrors::new();
    domain::text::check_text(&mut errors, "reason", &body.reason);
    errors.into_result(Some(()))?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let record = inspections::lock(tx, id)?.ok_or(NOT_FOUND)?;
            let key = own.vault.key(tx, record.key)?;
            let answer = key.seal(ANSWER, body.reason.as_bytes());
            if !inspections::refuse(tx, id, &answer, own.clock.now())? {
                return Err(decided());
            }
            decisions::close(&own, tx, &caller, record.decision)?;
            note(&own, tx, &caller, "inspection.refuse", &record)?;
            let record = inspections::find(tx, id)?.ok_or(NOT_FOUND)?;
            Ok(Done::ok(id, &shown(&key, &record)?)?.about(&key))
        })
        .await
}

/// The notes of inspections, oldest first: who looked, for whom, on which ground, at what, and why (§ 10(5) eWpG).
///
/// # Errors
/// Refuses callers who may not decide for the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<Inspection>> {
    caller.require(Right::ReadInspections)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let Paging { offset, limit } = paging;
            let (count, found) = inspections::list(tx, product, offset, limit)?;
            let items = found.iter().map(|record| opened(&own, tx, record));
            let items = items.collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One inspection.
///
/// # Errors
/// As [`list`]; not found if there is none, or not any more.
pub async fn get(registry: &Registry, caller: &Caller, id: InspectionId) -> Result<Inspection> {
    caller.require(Right::ReadInspections)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = inspections::find(tx, id)?.ok_or(NOT_FOUND)?;
            opened(&own, tx, &record)
        })
        .await
}

/// What an inspection shows: the register as it was when it was granted, a stretch of its holders, or the one holder and who that is. That
/// it was read is noted.
///
/// # Errors
/// `inspection_not_granted`; field errors for a stretch that there is not; else as [`get`].
pub async fn extract(
    registry: &Registry,
    caller: &Caller,
    id: InspectionId,
    (after, limit): (u64, u32),
) -> Result<InspectionExtract> {
    caller.require(Right::ReadInspections)?;
    let (own, caller) = (registry.clone(), caller.clone());
    registry
        .db
        .write(move |tx| {
            let record = inspections::find(tx, id)?.ok_or(NOT_FOUND)?;
            let (InspectionStatus::Granted, Some(sequence)) = (record.status, record.sequence)
            else {
                return Err(Error::Problem(
                    ProblemCode::InspectionNotGranted,
                    "Another one of the registrar has to grant it first.".to_owned(),
                ));
            };
            let wanted = Past {
                sequence: Some(sequence),
                at: None,
                holder: record.holder,
                after,
                limit,
            };
            let register = registers::as_it_was(tx, record.product, &wanted)?;
            let holder = match (record.scope, record.holder) {
                (InspectionScope::Holder, Some(holder)) => {
                    identity(&own, tx, record.product, holder)?
                }
                _ => None,
            };
            note(&own, tx, &caller, "inspection.read", &record)?;
            Ok(InspectionExtract {
                inspection_id: id.uuid(),
                register,
                holder,
            })
        })
        .await
}

/// Destroys the notes whose two years are over, with the keys of what they sealed. Returns how many.
///
/// # Errors
/// Fails if the database does.
pub async fn destroy_overdue(registry: &Registry) -> Result<usize> {
    let today = registry.clock.now().berlin_date();
    // What was asked for on this day two years ago is kept until its end.
    let before = today.add_months(-24).start_of_day_berlin();
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let caller = Caller::network("clock");
            let mut destroyed = 0;
            for id in inspections::of_before(tx, before, PAGE)? {
                // Another process may have destroyed it since.
                let Some(record) = inspections::lock(tx, id)? else {
                    continue;
                };
                if !inspection::is_to_be_destroyed(record.requested_at, today) {
                    continue;
                }
                own.vault.destroy_owner(tx, id.uuid())?;
                inspections::delete(tx, id)?;
                note(&own, tx, &caller, "inspection.destroy", &record)?;
                destroyed += 1;
            }
            Ok(destroyed)
        })
        .await
}

/// Who a holder is, unless the person's data were erased; the issuer is no person of the register.
pub(crate) fn identity(
    registry: &Registry,
    tx: &mut Tx,
    product: ProductId,
    holder: HolderId,
) -> Result<Option<InspectedHolder>> {
    let Some(investor) = holdings::investor_of(tx, product, holder)?.flatten() else {
        return Ok(None);
    };
    let record =
        storage::investors::find(tx, &Scope::ALL, investor)?.ok_or(Error::NotFound("investor"))?;
    let person: Investor = match registry.vault.key(tx, record.key) {
        Ok(key) => persons::open(&key, &record.sealed_person)?,
        Err(VaultError::Destroyed(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let named = statements::holder_of(holder, &person);
    Ok(Some(InspectedHolder {
        holder_id: holder.uuid(),
        name: named.name,
        address: named.address,
    }))
}

fn opened(registry: &Registry, tx: &mut Tx, record: &InspectionRecord) -> Result<Inspection> {
    let key = registry.vault.key(tx, record.key)?;
    shown(&key, record)
}

fn shown(key: &DataKey, record: &InspectionRecord) -> Result<Inspection> {
    let request = key.open(REQUEST, &record.sealed_request)?;
    let refusal = match &record.sealed_answer {
        None => None,
        Some(sealed) => Some(String::from_utf8(key.open(ANSWER, sealed)?).map_err(Error::fault)?),
    };
    Ok(Inspection {
        id: record.id.uuid(),
        product_id: record.product.uuid(),
        status: record.status.to_string(),
        request: serde_json::from_slice(&request).map_err(Error::fault)?,
        refusal,
        sequence: record.sequence,
        decision_id: record.decision.uuid(),
        requested_at: record.requested_at.to_string(),
        decided_at: record.decided_at.map(|at| at.to_string()),
        kept_until: inspection::last_day(record.requested_at).to_string(),
    })
}

fn decided() -> Error {
    let message = "The inspection is decided already.".to_owned();
    Error::Problem(ProblemCode::Conflict, message)
}

/// Without the person and without the holder: the audit log is not destroyed after two years.
fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    record: &InspectionRecord,
) -> Result<()> {
    let detail: Value = json!({
        "product": record.product.to_string(), "legal_basis": record.basis, "scope": record.scope,
    });
    audit::record(
        registry,
        tx,
        caller,
        action,
        &record.id.to_string(),
        &detail,
    )
}
