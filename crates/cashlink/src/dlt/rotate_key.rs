//! `cashlink dlt rotate-key`: an office passes to the key of the configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use dlt_evm::Rotation;
use dlt_evm::signing::{PlainKey, Signer};
use serde::Deserialize;
use serde_json::json;
use storage::Scope;
use storage::audit::AuditRecord;

use super::isins;
use crate::config::{Config, Keystore, KmsKey, Secret, SignerPlace, Token, read_key};
use crate::terminal::say;
use crate::wiring::{self, Migrates, open_database};

/// Which office, and from whom.
#[derive(Args)]
pub struct RotateKey {
    /// The office that passes to the key which the configuration names for it
    #[arg(value_enum)]
    office: Office,
    /// A file with the section of the key that has held the office so far, as it stood below [dlt.registry] or [dlt.enforcement], or
    /// `registrar_key = …` as it stood below [dlt]; not needed if the configuration's other key holds it
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The operator who does it, for the audit log
    #[arg(long = "as", value_name = "NAME", env = "CASHLINK_OPERATOR")]
    operator: String,
}

/// An office on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum Office {
    /// Creates and delivers, in the factory and in every token
    Registry,
    /// Freezes and bars, in the factory for all its tokens
    Enforcement,
}

/// Where a key was.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Former {
    registrar_key: Option<Secret>,
    keystore: Option<Keystore>,
    pkcs11: Option<Token>,
    kms: Option<KmsKey>,
}

/// Passes the office on. It may be stopped anywhere, and is then done again.
///
/// # Errors
/// If a key cannot be reached, the network does not answer, or somebody else holds the office.
pub(super) async fn run(config: &Config, options: &RotateKey) -> Result<()> {
    config.check()?;
    let master = config.master_key.read().await?;
    let from = match &options.from {
        Some(file) => Some(read(file).await?),
        None => None,
    };
    let db = open_database(config, Migrates::NewFilesOnly).await?;
    let rotation = Rotation {
        office: match options.office {
            Office::Registry => dlt_evm::Office::Registry,
            Office::Enforcement => dlt_evm::Office::Enforcement,
        },
        from,
        tokens: isins(&db).await?.into_keys().collect(),
    };
    let office = rotation.office.as_str();
    let rotated = wiring::rotate(config, &db, &master, rotation).await?;
    let line = AuditRecord {
        id: uuid::Uuid::now_v7(),
        at: registry::clock::real_now(),
        actor: options.operator.clone(),
        action: "dlt.rotate_key".to_owned(),
        target: office.to_owned(),
        detail: json!({"to": rotated.to.to_string(), "contracts": rotated.contracts}).to_string(),
    };
    // The network does not open while its office is with another key, so there is no operation to do it.
    let noted = db.write(move |tx| storage::audit::insert(tx, &Scope::ALL, &line));
    noted.await?;
    db.close().await;
    say(match rotated.contracts {
        0 => format!("{} holds the office of {office} already.", rotated.to),
        contracts => format!(
            "{} holds the office of {office} now; it was passed on in {contracts} contracts.",
            rotated.to
        ),
    });
    Ok(())
}

async fn read(file: &Path) -> Result<Arc<dyn Signer>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let former: Former = toml::from_str(&text).with_context(|| file.display().to_string())?;
    if let Some(secret) = &former.registrar_key {
        let key = PlainKey::new(&read_key("--from", secret)?)?;
        return Ok(Arc::new(key));
    }
    let place = SignerPlace {
        keystore: former.keystore,
        pkcs11: former.pkcs11,
        kms: former.kms,
    };
    Ok(place.open("--from").await?)
}
