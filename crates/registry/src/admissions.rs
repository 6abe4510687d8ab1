//! The registrar's side of applications: proposing an answer, what a confirmed answer does, the statutory time, and the check of domains.

mod letters;

use database::Tx;
use domain::{
    ApplicationId, ApplicationStatus, DecisionKind, FieldErrors, PlatformId, application,
};
use serde_json::{Value, json};
use storage::Scope;
use storage::applications::ApplicationRecord;
use uuid::Uuid;
use wire::applications::{Admission, ApplicationAnswer, LicenceChange};

use crate::applications::{LETTER, NOT_FOUND, alarm_detail, looked, open};
use crate::decisions::{Proposal, propose};
use crate::mail::letters::Decision;
use crate::{Answer, Caller, Error, Registry, Request, Result, Right, audit, notices};

/// So long before the end of the time the registrar is warned.
const WARNED_BEFORE_S: i64 = 14 * 86_400;
/// Domains looked at in one round.
const PROBES: u32 = 20;

/// Proposes an answer to an application. A refusal without reasons or without an analysis of risks is none (§ 18(2) eWpRV).
///
/// # Errors
/// Field errors; `application_state` unless it waits for an answer; not found if there is none.
pub async fn propose_answer(
    registry: &Registry,
    request: &Request,
    id: ApplicationId,
    body: ApplicationAnswer,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (kind, content) = match body.decision {
        Admission::Admit => (DecisionKind::PlatformAdmission, Value::Null),
        Admission::Refuse => {
            let analysis = body.risk_analysis.clone().unwrap_or_default();
            let mut errors = FieldErrors::new();
            application::check_long_text(&mut errors, "risk_analysis", &analysis);
            let reason = body.reason.as_deref().unwrap_or_default();
            application::check_long_text(&mut errors, "reason", reason);
            errors.into_result(Some(()))?;
            let content = json!({ "risk_analysis": analysis.trim() });
            (DecisionKind::PlatformRefusal, content)
        }
    };
    let reason = body.reason.unwrap_or_default();
    let (own, caller) = (registry.clone(), request.caller.clone());
    let outcome = registry
        .write(request, move |tx| {
            let record = storage::applications::lock(tx, &Scope::ALL, id)?.ok_or(NOT_FOUND)?;
            match kind {
                DecisionKind::PlatformAdmission => record.status.admit()?,
                _ => record.status.refuse()?,
            };
            let proposal = Proposal {
                kind,
                target: id.uuid(),
                content: content.clone(),
                reason: reason.clone(),
            };
            propose(&own, tx, &caller, proposal)
        })
        .await;
    audit::refusal(
        registry,
        &request.caller,
        "application.answer",
        &id.to_string(),
        &outcome,
    )
    .await?;
    outcome
}

/// Proposes that another licence of a platform count.
///
/// # Errors
/// Field errors; not found if there is no such platform.
pub async fn propose_licence(
    registry: &Registry,
    request: &Request,
    platform: PlatformId,
    body: LicenceChange,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let licence = translate::applications::licence("licence", &body.licence)?;
    let content = serde_json::to_value(&licence).map_err(Error::fault)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            storage::platforms::lock(tx, platform)?.ok_or(Error::NotFound("platform"))?;
            let proposal = Proposal {
                kind: DecisionKind::PlatformLicence,
                target: platform.uuid(),
                content: content.clone(),
                reason: body.reason.clone(),
            };
            propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed admission: the applicant takes part under the licence that was checked.
pub(crate) fn admitted(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    target: Uuid,
) -> Result<()> {
    let (mut record, platform) = deciding(tx, target)?;
    record.status = record.status.admit()?;
    let standing = storage::platforms::lock(tx, platform)?.ok_or(Error::NotFound("platform"))?;
    let participation = standing.broker.participation.admit()?;
    let (key, content) = open(registry, tx, &record)?;
    let now = registry.clock.now();
    // It was complete when it was handed in; a licence may have ended since.
    let read = translate::applications::complete(&content, now)?;
    storage::platforms::set_participation(tx, platform, participation)?;
    storage::platforms::set_licence(tx, platform, &read.licence)?;
    storage::platforms::set_lei(tx, platform, &read.company.lei.to_string())?;
    let letter = letters::admission(&read.company.name, record.submitted_at, now);
    record.sealed_letter = Some(key.seal(LETTER, letter.as_bytes()));
    decided(registry, tx, caller, record)
}

/// The effect of a confirmed refusal: the letter with its reasons is there for the applicant.
pub(crate) fn refused(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    target: Uuid,
    reason: &str,
) -> Result<()> {
    let (mut record, platform) = deciding(tx, target)?;
    record.status = record.status.refuse()?;
    let standing = storage::platforms::lock(tx, platform)?.ok_or(Error::NotFound("platform"))?;
    let participation = standing.broker.participation.refuse()?;
    storage::platforms::set_participation(tx, platform, participation)?;
    let (key, content) = open(registry, tx, &record)?;
    let firm = content.company.and_then(|company| company.name);
    let firm = firm.unwrap_or(standing.name);
    let letter = letters::refusal(&firm, record.submitted_at, registry.clock.now(), reason);
    record.sealed_letter = Some(key.seal(LETTER, letter.as_bytes()));
    decided(registry, tx, caller, record)
}

/// The effect of a confirmed change of licence.
pub(crate) fn licensed(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    platform: Uuid,
    content: &Value,
) -> Result<()> {
    let platform = PlatformId::from_uuid(platform);
    let licence = serde_json::from_value(content.clone()).map_err(Error::fault)?;
    storage::platforms::set_licence(tx, platform, &licence)?;
    let target = platform.to_string();
    audit::record(registry, tx, caller, "platform.licence", &target, content)
}

/// Warns the registrar of answers that are due soon, and once more when the time is over. Returns how many it warned of.
///
/// # Errors
/// Fails if the database does.
pub async fn answers_due(registry: &Registry) -> Result<usize> {
    let now = registry.clock.now();
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let caller = Caller::network("clock");
            let soon = storage::applications::alarming(tx, now.plus_seconds(WARNED_BEFORE_S), 1)?;
            let over = storage::applications::alarming(tx, now, 2)?;
            let mut warned = 0;
            for (alarm, action, records) in [
                (1, "application.answer_due", soon),
                (2, "application.answer_overdue", over),
            ] {
                for mut record in records {
                    record.alarms = alarm;
                    storage::applications::update(tx, &record)?;
                    let target = record.id.to_string();
                    audit::record(&own, tx, &caller, action, &target, &alarm_detail(&record))?;
                    notices::application_due(&own, tx, &record)?;
                    tracing::warn!(application.id = %record.id, "{action}: application {}", record.id);
                    warned += 1;
                }
            }
            Ok(warned)
        })
        .await
}

/// Looks for the proofs of domains that applicants want checked. Returns how many it looked for.
///
/// # Errors
/// Fails if the database does.
pub async fn prove_domains(registry: &Registry) -> Result<usize> {
    let waiting = registry
        .db
        .read(|tx| -> Result<_> { Ok(storage::applications::to_prove(tx, PROBES)?) })
        .await?;
    for record in &waiting {
        let url = record.domain_url.clone().unwrap_or_default();
        // Outside of any transaction: a stranger's server answers when it likes.
        let found = webhooks::probe(&registry.webhook_guard, &url).await;
        let (own, id) = (registry.clone(), record.id);
        registry
            .db
            .write(move |tx| -> Result<()> { keep_proof(&own, tx, id, &url, &found) })
            .await?;
    }
    Ok(waiting.len())
}

fn keep_proof(
    registry: &Registry,
    tx: &mut Tx,
    id: ApplicationId,
    url: &str,
    found: &std::result::Result<String, String>,
) -> Result<()> {
    let record = storage::applications::lock_any(tx, id)?;
    let Some(mut record) = record.filter(|record| {
        // Another address may have been named while we looked.
        record.domain_status == "waiting" && record.domain_url.as_deref() == Some(url)
    }) else {
        return Ok(());
    };
    looked(&mut record, found);
    record.domain_checked_at = Some(registry.clock.now());
    storage::applications::update(tx, &record)?;
    let detail = json!({"status": record.domain_status, "error": record.domain_error});
    let caller = Caller::network("domain check");
    let target = id.to_string();
    audit::record(
        registry,
        tx,
        &caller,
        "application.domain",
        &target,
        &detail,
    )
}

fn deciding(tx: &mut Tx, target: Uuid) -> Result<(ApplicationRecord, PlatformId)> {
    let id = ApplicationId::from_uuid(target);
    let record = storage::applications::lock(tx, &Scope::ALL, id)?.ok_or(NOT_FOUND)?;
    let platform = record.platform;
    Ok((record, platform))
}

fn decided(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    mut record: ApplicationRecord,
) -> Result<()> {
    let now = registry.clock.now();
    record.decided_at = Some(now);
    record.changed_at = now;
    storage::applications::update(tx, &record)?;
    let (action, decision) = match record.status {
        ApplicationStatus::Admitted => ("application.admit", Decision::Approved),
        _ => ("application.refuse", Decision::Refused),
    };
    notices::application_decided(registry, tx, &record, decision)?;
    let detail = json!({ "platform": record.platform.to_string() });
    audit::record(
        registry,
        tx,
        caller,
        action,
        &record.id.to_string(),
        &detail,
    )
}
