//! A platform's wish to sell an asset, from the question to the open environments.

use std::fmt;
use std::str::FromStr;

use crate::{FieldCode, FieldErrors, Refusal, Units, UnknownCode};

/// What is said beside a request or an answer is a letter, not a book.
pub const LONGEST_NOTE: usize = 4_000;

/// How far a request for an asset has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssetRequestStatus {
    /// Waits for the issuer's answer.
    Requested,
    /// The issuer agrees, and the sandbox is open; the registrar has yet to see the contract of the two.
    Accepted,
    /// The platform can sell.
    Live,
    /// The issuer or the registrar said no, with a reason.
    Refused,
    /// Taken back by the platform.
    Withdrawn,
}

impl AssetRequestStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Requested,
        Self::Accepted,
        Self::Live,
        Self::Refused,
        Self::Withdrawn,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Live => "live",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The issuer says yes.
    pub fn accept(self) -> Result<Self, Refusal> {
        self.from(&[Self::Requested], Self::Accepted, "accepted")
    }

    /// The registrar allows the pair; nothing else is missing.
    pub fn go_live(self) -> Result<Self, Refusal> {
        self.from(&[Self::Accepted], Self::Live, "approved")
    }

    /// The issuer or the registrar says no. What is live ends with its campaign, not with the request.
    pub fn refuse(self) -> Result<Self, Refusal> {
        self.from(&Self::OPEN, Self::Refused, "refused")
    }

    /// The platform takes it back.
    pub fn withdraw(self) -> Result<Self, Refusal> {
        self.from(&Self::OPEN, Self::Withdrawn, "withdrawn")
    }

    const OPEN: [Self; 2] = [Self::Requested, Self::Accepted];

    fn from(self, allowed: &[Self], next: Self, action: &'static str) -> Result<Self, Refusal> {
        if allowed.contains(&self) {
            Ok(next)
        } else {
            Err(Refusal::AssetRequestState {
                action,
                status: self,
            })
        }
    }
}

impl fmt::Display for AssetRequestStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AssetRequestStatus {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode("requested, accepted, live, refused, withdrawn"))
    }
}

/// Notes what is wrong with the units that a platform would like to sell. How many are left is the issuer's to weigh: others ask too.
pub fn check_wanted(errors: &mut FieldErrors, units: Units, step_size: Units, most: Units) {
    let is_possible = !units.is_zero() && units <= most && units.is_multiple_of(step_size);
    if !is_possible {
        errors.push(
            "wanted_units",
            FieldCode::OutOfRange,
            format!("Ask for a multiple of {step_size} units, {most} at most."),
        );
    }
}

/// Notes what is wrong with a text that comes with a request.
pub fn check_note(errors: &mut FieldErrors, field: &str, text: &str) {
    if text.chars().count() > LONGEST_NOTE {
        errors.push(
            field,
            FieldCode::TooLong,
            format!("The text has at most {LONGEST_NOTE} characters."),
        );
    }
}

/// A refusal without a reason could not be answered by a better request.
pub fn check_reason(errors: &mut FieldErrors, reason: &str) {
    if reason.trim().is_empty() {
        errors.missing("reason");
    }
    check_note(errors, "reason", reason);
}

#[cfg(test)]
mod tests {
    use super::*;

    type Step = fn(AssetRequestStatus) -> Result<AssetRequestStatus, Refusal>;

    #[test]
    fn every_step_is_taken_from_where_it_may_be_and_from_nowhere_else() {
        use AssetRequestStatus as S;
        let steps: [(Step, &[S], S); 4] = [
            (S::accept, &[S::Requested], S::Accepted),
            (S::go_live, &[S::Accepted], S::Live),
            (S::refuse, &[S::Requested, S::Accepted], S::Refused),
            (S::withdraw, &[S::Requested, S::Accepted], S::Withdrawn),
        ];
        for (step, allowed, next) in steps {
            for status in S::ALL {
                match step(status) {
                    Ok(reached) => {
                        assert!(allowed.contains(&status) && reached == next, "{status}")
                    }
                    Err(refusal) => {
                        assert!(!allowed.contains(&status), "{status}");
                        assert_eq!(refusal.code(), "asset_request_state");
                    }
                }
            }
        }
    }

    #[test]
    fn a_status_is_read_as_it_is_written() {
        for status in AssetRequestStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert!("sold".parse::<AssetRequestStatus>().is_err());
    }

    #[test]
    fn units_are_asked_for_in_steps() {
        let units = |number| Units::new(number).expect("few units");
        let is_possible = |wanted| {
            let mut errors = FieldErrors::new();
            check_wanted(&mut errors, units(wanted), units(10), units(100));
            errors.is_empty()
        };
        for wanted in [10, 50, 100] {
            assert!(is_possible(wanted), "{wanted}");
        }
        for wanted in [0, 5, 15, 110] {
            assert!(!is_possible(wanted), "{wanted}");
        }
    }

    #[test]
    fn a_refusal_says_why() {
        let wrong = |reason: &str| {
            let mut errors = FieldErrors::new();
            check_reason(&mut errors, reason);
            errors.as_slice().first().map(|error| error.code)
        };
        assert_eq!(wrong(" "), Some(FieldCode::Missing));
        assert_eq!(
            wrong(&"x".repeat(LONGEST_NOTE + 1)),
            Some(FieldCode::TooLong)
        );
        assert_eq!(wrong("The volume is sold."), None);
    }
}
