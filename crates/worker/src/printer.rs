//! Statements on their way: made as soon as their entry is committed.

use std::future::{Future, ready};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use registry::{Registry, statements};
use tokio::time::Instant;

use crate::courier::Courier;

/// For how long what moves units goes before a document.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(50);

/// Makes documents.
pub(crate) struct Printer {
    registry: Registry,
    courier: Arc<Courier>,
}

impl Printer {
    pub(crate) const fn new(registry: Registry, courier: Arc<Courier>) -> Self {
        Self { registry, courier }
    }

    /// Rounds until the future completes. A statement that is cut off has its number and is made by the next round of anybody.
    pub(crate) async fn run(&self, poll: Duration, stopped: impl Future<Output = ()>) {
        let mut stopped = pin!(stopped);
        loop {
            tokio::select! {
                _ = self.make(|| self.wait()) => {}
                () = &mut stopped => return,
            }
            tokio::select! {
                () = self.registry.db.woken(statements::TOPIC, poll) => {}
                () = &mut stopped => return,
            }
        }
    }

    /// Makes what is due; whether something was.
    pub(crate) async fn round(&self) -> bool {
        self.make(|| ready(())).await
    }

    async fn make<F: Future<Output = ()>>(&self, other_work: impl Fn() -> F) -> bool {
        match statements::make_open_behind(&self.registry, other_work).await {
            Ok(made) => made > 0,
            Err(error) => {
                tracing::warn!(error = %error, "statements wait for the database: {error}");
                false
            }
        }
    }

    /// Until this process moves no units, which needs the processors and the database sooner.
    async fn wait(&self) {
        let begin = Instant::now();
        while self.courier.is_busy() && begin.elapsed() < LONGEST_WAIT {
            tokio::time::sleep(LOOK).await;
        }
    }
}
