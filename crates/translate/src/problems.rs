//! The domain's refusals as public problems: one code each, in one list with everything else that can be refused.

use domain::{FieldErrors, Refusal};
use wire::{FieldCode, FieldError, Problem, ProblemCode};

/// A refusal of the rules.
pub fn refusal(refusal: &Refusal) -> Problem {
    if let Refusal::InvalidFields(errors) = refusal {
        return fields(errors);
    }
    let code = ProblemCode::find(refusal.code()).unwrap_or(ProblemCode::Conflict);
    let problem = Problem::new(code, refusal.message());
    match refusal.field() {
        Some(field) => problem.with_error(FieldError::new(
            field,
            FieldCode::OutOfRange,
            refusal.message(),
        )),
        None => problem,
    }
}

/// Fields that cannot be accepted.
pub fn fields(errors: &FieldErrors) -> Problem {
    let names: Vec<_> = errors
        .as_slice()
        .iter()
        .map(|error| error.field.as_str())
        .collect();
    let mut problem = Problem::new(
        ProblemCode::InvalidBody,
        format!("These fields cannot be accepted: {}.", names.join(", ")),
    );
    problem.errors = errors
        .as_slice()
        .iter()
        .map(|error| FieldError {
            field: error.field.clone(),
            code: error.code.as_str().to_owned(),
            message: error.message.clone(),
        })
        .collect();
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_rules_is_in_the_public_catalogue() {
        for code in Refusal::codes() {
            assert!(
                ProblemCode::find(code).is_some(),
                "{code} is not in the catalogue"
            );
        }
    }

    #[test]
    fn every_field_code_of_the_rules_is_public() {
        for code in domain::FieldCode::ALL {
            let text = code.as_str();
            assert!(
                serde_json::from_value::<FieldCode>(text.into()).is_ok(),
                "{text} is not public"
            );
        }
    }
}
