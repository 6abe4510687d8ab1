//! `cashlink conformance`: plays the published Partner API against any environment, or hard deliveries against a partner's webhook
//! endpoint, and reports each departure.

mod account;
mod deliveries;
mod environment;
mod investments;
mod investors;
mod probe;
mod report;
mod rules;

use std::process::ExitCode;

use anyhow::Result;
use uuid::Uuid;

use crate::terminal::say;

pub use report::{Outcome, Report};

/// What to test.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("subject").required(true).multiple(true).args(["environment", "webhooks"])))]
pub struct Options {
    /// An environment's URL in any published spelling; investors and orders of Erika Mustermann stay there, so take one for tests
    #[arg(long, value_name = "URL", requires_all = ["client_id", "client_secret"])]
    environment: Option<String>,
    /// The distributor's client ID
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Its secret
    #[arg(
        long,
        value_name = "SECRET",
        env = "CASHLINK_CLIENT_SECRET",
        hide_env_values = true
    )]
    client_secret: Option<String>,
    /// The campaign to order from; without one, nothing is ordered
    #[arg(long, value_name = "ID")]
    campaign: Option<Uuid>,
    /// Units to order each time
    #[arg(long, value_name = "N", default_value_t = 10)]
    units: u64,
    /// A partner's webhook endpoint; events about an investment that nobody knows are sent there
    #[arg(long, value_name = "URL", requires = "secret")]
    webhooks: Option<String>,
    /// The endpoint's signing secret (whsec_…)
    #[arg(long, value_name = "WHSEC")]
    secret: Option<String>,
    /// The bearer token that the endpoint expects beside the signature
    #[arg(long, value_name = "TOKEN")]
    bearer_token: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// An environment to be tested, and what a partner was given for it.
pub struct Subject {
    /// URL and credentials.
    pub environment: sdk::Environment,
    /// The campaign to order from.
    pub campaign: Option<Uuid>,
    /// Units to order each time.
    pub units: u64,
}

/// A webhook endpoint to be tested.
pub struct Endpoint {
    /// Where it listens.
    pub url: String,
    /// Its signing secret.
    pub secret: String,
    /// The bearer token it expects.
    pub bearer_token: Option<String>,
}

/// Tests and prints; fails if there was a departure.
///
/// # Errors
/// If the URL or the secret is none.
pub async fn run(options: Options) -> Result<ExitCode> {
    let mut report = Report::default();
    if let Some(url) = options.environment {
        let environment = sdk::Environment {
            url,
            client_id: options.client_id.unwrap_or_default(),
            client_secret: options.client_secret.unwrap_or_default(),
        };
        let subject = Subject {
            environment,
            campaign: options.campaign,
            units: options.units,
        };
        test_environment(&subject, &mut report).await?;
    }
    if let Some(url) = options.webhooks {
        let endpoint = Endpoint {
            url,
            secret: options.secret.unwrap_or_default(),
            bearer_token: options.bearer_token,
        };
        test_endpoint(&endpoint, &mut report).await?;
    }
    match options.json {
        true => say(serde_json::to_string_pretty(&report.json())?),
        false => report.lines().iter().for_each(say),
    }
    Ok(match report.departures().next() {
        Some(_) => ExitCode::FAILURE,
        None => ExitCode::SUCCESS,
    })
}

/// Plays the published API against an environment.
///
/// # Errors
/// If the URL is none.
pub async fn test_environment(subject: &Subject, report: &mut Report) -> Result<()> {
    environment::test(subject, report).await
}

/// Plays hard deliveries against a webhook endpoint.
///
/// # Errors
/// If the secret is none.
pub async fn test_endpoint(endpoint: &Endpoint, report: &mut Report) -> Result<()> {
    deliveries::test(endpoint, report).await
}
