//! What the registrar says about transfers of a product.

use domain::ProductId;
use storage::Scope;

use crate::{Answer, Caller, Done, Error, Registry, Request, Result, Right, audit};

/// The rules of a product.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
) -> Result<wire::transfers::TransferRules> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            storage::products::find(tx, &Scope::ALL, product)?.ok_or(Error::NotFound("product"))?;
            let rules = storage::transfer_rules::find(tx, product)?;
            Ok(translate::transfers::show_rules(&rules))
        })
        .await
}

/// Says them anew. Instructions that wait are checked against them when their turn comes.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product.
pub async fn set(
    registry: &Registry,
    request: &Request,
    product: ProductId,
    body: wire::transfers::TransferRules,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let rules = translate::transfers::rules(&body);
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            storage::products::find(tx, &Scope::ALL, product)?.ok_or(Error::NotFound("product"))?;
            storage::transfer_rules::set(tx, product, &rules, own.clock.now())?;
            let shown = translate::transfers::show_rules(&rules);
            let detail = serde_json::json!({ "paused": shown.paused });
            let target = product.to_string();
            audit::record(&own, tx, &caller, "transfer_rules.set", &target, &detail)?;
            Done::ok(product, &shown)
        })
        .await
}
