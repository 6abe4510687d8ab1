//! `bench catalogue`: a thousand assets in one answer, against the statement that reads them, and the first page of them in the console.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cashlink::wiring::App;
use domain::{PlatformId, PlatformRole, Role};
use registry::Request;
use registry::clients::{self, NewClient};
use serde_json::Value;
use storage::Scope;
use storage::catalogue::{Filter, list};
use storage::clients::ClientKind;

use crate::client::Connection;
use crate::figures::{ms, quantile};
use crate::inside::{Inside, registrar};
use crate::measured::Databases;
use crate::network;
use crate::pages::people;
use crate::server::Place;

/// Assets in one answer.
const ASSETS: u32 = 1_000;
/// What the answer may take, at the 99th percentile.
const TARGET: Duration = Duration::from_millis(50);
/// Answers that are timed.
const ROUNDS: usize = 200;

pub async fn run(options: &Databases) -> Result<()> {
    let mut worst = Duration::ZERO;
    for (name, folder, url) in options.empty("catalogue").await? {
        worst = worst.max(measure(name, &options.program.server, (&folder, &url)).await?);
    }
    ensure!(worst <= TARGET, "the catalogue takes {}", ms(worst));
    Ok(())
}

/// What a partner asks with.
struct Partner {
    platform: PlatformId,
    client_id: String,
    client_secret: String,
    /// Of a person who is signed in.
    cookie: String,
}

/// The slower of the two answers.
async fn measure(name: &str, program: &Path, (folder, url): (&Path, &str)) -> Result<Duration> {
    let file = network::file(ASSETS as usize);
    let place = Place::prepare(program, folder, url, &file)?;
    let inside = Inside::open(&place.config).await?;
    let partner = partner(&inside.app).await?;
    let bare = bare(&inside.app, partner.platform).await?;
    inside.close().await?;

    let server = place.start().await?;
    let json = json(&place, &partner).await?;
    let page = page(&place, &partner).await?;
    server.stop()?;
    println!("\n{name}, {ASSETS} assets");
    let ratio = quantile(&json, 500).as_secs_f64() / quantile(&bare, 500).as_secs_f64();
    println!("  the answer is {ratio:.2} of the statement alone");
    for (what, times) in [("all in one answer", &json), ("page of the console", &page)] {
        let p99 = quantile(times, 990);
        println!(
            "  {what:<20} p99 {:.2} of the limit of {} (p50 {}, p99 {})",
            p99.as_secs_f64() / TARGET.as_secs_f64(),
            ms(TARGET),
            ms(quantile(times, 500)),
            ms(p99),
        );
    }
    Ok(quantile(&json, 990).max(quantile(&page, 990)))
}

async fn partner(app: &App) -> Result<Partner> {
    let registry = &app.registry;
    let inventory = cashlink::inventory::read(registry, &registrar()).await?;
    let platform = inventory.platforms.first().context("a platform")?.id;
    let new = NewClient {
        name: "bench".to_owned(),
        kind: ClientKind::Platform,
        environment: None,
        platform: Some(platform),
        issuer: None,
        scopes: Vec::new(),
    };
    let request = Request::internal("bench", "create client");
    let (client, client_secret) = clients::create(registry, &request, new).await?;
    let role = Role::Platform(platform, PlatformRole::Admin);
    let (cookie, _) = people::signed_in(registry, role, "partner@example.com").await?;
    Ok(Partner {
        platform,
        client_id: client.client_id,
        client_secret,
        cookie,
    })
}

async fn json(place: &Place, partner: &Partner) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(place.address).await?;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        partner.client_id, partner.client_secret
    );
    let token = connection
        .send(
            "POST /api/network/v1/oauth/token",
            "content-type: application/x-www-form-urlencoded\r\n",
            form.as_bytes(),
        )
        .await?
        .json()?;
    let token = token["access_token"].as_str().context("no token")?;
    let headers = format!("authorization: Bearer {token}\r\n");
    let line = format!("GET /api/network/v1/catalogue/?page_size={ASSETS}");
    let page: Value = connection.send(&line, &headers, b"").await?.json()?;
    let shown = page["results"].as_array().map_or(0, Vec::len);
    ensure!(shown == ASSETS as usize, "{shown} assets in one answer");
    timed(&mut connection, &line, &headers).await
}

async fn page(place: &Place, partner: &Partner) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(place.address).await?;
    let headers = format!("cookie: cashlink_console={}\r\n", partner.cookie);
    timed(&mut connection, "GET /console/catalogue", &headers).await
}

async fn timed(connection: &mut Connection, line: &str, headers: &str) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let answer = connection.send(line, headers, b"").await?;
        times.push(begin.elapsed());
        ensure!(answer.status == 200, "{line} answers {}", answer.status);
    }
    times.sort_unstable();
    Ok(times)
}

/// The same rows, read and thrown away.
async fn bare(app: &App, platform: PlatformId) -> Result<Vec<Duration>> {
    let scope = Scope {
        platform: Some(platform),
        ..Scope::ALL
    };
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let read = app
            .registry
            .db
            .read(move |tx| list(tx, &scope, &Filter::default(), 0, ASSETS));
        let (_, records) = read.await?;
        times.push(begin.elapsed());
        ensure!(records.len() == ASSETS as usize, "{} rows", records.len());
    }
    times.sort_unstable();
    Ok(times)
}
