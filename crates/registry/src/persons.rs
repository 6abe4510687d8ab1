//! What the operations on investors share: the sealed person, and the status that follows from its identifications.

use database::Tx;
use database::vault::{DataKey, VaultError};
use domain::investor::{BenefitingPerson, Investor};
use domain::kyc::KycFacts;
use domain::{
    DocumentId, FieldCode, FieldErrors, Identification, InvestorId, IssuerProfile, KycStatus,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use storage::Scope;
use storage::investors::InvestorRecord;
use uuid::Uuid;

use crate::events::{self, Happening};
use crate::{Error, Registry, Result};

/// Data of a person that is kept sealed, and what the seal is bound to.
pub(crate) trait Sealed: Serialize + DeserializeOwned {
    const CONTEXT: &'static str;
}

impl Sealed for Investor {
    const CONTEXT: &'static str = "investors.person";
}

impl Sealed for IssuerProfile {
    const CONTEXT: &'static str = "issuers.profile";
}

impl Sealed for Identification {
    const CONTEXT: &'static str = "identifications.data";
}

impl Sealed for BenefitingPerson {
    const CONTEXT: &'static str = "benefiting_persons.data";
}

pub(crate) fn seal<T: Sealed>(key: &DataKey, data: &T) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(data).map_err(Error::fault)?;
    Ok(key.seal(T::CONTEXT, &plain))
}

pub(crate) fn open<T: Sealed>(key: &DataKey, sealed: &[u8]) -> Result<T> {
    let plain = key.open(T::CONTEXT, sealed)?;
    serde_json::from_slice(&plain).map_err(Error::fault)
}

/// An investor of the caller's with its key.
pub(crate) fn find(
    registry: &Registry,
    tx: &mut Tx,
    scope: &Scope,
    id: InvestorId,
) -> Result<(InvestorRecord, DataKey)> {
    let record = storage::investors::find(tx, scope, id)?.ok_or(Error::NotFound("investor"))?;
    let key = registry.vault.key(tx, record.key)?;
    Ok((record, key))
}

/// The same, locked until the transaction ends.
pub(crate) fn lock(
    registry: &Registry,
    tx: &mut Tx,
    scope: &Scope,
    id: InvestorId,
) -> Result<(InvestorRecord, DataKey)> {
    let record = storage::investors::lock(tx, scope, id)?.ok_or(Error::NotFound("investor"))?;
    let key = registry.vault.key(tx, record.key)?;
    Ok((record, key))
}

/// Binds documents that the caller names to this person, so that erasing the person erases them. One that names several
/// investors, such as the protocol of a couple, is erased with the last of them: nobody loses what others still need.
pub(crate) fn claim_documents(
    registry: &Registry,
    tx: &mut Tx,
    scope: &Scope,
    owner: impl Into<Uuid>,
    named: &[(&str, DocumentId)],
) -> Result<()> {
    let owner = owner.into();
    let mut errors = FieldErrors::new();
    for (field, id) in named {
        let document = storage::documents::find(tx, scope, *id)?;
        let is_bound = match document {
            Some(document) => bind(registry, tx, document.key, owner)?,
            None => false,
        };
        if !is_bound {
            errors.push(
                *field,
                FieldCode::NotFound,
                "There is no such document here; upload it first.",
            );
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}

/// Whether the key could be bound; not if it is destroyed.
fn bind(registry: &Registry, tx: &mut Tx, key: Uuid, owner: Uuid) -> Result<bool> {
    let vault = &registry.vault;
    let bound = match vault.assign(tx, key, owner) {
        Err(VaultError::NotAssignable(_)) => vault.share(tx, key, owner),
        bound => bound,
    };
    match bound {
        Ok(()) => Ok(true),
        Err(VaultError::NotAssignable(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Computes the investor's status anew, tells of a change, and moves its waiting investments on. The caller saves the record.
pub(crate) fn refresh_kyc(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut InvestorRecord,
) -> Result<()> {
    let now = registry.clock.now();
    let identifications = storage::identifications::past(tx, record.id)?;
    let benefiting_persons = if record.is_legal_person {
        let (count, _) = storage::identifications::persons(tx, record.id, 0, 1)?;
        Some(usize::try_from(count).unwrap_or(usize::MAX))
    } else {
        None
    };
    let facts = KycFacts {
        identifications: &identifications,
        identity_changed_at: record.identity_changed_at,
        benefiting_persons,
    };
    let status = facts.status(now);
    let before = std::mem::replace(&mut record.standing.kyc_status, status);
    if before != status {
        tell(registry, tx, record, before)?;
    }
    if record.standing.is_eligible() || status != before {
        crate::progress::investor_changed(registry, tx, record)?;
    }
    Ok(())
}

fn tell(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut InvestorRecord,
    before: KycStatus,
) -> Result<()> {
    record.event_sequence += 1;
    let environment = storage::environments::name(tx, record.environment)?;
    events::emit(
        registry,
        tx,
        &environment,
        &Happening {
            environment: record.environment,
            platform: record.platform,
            kind: events::INVESTOR_KYC_STATUS_CHANGED,
            investment: None,
            investor: Some(record.id),
            transfer: None,
            redemption: None,
            status: Some(record.standing.kyc_status.as_str()),
            previous: Some(before.as_str()),
            sequence: record.event_sequence,
            at: registry.clock.now(),
        },
    )
}
