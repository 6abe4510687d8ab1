//! Named places where a test lets the process die, as a power cut would.

/// Aborts the process if `CASHLINK_CRASH_AT` names this place (`name`, or `name:3` for the third time it is reached).
///
/// Without the crate feature `crash-points` this is nothing.
#[cfg(not(feature = "crash-points"))]
#[inline(always)]
pub fn point(_name: &str) {}

/// Aborts the process if `CASHLINK_CRASH_AT` names this place (`name`, or `name:3` for the third time it is reached).
#[cfg(feature = "crash-points")]
pub fn point(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static TARGET: OnceLock<Option<(String, AtomicU64)>> = OnceLock::new();
    let target = TARGET.get_or_init(|| {
        let wanted = std::env::var("CASHLINK_CRASH_AT").ok()?;
        let (name, count) = match wanted.rsplit_once(':') {
            Some((name, count)) => (name.to_owned(), count.parse().ok()?),
            None => (wanted, 1),
        };
        Some((name, AtomicU64::new(count)))
    });
    if let Some((wanted, left)) = target
        && wanted == name
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::process::abort();
    }
}
