//! Identifiers that the financial world shares: ISIN for securities, LEI for legal persons.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{FieldCode, FieldValue};

/// Why a text is not an ISIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IsinError {
    /// Not twelve characters of the right kinds.
    #[error(
        "An ISIN has two capitals, nine capitals or digits and a check digit, such as DE000BASF111."
    )]
    Form,
    /// A mistyped one.
    #[error("The check digit of this ISIN does not match, so a character may be mistyped.")]
    Checksum,
}

/// An International Securities Identification Number (ISO 6166).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Isin(isin::ISIN);

impl Isin {
    /// The twelve characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The number under which the same asset is tried out: `ZZ`, which is no country's, the national number, and its check digit.
    #[must_use]
    pub fn for_sandbox(&self) -> Self {
        let body = format!("ZZ{}", &self.as_str()[2..11]);
        (0..=9)
            .find_map(|digit| format!("{body}{digit}").parse().ok())
            .expect("one of ten digits is the check digit")
    }

    /// Whether it stands for an asset that is only tried out.
    #[must_use]
    pub fn is_of_sandbox(&self) -> bool {
        self.as_str().starts_with("ZZ")
    }
}

impl FromStr for Isin {
    type Err = IsinError;

    fn from_str(text: &str) -> Result<Self, IsinError> {
        let letters = |part: &[u8]| part.iter().all(u8::is_ascii_uppercase);
        let body = |part: &[u8]| {
            part.iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        let bytes = text.as_bytes();
        if bytes.len() != 12
            || !letters(&bytes[..2])
            || !body(&bytes[2..11])
            || !bytes[11].is_ascii_digit()
        {
            return Err(IsinError::Form);
        }
        isin::parse(text).map(Self).map_err(|_| IsinError::Checksum)
    }
}

impl fmt::Display for Isin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Isin {
    type Error = IsinError;

    fn try_from(text: String) -> Result<Self, IsinError> {
        text.parse()
    }
}

impl From<Isin> for String {
    fn from(isin: Isin) -> String {
        isin.as_str().to_owned()
    }
}

impl FieldValue for Isin {
    fn code(error: &IsinError) -> FieldCode {
        match error {
            IsinError::Form => FieldCode::InvalidFormat,
            IsinError::Checksum => FieldCode::InvalidChecksum,
        }
    }
}

/// Why a text is not an LEI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeiError {
    /// Not twenty characters of the right kinds.
    #[error("An LEI has 18 capitals or digits and two check digits, such as 529900T8BM49AURSDO55.")]
    Form,
    /// A mistyped one.
    #[error("The check digits of this LEI do not match, so a character may be mistyped.")]
    Checksum,
}

/// A Legal Entity Identifier (ISO 17442), checked by MOD 97-10 of ISO 7064.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lei(lei::LEI);

impl FromStr for Lei {
    type Err = LeiError;

    fn from_str(text: &str) -> Result<Self, LeiError> {
        let bytes = text.as_bytes();
        let characters = |part: &[u8]| {
            part.iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        if bytes.len() != 20
            || !characters(&bytes[..18])
            || !bytes[18..].iter().all(u8::is_ascii_digit)
        {
            return Err(LeiError::Form);
        }
        lei::parse(text).map(Self).map_err(|_| LeiError::Checksum)
    }
}

impl fmt::Display for Lei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Lei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lei({})", self.0)
    }
}

impl TryFrom<String> for Lei {
    type Error = LeiError;

    fn try_from(text: String) -> Result<Self, LeiError> {
        text.parse()
    }
}

impl From<Lei> for String {
    fn from(lei: Lei) -> String {
        lei.to_string()
    }
}

impl FieldValue for Lei {
    fn code(error: &LeiError) -> FieldCode {
        match error {
            LeiError::Form => FieldCode::InvalidFormat,
            LeiError::Checksum => FieldCode::InvalidChecksum,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_isin_has_a_check_digit() {
        for text in [
            "US0378331005",
            "DE000BASF111",
            "DE000SKWM021",
            "DE000A3H3K29",
        ] {
            assert_eq!(text.parse::<Isin>().unwrap().as_str(), text);
        }
        assert_eq!("DE000A3H3K20".parse::<Isin>(), Err(IsinError::Checksum));
        for text in [
            "",
            "us0378331005",
            "US037833100",
            "1S0378331005",
            "US037833100X",
            "US03783310ä5",
        ] {
            assert_eq!(text.parse::<Isin>(), Err(IsinError::Form), "{text}");
        }
    }

    #[test]
    fn what_is_tried_out_has_a_number_that_no_country_gives() {
        let real: Isin = "DE000BASF111".parse().unwrap();
        let tried = real.for_sandbox();
        assert!(tried.is_of_sandbox() && !real.is_of_sandbox());
        assert!(tried.as_str().starts_with("ZZ000BASF11"));
        assert_eq!(tried.as_str().parse(), Ok(tried));
    }

    #[test]
    fn an_lei_has_two_check_digits() {
        for text in ["529900T8BM49AURSDO55", "5493001KJTIIGC8Y1R12"] {
            assert_eq!(text.parse::<Lei>().unwrap().to_string(), text);
        }
        assert_eq!(
            "529900T8BM49AURSDO56".parse::<Lei>(),
            Err(LeiError::Checksum)
        );
        for text in [
            "",
            "529900t8bm49aursdo55",
            "529900T8BM49AURSDO5",
            "529900T8BM49AURSDOAA",
        ] {
            assert_eq!(text.parse::<Lei>(), Err(LeiError::Form), "{text}");
        }
    }
}
