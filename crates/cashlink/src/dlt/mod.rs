//! `cashlink dlt …`: what the DLT network is asked and told beside the register.

mod costs;

use anyhow::Result;

use crate::config::Config;

/// What to do.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show what final transactions have used and paid, by asset and act
    Costs(costs::Costs),
}

/// Runs the command.
///
/// # Errors
/// If the database cannot be opened or read.
pub async fn run(config: &Config, command: &Command) -> Result<()> {
    match command {
        Command::Costs(options) => costs::run(config, options).await,
    }
}
