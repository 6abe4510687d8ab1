//! `cashlink register statement` and `verify-statement`: the registrar's own copy, and the check that anybody can make.
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use domain::{InvestmentId, Language};
use registry::{Clock, Request, statements};
use serde::Serialize;
use serde_json::{Value, json};
use statement::Statement;
use tlog::Key;
use wire::statements::{RegistryStatement, RegistryStatementRequest, RegistryStatementStatus};

use crate::config::Config;
use crate::terminal::say;
use crate::wiring::{App, Migrates};

/// What is not on the chain as the statement says.
const TRANSACTION: &str = "statement_transaction_missing";

/// Whose statement to make.
#[derive(clap::Args)]
pub struct Make {
    /// The investment whose holder asks
    investment: String,
    /// `de` or `en`; without it, that of where the holder lives
    #[arg(long)]
    language: Option<Language>,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// What to verify, and against what.
#[derive(clap::Args)]
pub struct Verify {
    /// The PDF
    file: PathBuf,
    /// The public key of the register's log, as `GET /api/network/v1/registers/ISIN/` gives it
    #[arg(long)]
    key: String,
    /// A node of the DLT network, to look for the entry's transaction there
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Verdict {
    /// Why the statement is refused.
    code: Option<String>,
    /// The same in words.
    reason: Option<String>,
    /// What the statement says, if it was not changed.
    statement: Option<Statement>,
    /// What was looked at.
    checked: Vec<&'static str>,
    /// What was not.
    unchecked: Vec<&'static str>,
}

/// Makes a statement on request and writes it.
///
/// # Errors
/// If it is refused, or cannot be made or written.
pub async fn make(config: &Config, options: &Make) -> Result<ExitCode> {
    let id = options.investment.parse::<uuid::Uuid>();
    let id = InvestmentId::from_uuid(id.context("the investment is named by its id")?);
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    let made = made(&app, id, options.language).await;
    let (shown, bytes) = match made {
        Ok(made) => made,
        Err(error) => {
            app.close().await;
            return Err(error);
        }
    };
    app.close().await;
    std::fs::write(&options.to, bytes)
        .with_context(|| format!("{} cannot be written", options.to.display()))?;
    let number = shown.number.unwrap_or_default();
    let hash = shown.sha256.unwrap_or_default();
    say(format!(
        "{}  number {number}, SHA-256 {hash}",
        options.to.display()
    ));
    Ok(ExitCode::SUCCESS)
}

async fn made(
    app: &App,
    investment: InvestmentId,
    language: Option<Language>,
) -> Result<(RegistryStatement, Vec<u8>)> {
    let registry = &app.registry;
    let request = Request::internal("command line", "register statement");
    let body = RegistryStatementRequest {
        language: language.map(|language| language.to_string()),
    };
    let asked = statements::request(registry, &request, investment, body).await?;
    let id = asked.resource.context("a statement has an id")?;
    statements::make_open(registry).await?;
    let shown = statements::get(registry, &request.caller, id).await?;
    if shown.status != RegistryStatementStatus::Ready {
        bail!("the statement could not be made; the log says why");
    }
    let content = statements::document(registry, &request.caller, id).await?;
    Ok((shown, content.bytes))
}

/// Verifies a statement; 1 if it is refused.
///
/// # Errors
/// If the file cannot be read, the key is none, or the node does not answer.
pub async fn verify(options: &Verify) -> Result<ExitCode> {
    let file = std::fs::read(&options.file)
        .with_context(|| format!("{} cannot be read", options.file.display()))?;
    let key: Key = options
        .key
        .parse()
        .context("the key is not one of a signed note, NAME+ID+KEY")?;
    let verdict = judge(&file, &key, options.rpc.as_deref()).await?;
    if options.json {
        say(serde_json::to_string_pretty(&verdict)?);
    } else {
        print(&verdict);
    }
    Ok(match verdict.code {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    })
}

async fn judge(file: &[u8], key: &Key, rpc: Option<&str>) -> Result<Verdict> {
    let mut verdict = Verdict {
        code: None,
        reason: None,
        statement: None,
        checked: Vec::new(),
        unchecked: statement::UNCHECKED.to_vec(),
    };
    let genuine = match statement::verify(file, key) {
        Ok(genuine) => genuine,
        Err(refusal) => {
            verdict.code = Some(refusal.code().to_owned());
            verdict.reason = Some(refusal.to_string());
            return Ok(verdict);
        }
    };
    verdict.checked = vec![
        "every byte of the file is as the registrar sealed it",
        "the checkpoint is signed by the log's key",
        "the entry is in the log of the checkpoint",
        "what is printed about the entry is what the entry says",
    ];
    match rpc {
        None => verdict
            .unchecked
            .push("whether the entry's transaction is on the DLT network: no node was named"),
        Some(url) => match on_chain(url, &genuine).await? {
            None => verdict
                .checked
                .push("the entry's transaction is on the DLT network, in its block, by the token"),
            Some(reason) => {
                verdict.code = Some(TRANSACTION.to_owned());
                verdict.reason = Some(reason);
            }
        },
    }
    verdict.statement = Some(genuine);
    Ok(verdict)
}

/// What the node says otherwise about the entry's transaction.
async fn on_chain(url: &str, of: &Statement) -> Result<Option<String>> {
    let chain = call(url, "eth_chainId", json!([])).await?;
    if number(&chain) != Some(of.ledger.chain_id) {
        return Ok(Some(format!(
            "the node is on chain {chain}, not on chain {}",
            of.ledger.chain_id
        )));
    }
    let Some(transaction) = &of.transaction else {
        return Ok(Some("the statement names no transaction".to_owned()));
    };
    let hash = &transaction.hash;
    let receipt = call(url, "eth_getTransactionReceipt", json!([hash])).await?;
    let is_there = number(&receipt["blockNumber"]) == Some(transaction.block)
        && number(&receipt["status"]) == Some(1);
    let is_of_token = receipt["logs"].as_array().is_some_and(|logs| {
        let by = |log: &Value| log["address"].as_str().map(str::to_lowercase);
        let contract = of.ledger.contract.to_lowercase();
        logs.iter().any(|log| by(log).as_ref() == Some(&contract))
    });
    Ok(match is_there && is_of_token {
        true => None,
        false => Some(format!(
            "the node knows no transaction {hash} of the token {} in block {}",
            of.ledger.contract, transaction.block
        )),
    })
}

async fn call(url: &str, method: &str, params: Value) -> Result<Value> {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let client = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(30))
        .build()?;
    let answer: Value = client.post(url).json(&body).send().await?.json().await?;
    match answer.get("error") {
        None => Ok(answer["result"].clone()),
        Some(error) => bail!("the node refuses {method}: {error}"),
    }
}

/// A number as nodes write it.
fn number(value: &Value) -> Option<u64> {
    let digits = value.as_str()?.strip_prefix("0x")?;
    u64::from_str_radix(digits, 16).ok()
}

fn print(verdict: &Verdict) {
    match (&verdict.code, &verdict.statement) {
        (None, Some(statement)) => say(format!(
            "genuine: statement {} of {}, {} holds {} units as of entry {}",
            statement.number,
            statement.security.isin,
            statement.holder.id,
            statement.holding.units,
            statement.register.sequence
        )),
        (code, _) => say(format!(
            "REFUSED ({}): {}",
            code.as_deref().unwrap_or_default(),
            verdict.reason.as_deref().unwrap_or_default()
        )),
    }
    verdict
        .checked
        .iter()
        .for_each(|what| say(format!("  checked: {what}")));
    verdict
        .unchecked
        .iter()
        .for_each(|what| say(format!("  not checked: {what}")));
}
