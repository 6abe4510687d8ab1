//! The terms of an issue as they are deposited with the registrar (§ 5 eWpG): versions from 1 without a gap, each of which commits to the
//! one before, and the grounds on which deposited terms may be changed.

use sha2::{Digest as _, Sha256};

use crate::{Date, IssuerId, Timestamp};

/// SHA-256.
pub type Digest = [u8; 32];

/// The first line of every record.
const HEADING: &str = "cashlink terms record 1";

/// Why deposited terms that an entry refers to may be changed (§ 5(2) eWpG; eWpRV § 4(6)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegalBasis {
    /// A law changes them.
    Law,
    /// The terms themselves give the issuer the right.
    IssuersRight,
    /// Issuer and every holder have agreed.
    Agreement,
    /// The creditors have resolved it (§ 5 SchVG).
    CreditorsResolution,
    /// A court has decided it.
    CourtDecision,
    /// An enforceable administrative act.
    AdministrativeAct,
    /// An obvious error is corrected.
    ObviousError,
}

impl LegalBasis {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Law,
        Self::IssuersRight,
        Self::Agreement,
        Self::CreditorsResolution,
        Self::CourtDecision,
        Self::AdministrativeAct,
        Self::ObviousError,
    ];

    /// As stored, signed and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Law => "law",
            Self::IssuersRight => "issuers_right",
            Self::Agreement => "agreement",
            Self::CreditorsResolution => "creditors_resolution",
            Self::CourtDecision => "court_decision",
            Self::AdministrativeAct => "administrative_act",
            Self::ObviousError => "obvious_error",
        }
    }
}

impl std::str::FromStr for LegalBasis {
    type Err = crate::UnknownCode;

    fn from_str(text: &str) -> Result<Self, crate::UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(crate::UnknownCode(
            "law, issuers_right, agreement, creditors_resolution, court_decision, administrative_act, obvious_error",
        ))
    }
}

impl crate::FieldValue for LegalBasis {
    fn code(_: &crate::UnknownCode) -> crate::FieldCode {
        crate::FieldCode::UnknownValue
    }
}

/// What a change of deposited terms rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The ground.
    pub basis: LegalBasis,
    /// Which provision, resolution or decision.
    pub reference: String,
    /// The hash of the document that shows it.
    pub evidence: Digest,
    /// Where the issuer's consent is kept.
    pub consent: String,
}

/// One version of the terms of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// ISO 6166.
    pub isin: String,
    /// From 1 without a gap.
    pub number: u32,
    /// The hash of the terms' bytes.
    pub document: Digest,
    /// The hash of the record of the version before; none for the first.
    pub previous: Option<Digest>,
    /// Whose terms they are.
    pub depositor: IssuerId,
    /// When they were deposited.
    pub deposited_at: Timestamp,
    /// What the change rests on; none as long as nothing was entered on them.
    pub change: Option<Change>,
}

/// Why a version does not follow from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// A number is missing or there twice.
    #[error("the versions of the terms are not numbered without a gap")]
    Gap,
    /// It commits to another record.
    #[error("a version of the terms does not commit to the one before")]
    Previous,
    /// It is older than the one before.
    #[error("a version of the terms is older than the one before")]
    Time,
}

impl Version {
    /// The record that is signed: one line a field, each ended by a line feed.
    #[must_use]
    pub fn record(&self) -> String {
        let previous = self.previous.map_or("none".to_owned(), hex::encode);
        let mut text = format!(
            "{HEADING}\nisin: {}\nversion: {}\ndocument: {}\nprevious: {previous}\ndepositor: {}\ndeposited_at: {}\n",
            self.isin,
            self.number,
            hex::encode(self.document),
            self.depositor,
            self.deposited_at,
        );
        match &self.change {
            None => text.push_str("basis: deposit\n"),
            Some(change) => text.push_str(&format!(
                "basis: {}\nreference: {}\nevidence: {}\nconsent: {}\n",
                change.basis.as_str(),
                change.reference,
                hex::encode(change.evidence),
                change.consent,
            )),
        }
        text
    }

    /// What the next version commits to.
    #[must_use]
    pub fn record_hash(&self) -> Digest {
        Sha256::digest(self.record()).into()
    }

    /// Whether this one follows the one before, or is the first.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn follows(&self, before: Option<&Self>) -> Result<(), ChainError> {
        if self.number != before.map_or(0, |before| before.number) + 1 {
            return Err(ChainError::Gap);
        }
        if self.previous != before.map(Self::record_hash) {
            return Err(ChainError::Previous);
        }
        if before.is_some_and(|before| before.deposited_at > self.deposited_at) {
            return Err(ChainError::Time);
        }
        Ok(())
    }
}

/// Until when terms that were deposited at this moment have to be entered within so many months: afterwards the registrar deletes them
/// (§ 5(1) s. 3 eWpG). The period ends with its last day in Berlin (§§ 187(1), 188(2) BGB).
#[must_use]
pub fn entry_due(deposited_at: Timestamp, months: u32) -> Timestamp {
    let day: Date = deposited_at.berlin_date();
    day.add_months(i64::from(months)).end_of_day_berlin()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use uuid::Uuid;

    fn first() -> Version {
        Version {
            isin: "DE000BASF111".to_owned(),
            number: 1,
            document: [0xab; 32],
            previous: None,
            depositor: IssuerId::from_uuid(Uuid::from_u128(1)),
            deposited_at: Timestamp::from_seconds(1_000),
            change: None,
        }
    }

    fn second() -> Version {
        Version {
            number: 2,
            document: [0xcd; 32],
            previous: Some(first().record_hash()),
            change: Some(Change {
                basis: LegalBasis::CreditorsResolution,
                reference: "Resolution of 3 March, no. 2".to_owned(),
                evidence: [0xef; 32],
                consent: "Letter of 4 March".to_owned(),
            }),
            ..first()
        }
    }

    #[test]
    fn reg_05_every_field_of_a_version_is_in_what_is_signed() {
        let changes: [fn(&mut Version); 9] = [
            |one| one.isin = "DE000A4LGF46".to_owned(),
            |one| one.number = 3,
            |one| one.document = [1; 32],
            |one| one.previous = None,
            |one| one.depositor = IssuerId::from_uuid(Uuid::from_u128(2)),
            |one| one.deposited_at = Timestamp::from_seconds(1_001),
            |one| one.change.as_mut().unwrap().basis = LegalBasis::Law,
            |one| one.change.as_mut().unwrap().evidence = [2; 32],
            |one| one.change = None,
        ];
        for change in changes {
            let mut other = second();
            change(&mut other);
            assert_ne!(other.record_hash(), second().record_hash());
        }
        assert!(first().record().ends_with("\nbasis: deposit\n"));
    }

    #[test]
    fn reg_05_a_gap_and_an_overwritten_version_are_found() {
        assert_eq!(first().follows(None), Ok(()));
        assert_eq!(second().follows(Some(&first())), Ok(()));
        assert_eq!(second().follows(None), Err(ChainError::Gap));
        assert_eq!(first().follows(Some(&first())), Err(ChainError::Gap));
        let overwritten = Version {
            document: [9; 32],
            ..first()
        };
        assert_eq!(
            second().follows(Some(&overwritten)),
            Err(ChainError::Previous)
        );
        let earlier = Version {
            deposited_at: Timestamp::from_seconds(999),
            ..second()
        };
        assert_eq!(earlier.follows(Some(&first())), Err(ChainError::Time));
    }

    #[test]
    fn reg_03_terms_are_entered_within_three_months_in_berlin() {
        let due = |text: &str| entry_due(Timestamp::parse(text).unwrap(), 3).to_string();
        // The end of the first of September in Berlin, and the last of a February in winter time.
        assert_eq!(due("2026-06-01T08:00:00Z"), "2026-09-01T22:00:00.000000Z");
        assert_eq!(due("2026-11-30T12:00:00Z"), "2027-02-28T23:00:00.000000Z");
        // Shortly before midnight in London it is the next day in Berlin.
        assert_eq!(due("2026-06-01T23:30:00Z"), "2026-09-02T22:00:00.000000Z");
    }

    #[test]
    fn every_basis_is_read_as_it_is_written() {
        for basis in LegalBasis::ALL {
            assert_eq!(basis.as_str().parse(), Ok(basis));
        }
        assert!("goodwill".parse::<LegalBasis>().is_err());
    }
}
