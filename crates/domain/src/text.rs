//! Free text and lists of spelled-out codes, as the fields of a request carry them.

use crate::{FieldCode, FieldErrors};

/// No name, street or number in the field is longer.
pub const LONGEST_TEXT: usize = 255;

/// A text is not one of a closed list of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is one of {0}.")]
pub struct UnknownCode(
    /// The codes that exist, separated by commas.
    pub &'static str,
);

/// Notes if a required text is empty, too long or has control characters.
pub fn check_text(errors: &mut FieldErrors, field: &str, text: &str) {
    if text.trim().is_empty() {
        errors.push(field, FieldCode::Missing, "This field needs a text.");
    } else if text.chars().count() > LONGEST_TEXT {
        errors.push(
            field,
            FieldCode::TooLong,
            format!("This text has at most {LONGEST_TEXT} characters."),
        );
    } else if text.chars().any(char::is_control) {
        errors.push(
            field,
            FieldCode::InvalidFormat,
            "This text is one line without control characters.",
        );
    }
}

/// Notes if a text that may be absent is there but not as it should be.
pub fn check_optional_text(errors: &mut FieldErrors, field: &str, text: Option<&str>) {
    if let Some(text) = text {
        check_text(errors, field, text);
    }
}

/// Notes if a telephone number cannot be one: digits and the marks that people write between them.
pub fn check_phone(errors: &mut FieldErrors, field: &str, phone: Option<&str>) {
    let Some(phone) = phone else { return };
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let known = phone
        .chars()
        .all(|c| c.is_ascii_digit() || " +-/().".contains(c));
    if !known || !(3..=20).contains(&digits) || phone.len() > 40 {
        errors.push(
            field,
            FieldCode::InvalidFormat,
            "A telephone number has 3 to 20 digits, with spaces or the marks + - / ( ) . between them, such as +49 123 456 789.",
        );
    }
}

/// Notes if a tax number cannot be one. Its check digits differ by country and many are not published, so only the shape is judged.
pub fn check_tax_number(errors: &mut FieldErrors, field: &str, number: Option<&str>) {
    let Some(number) = number else { return };
    let known = number
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || " -/.".contains(c));
    if !known || number.trim().is_empty() || number.len() > 32 {
        errors.push(
            field,
            FieldCode::InvalidFormat,
            "A tax number has 1 to 32 letters and digits, with spaces or the marks - / . between them.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(check: impl Fn(&mut FieldErrors)) -> Vec<FieldCode> {
        let mut errors = FieldErrors::new();
        check(&mut errors);
        errors.as_slice().iter().map(|error| error.code).collect()
    }

    #[test]
    fn a_text_is_one_line_that_says_something() {
        assert!(codes(|errors| check_text(errors, "city", "Bad Vöslau")).is_empty());
        assert_eq!(
            codes(|errors| check_text(errors, "city", "  ")),
            [FieldCode::Missing]
        );
        assert_eq!(
            codes(|errors| check_text(errors, "city", "a\nb")),
            [FieldCode::InvalidFormat]
        );
        assert_eq!(
            codes(|errors| check_text(errors, "city", &"a".repeat(256))),
            [FieldCode::TooLong]
        );
    }

    #[test]
    fn the_numbers_of_the_published_examples_are_accepted() {
        for phone in ["+49 123 456 789", "0173 2093790"] {
            assert!(
                codes(|errors| check_phone(errors, "phone", Some(phone))).is_empty(),
                "{phone}"
            );
        }
        assert!(codes(|errors| check_tax_number(errors, "tax", Some("12345678"))).is_empty());
    }

    #[test]
    fn what_cannot_be_a_number_is_refused() {
        for phone in ["", "12", "call me", "+49 123 456 789 ext. 5"] {
            assert_eq!(
                codes(|errors| check_phone(errors, "phone", Some(phone))).len(),
                1,
                "{phone}"
            );
        }
        for number in ["", " ", "number: 5", "12345678901234567890123456789012345"] {
            assert_eq!(
                codes(|errors| check_tax_number(errors, "tax", Some(number))).len(),
                1,
                "{number}"
            );
        }
    }
}
