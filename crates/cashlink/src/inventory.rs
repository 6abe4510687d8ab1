//! What is set up in a network, read at one moment: for the start page, the demo's credentials and the operator's lists.

use anyhow::Result;
use registry::{Caller, Registry, Right};
use storage::Scope;
use storage::campaigns::CampaignRecord;
use storage::clients::Client;
use storage::environments::Environment;
use storage::issuers::Issuer;
use storage::parties::{Listing, Platform};
use storage::products::ProductRecord;

/// More than any network has; the lists of this file are for people.
const MOST: u32 = 100_000;

/// Everything that is set up, oldest first.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// Who issues.
    pub issuers: Vec<Issuer>,
    /// Who sells.
    pub platforms: Vec<Platform>,
    /// The API spaces.
    pub environments: Vec<Environment>,
    /// The assets.
    pub products: Vec<ProductRecord>,
    /// Who may sell what.
    pub listings: Vec<Listing>,
    /// The slices that are sold.
    pub campaigns: Vec<CampaignRecord>,
    /// The OAuth clients.
    pub clients: Vec<Client>,
}

/// Reads all of it on one snapshot.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn read(registry: &Registry, caller: &Caller) -> Result<Inventory> {
    caller.require(Right::ReadNetwork)?;
    let inventory = registry.db.read(|tx| -> registry::Result<Inventory> {
        Ok(Inventory {
            issuers: storage::issuers::list(tx, &Scope::ALL, 0, MOST)?.1,
            platforms: storage::parties::platforms(tx)?,
            environments: storage::environments::list(tx)?,
            products: storage::products::list(tx, &Scope::ALL, 0, MOST)?.1,
            listings: storage::parties::listings(tx, &Scope::ALL, None, 0, MOST)?.1,
            campaigns: storage::campaigns::list(tx, &Scope::ALL, None, 0, MOST)?.1,
            clients: storage::clients::list(tx)?,
        })
    });
    Ok(inventory.await?)
}

/// The assets alone, as many as a page shows.
///
/// # Errors
/// Fails if the database does.
pub async fn assets(registry: &Registry) -> Result<Vec<ProductRecord>> {
    const SHOWN: u32 = 200;
    let products = registry.db.read(|tx| -> registry::Result<_> {
        Ok(storage::products::list(tx, &Scope::ALL, 0, SHOWN)?.1)
    });
    Ok(products.await?)
}

/// The assets that anybody may know of: issued, and offered to more than a circle.
///
/// # Errors
/// Fails if the database does.
pub async fn public_assets(registry: &Registry) -> Result<Vec<ProductRecord>> {
    let restricted = registry
        .db
        .read(|tx| -> registry::Result<_> { Ok(storage::offers::restricted(tx)?) });
    let restricted = restricted.await?;
    let mut assets = assets(registry).await?;
    assets.retain(|record| record.status.is_issued() && !restricted.contains(&record.product.id));
    Ok(assets)
}

impl Inventory {
    /// The campaigns of a product, in the order in which they were made.
    pub fn campaigns_of(&self, product: &ProductRecord) -> impl Iterator<Item = &CampaignRecord> {
        let id = product.product.id;
        self.campaigns
            .iter()
            .filter(move |record| record.campaign.product_id == id)
    }

    /// Firm of a platform.
    pub fn platform_name(&self, id: domain::PlatformId) -> &str {
        let platform = self.platforms.iter().find(|platform| platform.id == id);
        platform.map_or("?", |platform| &platform.name)
    }
}
