//! Statements on their way: made as soon as their entry is committed.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use registry::{Registry, statements};

/// Makes documents.
pub(crate) struct Printer {
    registry: Registry,
}

impl Printer {
    pub(crate) const fn new(registry: Registry) -> Self {
        Self { registry }
    }

    /// Rounds until the future completes. A statement that is cut off has its number and is made by the next round of anybody.
    pub(crate) async fn run(&self, poll: Duration, stopped: impl Future<Output = ()>) {
        let mut stopped = pin!(stopped);
        loop {
            tokio::select! {
                _ = self.round() => {}
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
        match statements::make_open(&self.registry).await {
            Ok(made) => made > 0,
            Err(error) => {
                tracing::warn!(error = %error, "statements wait for the database: {error}");
                false
            }
        }
    }
}
