//! Law that changes by date: each rule is a row with the days on which it holds, and is looked up by the day that matters.

use crate::Date;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleName {
    /// How many months an identification made for a partner may be relied on.
    IdentificationValidityMonths,
    /// Within how many months an application to take part is answered.
    ParticipationAnswerMonths,
    /// What an offer with a small information sheet may sell, in euros.
    WibSmallVolumeEur,
    /// What an offer with an information sheet may sell, in euros.
    WibVolumeEur,
    /// What an issuer of asset investments may sell through platforms, in euros.
    VibVolumeEur,
    /// The smallest order of a privately placed security, in euros.
    SecurityMinimumTicketEur,
    /// The smallest order of a privately placed asset investment, in euros.
    AssetInvestmentMinimumTicketEur,
}

/// One rule for the days on which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What it is about.
    pub name: RuleName,
    /// The first day (year, month, day).
    pub valid_from: (i16, i8, i8),
    /// The last day; none if no end is known.
    pub valid_to: Option<(i16, i8, i8)>,
    /// The figure, in the unit that the name says.
    pub value: u32,
    /// The law that says so.
    pub source: &'static str,
}

/// Every rule. A change of law is a new row and an end for the old one.
pub const RULES: &[Rule] = &[
    Rule {
        name: RuleName::IdentificationValidityMonths,
        valid_from: (2017, 6, 26),
        valid_to: None,
        value: 24,
        source: "§ 17(3a) GwG",
    },
    Rule {
        name: RuleName::ParticipationAnswerMonths,
        valid_from: (2022, 10, 29),
        valid_to: None,
        value: 3,
        source: "§ 18(2) eWpRV",
    },
    // The two bounds are in the names of the offering types. Whether the law allows more is open (regulation, chapter 10, no. 9).
    Rule {
        name: RuleName::WibSmallVolumeEur,
        valid_from: (2018, 7, 21),
        valid_to: None,
        value: 1_000_000,
        source: "§ 6 WpPG",
    },
    Rule {
        name: RuleName::WibVolumeEur,
        valid_from: (2018, 7, 21),
        valid_to: None,
        value: 8_000_000,
        source: "§ 4 WpPG",
    },
    Rule {
        name: RuleName::VibVolumeEur,
        valid_from: (2019, 7, 16),
        valid_to: None,
        value: 6_000_000,
        source: "§ 2a(1) VermAnlG",
    },
    Rule {
        name: RuleName::SecurityMinimumTicketEur,
        valid_from: (2019, 7, 21),
        valid_to: None,
        value: 100_000,
        source: "Art. 1(4)(d) Reg. 2017/1129",
    },
    Rule {
        name: RuleName::AssetInvestmentMinimumTicketEur,
        valid_from: (2012, 6, 1),
        valid_to: None,
        value: 200_000,
        source: "§ 2(1) no. 3 c VermAnlG",
    },
];

impl Rule {
    /// Whether the rule holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        let date = |(year, month, day)| {
            Date::new(year, month, day).expect("the table has days of the calendar")
        };
        date(self.valid_from) <= day && self.valid_to.is_none_or(|last| day <= date(last))
    }
}

/// The rule that holds on a day; none before the first row.
#[must_use]
pub fn find(name: RuleName, day: Date) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|rule| rule.name == name && rule.holds_on(day))
}

/// The amount in euros of a rule on a day; none before its first row.
#[must_use]
pub fn amount_limit_eur(name: RuleName, day: Date) -> Option<u32> {
    find(name, day).map(|rule| rule.value)
}

/// How many months an identification may be relied on that is used on this day. Before the first row the first row is applied:
/// a sandbox may travel there.
#[must_use]
pub fn identification_validity_months(day: Date) -> u32 {
    value_on(RuleName::IdentificationValidityMonths, day)
}

/// Within how many months an application is answered that came on this day. Before the first row as above.
#[must_use]
pub fn participation_answer_months(day: Date) -> u32 {
    value_on(RuleName::ParticipationAnswerMonths, day)
}

fn value_on(name: RuleName, day: Date) -> u32 {
    let first = || {
        RULES
            .iter()
            .find(|rule| rule.name == name)
            .expect("the table has a row for each name")
    };
    find(name, day).unwrap_or_else(first).value
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_rule_is_found_by_the_day() {
        let day = Date::parse("2026-11-22").unwrap();
        assert_eq!(
            find(RuleName::IdentificationValidityMonths, day)
                .unwrap()
                .value,
            24
        );
        assert_eq!(
            find(
                RuleName::IdentificationValidityMonths,
                Date::parse("2017-06-25").unwrap()
            ),
            None
        );
        assert_eq!(
            identification_validity_months(Date::parse("2000-01-01").unwrap()),
            24
        );
    }

    #[test]
    fn no_day_has_two_rules_of_a_name() {
        for (index, rule) in RULES.iter().enumerate() {
            let (year, month, day) = rule.valid_from;
            let first = Date::new(year, month, day).unwrap();
            let clash = RULES[..index]
                .iter()
                .any(|other| other.name == rule.name && other.holds_on(first));
            assert!(!clash, "{rule:?}");
        }
    }
}
