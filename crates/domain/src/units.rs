//! Numbers of units of a product.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of units cannot be represented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A number of units is a whole number from 0 to 9223372036854775807.")]
pub struct UnitsError;

/// How many units; whole, never negative, and small enough for the databases' signed 64-bit integers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub struct Units(u64);

impl Units {
    /// None.
    pub const ZERO: Self = Self(0);
    /// More than any issue has.
    pub const MAX: Self = Self(i64::MAX.unsigned_abs());

    /// So many units, up to the largest signed 64-bit integer.
    pub const fn new(units: u64) -> Result<Self, UnitsError> {
        if units <= i64::MAX.unsigned_abs() {
            Ok(Self(units))
        } else {
            Err(UnitsError)
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number, for storage.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0.cast_signed()
    }

    /// Both together, if that can be represented.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) if sum <= i64::MAX.unsigned_abs() => Some(Self(sum)),
            _ => None,
        }
    }

    /// What remains, if there are as many.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// Whether these are whole steps. A step of zero means that there is none.
    #[must_use]
    pub const fn is_multiple_of(self, step: Self) -> bool {
        step.0 == 0 || self.0.is_multiple_of(step.0)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u64> for Units {
    type Error = UnitsError;

    fn try_from(units: u64) -> Result<Self, UnitsError> {
        Self::new(units)
    }
}

impl TryFrom<i64> for Units {
    type Error = UnitsError;

    fn try_from(units: i64) -> Result<Self, UnitsError> {
        u64::try_from(units).map(Self).map_err(|_| UnitsError)
    }
}

impl From<Units> for u64 {
    fn from(units: Units) -> u64 {
        units.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_fit_a_signed_integer() {
        assert_eq!(Units::new(i64::MAX as u64).unwrap().as_i64(), i64::MAX);
        assert_eq!(Units::new(i64::MAX as u64 + 1), Err(UnitsError));
        assert_eq!(Units::try_from(-1_i64), Err(UnitsError));
    }

    proptest! {
        #[test]
        fn what_is_added_can_be_taken_away(a in 0..=i64::MAX, b in 0..=i64::MAX) {
            let (a, b) = (Units::try_from(a).unwrap(), Units::try_from(b).unwrap());
            match a.checked_add(b) {
                Some(sum) => prop_assert_eq!(sum.checked_sub(b), Some(a)),
                None => prop_assert!(a.as_i64().checked_add(b.as_i64()).is_none()),
            }
            prop_assert_eq!(a.checked_sub(b).is_none(), a < b);
        }
    }
}
