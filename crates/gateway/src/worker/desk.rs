//! The desk of one environment: takes up what is due there, as much at once as it can bear, and knows whether it answers.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use database::DatabaseError;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use crate::remote::{Remote, Trouble};
use crate::store::environments::Environment;
use crate::store::{copies, environments};
use crate::worker::health::Health;
use crate::worker::{chores, lane};
use crate::{Error, Gateway, Result};

/// One environment's desk.
pub(crate) struct Desk {
    pub(crate) gateway: Gateway,
    pub(crate) id: Uuid,
    name: String,
    health: Mutex<Health>,
    limit: Mutex<Option<(u32, Arc<DefaultDirectRateLimiter>)>>,
}

/// What a look at the rows brought.
struct Look {
    environment: Environment,
    remote: Remote,
    due: Vec<Uuid>,
}

impl Desk {
    pub(crate) fn new(gateway: Gateway, environment: &Environment) -> Self {
        Self {
            gateway,
            id: environment.id,
            name: environment.name.clone(),
            health: Mutex::new(Health::found(environment.unreachable_since.is_some())),
            limit: Mutex::default(),
        }
    }

    /// Works until it is told to stop, or the environment is removed.
    pub(crate) async fn run(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        let mut bell = self.gateway.bell.subscribe();
        let mut lanes: JoinSet<Uuid> = JoinSet::new();
        let mut busy: HashSet<Uuid> = HashSet::new();
        let mut chores = JoinSet::new();
        let mut next_chores = Instant::now();
        loop {
            // Whatever is rung from here on is seen after the look.
            bell.mark_unchanged();
            match self.look(busy.len()).await {
                Ok(Some(look)) => {
                    let room = self.room(&look.environment, busy.len());
                    let due = look
                        .due
                        .into_iter()
                        .filter(|investor| !busy.contains(investor));
                    let begun: Vec<Uuid> = due.take(room).collect();
                    for investor in begun {
                        busy.insert(investor);
                        let (desk, remote) = (Arc::clone(&self), look.remote.clone());
                        lanes.spawn(async move {
                            desk.work_on(&remote, investor).await;
                            investor
                        });
                    }
                    if chores.is_empty()
                        && Instant::now() >= next_chores
                        && self.room(&look.environment, 0) > 0
                    {
                        next_chores = Instant::now() + self.gateway.settings.poll;
                        let (desk, remote) = (Arc::clone(&self), look.remote);
                        chores.spawn(async move {
                            chores::round(&desk, &remote, &look.environment).await
                        });
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(environment.name = %self.name, error = %error, "environment {} waits for the database: {error}", self.name);
                }
            }
            tokio::select! {
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => return,
                Some(ended) = lanes.join_next(), if !lanes.is_empty() => match ended {
                    Ok(investor) => drop(busy.remove(&investor)),
                    // A panic does not say whose it was; what is due is taken up again.
                    Err(_) => busy.clear(),
                },
                Some(_) = chores.join_next(), if !chores.is_empty() => {}
                _ = bell.changed() => {}
                () = tokio::time::sleep(self.gateway.settings.poll) => {}
            }
        }
    }

    async fn look(&self, busy: usize) -> Result<Option<Look>> {
        let (gateway, id) = (self.gateway.clone(), self.id);
        let found = self.gateway.db.read(move |tx| {
            let Some(environment) = environments::find(tx, id)? else {
                return Ok(None);
            };
            let remote = gateway.remotes.reach(&gateway, tx, &environment)?;
            // Those in the air are due too; behind them there may be others.
            let most = i64::from(environment.concurrency) + i64::try_from(busy).unwrap_or(i64::MAX);
            let due = copies::due(tx, id, gateway.now(), most)?;
            Ok::<_, Error>(Some(Look {
                environment,
                remote,
                due,
            }))
        });
        found.await
    }

    fn room(&self, environment: &Environment, busy: usize) -> usize {
        let concurrency = usize::try_from(environment.concurrency).unwrap_or(usize::MAX);
        self.health().room(concurrency, busy, self.gateway.now())
    }

    /// Everything that an investor lacks here, one after the other, until nothing is left or something stands in the way.
    async fn work_on(&self, remote: &Remote, investor: Uuid) {
        loop {
            match lane::advance(self, remote, investor).await {
                Ok(lane::Progress::Moved) => {}
                Ok(lane::Progress::Done) => return,
                Err(trouble) => {
                    if let Err(error) = lane::postpone(self, investor, &trouble).await {
                        tracing::warn!(environment.name = %self.name, error = %error, "investor {investor} waits for the database: {error}");
                    }
                    return;
                }
            }
        }
    }

    /// One call: waits for its turn under the environment's limit, and notes what the answer says of its health.
    pub(crate) async fn call<T>(
        &self,
        environment: &Environment,
        call: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        if let Some(limit) = self.limit(environment.requests_per_second) {
            limit.until_ready().await;
        }
        let outcome = call.await;
        let label = match &outcome {
            Ok(_) => "answered",
            Err(Trouble::Refused(_)) => "refused",
            Err(Trouble::Busy(_)) => "busy",
            Err(Trouble::Down(_)) => "down",
            Err(Trouble::Fault(_)) => "fault",
        };
        let labels = self.gateway.labels(&self.name, label);
        metrics::counter!("gateway_calls_total", labels.iter()).increment(1);
        match &outcome {
            Ok(_) | Err(Trouble::Refused(_)) => self.answered().await,
            Err(Trouble::Busy(pause)) => {
                let pause = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX / 2);
                self.health().paused(self.gateway.now() + pause);
            }
            Err(Trouble::Down(reason)) => self.failed(reason).await,
            Err(Trouble::Fault(_)) => {}
        }
        outcome
    }

    async fn answered(&self) {
        if !self.health().answered() {
            return;
        }
        tracing::info!(environment.name = %self.name, "environment {} answers again", self.name);
        let (id, now) = (self.id, self.gateway.now());
        let noted = self.gateway.db.write(move |tx| {
            environments::answers(tx, id)?;
            copies::hurry(tx, id, now)
        });
        self.log_failure(noted.await);
        self.gateway.ring();
    }

    async fn failed(&self, reason: &str) {
        let now = self.gateway.now();
        if !self.health().failed(now) {
            return;
        }
        tracing::warn!(environment.name = %self.name, "environment {} is unreachable: {reason}", self.name);
        let (id, reason) = (self.id, reason.to_owned());
        let noted = self
            .gateway
            .db
            .write(move |tx| environments::fails(tx, id, &reason, now));
        self.log_failure(noted.await);
    }

    fn log_failure(&self, noted: std::result::Result<(), DatabaseError>) {
        if let Err(error) = noted {
            tracing::warn!(environment.name = %self.name, error = %error, "the state of environment {} could not be noted: {error}", self.name);
        }
    }

    fn limit(&self, per_second: Option<u32>) -> Option<Arc<DefaultDirectRateLimiter>> {
        let wanted = NonZeroU32::new(per_second?)?;
        let mut limit = self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        match &*limit {
            Some((same, limiter)) if *same == wanted.get() => Some(Arc::clone(limiter)),
            _ => {
                // Without a burst: the environment counts seconds of its own.
                let quota = Quota::per_second(wanted).allow_burst(NonZeroU32::MIN);
                let limiter = Arc::new(RateLimiter::direct(quota));
                *limit = Some((wanted.get(), Arc::clone(&limiter)));
                Some(limiter)
            }
        }
    }

    fn health(&self) -> std::sync::MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
