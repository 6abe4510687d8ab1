//! When a person's data may be erased, and what the answer says otherwise: Art. 17 GDPR against the times for which the law has them kept.

use crate::{Date, Timestamp};

/// What Art. 17(1) GDPR gives: the data are no longer needed for what they were collected for.
pub const GROUND: &str = "Art. 17(1)(a) GDPR";
/// What stands against it: a legal obligation, for which processing is restricted instead.
pub const EXCEPTION: &str = "Art. 17(3)(b) GDPR, § 35(3) BDSG";

/// § 3(4) eWpRV: from the day on which the change took effect.
const REGISTER_YEARS: i64 = 10;
/// § 8(4) GwG: from the end of the calendar year in which the business relationship ended.
const IDENTIFICATION_YEARS: i16 = 5;

/// What is known of a person's dealings with the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dealings {
    /// Whether it holds units, or an investment is under way.
    pub is_active: Activity,
    /// The last entry that changed what it holds; none if it was never entered.
    pub last_entry: Option<Timestamp>,
    /// The last identification; none if it was never identified.
    pub last_identification: Option<Timestamp>,
    /// The last thing that happened between it and the network: with it the relationship has ended.
    pub last_change: Timestamp,
}

/// Whether something goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Units are entered for it, or an investment is under way.
    GoesOn,
    /// Nothing does.
    Ended,
}

/// A duty to keep the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The law.
    pub source: &'static str,
    /// Why, in words.
    pub why: &'static str,
    /// The last day; none as long as something goes on.
    pub until: Option<Date>,
}

/// The duties that stand against erasing the data today; none if it may be.
#[must_use]
pub fn duties(dealings: &Dealings, today: Date) -> Vec<Duty> {
    let mut duties = Vec::new();
    if dealings.is_active == Activity::GoesOn {
        duties.push(Duty {
            source: "§§ 7(3), 16(1), 17(2) eWpG",
            why: "Units are entered for the person, or an investment is under way.",
            until: None,
        });
    }
    if let Some(at) = dealings.last_entry {
        duties.push(Duty {
            source: "§ 3(4) eWpRV",
            why: "What a change in the register rests on is kept for ten years after it took effect.",
            until: Some(at.berlin_date().add_months(12 * REGISTER_YEARS)),
        });
    }
    if dealings.last_identification.is_some() {
        let year = dealings.last_change.berlin_date().year() + IDENTIFICATION_YEARS;
        duties.push(Duty {
            source: "§ 8(4) GwG",
            why: "An identification is kept for five years after the year in which the relationship ended.",
            until: Date::new(year, 12, 31).ok(),
        });
    }
    duties.retain(|duty| duty.until.is_none_or(|until| today <= until));
    duties
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn dealings() -> Dealings {
        Dealings {
            is_active: Activity::Ended,
            last_entry: None,
            last_identification: None,
            last_change: at("2026-03-01T09:00:00Z"),
        }
    }

    fn sources(dealings: &Dealings, today: &str) -> Vec<&'static str> {
        let duties = duties(dealings, day(today));
        duties.into_iter().map(|duty| duty.source).collect()
    }

    #[test]
    fn ops_02_who_was_never_identified_nor_entered_is_erased_at_once() {
        assert_eq!(sources(&dealings(), "2026-03-01"), [] as [&str; 0]);
    }

    #[test]
    fn ops_02_an_identification_is_kept_to_the_end_of_the_fifth_year_and_no_day_longer() {
        let identified = Dealings {
            last_identification: Some(at("2025-06-01T09:00:00Z")),
            ..dealings()
        };
        assert_eq!(sources(&identified, "2031-12-31"), ["§ 8(4) GwG"]);
        assert_eq!(sources(&identified, "2032-01-01"), [] as [&str; 0]);
    }

    #[test]
    fn ops_02_what_an_entry_rests_on_is_kept_for_ten_years_and_no_day_longer() {
        let entered = Dealings {
            last_entry: Some(at("2026-03-01T09:00:00Z")),
            ..dealings()
        };
        assert_eq!(sources(&entered, "2036-03-01"), ["§ 3(4) eWpRV"]);
        assert_eq!(sources(&entered, "2036-03-02"), [] as [&str; 0]);
    }

    #[test]
    fn ops_02_a_holder_is_not_erased_however_long_ago_it_was_entered() {
        let holder = Dealings {
            is_active: Activity::GoesOn,
            last_entry: Some(at("2001-03-01T09:00:00Z")),
            ..dealings()
        };
        assert_eq!(
            sources(&holder, "2036-03-02"),
            ["§§ 7(3), 16(1), 17(2) eWpG"]
        );
    }
}
