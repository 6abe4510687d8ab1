//! `cashlink new-master-key`: a file with a new key, which is a secret, or which only AWS KMS can open.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;
use database::vault::MasterKey;

use crate::config::{Kms, MasterKeyPlace};
use crate::demo::credentials::write_secret;
use crate::kms::Client;
use crate::terminal::say;

/// Where the key goes.
#[derive(Debug, Args)]
pub struct Options {
    /// The file to make
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    wrapped: WrappedBy,
}

/// Which key of AWS KMS wraps the master key in a file; none: the file holds it in the clear.
#[derive(Debug, Args)]
pub struct WrappedBy {
    /// A key of AWS KMS that wraps the master key in the file: its id, ARN or alias
    #[arg(long, value_name = "ID", requires = "kms_region")]
    kms_key_id: Option<String>,
    /// Its region
    #[arg(long, value_name = "REGION", requires = "kms_key_id")]
    kms_region: Option<String>,
    /// Another address than the region's public one
    #[arg(long, value_name = "URL", requires = "kms_key_id")]
    kms_endpoint: Option<String>,
}

impl WrappedBy {
    /// The section of the configuration that reads the key from this file.
    pub fn place(&self, file: &Path) -> MasterKeyPlace {
        let kms = self.kms_key_id.as_ref().zip(self.kms_region.as_ref());
        let kms = kms.map(|(key_id, region)| Kms {
            endpoint: self.kms_endpoint.clone(),
            ..Kms::with_file(key_id, region, file)
        });
        MasterKeyPlace {
            file: kms.is_none().then(|| file.to_owned()),
            env: None,
            kms,
        }
    }
}

/// Makes the file and says what to configure.
///
/// # Errors
/// If it is there already or cannot be written, or the KMS refuses.
pub async fn run(options: &Options) -> Result<()> {
    let file = &options.to;
    ensure!(!file.exists(), "{} exists already", file.display());
    let place = options.wrapped.place(file);
    let content = match &place.kms {
        Some(kms) => Client::new(kms)?.new_sealed_key().await?,
        None => MasterKey::generate()?.to_hex(),
    };
    write_secret(file, format!("{}\n", *content).as_bytes())?;
    // What cannot be read again must not be what a database is sealed with.
    let key = place.read().await?;
    say(format!("made the master key {}. To use it:", key.id()));
    say(shown(&place)?.trim_end());
    Ok(())
}

/// The section as it stands in a configuration.
pub fn shown(place: &MasterKeyPlace) -> Result<String> {
    let section = std::collections::BTreeMap::from([("master_key", place)]);
    Ok(toml::to_string(&section)?)
}
