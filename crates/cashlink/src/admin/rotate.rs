//! `cashlink admin rotate-master-key`: every data key is wrapped again under a new master key; what they seal stays as it is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use database::vault::MasterKey;
use registry::{Request, Right, audit};
use serde_json::json;

use crate::config::DltMode;
use crate::demo::credentials::write_secret;
use crate::new_master_key::{WrappedBy, shown};
use crate::terminal::say;
use crate::wiring::{App, embedded_registrar_key};

/// From which key to which.
#[derive(Debug, Args)]
pub struct Rotation {
    /// The file with the new key, as `cashlink new-master-key` made it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    wrapped: WrappedBy,
    /// Where to put the registrar's key on the embedded chain, which so far follows from the master key
    #[arg(long, value_name = "FILE")]
    keep_registrar_key: Option<PathBuf>,
}

/// Rotates the key. All other processes of the network have to be stopped.
///
/// # Errors
/// If a key cannot be read or written, or the database fails; then the old key stays.
pub async fn run(app: &App, request: &Request, rotation: &Rotation) -> Result<()> {
    let config = app.config();
    request.caller.require(Right::WriteNetwork)?;
    let place = rotation.wrapped.place(&rotation.to);
    let (old, new) = (config.master_key.read().await?, place.read().await?);
    ensure!(
        old.id() != new.id(),
        "{} holds the key that is in use",
        rotation.to.display()
    );
    let follows = config.dlt.mode == DltMode::Embedded
        && (config.dlt.registrar_key.is_none() && config.dlt.registry.is_none());
    if follows {
        keep_registrar_key(&old, rotation.keep_registrar_key.as_deref())?;
    }
    app.registry
        .vault
        .rotate(&app.registry.db, new.clone())
        .await?;
    let (registry, caller) = (app.registry.clone(), request.caller.clone());
    let detail = json!({"from": old.id(), "to": new.id()});
    let noted = app.registry.db.write(move |tx| {
        audit::record(
            &registry,
            tx,
            &caller,
            "master_key.rotate",
            "vault",
            &detail,
        )
    });
    noted.await?;
    say(format!(
        "The master key is {} now. Before the next start set:",
        new.id()
    ));
    say(shown(&place)?.trim_end());
    if let (true, Some(file)) = (follows, &rotation.keep_registrar_key) {
        say(format!(
            "Set dlt.registrar_key to {{ file = \"{}\" }} too: the chain knows the registrar by that key.",
            file.display()
        ));
    }
    Ok(())
}

/// The chain would not know the registrar again by the key that follows from the new master key.
fn keep_registrar_key(master: &MasterKey, file: Option<&Path>) -> Result<()> {
    let file = file.context(
        "the registrar's key on the embedded chain follows from the master key; name a file for it with --keep-registrar-key",
    )?;
    ensure!(!file.exists(), "{} exists already", file.display());
    write_secret(file, hex::encode(embedded_registrar_key(master)).as_bytes())
}
