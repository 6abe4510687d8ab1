//! Campaigns of the calling platform in this environment.

use domain::{CampaignId, ProductId};
use wire::products::Campaign;

use crate::{Caller, Error, Listed, Paging, Registry, Result, Right};

/// The caller's campaigns, oldest first.
///
/// # Errors
/// Refuses callers other than a distributor.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<Campaign>> {
    let scope = caller.require(Right::ReadProducts)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::campaigns::list(tx, &scope, product, paging.offset, paging.limit)?;
            let items = records
                .iter()
                .map(|record| translate::campaigns::show(&record.campaign))
                .collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One campaign.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(registry: &Registry, caller: &Caller, id: CampaignId) -> Result<Campaign> {
    let scope = caller.require(Right::ReadProducts)?;
    registry
        .db
        .read(move |tx| {
            storage::campaigns::find(tx, &scope, id)?
                .map(|record| translate::campaigns::show(&record.campaign))
                .ok_or(Error::NotFound("campaign"))
        })
        .await
}
