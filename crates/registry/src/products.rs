//! Products: as far as they are listed for a platform, owned by an issuer, or all.

use domain::{ProductId, ProductStatus};
use storage::Scope;
use storage::products::ProductRecord;
use wire::products::Product;

use crate::{Caller, Error, Listed, Paging, Registry, Result, Right};

/// Products listed for the caller's platform in this environment, oldest first.
///
/// # Errors
/// Refuses callers other than a distributor.
pub async fn list(registry: &Registry, caller: &Caller, paging: Paging) -> Result<Listed<Product>> {
    seen(registry, caller.require(Right::ReadProducts)?, paging).await
}

/// One of them.
///
/// # Errors
/// Not found if it is not listed for the caller's platform.
pub async fn get(registry: &Registry, caller: &Caller, id: ProductId) -> Result<Product> {
    one(registry, caller.require(Right::ReadProducts)?, id).await
}

/// Every product, oldest first, for the registrar.
///
/// # Errors
/// Refuses other callers.
pub async fn list_all(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<Product>> {
    seen(registry, caller.require(Right::ReadNetwork)?, paging).await
}

/// One of them.
///
/// # Errors
/// Not found if there is none.
pub async fn get_any(registry: &Registry, caller: &Caller, id: ProductId) -> Result<Product> {
    one(registry, caller.require(Right::ReadNetwork)?, id).await
}

/// A product with the environment in which it is sold.
#[derive(Clone, Debug)]
pub struct Sold {
    /// Name of the environment.
    pub environment: String,
    /// The product.
    pub product: Product,
}

/// Products listed for the caller's platform, over all environments, oldest first.
///
/// # Errors
/// Refuses callers other than a platform.
pub async fn list_sold(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<Sold>> {
    let scope = caller.require(Right::ReadPlatform)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::products::list(tx, &scope, paging.offset, paging.limit)?;
            let items = records.iter().map(|record| Sold {
                environment: record.environment_name.clone(),
                product: shown(record),
            });
            Ok(Listed {
                count,
                items: items.collect(),
            })
        })
        .await
}

/// Products of the issuer, or listed for the platform, that the caller manages people of.
///
/// # Errors
/// Refuses who manages nobody.
pub async fn of_party(registry: &Registry, caller: &Caller) -> Result<Vec<Product>> {
    let scope = caller.require(Right::ManageMembers)?;
    let first = Paging {
        offset: 0,
        limit: u32::try_from(domain::people::MOST_PRODUCTS).unwrap_or(u32::MAX),
    };
    Ok(seen(registry, scope, first).await?.items)
}

async fn seen(registry: &Registry, scope: Scope, paging: Paging) -> Result<Listed<Product>> {
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::products::list(tx, &scope, paging.offset, paging.limit)?;
            let items = records.iter().map(shown).collect();
            Ok(Listed { count, items })
        })
        .await
}

async fn one(registry: &Registry, scope: Scope, id: ProductId) -> Result<Product> {
    registry
        .db
        .read(move |tx| {
            storage::products::find(tx, &scope, id)?
                .map(|record| shown(&record))
                .ok_or(Error::NotFound("product"))
        })
        .await
}

fn shown(record: &ProductRecord) -> Product {
    let token = (record.status == ProductStatus::Active).then(|| record.token_address.to_string());
    translate::products::show(
        &record.product,
        translate::products::Surroundings {
            issuer_name: &record.issuer_name,
            chain_id: record.chain_id,
            token_address: token,
            status: record.status,
            sector: record.sector.as_deref(),
            description: record.description.as_deref(),
            essential_terms: &record.essential_terms,
            created_at: record.created_at.to_string(),
        },
    )
}
