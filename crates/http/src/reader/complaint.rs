//! The reader's error: serde names the kind of an error by the method it calls, and each kind has its code here.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};
use wire::FieldCode;

use super::extend_path;

/// What is wrong, and where; the path grows on the way out.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) path: String,
    pub(super) code: FieldCode,
    pub(super) message: String,
}

impl Complaint {
    pub(super) fn new(code: FieldCode, message: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            code,
            message: message.into(),
        }
    }

    pub(super) fn below(mut self, part: &str) -> Self {
        self.path = extend_path(part, &self.path);
        self
    }
}

impl Error for Complaint {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(FieldCode::InvalidFormat, message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(FieldCode::InvalidType, format!("must be {expected}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let code = match found {
            Unexpected::Signed(_) | Unexpected::Unsigned(_) | Unexpected::Float(_) => {
                FieldCode::OutOfRange
            }
            _ => FieldCode::InvalidFormat,
        };
        Self::new(code, format!("must be {expected}"))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(FieldCode::InvalidFormat, format!("must be {expected}"))
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        let known = known.join(", ");
        Self::new(FieldCode::UnknownValue, format!("must be one of {known}"))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(FieldCode::UnknownField, "is not known").below(field)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(FieldCode::Missing, "is required").below(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(FieldCode::Duplicate, "is there twice").below(field)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for Complaint {}
