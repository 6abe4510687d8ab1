//! Problems as a German page says them. The API stays English; its codes are what the two have in common.

mod codes;
mod fields;
mod refusals;

use domain::Refusal;
use registry::Error;
use wire::Problem;

/// An error in German.
pub(crate) fn error(error: &Error) -> Problem {
    let mut problem = self::problem(&error.to_problem());
    if let Error::Refused(refusal) = error
        && !matches!(refusal, Refusal::InvalidFields(_))
        && let Some(sentence) = refusals::sentence(refusal)
    {
        for error in &mut problem.errors {
            error.message.clone_from(&sentence);
        }
        problem.detail = sentence;
    }
    problem
}

/// A problem in German, as far as its codes tell.
pub(crate) fn problem(problem: &Problem) -> Problem {
    let mut german = problem.clone();
    let Some(code) = problem.known_code() else {
        return german;
    };
    let (title, sentence) = codes::texts(code);
    german.title = title.to_owned();
    german.detail = sentence.to_owned();
    let is_about_fields = code == wire::ProblemCode::InvalidBody;
    for error in &mut german.errors {
        // A rule's refusal names the field that it is about; what is wrong is the refusal.
        error.message = match fields::sentence(&error.field, &error.code) {
            Some(said) if is_about_fields => said.to_owned(),
            _ => sentence.to_owned(),
        };
    }
    german
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::Units;
    use wire::{FieldCode, FieldError, ProblemCode};

    use super::*;

    #[test]
    fn every_code_has_a_title_and_a_sentence_of_its_own() {
        let mut titles = std::collections::BTreeSet::new();
        for code in ProblemCode::ALL {
            let said = problem(&Problem::new(*code, "x"));
            assert!(
                titles.insert(said.title.clone()),
                "{} is there twice",
                said.title
            );
            assert!(said.detail.ends_with('.'), "{}", said.detail);
            assert_ne!(said.title, code.title());
            assert_eq!(
                (said.code, said.status),
                (code.as_str().to_owned(), code.status())
            );
        }
    }

    #[test]
    fn a_rule_names_the_figures_of_the_case() {
        let units = |number| Units::new(number).unwrap();
        let refused = Error::Refused(Refusal::AllocationExceeded {
            units: units(7),
            available: units(3),
        });
        let said = error(&refused);
        assert_eq!(said.title, "Das Kontingent ist ausgeschöpft");
        assert_eq!(said.detail, "Es sind noch 3 Stück frei, nicht 7.");
        assert_eq!(said.errors[0].message, said.detail);
    }

    #[test]
    fn fields_say_what_is_wrong_with_them() {
        let english = Problem::new(ProblemCode::InvalidBody, "x")
            .with_error(FieldError::new("iban", FieldCode::InvalidChecksum, "y"))
            .with_error(FieldError::new("reason", FieldCode::Missing, "z"));
        let said: Vec<String> = problem(&english)
            .errors
            .into_iter()
            .map(|error| error.message)
            .collect();
        assert_eq!(
            said,
            [
                "Die Prüfziffern stimmen nicht; prüfen Sie auf Tippfehler.",
                "Nennen Sie den Grund."
            ]
        );
    }
}
