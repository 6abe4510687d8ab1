//! What a transfer between investors does to their investments (reference section 7.6).

use super::{Acceptance, Investment, Moved, Recipient, State, StatusChange, Terms};
use crate::{
    CampaignId, InvestmentId, InvestorId, ProductId, Refusal, Status, Timestamp, TransactionHash,
    Units,
};

/// What a recipient gets by a final transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The new investment's id.
    pub id: InvestmentId,
    /// Who received.
    pub investor_id: InvestorId,
    /// The sale that it is counted to; nothing is taken from what that may sell.
    pub campaign_id: CampaignId,
    /// What was received.
    pub product_id: ProductId,
    /// How many units.
    pub units: Units,
    /// In which wallet.
    pub recipient: Recipient,
    /// When the holder's instruction was received.
    pub instructed_at: Timestamp,
    /// The time of the final block.
    pub at: Timestamp,
    /// The transaction on the DLT network.
    pub transaction_hash: TransactionHash,
}

impl Investment {
    /// The recipient's new investment. It begins where an order ends: nothing is to be accepted or paid to the issuer, so that every date
    /// before is that of the instruction, and no deadline runs.
    #[must_use]
    pub fn received(receipt: Receipt, now: Timestamp) -> Moved {
        let investment = Self {
            id: receipt.id,
            investor_id: receipt.investor_id,
            campaign_id: receipt.campaign_id,
            product_id: receipt.product_id,
            units: receipt.units,
            remaining_units: receipt.units,
            signed_at: receipt.instructed_at,
            declared_accepted_at: None,
            declared_paid_at: None,
            recipient: Some(receipt.recipient),
            terms: Terms::default(),
            state: State::Delivered {
                acceptance: Acceptance {
                    at: receipt.instructed_at,
                    payment_due_at: None,
                    cancellable_until: None,
                },
                paid_at: receipt.instructed_at,
                delivered_at: receipt.at,
                transaction_hash: receipt.transaction_hash,
            },
        };
        let reached = StatusChange {
            from: None,
            to: Status::Delivered,
            at: now,
        };
        (investment, vec![reached])
    }

    /// Units have left for another investor.
    pub fn give(mut self, units: Units) -> Result<Self, Refusal> {
        match (&self.state, self.remaining_units.checked_sub(units)) {
            (State::Delivered { .. }, Some(left)) => {
                self.remaining_units = left;
                Ok(self)
            }
            _ => Err(self.state_forbids("transferred")),
        }
    }

    /// Units that had left have come back: the entry by which they left was wrong (§ 18(5) eWpG).
    pub fn take_back(mut self, units: Units) -> Result<Self, Refusal> {
        let remaining = self.remaining_units.checked_add(units);
        match (&self.state, remaining.filter(|all| *all <= self.units)) {
            (State::Delivered { .. }, Some(all)) => {
                self.remaining_units = all;
                Ok(self)
            }
            _ => Err(self.state_forbids("given back")),
        }
    }
}
