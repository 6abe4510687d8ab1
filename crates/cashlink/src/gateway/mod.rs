//! `cashlink gateway`: the partner's own process in front of every environment it sells, and the upkeep of it.

mod commands;
mod config;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::routing::get;
use database::Db;
use database::vault::Vault;
use gateway::{Gateway, Parts, Settings, Worker};
use http::Network;

use crate::terminal::note;
use crate::{page, serve, telemetry};
use config::Config;

/// How long requests in flight have when the gateway stops.
const DRAIN: Duration = Duration::from_secs(20);

/// Where the configuration is, and what is to be done.
#[derive(clap::Args)]
pub struct Options {
    /// The gateway's configuration file; CASHLINK_GATEWAY__SECTION__KEY in the environment overrides it
    #[arg(
        long,
        value_name = "FILE",
        env = "CASHLINK_GATEWAY_CONFIG",
        global = true
    )]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<commands::Command>,
}

/// Serves until it is told to stop, or does what the subcommand says.
///
/// # Errors
/// If the configuration makes no sense, a part cannot be opened, or the address is taken.
pub async fn run(options: Options) -> Result<()> {
    let config = config::load(options.config.as_deref())?;
    match options.command {
        Some(command) => commands::run(&config, command).await,
        None => serve_gateway(&config).await,
    }
}

async fn serve_gateway(config: &Config) -> Result<()> {
    telemetry::start_log(&config.log)?;
    let metrics = telemetry::start_metrics()?;
    let server = http::Server::bind(config.listen, None).await;
    let server = server.with_context(|| format!("cannot listen on {}", config.listen))?;
    let readers = networks(&config.metrics.allow_networks)?;
    let gateway = open(config).await?;
    for environment in config.environments()? {
        gateway::apply_environment(&gateway, environment).await?;
    }
    let worker = Worker::new(gateway.clone());
    let metrics = Router::new().route("/metrics", get(move || async move { metrics() }));
    let metrics = page::guard_metrics(metrics, readers.clone());
    let router = gateway::router(gateway.clone(), readers).merge(metrics);
    tracing::info!("the gateway listens on {}", server.address());
    if !gateway::has_clients(&gateway).await? {
        note("nobody can sign in yet: make a credential with `cashlink gateway add-client NAME`");
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let works = tokio::spawn(async move {
        // A signal whose sender is gone means stop too.
        let told = async move { drop(stopped.await) };
        worker.run(told).await
    });
    let signals = async move {
        serve::until_told().await;
        let _ = stop.send(());
    };
    server.run(router, signals, DRAIN).await?;
    serve::finish(works).await;
    gateway.db().clone().close().await;
    Ok(())
}

/// The gateway over its database, which is brought to the schema of this program: nobody else uses it.
async fn open(config: &Config) -> Result<Gateway> {
    let mut options = database::Options::new(config.database.url.clone());
    options.connections = config.database.connections;
    options.root_certificates = config.database.root_certificates.clone();
    let db = Db::open(&options)
        .await
        .context("the gateway's database cannot be opened")?;
    database::migrate(&db, &gateway::COMPONENTS).await?;
    let vault = Vault::open(&db, config.read_master_key()?).await?;
    let allowed = config.webhooks.allow_networks.iter().map(String::as_str);
    let mut settings = Settings::new(config.public_url.clone());
    settings.answer_within = Duration::from_secs(config.limits.answer_within_s);
    settings.call_timeout = Duration::from_secs(config.limits.call_timeout_s);
    settings.silent_after = Duration::from_secs(config.limits.silent_after_s);
    settings.compare_every = (config.limits.compare_every_s > 0)
        .then(|| Duration::from_secs(config.limits.compare_every_s));
    settings.registers_webhooks = config.webhooks.register;
    let parts = Parts {
        db,
        vault,
        clock: Arc::new(|| registry::clock::real_now().micros()),
        guard: webhooks::Guard::allowing(allowed).context("webhooks.allow_networks")?,
        settings,
    };
    Ok(Gateway::open(parts).await?)
}

fn networks(texts: &[String]) -> Result<Vec<Network>> {
    let parsed: Result<Vec<Network>, _> = texts.iter().map(|text| text.parse()).collect();
    parsed.context("metrics.allow_networks")
}
