//! `bench delivery`: how many paid investments a second become entries of the register, through the embedded chain, and how long the register takes to
//! answer when they are there.
//!
//! The investments are filled in by the storage layer as for `bench pages`, each of another investor, up to where a paid one waits for the DLT network. From there
//! on everything is the worker's: batches, transactions, entries, holdings, events, statements and the roots that they wait for.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use database::{Sql, Tx, Value};
use domain::{Address, ProductId};
use registry::{Registry, health, register_check, registers};
use sha2::{Digest, Sha256};

use crate::figures::{ms, quantile};
use crate::inside::{Inside, registrar};
use crate::measured::Databases;
use crate::network;
use crate::pages::fill::{self, Mix};
use crate::pages::samples;
use crate::server::Place;

/// How often what is left is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// The whole measurement of one database ends after this, whatever is left.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// Questions of each kind to the register.
const QUESTIONS: u64 = 200;
/// Entries that are read at once to be hashed.
const STRETCH: i64 = 10_000;

const ENTRIES: Sql = Sql("select content
from register_entries
where product_id = $1
and sequence > $2
order by sequence
limit $3");

const WALLETS: Sql = Sql("select wallet_address
from holdings
where product_id = $1
order by wallet_address
limit $2");

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    databases: Databases,
    /// Paid investments, each of another investor
    #[arg(long, default_value_t = 100_000)]
    deliveries: usize,
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
    let inside = Inside::open(&place.config).await?;
    let made = samples::make(&inside.app, network::PARTNER).await?;
    let app = inside.rest().await?;
    fill::fill(&app.registry, &made.partner, options.deliveries, Mix::Paid).await?;

    let inside = Inside::awake(app);
    let registry = &inside.app.registry;
    let (taken, rates) = deliver(registry, options.deliveries).await?;
    println!(
        "\n{name}, {} deliveries on the embedded chain",
        options.deliveries
    );
    println!(
        "  paid to entered: {:.0} a second (the slowest tenth {:.0}, the fastest {:.0})",
        options.deliveries as f64 / taken.as_secs_f64(),
        rates.iter().copied().fold(f64::INFINITY, f64::min),
        rates.iter().copied().fold(0.0, f64::max),
    );
    answers(registry, made.partner.product.product.id).await?;
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

/// What the register takes to answer.
async fn answers(registry: &Registry, product: ProductId) -> Result<()> {
    let begin = Instant::now();
    let verdicts = register_check::verify(registry, Some(product)).await?;
    let verified = begin.elapsed();
    for verdict in &verdicts {
        ensure!(verdict.problem.is_none(), "{:?}", verdict.problem);
    }
    let (entries, hashed) = hash(registry, product).await?;
    println!(
        "  verified {entries} entries in {}: {:.2} of the speed of reading and hashing them",
        ms(verified),
        hashed.as_secs_f64() / verified.as_secs_f64(),
    );

    let mut times = Vec::new();
    for question in 0..QUESTIONS {
        let sequence = 1 + entries * question / QUESTIONS;
        let wanted = registers::Past {
            sequence: Some(sequence),
            limit: 100,
            ..registers::Past::default()
        };
        let begin = Instant::now();
        registers::past(registry, &registrar(), product, wanted).await?;
        times.push(begin.elapsed());
    }
    tell("as it was after an entry", times);

    let most = i64::try_from(QUESTIONS)?;
    let wallets = registry
        .db
        .read(move |tx| -> registry::Result<Vec<Address>> {
            let rows = tx.query(WALLETS, &[product.uuid().into(), most.into()])?;
            let bytes = rows.iter().map(|row| row.get(0).map(Address::from_bytes));
            Ok(bytes.collect::<std::result::Result<_, _>>()?)
        });
    let mut times = Vec::new();
    for wallet in wallets.await? {
        let begin = Instant::now();
        let held = registry.db.read(move |tx| -> registry::Result<_> {
            Ok(storage::holdings::in_wallet(tx, product, wallet)?)
        });
        held.await?;
        times.push(begin.elapsed());
    }
    tell("what a wallet holds", times);
    Ok(())
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    println!(
        "  {what}: p50 {}, p99 {}",
        ms(quantile(&times, 500)),
        ms(quantile(&times, 990))
    );
}

/// How many entries there are, and how long reading and hashing them takes.
async fn hash(registry: &Registry, product: ProductId) -> Result<(u64, Duration)> {
    let begin = Instant::now();
    let hashed = registry
        .db
        .read(move |tx: &mut Tx| -> registry::Result<u64> {
            let mut hasher = Sha256::new();
            let mut count = 0_u64;
            loop {
                let parameters: [Value; 3] = [
                    product.uuid().into(),
                    count.cast_signed().into(),
                    STRETCH.into(),
                ];
                let rows = tx.query(ENTRIES, &parameters)?;
                for row in &rows {
                    let content: Vec<u8> = row.get(0)?;
                    hasher.update(content);
                }
                count += rows.len() as u64;
                if rows.is_empty() {
                    std::hint::black_box(hasher.finalize());
                    return Ok(count);
                }
            }
        });
    let count = hashed.await?;
    Ok((count, begin.elapsed()))
}
