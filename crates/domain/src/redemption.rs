//! Redemptions (§ 29 eWpG, reference section 7.7): a holder gives units back against payment.
//!
//! The holder instructs up front that the units be re-registered to the issuer upon proof of payment. The proof makes the instruction
//! complete; the issuer is entered as holder with the final transaction, and what it holds then is deleted with its consent. No step can
//! be taken before the one that comes first.

pub mod notice;
mod state;

pub use state::{
    CorruptRedemption, Effect, Payment, RedemptionState, RedemptionStatus, StoredRedemption,
};

use crate::{
    InstructionRefusal, InvestorId, ProductId, Recipient, RedemptionId, Refusal, Timestamp, Units,
    Wallet, transfer::Side,
};

/// Units that a holder gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Its id.
    pub id: RedemptionId,
    /// Whose units.
    pub product: ProductId,
    /// The holder.
    pub investor_id: InvestorId,
    /// Where the units are.
    pub wallet: Recipient,
    /// How many.
    pub units: Units,
    /// When the holder's instruction was received.
    pub received_at: Timestamp,
    /// Whether and how the issuer has consented to the deletion (§ 18(2) eWpG).
    pub consent: Option<Consent>,
    state: RedemptionState,
}

/// The issuer's consent to the deletion of what comes back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// When it was recorded.
    pub at: Timestamp,
    /// Where the registrar keeps it; none if the issuer gave it here itself.
    pub reference: Option<String>,
}

/// All that an instruction to redeem is checked against when it is received.
#[derive(Debug, Clone, Copy)]
pub struct RedemptionConditions {
    /// Who gives back.
    pub holder: Side,
    /// Units in the wallet that nothing else has bound.
    pub available: Units,
    /// Units that shall go.
    pub units: Units,
    /// Why they may not by what is entered for the wallet, if so. See [`crate::restriction::admit`].
    pub restricted: Option<InstructionRefusal>,
}

impl RedemptionConditions {
    /// Whether the holder can give them back. A pause and a lock-up stand against transfers between investors only: whether it takes
    /// units back before is the issuer's choice, which it makes by paying.
    pub fn check(&self) -> Result<(), InstructionRefusal> {
        if !self.holder.standing.kyc_status.is_success() {
            return Err(InstructionRefusal::Unidentified);
        }
        self.check_again()
    }

    /// What is looked at once more when the payment is proven and its turn has come.
    pub fn check_again(&self) -> Result<(), InstructionRefusal> {
        if self.holder.wallet.frozen {
            return Err(InstructionRefusal::Freeze);
        }
        if self.units > self.available {
            return Err(InstructionRefusal::Insufficient);
        }
        self.restricted.map_or(Ok(()), Err)
    }
}

impl Redemption {
    /// A holder's instruction as it was received.
    #[must_use]
    pub fn receive(
        id: RedemptionId,
        product: ProductId,
        wallet: &Wallet,
        units: Units,
        received_at: Timestamp,
    ) -> Self {
        Self {
            id,
            product,
            investor_id: wallet.investor_id,
            wallet: Recipient::from(wallet),
            units,
            received_at,
            consent: None,
            state: RedemptionState::AwaitingPayment,
        }
    }

    /// How far it is.
    #[must_use]
    pub const fn state(&self) -> &RedemptionState {
        &self.state
    }

    /// The published status.
    #[must_use]
    pub const fn status(&self) -> RedemptionStatus {
        self.state.status()
    }

    /// The payment is proven: the units go to the issuer when the turn of the instruction comes (§ 29(1) eWpG).
    pub fn prove_payment(self, payment: Payment) -> Result<Self, Refusal> {
        match self.state {
            RedemptionState::AwaitingPayment => Ok(self.moved_to(RedemptionState::Paid(payment))),
            _ => Err(self.forbids("marked as paid")),
        }
    }

    /// The issuer is entered as holder.
    pub fn reregistered(self, effect: Effect) -> Result<Self, Refusal> {
        match self.state.clone() {
            RedemptionState::Paid(payment) => {
                Ok(self.moved_to(RedemptionState::Reregistered(payment, effect)))
            }
            _ => Err(self.forbids("re-registered")),
        }
    }

    /// The issuer consents to the deletion. Consenting again changes nothing.
    #[must_use]
    pub fn with_consent(self, consent: Consent) -> Self {
        Self {
            consent: Some(self.consent.unwrap_or(consent)),
            ..self
        }
    }

    /// Instructs the deletion: after the payment, after the issuer is finally entered, and with its consent only.
    pub fn delete(self) -> Result<Self, Refusal> {
        let (payment, effect) = match self.state.clone() {
            RedemptionState::Reregistered(payment, effect) => (payment, effect),
            RedemptionState::Paid(_) => {
                return Err(Refusal::Redemption(InstructionRefusal::NotFinal));
            }
            _ => return Err(self.forbids("deleted")),
        };
        if self.consent.is_none() {
            return Err(Refusal::Redemption(InstructionRefusal::IssuerConsent));
        }
        Ok(self.moved_to(RedemptionState::Deleting(payment, effect)))
    }

    /// The units exist no longer.
    pub fn deleted(self, effect: Effect) -> Result<Self, Refusal> {
        match self.state.clone() {
            RedemptionState::Deleting(payment, reregistered) => {
                Ok(self.moved_to(RedemptionState::Deleted(payment, reregistered, effect)))
            }
            _ => Err(self.forbids("entered as deleted")),
        }
    }

    /// The units cannot go to the issuer; nothing has moved.
    pub fn fail(self, code: InstructionRefusal, at: Timestamp) -> Result<Self, Refusal> {
        match self.state.clone() {
            RedemptionState::Paid(payment) => {
                Ok(self.moved_to(RedemptionState::Failed(payment, code, at)))
            }
            _ => Err(self.forbids("rejected")),
        }
    }

    /// Taken back for the holder before anything was paid, which unbinds the units.
    pub fn withdraw(self, at: Timestamp) -> Result<Self, Refusal> {
        match self.state {
            RedemptionState::AwaitingPayment => Ok(self.moved_to(RedemptionState::Withdrawn(at))),
            _ => Err(self.forbids("withdrawn")),
        }
    }

    fn moved_to(self, state: RedemptionState) -> Self {
        Self { state, ..self }
    }

    const fn forbids(&self, action: &'static str) -> Refusal {
        Refusal::RedemptionState {
            action,
            step: self.state.as_str(),
        }
    }
}

#[cfg(test)]
mod tests;
