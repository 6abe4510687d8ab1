//! The languages in which the network writes to people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text names no language that the network writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A language is de or en.")]
pub struct LanguageError;

/// A language in which the network writes to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// ISO 639-1 `de`.
    #[default]
    #[serde(rename = "de")]
    German,
    /// ISO 639-1 `en`.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// ISO 639-1.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
        }
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, LanguageError> {
        match text {
            "de" => Ok(Self::German),
            "en" => Ok(Self::English),
            _ => Err(LanguageError),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        for language in [Language::German, Language::English] {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        assert_eq!("fr".parse::<Language>(), Err(LanguageError));
    }
}
