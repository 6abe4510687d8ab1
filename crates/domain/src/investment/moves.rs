//! What the steps of an investment have in common: moving on, applying what was reported early, computing deadlines, checking dates.

use super::{Acceptance, Failure, Investment, Moved, State, StatusChange};
use crate::identification::CLOCK_TOLERANCE_SECONDS;
use crate::{FieldCode, FieldErrors, Refusal, Timestamp};

impl Investment {
    /// Ends it before the acceptance; afterwards there is a contract that only the investor can leave.
    pub(super) fn given_up(
        self,
        failure: Failure,
        reason: Option<String>,
        action: &'static str,
        now: Timestamp,
    ) -> Result<Moved, Refusal> {
        match self.state {
            State::KycPending | State::ReviewPending | State::WaitingForAcceptance => {
                Ok(self.failed(failure, reason, now))
            }
            State::Failed {
                failure: earlier, ..
            } if earlier == failure => Ok(self.unmoved()),
            _ => Err(self.state_forbids(action)),
        }
    }

    /// The acceptance with its deadlines. The investor is told of the acceptance when the status is reached, which may be later than the
    /// date reported, so the time to pay runs from there; the right to withdraw runs from the acceptance itself.
    pub(super) fn acceptance_at(&self, at: Timestamp, now: Timestamp) -> Acceptance {
        let end = |from: Timestamp, days: u32| {
            (days > 0).then(|| {
                from.berlin_date()
                    .add_days(i64::from(days))
                    .end_of_day_berlin()
            })
        };
        Acceptance {
            at,
            payment_due_at: end(at.max(now), self.terms.payment_deadline_days),
            cancellable_until: end(at, self.terms.cancellation_deadline_days),
        }
    }

    pub(super) fn failed(self, failure: Failure, reason: Option<String>, now: Timestamp) -> Moved {
        let (acceptance, paid_at) = (self.acceptance().copied(), self.paid_at());
        self.moved_to(
            State::Failed {
                failure,
                acceptance,
                paid_at,
                reason,
            },
            now,
        )
    }

    pub(super) fn moved_to(self, state: State, now: Timestamp) -> Moved {
        let mut changes = Vec::new();
        let moved = self.step(state, &mut changes, now);
        moved.carried_on(changes, now)
    }

    /// Applies what was reported before its turn, one status after the other.
    pub(super) fn carried_on(mut self, mut changes: Vec<StatusChange>, now: Timestamp) -> Moved {
        loop {
            let next = match (
                &self.state,
                self.declared_accepted_at,
                self.declared_paid_at,
            ) {
                (State::WaitingForAcceptance, Some(at), _) => {
                    State::Accepted(self.acceptance_at(at, now))
                }
                (State::Accepted(acceptance), _, Some(paid_at)) => State::Paid {
                    acceptance: *acceptance,
                    paid_at,
                    delivery_started_at: None,
                },
                _ => return (self, changes),
            };
            self = self.step(next, &mut changes, now);
        }
    }

    pub(super) fn step(
        self,
        state: State,
        changes: &mut Vec<StatusChange>,
        now: Timestamp,
    ) -> Self {
        changes.push(StatusChange {
            from: Some(self.status()),
            to: state.status(),
            at: now,
        });
        Self { state, ..self }
    }

    pub(super) fn unmoved(self) -> Moved {
        (self, Vec::new())
    }

    pub(super) fn state_forbids(&self, action: &'static str) -> Refusal {
        Refusal::InvestmentState {
            action,
            status: self.status(),
        }
    }
}

/// Refuses dates that lie ahead, beyond what clocks differ by, and an acceptance of what was not signed yet. Money may come before both.
pub(super) fn check_dates(
    signing: Option<Timestamp>,
    accepting: Option<Timestamp>,
    paying: Option<Timestamp>,
    signed_at: Timestamp,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut errors = FieldErrors::new();
    let latest = now.plus_seconds(CLOCK_TOLERANCE_SECONDS);
    for (field, date) in [
        ("signed_at", signing),
        ("accepted_at", accepting),
        ("paid_at", paying),
    ] {
        if date.is_some_and(|date| date > latest) {
            errors.push(
                field,
                FieldCode::InFuture,
                "This has happened when it is reported; give a date that is not ahead.",
            );
        }
    }
    if accepting.is_some_and(|accepted_at| accepted_at < signed_at) {
        errors.push(
            "accepted_at",
            FieldCode::OutOfRange,
            "An investment is accepted after it was signed; give a date not before signed_at.",
        );
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}
