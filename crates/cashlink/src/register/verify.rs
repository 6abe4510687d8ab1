//! `cashlink register verify`: replays the journal, recomputes every hash, and compares the holdings with the chain.
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use dlt::{Ledger, LedgerError};
use registry::Clock;
use registry::register_check::{self, Verdict};
use serde::Serialize;
use serde_json::json;

use crate::config::Config;
use crate::terminal::say;
use crate::wiring::{App, Migrates};

/// How often a difference between register and chain is looked at, and how long to wait in between.
const LOOKS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// How to verify.
#[derive(clap::Args)]
pub struct Verify {
    /// Only this asset
    #[arg(long, value_name = "ISIN")]
    product: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was found for one asset.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// ISO 6166.
    pub isin: String,
    /// Entries of the journal.
    pub entries: u64,
    /// Merkle tree hash over them.
    pub root_hash: String,
    /// Holdings compared.
    pub holdings: usize,
    /// Roots of the log on the chain.
    pub anchors: usize,
    /// The block that the balances were read at; none before the asset is on the chain.
    pub at_block: Option<u64>,
    /// Why it is not compared with the chain, if it is not kept here.
    pub standing: Option<String>,
    /// The first thing that does not fit.
    pub difference: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// If something cannot be asked; a difference is no error but exit code 1.
pub async fn run(config: &Config, options: &Verify) -> Result<ExitCode> {
    let app = match App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await {
        Ok(app) => app,
        Err(error) => return office_elsewhere(error, options.json),
    };
    let findings = verify(&app, options.product.as_deref()).await?;
    app.close().await;
    if options.json {
        say(serde_json::to_string_pretty(&findings)?);
    } else {
        findings.iter().for_each(print);
    }
    let fits = findings.iter().all(|finding| finding.difference.is_none());
    Ok(if fits {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// That the office is with another key is a finding of its own, and no difference: nothing was compared.
fn office_elsewhere(error: anyhow::Error, as_json: bool) -> Result<ExitCode> {
    let mut causes = error.chain();
    let fault = causes.find_map(|cause| cause.downcast_ref::<LedgerError>());
    let Some(LedgerError::Office(who)) = fault else {
        return Err(error);
    };
    match as_json {
        true => {
            let finding = json!({"finding": "office_elsewhere", "detail": who});
            say(serde_json::to_string_pretty(&finding)?);
        }
        false => say(format!("office_elsewhere: {who}")),
    }
    Ok(ExitCode::FAILURE)
}

/// Verifies one asset or all of them.
///
/// # Errors
/// If something cannot be asked, or there is no such asset.
pub async fn verify(app: &App, isin: Option<&str>) -> Result<Vec<Finding>> {
    let mut verdicts = register_check::verify(&app.registry, None).await?;
    if let Some(isin) = isin {
        verdicts.retain(|verdict| verdict.isin == isin);
        if verdicts.is_empty() {
            bail!("there is no register of an asset with the ISIN {isin}");
        }
    }
    let mut findings = Vec::new();
    for verdict in verdicts {
        findings.push(settled(app, verdict).await?);
    }
    Ok(findings)
}

/// A delivery takes effect on the chain a moment before it is entered in the register, so a difference between the two
/// counts only if it stays. A difference inside the register counts at once.
async fn settled(app: &App, verdict: Verdict) -> Result<Finding> {
    let product = verdict.product;
    let mut finding = finding(app.ledger.as_ref(), verdict).await?;
    for _ in 1..LOOKS {
        if finding.difference.is_none() || finding.at_block.is_none() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        for verdict in register_check::verify(&app.registry, Some(product)).await? {
            finding = self::finding(app.ledger.as_ref(), verdict).await?;
        }
    }
    Ok(finding)
}

async fn finding(ledger: &dyn Ledger, verdict: Verdict) -> Result<Finding> {
    let mut finding = Finding {
        isin: verdict.isin.clone(),
        entries: verdict.entries,
        root_hash: verdict.root_hash.clone(),
        holdings: verdict.holdings.len(),
        anchors: verdict.anchors.len(),
        at_block: None,
        standing: verdict.standing.map(|standing| standing.to_string()),
        difference: verdict.problem.clone(),
    };
    if finding.difference.is_none() && verdict.standing.is_none() {
        finding.difference = compare_with_chain(ledger, &verdict, &mut finding.at_block).await?;
    }
    Ok(finding)
}

/// The first holding that the chain tells otherwise.
async fn compare_with_chain(
    ledger: &dyn Ledger,
    verdict: &Verdict,
    at_block: &mut Option<u64>,
) -> Result<Option<String>> {
    let address = verdict.token_address;
    let Some(asset) = ledger.asset(address).await? else {
        // Before the entry there is nothing on either side.
        let is_entered = !verdict.holdings.is_empty();
        return Ok(is_entered
            .then(|| format!("the register has holdings, but there is no token at {address}")));
    };
    if !asset.code_matches {
        return Ok(Some(format!(
            "the code of the token at {address} is not the committed one"
        )));
    }
    let wallets: Vec<_> = verdict.holdings.iter().map(|(wallet, _)| *wallet).collect();
    let balances = ledger.balances(address, &wallets).await?;
    *at_block = Some(balances.at_block);
    for ((wallet, units), balance) in verdict.holdings.iter().zip(&balances.units) {
        if units != balance {
            return Ok(Some(format!(
                "{wallet} holds {units} units in the register and {balance} on the chain"
            )));
        }
    }
    if let Some(difference) = compare_anchors(ledger, verdict).await? {
        return Ok(Some(difference));
    }
    // Every holding fits; what is left could only be at a wallet that the register does not know.
    let sum: u64 = balances.units.iter().sum();
    let other = asset.issued.saturating_sub(sum);
    Ok((other > 0).then(|| {
        format!("{other} units are on the chain at wallets that the register does not know")
    }))
}

/// The first root that the chain does not have as the register says.
async fn compare_anchors(ledger: &dyn Ledger, verdict: &Verdict) -> Result<Option<String>> {
    for anchor in &verdict.anchors {
        let Some((hash, block)) = anchor.written() else {
            continue;
        };
        let written = ledger.anchors(verdict.token_address, block).await?;
        let is_there = written.iter().any(|(by, anchored)| {
            let said = (by.0, anchored.size, anchored.root);
            said == (hash.bytes(), anchor.size, anchor.root)
        });
        if !is_there {
            return Ok(Some(format!(
                "the root over {} entries is not on the chain in {hash}, block {block}",
                anchor.size
            )));
        }
    }
    Ok(None)
}

fn print(finding: &Finding) {
    let Finding {
        isin,
        entries,
        root_hash,
        holdings,
        ..
    } = finding;
    match &finding.difference {
        None => {
            let block = match (&finding.standing, finding.at_block) {
                (Some(standing), _) => format!("not compared with the chain: it {standing}"),
                (None, Some(block)) => format!("block {block}"),
                (None, None) => "not yet on the chain".to_owned(),
            };
            say(format!(
                "{isin}  fits: {entries} entries, {holdings} holdings, {block}, root {root_hash}"
            ));
        }
        Some(difference) => say(format!(
            "{isin}  DIFFERS: {difference} ({entries} entries, root {root_hash})"
        )),
    }
}
