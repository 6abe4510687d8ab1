//! The reference that an investor writes on the transfer, so that the payment finds its investment.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const PREFIX: &str = "CL";
/// Crockford's alphabet: without I, L, O and U, which are taken for digits or make words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 10;
const BASE: u8 = 32;

/// Why a text is not a payment reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaymentReferenceError {
    /// Not CL and ten characters.
    #[error("A payment reference is CL followed by ten digits and capitals (never I, L, O or U).")]
    Form,
    /// A mistyped one.
    #[error(
        "The last character of this payment reference does not match the others, so one may be mistyped."
    )]
    Checksum,
}

/// CL, nine random characters (45 bits) and a check character. Storage sees to it that no two are alike in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaymentReference([u8; CHARACTERS]);

impl PaymentReference {
    /// Makes a reference of random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 6]) -> Self {
        let [a, b, c, d, e, f] = bytes;
        let mut bits = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        let mut values = [0; CHARACTERS];
        for value in &mut values[..CHARACTERS - 1] {
            *value = u8::try_from(bits % 32).expect("a remainder of 32 fits a byte");
            bits /= 32;
        }
        values[CHARACTERS - 1] = check_value(&values[..CHARACTERS - 1]);
        Self(values.map(|value| ALPHABET[usize::from(value)]))
    }
}

impl FromStr for PaymentReference {
    type Err = PaymentReferenceError;

    /// Reads a reference as a person or a bank may have copied it: with spaces or hyphens, in small letters, O for 0 and I or L for 1.
    fn from_str(text: &str) -> Result<Self, PaymentReferenceError> {
        let bare: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-'))
            .collect::<String>()
            .to_ascii_uppercase();
        let characters = bare
            .strip_prefix(PREFIX)
            .ok_or(PaymentReferenceError::Form)?
            .as_bytes();
        let values = characters
            .iter()
            .map(|byte| value_of(*byte))
            .collect::<Option<Vec<u8>>>();
        let values: [u8; CHARACTERS] = values
            .and_then(|values| values.try_into().ok())
            .ok_or(PaymentReferenceError::Form)?;
        if check_value(&values[..CHARACTERS - 1]) != values[CHARACTERS - 1] {
            return Err(PaymentReferenceError::Checksum);
        }
        Ok(Self(values.map(|value| ALPHABET[usize::from(value)])))
    }
}

impl fmt::Display for PaymentReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{PREFIX}{}",
            std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
        )
    }
}

impl TryFrom<String> for PaymentReference {
    type Error = PaymentReferenceError;

    fn try_from(text: String) -> Result<Self, PaymentReferenceError> {
        text.parse()
    }
}

impl From<PaymentReference> for String {
    fn from(reference: PaymentReference) -> String {
        reference.to_string()
    }
}

impl crate::FieldValue for PaymentReference {
    fn code(error: &PaymentReferenceError) -> crate::FieldCode {
        match error {
            PaymentReferenceError::Form => crate::FieldCode::InvalidFormat,
            PaymentReferenceError::Checksum => crate::FieldCode::InvalidChecksum,
        }
    }
}

fn value_of(byte: u8) -> Option<u8> {
    let meant = match byte {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    let index = ALPHABET.iter().position(|known| *known == meant)?;
    u8::try_from(index).ok()
}

/// The hybrid system of ISO 7064 with 32 characters (as MOD 11,10 with ten): every single wrong character is noticed.
fn check_value(values: &[u8]) -> u8 {
    let product = values.iter().fold(BASE, |product, value| {
        let sum = (product + value) % BASE;
        (if sum == 0 { BASE } else { sum }) * 2 % (BASE + 1)
    });
    (BASE + 1 - product) % BASE
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reference_is_read_as_people_copy_it() {
        let reference = PaymentReference::from_random([0; 6]);
        let shown = reference.to_string();
        assert_eq!(shown.len(), 12);
        for copied in [
            shown.to_lowercase(),
            format!("{} {}", &shown[..6], &shown[6..]),
            shown.replace('0', "O"),
        ] {
            assert_eq!(copied.parse(), Ok(reference), "{copied}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "CL",
            "CL123456789",
            "XX0123456789",
            "CL01234U6789",
            "CL0123456789A",
            "CLäöü",
        ] {
            assert_eq!(
                text.parse::<PaymentReference>(),
                Err(PaymentReferenceError::Form),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_reference_is_read_as_it_is_shown(bytes: [u8; 6]) {
            let reference = PaymentReference::from_random(bytes);
            prop_assert_eq!(reference.to_string().parse(), Ok(reference));
        }

        #[test]
        fn every_single_wrong_character_is_noticed(bytes: [u8; 6], place in 0..CHARACTERS, wrong in 0_usize..32) {
            let mut characters = PaymentReference::from_random(bytes).0;
            prop_assume!(characters[place] != ALPHABET[wrong]);
            characters[place] = ALPHABET[wrong];
            let text = PaymentReference(characters).to_string();
            prop_assert_eq!(text.parse::<PaymentReference>(), Err(PaymentReferenceError::Checksum));
        }
    }
}
