//! The partner's side of the network: one Distributor API in front of every environment.
//!
//! An investor is kept once, as a document and the ordered list of its changes; each environment in which it exists has a copy that
//! works through that list (`docs/decisions/`, "The gateway replays an investor's changes"). Handlers write rows and answer from rows;
//! only the workers and the placing of orders speak to environments.

mod api;
mod bell;
mod catalogue;
mod changes;
mod clients;
mod compare;
mod documents;
mod drift;
mod endpoints;
mod environments;
mod error;
mod events;
mod forward;
mod inbox;
mod instructions;
mod investments;
mod investors;
mod mapping;
mod merge;
mod orders;
mod pages;
mod parts;
mod registers;
mod remote;
mod setup;
mod statements;
mod status;
mod store;
mod time;
mod worker;
mod write;

pub use api::router;
pub use clients::{
    NewClient, create as create_client, has_any as has_clients, keep as keep_client,
    list as clients,
};
pub use drift::{again as compare_again, found as differences};
pub use error::{Error, Result};
pub use registers::{follow_anew as follow_register_anew, followed as registers};
pub use setup::{
    EnvironmentSetup, SetupRefusal, apply as apply_environment, remove as remove_environment, sell,
    sold,
};
pub use status::of as status;
pub use worker::Worker;

use std::sync::Arc;
use std::time::Duration;

use database::vault::{DataKey, Vault};
use database::{Component, Db, Migration};
use http::AccessTokens;
use metrics::Label;
use webhooks::{Clock, Guard};

use bell::Bell;
use orders::Outcomes;
use remote::Remotes;

/// The gateway's tables.
pub const COMPONENT: Component = Component {
    name: "gateway",
    migrations: &[
        Migration {
            version: 1,
            name: "gateway",
            sqlite: include_str!("../migrations/sqlite/V0001__gateway.sql"),
            postgres: include_str!("../migrations/postgres/V0001__gateway.sql"),
        },
        Migration {
            version: 2,
            name: "checkpoints",
            sqlite: include_str!("../migrations/sqlite/V0002__checkpoints.sql"),
            postgres: include_str!("../migrations/postgres/V0002__checkpoints.sql"),
        },
        Migration {
            version: 3,
            name: "campaigns",
            sqlite: include_str!("../migrations/sqlite/V0003__campaigns.sql"),
            postgres: include_str!("../migrations/postgres/V0003__campaigns.sql"),
        },
        Migration {
            version: 4,
            name: "instructions",
            sqlite: include_str!("../migrations/sqlite/V0004__instructions.sql"),
            postgres: include_str!("../migrations/postgres/V0004__instructions.sql"),
        },
        Migration {
            version: 5,
            name: "statements",
            sqlite: include_str!("../migrations/sqlite/V0005__statements.sql"),
            postgres: include_str!("../migrations/postgres/V0005__statements.sql"),
        },
    ],
};

/// All tables of a gateway's database.
pub const COMPONENTS: [Component; 3] = [database::COMPONENT, webhooks::COMPONENT, COMPONENT];

/// Where the Distributor API stands below the gateway's address.
const API: &str = "/distributor/v2";
/// The purpose under which the key of the access tokens is derived.
const TOKENS: &str = "cashlink gateway access tokens";

/// Choices of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What its figures are labelled with, where one process has several: the partner's name in addresses.
    pub name: String,
    /// Where the partner's application and the environments reach the gateway, without a slash at the end.
    pub public_url: String,
    /// How long an order is waited for before the answer says that it waits.
    pub answer_within: Duration,
    /// How long one call to an environment may take.
    pub call_timeout: Duration,
    /// How often to look for work that nobody announced.
    pub poll: Duration,
    /// After how long without a word an environment is asked for its events.
    pub silent_after: Duration,
    /// How often every investor is compared with its copies; none: on demand only.
    pub compare_every: Option<Duration>,
    /// How often products and campaigns are read again.
    pub catalogue_every: Duration,
    /// How often the registers of what is sold are asked for their checkpoints.
    pub registers_every: Duration,
    /// Whether the gateway registers itself for webhooks where an environment lets it.
    pub registers_webhooks: bool,
    /// Lifetime of the application's access tokens.
    pub token_lifetime: Duration,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<http::Network>,
    /// Who says what the environments are.
    pub configured: Configured,
}

/// Who says what a gateway's environments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Configured {
    /// Whoever has its credential, on its pages too.
    ByItself,
    /// Whoever hosts it: there are no pages.
    ByItsHost,
}

impl Settings {
    /// The usual figures.
    pub fn new(public_url: impl Into<String>) -> Self {
        Self {
            name: "own".to_owned(),
            public_url: public_url.into().trim_end_matches('/').to_owned(),
            answer_within: Duration::from_secs(20),
            call_timeout: Duration::from_secs(15),
            poll: Duration::from_secs(1),
            silent_after: Duration::from_secs(30),
            compare_every: Some(Duration::from_secs(6 * 3600)),
            catalogue_every: Duration::from_secs(60),
            registers_every: Duration::from_secs(60),
            registers_webhooks: true,
            token_lifetime: http::DEFAULT_LIFETIME,
            trusted_proxies: Vec::new(),
            configured: Configured::ByItself,
        }
    }
}

/// What a gateway is put together from.
pub struct Parts {
    /// Its database, migrated.
    pub db: Db,
    /// Keys of persons and secrets.
    pub vault: Vault,
    /// Real time: environments are other people's servers.
    pub clock: Clock,
    /// Where the partner's application may be told of events.
    pub guard: Guard,
    /// Choices of the configuration.
    pub settings: Settings,
}

/// The gateway. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) db: Db,
    pub(crate) vault: Vault,
    pub(crate) clock: Clock,
    pub(crate) guard: Guard,
    pub(crate) settings: Arc<Settings>,
    pub(crate) tokens: AccessTokens,
    pub(crate) remotes: Arc<Remotes>,
    pub(crate) outcomes: Arc<Outcomes>,
    /// The desks of the environments look for work when it rings.
    pub(crate) bell: Arc<Bell>,
    /// Seals answers that hold no personal data.
    answers_key: DataKey,
}

impl Gateway {
    /// Puts the gateway together.
    ///
    /// # Errors
    /// Fails if the database does.
    pub async fn open(parts: Parts) -> Result<Self> {
        let vault = parts.vault.clone();
        let key = parts
            .db
            .write(move |tx| -> Result<_> { Ok(vault.new_key(tx, None)?) });
        let answers_key = key.await?;
        let tokens = AccessTokens::new(
            parts.vault.master().derive(TOKENS),
            parts.settings.token_lifetime,
            Arc::new(http::RealSurroundings),
        );
        Ok(Self {
            db: parts.db,
            vault: parts.vault,
            clock: parts.clock,
            guard: parts.guard,
            remotes: Arc::new(Remotes::new(parts.settings.call_timeout)),
            settings: Arc::new(parts.settings),
            tokens,
            outcomes: Arc::default(),
            bell: Arc::default(),
            answers_key,
        })
    }

    /// Now, in microseconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// What is counted of something that was done with an environment.
    pub(crate) fn labels(&self, environment: &str, outcome: &'static str) -> [Label; 3] {
        [
            Label::new("gateway", self.settings.name.clone()),
            Label::new("environment", environment.to_owned()),
            Label::new("outcome", outcome),
        ]
    }

    /// Which database this is on, for those who look behind the API.
    pub fn db(&self) -> &Db {
        &self.db
    }
}
