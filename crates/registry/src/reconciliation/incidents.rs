//! What does not fit and cannot be explained: opened by the comparison, closed by two people.

use database::Tx;
use domain::{DecisionId, DecisionKind, IncidentId, ProductId};
use serde_json::json;
use storage::Scope;
use storage::incidents::{self, Incident};
use storage::reconciliations::{self, Reconciliation};
use uuid::Uuid;
use wire::reconciliation::{self as shown, IncidentClosure};

use super::{Difference, told};
use crate::decisions::{self, Proposal};
use crate::{
    Answer, Caller, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids, movements,
};

/// Who opens them, by its name in the audit log.
const WORKER: &str = "reconciliation";

/// Opens one.
pub(super) fn open(
    registry: &Registry,
    tx: &mut Tx,
    (product, at_block): (ProductId, u64),
    difference: &Difference,
) -> Result<()> {
    let incident = Incident {
        id: IncidentId::from_uuid(ids::new()),
        product,
        wallet: difference.wallet,
        register_units: difference.register,
        network_units: difference.network,
        at_block,
        opened_at: registry.clock.now(),
        closed_at: None,
        decision: None,
    };
    incidents::insert(tx, &incident)?;
    let product = product.to_string();
    tracing::error!(
        product,
        at_block,
        "register and DLT network differ without an explanation: {}",
        told(std::slice::from_ref(difference))
    );
    let caller = Caller::network(WORKER);
    let detail = json!({
        "product": product, "at_block": at_block,
        "wallet": incident.wallet.map(|wallet| wallet.to_string()),
        "register_units": difference.register, "network_units": difference.network,
    });
    let target = incident.id.to_string();
    audit::record(registry, tx, &caller, "incident.open", &target, &detail)
}

/// How each register was compared last.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn states(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<shown::Reconciliation>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let (count, found) = reconciliations::list(tx, paging.offset, paging.limit)?;
            let items = found.into_iter().map(|state| state_shown(tx, state));
            let items = items.collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// Incidents, oldest first; all, or those that are open.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    only_open: bool,
    paging: Paging,
) -> Result<Listed<shown::Incident>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let (count, found) = incidents::list(tx, only_open, (paging.offset, paging.limit))?;
            let items = found.into_iter().map(|one| incident_shown(tx, one));
            let items = items.collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One incident.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is none.
pub async fn get(registry: &Registry, caller: &Caller, id: IncidentId) -> Result<shown::Incident> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let found = incidents::find(tx, id)?.ok_or(NOT_FOUND)?;
            incident_shown(tx, found)
        })
        .await
}

/// Proposes that what an incident holds is free again; a second actor confirms. If the two still differ, the next looks open another one.
///
/// # Errors
/// `conflict` if it is closed, or that is proposed already; not found if there is none.
pub async fn propose_closure(
    registry: &Registry,
    request: &Request,
    id: IncidentId,
    body: IncidentClosure,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let incident = incidents::find(tx, id)?.ok_or(NOT_FOUND)?;
            if incident.closed_at.is_some() {
                return Err(closed_already());
            }
            let proposal = Proposal {
                kind: DecisionKind::IncidentClosure,
                target: id.uuid(),
                content: json!({}),
                reason: body.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed closure.
pub(crate) fn closed(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    (decision, target): (DecisionId, Uuid),
) -> Result<()> {
    let id = IncidentId::from_uuid(target);
    if !incidents::close(tx, id, registry.clock.now(), decision)? {
        return Err(closed_already());
    }
    let detail = json!({"decision": decision.to_string()});
    let target = id.to_string();
    audit::record(registry, tx, caller, "incident.close", &target, &detail)
}

const NOT_FOUND: Error = Error::NotFound("incident");

fn closed_already() -> Error {
    let text = "The incident is closed already.".to_owned();
    Error::Problem(wire::ProblemCode::Conflict, text)
}

fn isin(tx: &mut Tx, product: ProductId) -> Result<String> {
    let found = storage::products::find(tx, &Scope::ALL, product)?;
    Ok(found
        .ok_or(Error::NotFound("product"))?
        .product
        .isin
        .to_string())
}

pub(super) fn state_shown(tx: &mut Tx, state: Reconciliation) -> Result<shown::Reconciliation> {
    Ok(shown::Reconciliation {
        product_id: state.product.uuid(),
        isin: isin(tx, state.product)?,
        sequence: state.sequence,
        at_block: state.at_block,
        wallets: state.wallets,
        looked_at: state.looked_at.to_string(),
        differs_since: state.differs_since.map(|since| since.to_string()),
        differences: state.differences,
        movements: movements::waiting(tx, state.product)?,
    })
}

pub(super) fn incident_shown(tx: &mut Tx, incident: Incident) -> Result<shown::Incident> {
    Ok(shown::Incident {
        id: incident.id.uuid(),
        product_id: incident.product.uuid(),
        isin: isin(tx, incident.product)?,
        wallet_address: incident.wallet.map(|wallet| wallet.to_string()),
        register_units: incident.register_units,
        network_units: incident.network_units,
        at_block: incident.at_block,
        opened_at: incident.opened_at.to_string(),
        closed_at: incident.closed_at.map(|at| at.to_string()),
        decision_id: incident.decision.map(|decision| decision.uuid()),
    })
}
