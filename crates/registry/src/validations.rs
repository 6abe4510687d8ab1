//! The registrar's validation of crypto securities: it opens the product, or refuses it with a reason.

use database::Tx;
use domain::{DecisionKind, FieldErrors, ProductId, ProductStatus};
use serde_json::json;
use storage::Scope;
use storage::offers::OfferRecord;
use storage::products::ProductRecord;
use uuid::Uuid;
use wire::ProblemCode;
use wire::issuing::IssuedProduct;

use crate::issuing::{lock, note, show, show_all, shown};
use crate::mail::letters;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, decisions,
    notices, opening, register_content, terms,
};

/// Crypto securities that wait for the registrar, oldest first.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<IssuedProduct>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let status = ProductStatus::Validation;
            let (count, records) =
                storage::products::with_status(tx, status, paging.offset, paging.limit)?;
            let items = show_all(tx, &records)?;
            Ok(Listed { count, items })
        })
        .await
}

/// A product with all that its issuer has said, for the registrar.
///
/// # Errors
/// Refuses other callers; not found if there is none.
pub async fn get(registry: &Registry, caller: &Caller, id: ProductId) -> Result<IssuedProduct> {
    let scope = caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let record =
                storage::products::find(tx, &scope, id)?.ok_or(Error::NotFound("product"))?;
            show(tx, &record)
        })
        .await
}

/// Proposes that a crypto security be entered; a second actor confirms.
///
/// # Errors
/// `product_state` if it does not wait; `terms_not_deposited`; `terms_not_current`; `network_not_stated`; a field error without a reason, and for each field that is missing of what is entered; not found if there is none.
pub async fn propose(
    registry: &Registry,
    request: &Request,
    id: ProductId,
    reason: String,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let (record, offer) = lock(tx, &Scope::ALL, id)?;
            require_ready(&own, tx, (&record, &offer))?;
            let proposal = decisions::Proposal {
                kind: DecisionKind::ProductValidation,
                target: id.uuid(),
                content: json!({"isin": record.product.isin.as_str()}),
                reason: reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed validation: the product is opened. What the issuer has changed meanwhile is checked again.
pub(crate) fn validated(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    product: Uuid,
) -> Result<()> {
    let id = ProductId::from_uuid(product);
    let (mut record, mut offer) = lock(tx, &Scope::ALL, id)?;
    require_ready(registry, tx, (&record, &offer))?;
    opening::open(registry, tx, &mut record, &mut offer)?;
    notices::product_decided(registry, tx, &record, letters::Decision::Approved)?;
    note(registry, tx, caller, "product.validate", &record)
}

/// Refuses a crypto security with a reason that its issuer reads.
///
/// # Errors
/// `product_state` if it does not wait; a field error without a reason; not found if there is none.
pub async fn reject(
    registry: &Registry,
    request: &Request,
    id: ProductId,
    reason: String,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let mut errors = FieldErrors::new();
    domain::text::check_text(&mut errors, "reason", &reason);
    errors.into_result(Some(()))?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let (mut record, mut offer) = lock(tx, &Scope::ALL, id)?;
            require_waiting(&record)?;
            record.status = ProductStatus::Rejected;
            offer.rejection_reason = Some(reason.clone());
            storage::products::update(tx, &record)?;
            storage::offers::update(tx, &offer)?;
            note(&own, tx, &caller, "product.reject", &record)?;
            notices::product_decided(&own, tx, &record, letters::Decision::Refused)?;
            let circle = storage::offers::circle(tx, id)?;
            Done::ok(id, &shown(&record, &offer, &circle))
        })
        .await
}

/// Its terms must be with the registrar before the entry, as they are now (§ 5(1) eWpG), its network be one that it can be entered on, and
/// nothing be missing of what is entered (§ 17(1) eWpG).
fn require_ready(
    registry: &Registry,
    tx: &mut Tx,
    (record, offer): (&ProductRecord, &OfferRecord),
) -> Result<()> {
    require_waiting(record)?;
    opening::require_network(registry, record)?;
    terms::require(tx, record)?;
    register_content::require(registry, tx, record, &offer.offer)
}

fn require_waiting(record: &ProductRecord) -> Result<()> {
    if record.status == ProductStatus::Validation {
        return Ok(());
    }
    Err(Error::Problem(
        ProblemCode::ProductState,
        format!(
            "A product with the status {} is not validated.",
            record.status
        ),
    ))
}
