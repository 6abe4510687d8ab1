//! Currencies of ISO 4217.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not a currency's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A currency is one of the three-letter codes of ISO 4217 in capitals, such as EUR.")]
pub struct CurrencyError;

/// A currency in which one can pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency {
    code: [u8; 3],
    minor_digits: u8,
}

impl Currency {
    /// The euro.
    pub const EUR: Self = Self {
        code: *b"EUR",
        minor_digits: 2,
    };

    /// The three-letter code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).expect("a currency's code is ASCII")
    }

    /// How many decimal places the smallest payable amount has.
    #[must_use]
    pub const fn minor_digits(self) -> u8 {
        self.minor_digits
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let known = iso_currency::Currency::from_code(text).ok_or(CurrencyError)?;
        // Gold, drawing rights and test codes have no minor unit: nobody pays in them.
        let digits = known.exponent().ok_or(CurrencyError)?;
        let code = text.as_bytes().try_into().map_err(|_| CurrencyError)?;
        Ok(Self {
            code,
            minor_digits: u8::try_from(digits).map_err(|_| CurrencyError)?,
        })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyError;

    fn try_from(text: String) -> Result<Self, CurrencyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl crate::FieldValue for Currency {
    fn code(_: &CurrencyError) -> crate::FieldCode {
        crate::FieldCode::UnknownValue
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_currency_knows_its_minor_unit() {
        assert_eq!("EUR".parse(), Ok(Currency::EUR));
        assert_eq!("JPY".parse::<Currency>().unwrap().minor_digits(), 0);
        assert_eq!("KWD".parse::<Currency>().unwrap().minor_digits(), 3);
    }

    #[test]
    fn other_codes_are_refused() {
        for text in ["", "eur", "EURO", "QQQ", "XAU", "€"] {
            assert_eq!(text.parse::<Currency>(), Err(CurrencyError), "{text}");
        }
    }
}
