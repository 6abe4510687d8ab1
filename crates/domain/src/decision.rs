//! Decisions that need four eyes: one actor proposes, another confirms, and only then something happens.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::{DecisionId, Refusal, Timestamp, UnknownCode};

/// What is decided. Each kind has one effect, which comes about with the confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecisionKind {
    /// A platform may take no new investments for the time being.
    PlatformSuspension,
    /// A suspended platform may take investments again.
    PlatformReadmission,
    /// An applicant takes part.
    PlatformAdmission,
    /// An applicant is refused, with reasons in writing.
    PlatformRefusal,
    /// Another licence of a platform counts from now on.
    PlatformLicence,
    /// A crypto security is entered and minted, and its environment opened.
    ProductValidation,
    /// A list is drawn up of who held what at the end of a day, with their bank accounts.
    PayoutList,
    /// Somebody who is no participant may look into a register (§ 10 eWpG).
    Inspection,
    /// What an incident holds is free again.
    IncidentClosure,
    /// A restriction of disposal or a third party's right is entered.
    Restriction,
    /// Such a restriction or right ends.
    RestrictionRelease,
    /// Deposited terms that were entered are changed (§ 5(2) eWpG).
    TermsChange,
    /// Units are re-registered without the holder's signature (§ 18(1) sentence 1 no. 2 eWpG).
    Reregistration,
    /// A wrong entry is reversed (§ 18(5) eWpG).
    Reversal,
    /// What a holder has is entered another way (§ 8 eWpG).
    Conversion,
    /// A register goes to another registrar (§§ 21, 22 eWpG).
    RegisterHandover,
}

impl DecisionKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::PlatformSuspension,
        Self::PlatformReadmission,
        Self::PlatformAdmission,
        Self::PlatformRefusal,
        Self::PlatformLicence,
        Self::ProductValidation,
        Self::PayoutList,
        Self::Inspection,
        Self::IncidentClosure,
        Self::Restriction,
        Self::RestrictionRelease,
        Self::TermsChange,
        Self::Reregistration,
        Self::Reversal,
        Self::Conversion,
        Self::RegisterHandover,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PlatformSuspension => "platform_suspension",
            Self::PlatformReadmission => "platform_readmission",
            Self::PlatformAdmission => "platform_admission",
            Self::PlatformRefusal => "platform_refusal",
            Self::PlatformLicence => "platform_licence",
            Self::ProductValidation => "product_validation",
            Self::PayoutList => "payout_list",
            Self::Inspection => "inspection",
            Self::IncidentClosure => "incident_closure",
            Self::Restriction => "restriction",
            Self::RestrictionRelease => "restriction_release",
            Self::TermsChange => "terms_change",
            Self::Reregistration => "reregistration",
            Self::Reversal => "reversal",
            Self::Conversion => "conversion",
            Self::RegisterHandover => "register_handover",
        }
    }
}

impl fmt::Display for DecisionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DecisionKind {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or(UnknownCode("the kinds of decisions that the API documents"))
    }
}

/// Who proposes, confirms or withdraws: a person, or a client where a program acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Told apart by this alone.
    pub id: Uuid,
    /// As the audit log names it.
    pub name: String,
}

/// How far a decision has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionState {
    /// Waits for a second actor.
    Proposed,
    /// Has taken effect.
    Confirmed(Actor, Timestamp),
    /// Never takes effect.
    Withdrawn(Actor, Timestamp),
}

impl DecisionState {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Confirmed(..) => "confirmed",
            Self::Withdrawn(..) => "withdrawn",
        }
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Identifies it.
    pub id: DecisionId,
    /// What is decided.
    pub kind: DecisionKind,
    /// What it is decided about.
    pub target: Uuid,
    /// Who began.
    pub proposed_by: Actor,
    /// When.
    pub proposed_at: Timestamp,
    /// How far it has come.
    pub state: DecisionState,
}

impl Decision {
    /// A second actor agrees.
    pub fn confirm(self, actor: Actor, now: Timestamp) -> Result<Self, Refusal> {
        self.require_open()?;
        if actor.id == self.proposed_by.id {
            return Err(Refusal::FourEyesRequired);
        }
        Ok(Self {
            state: DecisionState::Confirmed(actor, now),
            ..self
        })
    }

    /// Anybody who could confirm may also end it, and so may who proposed it.
    pub fn withdraw(self, actor: Actor, now: Timestamp) -> Result<Self, Refusal> {
        self.require_open()?;
        Ok(Self {
            state: DecisionState::Withdrawn(actor, now),
            ..self
        })
    }

    fn require_open(&self) -> Result<(), Refusal> {
        match self.state {
            DecisionState::Proposed => Ok(()),
            _ => Err(Refusal::DecisionClosed {
                state: self.state.as_str(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn actor(number: u128) -> Actor {
        Actor {
            id: Uuid::from_u128(number),
            name: format!("actor {number}"),
        }
    }

    fn proposed() -> Decision {
        Decision {
            id: DecisionId::from_uuid(Uuid::from_u128(7)),
            kind: DecisionKind::PlatformSuspension,
            target: Uuid::from_u128(8),
            proposed_by: actor(1),
            proposed_at: NOW,
            state: DecisionState::Proposed,
        }
    }

    #[test]
    fn two_actors_decide() {
        let confirmed = proposed().confirm(actor(2), NOW).unwrap();
        assert_eq!(confirmed.state, DecisionState::Confirmed(actor(2), NOW));
    }

    #[test]
    fn one_actor_alone_does_not() {
        let same_under_another_name = Actor {
            name: "somebody else".to_owned(),
            ..actor(1)
        };
        let refused = proposed().confirm(same_under_another_name, NOW);
        assert_eq!(refused, Err(Refusal::FourEyesRequired));
    }

    #[test]
    fn who_proposed_may_withdraw_and_then_it_is_over() {
        let withdrawn = proposed().withdraw(actor(1), NOW).unwrap();
        let closed = Refusal::DecisionClosed { state: "withdrawn" };
        assert_eq!(
            withdrawn.clone().confirm(actor(2), NOW),
            Err(closed.clone())
        );
        assert_eq!(withdrawn.withdraw(actor(2), NOW), Err(closed));
    }

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for kind in DecisionKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }
}
