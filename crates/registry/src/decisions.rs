//! Decisions that need four eyes: proposing, confirming, withdrawing. Confirming runs the effect in the same transaction.

mod subjects;

use database::Tx;
use domain::{Actor, Decision, DecisionId, DecisionKind, DecisionState};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use storage::decisions::{DecisionRecord, Filter};
use uuid::Uuid;
use wire::ProblemCode;

use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, admissions,
    audit, conversions, ids, inspections, notices, participation, payout_lists, reconciliation,
    register_handover, reregistrations, restrictions, terms, validations,
};

pub use subjects::subjects;

/// What the seal of a decision is bound to.
const CONTEXT: &str = "decisions.content";
/// Reasons are texts for people, not files.
const LONGEST_REASON: usize = 4_000;

/// What somebody wants decided.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) kind: DecisionKind,
    /// What it is decided about.
    pub(crate) target: Uuid,
    /// What the effect needs to know.
    pub(crate) content: Value,
    pub(crate) reason: String,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    content: Value,
    reason: String,
}

/// Notes what is to be decided. The calling operation has checked that the caller may, and that the effect would be possible
/// now; it is checked again when somebody confirms.
pub(crate) fn propose(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    proposal: Proposal,
) -> Result<Done> {
    let key = registry.vault.new_key(tx, None)?;
    let sealed = Sealed {
        content: proposal.content,
        reason: checked_reason(proposal.reason)?,
    };
    let plain = serde_json::to_vec(&sealed).map_err(Error::fault)?;
    let decision = Decision {
        id: DecisionId::from_uuid(ids::new()),
        kind: proposal.kind,
        target: proposal.target,
        proposed_by: actor(caller),
        proposed_at: registry.clock.now(),
        state: DecisionState::Proposed,
    };
    let record = DecisionRecord {
        sealed_content: key.seal(CONTEXT, &plain),
        key: key.id(),
        decision,
    };
    if !storage::decisions::insert(tx, &record)? {
        return Err(Error::Problem(
            ProblemCode::Conflict,
            "The same is proposed already; confirm or withdraw that decision first.".to_owned(),
        ));
    }
    note(registry, tx, caller, "decision.propose", &record.decision)?;
    notices::decision_waits(registry, tx, caller, &record.decision)?;
    let shown = translate::decisions::show(&record.decision, sealed.content, sealed.reason);
    Ok(Done::created(record.decision.id, &shown)?.about(&key))
}

/// A second actor agrees; the decision takes effect.
///
/// # Errors
/// `four_eyes_required` for who proposed it, `decision_closed`, what the effect refuses; not found if there is none.
pub async fn confirm(registry: &Registry, request: &Request, id: DecisionId) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    let answer = registry
        .write(request, move |tx| {
            let record = storage::decisions::lock(tx, id)?.ok_or(NOT_FOUND)?;
            let (key, sealed) = open(&own, tx, &record)?;
            let decision = record.decision.confirm(actor(&caller), own.clock.now())?;
            storage::decisions::close(tx, &decision)?;
            carry_out(&own, tx, &caller, &decision, &sealed)?;
            note(&own, tx, &caller, "decision.confirm", &decision)?;
            let shown = translate::decisions::show(&decision, sealed.content, sealed.reason);
            Ok(Done::ok(id, &shown)?.about(&key))
        })
        .await;
    // What is refused is rolled back, but that it was tried is to be seen.
    audit::refusal(
        registry,
        &request.caller,
        "decision.confirm",
        &id.to_string(),
        &answer,
    )
    .await?;
    answer
}

/// Ends a decision that nobody has confirmed.
///
/// # Errors
/// `decision_closed`; not found if there is none.
pub async fn withdraw(registry: &Registry, request: &Request, id: DecisionId) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let record = storage::decisions::lock(tx, id)?.ok_or(NOT_FOUND)?;
            let (key, sealed) = open(&own, tx, &record)?;
            let decision = record.decision.withdraw(actor(&caller), own.clock.now())?;
            storage::decisions::close(tx, &decision)?;
            note(&own, tx, &caller, "decision.withdraw", &decision)?;
            let shown = translate::decisions::show(&decision, sealed.content, sealed.reason);
            Ok(Done::ok(id, &shown)?.about(&key))
        })
        .await
}

/// Ends a decision whose subject has ended otherwise.
pub(crate) fn close(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    id: DecisionId,
) -> Result<()> {
    let record = storage::decisions::lock(tx, id)?.ok_or(NOT_FOUND)?;
    if record.decision.state != DecisionState::Proposed {
        return Ok(());
    }
    let decision = record
        .decision
        .withdraw(actor(caller), registry.clock.now())?;
    storage::decisions::close(tx, &decision)?;
    note(registry, tx, caller, "decision.withdraw", &decision)
}

/// One decision.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is none.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: DecisionId,
) -> Result<wire::decisions::Decision> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::decisions::find(tx, id)?.ok_or(NOT_FOUND)?;
            shown(&own, tx, &record)
        })
        .await
}

/// Decisions in one state, or about one thing, oldest first.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    status: Option<wire::decisions::DecisionStatus>,
    target: Option<Uuid>,
    paging: Paging,
) -> Result<Listed<wire::decisions::Decision>> {
    caller.require(Right::ReadNetwork)?;
    let filter = Filter {
        status: status.map(|status| status.as_str().to_owned()),
        target,
    };
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, records) =
                storage::decisions::list(tx, &filter, paging.offset, paging.limit)?;
            let items = records
                .iter()
                .map(|record| shown(&own, tx, record))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

const NOT_FOUND: Error = Error::NotFound("decision");

/// What a confirmed decision does. Each kind has its line here and its sequence where its subject lives.
fn carry_out(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    decision: &Decision,
    sealed: &Sealed,
) -> Result<()> {
    match decision.kind {
        DecisionKind::PlatformSuspension => {
            participation::suspended(registry, tx, caller, decision.target)
        }
        DecisionKind::PlatformReadmission => {
            participation::readmitted(registry, tx, caller, decision.target)
        }
        DecisionKind::PlatformAdmission => {
            admissions::admitted(registry, tx, caller, decision.target)
        }
        DecisionKind::PlatformRefusal => {
            admissions::refused(registry, tx, caller, decision.target, &sealed.reason)
        }
        DecisionKind::PlatformLicence => {
            admissions::licensed(registry, tx, caller, decision.target, &sealed.content)
        }
        DecisionKind::ProductValidation => {
            validations::validated(registry, tx, caller, decision.target)
        }
        DecisionKind::PayoutList => {
            let about = (decision.id, decision.target);
            payout_lists::drawn_up(registry, tx, caller, about, &sealed.content)
        }
        DecisionKind::Inspection => {
            let about = (decision.id, decision.target);
            inspections::granted(registry, tx, caller, about)
        }
        DecisionKind::IncidentClosure => {
            let about = (decision.id, decision.target);
            reconciliation::closed(registry, tx, caller, about)
        }
        DecisionKind::Restriction => {
            restrictions::decided(registry, tx, caller, decision.id, &sealed.content)
        }
        DecisionKind::RestrictionRelease => {
            let about = (decision.id, decision.target);
            restrictions::released(registry, tx, caller, about, &sealed.content)
        }
        DecisionKind::Conversion => {
            conversions::decided(registry, tx, caller, decision.id, &sealed.content)
        }
        DecisionKind::Reregistration => {
            reregistrations::decided(registry, tx, caller, decision.id, &sealed.content)
        }
        DecisionKind::Reversal => {
            let about = (decision.id, decision.target);
            reregistrations::reversed(registry, tx, caller, about, &sealed.content)
        }
        DecisionKind::RegisterHandover => {
            register_handover::decided(registry, tx, caller, decision.target, &sealed.content)
        }
        DecisionKind::TermsChange => {
            let about = (decision.id, decision.target);
            terms::changed(registry, tx, caller, about, &sealed.content)
        }
    }
}

fn actor(caller: &Caller) -> Actor {
    Actor {
        id: caller.actor(),
        name: caller.name.clone(),
    }
}

/// A decision without a reason could be checked by nobody.
fn checked_reason(reason: String) -> Result<String> {
    let reason = reason.trim().to_owned();
    let field = |code, message: &str| Error::Field("reason", code, message.to_owned());
    if reason.is_empty() {
        return Err(field(
            wire::FieldCode::Missing,
            "Say why, for the one who confirms and for the record.",
        ));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(field(
            wire::FieldCode::TooLong,
            "A reason has at most 4000 characters.",
        ));
    }
    Ok(reason)
}

fn open(
    registry: &Registry,
    tx: &mut Tx,
    record: &DecisionRecord,
) -> Result<(database::vault::DataKey, Sealed)> {
    let key = registry.vault.key(tx, record.key)?;
    let plain = key.open(CONTEXT, &record.sealed_content)?;
    let sealed = serde_json::from_slice(&plain).map_err(Error::fault)?;
    Ok((key, sealed))
}

fn shown(
    registry: &Registry,
    tx: &mut Tx,
    record: &DecisionRecord,
) -> Result<wire::decisions::Decision> {
    let (_, sealed) = open(registry, tx, record)?;
    Ok(translate::decisions::show(
        &record.decision,
        sealed.content,
        sealed.reason,
    ))
}

/// Neither content nor reason: they may speak of people, and the audit log is kept when their key is destroyed.
fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    decision: &Decision,
) -> Result<()> {
    let detail = json!({"kind": decision.kind.as_str(), "target": decision.target});
    let target = decision.id.to_string();
    audit::record(registry, tx, caller, action, &target, &detail)
}
