//! Who a holder is, for the supervisor (§ 19 eWpRV): read at any time, and each look is a line in the audit log.

use domain::{HolderId, ProductId};
use serde_json::json;
use wire::inspections::InspectedHolder;

use crate::{Caller, Error, Registry, Result, Right, audit, inspections};

/// Who a holder is; nobody for the issuer, and for whom was erased. That it was read is noted.
///
/// # Errors
/// Refuses callers who may not; not found if there is no such holder in this register.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
    holder: HolderId,
) -> Result<Option<InspectedHolder>> {
    caller.require(Right::ReadIdentities)?;
    let (own, caller) = (registry.clone(), caller.clone());
    registry
        .db
        .write(move |tx| {
            storage::holdings::investor_of(tx, product, holder)?
                .ok_or(Error::NotFound("holder"))?;
            let who = inspections::identity(&own, tx, product, holder)?;
            let (target, detail) = (holder.to_string(), json!({"product": product.to_string()}));
            audit::record(&own, tx, &caller, "holder.identify", &target, &detail)?;
            Ok(who)
        })
        .await
}
