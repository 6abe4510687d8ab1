//! The credentials file: everything that a partner needs, written whole or not at all, readable for its owner only.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::client::Credentials;

/// What the demo hands out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialsFile {
    /// The registrar's own API.
    pub network: NetworkAccess,
    /// The DLT network.
    pub dlt: DltAccess,
    /// One per asset, in the order of the network file.
    pub environments: Vec<EnvironmentAccess>,
}

/// Access to the network API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkAccess {
    /// Where the network is reached.
    pub url: String,
    /// The registrar's client.
    #[serde(flatten)]
    pub credentials: Credentials,
}

/// Access to the DLT network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DltAccess {
    /// JSON-RPC.
    pub rpc_url: String,
    /// EIP-155.
    pub chain_id: u64,
}

/// Access to one asset's environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentAccess {
    /// Its name.
    pub name: String,
    /// Base of its APIs.
    pub url: String,
    /// The asset.
    pub product_id: String,
    /// The campaign of `distributor`.
    pub campaign_id: String,
    /// Contract of the token.
    pub token_address: String,
    /// The platform that the network file names first.
    pub distributor: Credentials,
    /// The issuer in this environment.
    pub issuer: Credentials,
    /// The other platforms that sell the asset.
    pub other_distributors: Vec<OtherDistributor>,
}

/// A further platform in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherDistributor {
    /// Its firm.
    pub name: String,
    /// Its campaign.
    pub campaign_id: String,
    /// Its client.
    #[serde(flatten)]
    pub credentials: Credentials,
}

/// Writes a secret file: complete under its name or not there, mode 0600.
///
/// # Errors
/// If the folder cannot be written.
pub fn write_secret(path: &Path, content: &[u8]) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = || format!("{} cannot be written", path.display());
    // A temporary file has mode 0600 from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    file.write_all(content).with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

impl CredentialsFile {
    /// Writes the file.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        write_secret(path, text.as_bytes())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sample() -> CredentialsFile {
        let credentials = |name: &str| Credentials {
            client_id: name.to_owned(),
            client_secret: format!("{name}-secret"),
        };
        CredentialsFile {
            network: NetworkAccess {
                url: "http://127.0.0.1:1".to_owned(),
                credentials: credentials("network"),
            },
            dlt: DltAccess {
                rpc_url: "http://127.0.0.1:1/dlt/rpc".to_owned(),
                chain_id: 7,
            },
            environments: vec![EnvironmentAccess {
                name: "art".to_owned(),
                url: "http://127.0.0.1:1/environments/art/api/external".to_owned(),
                product_id: "p".to_owned(),
                campaign_id: "c".to_owned(),
                token_address: "0x1".to_owned(),
                distributor: credentials("distributor"),
                issuer: credentials("issuer"),
                other_distributors: Vec::new(),
            }],
        }
    }

    #[test]
    fn the_file_has_the_published_shape_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");

        sample().write(&path).unwrap();

        let file: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(file["network"]["client_id"], "network");
        assert_eq!(file["dlt"]["chain_id"], 7);
        assert_eq!(
            file["environments"][0]["issuer"]["client_secret"],
            "issuer-secret"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }
}
