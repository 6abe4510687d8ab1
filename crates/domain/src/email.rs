//! Addresses of electronic mail.

use std::fmt;
use std::str::FromStr;

use email_address::Options;
use serde::{Deserialize, Serialize};

/// The text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "An e-mail address is a mailbox at a domain and nothing else, such as peter.parker@example.com."
)]
pub struct EmailAddressError;

/// An e-mail address that can exist; whether it does only a message can tell.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = EmailAddressError;

    fn from_str(text: &str) -> Result<Self, EmailAddressError> {
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        email_address::EmailAddress::parse_with_options(text, options)
            .map_err(|_| EmailAddressError)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EmailAddress {
    /// Without the address, because debug output ends in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailAddressError;

    fn try_from(text: String) -> Result<Self, EmailAddressError> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> String {
        address.0
    }
}

impl crate::FieldValue for EmailAddress {
    fn code(_: &EmailAddressError) -> crate::FieldCode {
        crate::FieldCode::InvalidFormat
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_bare_address_is_one() {
        for text in ["peter.parker@example.com", "p+invest@mail.example.co.uk"] {
            assert_eq!(text.parse::<EmailAddress>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "peter",
            "peter@",
            "@example.com",
            "peter@localhost",
            "Peter <peter@example.com>",
            "peter@[127.0.0.1]",
        ] {
            assert_eq!(
                text.parse::<EmailAddress>(),
                Err(EmailAddressError),
                "{text}"
            );
        }
    }
}
