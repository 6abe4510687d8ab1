//! `cashlink dlt …`: what the DLT network was told, and what that has cost.

mod costs;
mod estimate;
mod pending;

use std::collections::HashMap;

use anyhow::Result;
use database::Db;
use dlt_evm::EmbeddedOptions;
use domain::{Address, Isin};
use storage::Scope;

use crate::config::{Config, DltMode};

const MOST_PRODUCTS: u32 = 100_000;

/// What to do.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show what final transactions have used and paid, by asset and act
    Costs(costs::Costs),
    /// Show what the deliveries of paid investments will cost
    Estimate(estimate::Estimate),
    /// Show what was sent and is not final
    Pending(pending::Pending),
}

/// Runs the command.
///
/// # Errors
/// If the database cannot be opened or read.
pub async fn run(config: &Config, command: &Command) -> Result<()> {
    match command {
        Command::Costs(options) => costs::run(config, options).await,
        Command::Estimate(options) => estimate::run(config, options).await,
        Command::Pending(options) => pending::run(config, options).await,
    }
}

/// The chain of a configuration, which only a node has to be asked to serve.
fn chain_id(config: &Config) -> u64 {
    let default = match config.dlt.mode {
        DltMode::Embedded => EmbeddedOptions::DEFAULT_CHAIN_ID,
        DltMode::Rpc => 0,
    };
    config.dlt.chain_id.unwrap_or(default)
}

/// Whose token is where.
async fn isins(db: &Db) -> Result<HashMap<Address, Isin>> {
    let products = db.read(|tx| storage::products::list(tx, &Scope::ALL, 0, MOST_PRODUCTS));
    let (_, products) = products.await?;
    let pairs = products
        .into_iter()
        .map(|record| (record.token_address, record.product.isin));
    Ok(pairs.collect())
}
