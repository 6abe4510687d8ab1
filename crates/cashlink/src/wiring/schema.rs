//! Opens the database and makes sure of its schema.

use std::path::Path;

use anyhow::{Context, Result};
use database::Db;

use crate::config::Config;
use crate::migrate::COMPONENTS;

/// Where a database is, as its kit wants it.
pub fn database_options(config: &Config) -> database::Options {
    let mut options = database::Options::new(config.database.url.clone());
    options.connections = config.database.connections;
    options.root_certificates = config.database.root_certificates.clone();
    options
}

/// Opens the database and makes sure of its schema. A new SQLite file gets it at once: nothing can be lost there.
///
/// # Errors
/// If the schema is older, newer or changed, or the database fails.
pub async fn open_database(config: &Config, migrates: Migrates) -> Result<Db> {
    let path = config
        .database
        .url
        .strip_prefix("sqlite:")
        .map(|path| Path::new(path.trim_start_matches("//")));
    let is_new = path.is_some_and(|path| !path.exists());
    if let Some(folder) = path
        .and_then(Path::parent)
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let db = Db::open(&database_options(config))
        .await
        .context("the database cannot be opened")?;
    if is_new || migrates == Migrates::First {
        database::migrate(&db, &COMPONENTS).await?;
    }
    database::check(&db, &COMPONENTS).await?;
    Ok(db)
}

/// Whether a start brings the database to the program's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrates {
    /// Before anything else.
    First,
    /// Only a new SQLite file.
    NewFilesOnly,
}
