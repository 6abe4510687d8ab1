//! `cashlink backup` and `cashlink restore`: database (register, chain and wrapped keys in it) and documents, with a
//! manifest of hashes. The master key is never copied.
mod gateways;
mod manifest;
mod postgres;

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use database::{Db, Engine};
use registry::Clock;
use storage::documents::Documents;

use crate::config::Config;
use crate::register;
use crate::terminal::say;
use crate::wiring::{App, Migrates, open_database};
use manifest::{DOCUMENTS, Manifest};

/// The copy of the database in the folder.
const SQLITE_FILE: &str = "database.sqlite";
const POSTGRES_FILE: &str = "database.pgdump";

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
    std::fs::create_dir_all(to.join(DOCUMENTS))
        .with_context(|| format!("{} cannot be made", to.display()))?;
    let db = open_database(config, Migrates::NewFilesOnly).await?;
    let file = match db.engine() {
        Engine::Sqlite => {
            database::backup(&db, &to.join(SQLITE_FILE)).await?;
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
    let manifest = Manifest::of(to, file, (&names, &gateways), master.id())?;
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
    Ok(())
}

/// Restores a backup into an empty place, and proves it by verifying the register.
///
/// # Errors
/// If a file of the backup is missing or changed, the place is not empty, or the register does not verify.
pub async fn restore(config: &Config, from: &Path) -> Result<()> {
    let manifest = Manifest::read(from)?;
    manifest.verify(from)?;
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
            postgres::restore(&config.database.url, &from.join(POSTGRES_FILE)).await?
        }
        (_, file) => bail!("the backup has {file}; the configuration names the other database"),
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
    prove(config).await
}

/// A restored register that does not verify is no restored register.
async fn prove(config: &Config) -> Result<()> {
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
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
