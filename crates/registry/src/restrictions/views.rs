//! Restrictions and rights as they are told: to the registrar with the persons, with a holding without them.

use database::Tx;
use database::vault::{DataKey, VaultError};
use domain::{InstructionState, ProductId, RestrictionDetails, RestrictionId};
use storage::restrictions::RestrictionRecord;
use translate::restrictions::units;
use wire::restrictions::{HoldingRestriction, Restriction, RestrictionStatus};

use super::{DETAILS, NOT_FOUND};
use crate::{Caller, Error, Listed, Paging, Registry, Result, Right};

/// Restrictions and rights, oldest first, whatever has become of them.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<Restriction>> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let Paging { offset, limit } = paging;
            let (count, found) = storage::restrictions::list(tx, product, offset, limit)?;
            let items = found.iter().map(|record| shown(&own, tx, record));
            Ok(Listed {
                count,
                items: items.collect::<Result<_>>()?,
            })
        })
        .await
}

/// One of them.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is none.
pub async fn get(registry: &Registry, caller: &Caller, id: RestrictionId) -> Result<Restriction> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::restrictions::find(tx, id)?.ok_or(NOT_FOUND)?;
            shown(&own, tx, &record)
        })
        .await
}

/// As a holding shows it, which is never told without.
pub(crate) fn of_holding(record: &RestrictionRecord) -> Option<HoldingRestriction> {
    let entered = record.entered()?;
    Some(HoldingRestriction {
        entry: entered.entry,
        kind: entered.kind.as_str().to_owned(),
        units: units(entered.extent),
        beneficiary_id: record.beneficiary.uuid(),
    })
}

/// What is sealed of a restriction: the bytes that its entry commits to, and what they say. Nothing once they were erased.
pub(crate) fn opened(
    registry: &Registry,
    tx: &mut Tx,
    record: &RestrictionRecord,
) -> Result<Option<(Vec<u8>, RestrictionDetails)>> {
    let key: DataKey = match registry.vault.key(tx, record.key) {
        Ok(key) => key,
        Err(VaultError::Destroyed(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let plain = key.open(DETAILS, &record.sealed_details)?;
    let details = serde_json::from_slice(&plain).map_err(Error::fault)?;
    Ok(Some((plain, details)))
}

fn shown(registry: &Registry, tx: &mut Tx, record: &RestrictionRecord) -> Result<Restriction> {
    let details = opened(registry, tx, record)?.map(|(_, details)| details);
    let instruction = &record.order.instruction;
    let (status, rejection) = match instruction.state() {
        InstructionState::Rejected { code, .. } => {
            (RestrictionStatus::Rejected, Some(code.as_str().to_owned()))
        }
        InstructionState::Withdrawn { .. } => (RestrictionStatus::Rejected, None),
        InstructionState::Processing => (RestrictionStatus::Processing, None),
        InstructionState::Executed { .. } if record.left.is_none() => {
            (RestrictionStatus::Released, None)
        }
        InstructionState::Executed { .. } => (RestrictionStatus::Entered, None),
    };
    let told = details.as_ref();
    Ok(Restriction {
        id: record.id.uuid(),
        product_id: record.product.uuid(),
        holder_id: record.holder.uuid(),
        wallet_address: record.wallet.address.to_string(),
        kind: record.kind.as_str().to_owned(),
        units: units(record.extent),
        units_left: record.left.map_or(Some(0), units),
        status,
        rejection,
        beneficiary_id: record.beneficiary.uuid(),
        beneficiary: told
            .map(|details| translate::restrictions::show_beneficiary(&details.beneficiary)),
        legal_basis: told.map(|details| details.legal_basis.clone()),
        valid_until: told
            .and_then(|details| details.valid_until)
            .map(|date| date.to_string()),
        key_address: record.key_address.map(|key| key.to_string()),
        authority: instruction.authority.as_str().to_owned(),
        document_id: record.document.uuid(),
        document_hash: hex::encode(record.document_hash),
        decision_id: record.decision.uuid(),
        instruction: instruction.sequence,
        entry: record.entry,
        received_at: instruction.received_at.to_string(),
    })
}
