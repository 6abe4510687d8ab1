//! `cashlink migrate`: brings the database to the schema of this program.
use anyhow::Result;
use database::{Component, Db};

use crate::config::Config;
use crate::terminal::say;
use crate::wiring;

/// Every part of the program that owns tables.
pub const COMPONENTS: [Component; 4] = [
    database::COMPONENT,
    storage::COMPONENT,
    webhooks::COMPONENT,
    dlt_evm::COMPONENT,
];

/// Applies what is missing and says what that was.
///
/// # Errors
/// If the database has a newer schema or fails.
pub async fn run(config: &Config) -> Result<()> {
    let db = Db::open(&wiring::database_options(config)).await?;
    let report = database::migrate(&db, &COMPONENTS).await?;
    for (component, version, name) in &report.applied {
        say(format!("applied {component} {version}: {name}"));
    }
    if report.applied.is_empty() {
        say("the schema is up to date");
    }
    db.close().await;
    Ok(())
}
