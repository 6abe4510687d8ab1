//! The configuration's section on the master key: a file, a variable, or a file that only AWS KMS can open.

use std::path::{Path, PathBuf};

use database::vault::MasterKey;
use serde::{Deserialize, Serialize};
use url::Url;

use super::ConfigError;
use super::check::variable;
use crate::kms::{self, Client};

/// Where the master key is. One of the three; never in the configuration itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterKeyPlace {
    /// A file, readable for the server only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The name of a variable of the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// A file that is no secret, because only the KMS can open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms: Option<Kms>,
}

/// A key of AWS KMS and what it has wrapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kms {
    /// Its id, ARN or alias.
    pub key_id: String,
    /// Where it is, such as `eu-central-1`.
    pub region: String,
    /// Another address than the region's public one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The wrapped master key, in base64.
    pub ciphertext_file: PathBuf,
}

impl MasterKeyPlace {
    /// Reads the key; for one wrapped by a KMS that is one call.
    ///
    /// # Errors
    /// If it is not there or malformed, or the KMS does not open it.
    pub async fn read(&self) -> Result<MasterKey, ConfigError> {
        self.check()?;
        if let Some(kms) = &self.kms {
            return kms.open().await;
        }
        let key = match (&self.file, &self.env) {
            (Some(file), _) => MasterKey::from_file(file),
            (None, name) => {
                let name = name.as_deref().unwrap_or_default();
                MasterKey::parse(&variable("master_key.env", name)?)
            }
        };
        key.map_err(|error| ConfigError::value("master_key", error))
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let places = [self.file.is_some(), self.env.is_some(), self.kms.is_some()];
        match places.iter().filter(|named| **named).count() {
            1 => self.kms.as_ref().map_or(Ok(()), Kms::check),
            0 => Err(ConfigError::value(
                "master_key",
                "name a file (file = …), a variable of the environment (env = …) or a key of AWS KMS (kms = …)",
            )),
            _ => Err(ConfigError::value(
                "master_key",
                "name one of file, env and kms, not several",
            )),
        }
    }
}

impl Kms {
    /// Where it is asked.
    ///
    /// # Errors
    /// If the address makes no sense, or would send the opened key through a network in the clear.
    pub fn url(&self) -> Result<Url, ConfigError> {
        kms::endpoint("master_key.kms", &self.region, self.endpoint.as_deref())
    }

    async fn open(&self) -> Result<MasterKey, ConfigError> {
        let failed = |problem: String| ConfigError::value("master_key.kms", problem);
        let file = &self.ciphertext_file;
        let sealed = std::fs::read_to_string(file)
            .map_err(|error| failed(format!("{} cannot be read: {error}", file.display())))?;
        let client = Client::new(self)?;
        let opened = client.decrypt(sealed.trim()).await;
        let text = opened.map_err(|error| failed(error.to_string()))?;
        MasterKey::from_base64(&text).map_err(|error| failed(error.to_string()))
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.url().map(drop)
    }

    /// The same key with another file that it has wrapped.
    pub(crate) fn with_file(key_id: &str, region: &str, file: &Path) -> Self {
        Self {
            key_id: key_id.to_owned(),
            region: region.to_owned(),
            endpoint: None,
            ciphertext_file: file.to_owned(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn kms(endpoint: Option<&str>, region: &str) -> MasterKeyPlace {
        let kms = Kms {
            endpoint: endpoint.map(str::to_owned),
            ..Kms::with_file("alias/cashlink", region, Path::new("master.key.kms"))
        };
        MasterKeyPlace {
            kms: Some(kms),
            ..MasterKeyPlace::default()
        }
    }

    #[test]
    fn the_key_is_in_one_place() {
        assert!(MasterKeyPlace::default().check().is_err());
        let file = MasterKeyPlace {
            file: Some("master.key".into()),
            ..MasterKeyPlace::default()
        };
        assert!(file.check().is_ok() && kms(None, "eu-central-1").check().is_ok());
        let both = MasterKeyPlace {
            kms: kms(None, "eu-central-1").kms,
            ..file
        };
        assert!(
            both.check()
                .unwrap_err()
                .to_string()
                .contains("not several")
        );
    }

    #[test]
    fn an_opened_key_never_travels_in_the_clear() {
        for right in ["https://kms.internal.example", "http://127.0.0.1:5000"] {
            assert!(kms(Some(right), "eu-central-1").check().is_ok(), "{right}");
        }
        for wrong in ["http://kms.internal.example", "ftp://localhost", "kms"] {
            let refused = kms(Some(wrong), "eu-central-1").check().unwrap_err();
            assert!(refused.to_string().contains("master_key.kms.endpoint"));
        }
        assert!(kms(None, "example.org/").check().is_err());
    }
}
