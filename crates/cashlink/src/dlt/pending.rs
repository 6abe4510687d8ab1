//! `cashlink dlt pending`: what is on its way to the DLT network. Needs the database and no node.

use anyhow::Result;
use domain::Timestamp;
use serde_json::json;

use super::{chain_id, isins};
use crate::admin::output::Rows;
use crate::config::Config;
use crate::wiring::{Migrates, open_database};

/// How it is shown.
#[derive(clap::Args)]
pub struct Pending {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If the database cannot be opened or read.
pub(super) async fn run(config: &Config, options: &Pending) -> Result<()> {
    config.check()?;
    let db = open_database(config, Migrates::NewFilesOnly).await?;
    let waiting = dlt_evm::waiting(&db, chain_id(config)).await?;
    let isins = isins(&db).await?;
    db.close().await;
    let mut rows = Rows::new(&[
        "nonce",
        "act",
        "isin",
        "since",
        "transaction",
        "offered_wei",
        "raised",
        "state",
        "submission",
    ]);
    for one in waiting {
        let isin = one.asset.and_then(|asset| isins.get(&asset));
        rows.push([
            json!(one.nonce),
            json!(one.act),
            json!(isin.map(ToString::to_string)),
            json!(Timestamp::to_string(&one.since)),
            json!(one.transaction.to_string()),
            json!(one.offered_wei),
            json!(one.raised),
            json!(if one.is_gone { "gone" } else { "sent" }),
            json!(one.submission.to_string()),
        ]);
    }
    rows.print(options.json);
    Ok(())
}
