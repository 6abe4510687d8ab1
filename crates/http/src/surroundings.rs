//! Real time and randomness as one argument, so that nothing in the kit reaches for them and a test can hold both still.

use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// What the kit needs from the outside: the clock on the wall and random bytes.
///
/// Tokens use real time even in a sandbox whose own clock travels.
pub trait Surroundings: Send + Sync {
    /// Seconds since the Unix epoch.
    fn unix_seconds(&self) -> u64;
    /// A new time-ordered identifier (UUID version 7).
    fn new_id(&self) -> Uuid;
    /// Fills the slice with bytes fit for keys.
    fn fill_random(&self, bytes: &mut [u8]);
}

/// The operating system's clock and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealSurroundings;

impl Surroundings for RealSurroundings {
    #[expect(
        clippy::disallowed_methods,
        reason = "the real clock is here so that it is nowhere else"
    )]
    fn unix_seconds(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("the clock is past 1970")
            .as_secs()
    }

    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has randomness");
    }
}
