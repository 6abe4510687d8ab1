//! Reads the configuration and shows it again without its secrets.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};

use super::Config;

/// Variables that override the file: `CASHLINK__DATABASE__URL` is `url` in `[database]`.
pub const PREFIX: &str = "CASHLINK__";

/// Why a configuration cannot be used. The text names the key and where it stands.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("the configuration file {0} does not exist or cannot be read")]
    NoFile(PathBuf),
    /// The text, a type or a key is wrong.
    #[error("the configuration is wrong: {0}")]
    Malformed(Box<figment::Error>),
    /// A value makes no sense.
    #[error("the configuration is wrong: {key}: {problem}")]
    Value {
        /// The key, such as `webhooks.allow_networks`.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl ConfigError {
    /// A value that makes no sense.
    pub(crate) fn value(key: &str, problem: impl std::fmt::Display) -> Self {
        Self::Value {
            key: key.to_owned(),
            problem: problem.to_string(),
        }
    }
}

/// Reads the file, if one is named, and the environment.
///
/// # Errors
/// An unreadable file, an unknown key, a wrong type or a missing value.
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

/// The configuration in force as TOML, without the password of the database.
pub fn effective(config: &Config) -> String {
    let mut shown = config.clone();
    shown.database.url = without_password(&shown.database.url);
    shown.dlt.url = shown.dlt.url.as_deref().map(without_access_key);
    for url in &mut shown.dlt.compare_with {
        *url = without_access_key(url);
    }
    toml::to_string_pretty(&shown).expect("every value of the configuration has a form in TOML")
}

fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            // It fails only for addresses that can have no password.
            let _ = parsed.set_password(Some("***"));
            parsed.to_string()
        }
        _ => hide_parameter(url),
    }
}

/// PostgreSQL takes a password as a parameter too.
fn hide_parameter(url: &str) -> String {
    match url.split_once("password=") {
        Some((before, after)) => {
            let rest = after.find(['&', ' ']).map_or("", |end| &after[end..]);
            format!("{before}password=***{rest}")
        }
        None => url.to_owned(),
    }
}

/// Providers of nodes put their access key into the path or the query.
fn without_access_key(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(parsed) => {
            let origin = parsed.origin().ascii_serialization();
            let bare = parsed.path() == "/" && parsed.query().is_none();
            if bare {
                origin
            } else {
                format!("{origin}/***")
            }
        }
        Err(_) => "***".to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::{Finality, Tag};

    const EXAMPLE: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../ops/cashlink.example.toml"
    );

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn the_example_is_a_configuration() {
        let config = load(Some(Path::new(EXAMPLE))).unwrap();
        config.check().unwrap();
        assert!(config.public_url.starts_with("https://"));
    }

    #[test]
    fn the_examples_of_networks_are_configurations() {
        let folder = Path::new(EXAMPLE).with_file_name("networks");
        let head = "public_url = 'https://network.example'\n[database]\nurl = 'sqlite:x'\n[documents]\ndirectory = 'd'\n[master_key]\nfile = 'k'\n";
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let section = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let file = written(&format!("{head}{section}"));
            let config = load(Some(file.path())).unwrap();
            config.check().unwrap();
            assert_eq!(config.dlt.compare_with.len(), 1);
            let free = config.dlt.maximum_gas_price_gwei.is_none();
            let at_once = config.dlt.finality == Finality::Tag(Tag::Latest);
            assert_eq!(free, at_once, "{section}");
            seen += 1;
        }
        assert_eq!(seen, 3);
    }

    #[test]
    fn the_example_shows_every_key() {
        let text = std::fs::read_to_string(EXAMPLE).unwrap();
        let config = load(Some(Path::new(EXAMPLE))).unwrap();
        let all: toml::Table = effective(&config).parse().unwrap();
        for (key, value) in &all {
            let inner = value
                .as_table()
                .map(|table| table.keys().cloned().collect::<Vec<_>>());
            for key in inner.unwrap_or_else(|| vec![key.clone()]) {
                let shown = text.lines().any(|line| {
                    line.trim_start_matches("# ")
                        .starts_with(&format!("{key} ="))
                });
                assert!(shown, "ops/cashlink.example.toml does not show {key}");
            }
        }
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let file = written(
            "public_url = 'http://localhost'\nwebhoks = 1\n[database]\nurl = 'sqlite:x'\n[documents]\ndirectory = 'd'\n[master_key]\nfile = 'k'\n",
        );
        let error = load(Some(file.path())).unwrap_err().to_string();
        assert!(error.contains("webhoks"), "{error}");
    }

    #[test]
    fn an_unknown_key_in_a_section_is_refused_by_name() {
        let file = written(
            "public_url = 'http://localhost'\n[database]\nurl = 'sqlite:x'\nconection = 2\n[documents]\ndirectory = 'd'\n[master_key]\nfile = 'k'\n",
        );
        let error = load(Some(file.path())).unwrap_err().to_string();
        assert!(error.contains("conection"), "{error}");
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(
            without_password("postgres://cashlink:geheim@db.example/network"),
            "postgres://cashlink:***@db.example/network"
        );
        assert_eq!(
            without_password("postgres:///network?password=geheim&host=db"),
            "postgres:///network?password=***&host=db"
        );
        assert_eq!(
            without_access_key("https://node.example/v3/0123abcd"),
            "https://node.example/***"
        );
    }
}
