//! A wrong entry is found, and its reversal proposed and decided (§ 18(5) eWpG).

use database::Tx;
use domain::reregistration::Conditions;
use domain::{
    DecisionId, DecisionKind, Ground, InstructionRefusal, ProductId, ReregistrationDetails,
};
use serde_json::{Value, json};
use storage::transfers::Target;
use translate::reregistrations::Reversing;
use uuid::Uuid;
use wire::reregistrations::ReversalCreate;
use wire::{FieldCode, ProblemCode};

use super::{Moving, active, instruct};
use crate::decisions::{self, Proposal};
use crate::reregistration_steps::{Wrong, wrong};
use crate::restriction_steps;
use crate::restrictions::{document, read, refused};
use crate::{Answer, Caller, Error, Registry, Request, Result, Right};

/// Proposes to reverse a wrong entry; a second actor confirms.
///
/// # Errors
/// Field errors; `r02_no_instruction` or `r08_issuer_consent` if a consent is missing; `acquired_in_good_faith` if the units have moved on;
/// `conflict` if it is reversed already; not found if there is no such product.
pub async fn propose(
    registry: &Registry,
    request: &Request,
    product: ProductId,
    body: ReversalCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let wanted = translate::reregistrations::reversal(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            possible(tx, product, &wanted)?;
            let proposal = Proposal {
                kind: DecisionKind::Reversal,
                target: product.uuid(),
                content: json!({"reversal": body}),
                reason: body.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed reversal: its instruction takes its place in the queue.
pub(crate) fn reversed(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    (decision, target): (DecisionId, Uuid),
    content: &Value,
) -> Result<()> {
    let body: ReversalCreate = read(&content["reversal"])?;
    let wanted = translate::reregistrations::reversal(&body)?;
    let product = ProductId::from_uuid(target);
    let (wrong, document_hash) = possible(tx, product, &wanted)?;
    let moving = Moving {
        ground: Ground::Reversal,
        source: wrong.source,
        target: wrong.target,
        units: wrong.units,
        reverses: Some(wanted.entry),
    };
    let details = ReregistrationDetails {
        legal_basis: wanted.legal_basis,
        identified_on: None,
        reversal: Some(wanted.reversal),
    };
    let about = (product, decision, (wanted.document, document_hash));
    instruct(registry, tx, caller, (about, &moving, &details))
}

/// The wrong entry, found to be reversible now, and the hash of the document.
fn possible(
    tx: &mut Tx,
    product: ProductId,
    wanted: &Reversing,
) -> Result<(Wrong, domain::register::Digest)> {
    active(tx, product)?;
    let document_hash = document(tx, wanted.document)?;
    let wrong = wrong(tx, product, wanted.entry)?.ok_or_else(|| {
        let text =
            "There is no delivery, transfer or re-registration to somebody else with this number.";
        Error::Field("entry", FieldCode::NotFound, text.to_owned())
    })?;
    if storage::reregistrations::reversing(tx, product, wanted.entry)?.is_some() {
        let text = "It is reversed already, or will be.".to_owned();
        return Err(Error::Problem(ProblemCode::Conflict, text));
    }
    let is_to_issuer = matches!(wrong.target, Target::Issuer(_));
    wanted.reversal.check(is_to_issuer).map_err(refused)?;
    if wrong.has_moved_on() {
        return Err(refused(InstructionRefusal::AcquiredInGoodFaith));
    }
    let place = (product, wrong.source.side.wallet.address);
    let (held, bound) = storage::transfers::stock(tx, place, None, None)?;
    let conditions = Conditions {
        ground: Ground::Reversal,
        target: wrong.side,
        available: held.checked_sub(bound).unwrap_or_default(),
        units: wrong.units,
        entered: &restriction_steps::standing(tx, place, None)?,
    };
    conditions.check().map_err(|refusal| match refusal {
        InstructionRefusal::Insufficient => {
            let text = "An earlier instruction has bound units of it.".to_owned();
            Error::Problem(ProblemCode::R10Insufficient, text)
        }
        other => refused(other),
    })?;
    Ok((wrong, document_hash))
}
