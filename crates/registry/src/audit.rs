//! Who did what: each write leaves a line with actor, operation, subject and time. An operation names itself and says what matters of it; for those that do
//! not, the frame of every write does, so that none is without.

use database::Tx;
use serde_json::Value;

use crate::{Caller, Error, Listed, Paging, Registry, Request, Result, Right, ids};

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

/// Notes a write whose operation has not noted itself, by its method and the words of its path.
///
/// # Errors
/// Fails if the database does.
pub(crate) fn write(
    registry: &Registry,
    tx: &mut Tx,
    request: &Request,
    resource: Option<uuid::Uuid>,
) -> Result<()> {
    if storage::audit::is_written(tx, &request.caller.name) {
        return Ok(());
    }
    let target = resource.map_or_else(|| "none".to_owned(), |id| id.to_string());
    let detail = serde_json::json!({ "request": request.id });
    let action = action_of(&request.operation);
    record(registry, tx, &request.caller, &action, &target, &detail)
}

/// `POST /environments/x/api/external/distributor/v2/investors/…/wallets/eth-generic/` is `post.investors.wallets.eth-generic`: without identifiers and names, so that
/// one operation has one action.
fn action_of(operation: &str) -> String {
    let Some((method, path)) = operation.split_once(" /") else {
        return operation.replace(' ', ".");
    };
    let segments: Vec<&str> = path.split('/').collect();
    let is_root = |segment: &&str| ["v1", "v2", "console"].contains(segment);
    let start = segments.iter().position(is_root);
    let mut words = vec![method.to_lowercase()];
    let mut after_environments = false;
    for segment in &segments[start.map_or(0, |at| at + 1)..] {
        let is_word = !segment.is_empty()
            && !after_environments
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        after_environments = *segment == "environments";
        if is_word && !after_environments {
            words.push((*segment).to_owned());
        }
    }
    words.join(".")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_named_by_the_words_of_its_path() {
        let id = "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70";
        for (operation, action) in [
            (
                format!(
                    "POST /environments/art-2031/api/external/distributor/v2/investors/{id}/wallets/eth-generic/"
                ),
                "post.investors.wallets.eth-generic",
            ),
            (
                format!("PATCH /api/external/issuer/v2/issuers/{id}/"),
                "patch.issuers",
            ),
            (
                format!("POST /console/environments/meadow/investments/{id}/cancel"),
                "post.investments.cancel",
            ),
            ("register statement".to_owned(), "register.statement"),
        ] {
            assert_eq!(action_of(&operation), action);
        }
    }
}
