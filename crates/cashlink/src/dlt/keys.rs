//! `cashlink dlt keys`: whether the keys of the offices can be reached and sign, and which accounts they are.

use anyhow::Result;
use dlt_evm::signing::prove;
use serde_json::json;

use crate::admin::output::Rows;
use crate::config::Config;
use crate::wiring::signers;

/// How it is shown.
#[derive(clap::Args)]
pub struct Keys {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If a key cannot be reached, does not sign, or is not fit for the network.
pub(super) async fn run(config: &Config, options: &Keys) -> Result<()> {
    config.check()?;
    let master = config.master_key.read().await?;
    let signers = signers(config, &master).await?;
    signers.check(super::chain_id(config))?;
    let mut rows = Rows::new(&["office", "account"]);
    for (office, signer) in [
        ("registry", &signers.registry),
        ("enforcement", &signers.enforcement),
    ] {
        prove(signer.as_ref()).await?;
        rows.push([json!(office), json!(signer.address().to_string())]);
    }
    rows.print(options.json);
    Ok(())
}
