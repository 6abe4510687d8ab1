//! Re-registrations and reversals as the registrar sees them.

use database::Tx;
use database::vault::VaultError;
use domain::{InstructionId, InstructionState, ProductId, ReregistrationDetails};
use storage::Scope;
use storage::reregistrations::ReregistrationRecord;
use wire::reregistrations::{Reregistration, ReregistrationStatus};

use super::{DETAILS, NOT_FOUND};
use crate::{Caller, Error, Listed, Paging, Registry, Result, Right};

/// Re-registrations and reversals, oldest first, whatever has become of them.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<Reregistration>> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let Paging { offset, limit } = paging;
            let (count, found) = storage::reregistrations::list(tx, product, offset, limit)?;
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
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: InstructionId,
) -> Result<Reregistration> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::reregistrations::find(tx, id)?.ok_or(NOT_FOUND)?;
            shown(&own, tx, &record)
        })
        .await
}

/// The entry that has reversed another one, if there is one.
pub(crate) fn reversal_of(tx: &mut Tx, product: ProductId, entry: u64) -> Result<Option<u64>> {
    let reversing = storage::reregistrations::reversing(tx, product, entry)?;
    Ok(reversing.and_then(|(_, entered)| entered))
}

/// What is sealed of a re-registration: the bytes that its entry commits to, and what they say. Nothing once they were erased.
pub(crate) fn opened(
    registry: &Registry,
    tx: &mut Tx,
    record: &ReregistrationRecord,
) -> Result<Option<(Vec<u8>, ReregistrationDetails)>> {
    let key = match registry.vault.key(tx, record.key) {
        Ok(key) => key,
        Err(VaultError::Destroyed(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let plain = key.open(DETAILS, &record.sealed_details)?;
    let details = serde_json::from_slice(&plain).map_err(Error::fault)?;
    Ok(Some((plain, details)))
}

fn shown(
    registry: &Registry,
    tx: &mut Tx,
    record: &ReregistrationRecord,
) -> Result<Reregistration> {
    let details = opened(registry, tx, record)?.map(|(_, details)| details);
    let found = storage::transfers::find(tx, &Scope::ALL, record.instruction)?;
    let transfer = found.ok_or(NOT_FOUND)?;
    let instruction = &transfer.order.instruction;
    let (status, rejection, hash) = match *instruction.state() {
        InstructionState::Processing => (ReregistrationStatus::Processing, None, None),
        InstructionState::Executed {
            transaction_hash, ..
        } => {
            let status = match transfer.reversed_by {
                Some(_) => ReregistrationStatus::Reversed,
                None => ReregistrationStatus::Entered,
            };
            (status, None, Some(transaction_hash.to_string()))
        }
        InstructionState::Rejected { code, .. } => {
            let code = Some(code.as_str().to_owned());
            (ReregistrationStatus::Rejected, code, None)
        }
        InstructionState::Withdrawn { .. } => (ReregistrationStatus::Rejected, None, None),
    };
    let reversal = details
        .as_ref()
        .and_then(|details| details.reversal.clone());
    let told = details.as_ref();
    Ok(Reregistration {
        id: record.instruction.uuid(),
        product_id: record.product.uuid(),
        ground: record.ground.as_str().to_owned(),
        source_address: transfer.source.address.to_string(),
        target_address: transfer.target.address().to_string(),
        units: transfer.units.get(),
        status,
        rejection,
        reverses: record.reverses,
        reversed_by: transfer.reversed_by,
        legal_basis: told.map(|details| details.legal_basis.clone()),
        identified_on: told
            .and_then(|details| details.identified_on)
            .map(|day| day.to_string()),
        cause: reversal.as_ref().map(|one| one.cause.as_str().to_owned()),
        holder_consent: reversal.as_ref().and_then(|one| one.holder_consent.clone()),
        issuer_consent: reversal.as_ref().and_then(|one| one.issuer_consent.clone()),
        authority: instruction.authority.as_str().to_owned(),
        document_id: record.document.uuid(),
        document_hash: hex::encode(record.document_hash),
        decision_id: record.decision.uuid(),
        instruction: instruction.sequence,
        entry: record.entry,
        transaction_hash: hash,
        received_at: instruction.received_at.to_string(),
    })
}
