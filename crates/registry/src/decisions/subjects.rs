//! What decisions are about, by name: an ID tells nobody whom he decides about.

use std::collections::BTreeMap;

use database::Tx;
use domain::{
    ApplicationId, DecisionKind, IncidentId, InspectionId, PlatformId, ProductId, RestrictionId,
};
use storage::Scope;
use uuid::Uuid;
use wire::decisions::Decision;

use crate::{Caller, Registry, Result, Right};

/// Firms and products by the IDs that the decisions name.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn subjects(
    registry: &Registry,
    caller: &Caller,
    decisions: &[Decision],
) -> Result<BTreeMap<Uuid, String>> {
    caller.require(Right::ReadNetwork)?;
    let wanted: Vec<(String, Uuid)> = decisions
        .iter()
        .map(|one| (one.kind.clone(), one.target_id))
        .collect();
    registry
        .db
        .read(move |tx| {
            let mut names = BTreeMap::new();
            for (kind, target) in &wanted {
                // Kinds are ours: what this program does not know was written by a newer one.
                if let Ok(kind) = kind.parse()
                    && let Some(name) = name(tx, kind, *target)?
                {
                    names.insert(*target, name);
                }
            }
            Ok(names)
        })
        .await
}

fn name(tx: &mut Tx, kind: DecisionKind, target: Uuid) -> Result<Option<String>> {
    match kind {
        DecisionKind::PlatformAdmission | DecisionKind::PlatformRefusal => {
            let id = ApplicationId::from_uuid(target);
            match storage::applications::find(tx, &Scope::ALL, id)? {
                Some(record) => firm(tx, record.platform),
                None => Ok(None),
            }
        }
        DecisionKind::PlatformSuspension
        | DecisionKind::PlatformReadmission
        | DecisionKind::PlatformLicence => firm(tx, PlatformId::from_uuid(target)),
        DecisionKind::ProductValidation
        | DecisionKind::PayoutList
        | DecisionKind::TermsChange
        | DecisionKind::RegisterHandover
        | DecisionKind::Reversal => product(tx, ProductId::from_uuid(target)),
        DecisionKind::IncidentClosure => {
            match storage::incidents::find(tx, IncidentId::from_uuid(target))? {
                Some(incident) => product(tx, incident.product),
                None => Ok(None),
            }
        }
        DecisionKind::Inspection => {
            match storage::inspections::find(tx, InspectionId::from_uuid(target))? {
                Some(record) => product(tx, record.product),
                None => Ok(None),
            }
        }
        // Whose units it is about is a person's matter; its product says enough to find it.
        DecisionKind::RestrictionRelease => {
            match storage::restrictions::find(tx, RestrictionId::from_uuid(target))? {
                Some(record) => product(tx, record.product),
                None => Ok(None),
            }
        }
        DecisionKind::Restriction | DecisionKind::Reregistration | DecisionKind::Conversion => {
            Ok(None)
        }
    }
}

fn product(tx: &mut Tx, id: ProductId) -> Result<Option<String>> {
    let found = storage::products::find(tx, &Scope::ALL, id)?;
    Ok(found.map(|record| record.product.name))
}

fn firm(tx: &mut Tx, platform: PlatformId) -> Result<Option<String>> {
    Ok(storage::platforms::find(tx, platform)?.map(|found| found.name))
}
