//! What a password must be like (NIST SP 800-63B 5.1.1: length and not a common one, no rules about kinds of characters).

use crate::{FieldCode, FieldErrors};

/// Characters at least.
pub const SHORTEST: usize = 12;
/// Characters at most; enough for a sentence, and a limit to what is hashed.
pub const LONGEST: usize = 128;

/// Beginnings that guessers try first and that people make long by repeating them or adding digits.
const COMMON: [&str; 16] = [
    "password",
    "passwort",
    "qwertz",
    "qwerty",
    "123456",
    "abcdef",
    "letmein",
    "willkommen",
    "welcome",
    "iloveyou",
    "hallo",
    "geheim",
    "secret",
    "changeme",
    "cashlink",
    "admin",
];

/// Notes if a new password cannot be accepted. `known` are words that a guesser knows about the person: its name, its address.
pub fn check(errors: &mut FieldErrors, field: &str, password: &str, known: &[&str]) {
    let length = password.chars().count();
    if length == 0 {
        errors.missing(field);
    } else if length < SHORTEST {
        errors.push(
            field,
            FieldCode::OutOfRange,
            format!("A password has at least {SHORTEST} characters; several words are easy to keep in mind."),
        );
    } else if length > LONGEST {
        errors.push(
            field,
            FieldCode::TooLong,
            format!("A password has at most {LONGEST} characters."),
        );
    } else if is_guessable(password, known) {
        errors.push(
            field,
            FieldCode::OutOfRange,
            "This password is easily guessed; take several words that have nothing to do with you.",
        );
    }
}

fn is_guessable(password: &str, known: &[&str]) -> bool {
    let lower = password.to_lowercase();
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    // What remains when the guessable word is taken out must still be a password's worth of unlike characters.
    let is_most = |word: &str| {
        let rest = lower.replace(word, "");
        rest.chars().filter(|c| c.is_alphabetic()).count() < SHORTEST / 2
    };
    let words = known
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 4)
        .map(str::to_lowercase);
    distinct.len() < 5
        || COMMON
            .iter()
            .any(|word| lower.contains(word) && is_most(word))
        || words
            .into_iter()
            .any(|word| lower.contains(&word) && is_most(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<FieldCode> {
        let mut errors = FieldErrors::new();
        let known = ["Erika Mustermann", "erika.mustermann@example.com"];
        check(&mut errors, "password", password, &known);
        errors.as_slice().first().map(|error| error.code)
    }

    #[test]
    fn several_words_are_a_password() {
        for password in [
            "correct horse battery",
            "Kranich über dem Moor",
            "xK3#vQ9!tZ7$",
        ] {
            assert_eq!(code(password), None, "{password}");
        }
    }

    #[test]
    fn what_a_guesser_tries_first_is_none() {
        for password in [
            "passwort1234",
            "Password-2026!",
            "qwertz123456",
            "aaaaaaaaaaaaaaaa",
            "Mustermann2026",
            "ERIKA-erika-1",
        ] {
            assert_eq!(code(password), Some(FieldCode::OutOfRange), "{password}");
        }
        assert_eq!(code("short"), Some(FieldCode::OutOfRange));
        assert_eq!(code(""), Some(FieldCode::Missing));
        assert_eq!(code(&"ab cd ef ".repeat(20)), Some(FieldCode::TooLong));
    }
}
