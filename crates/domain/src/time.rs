//! Moments in UTC and civil days in Berlin: the first order events, the second carry statutory deadlines.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

mod date;

pub use date::{Date, DateError};

/// Statutory days are counted here, whatever the machine's own zone.
static BERLIN: TimeZone = jiff::tz::get!("Europe/Berlin");

/// 0001-01-01T00:00:00Z, the earliest moment that RFC 3339 can write.
const FIRST_MICROS: i64 = -62_135_596_800_000_000;
/// 9999-12-30T21:59:59.999999Z, the latest moment with a civil date in every zone.
const LAST_MICROS: i64 = 253_402_207_199_999_999;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// The text is not a moment in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "A timestamp is written as in RFC 3339 with its offset, such as 2026-11-22T15:04:05Z or 2026-11-22T16:04:05.123+01:00."
)]
pub struct TimestampError;

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment so many microseconds after the Unix epoch; beyond the years 1 to 9999 it is the nearest one within.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < FIRST_MICROS {
            return Self(FIRST_MICROS);
        }
        if micros > LAST_MICROS {
            return Self(LAST_MICROS);
        }
        Self(micros)
    }

    /// The moment so many whole seconds after the Unix epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Microseconds since the Unix epoch, for storage.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// Reads RFC 3339; digits beyond the microsecond are cut off.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        if !has_the_shape_of_rfc_3339(text.as_bytes()) {
            return Err(TimestampError);
        }
        let moment: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        let micros =
            i64::try_from(moment.as_nanosecond().div_euclid(1000)).map_err(|_| TimestampError)?;
        if Self::from_micros(micros).0 == micros {
            Ok(Self(micros))
        } else {
            Err(TimestampError)
        }
    }

    /// So many seconds later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(
            self.0
                .saturating_add(seconds.saturating_mul(MICROS_PER_SECOND)),
        )
    }

    /// So many seconds earlier.
    #[must_use]
    pub const fn minus_seconds(self, seconds: i64) -> Self {
        self.plus_seconds(seconds.saturating_neg())
    }

    /// Seconds from an earlier moment to this one, rounded down; negative if that one is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(MICROS_PER_SECOND)
    }

    /// The day that the calendar in Berlin shows at this moment.
    #[must_use]
    pub fn berlin_date(self) -> Date {
        Date::of_moment(self.jiff().to_zoned(BERLIN.clone()).date())
    }

    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0)
            .expect("every constructor keeps the years 1 to 9999")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Self, TimestampError> {
        Self::parse(&text)
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> String {
        moment.to_string()
    }
}

impl crate::FieldValue for Timestamp {
    fn code(_: &TimestampError) -> crate::FieldCode {
        crate::FieldCode::InvalidFormat
    }
}

/// jiff also reads other notations; a partner who writes one of those has more likely made a mistake.
fn has_the_shape_of_rfc_3339(text: &[u8]) -> bool {
    let Some((start, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let upper = start.to_ascii_uppercase();
    if !fits(&upper, b"0000-00-00T00:00:00") {
        return false;
    }
    let digits = match rest {
        [b'.', fraction @ ..] => {
            fraction
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count()
                + 1
        }
        _ => 0,
    };
    let offset = &rest[digits..];
    digits != 1
        && digits <= 10
        && (matches!(offset, b"Z" | b"z") || fits(offset, b"+00:00") || fits(offset, b"-00:00"))
}

/// Whether the text has a digit wherever the pattern has 0, and elsewhere the pattern's character.
fn fits(text: &[u8], pattern: &[u8]) -> bool {
    let same = |(byte, wanted): (&u8, &u8)| {
        if *wanted == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == wanted
        }
    };
    text.len() == pattern.len() && text.iter().zip(pattern).all(same)
}

#[cfg(test)]
mod tests;
