//! Countries of ISO 3166-1, by their three-letter codes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not a country's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A country is one of the three-letter codes of ISO 3166-1 in capitals, such as DEU.")]
pub struct CountryError;

/// A country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 3]);

impl Country {
    /// The three-letter code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a country's code is ASCII")
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| CountryError)?;
        let known = rust_iso3166::from_alpha3(text).is_some_and(|country| country.alpha3 == text);
        if known {
            Ok(Self(code))
        } else {
            Err(CountryError)
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, CountryError> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> String {
        country.code().to_owned()
    }
}

impl crate::FieldValue for Country {
    fn code(_: &CountryError) -> crate::FieldCode {
        crate::FieldCode::UnknownValue
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_codes_of_the_standard_are_countries() {
        assert_eq!("DEU".parse::<Country>().unwrap().to_string(), "DEU");
        for text in ["", "DE", "deu", "GER", "Germany", "ÄÄ"] {
            assert_eq!(text.parse::<Country>(), Err(CountryError), "{text}");
        }
    }
}
