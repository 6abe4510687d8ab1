//! What the issuer, or the registrar on its proof, does about redemptions: it has paid, and it consents to the deletion.

use database::Tx;
use domain::redemption::{Consent, Payment};
use domain::{InstructionRefusal, Means, ProductId, RedemptionId, RedemptionState, Refusal};
use storage::redemptions::RedemptionRecord;
use wire::redemptions::{RedemptionDelete, RedemptionPaid};

use crate::caller::Party;
use crate::redemption_steps::{instruct_deletion, instruct_reregistration, lock, show};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit,
    redemptions,
};

/// Redemptions of the issuer's products, or all of them for the registrar, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer and the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<wire::redemptions::Redemption>> {
    let scope = caller.require(Right::ReadIssuedRedemptions)?;
    redemptions::seen_list(registry, scope, product, paging).await
}

/// One of them.
///
/// # Errors
/// Not found if it is not in one of the caller's products.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: RedemptionId,
) -> Result<wire::redemptions::Redemption> {
    let scope = caller.require(Right::ReadIssuedRedemptions)?;
    redemptions::seen(registry, scope, id).await
}

/// Proves the payment: the holder's instruction is complete and takes its place in the asset's queue (§ 29(1) eWpG).
///
/// # Errors
/// Field errors; `redemption_state` unless it waits for its payment; `r08_issuer_consent` if the registrar wants it deleted without
/// saying where the issuer's consent is kept; not found if it is not in one of the caller's products.
pub async fn mark_paid(
    registry: &Registry,
    request: &Request,
    id: RedemptionId,
    body: RedemptionPaid,
) -> Result<Answer> {
    let scope = request.caller.require(Right::SettleRedemptions)?;
    let payment = translate::redemptions::payment(&body, registry.clock.now())?;
    let reference = checked_reference(body.consent_reference)?;
    let consents = body.delete;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let record = lock(tx, &scope, id)?;
            let consent = consents.then_some(reference.as_deref());
            let record = settle(&own, tx, &caller, record, (&payment, consent))?;
            let detail = serde_json::json!({
                "paid_at": payment.paid_at.to_string(), "payment_reference": payment.reference, "consents": consents,
                "sequence": record.sequence,
            });
            note(&own, tx, &caller, "redemption.mark_paid", id, &detail)?;
            Done::ok(id, &show(&record))
        })
        .await
}

/// One redemption is paid for, and perhaps its deletion consented to: its instruction enters the queue.
pub(crate) fn settle(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    mut record: RedemptionRecord,
    (payment, consent): (&Payment, Option<Option<&str>>),
) -> Result<RedemptionRecord> {
    record.redemption = record.redemption.prove_payment(payment.clone())?;
    if let Some(reference) = consent {
        record = consented(registry, caller, record, reference)?;
    }
    instruct_reregistration(registry, tx, &mut record)?;
    storage::redemptions::update(tx, &record)?;
    Ok(record)
}

/// Deletes what has come back to the issuer, with its consent (§ 18(2) eWpG).
///
/// # Errors
/// `redemption_state` before the payment is proven and after the deletion was instructed; `r18_not_final` before the issuer is finally
/// entered; `r08_issuer_consent` if the registrar says it without consent; not found if it is not in one of the caller's products.
pub async fn delete(
    registry: &Registry,
    request: &Request,
    id: RedemptionId,
    body: RedemptionDelete,
) -> Result<Answer> {
    let scope = request.caller.require(Right::SettleRedemptions)?;
    let reference = checked_reference(body.consent_reference)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let mut record = lock(tx, &scope, id)?;
            if matches!(record.redemption.state(), RedemptionState::Reregistered(..)) {
                record = consented(&own, &caller, record, reference.as_deref())?;
            }
            let means = means(&caller);
            instruct_deletion(&own, tx, &mut record, means)?;
            storage::redemptions::update(tx, &record)?;
            note(
                &own,
                tx,
                &caller,
                "redemption.delete",
                id,
                &serde_json::json!({}),
            )?;
            Done::ok(id, &show(&record))
        })
        .await
}

/// The issuer consents by saying it; the registrar has to know where the consent is kept.
fn consented(
    registry: &Registry,
    caller: &Caller,
    record: RedemptionRecord,
    reference: Option<&str>,
) -> Result<RedemptionRecord> {
    let is_issuer = matches!(caller.party, Party::Issuer(..));
    if !is_issuer && reference.is_none() && record.redemption.consent.is_none() {
        return Err(Refusal::Redemption(InstructionRefusal::IssuerConsent).into());
    }
    let consent = Consent {
        at: registry.clock.now(),
        reference: reference.map(str::to_owned),
    };
    Ok(RedemptionRecord {
        redemption: record.redemption.with_consent(consent),
        ..record
    })
}

/// How what a caller says about redemptions has reached the registrar.
pub(crate) fn means(caller: &Caller) -> Means {
    match caller.party {
        Party::Issuer(..) => Means::Access,
        _ => Means::Document,
    }
}

/// Where a consent is kept, if that is a text of ours.
pub(crate) fn checked_reference(text: Option<String>) -> Result<Option<String>> {
    let mut errors = domain::FieldErrors::new();
    domain::text::check_optional_text(&mut errors, "consent_reference", text.as_deref());
    errors.into_result(Some(text)).map_err(Error::from)
}

fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    id: RedemptionId,
    detail: &serde_json::Value,
) -> Result<()> {
    audit::record(registry, tx, caller, action, &id.to_string(), detail)
}
