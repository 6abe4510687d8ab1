//! Days of the calendar, and where they begin and end in Berlin.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use super::{BERLIN, FIRST_MICROS, LAST_MICROS, Timestamp, fits};

/// The text is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A date is a day of the calendar written as year-month-day, such as 2026-11-22.")]
pub struct DateError;

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(jiff::civil::Date);

impl Date {
    /// The day, if the calendar has it.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, DateError> {
        if year < 1 {
            return Err(DateError);
        }
        jiff::civil::Date::new(year, month, day)
            .map(Self)
            .map_err(|_| DateError)
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        if !fits(text.as_bytes(), b"0000-00-00") {
            return Err(DateError);
        }
        let date: jiff::civil::Date = text.parse().map_err(|_| DateError)?;
        Self::new(date.year(), date.month(), date.day())
    }

    /// The day of a moment, whose year is within 1 to 9999 already.
    pub(super) const fn of_moment(date: jiff::civil::Date) -> Self {
        Self(date)
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// So many days later (earlier if negative), within the years 1 to 9999.
    #[must_use]
    pub fn add_days(self, days: i64) -> Self {
        self.add(jiff::Span::new().try_days(days), days < 0)
    }

    /// The same day so many months later (earlier if negative); the month's last day if it is shorter.
    #[must_use]
    pub fn add_months(self, months: i64) -> Self {
        self.add(jiff::Span::new().try_months(months), months < 0)
    }

    /// The first moment of this day in Berlin.
    #[must_use]
    pub fn start_of_day_berlin(self) -> Timestamp {
        match self.0.to_zoned(BERLIN.clone()) {
            Ok(start) => Timestamp::from_micros(start.timestamp().as_microsecond()),
            Err(_) => Timestamp::from_micros(if self.year() == 1 {
                FIRST_MICROS
            } else {
                LAST_MICROS
            }),
        }
    }

    /// The first moment in Berlin at which this day is over. A day has 23 or 25 hours when the clocks change.
    #[must_use]
    pub fn end_of_day_berlin(self) -> Timestamp {
        match self.0.checked_add(1.day()) {
            Ok(next) => Date(next).start_of_day_berlin(),
            Err(_) => Timestamp::from_micros(LAST_MICROS),
        }
    }

    fn add(self, span: Result<jiff::Span, jiff::Error>, backwards: bool) -> Self {
        let first = jiff::civil::Date::constant(1, 1, 1);
        let moved = span.and_then(|span| self.0.checked_add(span));
        Self(
            moved
                .unwrap_or(if backwards {
                    first
                } else {
                    jiff::civil::Date::MAX
                })
                .max(first),
        )
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        Self::parse(&text)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

impl crate::FieldValue for Date {
    fn code(_: &DateError) -> crate::FieldCode {
        crate::FieldCode::InvalidFormat
    }
}
