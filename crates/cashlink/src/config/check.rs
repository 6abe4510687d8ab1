//! Turns the configuration's texts into values once, so that a mistake shows at the start and by its key.

use std::net::IpAddr;
use std::path::Path;

use http::Network;
use webhooks::Guard;

use super::{CheckedMail, Config, ConfigError, DltMode, Secret};

/// A million gwei per gas: beyond it somebody has mistaken wei for gwei.
const MOST_GWEI: u64 = 1_000_000;

/// What the texts of a configuration mean.
#[derive(Debug)]
pub struct Checked {
    /// Without a slash at the end.
    pub public_url: String,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Who may read `/metrics`.
    pub metrics_readers: Vec<Network>,
    /// Where webhooks may go.
    pub guard: Guard,
    /// Under which address hosted gateways reach the network, without a slash at the end.
    pub gateways_network_url: String,
    /// How people are written to.
    pub mail: CheckedMail,
}

impl Config {
    /// Checks everything that can be known without opening anything.
    ///
    /// # Errors
    /// The first value that makes no sense, by its key.
    pub fn check(&self) -> Result<Checked, ConfigError> {
        let wrong = ConfigError::value;
        let known = ["sqlite:", "postgres:", "postgresql:"];
        if !known
            .iter()
            .any(|scheme| self.database.url.starts_with(scheme))
        {
            return Err(wrong("database.url", "write sqlite:PATH or postgres://…"));
        }
        if self.database.connections == 0 {
            return Err(wrong("database.connections", "at least 1"));
        }
        if self.backups.keys_days == 0 {
            return Err(wrong("backups.keys_days", "at least 1"));
        }
        self.master_key.check()?;
        self.check_dlt()?;
        let allowed = self.webhooks.allow_networks.iter().map(String::as_str);
        let network_url = match &self.gateways.network_url {
            Some(url) => address("gateways.network_url", url)?,
            None => address("public_url", &self.public_url)?,
        };
        Ok(Checked {
            public_url: address("public_url", &self.public_url)?,
            gateways_network_url: network_url,
            trusted_proxies: networks("trusted_proxies", &self.trusted_proxies)?,
            metrics_readers: networks("metrics.allow_networks", &self.metrics.allow_networks)?,
            guard: Guard::allowing(allowed)
                .map_err(|error| ConfigError::value("webhooks.allow_networks", error))?,
            mail: self.mail.check()?,
        })
    }

    fn check_dlt(&self) -> Result<(), ConfigError> {
        let wrong = ConfigError::value;
        let dlt = &self.dlt;
        for text in &dlt.accepted_code {
            code_hash(text)?;
        }
        for text in dlt.url.iter().chain(&dlt.compare_with) {
            let key = if dlt.url.as_ref() == Some(text) {
                "dlt.url"
            } else {
                "dlt.compare_with"
            };
            url::Url::parse(text).map_err(|_| wrong(key, "it is not an absolute URL"))?;
        }
        match dlt.mode {
            DltMode::Embedded if !dlt.compare_with.is_empty() => Err(wrong(
                "dlt.compare_with",
                "the embedded chain is in one place; set mode = \"rpc\" for nodes",
            )),
            DltMode::Embedded if dlt.url.is_some() => Err(wrong(
                "dlt.url",
                "the embedded chain has no address; set mode = \"rpc\" for a node",
            )),
            DltMode::Embedded if dlt.network.is_some() => Err(wrong(
                "dlt.network",
                "the embedded chain has its own name; set mode = \"rpc\" for a node",
            )),
            DltMode::Embedded if !dlt.operators.is_empty() || dlt.control.is_some() => Err(wrong(
                "dlt.operators",
                "the registrar alone operates the embedded chain; set mode = \"rpc\" for a node",
            )),
            DltMode::Embedded => dlt.check_keys(),
            DltMode::Rpc if dlt.url.is_none() => {
                Err(wrong("dlt.url", "mode rpc needs the node's address"))
            }
            DltMode::Rpc if dlt.chain_id.is_none() => Err(wrong(
                "dlt.chain_id",
                "mode rpc needs the number, so that a wrong node is noticed",
            )),
            DltMode::Rpc if dlt.timeout_ms == 0 => Err(wrong("dlt.timeout_ms", "at least 1")),
            DltMode::Rpc if dlt.raise_fee_after_s == 0 => {
                Err(wrong("dlt.raise_fee_after_s", "at least 1"))
            }
            DltMode::Rpc if dlt.maximum_gas_price_gwei > Some(MOST_GWEI) => Err(wrong(
                "dlt.maximum_gas_price_gwei",
                "it is more than anybody has ever paid",
            )),
            DltMode::Rpc => dlt.check_keys(),
        }
    }
}

/// A hash of code in hexadecimal.
///
/// # Errors
/// If it is none.
pub(crate) fn code_hash(text: &str) -> Result<[u8; 32], ConfigError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim_start_matches("0x"), &mut bytes).map_err(|_| {
        ConfigError::value("dlt.accepted_code", "it is not 32 bytes in hexadecimal")
    })?;
    Ok(bytes)
}

/// Reads a secret of 32 bytes in hexadecimal.
///
/// # Errors
/// If it is not there or malformed.
pub(crate) fn read_key(key: &str, secret: &Secret) -> Result<[u8; 32], ConfigError> {
    let text = read_text(key, secret)?;
    let mut bytes = [0; 32];
    let digits = text.trim_start_matches("0x");
    hex::decode_to_slice(digits, &mut bytes)
        .map_err(|_| ConfigError::value(key, "it is not 32 bytes in hexadecimal"))?;
    Ok(bytes)
}

/// Reads a secret as it stands there, without the line break at its end.
///
/// # Errors
/// If it is not there.
pub(super) fn read_text(key: &str, secret: &Secret) -> Result<String, ConfigError> {
    let text = match (&secret.file, &secret.env) {
        (Some(file), _) => std::fs::read_to_string(file)
            .map_err(|error| ConfigError::value(key, unreadable(file, &error)))?,
        (None, Some(name)) => variable(key, name)?,
        (None, None) => {
            return Err(ConfigError::value(
                key,
                "name a file or a variable of the environment",
            ));
        }
    };
    Ok(text.trim().to_owned())
}

fn unreadable(file: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be read: {error}", file.display())
}

pub(super) fn variable(key: &str, name: &str) -> Result<String, ConfigError> {
    std::env::var(name)
        .map_err(|_| ConfigError::value(key, format!("the variable {name} is not set")))
}

pub(super) fn one_place(key: &str, secret: &Secret) -> Result<(), ConfigError> {
    match (&secret.file, &secret.env) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        (None, None) => Err(ConfigError::value(
            key,
            "name a file (file = …) or a variable of the environment (env = …)",
        )),
        (Some(_), Some(_)) => Err(ConfigError::value(
            key,
            "name either a file or a variable, not both",
        )),
    }
}

pub(super) fn networks(key: &str, texts: &[String]) -> Result<Vec<Network>, ConfigError> {
    let parsed = texts.iter().map(|text| text.parse::<Network>());
    parsed
        .collect::<Result<_, _>>()
        .map_err(|error| ConfigError::value(key, error))
}

fn address(key: &str, text: &str) -> Result<String, ConfigError> {
    let wrong = |problem: &str| ConfigError::value(key, problem);
    let url = url::Url::parse(text).map_err(|_| wrong("it is not an absolute URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("the scheme must be https (or http for tests)"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it ends with the path"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Whether the address is in one of the networks.
pub(crate) fn is_among(networks: &[Network], address: Option<IpAddr>) -> bool {
    address.is_some_and(|address| networks.iter().any(|network| network.contains(address)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::*;

    fn config(extra: &str) -> Config {
        let text = format!(
            "public_url = 'http://localhost/'\n[database]\nurl = 'sqlite:x'\n[documents]\ndirectory = 'd'\n[master_key]\nfile = 'k'\n{extra}"
        );
        toml::from_str(&text).unwrap()
    }

    fn refusal(extra: &str) -> String {
        config(extra).check().unwrap_err().to_string()
    }

    #[test]
    fn the_public_url_has_no_slash_at_the_end() {
        assert_eq!(config("").check().unwrap().public_url, "http://localhost");
    }

    #[test]
    fn finality_is_a_tag_or_a_depth() {
        let finality = |text: &str| config(&format!("[dlt]\nfinality = {text}")).dlt.finality;
        assert_eq!(finality("'safe'"), Finality::Tag(Tag::Safe));
        assert_eq!(finality("64"), Finality::Depth(64));
        assert_eq!(config("").dlt.finality, Finality::Tag(Tag::Finalized));
    }

    #[test]
    fn a_wrong_value_is_named_by_its_key() {
        assert!(
            refusal("[webhooks]\nallow_networks = ['here']").contains("webhooks.allow_networks")
        );
        assert!(
            refusal("[metrics]\nallow_networks = ['10.0.0.0/64']")
                .contains("metrics.allow_networks")
        );
        assert!(refusal("[dlt]\nmode = 'rpc'\nurl = 'http://node'").contains("dlt.chain_id"));
        assert!(refusal("[dlt]\nurl = 'http://node'").contains("dlt.url"));
        let rpc = "[dlt]\nmode = 'rpc'\nchain_id = 1337\nurl = 'https://node'\nregistrar_key = { env = 'K' }\n";
        assert!(refusal(&format!("{rpc}timeout_ms = 0")).contains("dlt.timeout_ms"));
        assert!(refusal(&format!("{rpc}raise_fee_after_s = 0")).contains("dlt.raise_fee_after_s"));
        let wei = format!("{rpc}maximum_gas_price_gwei = 30000000000");
        assert!(refusal(&wei).contains("dlt.maximum_gas_price_gwei"));
        let other = format!("{rpc}compare_with = ['node.example']");
        assert!(refusal(&other).contains("dlt.compare_with"));
        assert!(refusal("[dlt]\ncompare_with = ['https://n']").contains("dlt.compare_with"));
        assert!(refusal("[dlt]\naccepted_code = ['0x12']").contains("dlt.accepted_code"));
        assert!(refusal("[dlt]\noperators = ['A', 'B']").contains("dlt.operators"));
        assert!(
            refusal("[gateways]\nnetwork_url = 'localhost:8080'").contains("gateways.network_url")
        );
        assert!(
            refusal("env = 'K'").contains("master_key"),
            "both places were named"
        );
    }
}
