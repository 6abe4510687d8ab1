//! An investment: an order of units that becomes a holding, or comes to nothing.
//!
//! Its life is in `transitions`: each step consumes the investment and returns it with one [`StatusChange`] for every status passed.

mod blocker;
mod delivery;
mod moves;
mod state;
mod status;
mod transfer;
mod transitions;

#[cfg(test)]
mod tests;

pub use blocker::Blocker;
pub use state::{Acceptance, CorruptInvestment, Failure, State, StoredInvestment};
pub use status::{Status, StatusChange};
pub use transfer::Receipt;
pub use transitions::Moved;

use crate::{
    Address, CampaignId, Date, InvestmentId, InvestorId, ProductId, Timestamp, TransactionHash,
    Units, Wallet, WalletId,
};

/// An order of units by an investor in a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Investment {
    /// Its id, unique across environments.
    pub id: InvestmentId,
    /// Who orders.
    pub investor_id: InvestorId,
    /// In which sale.
    pub campaign_id: CampaignId,
    /// What is ordered.
    pub product_id: ProductId,
    /// How many units were ordered.
    pub units: Units,
    /// How many of them the investor still has after transfers and redemptions.
    pub remaining_units: Units,
    /// When the investor bound itself.
    pub signed_at: Timestamp,
    /// The acceptance that the partner reported before its turn.
    pub declared_accepted_at: Option<Timestamp>,
    /// The payment that the partner reported before its turn.
    pub declared_paid_at: Option<Timestamp>,
    /// Where the units go.
    pub recipient: Option<Recipient>,
    /// The deadlines of its product.
    pub terms: Terms,
    state: State,
}

/// What an investor orders, as a partner reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Order {
    pub id: InvestmentId,
    pub investor_id: InvestorId,
    pub campaign_id: CampaignId,
    pub product_id: ProductId,
    pub units: Units,
    pub signed_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub recipient: Option<Recipient>,
    pub terms: Terms,
}

/// The wallet that receives the units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Recipient {
    pub wallet_id: WalletId,
    pub address: Address,
}

/// The deadlines of a product, in whole days of the calendar in Berlin after the acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// How long the investor has to pay; 0 means that nothing is ever late.
    pub payment_deadline_days: u32,
    /// How long the investor can withdraw; 0 means never.
    pub cancellation_deadline_days: u32,
}

impl Investment {
    /// Where it stands, with what belongs to that.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The published status.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.state.status()
    }

    /// Whether its units are no longer reserved.
    #[must_use]
    pub const fn frees_units(&self) -> bool {
        self.status().is_failed()
    }

    /// When the issuer accepted; none before its turn, even if it was reported.
    #[must_use]
    pub fn accepted_at(&self) -> Option<Timestamp> {
        self.acceptance().map(|acceptance| acceptance.at)
    }

    /// When the money arrived; none before its turn, even if it was reported.
    #[must_use]
    pub const fn paid_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Paid { paid_at, .. } | State::Delivered { paid_at, .. } => Some(*paid_at),
            State::Failed { paid_at, .. } => *paid_at,
            _ => None,
        }
    }

    /// When the units were in the wallet.
    #[must_use]
    pub const fn delivered_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Delivered { delivered_at, .. } => Some(*delivered_at),
            _ => None,
        }
    }

    /// When the delivery was given to the DLT network; none again once it is there.
    #[must_use]
    pub const fn delivery_started_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Paid {
                delivery_started_at,
                ..
            } => *delivery_started_at,
            _ => None,
        }
    }

    /// The transaction that delivered the units.
    #[must_use]
    pub const fn transaction_hash(&self) -> Option<TransactionHash> {
        match &self.state {
            State::Delivered {
                transaction_hash, ..
            } => Some(*transaction_hash),
            _ => None,
        }
    }

    /// The sentence that was given for a failed end.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match &self.state {
            State::Failed { reason, .. } => reason.as_deref(),
            _ => None,
        }
    }

    /// The first moment at which the payment is late.
    #[must_use]
    pub fn payment_due_at(&self) -> Option<Timestamp> {
        self.acceptance()
            .and_then(|acceptance| acceptance.payment_due_at)
    }

    /// The last day on which the payment is in time.
    #[must_use]
    pub fn payment_due_date(&self) -> Option<Date> {
        self.payment_due_at()
            .map(|end| end.minus_seconds(1).berlin_date())
    }

    /// The first moment at which the investor can no longer withdraw.
    #[must_use]
    pub fn cancellable_until(&self) -> Option<Timestamp> {
        self.acceptance()
            .and_then(|acceptance| acceptance.cancellable_until)
    }

    fn acceptance(&self) -> Option<&Acceptance> {
        match &self.state {
            State::Accepted(acceptance)
            | State::Paid { acceptance, .. }
            | State::Delivered { acceptance, .. } => Some(acceptance),
            State::Failed { acceptance, .. } => acceptance.as_ref(),
            State::KycPending | State::ReviewPending | State::WaitingForAcceptance => None,
        }
    }
}

impl From<&Wallet> for Recipient {
    fn from(wallet: &Wallet) -> Self {
        Self {
            wallet_id: wallet.id,
            address: wallet.address,
        }
    }
}
