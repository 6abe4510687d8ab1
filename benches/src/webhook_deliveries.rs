//! `bench webhooks`: deliveries per second to a hundred endpoints, and what one that hangs costs the others.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use database::vault::{MasterKey, Vault};
use database::{DatabaseError, Db};
use tokio::sync::oneshot;
use tokio_postgres::NoTls;
use uuid::Uuid;
use webhooks::{
    Authentication, Clock, Deliverer, EndpointError, Guard, Message, NewEndpoint, Settings,
    endpoints,
};

use crate::clock::days_ago;
use crate::figures::{ms, quantile};
use crate::receivers::{self, Log};

const ENDPOINTS: usize = 100;
/// Messages of the burst whose deliveries are timed.
const BURST: usize = 200;
/// Messages of the steady stream whose latencies are taken.
const STREAM: usize = 200;
/// A steady stream uses this part of what the burst showed to be possible.
const PART: f64 = 0.5;
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Args)]
pub struct Options {
    /// Where to work
    #[arg(long)]
    folder: PathBuf,
    /// A PostgreSQL of our own, without the name of the database
    #[arg(long)]
    postgres: Option<String>,
}

/// What one setting came to.
struct Figures {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

pub async fn run(options: &Options) -> Result<()> {
    let folder = options.folder.join("webhooks");
    std::fs::create_dir_all(&folder)?;
    let file = |name: &str| format!("sqlite:{}", folder.join(name).display());
    report("SQLite", &file("healthy.sqlite"), &file("hanging.sqlite")).await?;
    if let Some(postgres) = &options.postgres {
        let (client, connection) =
            tokio_postgres::connect(&format!("{postgres}/postgres"), NoTls).await?;
        tokio::spawn(connection);
        for name in ["healthy", "hanging"] {
            client
                .batch_execute(&format!("create database {name}"))
                .await?;
        }
        report(
            "PostgreSQL",
            &format!("{postgres}/healthy"),
            &format!("{postgres}/hanging"),
        )
        .await?;
    }
    Ok(())
}

async fn report(name: &str, healthy: &str, hanging: &str) -> Result<()> {
    let (without, rate) = measure(healthy, false, None).await?;
    // The same stream, so that only the hanging endpoint differs.
    let (with, _) = measure(hanging, true, Some(rate)).await?;
    println!("\n{name}, {ENDPOINTS} endpoints on loopback");
    println!(
        "  one hanging: {:.2} of the deliveries per second without it ({:.0} of {:.0})",
        with.per_second / without.per_second,
        with.per_second,
        without.per_second,
    );
    println!(
        "  the others' p99: {:.2} of that without it ({} of {}; p50 {} of {}; {:.0} deliveries a second)",
        with.p99.as_secs_f64() / without.p99.as_secs_f64(),
        ms(with.p99),
        ms(without.p99),
        ms(with.p50),
        ms(without.p50),
        rate * ENDPOINTS as f64,
    );
    Ok(())
}

/// A burst and a stream on a new database; the second value is the stream's rate in messages per second.
async fn measure(url: &str, one_hangs: bool, rate: Option<f64>) -> Result<(Figures, f64)> {
    let db = Db::open(&database::Options::new(url)).await?;
    database::migrate(&db, &[database::COMPONENT, webhooks::COMPONENT]).await?;
    let vault = Vault::open(&db, MasterKey::generate()?).await?;
    let quick = if one_hangs { ENDPOINTS - 1 } else { ENDPOINTS };

    let owner = Uuid::new_v4();
    let log = Log::new(BURST + STREAM);
    register(&db, &vault, owner, &log, quick).await?;
    publish(&db, owner, &log, 0..BURST, None).await?;
    let begin = Instant::now();
    let deliverer = Running::start(&db, &vault)?;
    log.has(BURST * quick, PATIENCE).await?;
    let per_second = (BURST * quick) as f64 / begin.elapsed().as_secs_f64();
    deliverer.stop().await?;

    let rate = rate.unwrap_or(per_second * PART / ENDPOINTS as f64);
    let deliverer = Running::start(&db, &vault)?;
    let pace = Duration::from_secs_f64(1.0 / rate);
    publish(&db, owner, &log, BURST..BURST + STREAM, Some(pace)).await?;
    log.has((BURST + STREAM) * quick, PATIENCE).await?;
    deliverer.stop().await?;
    db.close().await;
    let times = log.times_from(BURST);
    let figures = Figures {
        per_second,
        p50: quantile(&times, 500),
        p99: quantile(&times, 990),
    };
    Ok((figures, rate))
}

/// So many quick endpoints, and one that hangs to make up the hundred.
async fn register(db: &Db, vault: &Vault, owner: Uuid, log: &Arc<Log>, quick: usize) -> Result<()> {
    let mut urls = Vec::new();
    for _ in 0..quick {
        let log = Arc::clone(log);
        urls.push(receivers::quick(move |body| log.note(body)).await?);
    }
    if quick < ENDPOINTS {
        urls.push(receivers::hanging().await?);
    }
    for url in urls {
        let (vault, new) = (vault.clone(), endpoint(owner, url));
        db.write(move |tx| -> Result<_, EndpointError> {
            endpoints::create(tx, &vault, new.clone(), now())
        })
        .await?;
    }
    Ok(())
}

fn endpoint(owner: Uuid, url: String) -> NewEndpoint {
    NewEndpoint {
        id: Uuid::new_v4(),
        owner,
        url,
        authentication: Authentication::None,
        event_types: Vec::new(),
        description: String::new(),
        secret: None,
    }
}

/// Publishes messages, each in a lane of its own, at once or one per `pace`.
async fn publish(
    db: &Db,
    owner: Uuid,
    log: &Log,
    numbers: Range<usize>,
    pace: Option<Duration>,
) -> Result<()> {
    let mut ticks = tokio::time::interval(pace.unwrap_or(Duration::from_micros(1)));
    for number in numbers {
        ticks.tick().await;
        log.publishing(number);
        db.write(move |tx| -> Result<(), DatabaseError> {
            let body = format!("{{\"status\":\"ACCEPTED\",\"number\":{number}}}");
            let message = Message {
                id: Uuid::new_v4(),
                owner,
                event_type: "investment.status_changed",
                lane: Uuid::new_v4(),
                body: body.as_bytes(),
                now: now(),
            };
            webhooks::publish(tx, &message)
        })
        .await?;
    }
    Ok(())
}

/// A deliverer at work.
struct Running {
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    fn start(db: &Db, vault: &Vault) -> Result<Running> {
        let clock: Clock = Arc::new(now);
        let settings = Settings::new(Guard::allowing(["127.0.0.0/8"])?, Arc::clone(&clock), clock);
        let deliverer = Deliverer::new(db.clone(), vault.clone(), settings);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move { deliverer.run(async { drop(stopped.await) }).await });
        Ok(Running { stop, task })
    }

    async fn stop(self) -> Result<()> {
        drop(self.stop);
        self.task.await?;
        Ok(())
    }
}

/// Microseconds since the Unix epoch.
fn now() -> i64 {
    days_ago(0).as_microsecond()
}
