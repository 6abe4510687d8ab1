//! Who did what to the network itself. Partners' requests are in the log of events; this is for operators and credentials.

use database::Tx;
use serde_json::Value;

use crate::{Caller, Error, Listed, Paging, Registry, Result, Right, ids};

pub use storage::audit::AuditRecord;

/// Notes what a caller did; it travels with the commit.
///
/// # Errors
/// Fails if the database does.
pub fn record(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    target: &str,
    detail: &Value,
) -> Result<()> {
    storage::audit::insert(
        tx,
        &caller.party.scope(),
        &storage::audit::AuditRecord {
            id: ids::new(),
            at: registry.clock.now(),
            actor: caller.name.clone(),
            action: action.to_owned(),
            target: target.to_owned(),
            detail: detail.to_string(),
        },
    )?;
    Ok(())
}

/// Notes that an operation was refused, in a transaction of its own, because the refused one is rolled back. Faults and requests
/// that are still running are no refusals.
///
/// # Errors
/// Fails if the database does.
pub async fn refusal<T>(
    registry: &Registry,
    caller: &Caller,
    action: &str,
    target: &str,
    outcome: &Result<T>,
) -> Result<()> {
    let Err(error) = outcome else { return Ok(()) };
    if matches!(
        error,
        Error::Fault(_) | Error::Unavailable(_) | Error::InFlight
    ) {
        return Ok(());
    }
    let detail = serde_json::json!({ "refused": error.to_problem().code });
    let (own, caller) = (registry.clone(), caller.clone());
    let (action, target) = (format!("{action}.refused"), target.to_owned());
    registry
        .db
        .write(move |tx| record(&own, tx, &caller, &action, &target, &detail))
        .await
}

/// Lines older than the one named, newest first, for the registrar.
///
/// # Errors
/// Refuses other callers.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    before: Option<uuid::Uuid>,
    limit: u32,
) -> Result<Vec<AuditRecord>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| Ok(storage::audit::before(tx, before, limit)?))
        .await
}

/// What was done, newest first: a party sees its own doing, the registrar everything.
///
/// # Errors
/// Fails if the database does.
pub async fn page(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<wire::network::AuditLine>> {
    let scope = caller.require(Right::ReadAudit)?;
    registry
        .db
        .read(move |tx| {
            let (count, lines) = storage::audit::page(tx, &scope, paging.offset, paging.limit)?;
            let items = lines
                .into_iter()
                .map(|line| {
                    Ok(wire::network::AuditLine {
                        id: line.id,
                        at: line.at.to_string(),
                        actor: line.actor,
                        action: line.action,
                        target: line.target,
                        detail: serde_json::from_str(&line.detail).map_err(Error::fault)?,
                    })
                })
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}
