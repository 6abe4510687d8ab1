//! Who is owed a statement of the register, what it may be called, and in which language it is (§ 19 eWpG).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Country, Date, Language, LegalForm, Refusal, Timestamp, UnknownCode};

/// What a statement calls itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// § 19 eWpG, for single entries of electronic securities alone.
    RegisterStatement,
    /// What the registrar's books show of any other asset.
    HoldingConfirmation,
}

/// Why a statement is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementReason {
    /// An entry in the holder's favour (§ 19(2) no. 1 eWpG).
    Entry,
    /// The register's content changed for the holder (§ 19(2) no. 2 eWpG).
    Change,
    /// The yearly one (§ 19(2) no. 3 eWpG).
    Annual,
    /// Somebody asked (§ 19(1) eWpG).
    Request,
}

/// Whose holding it is, as far as statements depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolderKind {
    /// A natural person is taken for a consumer (§ 13 BGB).
    pub is_consumer: bool,
    /// A custodian or central securities depository that is entered for others (§ 8(1) eWpG).
    pub is_collective: bool,
}

impl StatementKind {
    /// What a holder of a product may be given.
    pub fn of(form: LegalForm, holder: HolderKind) -> Result<Self, Refusal> {
        match (form.is_registered(), holder.is_collective) {
            (true, false) => Ok(Self::RegisterStatement),
            // § 19 eWpG knows single entries only, and a confirmation instead would be taken for a statement.
            (true, true) => Err(Refusal::StatementOfCollectiveEntry),
            (false, _) => Ok(Self::HoldingConfirmation),
        }
    }

    /// The spelling that partners see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RegisterStatement => "register_statement",
            Self::HoldingConfirmation => "holding_confirmation",
        }
    }
}

impl StatementReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Entry, Self::Change, Self::Annual, Self::Request];

    /// Whether the holder gets a statement for this reason: consumers without asking, everybody else on request (§ 19(1), (2) eWpG).
    #[must_use]
    pub fn is_owed(self, form: LegalForm, holder: HolderKind) -> bool {
        match self {
            Self::Entry | Self::Change | Self::Annual => {
                form.is_registered() && holder.is_consumer && !holder.is_collective
            }
            Self::Request => StatementKind::of(form, holder).is_ok(),
        }
    }

    /// Whether the statement is about an entry of its own, so that there is a before and an after.
    #[must_use]
    pub const fn is_of_an_entry(self) -> bool {
        matches!(self, Self::Entry | Self::Change)
    }

    /// The spelling that partners see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Change => "change",
            Self::Annual => "annual",
            Self::Request => "request",
        }
    }
}

impl FromStr for StatementReason {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode("entry, change, annual, request"))
    }
}

/// The language of a statement that nobody has chosen one for: that of where the holder lives.
#[must_use]
pub fn language_in(country: Country) -> Language {
    match country.code() {
        "DEU" | "AUT" | "CHE" | "LIE" | "LUX" => Language::German,
        _ => Language::English,
    }
}

/// Of which deliveries the yearly statement is due: from January on of those of earlier years, from December on of all, so that nobody who has a
/// position in a year is left out and nobody gets one days after the statement of its entry.
#[must_use]
pub fn yearly_for_deliveries_before(today: Date) -> Timestamp {
    let date = |month| Date::new(today.year(), month, 1).unwrap_or(today);
    if today >= date(12) {
        today.end_of_day_berlin()
    } else {
        date(1).start_of_day_berlin()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const CONSUMER: HolderKind = HolderKind {
        is_consumer: true,
        is_collective: false,
    };
    const COMPANY: HolderKind = HolderKind {
        is_consumer: false,
        is_collective: false,
    };
    const CUSTODIAN: HolderKind = HolderKind {
        is_consumer: false,
        is_collective: true,
    };

    #[test]
    fn reg_21_consumers_get_statements_unasked_others_on_request_and_collective_entries_never() {
        use StatementReason as R;
        let bond = LegalForm::EwpgBearerBond;
        let owed = |holder| R::ALL.map(|reason| reason.is_owed(bond, holder));
        assert_eq!(owed(CONSUMER), [true, true, true, true]);
        assert_eq!(owed(COMPANY), [false, false, false, true]);
        assert_eq!(owed(CUSTODIAN), [false; 4]);
    }

    #[test]
    fn reg_21_only_electronic_securities_have_register_statements() {
        for form in LegalForm::ALL {
            let kind = StatementKind::of(form, CONSUMER).unwrap();
            let is_statement = kind == StatementKind::RegisterStatement;
            assert_eq!(is_statement, form.is_registered(), "{form}");
            let unasked = StatementReason::Entry.is_owed(form, CONSUMER);
            assert_eq!(unasked, form.is_registered(), "{form}");
        }
    }

    #[test]
    fn reg_21_the_yearly_statement_is_due_for_last_years_positions_and_in_december_for_all() {
        let before = |day: &str| yearly_for_deliveries_before(day.parse().unwrap()).to_string();
        assert_eq!(before("2026-01-01"), "2025-12-31T23:00:00.000000Z");
        assert_eq!(before("2026-11-30"), "2025-12-31T23:00:00.000000Z");
        assert_eq!(before("2026-12-01"), "2026-12-01T23:00:00.000000Z");
        assert_eq!(before("2026-12-31"), "2026-12-31T23:00:00.000000Z");
    }

    #[test]
    fn a_statement_speaks_the_language_of_where_its_holder_lives() {
        assert_eq!(language_in("DEU".parse().unwrap()), Language::German);
        assert_eq!(language_in("FRA".parse().unwrap()), Language::English);
    }
}
