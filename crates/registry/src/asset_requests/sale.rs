//! What an answer opens: listing and campaign, in the sandbox and in production.

use database::Tx;
use domain::{Campaign, CampaignId, FieldErrors, ListingId, PlatformId, ProductId};
use serde_json::json;
use storage::asset_requests::AssetRequestRecord;
use storage::campaigns::CampaignRecord;
use storage::parties::Listing;
use storage::products::ProductRecord;
use wire::issuing::CampaignCreate;

use crate::issuing::{offer, open_environment};
use crate::{Caller, Error, Registry, Result, audit, delivery, ids, issued_campaigns};

/// A campaign that was checked and can be opened.
pub(super) struct Sale {
    product: ProductRecord,
    sandbox: Option<ProductId>,
    campaign: Campaign,
}

/// The product; campaigns of one are made one after the other, so that their sum is exact.
pub(super) fn locked(tx: &mut Tx, product: ProductId) -> Result<ProductRecord> {
    storage::products::lock(tx, product)?;
    delivery::product(tx, product)
}

/// Refuses a platform that could not take investments of the product today (DIS-01).
pub(super) fn require_licence(
    registry: &Registry,
    tx: &mut Tx,
    platform: PlatformId,
    product: &ProductRecord,
) -> Result<()> {
    let standing =
        storage::platforms::lock(tx, platform)?.ok_or(Error::NotFound("distribution platform"))?;
    let form = product.product.legal_form;
    Ok(standing
        .broker
        .check_investing(form, registry.clock.now())?)
}

/// Checks everything before anything is written: a sale opens whole or not at all.
pub(super) fn prepare(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    record: &AssetRequestRecord,
    terms: &CampaignCreate,
) -> Result<Sale> {
    open_environment(product)?;
    require_licence(registry, tx, record.platform, product)?;
    let offer = offer(tx, product.product.id)?;
    let mut errors = FieldErrors::new();
    let campaign = translate::campaigns::create(&mut errors, terms, &offer.offer);
    issued_campaigns::check(registry, tx, errors, &campaign, (product, &offer.offer))?;
    Ok(Sale {
        product: product.clone(),
        sandbox: offer.sandbox,
        campaign,
    })
}

/// The registrar has seen the contract of the pair.
pub(super) fn allow(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    record: &mut AssetRequestRecord,
) -> Result<()> {
    if record.is_allowed {
        return Ok(());
    }
    let pair = (record.account, record.platform);
    storage::parties::allow(tx, pair, true, registry.clock.now())?;
    record.is_allowed = true;
    let detail = json!({"platform": record.platform.uuid(), "is_allowed": true});
    let target = record.account.to_string();
    audit::record(
        registry,
        tx,
        caller,
        "issuer.permit_platform",
        &target,
        &detail,
    )
}

impl Sale {
    /// Opens the twin, if the asset has one: the same campaign for units that are worth nothing.
    pub(super) fn open_sandbox(
        &self,
        registry: &Registry,
        tx: &mut Tx,
        record: &mut AssetRequestRecord,
    ) -> Result<()> {
        if let Some(twin) = self.sandbox {
            let twin = delivery::product(tx, twin)?;
            let campaign = self.open_at(registry, tx, &twin, record)?;
            record.sandbox = Some((campaign, twin.product.id, twin.environment_name));
        }
        Ok(())
    }

    /// Opens the sale.
    pub(super) fn open(
        &self,
        registry: &Registry,
        tx: &mut Tx,
        record: &mut AssetRequestRecord,
    ) -> Result<()> {
        record.campaign = Some(self.open_at(registry, tx, &self.product, record)?);
        Ok(())
    }

    fn open_at(
        &self,
        registry: &Registry,
        tx: &mut Tx,
        product: &ProductRecord,
        record: &AssetRequestRecord,
    ) -> Result<CampaignId> {
        let now = registry.clock.now();
        let listing = Listing {
            id: ListingId::from_uuid(ids::new()),
            product: product.product.id,
            platform: record.platform,
            platform_name: record.platform_name.clone(),
            is_allowed: true,
            created_at: now,
        };
        // The issuer may have listed it there before; one listing is enough.
        storage::parties::insert_listing(tx, &listing)?;
        let made = CampaignRecord {
            campaign: Campaign {
                id: CampaignId::from_uuid(ids::new()),
                product_id: product.product.id,
                ..self.campaign.clone()
            },
            environment: product.environment,
            platform: record.platform,
            created_at: now,
        };
        storage::campaigns::insert(tx, &made)?;
        Ok(made.campaign.id)
    }
}
