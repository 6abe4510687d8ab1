//! When a mail that the server put off is tried again.

use domain::Timestamp;

/// Waits after the first, second, … attempt.
const STEPS_S: [i64; 5] = [60, 300, 900, 3_600, 7_200];
/// The wait after all later attempts.
const LAST_STEP_S: i64 = 14_400;
/// A mail that is older helps nobody: its links have ended, its occasion is over.
const SPAN_S: i64 = 3 * 86_400;

/// The time of the next attempt, or `None` when it is too late for one. `attempts` counts those made.
pub(super) fn next_attempt(
    written_at: Timestamp,
    attempts: u32,
    now: Timestamp,
) -> Option<Timestamp> {
    let step = usize::try_from(attempts.saturating_sub(1))
        .ok()
        .and_then(|index| STEPS_S.get(index))
        .copied()
        .unwrap_or(LAST_STEP_S);
    let at = now.plus_seconds(step);
    (at.seconds_since(written_at) <= SPAN_S).then_some(at)
}

/// Whether a mail is too old to go out.
pub(super) fn is_too_late(written_at: Timestamp, now: Timestamp) -> bool {
    now.seconds_since(written_at) > SPAN_S
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_and_end_after_three_days() {
        let written = Timestamp::from_seconds(0);
        let (mut now, mut waits) = (written, Vec::new());
        let mut attempts = 1;
        while let Some(at) = next_attempt(written, attempts, now) {
            waits.push(at.seconds_since(now));
            now = at;
            attempts += 1;
        }
        assert_eq!(waits[..6], [60, 300, 900, 3_600, 7_200, 14_400]);
        assert!(now.seconds_since(written) <= SPAN_S);
        assert!(!is_too_late(written, now));
        assert!(is_too_late(written, now.plus_seconds(LAST_STEP_S)));
        assert_eq!(attempts, 23);
    }
}
