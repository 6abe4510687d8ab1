//! The gateway's configuration: one TOML file, overridden by `CASHLINK_GATEWAY__SECTION__KEY`. Unknown keys are refused.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use database::vault::MasterKey;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use gateway::EnvironmentSetup;
use serde::Deserialize;
use uuid::Uuid;

use crate::config::{ConfigError, Database, Log, Metrics, Secret};

/// Variables that override the file.
const PREFIX: &str = "CASHLINK_GATEWAY__";

/// Everything that `cashlink gateway` can be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the partner's application and the environments reach the gateway.
    pub public_url: String,
    /// Where to listen.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// The database; nobody else uses it.
    pub database: Database,
    /// The key that wraps all others.
    pub master_key: Secret,
    /// The assets that the partner sells; more can be added on the command line.
    #[serde(default)]
    pub environments: Vec<Environment>,
    /// How long things may take.
    #[serde(default)]
    pub limits: Limits,
    /// The one stream, and how environments tell.
    #[serde(default)]
    pub webhooks: Webhooks,
    /// Who may see the page of the state and `/metrics`.
    #[serde(default)]
    pub metrics: Metrics,
    /// The log.
    #[serde(default)]
    pub log: Log,
}

/// What the partner is given for an asset.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    name: String,
    url: String,
    /// None: a home, where every investor is.
    #[serde(default)]
    campaign_ids: Vec<Uuid>,
    client_id: String,
    client_secret: Secret,
    /// For environments that show a token instead of a signature.
    #[serde(default)]
    webhook_bearer_token: Option<Secret>,
    #[serde(default)]
    eager: bool,
    #[serde(default)]
    concurrency: Option<u32>,
    #[serde(default)]
    requests_per_second: Option<u32>,
    #[serde(default)]
    repairs: bool,
}

/// How long things may take, in seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How long an order is waited for before the answer says that it waits.
    pub answer_within_s: u64,
    /// How long one call to an environment may take.
    pub call_timeout_s: u64,
    /// After how long without a word an environment is asked for its events.
    pub silent_after_s: u64,
    /// How often everything is compared; 0: on demand only.
    pub compare_every_s: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer_within_s: 20,
            call_timeout_s: 15,
            silent_after_s: 30,
            compare_every_s: 6 * 3600,
        }
    }
}

/// The stream to the partner's application, and the messages of environments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// Networks that are not public and may be told all the same.
    pub allow_networks: Vec<String>,
    /// Whether the gateway registers itself where an environment lets it; it must be reachable at `public_url` for that.
    pub register: bool,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            allow_networks: Vec::new(),
            register: true,
        }
    }
}

/// Reads the file, if one is named, and the environment.
pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    if let Some(file) = file
        && !file.is_file()
    {
        return Err(ConfigError::NoFile(file.to_owned()));
    }
    let base = file.map_or_else(Figment::new, |file| Figment::from(Toml::file_exact(file)));
    base.merge(Env::prefixed(PREFIX).split("__"))
        .extract()
        .map_err(|error| ConfigError::Malformed(Box::new(error)))
}

impl Config {
    /// The environments of the file, with their secrets read.
    pub fn environments(&self) -> Result<Vec<EnvironmentSetup>> {
        self.environments.iter().map(Environment::read).collect()
    }

    /// Reads the master key from where the file says.
    pub fn read_master_key(&self) -> Result<MasterKey> {
        let key = match (&self.master_key.file, &self.master_key.env) {
            (Some(file), None) => MasterKey::from_file(file),
            _ => MasterKey::parse(&read(&self.master_key).context("master_key")?),
        };
        key.context("master_key")
    }
}

impl Environment {
    fn read(&self) -> Result<EnvironmentSetup> {
        let of = |key: &str| format!("environments: {}: {key}", self.name);
        let bearer = self.webhook_bearer_token.as_ref().map(read);
        Ok(EnvironmentSetup {
            name: self.name.clone(),
            url: self.url.clone(),
            campaign_ids: self.campaign_ids.clone(),
            client_id: self.client_id.clone(),
            client_secret: read(&self.client_secret).with_context(|| of("client_secret"))?,
            webhook_bearer_token: bearer
                .transpose()
                .with_context(|| of("webhook_bearer_token"))?,
            eager: self.eager,
            concurrency: self.concurrency,
            requests_per_second: self.requests_per_second,
            repairs: self.repairs,
        })
    }
}

/// The text of a secret, from its file or variable.
fn read(secret: &Secret) -> Result<String> {
    match (&secret.file, &secret.env) {
        (Some(file), None) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            Ok(text.trim().to_owned())
        }
        (None, Some(name)) => {
            std::env::var(name).with_context(|| format!("the variable {name} is not set"))
        }
        _ => anyhow::bail!(
            "name either a file (file = …) or a variable of the environment (env = …)"
        ),
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8090))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const EXAMPLE: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../ops/gateway.example.toml"
    );

    #[test]
    fn the_example_is_a_configuration() {
        let config = load(Some(Path::new(EXAMPLE))).unwrap();
        assert_eq!(config.environments.len(), 2);
        assert!(
            config.environments[1].campaign_ids.is_empty(),
            "the second is a home"
        );
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_repeated() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let place = "{ file = \"/etc/cashlink-gateway/solarpark.secret\" }";
        let text = std::fs::read_to_string(EXAMPLE).unwrap();
        assert!(text.contains(place));
        std::fs::write(file.path(), text.replace(place, "\"cl_live_secret\"")).unwrap();
        let refused = load(Some(file.path())).unwrap_err().to_string();
        assert!(refused.contains("client_secret"), "{refused}");
        assert!(refused.contains("{ env = "), "{refused}");
        assert!(!refused.contains("cl_live_secret"), "{refused}");
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = std::fs::read_to_string(EXAMPLE)
            .unwrap()
            .replace("concurrency", "concurency");
        std::fs::write(file.path(), text).unwrap();
        assert!(
            load(Some(file.path()))
                .unwrap_err()
                .to_string()
                .contains("concurency")
        );
    }
}
