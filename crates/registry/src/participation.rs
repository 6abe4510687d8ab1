//! How platforms take part in the network (§ 18 eWpRV): what the registrar decides about them.

use database::{DatabaseError, Tx};
use domain::{DecisionKind, FieldErrors, ImportTrust, Participation, PlatformId, Refusal};
use serde_json::{Value, json};
use storage::parties::Platform;
use storage::platforms::Standing;
use uuid::Uuid;

use crate::decisions::{Proposal, propose};
use crate::mail::letters;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
    notices,
};

/// Makes a platform that has yet to apply, for who registers. Its firm is taken as it is said until an application is checked.
///
/// # Errors
/// Refuses callers other than the registrar; `application_duplicate` if there is a platform of this name.
pub async fn register(
    registry: &Registry,
    request: &Request,
    company_name: &str,
) -> Result<PlatformId> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    let name = company_name.trim().to_owned();
    registry
        .db
        .write(move |tx| applicant(&own, tx, &caller, &name))
        .await
}

/// The same within a transaction that makes more.
pub(crate) fn applicant(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    name: &str,
) -> Result<PlatformId> {
    let mut errors = FieldErrors::new();
    domain::text::check_text(&mut errors, "company_name", name);
    errors.into_result(Some(()))?;
    if storage::parties::find_platform(tx, name)?.is_some() {
        return Err(name_taken());
    }
    let platform = Platform {
        id: PlatformId::from_uuid(ids::new()),
        name: name.to_owned(),
        lei: None,
        identification_import: ImportTrust::Reviewed,
        participation: Participation::Applying,
        licence: None,
        created_at: registry.clock.now(),
    };
    match storage::parties::insert_platform(tx, &platform) {
        // Two of one name at the same moment: the index tells.
        Err(DatabaseError::Unique { .. }) => return Err(name_taken()),
        inserted => inserted?,
    }
    let target = platform.id.to_string();
    let detail = json!({ "name": name });
    audit::record(registry, tx, caller, "platform.register", &target, &detail)?;
    Ok(platform.id)
}

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
            Ok(shown(platform, &standing))
        })
        .await
}

/// Any platform's standing, for the registrar.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is none.
pub async fn get_any(
    registry: &Registry,
    caller: &Caller,
    platform: PlatformId,
) -> Result<wire::participation::Participation> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let standing = storage::platforms::find(tx, platform)?.ok_or(NOT_FOUND)?;
            Ok(shown(platform, &standing))
        })
        .await
}

/// Every platform with its standing, oldest first, for the registrar.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<wire::participation::Participation>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let (count, found) = storage::platforms::page(tx, paging.offset, paging.limit)?;
            let items = found
                .iter()
                .map(|(platform, standing)| shown(*platform, standing))
                .collect();
            Ok(Listed { count, items })
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
            Done::ok(platform, &shown(platform, &standing))
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
    let told = match next {
        Participation::Suspended => Some(letters::Standing::Suspended),
        Participation::Admitted => Some(letters::Standing::Readmitted),
        Participation::Left => Some(letters::Standing::Left),
        Participation::Applying | Participation::Refused => None,
    };
    if let Some(told) = told {
        notices::standing_changed(registry, tx, platform, told)?;
    }
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

fn shown(platform: PlatformId, standing: &Standing) -> wire::participation::Participation {
    translate::participation::show(platform, &standing.name, &standing.broker)
}

fn name_taken() -> Error {
    Error::Problem(
        wire::ProblemCode::ApplicationDuplicate,
        "There is a platform of this name; ask its people to invite you.".to_owned(),
    )
}

const NOT_FOUND: Error = Error::NotFound("platform");
