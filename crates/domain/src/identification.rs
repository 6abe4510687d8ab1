//! An identification that a partner imports, and what it is worth (GwG §§ 12, 17).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::check_optional_text;
use crate::{Date, DocumentId, FieldCode, FieldErrors, KycStatus, Timestamp, UnknownCode, rules};

/// Clocks differ; what is a few minutes ahead is not yet the future.
pub const CLOCK_TOLERANCE_SECONDS: i64 = 300;

/// The record of an identification. Every field may be absent: what is incomplete is looked at by a person.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identification {
    /// Such as `IDCARD` or `PASSPORT`; an open list.
    pub document_type: Option<String>,
    /// The number of the document.
    pub document_id: Option<String>,
    /// The authority that issued it.
    pub document_issuer: Option<String>,
    /// The first day of its validity.
    pub document_valid_from: Option<Date>,
    /// The last day of its validity.
    pub document_valid_to: Option<Date>,
    /// Who identified the person, such as `POSTIDENT`; an open list.
    pub identity_provider: Option<String>,
    /// The provider's own name for the process.
    pub legitimation_process_id: Option<String>,
    /// The uploaded protocol.
    pub legitimation_protocol_id: Option<DocumentId>,
    /// When the person was identified.
    pub verified_at: Option<Timestamp>,
}

/// How far a partner's imports are relied on, by contract (GwG § 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportTrust {
    /// A complete and valid import identifies at once.
    Trusted,
    /// The registrar looks at each.
    Reviewed,
}

impl Identification {
    /// Notes every field that cannot be accepted.
    pub fn check(&self, errors: &mut FieldErrors, now: Timestamp) {
        for (field, text) in [
            ("document_type", &self.document_type),
            ("document_id", &self.document_id),
            ("document_issuer", &self.document_issuer),
            ("identity_provider", &self.identity_provider),
            ("legitimation_process_id", &self.legitimation_process_id),
        ] {
            check_optional_text(errors, field, text.as_deref());
        }
        if self
            .verified_at
            .is_some_and(|at| at > now.plus_seconds(CLOCK_TOLERANCE_SECONDS))
        {
            errors.push(
                "verified_at",
                FieldCode::InFuture,
                "An identification has taken place when it is imported.",
            );
        }
        if self
            .document_valid_from
            .is_some_and(|from| from > now.berlin_date())
        {
            errors.push(
                "document_valid_from",
                FieldCode::InFuture,
                "The document is valid by now.",
            );
        }
        if self
            .document_valid_from
            .zip(self.document_valid_to)
            .is_some_and(|(from, to)| to < from)
        {
            errors.push(
                "document_valid_to",
                FieldCode::OutOfRange,
                "This day is not before document_valid_from.",
            );
        }
    }

    /// Whether nothing was given: the partner asks the registrar to identify the person.
    #[must_use]
    pub fn is_request(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the record has what § 8(2) GwG asks for. The provider's process id is its own affair.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.document_type.is_some()
            && self.document_id.is_some()
            && self.document_issuer.is_some()
            && self.document_valid_to.is_some()
            && self.identity_provider.is_some()
            && self.legitimation_protocol_id.is_some()
            && self.verified_at.is_some()
    }

    /// The first moment at which the identification may no longer be relied on: the end in Berlin of the document's last day, or of the
    /// last day of the months that the law gives, whichever comes first (§ 17(3a) GwG). None if neither is known.
    #[must_use]
    pub fn valid_until(&self, now: Timestamp) -> Option<Timestamp> {
        let months = i64::from(rules::identification_validity_months(now.berlin_date()));
        let aged = self
            .verified_at
            .map(|at| at.berlin_date().add_months(months));
        let last_day = [aged, self.document_valid_to].into_iter().flatten().min();
        last_day.map(Date::end_of_day_berlin)
    }

    /// What the import is worth when it arrives.
    #[must_use]
    pub fn outcome(&self, trust: ImportTrust, now: Timestamp) -> KycStatus {
        if self.is_request() {
            return KycStatus::Pending;
        }
        if self.valid_until(now).is_some_and(|end| end <= now) {
            return KycStatus::ReverificationRequired;
        }
        match trust {
            ImportTrust::Trusted if self.is_complete() => KycStatus::Success,
            ImportTrust::Trusted | ImportTrust::Reviewed => KycStatus::UnderReview,
        }
    }
}

impl fmt::Debug for Identification {
    /// Debug output ends in logs, which never show personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identification").finish_non_exhaustive()
    }
}

impl ImportTrust {
    /// The spelling in configuration and storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Reviewed => "reviewed",
        }
    }
}

impl FromStr for ImportTrust {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        [Self::Trusted, Self::Reviewed]
            .into_iter()
            .find(|trust| trust.as_str() == text)
            .ok_or(UnknownCode("trusted, reviewed"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn imported() -> Identification {
        Identification {
            document_type: Some("IDCARD".to_owned()),
            document_id: Some("ID123456".to_owned()),
            document_issuer: Some("Buergeramt Frankfurt".to_owned()),
            document_valid_from: Some("2020-08-10".parse().unwrap()),
            document_valid_to: Some("2030-08-10".parse().unwrap()),
            identity_provider: Some("POSTIDENT".to_owned()),
            legitimation_process_id: None,
            legitimation_protocol_id: Some("0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap()),
            verified_at: Some(at("2026-08-10T14:06:22.134Z")),
        }
    }

    #[test]
    fn a_trusted_complete_import_identifies() {
        let now = at("2026-11-22T12:00:00Z");
        assert_eq!(
            imported().outcome(ImportTrust::Trusted, now),
            KycStatus::Success
        );
        assert_eq!(
            imported().outcome(ImportTrust::Reviewed, now),
            KycStatus::UnderReview
        );
        let incomplete = Identification {
            document_issuer: None,
            ..imported()
        };
        assert_eq!(
            incomplete.outcome(ImportTrust::Trusted, now),
            KycStatus::UnderReview
        );
        assert_eq!(
            Identification::default().outcome(ImportTrust::Trusted, now),
            KycStatus::Pending
        );
    }

    #[test]
    fn twenty_four_months_are_enough_and_a_day_more_is_too_much() {
        let outcome = |now| imported().outcome(ImportTrust::Trusted, at(now));
        assert_eq!(outcome("2028-08-10T21:59:59Z"), KycStatus::Success);
        assert_eq!(
            outcome("2028-08-10T22:00:00Z"),
            KycStatus::ReverificationRequired
        );
    }

    #[test]
    fn a_document_is_valid_until_the_end_of_its_last_day_in_berlin() {
        let old = Identification {
            document_valid_to: Some("2026-11-22".parse().unwrap()),
            ..imported()
        };
        assert_eq!(
            old.outcome(ImportTrust::Trusted, at("2026-11-22T22:59:59Z")),
            KycStatus::Success
        );
        assert_eq!(
            old.outcome(ImportTrust::Reviewed, at("2026-11-22T23:00:00Z")),
            KycStatus::ReverificationRequired
        );
    }

    #[test]
    fn what_lies_in_the_future_is_refused() {
        let mut errors = FieldErrors::new();
        imported().check(&mut errors, at("2026-08-10T14:01:22.134Z"));
        assert!(errors.is_empty(), "five minutes are the clocks'");
        imported().check(&mut errors, at("2026-08-10T14:01:22.133Z"));
        let back = Identification {
            document_valid_to: Some("2020-08-09".parse().unwrap()),
            ..imported()
        };
        back.check(&mut errors, at("2026-11-22T12:00:00Z"));
        let found: Vec<_> = errors
            .as_slice()
            .iter()
            .map(|error| (error.field.as_str(), error.code))
            .collect();
        assert_eq!(
            found,
            [
                ("verified_at", FieldCode::InFuture),
                ("document_valid_to", FieldCode::OutOfRange)
            ]
        );
    }
}
