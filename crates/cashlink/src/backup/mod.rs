//! `cashlink backup` and `cashlink restore`: database (register and chain in it) and documents, with a manifest of hashes. The data keys go
//! into a folder of their own that is kept for a short time; the master key is never copied.
mod gateways;
mod keys;
mod manifest;
mod postgres;

use std::path::Path;

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use database::{Db, Engine};
use domain::Timestamp;
use registry::{Caller, Clock, audit};
use serde_json::json;
use storage::documents::Documents;

use crate::config::Config;
use crate::register;
use crate::terminal::say;
use crate::wiring::{App, Migrates, database_options, open_database};
use keys::KeyFolder;
use manifest::{Copied, DOCUMENTS, Manifest};

/// The copy of the database in the folder.
const SQLITE_FILE: &str = "database.sqlite";
const POSTGRES_FILE: &str = "database.pgdump";
/// How often a worker lists the destroyed keys.
const LISTED_EACH: Duration = Duration::from_secs(60);

/// Makes a backup in a new folder while the network goes on.
///
/// # Errors
/// If the folder is there already, or something cannot be read or written.
pub async fn run(config: &Config, to: &Path) -> Result<()> {
    ensure!(
        !to.exists(),
        "{} exists already; a backup makes a new folder",
        to.display()
    );
    let keys = key_folder(config)?;
    ensure!(
        !std::path::absolute(&keys.path)?.starts_with(std::path::absolute(to)?),
        "keys_inside_backup: {} is in the backup, which is kept longer",
        keys.path.display()
    );
    std::fs::create_dir_all(to.join(DOCUMENTS))
        .with_context(|| format!("{} cannot be made", to.display()))?;
    let db = open_database(config, Migrates::NewFilesOnly).await?;
    let file = match db.engine() {
        Engine::Sqlite => {
            database::backup_without_keys(&db, &to.join(SQLITE_FILE)).await?;
            SQLITE_FILE
        }
        Engine::Postgres => {
            postgres::dump(&config.database.url, &to.join(POSTGRES_FILE)).await?;
            POSTGRES_FILE
        }
    };
    // Documents are kept before their row and never change, so those of now are at least those of the copied rows.
    let documents = Documents::in_folder(&config.documents.directory)?;
    let names = document_names(&db).await?;
    for name in &names {
        let bytes = documents
            .get(name)
            .await
            .with_context(|| format!("document {name}"))?;
        manifest::write_document(to, name, &bytes)?;
    }
    // After the rows that name them: a gateway of the rows is among the files.
    let gateways = gateways::copy(config, to).await?;
    let master = config.master_key.read().await?;
    // After the rows too: each key that they need is there, and one that was destroyed meanwhile is gone.
    let kept = keys.keep(&db, registry::clock::real_now()).await?;
    let copied = Copied {
        database: file,
        documents: &names,
        gateways: &gateways,
    };
    let manifest = Manifest::of(to, &copied, kept, master.id())?;
    manifest.write(to)?;
    db.close().await;
    say(format!(
        "copied the database and {} documents to {}",
        names.len(),
        to.display()
    ));
    say(format!(
        "The master key {} is NOT in the backup. Keep it elsewhere: without it nothing of this can be read.",
        manifest.master_key_id
    ));
    say(format!(
        "The data keys are in {}, for {} days. Do not keep them with the backup: after that time nobody's data can be read from it.",
        keys.path.display(),
        keys.days
    ));
    Ok(())
}

/// Restores a backup into an empty place with its keys of another folder, and proves it by verifying the register. Whose keys were destroyed
/// since stays unreadable.
///
/// # Errors
/// If a file of the backup is missing or changed, its keys are not there any more or too old, the place is not empty, or the register does
/// not verify.
pub async fn restore(config: &Config, from: &Path, now: Timestamp) -> Result<()> {
    let manifest = Manifest::read(from)?;
    manifest.verify(from)?;
    let keys = match &manifest.keys {
        Some(entry) => Some(key_folder(config)?.usable(entry, now)?),
        None => None,
    };
    let master = config.master_key.read().await?;
    ensure!(
        master.id() == manifest.master_key_id,
        "the backup needs the master key {}, the configuration has {}",
        manifest.master_key_id,
        master.id()
    );
    require_empty(&config.documents.directory)?;
    match (
        config.database.url.strip_prefix("sqlite:"),
        manifest.database.name.as_str(),
    ) {
        (Some(path), SQLITE_FILE) => {
            let to = Path::new(path.trim_start_matches("//"));
            restore_sqlite(&from.join(SQLITE_FILE), to)?
        }
        (None, POSTGRES_FILE) => {
            postgres::fill(&config.database.url, &from.join(POSTGRES_FILE)).await?
        }
        (_, file) => bail!("the backup has {file}; the configuration names the other database"),
    }
    if let Some(keys) = keys {
        let db = Db::open(&database_options(config)).await?;
        let destroyed = keys.put_back(&db).await?;
        db.close().await;
        say(format!(
            "{destroyed} keys were destroyed after the backup and stay so; what was erased after {} has to be erased again",
            keys.known_until()
        ));
    }
    if manifest.database.name == POSTGRES_FILE {
        postgres::finish(&config.database.url, &from.join(POSTGRES_FILE)).await?;
    }
    gateways::restore(config, from, &manifest.gateways)?;
    let documents = &config.documents.directory;
    for document in &manifest.documents {
        manifest::restore_document(from, documents, &document.name)?;
    }
    say(format!(
        "restored the database and {} documents",
        manifest.documents.len()
    ));
    prove(config, &manifest).await
}

/// Lists the destroyed keys in the folder of the configuration each minute, for as long as the process lives.
///
/// # Errors
/// If the folder cannot be written at the start; later failures are logged.
pub async fn follow_destroyed(config: &Config, db: Db) -> Result<()> {
    if config.backups.keys.is_none() {
        return Ok(());
    }
    let keys = key_folder(config)?;
    keys.note_destroyed(&db, registry::clock::real_now())
        .await?;
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LISTED_EACH).await;
            let noted = keys.note_destroyed(&db, registry::clock::real_now()).await;
            if let Err(error) = noted {
                tracing::warn!("the list of destroyed keys cannot be written: {error:#}");
            }
        }
    });
    Ok(())
}

/// Lists them at once, where the configuration has a folder: whoever erases somebody need not wait for the worker.
///
/// # Errors
/// If the folder cannot be written.
pub async fn note_destroyed(config: &Config, db: &Db) -> Result<()> {
    match &config.backups.keys {
        Some(_) => {
            let now = registry::clock::real_now();
            key_folder(config)?.note_destroyed(db, now).await
        }
        None => Ok(()),
    }
}

fn key_folder(config: &Config) -> Result<KeyFolder> {
    let path = config.backups.keys.clone().context(
        "name the folder of the keys with --keys DIR or backups.keys: they are kept apart from backups and not as long",
    )?;
    Ok(KeyFolder {
        path,
        days: config.backups.keys_days,
    })
}

/// A restored register that does not verify is no restored register.
async fn prove(config: &Config, manifest: &Manifest) -> Result<()> {
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    note_restored(&app, manifest).await?;
    let findings = register::verify(&app, None).await?;
    app.close().await;
    for finding in &findings {
        if let Some(difference) = &finding.difference {
            bail!(
                "the register of {} does not verify: {difference}",
                finding.isin
            );
        }
    }
    say(format!("the registers of {} assets verify", findings.len()));
    Ok(())
}

/// Whoever restores is known to the machine alone.
async fn note_restored(app: &App, manifest: &Manifest) -> Result<()> {
    let operator = std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned());
    let caller = Caller::network(&format!("machine:{operator}"));
    let registry = app.registry.clone();
    let target = manifest.created_at.clone();
    let noted = app.registry.db.write(move |tx| {
        audit::record(
            &registry,
            tx,
            &caller,
            "backup.restore",
            &target,
            &json!({}),
        )
    });
    Ok(noted.await?)
}

async fn document_names(db: &Db) -> Result<Vec<String>> {
    Ok(db.read(storage::documents::stored_names).await?)
}

fn restore_sqlite(from: &Path, to: &Path) -> Result<()> {
    ensure!(
        !to.exists(),
        "{} exists already; restore into an empty place",
        to.display()
    );
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // Under another name first: an interrupted restore must not look like a database.
    let partial = to.with_extension("partial");
    std::fs::copy(from, &partial).with_context(|| partial.display().to_string())?;
    std::fs::File::open(&partial)?.sync_all()?;
    std::fs::rename(&partial, to).with_context(|| to.display().to_string())
}

fn require_empty(folder: &Path) -> Result<()> {
    let is_empty = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !folder.exists(),
    };
    ensure!(
        is_empty,
        "{} is not empty; restore into an empty place",
        folder.display()
    );
    Ok(())
}
