//! Listings of the calling issuer's products.

use domain::ProductId;
use wire::products::Listing;

use crate::{Caller, Listed, Paging, Registry, Result, Right};

/// Where the issuer's products are listed, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer.
pub async fn list_issued(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<Listing>> {
    let scope = caller.require(Right::ReadIssuedProducts)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::parties::listings(tx, &scope, product, paging.offset, paging.limit)?;
            let items = records
                .into_iter()
                .map(|listing| Listing {
                    id: listing.id.uuid(),
                    product_id: listing.product.uuid(),
                    distribution_platform_id: listing.platform.uuid(),
                    platform_company_name: listing.platform_name,
                    is_allowed: listing.is_allowed,
                    created_at: listing.created_at.to_string(),
                })
                .collect();
            Ok(Listed { count, items })
        })
        .await
}
