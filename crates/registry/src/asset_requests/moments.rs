//! What is told of a request, one function per moment, in the transaction that makes it true. Whoever is to hear of it hears of it here.

use database::Tx;
use serde_json::json;
use storage::asset_requests::AssetRequestRecord;

use crate::mail::letters::Decision;
use crate::{Caller, Registry, Result, audit, notices};

/// A platform asks; the issuer has to answer.
pub(super) fn asked(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    record: &AssetRequestRecord,
) -> Result<()> {
    notices::asset_requested(registry, tx, record)?;
    note(registry, tx, caller, "asset_request.create", record)
}

/// The issuer agrees: the platform has its sandbox, and the registrar work if the pair is not allowed yet.
pub(super) fn accepted(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    record: &AssetRequestRecord,
) -> Result<()> {
    notices::asset_request_accepted(registry, tx, record)?;
    note(registry, tx, caller, "asset_request.accept", record)
}

/// The registrar allows the pair: the platform can sell.
pub(super) fn approved(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    record: &AssetRequestRecord,
) -> Result<()> {
    notices::asset_request_decided(registry, tx, record, Decision::Approved)?;
    note(registry, tx, caller, "asset_request.approve", record)
}

/// The issuer or the registrar says no.
pub(super) fn refused(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    record: &AssetRequestRecord,
) -> Result<()> {
    notices::asset_request_decided(registry, tx, record, Decision::Refused)?;
    note(registry, tx, caller, "asset_request.refuse", record)
}

/// The platform takes it back.
pub(super) fn withdrawn(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    record: &AssetRequestRecord,
) -> Result<()> {
    note(registry, tx, caller, "asset_request.withdraw", record)
}

/// Neither note nor reason: they may speak of people, and the audit log is kept when their key is destroyed.
fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    record: &AssetRequestRecord,
) -> Result<()> {
    let detail = json!({
        "product": record.product.uuid(),
        "platform": record.platform.uuid(),
        "status": record.status.as_str(),
    });
    let target = record.id.to_string();
    audit::record(registry, tx, caller, action, &target, &detail)
}
