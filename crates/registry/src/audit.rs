//! Who did what to the network itself. Partners' requests are in the log of events; this is for operators and credentials.

use database::Tx;
use serde_json::Value;

use crate::{Caller, Registry, Result, ids};

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
