//! Where the demo keeps its things, the configuration it runs on, and the credentials it hands out.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use database::vault::MasterKey;
use domain::ProductStatus;
use registry::Caller;
use registry::clients::NewClient;
use serde_json::json;
use storage::clients::ClientKind;
use storage::products::ProductRecord;
use tempfile::TempDir;

use super::clients::Clients;
use super::credentials::{
    CredentialsFile, DltAccess, EnvironmentAccess, NetworkAccess, OtherDistributor, write_secret,
};
use crate::config::Config;
use crate::inventory::{self, Inventory};
use crate::wiring::App;

/// The name under which the demo acts in the audit log.
pub const OPERATOR: &str = "cashlink demo";
/// How long the assets may take to be entered.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The demo's folder.
pub struct Place {
    folder: PathBuf,
    /// Removes a temporary folder at the end.
    _temporary: Option<TempDir>,
}

impl Place {
    /// The named folder, which is made if it is missing, or a temporary one.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(data: Option<&Path>) -> Result<Self> {
        match data {
            Some(folder) => {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("{} cannot be made", folder.display()))?;
                Ok(Self {
                    folder: folder.to_owned(),
                    _temporary: None,
                })
            }
            None => {
                let temporary = tempfile::Builder::new()
                    .prefix("cashlink-demo-")
                    .tempdir()?;
                Ok(Self {
                    folder: temporary.path().to_owned(),
                    _temporary: Some(temporary),
                })
            }
        }
    }

    /// The configuration of the demo: everything in this folder, webhooks to this machine allowed.
    ///
    /// # Errors
    /// If master key or network file cannot be written.
    pub fn configuration(
        &self,
        listen: SocketAddr,
        public_url: &str,
        network: Option<&Path>,
    ) -> Result<Config> {
        let master_key = self.secret("master.key")?;
        let network_file = match network {
            Some(file) => file.to_owned(),
            None => {
                let file = self.folder.join("network.json");
                std::fs::write(&file, crate::SAMPLE_NETWORK)?;
                file
            }
        };
        let config = json!({
            "public_url": public_url,
            "listen": listen,
            "network_file": network_file,
            "database": {"url": format!("sqlite:{}", self.folder.join("cashlink.sqlite").display())},
            "documents": {"directory": self.folder.join("documents")},
            "master_key": {"file": master_key},
            "webhooks": {"allow_networks": ["127.0.0.0/8", "::1"]},
            "mail": {"language": "en", "mailbox_networks": ["127.0.0.0/8", "::1"]},
        });
        serde_json::from_value(config).context("the demo's own configuration")
    }

    /// A file of the demo.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file with a master key, which is made if it is missing.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn secret(&self, name: &str) -> Result<PathBuf> {
        let file = self.file(name);
        if !file.exists() {
            write_secret(&file, MasterKey::generate()?.to_hex().as_bytes())?;
        }
        Ok(file)
    }

    fn clients_file(&self) -> PathBuf {
        self.folder.join("clients.json")
    }
}

/// Waits until every asset is entered, on the chain too.
///
/// # Errors
/// Which are not when the time is over.
pub async fn wait_for_tokens(app: &App) -> Result<Inventory> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let caller = Caller::network(OPERATOR);
    loop {
        let inventory = inventory::read(&app.registry, &caller).await?;
        let waiting = inventory
            .products
            .iter()
            .filter(|product| product.status == ProductStatus::Issuing);
        let waiting: Vec<&str> = waiting
            .map(|product| product.product.name.as_str())
            .collect();
        if waiting.is_empty() {
            return Ok(inventory);
        }
        if tokio::time::Instant::now() >= deadline {
            bail!(
                "after {} s these assets are not entered: {}",
                PATIENCE.as_secs(),
                waiting.join(", ")
            );
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The credentials of everybody, the same ones again when the demo continues on kept data.
///
/// # Errors
/// If clients cannot be made or kept.
pub async fn credentials(
    app: &App,
    place: &Place,
    inventory: &Inventory,
) -> Result<CredentialsFile> {
    let url = app.registry.settings.public_url.clone();
    let mut clients = Clients::read(app, &place.clients_file(), inventory)?;
    let mut environments = Vec::new();
    // An asset that nobody sells yet has nothing to hand out.
    let sold = |product: &&ProductRecord| inventory.campaigns_of(product).next().is_some();
    for product in inventory.products.iter().filter(sold) {
        environments.push(environment(&mut clients, &url, inventory, product).await?);
    }
    let network = clients.get(
        "network",
        NewClient {
            name: format!("{OPERATOR}: registrar"),
            kind: ClientKind::Network,
            environment: None,
            platform: None,
            issuer: None,
            scopes: Vec::new(),
        },
    );
    let network = network.await?;
    clients.keep()?;
    Ok(CredentialsFile {
        dlt: DltAccess {
            rpc_url: format!("{url}/dlt/rpc"),
            chain_id: app.ledger.network().chain_id,
        },
        network: NetworkAccess {
            url,
            credentials: network,
        },
        environments,
    })
}

async fn environment(
    clients: &mut Clients<'_>,
    url: &str,
    inventory: &Inventory,
    product: &ProductRecord,
) -> Result<EnvironmentAccess> {
    let name = &product.environment_name;
    let mut distributors = Vec::new();
    for campaign in inventory.campaigns_of(product) {
        let platform = inventory.platform_name(campaign.platform);
        let new = NewClient {
            name: format!("{OPERATOR}: {platform}"),
            kind: ClientKind::Distributor,
            environment: Some(product.environment),
            platform: Some(campaign.platform),
            issuer: None,
            scopes: Vec::new(),
        };
        distributors.push(OtherDistributor {
            name: platform.to_owned(),
            campaign_id: campaign.campaign.id.to_string(),
            credentials: clients
                .get(&format!("{name}/distributor/{}", campaign.platform), new)
                .await?,
        });
    }
    let issuer = NewClient {
        name: format!("{OPERATOR}: {}", product.issuer_name),
        kind: ClientKind::Issuer,
        environment: Some(product.environment),
        platform: None,
        issuer: Some(product.product.issuer_id),
        scopes: Vec::new(),
    };
    let issuer = clients.get(&format!("{name}/issuer"), issuer).await?;
    let mut distributors = distributors.into_iter();
    let first = distributors
        .next()
        .with_context(|| format!("nobody sells {}: it has no campaign", product.product.name))?;
    Ok(EnvironmentAccess {
        name: name.clone(),
        url: format!("{url}/environments/{name}/api/external"),
        product_id: product.product.id.to_string(),
        campaign_id: first.campaign_id,
        token_address: product.token_address.to_string(),
        distributor: first.credentials,
        issuer,
        other_distributors: distributors.collect(),
    })
}
