//! What follows the rows: one desk per environment, so that none waits for another, and one for the stream of events.
//!
//! One process at a time works on a database; a lease sees to that. Whoever dies leaves rows that the next one takes up.

mod chores;
mod desk;
mod followed;
mod health;
mod lane;
mod settle;
mod step;
mod strangers;
mod stream;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use database::{DatabaseError, lease};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;
use webhooks::Deliverer;

use crate::Gateway;
use crate::store::environments;
pub(crate) use desk::Desk;

const LEASE: &str = "gateway worker";
const LEASE_FOR: Duration = Duration::from_secs(10);
/// How often the lease is renewed and new environments are looked for.
const LOOK: Duration = Duration::from_millis(500);

/// Works on everything that waits.
#[derive(Clone)]
pub struct Worker {
    gateway: Gateway,
    deliverer: Deliverer,
    process: String,
}

impl Worker {
    /// A worker; [`run`](Worker::run) sets it to work.
    pub fn new(gateway: Gateway) -> Self {
        let clock = &gateway.clock;
        let mut settings =
            webhooks::Settings::new(gateway.guard.clone(), clock.clone(), clock.clone());
        settings.user_agent = concat!("cashlink-gateway/", env!("CARGO_PKG_VERSION")).to_owned();
        settings.poll = gateway.settings.poll;
        let deliverer = Deliverer::new(gateway.db.clone(), gateway.vault.clone(), settings);
        Self {
            gateway,
            deliverer,
            process: Uuid::new_v4().to_string(),
        }
    }

    /// Works until the future completes. What is under way then is cut off: its row is still there.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let deliveries = tokio::spawn({
            let (deliverer, stopped) = (self.deliverer.clone(), ended(stopped.clone()));
            async move { deliverer.run(stopped).await }
        });
        tokio::select! {
            () = self.supervise(stopped) => {}
            () = shutdown => {}
        }
        stop.send_replace(true);
        if let Err(error) = deliveries.await {
            tracing::error!(error = %error, "the deliverer has died: {error}");
        }
        self.give_back().await;
    }

    /// Keeps a desk for every environment for as long as the lease is held.
    async fn supervise(&self, stopped: watch::Receiver<bool>) {
        let mut desks: HashMap<Uuid, JoinHandle<()>> = HashMap::new();
        let mut stream: Option<JoinHandle<()>> = None;
        let mut rest = tokio::time::interval(LOOK);
        loop {
            rest.tick().await;
            let held = self.hold().await.unwrap_or_else(|error| {
                tracing::warn!(error = %error, "the gateway's worker waits for the database: {error}");
                // Until the lease runs out it is ours.
                !desks.is_empty()
            });
            if !held {
                desks.drain().for_each(|(_, desk)| desk.abort());
                stream.take().inspect(JoinHandle::abort);
                continue;
            }
            desks.retain(|id, desk| {
                let alive = !desk.is_finished();
                if !alive {
                    tracing::info!(environment.id = %id, "the desk of environment {id} has ended");
                }
                alive
            });
            if stream.as_ref().is_none_or(JoinHandle::is_finished) {
                let (gateway, stopped) = (self.gateway.clone(), stopped.clone());
                stream = Some(tokio::spawn(
                    async move { stream::run(&gateway, stopped).await },
                ));
            }
            let Ok(all) = self.gateway.db.read(environments::list).await else {
                continue;
            };
            for environment in all {
                desks.entry(environment.id).or_insert_with(|| {
                    let desk = Arc::new(Desk::new(self.gateway.clone(), &environment));
                    let stopped = stopped.clone();
                    tokio::spawn(async move { desk.run(stopped).await })
                });
            }
        }
    }

    async fn hold(&self) -> Result<bool, DatabaseError> {
        let (process, now) = (self.process.clone(), self.gateway.now());
        let token = self
            .gateway
            .db
            .write(move |tx| lease::acquire(tx, LEASE, &process, now, LEASE_FOR));
        Ok(token.await?.is_some())
    }

    /// Lets the next process begin at once.
    async fn give_back(&self) {
        let (process, now) = (self.process.clone(), self.gateway.now());
        let given = self.gateway.db.write(move |tx| {
            if let Some(token) = lease::acquire(tx, LEASE, &process, now, LEASE_FOR)? {
                lease::release(tx, LEASE, token, now)?;
            }
            Ok::<_, DatabaseError>(())
        });
        if let Err(error) = given.await {
            tracing::warn!(error = %error, "the gateway's lease runs out by itself: {error}");
        }
    }
}

/// Completes when the worker is told to stop, or dropped.
async fn ended(mut stopped: watch::Receiver<bool>) {
    // An error means that nobody can tell any more, which is the same.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
