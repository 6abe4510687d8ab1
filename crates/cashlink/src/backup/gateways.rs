//! The databases of gateways that are run for partners, where each is a SQLite file; PostgreSQL's copy has their schemas in it.

use std::path::Path;

use anyhow::{Context, Result};
use database::Db;

use super::manifest::{Entry, GATEWAYS};
use super::restore_sqlite;
use crate::config::Config;
use crate::hosting::Databases;
use crate::wiring::database_options;

/// Copies each while it goes on; their names.
pub(super) async fn copy(config: &Config, to: &Path) -> Result<Vec<String>> {
    let Databases::Folder(folder) = databases(config) else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        // Nobody has one.
        return Ok(names);
    };
    for entry in entries {
        let file = entry?.path();
        let is_database = file.extension().is_some_and(|end| end == "sqlite");
        let name = file.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|_| is_database) else {
            continue;
        };
        std::fs::create_dir_all(to.join(GATEWAYS))?;
        let db = Db::open(&database::Options::sqlite(&file)).await?;
        let copied = database::backup(&db, &to.join(GATEWAYS).join(name)).await;
        db.close().await;
        copied.with_context(|| file.display().to_string())?;
        names.push(name.to_owned());
    }
    names.sort();
    Ok(names)
}

/// Puts them where the configuration has them.
pub(super) fn restore(config: &Config, from: &Path, gateways: &[Entry]) -> Result<()> {
    let Databases::Folder(folder) = databases(config) else {
        return Ok(());
    };
    for gateway in gateways {
        restore_sqlite(
            &from.join(GATEWAYS).join(&gateway.name),
            &folder.join(&gateway.name),
        )?;
    }
    Ok(())
}

fn databases(config: &Config) -> Databases {
    Databases::beside(database_options(config), config.gateways.directory.clone())
}
