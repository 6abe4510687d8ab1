//! The register's statutory deadlines: which law sets each, when it ends, and how far it is. What "without delay" means in hours is our own yardstick.

use crate::inspection;
use crate::text::UnknownCode;
use crate::{Date, Timestamp};

/// In so many seconds what the law wants without delay is done.
const WITHOUT_DELAY_S: i64 = 24 * 60 * 60;
const DAY_S: i64 = 24 * 60 * 60;

/// A deadline of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadlineRule {
    /// Deposited terms are entered or deleted.
    TermsEntry,
    /// A wrong entry is reversed.
    Reversal,
    /// A consumer has the statement of an entry or change.
    Statement,
    /// Every consumer with a position has the statement of the year.
    YearlyStatement,
    /// An application to take part is answered.
    ApplicationAnswer,
    /// The note of an inspection is destroyed.
    InspectionDestruction,
    /// An identification is relied on no more.
    Identification,
    /// A register was compared with the DLT network.
    Comparison,
    /// A difference between register and network is explained or put right.
    Incident,
}

impl DeadlineRule {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::TermsEntry,
        Self::Reversal,
        Self::Statement,
        Self::YearlyStatement,
        Self::ApplicationAnswer,
        Self::InspectionDestruction,
        Self::Identification,
        Self::Comparison,
        Self::Incident,
    ];

    /// As shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TermsEntry => "terms_entry",
            Self::Reversal => "reversal",
            Self::Statement => "statement",
            Self::YearlyStatement => "yearly_statement",
            Self::ApplicationAnswer => "application_answer",
            Self::InspectionDestruction => "inspection_destruction",
            Self::Identification => "identification",
            Self::Comparison => "comparison",
            Self::Incident => "incident",
        }
    }

    /// The law.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::TermsEntry => "§ 5(1) sentence 3 eWpG",
            Self::Reversal => "§ 18(5) eWpG",
            Self::Statement => "§ 19(2) no. 1, 2 eWpG",
            Self::YearlyStatement => "§ 19(2) no. 3 eWpG",
            Self::ApplicationAnswer => "§ 18(2) eWpRV",
            Self::InspectionDestruction => "§ 10(5) sentence 4 eWpG",
            Self::Identification => "§ 17(3a) GwG",
            Self::Comparison | Self::Incident => "§ 7(2) eWpG",
        }
    }

    /// When it ends, from the moment that stands with its subject: the end itself where the law's period was computed before, else the beginning.
    #[must_use]
    pub fn due_at(self, since: Timestamp) -> Timestamp {
        match self {
            Self::TermsEntry | Self::ApplicationAnswer | Self::Identification => since,
            Self::Reversal | Self::Statement | Self::Comparison | Self::Incident => {
                since.plus_seconds(WITHOUT_DELAY_S)
            }
            Self::YearlyStatement => end_of_year(since.berlin_date()),
            // The clock destroys it on the day after its last.
            Self::InspectionDestruction => {
                inspection::last_day(since).add_days(1).end_of_day_berlin()
            }
        }
    }

    /// So long before its end somebody should look.
    #[must_use]
    pub const fn warns_s(self) -> i64 {
        match self {
            Self::TermsEntry | Self::ApplicationAnswer => 14 * DAY_S,
            Self::YearlyStatement | Self::Identification => 30 * DAY_S,
            Self::InspectionDestruction => DAY_S,
            Self::Reversal | Self::Statement | Self::Comparison | Self::Incident => DAY_S / 2,
        }
    }

    /// How far it is at this moment.
    #[must_use]
    pub fn state(
        self,
        due_at: Timestamp,
        done_at: Option<Timestamp>,
        now: Timestamp,
    ) -> DeadlineState {
        match done_at {
            Some(_) => DeadlineState::Done,
            None if due_at < now => DeadlineState::Overdue,
            None if due_at.minus_seconds(self.warns_s()) <= now => DeadlineState::Due,
            None => DeadlineState::Ahead,
        }
    }
}

fn end_of_year(day: Date) -> Timestamp {
    let last = Date::new(day.year(), 12, 31).expect("every year has this day");
    last.end_of_day_berlin()
}

/// How far a deadline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadlineState {
    /// It is over and was not met.
    Overdue,
    /// It ends soon.
    Due,
    /// There is time.
    Ahead,
    /// It was met, or what it was about has ended.
    Done,
}

impl DeadlineState {
    /// All of them, what is most urgent first.
    pub const ALL: [Self; 4] = [Self::Overdue, Self::Due, Self::Ahead, Self::Done];

    /// As shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Ahead => "ahead",
            Self::Done => "done",
        }
    }
}

impl std::str::FromStr for DeadlineState {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|state| state.as_str() == text);
        found.ok_or(UnknownCode("overdue, due, ahead, done"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn each_ends_when_its_law_says() {
        for (rule, since, due) in [
            (
                DeadlineRule::TermsEntry,
                "2026-11-22T10:00:00Z",
                "2026-11-22T10:00:00Z",
            ),
            (
                DeadlineRule::Statement,
                "2026-11-22T10:00:00Z",
                "2026-11-23T10:00:00Z",
            ),
            // Half past eleven in the evening of New Year's Eve in UTC is the next year in Berlin.
            (
                DeadlineRule::YearlyStatement,
                "2026-12-31T23:30:00Z",
                "2027-12-31T23:00:00Z",
            ),
            (
                DeadlineRule::YearlyStatement,
                "2026-01-05T10:00:00Z",
                "2026-12-31T23:00:00Z",
            ),
            // The clock has the whole day after the last one, which is in summer time.
            (
                DeadlineRule::InspectionDestruction,
                "2026-06-10T10:00:00Z",
                "2028-06-11T22:00:00Z",
            ),
        ] {
            assert_eq!(rule.due_at(at(since)), at(due), "{rule:?}");
        }
    }

    #[test]
    fn a_deadline_is_ahead_then_due_then_overdue_unless_it_was_met() {
        let rule = DeadlineRule::ApplicationAnswer;
        let due = at("2026-03-31T22:00:00Z");
        let state = |now| rule.state(due, None, at(now));
        assert_eq!(state("2026-03-17T21:59:59Z"), DeadlineState::Ahead);
        assert_eq!(state("2026-03-17T22:00:00Z"), DeadlineState::Due);
        assert_eq!(state("2026-03-31T22:00:00Z"), DeadlineState::Due);
        assert_eq!(state("2026-03-31T22:00:01Z"), DeadlineState::Overdue);
        let done = rule.state(
            due,
            Some(at("2026-03-30T10:00:00Z")),
            at("2026-05-01T10:00:00Z"),
        );
        assert_eq!(done, DeadlineState::Done);
    }

    #[test]
    fn codes_are_read_as_they_are_shown() {
        for state in DeadlineState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("someday".parse::<DeadlineState>().is_err());
    }
}
