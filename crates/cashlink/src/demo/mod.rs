//! `cashlink demo`: the whole sample network in one process, the main job played over HTTP, and then everything stays up.
mod accounts;
mod broker;
mod check;
pub mod client;
mod clients;
pub mod credentials;
mod node;
mod people;
mod progress;
mod receiver;
mod report;
pub mod setup;
mod shop;
mod story;
mod waiting;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use registry::{Caller, Clock};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Log;
use crate::hosting::Part;
use crate::terminal::show;
use crate::wiring::{App, Migrates};
use crate::{founding, inventory, serve, telemetry};
use credentials::CredentialsFile;
use progress::Progress;
use setup::Place;
use shop::{Door, Shop};

/// How long one request of the story may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests in flight may take when the demo ends.
const DRAIN: Duration = Duration::from_secs(3);

/// How to run the demo.
#[derive(clap::Args)]
pub struct Options {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep the data in this folder and continue there next time
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only set up and serve
    #[arg(long)]
    no_story: bool,
    /// Leave after the story; the exit code says whether everything agreed
    #[arg(long)]
    exit: bool,
    /// Write URLs, IDs and credentials there as soon as everything is ready
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Run this network instead of the sample
    #[arg(long, value_name = "FILE")]
    network: Option<PathBuf>,
    /// Write to this development node instead of the chain in this process, such as http://127.0.0.1:8545 of anvil or ganache
    #[arg(long, value_name = "URL")]
    dlt: Option<String>,
}

/// Runs the demo.
///
/// # Errors
/// If the network cannot be started, or the story does not end as it should.
pub async fn run(options: Options) -> Result<ExitCode> {
    let log = Log {
        filter: std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()),
        ..Log::default()
    };
    telemetry::start_log(&log)?;
    let progress = Progress::new();
    progress.step("The network starts");
    let place = Place::open(options.data.as_deref())?;
    let running = start(&options, &place).await?;
    progress.done("The network listens; every asset is entered in the register and on the chain");

    let ended = match options.no_story {
        true => Ok(ExitCode::SUCCESS),
        false => play(&running.access, &progress).await,
    };
    progress.finish();
    if !options.exit && ended.is_ok() {
        let links = people_links(&running.app).await?;
        show(next_steps(&running, &options, &links));
        serve::until_told().await;
    }
    running.stop().await?;
    ended
}

/// A demo that is up.
struct Running {
    /// The customer's side.
    shop: Option<Shop>,
    shop_url: String,
    app: App,
    access: CredentialsFile,
    stop: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    worker: JoinHandle<()>,
    gateways: JoinHandle<()>,
}

async fn start(options: &Options, place: &Place) -> Result<Running> {
    let metrics = telemetry::start_metrics()?;
    let server = http::Server::bind(options.listen, None).await;
    let server = server.with_context(|| format!("cannot listen on {}", options.listen))?;
    let url = format!("http://{}", reachable(server.address()));
    let mut config = place.configuration(server.address(), &url, options.network.as_deref())?;
    match &options.dlt {
        Some(url) => config.dlt = node::configuration(place, url).await?,
        None => node::require_none(place)?,
    }
    let door = Door::bind(server.address()).await?;
    let shop_url = door.url.clone();
    let app = App::open(config, Clock::Real, Migrates::First).await?;
    let app = app.with_sample_broker(shop_url.clone());
    app.apply_network_file(setup::OPERATOR).await?;
    let (stop, stopped) = watch::channel(false);
    let gateways = app.host_gateways(Part::Works, stopped.clone());
    let worker = app.start_worker(stopped.clone());
    let router = app.router(metrics);
    let server = tokio::spawn(server.run(router, until(stopped), DRAIN));
    let inventory = setup::wait_for_tokens(&app).await?;
    let mut access = setup::credentials(&app, place, &inventory).await?;
    if let Some(url) = &options.dlt {
        access.dlt.rpc_url.clone_from(url);
    }
    if let Some(file) = &options.credentials {
        access.write(file)?;
    }
    let shop = Shop::open(&app, place, &inventory, door, stop.subscribe()).await?;
    Ok(Running {
        shop,
        shop_url,
        app,
        access,
        stop,
        server,
        worker,
        gateways,
    })
}

impl Running {
    async fn stop(self) -> Result<()> {
        // Nobody is left to hear it only if everything ended before.
        let _ = self.stop.send(true);
        if let Some(shop) = self.shop {
            shop.end().await?;
        }
        self.server.await.context("the server")??;
        serve::finish(self.worker).await;
        serve::finish(self.gateways).await;
        self.app.close().await;
        Ok(())
    }
}

async fn play(access: &CredentialsFile, progress: &Progress) -> Result<ExitCode> {
    let http = reqwest::Client::builder()
        .timeout(REQUEST_TIMEOUT)
        .build()?;
    let report = story::play(&http, access, progress).await?;
    progress.finish();
    show(format!("\n{}", report.render()));
    Ok(if report.agrees() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The address that a client on this machine can use.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone means stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Links by which people of the registrar, of the first issuer and of the first broker get their accounts; each is good once.
async fn people_links(app: &App) -> Result<String> {
    let caller = Caller::network(setup::OPERATOR);
    let inventory = inventory::read(&app.registry, &caller).await?;
    let mut text = String::new();
    if let Some(link) = founding::first_operator(app, setup::OPERATOR).await? {
        text.push_str(&format!("    registrar  {link}\n"));
    }
    if let Some(issuer) = inventory.issuers.first() {
        let link = founding::issuers_person(app, setup::OPERATOR, issuer.id).await?;
        text.push_str(&format!("    issuer     {link}\n"));
    }
    if let Some(platform) = inventory.platforms.first() {
        let link = founding::platforms_person(app, setup::OPERATOR, platform.id).await?;
        text.push_str(&format!("    broker     {link}\n"));
    }
    Ok(text)
}

fn next_steps(running: &Running, options: &Options, links: &str) -> String {
    let access = &running.access;
    let url = &access.network.url;
    let mut text = format!(
        "The network stays up until Ctrl-C.\n\n  What is here       {url}/\n  Console            {url}/console/\n  Guides             {url}{}\n  API documentation  {url}{}\n  OpenAPI 3.1        {url}{}\n  Chain (JSON-RPC)   {}, chain {}\n",
        crate::guides::PATH,
        api::DOCUMENTATION_PATH,
        api::OPENAPI_PATH,
        access.dlt.rpc_url,
        access.dlt.chain_id,
    );
    if running.shop.is_some() {
        text.push_str(&format!(
            "  As a customer      {}/ (a sample broker, with one URL and one credential)\n",
            running.shop_url
        ));
    }
    match &options.credentials {
        Some(file) => text.push_str(&format!("  Credentials        {}\n", file.display())),
        None => text.push_str(
            "\nStart with --credentials FILE to get every URL, ID and secret in one file.\n",
        ),
    }
    text.push_str(&format!(
        "\nGet an account for the console, with an authenticator app (each link is good once):\n\n{links}"
    ));
    if let Some(first) = access.environments.first() {
        text.push_str(&format!(
            "\nTake a token and look around as the broker of {}:\n\n  TOKEN=$(curl -s {}/oauth/token -d grant_type=client_credentials \\\n    -d client_id={} -d client_secret={} | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n  curl -s {}/distributor/v2/investments/ -H \"Authorization: Bearer $TOKEN\"\n",
            first.name, first.url, first.distributor.client_id, first.distributor.client_secret, first.url,
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unspecified_address_is_reached_on_this_machine() {
        let bound = SocketAddr::from(([0, 0, 0, 0], 8080));
        assert_eq!(reachable(bound).to_string(), "127.0.0.1:8080");
        let bound = SocketAddr::from(([192, 0, 2, 7], 80));
        assert_eq!(reachable(bound), bound);
    }
}
