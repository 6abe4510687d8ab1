//! The loop that empties the outbox: record what came back, claim what is due, make the attempts, and again.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use database::vault::Vault;
use database::{DatabaseError, Db};
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use crate::claim::{Claimed, Job, Lease, Targets, claim};
use crate::deliveries::{Backlog, backlog};
use crate::guard::Guard;
use crate::schedule::Failed;
use crate::sender::Sender;
use crate::settle::{Attempted, Finished, Verdict, settle};
use crate::slots::Slots;
use crate::{Clock, Random};

/// Four times the time-out of an attempt covers it with its token and its record; this is for very short time-outs.
const SHORTEST_LEASE: Duration = Duration::from_secs(4);
const MEASURE_EVERY: Duration = Duration::from_secs(15);
/// How long attempts in the air are waited for when the process ends.
const GRACE: Duration = Duration::from_secs(5);
/// How long a result may wait for others to be recorded with it.
const GATHER: Duration = Duration::from_millis(4);
/// How long to wait before the database is tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How a [`Deliverer`] works.
#[derive(Clone)]
pub struct Settings {
    /// Which addresses may be called.
    pub guard: Guard,
    /// How we introduce ourselves.
    pub user_agent: String,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How many attempts may be in the air.
    pub concurrency: usize,
    /// How many of them at one endpoint.
    pub per_endpoint: usize,
    /// How often to look for work that nobody announced: retries, mostly.
    pub poll: Duration,
    /// Tells when an attempt is due; a test may move it.
    pub clock: Clock,
    /// Tells the time that the receivers' clocks show: for signatures, and for what their answers say about time.
    pub real: Clock,
    /// Spreads the retries.
    pub random: Random,
}

impl Settings {
    /// The usual figures: 15 s for an attempt, 128 in the air, 4 at one endpoint, a look every second.
    pub fn new(guard: Guard, clock: Clock, real: Clock) -> Settings {
        Settings {
            guard,
            user_agent: concat!("cashlink-webhooks/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(15),
            concurrency: 128,
            per_endpoint: 4,
            poll: Duration::from_secs(1),
            clock,
            real,
            // Without randomness the schedule's own times are as good as any.
            random: Arc::new(|| getrandom::u64().unwrap_or(200)),
        }
    }
}

/// Delivers what was published. Any number of them may work on one database.
#[derive(Clone)]
pub struct Deliverer(Arc<Inner>);

struct Inner {
    db: Db,
    vault: Vault,
    settings: Settings,
    sender: Sender,
    targets: Mutex<Arc<Targets>>,
}

impl Deliverer {
    /// A deliverer; [`run`](Deliverer::run) sets it to work.
    pub fn new(db: Db, vault: Vault, settings: Settings) -> Deliverer {
        let sender = Sender::new(
            settings.guard.clone(),
            &settings.user_agent,
            settings.timeout,
            // Many endpoints may share a host, and a connection costs more than a delivery.
            settings.concurrency,
            Arc::clone(&settings.real),
        );
        Deliverer(Arc::new(Inner {
            db,
            vault,
            settings,
            sender,
            targets: Mutex::default(),
        }))
    }

    /// Delivers until the future completes; attempts in the air then get a few seconds to end.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let settings = &self.0.settings;
        let mut shutdown = pin!(shutdown);
        let mut tasks = JoinSet::new();
        let mut slots = Slots::new(settings.concurrency, settings.per_endpoint);
        let mut finished: Vec<Finished> = Vec::new();
        let mut measured = None;
        loop {
            measured = self.measure_sometimes(measured).await;
            while let Some(Ok(result)) = tasks.try_join_next() {
                finished.push(result);
            }
            // What is recorded frees its slots for the claim in the same transaction.
            let mut after = slots.clone();
            finished
                .iter()
                .for_each(|result| give_back(&mut after, result));
            let now = (settings.clock)();
            let mut pause = None;
            let results = Arc::new(std::mem::take(&mut finished));
            match self.cycle(Arc::clone(&results), after.clone(), now).await {
                Ok(claimed) => {
                    slots = after;
                    for job in claimed.jobs {
                        slots.took(job.target.endpoint);
                        let deliverer = self.clone();
                        tasks.spawn(async move {
                            deliverer.deliver(job, &deliverer.0.settings.clock).await
                        });
                    }
                    if claimed.again {
                        continue;
                    }
                }
                Err(error) => {
                    tracing::warn!(error = %error, "webhook deliveries wait for the database");
                    finished = Arc::unwrap_or_clone(results);
                    pause = Some(AFTER_FAILURE);
                }
            }
            let idle = async {
                match pause {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => self.0.db.woken(crate::TOPIC, settings.poll).await,
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(Ok(result)) = tasks.join_next(), if pause.is_none() && !tasks.is_empty() => {
                    finished.push(result);
                    gather(&mut tasks, &mut finished).await;
                }
                () = idle, if pause.is_some() || slots.free() > 0 => {}
                else => {}
            }
        }
        self.finish(tasks, finished).await;
    }

    /// Makes one attempt of everything that is due, as far as the limits allow, and returns how many; for tests and
    /// simulated clocks. Zero means that nothing is due at this time (or that the database fails, which is logged).
    pub async fn run_once(&self, now: i64) -> usize {
        let settings = &self.0.settings;
        let slots = Slots::new(settings.concurrency, settings.per_endpoint);
        let claimed = match self.cycle(Arc::default(), slots, now).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(error = %error, "webhook deliveries wait for the database");
                return 0;
            }
        };
        let clock: Clock = Arc::new(move || now);
        let attempts = claimed
            .jobs
            .into_iter()
            .map(|job| self.deliver(job, &clock));
        let finished = join_all(attempts).await;
        let count = finished.len();
        if let Err(error) = self.record(Arc::new(finished), now).await {
            tracing::warn!(error = %error, "webhook results could not be recorded");
        }
        count
    }

    /// One transaction: records results and claims what is due.
    async fn cycle(
        &self,
        finished: Arc<Vec<Finished>>,
        slots: Slots,
        now: i64,
    ) -> Result<Claimed, DatabaseError> {
        let lease_for = SHORTEST_LEASE.max(self.0.settings.timeout * 4);
        let lease = Lease {
            token: Uuid::new_v4(),
            now,
            until: now + i64::try_from(lease_for.as_micros()).unwrap_or(i64::MAX / 2),
        };
        let (vault, targets) = (self.0.vault.clone(), self.targets());
        let known = Arc::clone(&targets);
        let results = Arc::clone(&finished);
        let outcome = self.0.db.write(move |tx| {
            let lost = if results.is_empty() {
                0
            } else {
                settle(tx, &results, now)?
            };
            let claimed = if slots.free() > 0 {
                claim(tx, &vault, (&slots, &known), lease)?
            } else {
                Claimed::default()
            };
            Ok::<_, DatabaseError>((lost, claimed))
        });
        let (lost, claimed) = outcome.await?;
        database::crash::point("webhooks.after_claim");
        count(&finished, lost);
        self.remember(targets, &claimed.jobs);
        Ok(claimed)
    }

    /// Records results and claims nothing.
    async fn record(&self, finished: Arc<Vec<Finished>>, now: i64) -> Result<(), DatabaseError> {
        if finished.is_empty() {
            return Ok(());
        }
        let results = Arc::clone(&finished);
        let lost = self.0.db.write(move |tx| settle(tx, &results, now)).await?;
        count(&finished, lost);
        Ok(())
    }

    async fn deliver(&self, job: Job, clock: &Clock) -> Finished {
        let now = clock();
        let attempt = AssertUnwindSafe(self.0.sender.attempt(&job, now));
        let attempted = attempt.catch_unwind().await.unwrap_or_else(|_| Attempted {
            at: now,
            error: Some("internal error".to_owned()),
            ..Attempted::default()
        });
        database::crash::point("webhooks.after_attempt");
        let failed = Failed {
            first_attempt_at: job.first_attempt_at.unwrap_or(now),
            attempts: job.attempts + 1,
            now: clock(),
            retry_after_s: attempted.retry_after_s,
        };
        let finished = Finished {
            endpoint: job.target.endpoint,
            endpoint_status: job.target.status,
            lane: job.lane,
            token: job.token,
            delivery: job.delivery,
            verdict: Verdict::of(&attempted, failed, (self.0.settings.random)()),
            attempted,
        };
        log(&job, &finished);
        finished
    }

    async fn finish(&self, mut tasks: JoinSet<Finished>, mut finished: Vec<Finished>) {
        let waiting = async {
            while let Some(result) = tasks.join_next().await {
                finished.extend(result.ok());
            }
        };
        // What is not back by then is made again when its lease is over.
        let _ = tokio::time::timeout(GRACE, waiting).await;
        let now = (self.0.settings.clock)();
        if let Err(error) = self.record(Arc::new(finished), now).await {
            tracing::warn!(error = %error, "webhook results could not be recorded");
        }
    }

    fn targets(&self) -> Arc<Targets> {
        Arc::clone(
            &self
                .0
                .targets
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn remember(&self, before: Arc<Targets>, jobs: &[Job]) {
        let known = |job: &&Job| {
            let target = before.get(&job.target.endpoint);
            target.is_some_and(|target| Arc::ptr_eq(target, &job.target))
        };
        let new: Vec<&Job> = jobs.iter().filter(|job| !known(job)).collect();
        if new.is_empty() {
            return;
        }
        let mut targets = self
            .0
            .targets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for job in new {
            Arc::make_mut(&mut targets).insert(job.target.endpoint, Arc::clone(&job.target));
        }
    }

    async fn measure_sometimes(&self, measured: Option<Instant>) -> Option<Instant> {
        if measured.is_some_and(|at| at.elapsed() < MEASURE_EVERY) {
            return measured;
        }
        if let Ok(Backlog { pending, oldest_at }) = self.0.db.read(backlog).await {
            let age = oldest_at.map_or(0, |at| ((self.0.settings.clock)() - at).max(0) / 1_000_000);
            metrics::gauge!("webhook_deliveries_pending").set(pending as f64);
            metrics::gauge!("webhook_oldest_pending_age_seconds").set(age as f64);
        }
        Some(Instant::now())
    }
}

/// Waits a moment for a good part of what is in the air, so that one transaction records it all.
async fn gather(tasks: &mut JoinSet<Finished>, finished: &mut Vec<Finished>) {
    let enough = tasks.len() / 4;
    let gathering = async {
        while finished.len() < enough
            && let Some(Ok(result)) = tasks.join_next().await
        {
            finished.push(result);
        }
    };
    // When the time is over, what is there is enough.
    let _ = tokio::time::timeout(GATHER, gathering).await;
}

fn give_back(slots: &mut Slots, result: &Finished) {
    slots.gave_back(result.endpoint);
    if result.attempted.timed_out {
        slots.is_slow(result.endpoint);
    } else {
        slots.is_quick(result.endpoint);
    }
}

fn count(finished: &[Finished], lost: usize) {
    for result in finished {
        metrics::counter!("webhook_attempts_total", "outcome" => result.verdict.outcome())
            .increment(1);
    }
    metrics::counter!("webhook_leases_lost_total").increment(lost as u64);
}

fn log(job: &Job, finished: &Finished) {
    let (message, endpoint) = (job.message, finished.endpoint);
    let attempted = &finished.attempted;
    let reason = attempted.status_code.map_or_else(
        || attempted.error.clone().unwrap_or_default(),
        |status| format!("answered {status}"),
    );
    match finished.verdict {
        Verdict::Delivered => {
            tracing::debug!(webhook.message = %message, webhook.endpoint = %endpoint, "delivered message {message} to endpoint {endpoint}");
        }
        Verdict::Retry(_) => {
            tracing::info!(webhook.message = %message, webhook.endpoint = %endpoint, "attempt {} of message {message} at endpoint {endpoint} failed: {reason}", job.attempts + 1);
        }
        Verdict::Exhausted | Verdict::Gone(_) => {
            tracing::warn!(webhook.message = %message, webhook.endpoint = %endpoint, "endpoint {endpoint} is flagged: message {message}: {reason}");
        }
    }
}
