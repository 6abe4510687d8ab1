//! Where hosted gateways keep their data, and how one is put together.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use database::Db;
use database::vault::Vault;
use gateway::{Configured, Gateway, Parts, Settings};
use http::Network;
use registry::gateways::Hosted;
use webhooks::Guard;

/// A gateway has few writers; all of them share the server's connections.
const CONNECTIONS: usize = 3;
/// How soon an environment that cannot call is asked.
const SILENT_AFTER: Duration = Duration::from_secs(5);

/// Where the databases are, and what all gateways have in common.
pub struct Place {
    /// The databases.
    pub databases: Databases,
    /// Where webhooks may go: the partner's application, and the gateway itself.
    pub guard: Guard,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Under which address the gateways reach the network's environments, without a slash at the end.
    pub network_url: String,
    /// How often to look for work that nobody announced.
    pub poll: Duration,
}

/// Each gateway has its own.
pub enum Databases {
    /// A SQLite file each.
    Folder(PathBuf),
    /// A schema each.
    Postgres(database::Options),
}

impl Databases {
    /// The same kind of database as the network's own.
    pub fn beside(main: database::Options, folder: Option<PathBuf>) -> Self {
        let Some(file) = main.url.strip_prefix("sqlite:") else {
            return Self::Postgres(main);
        };
        let file = PathBuf::from(file.trim_start_matches("//"));
        let beside = || file.parent().unwrap_or(&file).join("gateways");
        Self::Folder(folder.unwrap_or_else(beside))
    }

    fn options(&self, slug: &str) -> Result<database::Options, registry::Error> {
        match self {
            Self::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(registry::Error::fault)?;
                Ok(database::Options::sqlite(
                    &folder.join(format!("{slug}.sqlite")),
                ))
            }
            Self::Postgres(main) => {
                let mut options = main.clone();
                options.connections = main.connections.min(CONNECTIONS);
                options.schema = Some(format!("gateway_{}", slug.replace('-', "_")));
                Ok(options)
            }
        }
    }
}

impl Place {
    /// Opens a gateway over its database, which is made if it is missing: nobody else uses it.
    pub(super) async fn open(&self, hosted: &Hosted) -> Result<Gateway, registry::Error> {
        let db = Db::open(&self.databases.options(&hosted.slug)?).await?;
        database::migrate(&db, &gateway::COMPONENTS)
            .await
            .map_err(registry::Error::fault)?;
        let vault = Vault::open(&db, hosted.master_key.clone()).await?;
        let mut settings = Settings::new(hosted.url.clone());
        settings.name.clone_from(&hosted.slug);
        settings.trusted_proxies = self.trusted_proxies.clone();
        settings.poll = self.poll;
        settings.configured = Configured::ByItsHost;
        // The network's own webhooks come here only where it may call its own address.
        if self.guard.check_url(&hosted.url).is_err() {
            settings.silent_after = SILENT_AFTER;
        }
        let parts = Parts {
            db,
            vault,
            clock: Arc::new(|| registry::clock::real_now().micros()),
            guard: self.guard.clone(),
            settings,
        };
        Gateway::open(parts).await.map_err(registry::Error::fault)
    }
}
