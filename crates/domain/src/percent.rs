//! Percentages, exact to the basis point.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A percentage is a number from 0 to 100 with at most two decimal places, such as 2.5.")]
pub struct PercentError;

/// A percentage from 0 to 100 in hundredths of a percent (basis points).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Percent(u16);

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many hundredths of a percent, at most 10,000.
    pub const fn from_basis_points(basis_points: u16) -> Result<Self, PercentError> {
        if basis_points <= 10_000 {
            Ok(Self(basis_points))
        } else {
            Err(PercentError)
        }
    }

    /// Hundredths of a percent.
    #[must_use]
    pub const fn basis_points(self) -> u16 {
        self.0
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        // Zeros beyond the second place say nothing; any other digit there would be lost.
        let places = if fraction.len() > 2 {
            fraction.trim_end_matches('0')
        } else {
            fraction
        };
        if !digits(whole) || !digits(fraction) || whole.len() > 3 || places.len() > 2 {
            return Err(PercentError);
        }
        let basis_points = format!("{whole}{places:0<2}")
            .parse()
            .map_err(|_| PercentError)?;
        Self::from_basis_points(basis_points)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, rest) if rest % 10 == 0 => write!(f, "{whole}.{}", rest / 10),
            (whole, rest) => write!(f, "{whole}.{rest:02}"),
        }
    }
}

impl TryFrom<String> for Percent {
    type Error = PercentError;

    fn try_from(text: String) -> Result<Self, PercentError> {
        text.parse()
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> String {
        percent.to_string()
    }
}

impl crate::FieldValue for Percent {
    fn code(_: &PercentError) -> crate::FieldCode {
        crate::FieldCode::InvalidFormat
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_percentage_is_exact() {
        for (text, basis_points) in [
            ("0", 0),
            ("2.5", 250),
            ("2.50", 250),
            ("0.05", 5),
            ("100", 10_000),
            ("1.5000", 150),
        ] {
            assert_eq!(
                text.parse::<Percent>().unwrap().basis_points(),
                basis_points,
                "{text}"
            );
        }
        for text in [
            "", ".", "2.", ".5", "-1", "+1", "2,5", "100.01", "2.505", "1e1", "9999", " 2",
        ] {
            assert_eq!(text.parse::<Percent>(), Err(PercentError), "{text}");
        }
    }

    #[test]
    fn every_percentage_is_read_as_it_is_shown() {
        for basis_points in 0..=10_000 {
            let percent = Percent::from_basis_points(basis_points).unwrap();
            assert_eq!(percent.to_string().parse(), Ok(percent));
        }
    }
}
