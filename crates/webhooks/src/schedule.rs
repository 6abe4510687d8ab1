//! When a failed delivery is tried again: soon at first, then ever more slowly, for seven days.

const SECOND: i64 = 1_000_000;
/// The waits after the first, second, … attempt, in seconds; after these, [`LAST_STEP_S`] each time.
pub const STEPS_S: [i64; 6] = [5, 60, 300, 1_800, 7_200, 18_000];
/// The wait between all later attempts, in seconds.
pub const LAST_STEP_S: i64 = 36_000;
/// How long after the first attempt the last one may be, in seconds.
pub const SPAN_S: i64 = 7 * 86_400;
/// No receiver can put us off for longer than this, in seconds.
pub const LONGEST_RETRY_AFTER_S: i64 = 86_400;

/// What is known after a failed attempt. Times are microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    /// When the first attempt of this delivery was made.
    pub first_attempt_at: i64,
    /// How many were made, this one included.
    pub attempts: u32,
    /// Now.
    pub now: i64,
    /// What the receiver asked for, in seconds.
    pub retry_after_s: Option<i64>,
}

/// The time of the next attempt, or `None` after the last.
///
/// The step is spread by ±20 % so that many deliveries that failed together do not come back together; `random` decides where.
/// A receiver may ask for a later time, never for an earlier one.
pub fn next_attempt(failed: Failed, random: u64) -> Option<i64> {
    let step_s = usize::try_from(failed.attempts.saturating_sub(1))
        .ok()
        .and_then(|index| STEPS_S.get(index))
        .copied()
        .unwrap_or(LAST_STEP_S);
    let permille = 800 + i64::try_from(random % 401).expect("less than 401");
    let asked_s = failed.retry_after_s.unwrap_or(0).min(LONGEST_RETRY_AFTER_S);
    let wait = (step_s * SECOND / 1_000 * permille).max(asked_s * SECOND);
    let at = failed.now.saturating_add(wait);
    (at <= failed.first_attempt_at + SPAN_S * SECOND).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: u64 = 200;

    fn failed(attempts: u32) -> Failed {
        Failed {
            first_attempt_at: 0,
            attempts,
            now: 0,
            retry_after_s: None,
        }
    }

    #[test]
    fn the_steps_are_the_published_ones() {
        let steps: Vec<_> = (1..=9)
            .map(|attempts| next_attempt(failed(attempts), MIDDLE).map(|at| at / SECOND))
            .collect();
        let expected = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 36_000].map(Some);
        assert_eq!(steps, expected);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let times: Vec<_> = (0..401)
            .filter_map(|random| next_attempt(failed(2), random))
            .collect();
        assert_eq!(times.iter().min(), Some(&(48 * SECOND)));
        assert_eq!(times.iter().max(), Some(&(72 * SECOND)));
    }

    #[test]
    fn a_receiver_may_ask_for_later_but_not_earlier_nor_for_more_than_a_day() {
        let asking = |retry_after_s| Failed {
            retry_after_s: Some(retry_after_s),
            ..failed(2)
        };
        assert_eq!(next_attempt(asking(1), MIDDLE), Some(60 * SECOND));
        assert_eq!(next_attempt(asking(600), MIDDLE), Some(600 * SECOND));
        assert_eq!(
            next_attempt(asking(i64::MAX), MIDDLE),
            Some(86_400 * SECOND)
        );
    }

    #[test]
    fn it_ends_after_seven_days() {
        let mut now = 0;
        let mut attempts = 1;
        while let Some(at) = next_attempt(
            Failed {
                now,
                ..failed(attempts)
            },
            MIDDLE,
        ) {
            now = at;
            attempts += 1;
        }
        assert!(now <= SPAN_S * SECOND && now > (SPAN_S - LAST_STEP_S) * SECOND);
        assert_eq!(attempts, 23);
    }
}
