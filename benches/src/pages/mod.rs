//! `bench pages`: every page of the console, for everybody who may look at it, in a network that has sold for years.
//!
//! The database is filled by the storage layer with rows that the domain's own transitions make (`fill.rs`); the rest is made by the
//! operations that people use (`samples.rs`). Pages are found as people find them, by following links (`walk.rs`), and compared with the
//! console's own list, so that a new page cannot be forgotten.

mod draft;
pub mod fill;
pub mod people;
pub mod samples;
mod walk;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;

use crate::figures::ms;
use crate::inside::Inside;
use crate::measured::Databases;
use crate::network;
use crate::server::Place;
use fill::Mix;
use walk::Page;

/// More than one page of every list of assets.
const ASSETS: usize = 60;
/// Nothing listens there; nothing of what fills the database is sent either.
pub const NOBODY: &str = "http://127.0.0.1:9/hook";
/// What a page may take, at the 95th percentile.
const TARGET: Duration = Duration::from_millis(100);
/// How many of the slowest are shown.
const SHOWN: usize = 12;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    databases: Databases,
    /// Investors, each with an investment
    #[arg(long, default_value_t = 100_000)]
    investors: usize,
    /// Requests of each page
    #[arg(long, default_value_t = 30)]
    requests: usize,
    /// Show every page and not the slowest only
    #[arg(long)]
    show: bool,
}

pub async fn run(options: &Options) -> Result<()> {
    let mut worst = Duration::ZERO;
    for (name, folder, url) in options.databases.empty("pages").await? {
        worst = worst.max(measure(name, options, &folder, &url).await?);
    }
    ensure!(worst <= TARGET, "a page takes {}", ms(worst));
    Ok(())
}

/// The slowest page's 95th percentile.
async fn measure(name: &str, options: &Options, folder: &Path, url: &str) -> Result<Duration> {
    let place = Place::prepare(
        &options.databases.program.server,
        folder,
        url,
        &samples::network(),
    )?;
    let inside = Inside::open(&place.config).await?;
    let begin = Instant::now();
    let made = samples::make(&inside.app, network::PARTNER, NOBODY).await?;
    let (registry, mix) = (&inside.app.registry, Mix::Years);
    fill::fill(registry, &made.partner, options.investors, mix).await?;
    inside.close().await?;
    println!("\n{name}, filled in {:.0} s", begin.elapsed().as_secs_f64());

    let server = place.start().await?;
    let mut pages = walk::walk(place.address, &made.visitors, options.requests).await?;
    server.stop()?;
    walk::require_all(&pages)?;
    pages.sort_by_key(|page| std::cmp::Reverse(page.p95));
    report(&pages, options);
    Ok(pages.first().map_or(Duration::ZERO, |page| page.p95))
}

fn report(pages: &[Page], options: &Options) {
    let slowest = pages.first().map_or(Duration::ZERO, |page| page.p95);
    println!(
        "  p95 of the slowest page {:.2} of the limit of {} ({} pages, {} requests of each, {} investors and investments)",
        slowest.as_secs_f64() / TARGET.as_secs_f64(),
        ms(TARGET),
        pages.len(),
        options.requests,
        options.investors,
    );
    let shown = if options.show { pages.len() } else { SHOWN };
    for page in &pages[..shown.min(pages.len())] {
        println!(
            "  {:>10} p95 {:>10} p50 {:>8} bytes  {:<10} {}",
            ms(page.p95),
            ms(page.p50),
            page.bytes,
            page.visitor,
            page.name
        );
    }
}
