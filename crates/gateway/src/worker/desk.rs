//! The desk of one environment: takes up what is due there, as much at once as it can bear, and knows whether it answers.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use database::DatabaseError;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
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

/// What is in the air at the environment.
struct Air {
    lanes: JoinSet<Uuid>,
    busy: HashSet<Uuid>,
    chores: JoinSet<()>,
    next_chores: Instant,
    /// The environment as last seen, and the way to it.
    known: Option<(Environment, Remote)>,
    /// Whether something may be due that nobody has named.
    looks: bool,
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
        let chime = self.gateway.bell.of(self.id);
        let mut air = Air {
            lanes: JoinSet::new(),
            busy: HashSet::new(),
            chores: JoinSet::new(),
            next_chores: Instant::now(),
            known: None,
            looks: true,
        };
        loop {
            // Whatever is rung from here on is seen after this.
            let heard = chime.heard();
            air.looks |= heard.more;
            match air.known.clone() {
                // Who is named need not be looked for.
                Some(known) if !air.looks => self.begin(&known, heard.investors, &mut air),
                _ if !air.has_room() => {}
                _ => match self.look(air.busy.len()).await {
                    Ok(Some(look)) => {
                        air.looks = false;
                        let known = (look.environment, look.remote);
                        self.begin(&known, look.due, &mut air);
                        self.begin_chores(&known, &mut air);
                        air.known = Some(known);
                    }
                    Ok(None) => return,
                    Err(error) => {
                        tracing::warn!(environment.name = %self.name, error = %error, "environment {} waits for the database: {error}", self.name);
                    }
                },
            }
            tokio::select! {
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => return,
                Some(ended) = air.lanes.join_next(), if !air.lanes.is_empty() => air.ended(ended),
                Some(_) = air.chores.join_next(), if !air.chores.is_empty() => {}
                () = chime.rung() => {}
                () = tokio::time::sleep(self.gateway.settings.poll) => air.looks = true,
            }
        }
    }

    /// Takes up what is due, as far as there is room.
    fn begin(self: &Arc<Self>, known: &(Environment, Remote), due: Vec<Uuid>, air: &mut Air) {
        let (environment, remote) = known;
        let mut room = self.room(environment, air.busy.len());
        for investor in due {
            // One lane for an investor, who may be named more than once: his changes have an order.
            if room == 0 || !air.busy.insert(investor) {
                continue;
            }
            room -= 1;
            let (desk, remote) = (Arc::clone(self), remote.clone());
            air.lanes.spawn(async move {
                desk.work_on(&remote, investor).await;
                investor
            });
        }
    }

    /// Looks at everything else that may be due, once in a while.
    fn begin_chores(
        self: &Arc<Self>,
        (environment, remote): &(Environment, Remote),
        air: &mut Air,
    ) {
        let is_time = air.chores.is_empty() && Instant::now() >= air.next_chores;
        if is_time && self.room(environment, 0) > 0 {
            air.next_chores = Instant::now() + self.gateway.settings.poll;
            let (desk, environment, remote) =
                (Arc::clone(self), environment.clone(), remote.clone());
            air.chores
                .spawn(async move { chores::round(&desk, &remote, &environment).await });
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
        self.gateway.bell.ring_one(self.id);
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

impl Air {
    /// A full desk could begin nothing that it found; whatever ends makes room and leads to another look.
    fn has_room(&self) -> bool {
        let most = self
            .known
            .as_ref()
            .map(|(environment, _)| environment.concurrency);
        most.is_none_or(|most| self.busy.len() < usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// One lane has ended; those that ended with it need no look of their own.
    fn ended(&mut self, first: Result<Uuid, JoinError>) {
        self.looks = true;
        let mut next = Some(first);
        while let Some(ended) = next {
            match ended {
                Ok(investor) => drop(self.busy.remove(&investor)),
                // A panic does not say whose it was; what is due is taken up again.
                Err(_) => self.busy.clear(),
            }
            next = self.lanes.try_join_next();
        }
    }
}
