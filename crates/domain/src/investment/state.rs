//! What an investment's status carries with it, and how storage keeps it flat.

use crate::{
    CampaignId, Investment, InvestmentId, InvestorId, ProductId, Recipient, Status, Terms,
    Timestamp, TransactionHash, Units,
};

/// The status with what belongs to it and to nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// See [`Status::KycPending`].
    KycPending,
    /// See [`Status::ReviewPending`].
    ReviewPending,
    /// See [`Status::WaitingForAcceptance`].
    WaitingForAcceptance,
    /// See [`Status::Accepted`].
    Accepted(Acceptance),
    /// See [`Status::Paid`].
    Paid {
        /// The acceptance before it.
        acceptance: Acceptance,
        /// When the money arrived.
        paid_at: Timestamp,
        /// When the delivery was given to the DLT network, if it was.
        delivery_started_at: Option<Timestamp>,
    },
    /// See [`Status::Delivered`].
    Delivered {
        /// The acceptance before it.
        acceptance: Acceptance,
        /// When the money arrived.
        paid_at: Timestamp,
        /// When the transaction was final.
        delivered_at: Timestamp,
        /// The transaction on the DLT network.
        transaction_hash: TransactionHash,
    },
    /// One of the failed ends.
    Failed {
        /// Which one.
        failure: Failure,
        /// The acceptance, if there was one before.
        acceptance: Option<Acceptance>,
        /// When the money arrived, if it did; it has to go back.
        paid_at: Option<Timestamp>,
        /// The sentence that was given.
        reason: Option<String>,
    },
}

/// The issuer's acceptance and the deadlines that run from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acceptance {
    /// When the issuer accepted.
    pub at: Timestamp,
    /// The first moment at which the payment is late; none without a deadline.
    pub payment_due_at: Option<Timestamp>,
    /// The first moment at which the investor can no longer withdraw; none if it never could.
    pub cancellable_until: Option<Timestamp>,
}

/// How an investment came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Failure {
    KycInsufficient,
    Abortion,
    Rejection,
    Cancellation,
    PaymentMissing,
}

impl State {
    /// The published status.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            Self::KycPending => Status::KycPending,
            Self::ReviewPending => Status::ReviewPending,
            Self::WaitingForAcceptance => Status::WaitingForAcceptance,
            Self::Accepted(_) => Status::Accepted,
            Self::Paid { .. } => Status::Paid,
            Self::Delivered { .. } => Status::Delivered,
            Self::Failed { failure, .. } => failure.status(),
        }
    }
}

impl Failure {
    /// The published status.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::KycInsufficient => Status::KycInsufficient,
            Self::Abortion => Status::Abortion,
            Self::Rejection => Status::Rejection,
            Self::Cancellation => Status::Cancellation,
            Self::PaymentMissing => Status::PaymentMissing,
        }
    }
}

/// An investment as a row: every field of every state side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct StoredInvestment {
    pub id: InvestmentId,
    pub investor_id: InvestorId,
    pub campaign_id: CampaignId,
    pub product_id: ProductId,
    pub units: Units,
    pub remaining_units: Units,
    pub terms: Terms,
    pub recipient: Option<Recipient>,
    pub status: Status,
    pub signed_at: Timestamp,
    pub declared_accepted_at: Option<Timestamp>,
    pub declared_paid_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub payment_due_at: Option<Timestamp>,
    pub cancellable_until: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub delivery_started_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub transaction_hash: Option<TransactionHash>,
    pub reason: Option<String>,
}

/// A row lacks what its status needs; only a fault of ours or a hand in the database can make it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("investment {id} has the status {status} without {column}")]
#[allow(missing_docs)]
pub struct CorruptInvestment {
    pub id: InvestmentId,
    pub status: Status,
    pub column: &'static str,
}

impl Investment {
    /// The investment that a row holds.
    pub fn restore(stored: StoredInvestment) -> Result<Self, CorruptInvestment> {
        Ok(Self {
            state: stored.state()?,
            id: stored.id,
            investor_id: stored.investor_id,
            campaign_id: stored.campaign_id,
            product_id: stored.product_id,
            units: stored.units,
            remaining_units: stored.remaining_units,
            signed_at: stored.signed_at,
            declared_accepted_at: stored.declared_accepted_at,
            declared_paid_at: stored.declared_paid_at,
            recipient: stored.recipient,
            terms: stored.terms,
        })
    }

    /// The investment as a row.
    #[must_use]
    pub fn stored(&self) -> StoredInvestment {
        StoredInvestment {
            id: self.id,
            investor_id: self.investor_id,
            campaign_id: self.campaign_id,
            product_id: self.product_id,
            units: self.units,
            remaining_units: self.remaining_units,
            terms: self.terms,
            recipient: self.recipient,
            status: self.status(),
            signed_at: self.signed_at,
            declared_accepted_at: self.declared_accepted_at,
            declared_paid_at: self.declared_paid_at,
            accepted_at: self.accepted_at(),
            payment_due_at: self.payment_due_at(),
            cancellable_until: self.cancellable_until(),
            paid_at: self.paid_at(),
            delivery_started_at: self.delivery_started_at(),
            delivered_at: self.delivered_at(),
            transaction_hash: self.transaction_hash(),
            reason: self.reason().map(str::to_owned),
        }
    }
}

impl StoredInvestment {
    fn state(&self) -> Result<State, CorruptInvestment> {
        Ok(match self.status {
            Status::KycPending => State::KycPending,
            Status::ReviewPending => State::ReviewPending,
            Status::WaitingForAcceptance => State::WaitingForAcceptance,
            Status::Accepted => State::Accepted(self.needed_acceptance()?),
            Status::Paid => State::Paid {
                acceptance: self.needed_acceptance()?,
                paid_at: self.needed(self.paid_at, "paid_at")?,
                delivery_started_at: self.delivery_started_at,
            },
            Status::Delivered => State::Delivered {
                acceptance: self.needed_acceptance()?,
                paid_at: self.needed(self.paid_at, "paid_at")?,
                delivered_at: self.needed(self.delivered_at, "delivered_at")?,
                transaction_hash: self.needed(self.transaction_hash, "transaction_hash")?,
            },
            Status::KycInsufficient => self.failed(Failure::KycInsufficient),
            Status::Abortion => self.failed(Failure::Abortion),
            Status::Rejection => self.failed(Failure::Rejection),
            Status::Cancellation => self.failed(Failure::Cancellation),
            Status::PaymentMissing => self.failed(Failure::PaymentMissing),
        })
    }

    fn failed(&self, failure: Failure) -> State {
        State::Failed {
            failure,
            acceptance: self.acceptance(),
            paid_at: self.paid_at,
            reason: self.reason.clone(),
        }
    }

    fn acceptance(&self) -> Option<Acceptance> {
        self.accepted_at.map(|at| Acceptance {
            at,
            payment_due_at: self.payment_due_at,
            cancellable_until: self.cancellable_until,
        })
    }

    fn needed_acceptance(&self) -> Result<Acceptance, CorruptInvestment> {
        self.needed(self.acceptance(), "accepted_at")
    }

    fn needed<T>(&self, value: Option<T>, column: &'static str) -> Result<T, CorruptInvestment> {
        value.ok_or(CorruptInvestment {
            id: self.id,
            status: self.status,
            column,
        })
    }
}
