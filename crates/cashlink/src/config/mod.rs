//! The configuration: one TOML file, overridden by `CASHLINK__SECTION__KEY` in the environment. Unknown keys are refused.

mod check;
mod dlt;
mod load;
mod mail;
mod master_key;
mod signer;

pub use check::Checked;
pub(crate) use check::{code_hash, is_among, read_key};
pub use dlt::{Dlt, DltMode, Finality, Tag};
pub use load::{ConfigError, effective, load};
pub use mail::{CheckedMail, Mail};
pub use master_key::{Kms, MasterKeyPlace};
pub use signer::{Keystore, KmsKey, SignerPlace, Token};
pub(crate) use signer::{read_keystore, read_secret};

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Everything that `cashlink serve` can be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address under which partners reach the network; every link is built from it.
    pub public_url: String,
    /// Where to listen.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// Issuers, platforms and assets, applied at each start of the API; what exists already stays.
    #[serde(default)]
    pub network_file: Option<PathBuf>,
    /// The database.
    pub database: Database,
    /// The documents.
    pub documents: Documents,
    /// The key that wraps all others.
    pub master_key: MasterKeyPlace,
    /// Certificate and key, where no proxy ends TLS.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// What one client can ask for.
    #[serde(default)]
    pub limits: Limits,
    /// The webhooks.
    #[serde(default)]
    pub webhooks: Webhooks,
    /// The gateways that are run for partners.
    #[serde(default)]
    pub gateways: Gateways,
    /// Where the keys of backups are.
    #[serde(default)]
    pub backups: Backups,
    /// How people are written to.
    #[serde(default)]
    pub mail: Mail,
    /// The DLT network.
    #[serde(default)]
    pub dlt: Dlt,
    /// The worker.
    #[serde(default)]
    pub workers: Workers,
    /// Who may read `/metrics`.
    #[serde(default)]
    pub metrics: Metrics,
    /// The log.
    #[serde(default)]
    pub log: Log,
}

/// The database.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections to PostgreSQL.
    #[serde(default = "default_connections")]
    pub connections: usize,
    /// PEM file with the root certificates of PostgreSQL's server.
    #[serde(default)]
    pub root_certificates: Option<PathBuf>,
}

/// The documents.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// Folder of their sealed bytes; made if it is missing.
    pub directory: PathBuf,
}

/// Where a secret is: in a file or in a variable of the environment, never in the configuration itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Secret {
    /// A file, readable for the server only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The name of a variable of the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
}

/// What may stand where a secret is asked for. The secret itself must not: it is refused without being repeated.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Place(Place),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    file: Option<PathBuf>,
    env: Option<String>,
}

impl TryFrom<Written> for Secret {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Place(Place { file, env }) => Ok(Self { file, env }),
            Written::Other(_) => Err(
                "a secret does not stand in the configuration itself: write { file = \"…\" } or { env = \"…\" }",
            ),
        }
    }
}

/// Certificate chain and private key as PEM files.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// What one client can ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests per second of one client, lasting; absent: no limit.
    pub requests_per_second: Option<NonZeroU32>,
    /// Requests that one client may send at once.
    pub burst: Option<NonZeroU32>,
    /// Largest JSON body in bytes.
    pub body_bytes: usize,
    /// Largest document in bytes.
    pub document_bytes: usize,
    /// Longest time for one request in seconds.
    pub timeout_s: u64,
    /// Lifetime of an access token in seconds.
    pub token_lifetime_s: u64,
    /// Time for requests in flight when the server stops, in seconds.
    pub drain_s: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: None,
            burst: None,
            body_bytes: 1024 * 1024,
            document_bytes: 20 * 1024 * 1024,
            timeout_s: 30,
            token_lifetime_s: 3600,
            drain_s: 20,
        }
    }
}

/// The webhooks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// Networks that are not public and may be called all the same, also without TLS.
    pub allow_networks: Vec<String>,
    /// Attempts in the air at once.
    pub concurrency: usize,
    /// Time for one attempt in seconds.
    pub timeout_s: u64,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            allow_networks: Vec::new(),
            concurrency: 128,
            timeout_s: 15,
        }
    }
}

/// The gateways that are run for partners.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gateways {
    /// Folder of their SQLite files; absent: `gateways` beside the database. On PostgreSQL each has a schema.
    pub directory: Option<PathBuf>,
    /// Under which address they reach the network; absent: `public_url`.
    pub network_url: Option<String>,
}

/// The keys of backups, which are kept apart from them and not as long.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backups {
    /// Folder of the keys and of the list of destroyed ones; absent: `cashlink backup` and `restore` are told.
    pub keys: Option<PathBuf>,
    /// Days for which the keys of a backup are kept.
    pub keys_days: u32,
}

impl Default for Backups {
    fn default() -> Self {
        Self {
            keys: None,
            keys_days: 30,
        }
    }
}

/// The worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Workers {
    /// Deliveries that go to the DLT network together.
    pub batch: u32,
    /// How often to look for work that nobody announced, in milliseconds.
    pub poll_ms: u64,
    /// Seconds between two roots of a register's log on the DLT network at least. Statements wait for a root that covers them: the longer
    /// this is, the more of them share one transaction.
    pub anchors_apart_s: u64,
}

impl Default for Workers {
    fn default() -> Self {
        Self {
            batch: 250,
            poll_ms: 1000,
            anchors_apart_s: 0,
        }
    }
}

/// Who may read `/metrics`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Networks of the readers.
    pub allow_networks: Vec<String>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            allow_networks: vec!["127.0.0.1".to_owned(), "::1".to_owned()],
        }
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The log, on standard error.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` or `json`.
    pub format: LogFormat,
    /// Levels by module, such as `info,cashlink_worker=debug`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".to_owned(),
        }
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

fn default_connections() -> usize {
    16
}
