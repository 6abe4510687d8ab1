//! What becomes due by itself, and the figures that operators watch.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::{Date, Timestamp};
use registry::{
    Registry, address_changes, admissions, anchors, clocks, deadlines, delivery, inspections,
    investors, mail, notices, reconciliation, registrations, statements, terms, wallet_natures,
};

/// How often what is overdue is counted.
const COUNT_EVERY_S: i64 = 15 * 60;

/// Looks at deadlines again and again.
pub(crate) struct Clocks {
    registry: Registry,
    /// Until when cancellation periods were looked at.
    looked_until: Mutex<Timestamp>,
    /// The day on which this process last looked for yearly statements.
    yearly: Mutex<Option<Date>>,
    /// When this process last counted what is overdue.
    counted_at: Mutex<Option<Timestamp>>,
    /// Whether this process has looked for issues whose terms an earlier version of the program left undeposited.
    carried_over: AtomicBool,
}

impl Clocks {
    /// The first look goes over everything, since nobody knows where an earlier process stopped.
    pub(crate) fn new(registry: Registry) -> Self {
        Self {
            registry,
            looked_until: Mutex::new(Timestamp::from_micros(i64::MIN)),
            yearly: Mutex::default(),
            counted_at: Mutex::default(),
            carried_over: AtomicBool::new(false),
        }
    }

    /// Looks until the future completes.
    pub(crate) async fn run(&self, every: Duration, stopped: impl Future<Output = ()>) {
        let mut stopped = pin!(stopped);
        loop {
            self.look().await;
            self.measure().await;
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = &mut stopped => return,
            }
        }
    }

    /// One look at everything that may be due.
    pub(crate) async fn look(&self) {
        if let Err(error) = self.look_at_all().await {
            tracing::warn!(error = %error, "the clocks wait for the database: {error}");
        }
    }

    async fn look_at_all(&self) -> registry::Result<()> {
        while investors::expire_identifications(&self.registry).await? > 0 {}
        clocks::payment_overdue(&self.registry).await?;
        wallet_natures::ask_again(&self.registry).await?;
        while address_changes::take_effect_when_due(&self.registry).await? > 0 {}
        while address_changes::end_cooling(&self.registry).await? > 0 {}
        admissions::answers_due(&self.registry).await?;
        registrations::forget_over(&self.registry).await?;
        notices::write_daily(&self.registry).await?;
        notices::write_about_dead(&self.registry).await?;
        if !self.carried_over.load(Ordering::Relaxed) {
            while terms::carry_over(&self.registry).await? > 0 {}
            self.carried_over.store(true, Ordering::Relaxed);
        }
        terms::purge_overdue(&self.registry).await?;
        self.look_for_yearly_statements().await?;
        reconciliation::write_report(&self.registry).await?;
        anchors::ask_for_overdue(&self.registry).await?;
        while inspections::destroy_overdue(&self.registry).await? > 0 {}
        let since = *self.looked_until();
        let until = clocks::deliveries_due(&self.registry, since).await?;
        *self.looked_until() = until;
        Ok(())
    }

    /// Once a day, since it goes over everybody who holds something.
    async fn look_for_yearly_statements(&self) -> registry::Result<()> {
        let today = self.registry.clock.now().berlin_date();
        let done = || self.yearly.lock().unwrap_or_else(PoisonError::into_inner);
        if *done() == Some(today) {
            return Ok(());
        }
        statements::write_yearly(&self.registry).await?;
        *done() = Some(today);
        Ok(())
    }

    async fn measure(&self) {
        self.measure_mails().await;
        self.measure_statements().await;
        self.measure_deadlines().await;
        let Ok(backlog) = delivery::backlog(&self.registry).await else {
            return;
        };
        let now = self.registry.clock.now();
        let age = backlog
            .oldest_at
            .map_or(0, |at| now.seconds_since(at).max(0));
        metrics::gauge!("dlt_commands_pending").set(backlog.pending as f64);
        metrics::gauge!("dlt_commands_failed").set(backlog.failed as f64);
        metrics::gauge!("dlt_oldest_command_age_seconds").set(age as f64);
    }

    async fn measure_statements(&self) {
        let Ok(backlog) = statements::backlog(&self.registry).await else {
            return;
        };
        let now = self.registry.clock.now();
        let age = backlog
            .oldest_at
            .map_or(0, |at| now.seconds_since(at).max(0));
        metrics::gauge!("registry_statements_waiting").set(backlog.waiting as f64);
        metrics::gauge!("registry_statement_oldest_waiting_age_seconds").set(age as f64);
    }

    /// Now and then, since it goes over everything that has a deadline.
    async fn measure_deadlines(&self) {
        let now = self.registry.clock.now();
        let counted = || {
            self.counted_at
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if counted().is_some_and(|at| now.seconds_since(at) < COUNT_EVERY_S) {
            return;
        }
        let Ok(overdue) = deadlines::overdue(&self.registry).await else {
            return;
        };
        *counted() = Some(now);
        for (rule, count) in overdue {
            metrics::gauge!("register_deadlines_overdue", "rule" => rule.as_str())
                .set(count as f64);
        }
    }

    async fn measure_mails(&self) {
        let Ok(backlog) = mail::backlog(&self.registry).await else {
            return;
        };
        let now = self.registry.clock.now();
        let age = backlog
            .oldest_at
            .map_or(0, |at| now.seconds_since(at).max(0));
        metrics::gauge!("mails_waiting").set(backlog.waiting as f64);
        metrics::gauge!("mail_oldest_waiting_age_seconds").set(age as f64);
    }

    fn looked_until(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        self.looked_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
