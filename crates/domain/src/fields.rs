//! What is wrong with the fields of one request, collected so that a partner sees everything at once.

use std::fmt;
use std::str::FromStr;

/// A value that is written as text in a field of a request.
pub trait FieldValue: FromStr<Err: fmt::Display> {
    /// The stable code for what is wrong with a text that is no such value.
    fn code(error: &Self::Err) -> FieldCode;
}

/// What can be wrong with a field; partners rely on the spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldCode {
    /// The field is required and not there, or empty.
    Missing,
    /// The value is not one of the list.
    UnknownValue,
    /// The text does not have the required form.
    InvalidFormat,
    /// The check digits are wrong.
    InvalidChecksum,
    /// The text or list is too long.
    TooLong,
    /// The value is too small, too large, too early or too late for another one.
    OutOfRange,
    /// The date lies in the future and may not.
    InFuture,
    /// What the field refers to does not exist.
    NotFound,
    /// The value is there twice.
    Duplicate,
    /// The field cannot be changed any more.
    Immutable,
}

impl FieldCode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::Missing,
        Self::UnknownValue,
        Self::InvalidFormat,
        Self::InvalidChecksum,
        Self::TooLong,
        Self::OutOfRange,
        Self::InFuture,
        Self::NotFound,
        Self::Duplicate,
        Self::Immutable,
    ];

    /// The code as partners see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::UnknownValue => "unknown_value",
            Self::InvalidFormat => "invalid_format",
            Self::InvalidChecksum => "invalid_checksum",
            Self::TooLong => "too_long",
            Self::OutOfRange => "out_of_range",
            Self::InFuture => "in_future",
            Self::NotFound => "not_found",
            Self::Duplicate => "duplicate",
            Self::Immutable => "immutable",
        }
    }
}

/// One field that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path from the body's top, such as `bank_account.iban`.
    pub field: String,
    /// What is wrong, for programs.
    pub code: FieldCode,
    /// A sentence that says what would be right.
    pub message: String,
}

/// Every field of a request that cannot be accepted, in the order of the checks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Nothing wrong so far.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Notes that a field cannot be accepted.
    pub fn push(&mut self, field: impl Into<String>, code: FieldCode, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            code,
            message: message.into(),
        });
    }

    /// Notes that a field is missing.
    pub fn missing(&mut self, field: impl Into<String>) {
        self.push(field, FieldCode::Missing, "This field is required.");
    }

    /// Takes over what another check found.
    pub fn extend(&mut self, other: FieldErrors) {
        self.0.extend(other.0);
    }

    /// Reads a field's text, or notes why that is not possible.
    pub fn parse<T: FieldValue>(&mut self, field: &str, text: &str) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(field, T::code(&error), error.to_string());
                None
            }
        }
    }

    /// Reads a field's text if there is one.
    pub fn parse_optional<T: FieldValue>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        text.and_then(|text| self.parse(field, text))
    }

    /// Reads a field's text, which must be there.
    pub fn parse_required<T: FieldValue>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        if text.is_none() {
            self.missing(field);
        }
        self.parse_optional(field, text)
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[FieldError] {
        &self.0
    }

    /// What is wrong, in order.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0
    }

    /// The value that was built if nothing is wrong. A missing value must have left its error here.
    pub fn into_result<T>(self, value: Option<T>) -> Result<T, FieldErrors> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => {
                debug_assert!(!self.0.is_empty(), "a value that is missing left no error");
                Err(self)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Country, Date};

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let mut errors = FieldErrors::new();
        let country: Option<Country> = errors.parse_required("natural_person.country", Some("GER"));
        let birth_date: Option<Date> = errors.parse_required("natural_person.birth_date", None);
        let result = errors.into_result(country.zip(birth_date));
        let found = result.unwrap_err().into_vec();
        assert_eq!(found[0].field, "natural_person.country");
        assert_eq!(found[0].code, FieldCode::UnknownValue);
        assert_eq!(found[1].code, FieldCode::Missing);
    }
}
