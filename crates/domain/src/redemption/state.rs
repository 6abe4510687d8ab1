//! How far a redemption is, with what belongs to that.

use super::{Consent, Redemption};
use crate::{
    InstructionRefusal, InvestorId, ProductId, Recipient, RedemptionId, Timestamp, TransactionHash,
    Units,
};

/// How far a redemption is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedemptionState {
    /// The holder has instructed, the issuer has not paid. The units are bound.
    AwaitingPayment,
    /// The payment is proven; the instruction is in the queue or on its way to the DLT network.
    Paid(Payment),
    /// The issuer is entered as holder; the deletion waits for its consent.
    Reregistered(Payment, Effect),
    /// The deletion is in the queue or on its way to the DLT network.
    Deleting(Payment, Effect),
    /// The units are marked void.
    Deleted(Payment, Effect, Effect),
    /// The units could not go to the issuer; nothing has moved.
    Failed(Payment, InstructionRefusal, Timestamp),
    /// Taken back before it was paid.
    Withdrawn(Timestamp),
}

/// The proof of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// When the holder was paid.
    pub paid_at: Timestamp,
    /// By which the payment can be found: the end-to-end reference of the credit transfer.
    pub reference: String,
    /// When the proof was given here.
    pub proven_at: Timestamp,
}

/// What one final transaction did to the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// The entry.
    pub entry: u64,
    /// The time of the final block.
    pub at: Timestamp,
    /// The transaction on the DLT network.
    pub transaction_hash: TransactionHash,
}

/// What partners are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedemptionStatus {
    /// Something is still to be done.
    Processing,
    /// All is done.
    Succeeded,
    /// Nothing has moved, and nothing will.
    Failed,
}

/// A redemption as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct StoredRedemption {
    pub id: RedemptionId,
    pub product: ProductId,
    pub investor_id: InvestorId,
    pub wallet: Recipient,
    pub units: Units,
    pub received_at: Timestamp,
    pub consent: Option<Consent>,
    /// See [`RedemptionState::as_str`].
    pub step: String,
    pub payment: Option<Payment>,
    pub reregistered: Option<Effect>,
    pub deleted: Option<Effect>,
    pub code: Option<InstructionRefusal>,
    pub ended_at: Option<Timestamp>,
}

/// What is stored of a redemption does not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("redemption {0} is {1} without what belongs to that")]
pub struct CorruptRedemption(pub RedemptionId, pub String);

impl RedemptionState {
    /// The step, as stored and shown.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting_payment",
            Self::Paid(_) => "paid",
            Self::Reregistered(..) => "reregistered",
            Self::Deleting(..) => "deleting",
            Self::Deleted(..) => "deleted",
            Self::Failed(..) => "failed",
            Self::Withdrawn(_) => "withdrawn",
        }
    }

    /// What partners are told.
    #[must_use]
    pub const fn status(&self) -> RedemptionStatus {
        match self {
            Self::AwaitingPayment | Self::Paid(_) | Self::Reregistered(..) | Self::Deleting(..) => {
                RedemptionStatus::Processing
            }
            Self::Deleted(..) => RedemptionStatus::Succeeded,
            Self::Failed(..) | Self::Withdrawn(_) => RedemptionStatus::Failed,
        }
    }

    /// The proof of the payment, once there is one.
    #[must_use]
    pub const fn payment(&self) -> Option<&Payment> {
        match self {
            Self::AwaitingPayment | Self::Withdrawn(_) => None,
            Self::Paid(payment)
            | Self::Reregistered(payment, _)
            | Self::Deleting(payment, _)
            | Self::Deleted(payment, ..)
            | Self::Failed(payment, ..) => Some(payment),
        }
    }

    /// What entered the issuer as holder.
    #[must_use]
    pub const fn reregistered(&self) -> Option<&Effect> {
        match self {
            Self::Reregistered(_, effect)
            | Self::Deleting(_, effect)
            | Self::Deleted(_, effect, _) => Some(effect),
            _ => None,
        }
    }

    /// What marked the units void.
    #[must_use]
    pub const fn deleted(&self) -> Option<&Effect> {
        match self {
            Self::Deleted(_, _, effect) => Some(effect),
            _ => None,
        }
    }

    /// When it came to its end.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Deleted(_, _, effect) => Some(effect.at),
            Self::Failed(_, _, at) | Self::Withdrawn(at) => Some(*at),
            _ => None,
        }
    }
}

impl Redemption {
    /// A redemption from what was stored.
    pub fn restore(stored: StoredRedemption) -> Result<Self, CorruptRedemption> {
        let parts = (
            stored.step.as_str(),
            stored.payment,
            stored.reregistered,
            stored.deleted,
        );
        let state = match parts {
            ("awaiting_payment", None, None, None) => Some(RedemptionState::AwaitingPayment),
            ("paid", Some(payment), None, None) => Some(RedemptionState::Paid(payment)),
            ("reregistered", Some(payment), Some(effect), None) => {
                Some(RedemptionState::Reregistered(payment, effect))
            }
            ("deleting", Some(payment), Some(effect), None) => {
                Some(RedemptionState::Deleting(payment, effect))
            }
            ("deleted", Some(payment), Some(effect), Some(deleted)) => {
                Some(RedemptionState::Deleted(payment, effect, deleted))
            }
            ("failed", Some(payment), None, None) => stored
                .code
                .zip(stored.ended_at)
                .map(|(code, at)| RedemptionState::Failed(payment, code, at)),
            ("withdrawn", None, None, None) => stored.ended_at.map(RedemptionState::Withdrawn),
            _ => None,
        };
        let state = state.ok_or(CorruptRedemption(stored.id, stored.step))?;
        Ok(Self {
            id: stored.id,
            product: stored.product,
            investor_id: stored.investor_id,
            wallet: stored.wallet,
            units: stored.units,
            received_at: stored.received_at,
            consent: stored.consent,
            state,
        })
    }
}

impl RedemptionStatus {
    /// As partners see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}
