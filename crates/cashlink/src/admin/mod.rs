//! `cashlink admin`: set up and look after the network. Whoever acts is named, and the audit log keeps the name.

mod commands;
mod create;
mod credentials;
mod deliveries;
mod erase;
mod gateways;
mod list;
mod mails;
mod operations;
pub(crate) mod output;
mod people;
mod rotate;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use registry::{Caller, Clock, Request};

use crate::config::Config;
use crate::wiring::{App, Migrates};

/// Who does what.
#[derive(Debug, Args)]
pub struct Options {
    /// Who acts; kept in the audit log
    #[arg(long, value_name = "NAME", global = true, env = "CASHLINK_OPERATOR")]
    operator: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what is set up
    List {
        /// What to show
        #[arg(value_enum)]
        what: list::What,
    },
    /// Create a part of the network
    #[command(subcommand)]
    Create(create::What),
    /// What goes to the DLT network
    #[command(subcommand)]
    Commands(commands::Command),
    /// Webhooks on their way
    #[command(subcommand)]
    Deliveries(deliveries::Command),
    /// Make a person's data unreadable, where no law has them kept
    Erase {
        /// The investor's ID
        investor: uuid::Uuid,
    },
    /// Gateways that the network runs for partners
    #[command(subcommand)]
    Gateway(gateways::Command),
    /// Mails to persons
    #[command(subcommand)]
    Mails(mails::Command),
    /// Heirs, orders, lost keys, pledges and wrong entries: what is entered without the holder's signature
    #[command(subcommand)]
    Operations(operations::Command),
    /// Refuse a client from now on
    Revoke {
        /// Its client ID
        client_id: String,
    },
    /// Wrap every data key with a new master key
    RotateMasterKey(rotate::Rotation),
}

/// Runs one command.
///
/// # Errors
/// What the network refuses.
pub async fn run(config: &Config, options: &Options) -> Result<()> {
    let operator = options.operator.as_deref().unwrap_or_default().trim();
    anyhow::ensure!(
        !operator.is_empty(),
        "name who acts with --operator NAME; the audit log keeps it"
    );
    let app = App::open(config.clone(), Clock::Real, Migrates::NewFilesOnly).await?;
    let done = act(&app, operator, options).await;
    app.close().await;
    done.map_err(in_words)
}

async fn act(app: &App, operator: &str, options: &Options) -> Result<()> {
    let (caller, json) = (Caller::network(operator), options.json);
    let request = Request::internal(operator, "cashlink admin");
    match &options.command {
        Command::List { what } => list::run(app, &caller, *what).await?.print(json),
        Command::Create(what) => create::run(app, &request, what, json).await?,
        Command::Commands(command) => commands::run(app, &caller, &request, command, json).await?,
        Command::Deliveries(command) => deliveries::run(app, &caller, command).await?.print(json),
        Command::Erase { investor } => erase::run(app, &request, *investor, json).await?,
        Command::Gateway(command) => gateways::run(app, &request, command, json).await?,
        Command::Mails(command) => mails::run(app, &caller, &request, command, json).await?,
        Command::Operations(command) => operations::run(app, &request, command, json).await?,
        Command::RotateMasterKey(rotation) => rotate::run(app, &request, rotation).await?,
        Command::Revoke { client_id } => credentials::revoke(app, &request, client_id).await?,
    }
    Ok(())
}

/// A line of `cashlink admin`.
#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

/// Runs a command as it is written, in a network that is open already: what documents show is tested by it.
///
/// # Errors
/// What is misunderstood, and what the network refuses.
pub async fn operate(app: &App, line: &[String]) -> Result<()> {
    let Line { options } = Line::try_parse_from(line)?;
    let operator = options.operator.clone().unwrap_or_default();
    act(app, &operator, &options).await.map_err(in_words)
}

/// A refusal as the API would tell it.
fn in_words(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<registry::Error>() {
        None | Some(registry::Error::Fault(_)) => error,
        Some(refusal) => anyhow::anyhow!("{}", refusal.to_problem().detail),
    }
}
