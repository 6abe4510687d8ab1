//! `cashlink dlt estimate`: what the deliveries that are due will cost. Needs the database and no node.

use anyhow::{Context, Result, bail};
use domain::{Isin, ProductId};
use registry::delivery_costs;
use serde_json::json;
use storage::Scope;

use super::MOST_PRODUCTS;
use crate::admin::output::Rows;
use crate::config::Config;
use crate::wiring::{Migrates, open_database};

/// Of which products.
#[derive(clap::Args)]
pub struct Estimate {
    /// Only of this asset
    #[arg(long, value_name = "ISIN")]
    product: Option<Isin>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If there is no such asset, or the database cannot be opened or read.
pub(super) async fn run(config: &Config, options: &Estimate) -> Result<()> {
    config.check()?;
    let db = open_database(config, Migrates::NewFilesOnly).await?;
    let wanted = options.product;
    let estimates = db.read(move |tx| {
        let (_, products) = storage::products::list(tx, &Scope::ALL, 0, MOST_PRODUCTS)?;
        let products = products.into_iter().map(|record| record.product);
        let wanted = products.filter(|product| wanted.is_none_or(|isin| product.isin == isin));
        let ids: Vec<ProductId> = wanted.map(|product| product.id).collect();
        ids.into_iter()
            .map(|id| delivery_costs::estimate_in(tx, id))
            .collect::<registry::Result<Vec<_>>>()
    });
    let estimates = estimates.await.context("the estimate")?;
    db.close().await;
    if let (Some(isin), []) = (wanted, estimates.as_slice()) {
        bail!("there is no asset with the ISIN {isin}");
    }
    let mut rows = Rows::new(&[
        "isin",
        "investments",
        "batches",
        "gas_low",
        "gas_high",
        "wei_per_gas",
        "fee_wei_low",
        "fee_wei_high",
    ]);
    for one in estimates {
        rows.push([
            json!(one.isin),
            json!(one.investments),
            json!(one.batches),
            json!(one.gas_low),
            json!(one.gas_high),
            json!(one.wei_per_gas),
            json!(one.fee_wei_low),
            json!(one.fee_wei_high),
        ]);
    }
    rows.print(options.json);
    Ok(())
}
