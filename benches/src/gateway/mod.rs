//! `bench gateway`: a gateway in front of a hundred environments that take their time, with ten thousand investors.
//!
//! Everybody is in the few environments that the configuration calls eager. A hundred investors have invested in every environment, and
//! are in all of them; it is their updates that are measured.

mod application;
mod backlog;
mod fill;
mod place;
mod report;
mod updates;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::time::timeout;

use crate::environments::control::Behaviour;
use crate::measured::Databases;
use place::Place;
use report::Report;
use updates::Updates;

/// How long one update, or the end of a phase, may take before nothing more is expected.
const PATIENCE: Duration = Duration::from_secs(120);
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    databases: Databases,
    /// Environments, all in one process
    #[arg(long, default_value_t = 100)]
    environments: usize,
    /// Investors
    #[arg(long, default_value_t = 10_000)]
    investors: usize,
    /// Those of them who are in every environment
    #[arg(long, default_value_t = 100)]
    everywhere: usize,
    /// Milliseconds that each answer of an environment takes longer
    #[arg(long, default_value_t = 100)]
    delay: u64,
    /// Updates that are brought one after another
    #[arg(long, default_value_t = 100)]
    singles: u32,
    /// Seconds of each stream of updates
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Updates of the backlog, over all environments
    #[arg(long, default_value_t = 100_000)]
    updates: usize,
    /// What each environment allows while the backlog drains
    #[arg(long, default_value_t = 5)]
    requests_per_second: u32,
    /// Minutes after which the measurement of one database has failed
    #[arg(long, default_value_t = 30)]
    minutes: u64,
}

impl Options {
    /// The environment that hangs: the last, in which nobody is but those of every environment.
    fn hanging(&self) -> usize {
        self.environments - 1
    }

    /// Requests a second that all environments allow together.
    fn limits_together(&self) -> u64 {
        self.environments as u64 * u64::from(self.requests_per_second)
    }
}

pub async fn run(options: &Options) -> Result<()> {
    ensure!(
        options.environments >= 2
            && options.everywhere >= 1
            && options.everywhere <= options.investors,
        "there have to be two environments, and investors who are in both"
    );
    let most = Duration::from_secs(60 * options.minutes);
    let mut missed = Vec::new();
    for (name, folder, url) in options.databases.empty("gateway").await? {
        // The processes end with what is given up.
        let measured = timeout(most, measure(name, options, (&folder, &url))).await;
        missed.extend(measured.context("the measurement does not end")??);
    }
    ensure!(missed.is_empty(), "missed: {}", missed.join(", "));
    Ok(())
}

/// The limits that were missed.
async fn measure(
    name: &str,
    options: &Options,
    (folder, url): (&Path, &str),
) -> Result<Vec<String>> {
    let (place, _environments) = Place::prepare(options, folder, url).await?;
    let control = place.control;
    let running = place.start(None).await?;
    let begin = Instant::now();
    let investors = fill::fill(&running.application, &control, options).await?;
    println!(
        "\n{name}, {} environments that answer after {} ms, {} investors, {} of them in every environment (filled in {:.0} s)",
        options.environments,
        options.delay,
        options.investors,
        investors.len(),
        begin.elapsed().as_secs_f64()
    );
    let mut report = Report::of(name);
    let slow = Behaviour {
        delay_ms: options.delay,
        ..Behaviour::default()
    };
    let one_hangs = Behaviour {
        hanging: Some(options.hanging()),
        ..slow.clone()
    };
    let limited = Behaviour {
        requests_per_second: Some(options.requests_per_second),
        ..slow.clone()
    };
    control.behave(&slow).await?;
    let mut updates = Updates {
        application: &running.application,
        server: &running.server,
        control,
        investors: &investors,
        next: 1,
    };
    report.singles(&updates.singles(options).await?);

    let healthy = updates.stream(options, options.hanging()).await?;
    control.behave(&one_hangs).await?;
    let beside = updates.stream(options, options.hanging()).await?;
    control.behave(&slow).await?;
    report.others(&healthy, &beside);
    running.application.open().await?.settled(PATIENCE).await?;
    let (first, next) = (running.server.peak()?, updates.next);
    running.server.stop()?;

    control.behave(&limited).await?;
    let running = place.start(Some(options.requests_per_second)).await?;
    let mut updates = Updates {
        application: &running.application,
        server: &running.server,
        control,
        investors: &investors,
        next,
    };
    report.backlog(&backlog::drain(&mut updates, options).await?, options);
    running.application.open().await?.settled(PATIENCE).await?;
    report.memory(first.max(running.server.peak()?));
    running.server.stop()?;
    Ok(report.missed)
}
