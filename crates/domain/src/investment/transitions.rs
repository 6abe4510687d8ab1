//! The status machine of an investment (reference 7.1): which step is possible when, and what follows from it.
//!
//! Repeating a step that is already in effect is no refusal and changes nothing. Dates that a partner reports before their turn are kept and
//! applied as soon as their turn comes.

use super::moves::check_dates;
use super::{Acceptance, Failure, Investment, Order, State, StatusChange};
use crate::{KycStatus, Refusal, Timestamp};

/// The investment after a step, with one entry for every status that it passed.
pub type Moved = (Investment, Vec<StatusChange>);

impl Investment {
    /// Takes an order. An identified investor's waits for acceptance, another's for the identification; reported dates apply at once.
    pub fn create(order: Order, kyc_status: KycStatus, now: Timestamp) -> Result<Moved, Refusal> {
        check_dates(
            Some(order.signed_at),
            order.accepted_at,
            order.paid_at,
            order.signed_at,
            now,
        )?;
        let state = if kyc_status.is_success() {
            State::WaitingForAcceptance
        } else {
            State::KycPending
        };
        let created = StatusChange {
            from: None,
            to: state.status(),
            at: now,
        };
        let investment = Self {
            id: order.id,
            investor_id: order.investor_id,
            campaign_id: order.campaign_id,
            product_id: order.product_id,
            units: order.units,
            remaining_units: order.units,
            signed_at: order.signed_at,
            declared_accepted_at: order.accepted_at,
            declared_paid_at: order.paid_at,
            recipient: order.recipient,
            terms: order.terms,
            state,
        };
        Ok(investment.carried_on(vec![created], now))
    }

    /// The investor has been identified: what waited for that goes on.
    #[must_use]
    pub fn identified(self, now: Timestamp) -> Moved {
        match self.state {
            State::KycPending => self.moved_to(State::WaitingForAcceptance, now),
            _ => self.unmoved(),
        }
    }

    /// The identification cannot be completed; the registrar gives up before the acceptance.
    pub fn kyc_insufficient(
        self,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Moved, Refusal> {
        self.given_up(
            Failure::KycInsufficient,
            reason,
            "ended for want of identification",
            now,
        )
    }

    /// The registrar wants to look at the investment before the issuer may accept.
    pub fn review_required(self, now: Timestamp) -> Result<Moved, Refusal> {
        match self.state {
            State::KycPending | State::WaitingForAcceptance => {
                Ok(self.moved_to(State::ReviewPending, now))
            }
            State::ReviewPending => Ok(self.unmoved()),
            _ => Err(self.state_forbids("reviewed")),
        }
    }

    /// The registrar has found nothing against it; without an identification it waits for that next.
    pub fn review_passed(self, kyc_status: KycStatus, now: Timestamp) -> Result<Moved, Refusal> {
        match self.state {
            State::ReviewPending if kyc_status.is_success() => {
                Ok(self.moved_to(State::WaitingForAcceptance, now))
            }
            State::ReviewPending => Ok(self.moved_to(State::KycPending, now)),
            State::KycPending
            | State::WaitingForAcceptance
            | State::Accepted(_)
            | State::Paid { .. } => Ok(self.unmoved()),
            _ => Err(self.state_forbids("reviewed")),
        }
    }

    /// The registrar's review has found a reason against it.
    pub fn review_failed(self, reason: Option<String>, now: Timestamp) -> Result<Moved, Refusal> {
        match self.state {
            State::ReviewPending => Ok(self.failed(Failure::Rejection, reason, now)),
            State::Failed {
                failure: Failure::Rejection,
                ..
            } => Ok(self.unmoved()),
            _ => Err(self.state_forbids("reviewed")),
        }
    }

    /// The issuer accepts, now or at the date given; from here the deadlines run.
    pub fn accept(self, at: Option<Timestamp>, now: Timestamp) -> Result<Moved, Refusal> {
        check_dates(None, at, None, self.signed_at, now)?;
        match self.state {
            State::WaitingForAcceptance => {
                // A partner's clock may be ahead of ours: nothing is accepted before it was signed.
                let at = at.unwrap_or(now.max(self.signed_at));
                let acceptance = self.acceptance_at(at, now);
                Ok(self.moved_to(State::Accepted(acceptance), now))
            }
            State::Accepted(_) | State::Paid { .. } | State::Delivered { .. } => Ok(self.unmoved()),
            _ => Err(self.state_forbids("accepted")),
        }
    }

    /// The issuer does not want it.
    pub fn reject(self, reason: Option<String>, now: Timestamp) -> Result<Moved, Refusal> {
        self.given_up(Failure::Rejection, reason, "rejected", now)
    }

    /// The money has arrived, now or at the date given.
    pub fn mark_paid(self, at: Option<Timestamp>, now: Timestamp) -> Result<Moved, Refusal> {
        check_dates(None, None, at, self.signed_at, now)?;
        match self.state {
            State::Accepted(acceptance) => {
                let paid_at = at.unwrap_or(now);
                Ok(self.moved_to(
                    State::Paid {
                        acceptance,
                        paid_at,
                        delivery_started_at: None,
                    },
                    now,
                ))
            }
            State::Paid { .. } | State::Delivered { .. } => Ok(self.unmoved()),
            _ => Err(self.state_forbids("marked as paid")),
        }
    }

    /// A partner with the mandate reports the issuer's acceptance, perhaps before its turn.
    pub fn declare_accepted(mut self, at: Timestamp, now: Timestamp) -> Result<Moved, Refusal> {
        check_dates(None, Some(at), None, self.signed_at, now)?;
        match (self.accepted_at(), self.frees_units()) {
            (_, true) => Err(self.state_forbids("accepted")),
            (Some(recorded), _) if recorded == at => Ok(self.unmoved()),
            (Some(recorded), _) => Err(Refusal::DateAlreadyRecorded {
                field: "accepted_at",
                recorded,
            }),
            (None, false) => {
                self.declared_accepted_at = Some(at);
                Ok(self.carried_on(Vec::new(), now))
            }
        }
    }

    /// A partner with the mandate reports the payment, perhaps before its turn.
    pub fn declare_paid(mut self, at: Timestamp, now: Timestamp) -> Result<Moved, Refusal> {
        check_dates(None, None, Some(at), self.signed_at, now)?;
        match (self.paid_at(), self.frees_units()) {
            (_, true) => Err(self.state_forbids("marked as paid")),
            (Some(recorded), _) if recorded == at => Ok(self.unmoved()),
            (Some(recorded), _) => Err(Refusal::DateAlreadyRecorded {
                field: "paid_at",
                recorded,
            }),
            (None, false) => {
                self.declared_paid_at = Some(at);
                Ok(self.carried_on(Vec::new(), now))
            }
        }
    }

    /// The issuer waits for the money no longer.
    pub fn payment_missing(self, now: Timestamp) -> Result<Moved, Refusal> {
        match self.state {
            State::Accepted(_) => Ok(self.failed(Failure::PaymentMissing, None, now)),
            State::Failed {
                failure: Failure::PaymentMissing,
                ..
            } => Ok(self.unmoved()),
            _ => Err(self.state_forbids("ended for want of payment")),
        }
    }

    /// Time has passed: without payment by the deadline it ends; otherwise nothing happens.
    #[must_use]
    pub fn payment_overdue(self, now: Timestamp) -> Moved {
        match self.state {
            State::Accepted(Acceptance {
                payment_due_at: Some(due),
                ..
            }) if due <= now => self.failed(Failure::PaymentMissing, None, now),
            _ => self.unmoved(),
        }
    }

    /// The investor withdraws: freely before the acceptance, then as long as the cancellation period runs and nothing is on its way.
    pub fn cancel(self, now: Timestamp) -> Result<Moved, Refusal> {
        match self.state {
            State::KycPending | State::ReviewPending | State::WaitingForAcceptance => {
                Ok(self.failed(Failure::Abortion, None, now))
            }
            State::Paid {
                delivery_started_at: Some(_),
                ..
            } => Err(Refusal::DeliveryStarted),
            State::Accepted(acceptance) | State::Paid { acceptance, .. } => {
                match acceptance.cancellable_until {
                    Some(until) if now < until => Ok(self.failed(Failure::Cancellation, None, now)),
                    Some(until) => Err(Refusal::CancellationPeriodOver { until }),
                    None => Err(Refusal::CancellationRefused {
                        status: self.status(),
                    }),
                }
            }
            State::Failed {
                failure: Failure::Abortion | Failure::Cancellation,
                ..
            } => Ok(self.unmoved()),
            State::Delivered { .. } | State::Failed { .. } => Err(Refusal::CancellationRefused {
                status: self.status(),
            }),
        }
    }
}
