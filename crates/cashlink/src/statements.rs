//! `cashlink register statement` and `verify-statement`: the registrar's own copy, and the check that anybody can make.

mod node;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::{InvestmentId, Language};
use registry::{Clock, Request, statements};
use serde::Serialize;
use statement::Statement;
use tlog::Key;
use wire::statements::{RegistryStatement, RegistryStatementRequest, RegistryStatementStatus};

use crate::config::Config;
use crate::terminal::say;
use crate::wiring::{App, Migrates};

/// What is not looked at without a node.
const NO_NODE: &str = "whether the entry's transaction and the checkpoint's root are on the DLT network: no node was named";

/// How often to look whether the server has written the root that a statement waits for, and after how long again.
const LOOKS: usize = 30;
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

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
    /// The public key of the register's log, as `GET /api/network/v1/registers/ISIN/` gives it; with a node it is not needed, because the
    /// registrar wrote it down on the DLT network
    #[arg(long, required_unless_present = "rpc")]
    key: Option<String>,
    /// A node of the DLT network, to look there for token, transaction, root and key
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
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
    unchecked: Vec<String>,
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
    for _ in 0..LOOKS {
        statements::make_open(registry).await?;
        let shown = statements::get(registry, &request.caller, id).await?;
        if shown.status == RegistryStatementStatus::Ready {
            let content = statements::document(registry, &request.caller, id).await?;
            return Ok((shown, content.bytes));
        }
        tokio::time::sleep(LOOK_AGAIN_AFTER).await;
    }
    bail!(
        "statement {id} waits until the root of the register's log is on the DLT network, which the running server writes there; \
         it can be fetched then under registry-statements/{id}/document/"
    )
}

/// Verifies a statement; 1 if it is refused.
///
/// # Errors
/// If the file cannot be read, the key is none, or the node does not answer.
pub async fn verify(options: &Verify) -> Result<ExitCode> {
    let file = std::fs::read(&options.file)
        .with_context(|| format!("{} cannot be read", options.file.display()))?;
    let key: Option<Key> = options
        .key
        .as_ref()
        .map(|key| key.parse())
        .transpose()
        .context("the key is not one of a signed note, NAME+ID+KEY")?;
    let verdict = judge(&file, key, options.rpc.as_deref()).await?;
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

async fn judge(file: &[u8], key: Option<Key>, rpc: Option<&str>) -> Result<Verdict> {
    let read = statement::read(file).and_then(|said| {
        let checkpoint = statement::checkpoint(&said)?;
        Ok((said, checkpoint))
    });
    let (said, checkpoint) = match read {
        Ok(read) => read,
        Err(refusal) => return Ok(Verdict::refused(refusal.code(), refusal.to_string())),
    };
    let mut verdict = Verdict::default();
    verdict
        .unchecked
        .extend(statement::UNCHECKED.iter().map(|what| (*what).to_owned()));
    let anchored = match rpc {
        None => {
            verdict.unchecked.push(NO_NODE.to_owned());
            None
        }
        Some(url) => match node::ask(url, &said, &checkpoint).await? {
            Ok(confirmed) => {
                verdict.confirmed(&said, &confirmed);
                confirmed.key
            }
            Err((code, words)) => return Ok(Verdict::refused(code, words)),
        },
    };
    let key = match (key, anchored) {
        (Some(key), Some(anchored)) if key != anchored => {
            let words = "the registrar wrote another key down than the one given".to_owned();
            return Ok(Verdict::refused(node::ANOTHER, words));
        }
        (Some(key), _) | (None, Some(key)) => key,
        (None, None) => {
            let words =
                "the statement names no anchor: only a key (--key) can judge its seal".to_owned();
            return Ok(Verdict::refused(node::ANCHOR, words));
        }
    };
    match statement::verify(file, &key) {
        Ok(genuine) => verdict.statement = Some(genuine),
        Err(refusal) => return Ok(Verdict::refused(refusal.code(), refusal.to_string())),
    }
    let sealed = [
        "every byte of the file is as the registrar sealed it",
        "the checkpoint is signed by the log's key",
        "the entry is in the log of the checkpoint",
        "what is printed about the entry is what the entry says",
    ];
    verdict.checked.splice(0..0, sealed);
    Ok(verdict)
}

impl Verdict {
    fn refused(code: &str, reason: String) -> Self {
        Self {
            code: Some(code.to_owned()),
            reason: Some(reason),
            ..Self::default()
        }
    }

    /// A node has confirmed what the statement says of the chain.
    fn confirmed(&mut self, said: &Statement, by_node: &node::Confirmed) {
        self.checked.extend([
            "the contract on the DLT network is the token of this ISIN",
            "the entry's transaction is on the DLT network, in its block, by the token",
        ]);
        if by_node.key.is_some() {
            self.checked
                .push("the checkpoint's root is on the DLT network, and so is the key of the seal");
        } else {
            self.unchecked
                .push("whether the checkpoint's root is on the DLT network: the statement names no anchor".to_owned());
        }
        self.unchecked.push(format!(
            "whether the token {} is the one that the terms name, and its registrar {} the one who should be",
            said.ledger.contract, by_node.registrar
        ));
    }
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
