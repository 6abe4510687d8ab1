//! Whether an environment answers, and how much is asked of it meanwhile: everything while it does, one question at a time, ever
//! more seldom, while it does not.

/// Failures in a row after which an environment counts as down.
const PATIENCE: u32 = 3;
const SHORTEST_US: i64 = 250_000;
const LONGEST_US: i64 = 30_000_000;
const LONGEST_LANE_US: i64 = 300_000_000;

/// What is known of an environment's health; times are µs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    failures: u32,
    /// Nothing is asked before this.
    rests_until: i64,
}

impl Health {
    /// As an earlier process has left it.
    pub(crate) fn found(is_down: bool) -> Self {
        Self {
            failures: if is_down { PATIENCE } else { 0 },
            rests_until: 0,
        }
    }

    /// An answer came. True if the environment was down before.
    pub(crate) fn answered(&mut self) -> bool {
        let was_down = self.is_down();
        self.failures = 0;
        if was_down {
            self.rests_until = 0;
        }
        was_down
    }

    /// None came, or none that makes sense. True if the environment is down from now on.
    pub(crate) fn failed(&mut self, now: i64) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.is_down() {
            let doublings = (self.failures - PATIENCE).min(10);
            self.rests_until = now + (SHORTEST_US << doublings).min(LONGEST_US);
        }
        self.failures == PATIENCE
    }

    /// It asked for a pause.
    pub(crate) fn paused(&mut self, until: i64) {
        self.rests_until = self.rests_until.max(until);
    }

    pub(crate) fn is_down(&self) -> bool {
        self.failures >= PATIENCE
    }

    /// How many calls may be begun while so many are in the air.
    pub(crate) fn room(&self, concurrency: usize, busy: usize, now: i64) -> usize {
        if now < self.rests_until {
            return 0;
        }
        let most = if self.is_down() { 1 } else { concurrency };
        most.saturating_sub(busy)
    }
}

/// When one investor's work is tried again after so many attempts: its own trouble does not keep others waiting.
pub(crate) fn next_attempt(attempts: u32, now: i64) -> i64 {
    now + (SHORTEST_US << attempts.min(12)).min(LONGEST_LANE_US)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_failure_changes_nothing() {
        let mut health = Health::default();
        assert!(!health.failed(0));
        assert_eq!(health.room(8, 2, 0), 6);
        assert!(!health.answered());
    }

    #[test]
    fn an_environment_that_is_down_is_asked_one_question_ever_more_seldom() {
        let mut health = Health::default();
        let went_down: Vec<bool> = (0..4).map(|_| health.failed(0)).collect();
        assert_eq!(went_down, [false, false, true, false]);
        assert_eq!(health.room(8, 0, 0), 0);
        assert_eq!(health.room(8, 0, LONGEST_US), 1);
        assert_eq!(health.room(8, 1, LONGEST_US), 0);
        for _ in 0..40 {
            health.failed(0);
        }
        assert_eq!(health.rests_until, LONGEST_US);
        assert!(health.answered());
        assert_eq!(health.room(8, 0, 0), 8);
    }

    #[test]
    fn a_pause_that_was_asked_for_is_kept() {
        let mut health = Health::default();
        health.paused(5_000_000);
        assert_eq!(health.room(8, 0, 4_999_999), 0);
        assert_eq!(health.room(8, 0, 5_000_000), 8);
    }

    #[test]
    fn attempts_of_one_investor_grow_apart_up_to_five_minutes() {
        assert_eq!(next_attempt(1, 0), 500_000);
        assert_eq!(next_attempt(60, 0), LONGEST_LANE_US);
    }
}
