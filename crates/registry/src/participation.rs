//! How platforms take part in the network (§ 18 eWpRV): what the registrar decides about them.

use database::Tx;
use domain::{DecisionKind, Participation, PlatformId, Refusal};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::decisions::{Proposal, propose};
use crate::{Answer, Caller, Done, Error, Registry, Request, Result, Right, audit};

/// The calling platform's own standing.
///
/// # Errors
/// Refuses callers other than a platform.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
) -> Result<wire::participation::Participation> {
    let platform = caller.require_platform(Right::ReadPlatform)?;
    registry
        .db
        .read(move |tx| {
            let standing = storage::platforms::find(tx, platform)?.ok_or(NOT_FOUND)?;
            let (name, participation) = (&standing.name, standing.broker.participation);
            Ok(translate::participation::show(
                platform,
                name,
                participation,
            ))
        })
        .await
}

/// The calling platform leaves. One actor suffices: it gives up what is its own.
///
/// # Errors
/// `participation_state` unless it takes part.
pub async fn leave(registry: &Registry, request: &Request) -> Result<Answer> {
    let platform = request.caller.require_platform(Right::WritePlatform)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            change(&own, tx, &caller, platform.uuid(), Participation::leave)?;
            let standing = storage::platforms::find(tx, platform)?.ok_or(NOT_FOUND)?;
            let (name, participation) = (&standing.name, standing.broker.participation);
            let shown = translate::participation::show(platform, name, participation);
            Done::ok(platform, &shown)
        })
        .await
}

/// Proposes that a platform take no new investments for the time being.
///
/// # Errors
/// `participation_state` unless it takes part; a field error without a reason; not found if there is none.
pub async fn propose_suspension(
    registry: &Registry,
    request: &Request,
    platform: PlatformId,
    reason: String,
) -> Result<Answer> {
    let change = (DecisionKind::PlatformSuspension, SUSPEND);
    propose_change(registry, request, platform, change, reason).await
}

/// Proposes that a suspended platform take investments again.
///
/// # Errors
/// As [`propose_suspension`].
pub async fn propose_readmission(
    registry: &Registry,
    request: &Request,
    platform: PlatformId,
    reason: String,
) -> Result<Answer> {
    let change = (DecisionKind::PlatformReadmission, READMIT);
    propose_change(registry, request, platform, change, reason).await
}

/// The effect of a confirmed suspension.
pub(crate) fn suspended(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    platform: Uuid,
) -> Result<()> {
    change(registry, tx, caller, platform, SUSPEND)
}

/// The effect of a confirmed readmission.
pub(crate) fn readmitted(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    platform: Uuid,
) -> Result<()> {
    change(registry, tx, caller, platform, READMIT)
}

type Step = fn(Participation) -> std::result::Result<Participation, Refusal>;

const SUSPEND: Step = Participation::suspend;
const READMIT: Step = Participation::readmit;

async fn propose_change(
    registry: &Registry,
    request: &Request,
    platform: PlatformId,
    (kind, step): (DecisionKind, Step),
    reason: String,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let standing = storage::platforms::lock(tx, platform)?.ok_or(NOT_FOUND)?;
            step(standing.broker.participation)?;
            let proposal = Proposal {
                kind,
                target: platform.uuid(),
                content: Value::Null,
                reason: reason.clone(),
            };
            propose(&own, tx, &caller, proposal)
        })
        .await
}

fn change(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    platform: Uuid,
    step: Step,
) -> Result<()> {
    let platform = PlatformId::from_uuid(platform);
    let standing = storage::platforms::lock(tx, platform)?.ok_or(NOT_FOUND)?;
    let next = step(standing.broker.participation)?;
    storage::platforms::set_participation(tx, platform, next)?;
    let detail = json!({"from": standing.broker.participation.as_str(), "to": next.as_str()});
    let target = platform.to_string();
    audit::record(
        registry,
        tx,
        caller,
        "platform.participation",
        &target,
        &detail,
    )
}

const NOT_FOUND: Error = Error::NotFound("platform");
