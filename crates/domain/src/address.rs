//! Addresses on an EVM network, with the checksum of EIP-55 that catches a mistyped one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha3::{Digest, Keccak256};

/// Why a text is not an address that can receive units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not 0x and 40 hexadecimal digits.
    #[error("An address is 0x followed by 40 hexadecimal digits.")]
    Form,
    /// Mixed case that is not the checksum of EIP-55.
    #[error(
        "The capitals of this address do not match its checksum (EIP-55), so a character may be mistyped; copy the address again."
    )]
    Checksum,
    /// The zero address or a precompiled contract, from where nothing ever returns.
    #[error("Nobody holds the key of this address; give the address of the investor's own wallet.")]
    Reserved,
}

/// An account on an EVM network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address([u8; 20]);

impl Address {
    /// The account with these bytes, as the chain or our own storage gives them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The 20 bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 20] {
        self.0
    }

    /// Reads an address that a person may have typed: mixed case must pass the checksum, one case alone carries none.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let digits = text.strip_prefix("0x").ok_or(AddressError::Form)?;
        let mut bytes = [0; 20];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| AddressError::Form)?;
        let address = Self(bytes);
        let upper = digits.bytes().any(|byte| byte.is_ascii_uppercase());
        let lower = digits.bytes().any(|byte| byte.is_ascii_lowercase());
        if upper && lower && address.to_string() != text {
            return Err(AddressError::Checksum);
        }
        if address.is_reserved() {
            return Err(AddressError::Reserved);
        }
        Ok(address)
    }

    /// The zero address and the range up to 0xffff, where networks keep their precompiled contracts.
    #[must_use]
    pub fn is_reserved(self) -> bool {
        self.0[..18].iter().all(|byte| *byte == 0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = hex::encode(self.0);
        let hash = Keccak256::digest(digits.as_bytes());
        f.write_str("0x")?;
        for (index, digit) in digits.chars().enumerate() {
            let nibble = if index % 2 == 0 {
                hash[index / 2] >> 4
            } else {
                hash[index / 2] & 0x0f
            };
            let shown = if nibble >= 8 {
                digit.to_ascii_uppercase()
            } else {
                digit
            };
            write!(f, "{shown}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

impl crate::FieldValue for Address {
    fn code(error: &AddressError) -> crate::FieldCode {
        match error {
            AddressError::Form => crate::FieldCode::InvalidFormat,
            AddressError::Checksum => crate::FieldCode::InvalidChecksum,
            AddressError::Reserved => crate::FieldCode::OutOfRange,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// The examples of EIP-55.
    const CHECKSUMMED: [&str; 4] = [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ];

    #[test]
    fn an_address_is_shown_with_its_checksum_however_it_was_written() {
        for text in CHECKSUMMED {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
            assert_eq!(
                Address::parse(&text.to_lowercase()).unwrap().to_string(),
                text
            );
            assert_eq!(
                Address::parse(&format!("0x{}", text[2..].to_uppercase()))
                    .unwrap()
                    .to_string(),
                text
            );
        }
    }

    #[test]
    fn mixed_case_that_misses_the_checksum_is_refused() {
        let text = "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        assert_eq!(Address::parse(text), Err(AddressError::Checksum));
    }

    #[test]
    fn an_address_of_nobody_is_refused() {
        for text in [
            "0x0000000000000000000000000000000000000000",
            "0x000000000000000000000000000000000000fFfF",
        ] {
            assert_eq!(
                Address::parse(&text.to_lowercase()),
                Err(AddressError::Reserved)
            );
        }
        assert!(Address::parse("0x0000000000000000000000000000000000010000").is_ok());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "0x",
            "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg",
            "0xF5...",
        ] {
            assert_eq!(Address::parse(text), Err(AddressError::Form), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_address_is_read_as_it_is_shown(bytes: [u8; 20]) {
            let address = Address::from_bytes(bytes);
            prop_assume!(!address.is_reserved());
            prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
        }
    }
}
