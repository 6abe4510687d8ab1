//! `bench delivery`: how many paid investments a second become entries of the register, and how soon a partner hears of its own, on the chain in the process
//! and through a node.
//!
//! The investments are filled in by the storage layer as for `bench pages`, each of another investor, up to where a paid one waits for the DLT network. From there
//! on everything is the worker's: batches, transactions, entries, holdings, events, webhooks, statements and the roots that they wait for. For what a partner
//! waits, the issuer marks further ones as paid at a steady rate.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use database::{Row, Sql};
use domain::ProductId;
use registry::{Caller, Registry, Request, health, issued_investments, register_check};
use uuid::Uuid;
use wire::investments::InvestmentsMarkPaid;

use crate::figures::{ms, quantile};
use crate::inside::Inside;
use crate::measured::Databases;
use crate::network;
use crate::node::Node;
use crate::pages::fill::{self, Mix};
use crate::pages::samples::{self, Made};
use crate::receivers;
use crate::server::Place;

/// How often what is left is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// Each of the two measurements of one database ends after this, whatever is left.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// How often some more are marked as paid.
const TICK: Duration = Duration::from_millis(100);

const ACCEPTED: Sql = Sql("select id
from investments
where product_id = $1
and status = 'ACCEPTED'
order by id");

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    databases: Databases,
    /// Paid investments, each of another investor
    #[arg(long, default_value_t = 100_000)]
    deliveries: usize,
    /// Investments that are marked as paid one after the other
    #[arg(long, default_value_t = 5_000)]
    stream: usize,
    /// How many of those a second
    #[arg(long, default_value_t = 200)]
    rate: usize,
    /// The node to go through; without it, the chain in the process
    #[arg(long)]
    anvil: Option<PathBuf>,
}

pub async fn run(options: &Options) -> Result<()> {
    for (name, folder, url) in options.databases.empty("delivery").await? {
        measure(name, options, &folder, &url).await?;
    }
    Ok(())
}

async fn measure(name: &str, options: &Options, folder: &Path, url: &str) -> Result<()> {
    let server = &options.databases.program.server;
    let place = Place::prepare(server, folder, url, &samples::network())?;
    // Kept until the end: it ends with its handle.
    let node = match &options.anvil {
        Some(anvil) => Some(Node::start(anvil).await?),
        None => None,
    };
    if let Some(node) = &node {
        place.add(&node.section(&folder.join("registrar.key"))?)?;
    }
    let heard = Arc::<Heard>::default();
    let noting = Arc::clone(&heard);
    let hook = receivers::quick(move |body| noting.note(body)).await?;
    let inside = Inside::open(&place.config).await?;
    let made = samples::make(&inside.app, network::PARTNER, &hook).await?;
    let app = inside.rest().await?;
    let product = made.partner.product.product.id;
    fill::fill(&app.registry, &made.partner, options.deliveries, Mix::Paid).await?;

    let inside = Inside::awake(app);
    let (taken, tenths) = deliver(&inside.app.registry, options.deliveries).await?;
    // What comes next is measured on its own.
    let all_told = heard.wait_for(options.deliveries).await?;
    let chain = node.as_ref().map_or("the embedded chain", |_| "anvil");
    println!("\n{name}, {} deliveries on {chain}", options.deliveries);
    println!(
        "  paid to entered: {:.0} a second (the slowest tenth {:.0}, the fastest {:.0})",
        options.deliveries as f64 / taken.as_secs_f64(),
        tenths.iter().copied().fold(f64::INFINITY, f64::min),
        tenths.iter().copied().fold(0.0, f64::max),
    );

    println!(
        "  the webhook of the last one arrived {} after it was entered",
        ms(all_told)
    );
    let app = inside.rest().await?;
    fill::fill(&app.registry, &made.partner, options.stream, Mix::Accepted).await?;
    let inside = Inside::awake(app);
    let times = stream(&inside.app.registry, &made, &heard, options).await?;
    let shown = [500, 900, 990, 999].map(|quantile_of| ms(quantile(&times, quantile_of)));
    let [p50, p90, p99, p999] = shown;
    println!(
        "  paid to the webhook DELIVERED, {} at {} a second: p50 {p50}, p90 {p90}, p99 {p99}, p99.9 {p999}",
        options.stream, options.rate
    );
    check(&inside.app.registry, product, options).await?;
    inside.close().await
}

/// How long all of them took, and the deliveries a second of each tenth.
async fn deliver(registry: &Registry, deliveries: usize) -> Result<(Duration, Vec<f64>)> {
    let begin = Instant::now();
    let (mut rates, mut tenth) = (Vec::new(), (begin, 0));
    loop {
        tokio::time::sleep(LOOK).await;
        let left = health::check(registry).await?.pending_commands;
        let done = deliveries.saturating_sub(usize::try_from(left)?);
        if (done - tenth.1) * 10 >= deliveries || left == 0 {
            let seconds = tenth.0.elapsed().as_secs_f64();
            if done > tenth.1 {
                rates.push((done - tenth.1) as f64 / seconds);
            }
            tenth = (Instant::now(), done);
        }
        if left == 0 {
            return Ok((begin.elapsed(), rates));
        }
        ensure!(
            begin.elapsed() < PATIENCE,
            "{left} deliveries are left after {PATIENCE:?}"
        );
    }
}

/// When each investment's webhook of its delivery arrived.
#[derive(Default)]
struct Heard(Mutex<HashMap<Uuid, Instant>>);

impl Heard {
    fn note(&self, body: &[u8]) {
        let event = serde_json::from_slice::<wire::events::Event>(body);
        let Ok(event) = event else { return };
        if event.status.as_deref() == Some("DELIVERED")
            && let Some(investment) = event.investment_id
        {
            let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            heard.entry(investment).or_insert_with(Instant::now);
        }
    }

    /// Until so many investments were heard of; how long that took.
    async fn wait_for(&self, count: usize) -> Result<Duration> {
        let begin = Instant::now();
        loop {
            let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner).len();
            if heard >= count {
                return Ok(begin.elapsed());
            }
            ensure!(
                begin.elapsed() < PATIENCE,
                "{heard} of {count} webhooks arrived"
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    fn since(&self, paid: &[(Uuid, Instant)]) -> Vec<Duration> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let took = paid.iter().filter_map(|(investment, at)| {
            let arrived = heard.get(investment)?;
            Some(arrived.saturating_duration_since(*at))
        });
        took.collect()
    }
}

/// How long each took from the moment at which the issuer said that it is paid, sorted.
async fn stream(
    registry: &Registry,
    made: &Made,
    heard: &Heard,
    options: &Options,
) -> Result<Vec<Duration>> {
    let product = made.partner.product.product.id;
    let found = registry.db.read(move |tx| -> registry::Result<Vec<Uuid>> {
        let rows = tx.query(ACCEPTED, &[product.uuid().into()])?;
        let ids = rows.iter().map(|row: &Row| row.get(0));
        Ok(ids.collect::<Result<_, _>>()?)
    });
    let investments = found.await?;
    ensure!(
        investments.len() == options.stream,
        "{} investments are accepted, not {}",
        investments.len(),
        options.stream
    );
    let per_tick = (options.rate * usize::try_from(TICK.as_millis())? / 1_000).max(1);
    let mut ticks = tokio::time::interval(TICK);
    let mut paid = Vec::new();
    for (number, some) in investments.chunks(per_tick).enumerate() {
        ticks.tick().await;
        let at = Instant::now();
        paid.extend(some.iter().map(|investment| (*investment, at)));
        mark_paid(registry, &made.issuer, number, some).await?;
    }
    let begin = Instant::now();
    loop {
        let mut times = heard.since(&paid);
        if times.len() == paid.len() {
            times.sort_unstable();
            return Ok(times);
        }
        ensure!(
            begin.elapsed() < PATIENCE,
            "{} of {} webhooks arrived",
            times.len(),
            paid.len()
        );
        tokio::time::sleep(LOOK).await;
    }
}

async fn mark_paid(
    registry: &Registry,
    issuer: &Caller,
    number: usize,
    investments: &[Uuid],
) -> Result<()> {
    let request = Request {
        caller: issuer.clone(),
        ..Request::internal("bench", &format!("paid {number}"))
    };
    let body = InvestmentsMarkPaid {
        investment_ids: investments.to_vec(),
        paid_at: None,
    };
    issued_investments::mark_paid_many(registry, &request, body).await?;
    Ok(())
}

/// What was measured is the register: every entry is there, and the hashes say so.
async fn check(registry: &Registry, product: ProductId, options: &Options) -> Result<()> {
    let verdicts = register_check::verify(registry, Some(product)).await?;
    for verdict in &verdicts {
        ensure!(verdict.problem.is_none(), "{:?}", verdict.problem);
    }
    let head = registry
        .db
        .read(move |tx| storage::register::head(tx, product))
        .await?;
    let entries = head.map_or(0, |head| head.sequence);
    // The issue itself comes before them.
    let wanted = options.deliveries + options.stream + 1;
    ensure!(
        usize::try_from(entries)? == wanted,
        "{entries} entries, not {wanted}"
    );
    Ok(())
}
