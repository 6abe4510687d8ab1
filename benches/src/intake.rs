//! `bench intake`: investments per second over HTTP as a ratio to the bare limit of the same statements, on both databases.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::bare;
use crate::captured::transactions;
use crate::client::Connection;
use crate::figures::{best, list, ms, quantile};
use crate::load::place_orders;
use crate::measured::Program;
use crate::network;
use crate::partner::{Campaign, Order};
use crate::server::Place;
use crate::unit::{Instance, Unit, one_line};

/// Connections, and campaigns where the load is spread.
const WIDTH: usize = 32;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    program: Program,
    /// A PostgreSQL of our own, without the name of the database
    #[arg(long)]
    postgres: String,
    /// Where it logs its statements as JSON
    #[arg(long)]
    statements: PathBuf,
    /// Debian's pgbench; without it the plain driver makes the bare load
    #[arg(long)]
    pgbench: Option<PathBuf>,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// The best of so many rounds counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Show the statements of an investment
    #[arg(long)]
    show: bool,
}

/// A database with 32 campaigns and 32 investors in the first of them.
struct Ground {
    name: &'static str,
    place: Place,
    campaigns: Vec<Campaign>,
    spread: Vec<Instance>,
    single: Vec<Instance>,
}

/// Units per second of each round.
#[derive(Default)]
struct Rounds {
    bare_spread: Vec<f64>,
    bare_single: Vec<f64>,
    spread: Vec<f64>,
    single: Vec<f64>,
    notes: Vec<String>,
}

pub async fn run(options: &Options) -> Result<()> {
    let time = Duration::from_secs(options.seconds);
    let admin = connect(&format!("{}/postgres", options.postgres)).await?;
    admin.batch_execute("create database ground").await?;
    let url = format!("{}/ground", options.postgres);
    let mut ground = prepare(options, "PostgreSQL", &url).await?;
    let unit = capture(options, &admin, &mut ground, &url).await?;
    println!(
        "an investment is {} statements in one transaction",
        unit.0.len()
    );
    if options.show {
        unit.0
            .iter()
            .for_each(|statement| println!("  {}", one_line(&statement.text)));
    }
    let rounds = postgres(options, &admin, &mut ground, (&unit, time)).await?;
    report(&ground, &rounds, 0.9, bare_postgres_name(options));

    let file = options
        .program
        .folder
        .join("SQLite")
        .join("cashlink.sqlite");
    let mut ground = prepare(options, "SQLite", &format!("sqlite:{}", file.display())).await?;
    let rounds = sqlite(options, &file, &mut ground, (&unit, time)).await?;
    report(
        &ground,
        &rounds,
        4.0,
        "rusqlite, one commit per unit, synchronous=full",
    );
    Ok(())
}

/// A server's place with everything that orders need; no server is running afterwards.
async fn prepare(options: &Options, name: &'static str, database: &str) -> Result<Ground> {
    let place = Place::prepare(
        &options.program.server,
        &options.program.folder.join(name),
        database,
        &network::file(WIDTH),
    )?;
    place.migrate()?;
    let server = place.start().await?;
    let mut connection = Connection::open(place.address).await?;
    let mut campaigns = Vec::new();
    for number in 0..WIDTH {
        let mut campaign = Campaign::open(&place, number).await?;
        let investors = if number == 0 { WIDTH } else { 1 };
        for _ in 0..investors {
            campaign.add_investor(&mut connection).await?;
        }
        campaigns.push(campaign);
    }
    server.stop()?;
    let mut ids = Vec::new();
    for campaign in &campaigns {
        ids.push(match database.strip_prefix("sqlite:") {
            Some(file) => ids_in_sqlite(Path::new(file), campaign)?,
            None => ids_in_postgres(&connect(database).await?, campaign).await?,
        });
    }
    let instance = |number: usize, investor: usize| {
        let [client, environment, platform, product, issuer, campaign] = ids[number];
        let investor = campaigns[number].investors[investor];
        [
            client,
            environment,
            platform,
            product,
            issuer,
            campaign,
            investor,
            owner(environment, platform),
        ]
    };
    Ok(Ground {
        name,
        spread: (0..WIDTH).map(|number| instance(number, 0)).collect(),
        single: (0..WIDTH).map(|investor| instance(0, investor)).collect(),
        place,
        campaigns,
    })
}

/// Two investments under PostgreSQL's eyes.
async fn capture(
    options: &Options,
    admin: &Client,
    ground: &mut Ground,
    url: &str,
) -> Result<Unit> {
    let server = ground.place.start().await?;
    let mut connection = Connection::open(ground.place.address).await?;
    let first = &mut ground.campaigns[0];
    first.sign_in(&mut connection).await?;
    let order = first.order(first.investors[0]);
    log_statements(admin, "all").await?;
    for _ in 0..2 {
        let headers = format!("{}idempotency-key: {}\r\n", order.headers, Uuid::new_v4());
        let line = format!("POST {}", order.path);
        connection
            .send(&line, &headers, &order.body)
            .await?
            .json()?;
    }
    log_statements(admin, "none").await?;
    server.stop()?;
    let seen = transactions(&options.statements, "investments", 2)?;
    let client = connect(url).await?;
    let mut types = Vec::new();
    for statement in &seen[0] {
        types.push(client.prepare(&statement.text).await?.params().to_vec());
    }
    Unit::learn(&seen[0], &seen[1], &ground.single[0], types)
}

async fn log_statements(admin: &Client, which: &str) -> Result<()> {
    admin
        .execute(&format!("alter system set log_statement = '{which}'"), &[])
        .await?;
    admin.execute("select pg_reload_conf()", &[]).await?;
    // Every backend reads it before its next command, once the signal has come.
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(())
}

async fn postgres(
    options: &Options,
    admin: &Client,
    ground: &mut Ground,
    (unit, time): (&Unit, Duration),
) -> Result<Rounds> {
    // A copy, so that neither load stands on the other's rows.
    admin
        .batch_execute("create database bare template ground")
        .await?;
    let bare_url = format!("{}/bare", options.postgres);
    let mut rounds = Rounds::default();
    for round in 0..options.rounds {
        for (number, instances, figures) in [
            (2 * round, &ground.spread, &mut rounds.bare_spread),
            (2 * round + 1, &ground.single, &mut rounds.bare_single),
        ] {
            admin.batch_execute("checkpoint").await?;
            let load = (unit, instances.as_slice());
            figures.push(match &options.pgbench {
                Some(pgbench) => bare::pgbench::run(
                    (pgbench, &options.program.folder),
                    &bare_url,
                    load,
                    (number, time),
                )?,
                None => bare::plain_postgres::run(&bare_url, load, (number, time)).await?,
            });
        }
        admin.batch_execute("checkpoint").await?;
        over_http(ground, &mut rounds, time).await?;
        progress(ground, &rounds);
    }
    Ok(rounds)
}

async fn sqlite(
    options: &Options,
    file: &Path,
    ground: &mut Ground,
    (unit, time): (&Unit, Duration),
) -> Result<Rounds> {
    let copy = options.program.folder.join("bare.sqlite");
    std::fs::copy(file, &copy).context("the copy of the database")?;
    let mut rounds = Rounds::default();
    for round in 0..options.rounds {
        rounds.bare_spread.push(bare::sqlite::run(
            &copy,
            unit,
            &ground.spread,
            (2 * round, time),
        )?);
        rounds.bare_single.push(bare::sqlite::run(
            &copy,
            unit,
            &ground.single,
            (2 * round + 1, time),
        )?);
        over_http(ground, &mut rounds, time).await?;
        progress(ground, &rounds);
    }
    Ok(rounds)
}

/// A server, 32 connections, first each with a campaign of its own and then all with one.
async fn over_http(ground: &mut Ground, rounds: &mut Rounds, time: Duration) -> Result<()> {
    let server = ground.place.start().await?;
    let mut connection = Connection::open(ground.place.address).await?;
    for campaign in &mut ground.campaigns {
        campaign.sign_in(&mut connection).await?;
    }
    let first = &ground.campaigns[0];
    let spread: Vec<Order> = ground
        .campaigns
        .iter()
        .map(|it| it.order(it.investors[0]))
        .collect();
    let single: Vec<Order> = first
        .investors
        .iter()
        .map(|investor| first.order(*investor))
        .collect();
    for (name, orders, figures) in [
        ("32 campaigns", spread, &mut rounds.spread),
        ("one campaign", single, &mut rounds.single),
    ] {
        let before = server.processor_time()?;
        let outcome = place_orders(ground.place.address, &orders, time).await?;
        let used = server.processor_time()? - before;
        rounds.notes.push(format!(
            "{name}: p50 {}, p99 {}, server {:.0} µs of processor time each",
            ms(quantile(&outcome.times, 500)),
            ms(quantile(&outcome.times, 990)),
            used.as_secs_f64() * 1e6 / outcome.times.len().max(1) as f64,
        ));
        figures.push(outcome.per_second);
    }
    server.stop()
}

fn progress(ground: &Ground, rounds: &Rounds) {
    let last = |figures: &[f64]| figures.last().copied().unwrap_or_default();
    eprintln!(
        "{} round {}: bare {:.0} and {:.0}, over HTTP {:.0} and {:.0} a second",
        ground.name,
        rounds.spread.len(),
        last(&rounds.bare_spread),
        last(&rounds.bare_single),
        last(&rounds.spread),
        last(&rounds.single),
    );
}

fn report(ground: &Ground, rounds: &Rounds, target: f64, bare: &str) {
    println!("\n{} (best of {} rounds)", ground.name, rounds.spread.len());
    for (name, http, limit, target) in [
        (
            "32 campaigns",
            &rounds.spread,
            &rounds.bare_spread,
            Some(target),
        ),
        ("one campaign", &rounds.single, &rounds.bare_single, None),
    ] {
        let target = target.map_or(String::new(), |target| format!(", target {target:.1}"));
        println!(
            "  {name}: {:.2} of the bare limit{target} ({:.0} of {:.0} a second; rounds {} of {})",
            best(http) / best(limit),
            best(http),
            best(limit),
            list(http),
            list(limit),
        );
    }
    println!("  bare limit by {bare}");
    for note in rounds.notes.iter().rev().take(2).rev() {
        println!("  {note} (last round)");
    }
}

fn bare_postgres_name(options: &Options) -> &'static str {
    match options.pgbench {
        Some(_) => "pgbench -M prepared, 16 clients",
        None => "a plain loop of tokio-postgres, 16 connections (there is no pgbench here)",
    }
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .context("PostgreSQL")?;
    // It ends with the client; its errors come back from the client's calls.
    tokio::spawn(connection);
    Ok(client)
}

const IDS: &str = "select k.id, e.id, c.platform_id, p.id, p.issuer_id, c.id
from campaigns c
join products p on p.id = c.product_id
join environments e on e.id = c.environment_id
join clients k on k.environment_id = e.id
where c.id = $1
and k.client_id = $2";

async fn ids_in_postgres(client: &Client, campaign: &Campaign) -> Result<[Uuid; 6]> {
    let row = client
        .query_one(IDS, &[&campaign.campaign_id, &campaign.client_id])
        .await?;
    let mut ids = [Uuid::nil(); 6];
    for (index, id) in ids.iter_mut().enumerate() {
        *id = row.try_get(index)?;
    }
    Ok(ids)
}

fn ids_in_sqlite(file: &Path, campaign: &Campaign) -> Result<[Uuid; 6]> {
    let connection = rusqlite::Connection::open(file)?;
    let sql = IDS.replace('$', "?");
    let values = rusqlite::params![campaign.campaign_id.as_bytes().to_vec(), campaign.client_id];
    let ids = connection.query_row(&sql, values, |row| {
        (0..6)
            .map(|index| row.get::<_, [u8; 16]>(index))
            .collect::<rusqlite::Result<Vec<_>>>()
    })?;
    let ids: Vec<Uuid> = ids.into_iter().map(Uuid::from_bytes).collect();
    match ids.try_into() {
        Ok(ids) => Ok(ids),
        Err(_) => bail!("a campaign without its ids"),
    }
}

/// How the registry names the owner of webhook endpoints.
fn owner(environment: Uuid, platform: Uuid) -> Uuid {
    let mut bytes = *environment.as_bytes();
    for (byte, other) in bytes.iter_mut().zip(platform.as_bytes()) {
        *byte ^= other;
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
