//! What a platform sells: for each asset its environment, its campaigns and its credentials, and the first call.

use std::collections::HashMap;

use database::Tx;
use domain::{EnvironmentId, PlatformId, ProductId};
use storage::Scope;
use storage::clients::{Client, ClientKind};
use storage::products::ProductRecord;
use wire::assets::{Asset, AssetClient, AssetDetail};

use crate::first_call::{Values, snippets};
use crate::{Caller, Error, Listed, Paging, Registry, Result, Right, client_holder};

/// Campaigns and clients of one platform that are looked at.
const MOST: u32 = 5_000;

/// The assets that are listed for the calling platform, oldest first.
///
/// # Errors
/// Refuses callers other than a platform.
pub async fn list(registry: &Registry, caller: &Caller, paging: Paging) -> Result<Listed<Asset>> {
    let platform = caller.require_platform(Right::ReadPlatform)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let scope = scope(platform);
            let (count, products) =
                storage::products::list(tx, &scope, paging.offset, paging.limit)?;
            let around = Around::of(&own, tx, platform)?;
            let items = products
                .iter()
                .map(|product| around.show(product))
                .collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One of them, with the first call.
///
/// # Errors
/// Not found if it is not listed for the caller.
pub async fn get(registry: &Registry, caller: &Caller, id: ProductId) -> Result<AssetDetail> {
    let platform = caller.require_platform(Right::ReadPlatform)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let product = storage::products::find(tx, &scope(platform), id)?
                .ok_or(Error::NotFound("asset"))?;
            let asset = Around::of(&own, tx, platform)?.show(&product);
            let first_call = asset.campaigns.first().map(|campaign| {
                snippets(&Values {
                    environment_url: &asset.environment_url,
                    campaign_id: &campaign.id.to_string(),
                    client_id: asset
                        .clients
                        .first()
                        .map(|client| client.client_id.as_str()),
                    client_secret: None,
                })
            });
            Ok(AssetDetail { asset, first_call })
        })
        .await
}

/// The first call of a client whose secret is shown in this very answer; none where its platform has no campaign yet.
pub(crate) fn first_call(
    tx: &mut Tx,
    client: &Client,
    environment_url: &str,
    secret: &str,
) -> Result<Option<wire::assets::FirstCall>> {
    let (ClientKind::Distributor, Some(environment), Some(platform)) =
        (client.kind, client.environment, client.platform)
    else {
        return Ok(None);
    };
    let scope = Scope {
        environment: Some(environment),
        ..scope(platform)
    };
    let (_, campaigns) = storage::campaigns::list(tx, &scope, None, 0, 1)?;
    Ok(campaigns.first().map(|record| {
        snippets(&Values {
            environment_url,
            campaign_id: &record.campaign.id.to_string(),
            client_id: Some(&client.client_id),
            client_secret: Some(secret),
        })
    }))
}

fn scope(platform: PlatformId) -> Scope {
    Scope {
        platform: Some(platform),
        ..Scope::ALL
    }
}

/// What belongs to a platform's assets, looked up once for all of them.
struct Around {
    public_url: String,
    campaigns: HashMap<ProductId, Vec<wire::products::Campaign>>,
    clients: HashMap<EnvironmentId, Vec<AssetClient>>,
    broker: domain::Broker,
    now: domain::Timestamp,
}

impl Around {
    fn of(registry: &Registry, tx: &mut Tx, platform: PlatformId) -> Result<Self> {
        let scope = scope(platform);
        let mut campaigns: HashMap<_, Vec<_>> = HashMap::new();
        for record in storage::campaigns::list(tx, &scope, None, 0, MOST)?.1 {
            let shown = translate::campaigns::show(&record.campaign);
            let product = record.campaign.product_id;
            campaigns.entry(product).or_default().push(shown);
        }
        let mut clients: HashMap<_, Vec<_>> = HashMap::new();
        for client in storage::clients::page(tx, &scope, 0, MOST)?.1 {
            if let (Some(environment), None) = (client.environment, client.revoked_at) {
                clients.entry(environment).or_default().push(AssetClient {
                    id: client.id.uuid(),
                    client_id: client.client_id,
                    name: client.name,
                });
            }
        }
        let standing =
            storage::platforms::find(tx, platform)?.ok_or(Error::NotFound("platform"))?;
        Ok(Self {
            public_url: registry.settings.public_url.clone(),
            campaigns,
            clients,
            broker: standing.broker,
            now: registry.clock.now(),
        })
    }

    fn show(&self, record: &ProductRecord) -> Asset {
        let name = &record.environment_name;
        let refusal = self
            .broker
            .check_investing(record.product.legal_form, self.now)
            .err();
        Asset {
            id: record.product.id.uuid(),
            name: record.product.name.clone(),
            isin: record.product.isin.to_string(),
            issuer_name: record.issuer_name.clone(),
            environment: name.clone(),
            environment_url: format!("{}/environments/{name}/api/external", self.public_url),
            mode: client_holder::mode(Some(name)),
            campaigns: self
                .campaigns
                .get(&record.product.id)
                .cloned()
                .unwrap_or_default(),
            clients: self
                .clients
                .get(&record.environment)
                .cloned()
                .unwrap_or_default(),
            refused_with: refusal.map(|refusal| refusal.code().to_owned()),
        }
    }
}
