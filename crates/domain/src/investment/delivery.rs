//! The last part of an investment's life: choosing the wallet, and the units' way into it.

use super::{Investment, Moved, Recipient, State};
use crate::{Refusal, Timestamp, TransactionHash, Wallet};

impl Investment {
    /// Chooses where the units go, or chooses anew until they are on their way.
    pub fn set_wallet(mut self, wallet: &Wallet) -> Result<Self, Refusal> {
        if wallet.investor_id != self.investor_id {
            return Err(Refusal::WalletNotOfInvestor);
        }
        if self
            .recipient
            .is_some_and(|recipient| recipient.wallet_id == wallet.id)
        {
            return Ok(self);
        }
        match self.state {
            State::Paid {
                delivery_started_at: Some(_),
                ..
            }
            | State::Delivered { .. } => Err(Refusal::DeliveryStarted),
            State::Failed { .. } => Err(self.state_forbids("given a wallet")),
            _ => {
                self.recipient = Some(Recipient::from(wallet));
                Ok(self)
            }
        }
    }

    /// The delivery is given to the DLT network; from here nobody can withdraw. Ask [`Investment::blocked_by`] first.
    pub fn start_delivery(mut self, now: Timestamp) -> Result<Self, Refusal> {
        match &mut self.state {
            State::Paid {
                delivery_started_at,
                ..
            } => {
                delivery_started_at.get_or_insert(now);
                Ok(self)
            }
            _ => Err(self.state_forbids("delivered")),
        }
    }

    /// The network has refused the delivery for good: nothing has moved, and it can be started anew.
    #[must_use]
    pub fn delivery_failed(mut self) -> Self {
        if let State::Paid {
            delivery_started_at,
            ..
        } = &mut self.state
        {
            *delivery_started_at = None;
        }
        self
    }

    /// The transaction is final: the units are in the wallet.
    pub fn deliver(
        self,
        at: Timestamp,
        transaction_hash: TransactionHash,
        now: Timestamp,
    ) -> Result<Moved, Refusal> {
        match self.state {
            State::Paid {
                acceptance,
                paid_at,
                ..
            } => Ok(self.moved_to(
                State::Delivered {
                    acceptance,
                    paid_at,
                    delivered_at: at,
                    transaction_hash,
                },
                now,
            )),
            State::Delivered {
                transaction_hash: known,
                ..
            } if known == transaction_hash => Ok(self.unmoved()),
            _ => Err(self.state_forbids("delivered")),
        }
    }
}
