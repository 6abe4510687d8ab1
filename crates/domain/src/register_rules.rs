//! The law on registers as far as it changes by date: rows that are read as of the day that matters, never the day on which the program was
//! built. The rows themselves are data of the registrar's database, where no two rows of a rule can hold on one day.

use crate::Date;

/// Within how many months of their deposit terms are entered, or deleted.
pub const ENTRY_MONTHS: &str = "ewpg.5.entry_months";
/// How the entry of a crypto security is published, as long as the law wants that.
pub const NOTICE: &str = "ewpg.20.notice";

/// One rule for the days on which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRule {
    /// What it is about.
    pub rule: String,
    /// The first day.
    pub valid_from: Date,
    /// The last day; none if no end is known.
    pub valid_to: Option<Date>,
    /// A number, or a word that says what the law wants.
    pub value: String,
    /// The law that says so.
    pub source: String,
}

impl RegisterRule {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// Every rule with its past and its future.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterRules(Vec<RegisterRule>);

/// How the entry of a crypto security is published (§ 20 eWpG, repealed in February 2026).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The issuer publishes it in the Federal Gazette and tells the supervisor.
    FederalGazette,
    /// The issuer tells the supervisor.
    Supervisor,
}

impl Notice {
    /// As noted.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FederalGazette => "federal_gazette_and_bafin",
            Self::Supervisor => "bafin",
        }
    }
}

impl RegisterRules {
    /// The rules of a table.
    #[must_use]
    pub const fn new(rules: Vec<RegisterRule>) -> Self {
        Self(rules)
    }

    /// The row of a rule that holds on a day.
    #[must_use]
    pub fn on(&self, rule: &str, day: Date) -> Option<&RegisterRule> {
        self.0
            .iter()
            .find(|one| one.rule == rule && one.holds_on(day))
    }

    /// All rows, or those that hold on a day.
    pub fn as_of(&self, day: Option<Date>) -> impl Iterator<Item = &RegisterRule> {
        let holds = move |one: &&RegisterRule| day.is_none_or(|day| one.holds_on(day));
        self.0.iter().filter(holds)
    }

    /// Within how many months terms are entered that are deposited on this day. Before the first row the first row is applied, since a
    /// sandbox may travel there; none if there is no row.
    #[must_use]
    pub fn entry_months(&self, day: Date) -> Option<u32> {
        let first = || self.0.iter().find(|one| one.rule == ENTRY_MONTHS);
        let row = self.on(ENTRY_MONTHS, day).or_else(first)?;
        row.value.parse().ok()
    }

    /// How an entry of this day has to be published; none since the law does not want it any more.
    #[must_use]
    pub fn notice_of_entry(&self, day: Date) -> Option<Notice> {
        let value = self.on(NOTICE, day)?.value.as_str();
        [Notice::FederalGazette, Notice::Supervisor]
            .into_iter()
            .find(|one| one.as_str() == value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn rules() -> RegisterRules {
        let row = |rule: &str, from: &str, to: Option<&str>, value: &str| RegisterRule {
            rule: rule.to_owned(),
            valid_from: day(from),
            valid_to: to.map(day),
            value: value.to_owned(),
            source: "a law".to_owned(),
        };
        RegisterRules::new(vec![
            row(
                NOTICE,
                "2021-06-10",
                Some("2025-10-31"),
                "federal_gazette_and_bafin",
            ),
            row(NOTICE, "2025-11-01", Some("2026-02-09"), "bafin"),
            row(ENTRY_MONTHS, "2021-06-10", None, "3"),
        ])
    }

    #[test]
    fn reg_38_an_entry_of_2024_is_published_and_one_of_march_2026_is_not() {
        let notice = |text: &str| rules().notice_of_entry(day(text));
        assert_eq!(notice("2021-06-09"), None);
        assert_eq!(notice("2024-05-02"), Some(Notice::FederalGazette));
        assert_eq!(notice("2025-10-31"), Some(Notice::FederalGazette));
        assert_eq!(notice("2025-11-01"), Some(Notice::Supervisor));
        assert_eq!(notice("2026-02-09"), Some(Notice::Supervisor));
        assert_eq!(notice("2026-03-02"), None);
    }

    #[test]
    fn a_rule_is_read_as_of_the_day_that_matters() {
        assert_eq!(rules().entry_months(day("2026-06-01")), Some(3));
        assert_eq!(rules().entry_months(day("2021-06-09")), Some(3));
        assert_eq!(rules().as_of(Some(day("2026-06-01"))).count(), 1);
        assert_eq!(rules().as_of(None).count(), 3);
    }
}
