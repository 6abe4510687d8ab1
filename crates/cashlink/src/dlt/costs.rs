//! `cashlink dlt costs`: gas and fees, by operation and by delivered unit. Needs the database and no node.

use std::collections::HashMap;

use anyhow::{Context, Result};
use dlt_evm::Cost;
use domain::{Address, Isin, Timestamp};
use serde_json::{Value, json};

use super::{chain_id, isins};
use crate::admin::output::Rows;
use crate::config::Config;
use crate::wiring::{Migrates, open_database};

/// A native unit of the network in wei.
const NATIVE: u128 = 1_000_000_000_000_000_000;

/// Which costs.
#[derive(clap::Args)]
pub struct Costs {
    /// Only of this asset
    #[arg(long, value_name = "ISIN")]
    product: Option<Isin>,
    /// Only of what was signed at this time or later (RFC 3339)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If the text is no time, or the database cannot be opened or read.
pub(super) async fn run(config: &Config, options: &Costs) -> Result<()> {
    config.check()?;
    let since = match &options.since {
        Some(text) => Timestamp::parse(text).context("--since is no time (RFC 3339)")?,
        None => Timestamp::from_seconds(0),
    };
    let db = open_database(config, Migrates::NewFilesOnly).await?;
    let costs = dlt_evm::costs(&db, chain_id(config), since).await?;
    let isins = isins(&db).await?;
    db.close().await;
    table(&costs, &isins, options.product).print(options.json);
    Ok(())
}

fn table(costs: &[Cost], isins: &HashMap<Address, Isin>, only: Option<Isin>) -> Rows {
    let mut rows = Rows::new(&[
        "isin",
        "act",
        "transactions",
        "reverted",
        "wallets",
        "units",
        "gas",
        "gas_per_transaction",
        "gas_per_wallet",
        "fee",
        "fee_per_transaction",
        "fee_per_unit",
    ]);
    for cost in costs {
        let isin = cost.asset.and_then(|asset| isins.get(&asset).copied());
        if only.is_some() && isin != only {
            continue;
        }
        let all = cost.transactions + cost.reverted;
        let asset = isin
            .map(|isin| isin.to_string())
            .or_else(|| cost.asset.map(|asset| asset.to_string()));
        rows.push([
            asset.into(),
            json!(cost.act),
            json!(cost.transactions),
            json!(cost.reverted),
            json!(cost.wallets),
            json!(cost.units),
            json!(cost.gas),
            each(u128::from(cost.gas), all, |gas| json!(gas)),
            each(u128::from(cost.gas), cost.wallets, |gas| json!(gas)),
            native(cost.fee_wei),
            each(cost.fee_wei, all, native),
            each(cost.fee_wei, cost.units, native),
        ]);
    }
    rows
}

/// Divided and rounded down; nothing if there is nothing to divide by.
fn each(total: u128, count: u64, show: impl FnOnce(u128) -> Value) -> Value {
    match total.checked_div(count.into()) {
        Some(each) => show(each),
        None => Value::Null,
    }
}

/// Wei as a decimal of the network's native unit, exactly.
fn native(wei: u128) -> Value {
    let (whole, rest) = (wei / NATIVE, wei % NATIVE);
    let rest = format!("{rest:018}");
    match rest.trim_end_matches('0') {
        "" => json!(whole.to_string()),
        digits => json!(format!("{whole}.{digits}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_exact_decimals() {
        assert_eq!(native(0), "0");
        assert_eq!(native(NATIVE), "1");
        assert_eq!(native(12 * NATIVE + 1), "12.000000000000000001");
        assert_eq!(native(NATIVE / 4), "0.25");
        assert_eq!(each(10, 0, native), Value::Null);
        assert_eq!(each(10, 3, |gas| json!(gas)), 3);
    }
}
