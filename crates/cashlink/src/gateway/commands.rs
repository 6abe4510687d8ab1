//! Upkeep of a gateway from the command line, beside the running process or without it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;
use gateway::{EnvironmentSetup, Gateway};
use serde_json::{Value, json};
use uuid::Uuid;

use super::config::Config;
use super::open;
use crate::admin::output::{Rows, print_json, print_one};

/// What can be done.
#[derive(Subcommand)]
pub enum Command {
    /// Make a credential for an application; its secret is shown this once
    AddClient {
        /// The OAuth client ID
        name: String,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Add an asset's environment, or change the one of this name
    AddEnvironment(AddEnvironment),
    /// Remove an environment that nobody is in
    RemoveEnvironment {
        /// Its name
        name: String,
    },
    /// How each environment does, and what waits
    Status {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// The registers of what is sold, as their logs signed them, and what contradicts itself
    Registers {
        /// Answer as JSON, with every signature word for word
        #[arg(long)]
        json: bool,
    },
    /// Follow a register's log anew after it contradicted itself; what it signed before stays as evidence
    FollowRegisterAnew {
        /// The environment's name
        #[arg(long)]
        environment: String,
        /// The register's ISIN
        #[arg(long)]
        isin: String,
    },
    /// Where environments hold other data than the gateway: field, place and age, without the data
    Drift {
        /// Ask for a new comparison, which the running gateway makes
        #[arg(long)]
        compare: bool,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
}

/// What the partner is given for an asset.
#[derive(clap::Args)]
pub struct AddEnvironment {
    /// The partner's own name for it
    #[arg(long)]
    name: String,
    /// The environment, such as https://network.example/environments/NAME/api/external
    #[arg(long)]
    url: String,
    /// A campaign that is sold there, as often as there are any; without one it is a home, where every investor is
    #[arg(long = "campaign-id", value_name = "ID")]
    campaign_ids: Vec<Uuid>,
    /// The OAuth client ID
    #[arg(long)]
    client_id: String,
    /// A file with its secret
    #[arg(long, value_name = "FILE", required_unless_present = "client_secret")]
    client_secret_file: Option<PathBuf>,
    /// The secret itself
    #[arg(long, env = "CASHLINK_CLIENT_SECRET", hide_env_values = true)]
    client_secret: Option<String>,
    /// The token with which an environment that signs nothing shows itself
    #[arg(long)]
    webhook_bearer_token: Option<String>,
    /// Create every investor there at once
    #[arg(long)]
    eager: bool,
    /// Calls in the air at once
    #[arg(long)]
    concurrency: Option<u32>,
    /// Calls that the environment allows in a second
    #[arg(long)]
    requests_per_second: Option<u32>,
    /// Send data that the environment lost again without asking
    #[arg(long)]
    repairs: bool,
}

/// Does it.
pub async fn run(config: &Config, command: Command) -> Result<()> {
    let gateway = open(config).await?;
    let done = act(&gateway, command).await;
    gateway.db().clone().close().await;
    done
}

async fn act(gateway: &Gateway, command: Command) -> Result<()> {
    match command {
        Command::AddClient { name, json } => {
            let made = gateway::create_client(gateway, name).await?;
            let fields = [
                ("client_id", json!(made.client_id)),
                ("client_secret", json!(made.client_secret)),
            ];
            print_one(&fields, json);
        }
        Command::AddEnvironment(options) => {
            gateway::apply_environment(gateway, options.setup()?).await?
        }
        Command::RemoveEnvironment { name } => gateway::remove_environment(gateway, name).await?,
        Command::Status { json: true } => {
            print_json(&serde_json::to_value(gateway::status(gateway).await?)?)
        }
        Command::Status { json: false } => show_status(gateway).await?,
        Command::Registers { json: true } => {
            print_json(&serde_json::to_value(gateway::registers(gateway).await?)?)
        }
        Command::Registers { json: false } => show_registers(gateway).await?,
        Command::FollowRegisterAnew { environment, isin } => {
            gateway::follow_register_anew(gateway, environment, isin).await?
        }
        Command::Drift { compare, json } => {
            if compare {
                gateway::compare_again(gateway).await?;
            }
            let mut rows =
                Rows::new(&["investor", "environment", "field", "since", "seen", "state"]);
            for one in gateway::differences(gateway).await? {
                rows.push(
                    [
                        one.investor_id.to_string(),
                        one.environment,
                        one.field,
                        one.since,
                        one.seen_at,
                        one.state,
                    ]
                    .map(Value::from),
                );
            }
            rows.print(json);
        }
    }
    Ok(())
}

async fn show_status(gateway: &Gateway) -> Result<()> {
    let status = gateway::status(gateway).await?;
    let mut rows = Rows::new(&[
        "environment",
        "state",
        "unreachable since",
        "trouble",
        "investors",
        "pending",
        "refused",
        "differences",
        "heard",
    ]);
    for one in status.environments {
        rows.push([
            json!(one.name),
            json!(one.state()),
            json!(one.unreachable_since),
            json!(one.trouble),
            json!(one.investors),
            json!(one.pending),
            json!(one.refused),
            json!(one.differences),
            json!(one.heard_at),
        ]);
    }
    rows.print(false);
    crate::terminal::say(format!(
        "{} orders wait, {} messages wait",
        status.waiting_orders, status.waiting_messages
    ));
    Ok(())
}

async fn show_registers(gateway: &Gateway) -> Result<()> {
    let mut rows = Rows::new(&["isin", "environment", "entries", "checked", "contradiction"]);
    for one in gateway::registers(gateway).await? {
        let latest = one.checkpoint.as_ref();
        let contradiction = one.contradictions.first();
        rows.push([
            json!(one.isin),
            json!(one.environment),
            json!(latest.and_then(|latest| latest.size)),
            json!(latest.map(|latest| &latest.checked_at)),
            json!(contradiction.and_then(|other| other.contradiction.as_ref())),
        ]);
    }
    rows.print(false);
    Ok(())
}

impl AddEnvironment {
    fn setup(self) -> Result<EnvironmentSetup> {
        let secret = match (self.client_secret, self.client_secret_file) {
            (Some(secret), _) => secret,
            (None, Some(file)) => std::fs::read_to_string(&file)
                .with_context(|| format!("{} cannot be read", file.display()))?
                .trim()
                .to_owned(),
            (None, None) => anyhow::bail!("a secret is needed"),
        };
        Ok(EnvironmentSetup {
            name: self.name,
            url: self.url,
            campaign_ids: self.campaign_ids,
            client_id: self.client_id,
            client_secret: secret,
            webhook_bearer_token: self.webhook_bearer_token,
            eager: self.eager,
            concurrency: self.concurrency,
            requests_per_second: self.requests_per_second,
            repairs: self.repairs,
        })
    }
}
