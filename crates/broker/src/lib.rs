//! A small investment platform, as a distribution partner would have it: a person picks an asset, enters its data and invests.
//!
//! It knows one URL and one credential, those of its gateway, and speaks to it through the partner's library alone. Pages write rows and
//! answer from rows; what has to be said to the gateway follows them (`work`), each call with a key that follows from a row, so that
//! a broker that died goes on where it was.

mod customer;
mod error;
mod form;
mod hooks;
mod layout;
mod market;
mod pages;
pub mod paper;
mod store;
mod work;

pub use error::{Error, Result};
pub use pages::router;
pub use work::run;

use std::sync::Arc;
use std::time::Duration;

use database::vault::Vault;
use database::{Component, Db, Migration};
use sdk::{Client, Distributor, Environment};
use tokio::sync::Notify;

/// The broker's tables.
pub const COMPONENT: Component = Component {
    name: "broker",
    migrations: &[Migration {
        version: 1,
        name: "broker",
        sqlite: include_str!("../migrations/sqlite/V0001__broker.sql"),
        postgres: include_str!("../migrations/postgres/V0001__broker.sql"),
    }],
};

/// All tables of a broker's database.
pub const COMPONENTS: [Component; 2] = [database::COMPONENT, COMPONENT];

/// What a broker is put together from.
pub struct Parts {
    /// Its database, migrated.
    pub db: Db,
    /// Keys of its customers.
    pub vault: Vault,
    /// Where it is reached, without a slash at the end.
    pub url: String,
    /// The firm, for the top of every page.
    pub firm: String,
    /// The one URL and the one credential.
    pub gateway: Environment,
    /// Now, in microseconds since the Unix epoch.
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// How often to look for work that nobody announced.
    pub poll: Duration,
}

/// The broker. Cheap to clone.
#[derive(Clone)]
pub struct Broker {
    db: Db,
    vault: Vault,
    api: Distributor,
    hooks: Arc<hooks::Hooks>,
    url: Arc<str>,
    firm: Arc<str>,
    clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    poll: Duration,
    /// Rung when there is something to say to the gateway.
    bell: Arc<Notify>,
}

impl Broker {
    /// Puts it together.
    ///
    /// # Errors
    /// If the gateway's URL is none, or the database fails.
    pub async fn open(parts: Parts) -> Result<Self> {
        let hooks = hooks::Hooks::open(&parts.db, &parts.vault).await?;
        let client = Client::new(parts.gateway)?;
        Ok(Self {
            db: parts.db,
            vault: parts.vault,
            api: client.distributor(),
            hooks: Arc::new(hooks),
            url: parts.url.into(),
            firm: parts.firm.into(),
            clock: parts.clock,
            poll: parts.poll,
            bell: Arc::default(),
        })
    }

    /// Its database, for whoever closes it.
    pub fn db(&self) -> &Db {
        &self.db
    }

    fn now(&self) -> i64 {
        (self.clock)()
    }
}
