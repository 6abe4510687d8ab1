//! How far a distribution platform takes part in the network (§ 18 eWpRV): an applicant is a platform that is not admitted.

use std::fmt;
use std::str::FromStr;

use crate::{LegalForm, Licence, Refusal, Timestamp, UnknownCode};

/// What decides whether a platform may take an investment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// How far it takes part.
    pub participation: Participation,
    /// Its licence; none is on record before the registrar has checked one.
    pub licence: Option<Licence>,
}

impl Broker {
    /// Refuses a new investment in a product of this form (DIS-01).
    pub fn check_investing(&self, form: LegalForm, now: Timestamp) -> Result<(), Refusal> {
        self.participation.check_investing()?;
        match &self.licence {
            Some(licence) => licence.check_brokering(form, now),
            None => Err(Refusal::LicenceDoesNotCover { legal_form: form }),
        }
    }
}

/// A platform's standing in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Participation {
    /// Has registered; its application is being written or waits for the registrar.
    Applying,
    /// Takes part.
    Admitted,
    /// Takes no new investments; what runs goes on.
    Suspended,
    /// Has ended its participation; what runs goes on.
    Left,
    /// Its application was refused; it may apply again.
    Refused,
}

impl Participation {
    /// Every standing.
    pub const ALL: [Self; 5] = [
        Self::Applying,
        Self::Admitted,
        Self::Suspended,
        Self::Left,
        Self::Refused,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applying => "applying",
            Self::Admitted => "admitted",
            Self::Suspended => "suspended",
            Self::Left => "left",
            Self::Refused => "refused",
        }
    }

    /// Stops new investments.
    pub fn suspend(self) -> Result<Self, Refusal> {
        self.from(&[Self::Admitted], Self::Suspended, "suspended")
    }

    /// Ends a suspension.
    pub fn readmit(self) -> Result<Self, Refusal> {
        self.from(&[Self::Suspended], Self::Admitted, "readmitted")
    }

    /// The registrar has admitted it.
    pub fn admit(self) -> Result<Self, Refusal> {
        self.from(&[Self::Applying], Self::Admitted, "admitted")
    }

    /// The registrar has refused it.
    pub fn refuse(self) -> Result<Self, Refusal> {
        self.from(&[Self::Applying], Self::Refused, "refused")
    }

    /// It applies; also after a refusal or after it had left.
    pub fn apply(self) -> Result<Self, Refusal> {
        let outside = [Self::Applying, Self::Refused, Self::Left];
        self.from(&outside, Self::Applying, "an applicant")
    }

    /// Ends the participation on the platform's own wish.
    pub fn leave(self) -> Result<Self, Refusal> {
        self.from(
            &[Self::Admitted, Self::Suspended],
            Self::Left,
            "released from the network",
        )
    }

    /// Refuses a new investment unless the platform takes part.
    pub fn check_investing(self) -> Result<(), Refusal> {
        match self {
            Self::Admitted => Ok(()),
            Self::Suspended => Err(Refusal::PlatformSuspended),
            Self::Applying | Self::Left | Self::Refused => Err(Refusal::PlatformNotAdmitted),
        }
    }

    fn from(self, allowed: &[Self], next: Self, action: &'static str) -> Result<Self, Refusal> {
        if allowed.contains(&self) {
            Ok(next)
        } else {
            Err(Refusal::ParticipationState {
                action,
                standing: self,
            })
        }
    }
}

impl fmt::Display for Participation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Participation {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode("applying, admitted, suspended, left, refused"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_takes_part_is_suspended_and_only_who_is_suspended_comes_back() {
        for standing in Participation::ALL {
            let suspends = standing == Participation::Admitted;
            assert_eq!(standing.suspend().is_ok(), suspends, "{standing}");
            let returns = standing == Participation::Suspended;
            assert_eq!(standing.readmit().is_ok(), returns, "{standing}");
        }
    }

    #[test]
    fn investments_are_taken_by_who_takes_part() {
        assert_eq!(Participation::Admitted.check_investing(), Ok(()));
        let suspended = Participation::Suspended.check_investing();
        assert_eq!(suspended, Err(Refusal::PlatformSuspended));
        for outside in [
            Participation::Applying,
            Participation::Left,
            Participation::Refused,
        ] {
            let refused = Err(Refusal::PlatformNotAdmitted);
            assert_eq!(outside.check_investing(), refused, "{outside}");
        }
    }
}
