//! Time in an environment. Signatures, tokens and leases use real time and never ask here.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::Timestamp;

/// The time that rules are applied at.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    Real,
    /// Stands still until it is set; for tests.
    Frozen(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at this time.
    pub fn frozen(at: Timestamp) -> Self {
        Self::Frozen(Arc::new(AtomicI64::new(at.micros())))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Real => real_now(),
            Self::Frozen(micros) => Timestamp::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// When to call somebody else's server, and again: their time passes whatever the time in an environment is. Only the
    /// clock of a test answers with its own, so that it need not wait for a week of failed attempts.
    pub fn outside(&self) -> Timestamp {
        match self {
            Self::Real => real_now(),
            Self::Frozen(_) => self.now(),
        }
    }

    /// Moves a frozen clock on; the machine's stays as it is.
    pub fn advance_seconds(&self, seconds: i64) {
        if let Self::Frozen(micros) = self {
            micros.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }
}

/// The machine's time in UTC, microseconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the machine's time enters the operations"
)]
pub fn real_now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
