//! `bench register`: a register of a million entries over a hundred thousand holders: how fast it is filled, verified and asked, at a hundredth, a tenth and all
//! of its size.
//!
//! The first hundredth goes through the worker and the embedded chain, so that register and chain can be compared. The rest is entered by the operations that the
//! worker calls, from the batch to the confirmed transaction, without a chain in between. What waits for delivery is written by the storage layer before, and is
//! not timed.

pub mod check;
mod fill;
mod questions;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use domain::ProductId;
use registry::register_check;

use crate::figures::ms;
use crate::inside::Inside;
use crate::measured::Databases;
use crate::network;
use crate::pages::{NOBODY, samples};
use crate::server::Place;
use check::Checked;
use fill::Filler;

/// Deliveries that wait together.
const AT_ONCE: u64 = 20_000;
/// Verifying reaches at least this part of the speed of hashing on SQLite.
const VERIFY_TARGET: f64 = 0.5;
/// What a look-up may take longer in the largest register than in the smallest.
const GROWTH_TARGET: f64 = 1.2;
/// Past of a register at any entry.
const PAST_TARGET: Duration = Duration::from_millis(50);
/// A statement, printed and stored.
const STATEMENT_TARGET: Duration = Duration::from_millis(10);

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    databases: Databases,
    /// Entries of the register
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=10_000_000))]
    entries: u64,
    /// Holders, each with as many investments as it takes
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    holders: u64,
    /// The same on PostgreSQL, if it is to be less
    #[arg(long)]
    postgres_entries: Option<u64>,
    /// Seconds of making statements at each size
    #[arg(long, default_value_t = 5)]
    statement_seconds: u64,
}

/// What was found at one size.
struct Stage {
    checked: Checked,
    questions: questions::Questions,
}

pub async fn run(options: &Options) -> Result<()> {
    for (name, folder, url) in options.databases.empty("register").await? {
        let entries = match name {
            "PostgreSQL" => options.postgres_entries.unwrap_or(options.entries),
            _ => options.entries,
        };
        measure(name, options, entries, (&folder, &url)).await?;
    }
    Ok(())
}

async fn measure(
    name: &str,
    options: &Options,
    entries: u64,
    (folder, url): (&Path, &str),
) -> Result<()> {
    let server = &options.databases.program.server;
    let place = Place::prepare(server, folder, url, &samples::network())?;
    let inside = Inside::open(&place.config).await?;
    let made = samples::make(&inside.app, network::PARTNER, NOBODY).await?;
    let mut app = inside.rest().await?;
    let product = made.partner.product.product.id;
    println!(
        "\n{name}, {entries} entries over {} holders",
        options.holders
    );
    let mut filler = Filler::new(&app.registry, &made.partner, options.holders).await?;
    let mut stages = Vec::new();
    for size in [entries / 100, entries / 10, entries] {
        // The issue is an entry too.
        let investments = size - 1;
        let by_chain = stages.is_empty();
        let (added, taken) = if by_chain {
            filler.queue(&app.registry, investments).await?;
            let begin = Instant::now();
            let inside = Inside::awake(app);
            inside.settle().await?;
            let taken = begin.elapsed();
            app = inside.rest().await?;
            (investments, taken)
        } else {
            add(&mut filler, &app, (product, investments)).await?
        };
        let rate = added as f64 / taken.as_secs_f64();
        let way = match by_chain {
            true => "through the embedded chain",
            false => "by the register's own operations",
        };
        println!("{size} entries\n  instructions {way}: {rate:.0} a second");
        if by_chain {
            compare(&app, product).await?;
        }
        let checked = check(&place.config, product)?;
        ensure!(checked.entries == size, "{} entries", checked.entries);
        tell(&checked);
        let wallets = filler.wallets();
        let questions = questions::ask(&app.registry, product, (size, wallets)).await?;
        let limit = Duration::from_secs(options.statement_seconds);
        questions::statements(&app.registry, product, limit).await?;
        stages.push(Stage { checked, questions });
    }
    app.close().await;
    sum_up(&stages);
    Ok(())
}

/// Enters investments until there are so many; how many that were, and how long the entering took.
async fn add(
    filler: &mut Filler,
    app: &cashlink::wiring::App,
    (product, investments): (ProductId, u64),
) -> Result<(u64, Duration)> {
    let (mut added, mut taken) = (0, Duration::ZERO);
    while filler.investments() < investments {
        let next = investments.min(filler.investments() + AT_ONCE);
        filler.queue(&app.registry, next).await?;
        let begin = Instant::now();
        added += fill::enter(&app.registry, product).await?;
        taken += begin.elapsed();
    }
    Ok((added, taken))
}

/// What each wallet holds by the register and by the chain.
async fn compare(app: &cashlink::wiring::App, product: ProductId) -> Result<()> {
    let verdicts = register_check::verify(&app.registry, Some(product)).await?;
    for verdict in verdicts {
        let begin = Instant::now();
        let wallets: Vec<_> = verdict.holdings.iter().map(|(wallet, _)| *wallet).collect();
        let balances = app.ledger.balances(verdict.token_address, &wallets).await?;
        let held = verdict.holdings.iter().map(|(_, units)| units);
        ensure!(held.eq(&balances.units), "the chain says something else");
        println!(
            "  comparing {} holdings with the chain: {}",
            wallets.len(),
            ms(begin.elapsed())
        );
    }
    Ok(())
}

/// In a process of its own, so that its memory is that of the check.
fn check(config: &Path, product: ProductId) -> Result<Checked> {
    let output = Command::new(std::env::current_exe()?)
        .arg("register-check")
        .arg("--config")
        .arg(config)
        .args(["--product", &product.to_string()])
        .stderr(std::process::Stdio::inherit())
        .output()?;
    ensure!(
        output.status.success(),
        "the check ended with {}",
        output.status
    );
    let text = String::from_utf8(output.stdout)?;
    let last = text.lines().last().context("the check said nothing")?;
    Ok(serde_json::from_str(last)?)
}

fn tell(checked: &Checked) {
    let Checked {
        verified,
        rows,
        journal,
        ..
    } = *checked;
    println!(
        "  verified in {}, {:.2} µs an entry, {} of processor time",
        ms(verified.elapsed),
        checked.of_an_entry() * 1e6,
        ms(verified.processor),
    );
    for (what, hashed) in [("rows", rows), ("entries' contents alone", journal)] {
        println!(
            "    {:.2} of the speed of reading and hashing the {what} ({}), {:.2} by processor time ({})",
            verified.beside(&hashed),
            ms(hashed.elapsed),
            verified.processor_beside(&hashed),
            ms(hashed.processor),
        );
    }
    println!(
        "    {:.1} MB of rows; memory: {:.1} MB before, {:.1} MB at most",
        checked.bytes as f64 / 1e6,
        checked.resident as f64 / 1e6,
        checked.peak as f64 / 1e6,
    );
}

/// The largest register beside the smallest, and beside what is asked of it.
fn sum_up(stages: &[Stage]) {
    let (Some(first), Some(last)) = (stages.first(), stages.last()) else {
        return;
    };
    let part = |time: Duration, whole: Duration| time.as_secs_f64() / whole.as_secs_f64();
    println!("the largest beside the smallest");
    println!(
        "  verify {:.2} of hashing (target {VERIFY_TARGET} on SQLite), {:.2} of the time of an entry",
        last.checked.verified.beside(&last.checked.rows),
        last.checked.of_an_entry() / first.checked.of_an_entry(),
    );
    for (what, small, large) in [
        ("wallet", first.questions.wallet, last.questions.wallet),
        ("holder", first.questions.holder, last.questions.holder),
    ] {
        println!(
            "  what a {what} holds: {:.2} of the time, p50 (limit {GROWTH_TARGET})",
            part(large, small)
        );
    }
    println!(
        "  as of any entry: {:.2} of {}, the slowest; a statement may take {}",
        part(last.questions.past, PAST_TARGET),
        ms(PAST_TARGET),
        ms(STATEMENT_TARGET),
    );
}
