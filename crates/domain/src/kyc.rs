//! Whether an investor is identified, computed from everything that was recorded about it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{FieldCode, FieldValue, Timestamp, UnknownCode};

/// How far an investor's identification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KycStatus {
    /// Nothing usable yet.
    Pending,
    /// The registrar looks at it.
    UnderReview,
    /// Identified.
    Success,
    /// Identified once, but too long ago, by an expired document, or before the person's data changed.
    ReverificationRequired,
    /// The registrar has refused the investor.
    Rejected,
}

impl KycStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::UnderReview,
        Self::Success,
        Self::ReverificationRequired,
        Self::Rejected,
    ];

    /// The spelling that partners see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::UnderReview => "UNDER_REVIEW",
            Self::Success => "SUCCESS",
            Self::ReverificationRequired => "REVERIFICATION_REQUIRED",
            Self::Rejected => "REJECTED",
        }
    }

    /// Whether the investor is identified.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Success)
    }
}

impl fmt::Display for KycStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KycStatus {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or(UnknownCode(
            "PENDING, UNDER_REVIEW, SUCCESS, REVERIFICATION_REQUIRED, REJECTED",
        ))
    }
}

impl FieldValue for KycStatus {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

/// One identification as it stands: imported with an outcome, or decided by the registrar since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastIdentification {
    /// Its outcome or the registrar's decision.
    pub status: KycStatus,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// From when on it may not be relied on; see [`crate::Identification::valid_until`].
    pub valid_until: Option<Timestamp>,
}

/// What decides whether an investor is identified.
#[derive(Debug, Clone, Copy)]
pub struct KycFacts<'a> {
    /// Everything recorded, in any order.
    pub identifications: &'a [PastIdentification],
    /// When the person's data last changed so that what was recorded before counts no more.
    pub identity_changed_at: Option<Timestamp>,
    /// How many benefiting persons are known, if the investor is a legal person.
    pub benefiting_persons: Option<usize>,
}

impl KycFacts<'_> {
    /// The investor's status at this moment. The newest identification speaks, except that an unfinished or unusable one takes
    /// nothing from an older success. A legal person is not identified before a benefiting person is known (GwG § 10(1) Nr. 2).
    #[must_use]
    pub fn status(&self, now: Timestamp) -> KycStatus {
        let mut current: Vec<_> = self
            .identifications
            .iter()
            .filter(|past| self.counts(past))
            .collect();
        current.sort_by_key(|past| std::cmp::Reverse(past.created_at));
        let statuses: Vec<KycStatus> = current
            .into_iter()
            .map(|past| past.status_at(now))
            .collect();
        let since_rejection = statuses
            .iter()
            .take_while(|status| **status != KycStatus::Rejected);
        if since_rejection.clone().any(|status| status.is_success()) {
            return if self.benefiting_persons == Some(0) {
                KycStatus::Pending
            } else {
                KycStatus::Success
            };
        }
        match statuses.first() {
            Some(newest) => *newest,
            None if self.identifications.is_empty() => KycStatus::Pending,
            None => KycStatus::ReverificationRequired,
        }
    }

    fn counts(&self, past: &PastIdentification) -> bool {
        self.identity_changed_at
            .is_none_or(|changed| past.created_at > changed)
    }
}

impl PastIdentification {
    fn status_at(&self, now: Timestamp) -> KycStatus {
        let over = self.valid_until.is_some_and(|end| end <= now);
        if self.status.is_success() && over {
            KycStatus::ReverificationRequired
        } else {
            self.status
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn past(status: KycStatus, created_at: i64) -> PastIdentification {
        PastIdentification {
            status,
            created_at: Timestamp::from_seconds(created_at),
            valid_until: None,
        }
    }

    fn status(identifications: &[PastIdentification]) -> KycStatus {
        KycFacts {
            identifications,
            identity_changed_at: None,
            benefiting_persons: None,
        }
        .status(NOW)
    }

    #[test]
    fn the_newest_identification_speaks() {
        use KycStatus::{Pending, Rejected, ReverificationRequired, Success, UnderReview};
        assert_eq!(status(&[]), Pending);
        assert_eq!(status(&[past(UnderReview, 1)]), UnderReview);
        assert_eq!(status(&[past(Success, 2), past(UnderReview, 1)]), Success);
        assert_eq!(status(&[past(Success, 1), past(Rejected, 2)]), Rejected);
        assert_eq!(
            status(&[past(Rejected, 1), past(UnderReview, 2)]),
            UnderReview
        );
        assert_eq!(status(&[past(Rejected, 1), past(Success, 2)]), Success);
        assert_eq!(
            status(&[past(ReverificationRequired, 1)]),
            ReverificationRequired
        );
    }

    #[test]
    fn an_unfinished_one_takes_nothing_from_an_older_success() {
        for newer in [
            KycStatus::Pending,
            KycStatus::UnderReview,
            KycStatus::ReverificationRequired,
        ] {
            assert_eq!(
                status(&[past(KycStatus::Success, 1), past(newer, 2)]),
                KycStatus::Success
            );
        }
    }

    #[test]
    fn a_success_ends_with_its_validity() {
        let old = PastIdentification {
            valid_until: Some(NOW),
            ..past(KycStatus::Success, 1)
        };
        assert_eq!(status(&[old]), KycStatus::ReverificationRequired);
        let fresh = PastIdentification {
            valid_until: Some(NOW.plus_seconds(1)),
            ..old
        };
        assert_eq!(status(&[fresh]), KycStatus::Success);
    }

    #[test]
    fn a_changed_person_is_identified_anew() {
        let identifications = [past(KycStatus::Success, 1), past(KycStatus::Success, 3)];
        let changed = |seconds, count| {
            let identity_changed_at = Some(Timestamp::from_seconds(seconds));
            let identifications = &identifications[..count];
            KycFacts {
                identifications,
                identity_changed_at,
                benefiting_persons: None,
            }
            .status(NOW)
        };
        assert_eq!(changed(2, 1), KycStatus::ReverificationRequired);
        assert_eq!(changed(2, 2), KycStatus::Success);
        assert_eq!(
            changed(2, 0),
            KycStatus::Pending,
            "there was nothing to be reopened"
        );
    }

    #[test]
    fn a_legal_person_needs_a_benefiting_person() {
        let identifications = [past(KycStatus::Success, 1)];
        let with = |count| {
            let facts = KycFacts {
                identifications: &identifications,
                identity_changed_at: None,
                benefiting_persons: count,
            };
            facts.status(NOW)
        };
        assert_eq!(
            (with(None), with(Some(0)), with(Some(1))),
            (KycStatus::Success, KycStatus::Pending, KycStatus::Success)
        );
    }

    #[test]
    fn every_status_is_read_as_it_is_shown() {
        for status in KycStatus::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
            assert_eq!(
                serde_json::to_string(&status).unwrap(),
                format!("\"{status}\"")
            );
        }
    }
}
