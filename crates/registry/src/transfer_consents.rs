//! A company's consent to transfers of shares that are bound to it (§ 25(3) eWpG, § 68(2) AktG): its issuer declares it here, or the
//! registrar records where the declaration is kept. One consent covers one transfer from one wallet to another.

use database::Tx;
use domain::transfer::consent::{ConsentStatus, TransferConsent, that_covers};
use domain::{
    Address, Instruction, InstructionRefusal, ProductId, ProductStatus, Refusal, TransferConsentId,
    Units,
};
use serde_json::json;
use storage::Scope;
use wire::transfer_consents as out;
use wire::{FieldCode, ProblemCode};

use crate::caller::Party;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
};

/// Records a consent.
///
/// # Errors
/// Field errors, also for a product whose units move without a consent; `r08_issuer_consent` for the registrar without the place where the
/// declaration is kept.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: out::TransferConsentCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::GiveTransferConsents)?;
    let given = translate::transfer_consents::create(&body, registry.clock.now().berlin_date())?;
    if given.reference.is_none() && !matches!(request.caller.party, Party::Issuer(..)) {
        return Err(Refusal::Instruction(InstructionRefusal::IssuerConsent).into());
    }
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            storage::products::find(tx, &scope, given.product)?
                .filter(|product| product.status == ProductStatus::Active)
                .ok_or_else(|| wrong(FieldCode::NotFound, "There is no active product with this id."))?;
            if !is_needed(tx, given.product)? {
                let message = "Units of this product move without the company's consent.";
                return Err(wrong(FieldCode::OutOfRange, message));
            }
            let consent = TransferConsent {
                id: TransferConsentId::from_uuid(ids::new()),
                product: given.product,
                source: given.source,
                target: given.target,
                units: given.units,
                reference: given.reference.clone(),
                valid_until: given.valid_until,
                given_at: own.clock.now(),
                given_by: caller.name.clone(),
                withdrawn_at: None,
                used_by: None,
            };
            storage::transfer_consents::insert(tx, &consent)?;
            let detail = json!({
                "product": consent.product.to_string(), "units": consent.units.get(), "source": consent.source.to_string(),
                "target": consent.target.to_string(), "reference": consent.reference,
            });
            note(&own, tx, &caller, "transfer_consent.create", consent.id, &detail)?;
            Done::created(consent.id, &shown(&own, &consent))
        })
        .await
}

/// Consents about the caller's products, oldest first.
///
/// # Errors
/// Refuses callers without the right.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<out::TransferConsent>> {
    let scope = caller.require(Right::ReadTransferConsents)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let page = (paging.offset, paging.limit);
            let (count, consents) = storage::transfer_consents::list(tx, &scope, product, page)?;
            let items = consents.iter().map(|one| shown(&own, one)).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One consent.
///
/// # Errors
/// Not found if it is not about a product of the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: TransferConsentId,
) -> Result<out::TransferConsent> {
    let scope = caller.require(Right::ReadTransferConsents)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let consent = storage::transfer_consents::find(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            Ok(shown(&own, &consent))
        })
        .await
}

/// Takes a consent back that no transfer rests on (§ 183 BGB). What was taken back stays so.
///
/// # Errors
/// `consent_used` if one does; not found if it is not about a product of the caller's.
pub async fn withdraw(
    registry: &Registry,
    request: &Request,
    id: TransferConsentId,
) -> Result<Answer> {
    let scope = request.caller.require(Right::GiveTransferConsents)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let mut consent = lock(tx, &scope, id)?;
            let now = own.clock.now();
            match consent.status(now) {
                ConsentStatus::Used => {
                    let detail = "A transfer that the holder has instructed rests on this consent.";
                    return Err(Error::Problem(ProblemCode::ConsentUsed, detail.to_owned()));
                }
                ConsentStatus::Withdrawn => {}
                ConsentStatus::Open | ConsentStatus::Expired => {
                    consent.withdrawn_at = Some(now);
                    storage::transfer_consents::withdraw(tx, id, now)?;
                    note(
                        &own,
                        tx,
                        &caller,
                        "transfer_consent.withdraw",
                        id,
                        &json!({}),
                    )?;
                }
            }
            Done::ok(id, &shown(&own, &consent))
        })
        .await
}

/// The consent that a transfer which has just come can rest on.
pub(crate) fn found(
    registry: &Registry,
    tx: &mut Tx,
    instruction: &Instruction,
    (place, units): ((Address, Address), Units),
) -> Result<Option<TransferConsentId>> {
    let consents = storage::transfer_consents::lock_between(tx, instruction.product, place)?;
    Ok(that_covers(&consents, units, registry.clock.now()))
}

fn is_needed(tx: &mut Tx, product: ProductId) -> Result<bool> {
    let offer = storage::offers::find(tx, product)?;
    Ok(offer.is_some_and(|found| found.offer.register.move_terms().needs_company_consent))
}

fn lock(tx: &mut Tx, scope: &Scope, id: TransferConsentId) -> Result<TransferConsent> {
    storage::transfer_consents::lock(tx, scope, id)?.ok_or(NOT_FOUND)
}

fn shown(registry: &Registry, consent: &TransferConsent) -> out::TransferConsent {
    translate::transfer_consents::show(consent, registry.clock.now())
}

fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    id: TransferConsentId,
    detail: &serde_json::Value,
) -> Result<()> {
    audit::record(registry, tx, caller, action, &id.to_string(), detail)
}

fn wrong(code: FieldCode, message: &str) -> Error {
    Error::Field("product_id", code, message.to_owned())
}

const NOT_FOUND: Error = Error::NotFound("transfer consent");
