//! Where payments go: IBAN and BIC.

use std::fmt;
use std::str::FromStr;

use iban::IbanLike;
use serde::{Deserialize, Serialize};

use crate::{FieldCode, FieldValue};

/// Why a text is not an IBAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IbanError {
    /// Not the form that its country prescribes.
    #[error(
        "An IBAN is a country code, two check digits and the account as its country writes it, such as DE89370400440532013000."
    )]
    Form,
    /// A mistyped one.
    #[error("The check digits of this IBAN do not match, so a character may be mistyped.")]
    Checksum,
}

/// An International Bank Account Number (ISO 13616), kept in its electronic form without spaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Iban(iban::Iban);

impl Iban {
    /// The electronic form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.electronic_str()
    }
}

impl FromStr for Iban {
    type Err = IbanError;

    /// Reads the electronic form, or the paper form in groups of four.
    fn from_str(text: &str) -> Result<Self, IbanError> {
        text.parse().map(Self).map_err(|error| match error {
            iban::ParseIbanError::InvalidBaseIban {
                source: iban::ParseBaseIbanError::InvalidChecksum,
            } => IbanError::Checksum,
            _ => IbanError::Form,
        })
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Iban {
    /// Without the account, because debug output ends in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iban({}..)", self.0.country_code())
    }
}

impl TryFrom<String> for Iban {
    type Error = IbanError;

    fn try_from(text: String) -> Result<Self, IbanError> {
        text.parse()
    }
}

impl From<Iban> for String {
    fn from(iban: Iban) -> String {
        iban.as_str().to_owned()
    }
}

impl FieldValue for Iban {
    fn code(error: &IbanError) -> FieldCode {
        match error {
            IbanError::Form => FieldCode::InvalidFormat,
            IbanError::Checksum => FieldCode::InvalidChecksum,
        }
    }
}

/// The text is not a BIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "A BIC has 8 or 11 capitals and digits, the fifth and sixth being the bank's country, such as COBADEFF or COBADEFFXXX."
)]
pub struct BicError;

/// A Business Identifier Code (ISO 9362) of a bank.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bic(String);

impl Bic {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Bic {
    type Err = BicError;

    fn from_str(text: &str) -> Result<Self, BicError> {
        let characters = text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !characters || !matches!(text.len(), 8 | 11) {
            return Err(BicError);
        }
        // Kosovo's banks use XK, which ISO 3166 leaves to its users.
        let country = &text[4..6];
        let known = country == "XK" || rust_iso3166::from_alpha2(country).is_some();
        if known {
            Ok(Self(text.to_owned()))
        } else {
            Err(BicError)
        }
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Bic {
    type Error = BicError;

    fn try_from(text: String) -> Result<Self, BicError> {
        text.parse()
    }
}

impl From<Bic> for String {
    fn from(bic: Bic) -> String {
        bic.0
    }
}

impl FieldValue for Bic {
    fn code(_: &BicError) -> FieldCode {
        FieldCode::InvalidFormat
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_iban_is_kept_in_its_electronic_form() {
        for text in ["DE89370400440532013000", "DE89 3704 0044 0532 0130 00"] {
            assert_eq!(
                text.parse::<Iban>().unwrap().to_string(),
                "DE89370400440532013000"
            );
        }
        assert!(
            "DE53500105173569146251".parse::<Iban>().is_ok(),
            "the example of the published guides"
        );
    }

    #[test]
    fn a_wrong_iban_is_refused_by_its_fault() {
        assert_eq!(
            "DE89370400440532013001".parse::<Iban>(),
            Err(IbanError::Checksum)
        );
        for text in [
            "",
            "de89370400440532013000",
            "DE",
            "DE89-3704-0044-0532-0130-00",
        ] {
            assert_eq!(text.parse::<Iban>(), Err(IbanError::Form), "{text}");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_account() {
        let iban: Iban = "DE89370400440532013000".parse().unwrap();
        assert_eq!(format!("{iban:?}"), "Iban(DE..)");
    }

    #[test]
    fn a_bic_names_a_country() {
        for text in ["GENODEF1ERG", "COBADEFF", "NCBVXKPR"] {
            assert_eq!(text.parse::<Bic>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "COBADEF",
            "COBADEFFXX",
            "cobadeff",
            "COBAZZFF",
            "COBÄDEF",
        ] {
            assert_eq!(text.parse::<Bic>(), Err(BicError), "{text}");
        }
    }
}
