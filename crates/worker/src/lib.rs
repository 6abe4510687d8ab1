//! What follows a write: commands to the DLT network and their confirmations, statutory clocks, webhooks, mails.
//!
//! Everything starts from rows and ends in rows, so that a worker may die anywhere and another one goes on.

mod anchoring;
mod batch;
mod clocks;
mod commands;
mod courier;
mod crash_points;
mod instructed;
pub mod mail;
mod movements;
mod printer;
mod probes;
mod reconciler;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use dlt::Ledger;
use domain::Timestamp;
use registry::Registry;
use tokio::sync::watch;
use webhooks::Deliverer;

use clocks::Clocks;
use courier::Courier;
use mail::Postman;
use printer::Printer;
use reconciler::Reconciler;

pub use crash_points::CRASH_POINTS;

/// How a [`Worker`] works.
#[derive(Clone)]
pub struct Settings {
    /// Commands in one batch. A transaction on an EVM network takes some 500 deliveries; fewer are taken up sooner, and
    /// are entered into the register without keeping other writes waiting.
    pub batch: u32,
    /// How long after a root of a register was written to the network the next one follows at the soonest. Statements wait for a root that
    /// covers them; the longer this is, the more of them share one, and its gas.
    pub anchors_apart: Duration,
    /// How often to look for work that nobody announced, and after what the network has not made final yet.
    pub poll: Duration,
    /// How often to look at what becomes due by itself.
    pub clocks: Duration,
    /// How often registers are compared with the DLT network.
    pub reconciliation: Duration,
    /// For how long this process keeps others from handling the DLT network after it took something on. Short, because
    /// after a crash the next process has to wait for its end.
    pub lease: Duration,
    /// How webhooks are delivered.
    pub webhooks: webhooks::Settings,
    /// The mail server; without one mails stay in the mailbox.
    pub mail: Option<mail::Settings>,
}

impl Settings {
    /// The usual figures, with the registry's guard and clock.
    pub fn new(registry: &Registry) -> Self {
        let clock = registry.clock.clone();
        let due: webhooks::Clock = Arc::new(move || clock.outside().micros());
        let real: webhooks::Clock = Arc::new(|| registry::clock::real_now().micros());
        Self {
            batch: domain::delivery_policy::USUAL_BATCH,
            anchors_apart: Duration::ZERO,
            poll: Duration::from_secs(1),
            clocks: Duration::from_secs(5),
            reconciliation: Duration::from_secs(60),
            lease: Duration::from_secs(2),
            webhooks: webhooks::Settings::new(registry.webhook_guard.clone(), due, real),
            mail: None,
        }
    }
}

/// Follows what is written. Any number of them may work on one database; one at a time handles the DLT network.
#[derive(Clone)]
pub struct Worker {
    registry: Registry,
    settings: Settings,
    courier: Arc<Courier>,
    clocks: Arc<Clocks>,
    deliverer: Deliverer,
    postman: Arc<Postman>,
    printer: Arc<Printer>,
    reconciler: Arc<Reconciler>,
}

impl Worker {
    /// A worker; [`run`](Worker::run) sets it to work.
    pub fn new(registry: Registry, ledger: Arc<dyn Ledger>, settings: Settings) -> Self {
        let deliverer = Deliverer::new(
            registry.db.clone(),
            registry.vault.clone(),
            settings.webhooks.clone(),
        );
        let courier = Courier::new(registry.clone(), Arc::clone(&ledger), &settings);
        let courier = Arc::new(courier);
        Self {
            reconciler: Arc::new(Reconciler::new(registry.clone(), ledger)),
            courier: Arc::clone(&courier),
            postman: Arc::new(Postman::new(registry.clone(), settings.mail.clone())),
            clocks: Arc::new(Clocks::new(registry.clone())),
            printer: Arc::new(Printer::new(registry.clone(), courier)),
            registry,
            deliverer,
            settings,
        }
    }

    /// Works until the future completes; what is under way then gets a few seconds to end.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let tasks = [
            tokio::spawn({
                let (worker, stopped) = (self.clone(), ended(stopped.clone()));
                async move { worker.courier.run(worker.settings.poll, stopped).await }
            }),
            tokio::spawn({
                let (worker, stopped) = (self.clone(), ended(stopped.clone()));
                async move { worker.clocks.run(worker.settings.clocks, stopped).await }
            }),
            tokio::spawn(probes::run(
                self.registry.clone(),
                self.settings.clocks,
                ended(stopped.clone()),
            )),
            tokio::spawn({
                let (worker, stopped) = (self.clone(), ended(stopped.clone()));
                async move { worker.deliverer.run(stopped).await }
            }),
            tokio::spawn({
                let (worker, stopped) = (self.clone(), ended(stopped.clone()));
                async move { worker.printer.run(worker.settings.poll, stopped).await }
            }),
            tokio::spawn({
                let (worker, stopped) = (self.clone(), ended(stopped.clone()));
                let every = self.settings.reconciliation;
                async move { worker.reconciler.run(every, stopped).await }
            }),
            tokio::spawn({
                let (worker, stopped) = (self.clone(), ended(stopped));
                async move { worker.postman.run(worker.settings.poll, stopped).await }
            }),
        ];
        shutdown.await;
        stop.send_replace(true);
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(error = %error, "a part of the worker has died: {error}");
            }
        }
    }

    /// Compares every register with the DLT network once; for tests and simulated clocks.
    pub async fn reconcile_once(&self) {
        self.reconciler.round().await;
    }

    /// Does everything that is due at this time once and whatever follows from it, without waiting; for tests and
    /// simulated clocks. What the network has not made final stays for the next call.
    pub async fn settle_once(&self, now: Timestamp) {
        self.courier.rested();
        self.postman.rested();
        loop {
            self.clocks.look().await;
            let mut moved = false;
            while self.courier.round().await {
                moved = true;
            }
            while self.printer.round().await {
                moved = true;
            }
            while self.deliverer.run_once(now.micros()).await > 0 {
                moved = true;
            }
            while self.postman.round().await {
                moved = true;
            }
            if !moved {
                return;
            }
        }
    }
}

/// Completes when the worker is told to stop, or dropped.
async fn ended(mut stopped: watch::Receiver<bool>) {
    // An error means that nobody can tell any more, which is the same.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
