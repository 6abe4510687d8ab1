//! Amounts of money: whole numbers with a scale, never floating point.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Currency, Percent, Units};

/// Finer prices do not occur, and 10^12 fits every product below.
const MOST_DECIMALS: u8 = 12;
const BASIS_POINTS: i128 = 10_000;

/// Why an amount cannot be represented or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The scale is too fine.
    #[error("An amount has at most {MOST_DECIMALS} decimals.")]
    Decimals,
    /// The text is not a whole number of the scale's smallest parts.
    #[error(
        "An amount is a whole number written as text, such as 40000 with 2 decimals for 400.00."
    )]
    Amount,
    /// The result does not fit 64 bits.
    #[error("The amount is too large.")]
    Overflow,
    /// Two amounts of different currency or scale.
    #[error("Only amounts of the same currency and scale can be added.")]
    Different,
}

/// An amount of money: `amount` / 10^`decimals` in the currency. Two amounts are equal if written alike; see [`Money::same_value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    amount: i64,
    decimals: u8,
    currency: Currency,
}

impl Money {
    /// An amount in parts of 10^-decimals, with at most 12 decimals.
    pub const fn new(amount: i64, decimals: u8, currency: Currency) -> Result<Self, MoneyError> {
        if decimals > MOST_DECIMALS {
            return Err(MoneyError::Decimals);
        }
        Ok(Self {
            amount,
            decimals,
            currency,
        })
    }

    /// Reads the three fields of a money object; the amount is a whole number as text.
    pub fn parse(amount: &str, decimals: u8, currency: Currency) -> Result<Self, MoneyError> {
        let digits = amount.strip_prefix('-').unwrap_or(amount);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MoneyError::Amount);
        }
        Self::new(
            amount.parse().map_err(|_| MoneyError::Overflow)?,
            decimals,
            currency,
        )
    }

    /// The whole number of smallest parts.
    #[must_use]
    pub const fn amount(self) -> i64 {
        self.amount
    }

    /// How many decimal places the amount has.
    #[must_use]
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// What so many units at this price cost in hundredths of the currency, rounded down; the largest number if it is beyond.
    #[must_use]
    pub fn hundredths(self, units: Units) -> i64 {
        let total = i128::from(self.amount()) * i128::from(units.get());
        let cents = match self.decimals() {
            0 => total * 100,
            1 => total * 10,
            decimals => total / 10_i128.pow(u32::from(decimals - 2)),
        };
        i64::try_from(cents).unwrap_or(i64::MAX)
    }

    /// Whether there is anything to pay.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.amount > 0
    }

    /// Whether both are worth the same, whatever their scale: EUR 1.5 and EUR 1.50 are.
    #[must_use]
    pub fn same_value(self, other: Self) -> bool {
        let scale = self.decimals.max(other.decimals);
        self.currency == other.currency && self.at_scale(scale) == other.at_scale(scale)
    }

    /// The sum of two amounts of the same currency and scale.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency || self.decimals != other.decimals {
            return Err(MoneyError::Different);
        }
        let amount = self
            .amount
            .checked_add(other.amount)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// The price of so many units, exactly.
    pub fn times(self, units: Units) -> Result<Self, MoneyError> {
        let amount = self
            .amount
            .checked_mul(units.as_i64())
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// The amount with the agio on top, as it has to be paid: the agio is computed on the exact amount, and the sum is rounded
    /// half up to the currency's minor unit (cents for EUR). The result has at least the minor unit's decimals.
    pub fn plus_agio(self, agio: Percent) -> Result<Self, MoneyError> {
        let decimals = self.decimals.max(self.currency.minor_digits());
        let exact = self.at_scale(decimals) * (BASIS_POINTS + i128::from(agio.basis_points()));
        let minor_unit = power_of_ten(decimals - self.currency.minor_digits());
        let rounded = divide_half_up(exact, BASIS_POINTS * minor_unit) * minor_unit;
        let amount = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
        Ok(Self {
            amount,
            decimals,
            currency: self.currency,
        })
    }

    /// The amount in parts of a finer scale. 2^63 · 10^12 · 20,000 is below 2^127, so nothing here overflows.
    fn at_scale(self, decimals: u8) -> i128 {
        i128::from(self.amount) * power_of_ten(decimals - self.decimals)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let decimals = usize::from(self.decimals);
        let digits = format!(
            "{:0>width$}",
            self.amount.unsigned_abs(),
            width = decimals + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let point = if decimals == 0 { "" } else { "." };
        write!(f, "{} {sign}{whole}{point}{fraction}", self.currency)
    }
}

fn power_of_ten(exponent: u8) -> i128 {
    10_i128.pow(u32::from(exponent))
}

fn divide_half_up(dividend: i128, divisor: i128) -> i128 {
    (2 * dividend + divisor).div_euclid(2 * divisor)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn euro(amount: i64, decimals: u8) -> Money {
        Money::new(amount, decimals, Currency::EUR).unwrap()
    }

    fn percent(text: &str) -> Percent {
        text.parse().unwrap()
    }

    #[test]
    fn an_amount_is_shown_with_its_scale() {
        assert_eq!(euro(40_000_000, 3).to_string(), "EUR 40000.000");
        assert_eq!(euro(-5, 2).to_string(), "EUR -0.05");
        assert_eq!(euro(7, 0).to_string(), "EUR 7");
    }

    #[test]
    fn an_amount_is_read_as_a_whole_number() {
        assert_eq!(
            Money::parse("40000000", 3, Currency::EUR),
            Ok(euro(40_000_000, 3))
        );
        for text in ["", "-", "1.5", "+1", "1e3", " 1"] {
            assert_eq!(
                Money::parse(text, 2, Currency::EUR),
                Err(MoneyError::Amount),
                "{text}"
            );
        }
        assert_eq!(
            Money::parse("9223372036854775808", 2, Currency::EUR),
            Err(MoneyError::Overflow)
        );
        assert_eq!(Money::new(1, 13, Currency::EUR), Err(MoneyError::Decimals));
    }

    #[test]
    fn the_agio_comes_on_top_and_the_sum_is_rounded_half_up() {
        assert_eq!(
            euro(100_000, 2).plus_agio(percent("2.5")),
            Ok(euro(102_500, 2))
        );
        assert_eq!(
            euro(10, 2).plus_agio(percent("5")),
            Ok(euro(11, 2)),
            "10.5 cents are 11"
        );
        assert_eq!(euro(10, 2).plus_agio(percent("4.99")), Ok(euro(10, 2)));
        assert_eq!(
            euro(1_000, 0).plus_agio(percent("1.5")),
            Ok(euro(101_500, 2)),
            "cents are needed"
        );
        assert_eq!(
            euro(375, 3).plus_agio(Percent::ZERO),
            Ok(euro(380, 3)),
            "37.5 cents cannot be paid"
        );
    }

    #[test]
    fn scales_are_kept_apart_and_can_be_compared() {
        assert!(euro(15, 1).same_value(euro(150, 2)));
        assert_ne!(euro(15, 1), euro(150, 2));
        assert_eq!(
            euro(15, 1).checked_add(euro(150, 2)),
            Err(MoneyError::Different)
        );
        assert_eq!(
            euro(i64::MAX, 2).checked_add(euro(1, 2)),
            Err(MoneyError::Overflow)
        );
    }

    proptest! {
        #[test]
        fn the_agio_is_within_half_a_cent(cents in 0_i64..1_000_000_000_000, basis_points in 0_u16..=10_000) {
            let agio = Percent::from_basis_points(basis_points).unwrap();
            let total = euro(cents, 2).plus_agio(agio).unwrap().amount();
            let exact = i128::from(cents) * (10_000 + i128::from(basis_points));
            let error = i128::from(total) * 10_000 - exact;
            prop_assert!((-5_000..=5_000).contains(&error) && error != -5_000);
        }

        #[test]
        fn no_amount_panics(amount: i64, decimals in 0_u8..=12, units: u32, basis_points in 0_u16..=10_000) {
            let units = Units::new(units.into()).unwrap();
            let _ = euro(amount, decimals).times(units);
            let _ = euro(amount, decimals).plus_agio(Percent::from_basis_points(basis_points).unwrap());
        }
    }
}
