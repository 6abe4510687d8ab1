//! Which fields of an offer cannot be accepted.

use super::{DocumentType, Offer, QuestionKind};
use crate::text::{check_optional_text, check_text};
use crate::{FieldCode, FieldErrors, LegalForm, Units};

/// Lists of an offer have at most so many entries.
pub const MOST_ENTRIES: usize = 50;
/// Days and years beyond this are mistyped.
const LONGEST_LOCK_IN_DAYS: u32 = 3_650;
const LONGEST_HORIZON_YEARS: u32 = 100;

impl Offer {
    /// Notes every field that cannot be accepted for a product of this form and step.
    pub fn check(&self, errors: &mut FieldErrors, form: LegalForm, step_size: Units) {
        self.check_documents(errors, form);
        self.check_questions(errors);
        self.check_target_market(errors);
        self.register.check(errors, form);
        // What is sold can be passed on.
        let goes_into = |units: &Units| !units.is_zero() && step_size.is_multiple_of(*units);
        if !self.register.denomination.as_ref().is_none_or(goes_into) {
            out_of_range(
                errors,
                "denomination_units",
                "The denomination is at least one unit, and step_size a multiple of it.",
            );
        }
        if self.lock_in_days > LONGEST_LOCK_IN_DAYS {
            out_of_range(
                errors,
                "lock_in_time",
                "Units are locked in for at most 3650 days.",
            );
        }
        if form.is_registered() && self.backup_wallet.is_some() {
            out_of_range(
                errors,
                "backup_wallet_address",
                "The registrar gives the backup wallet of a security under the eWpG; leave this out.",
            );
        }
        if self.minimum_units.is_zero() || !self.minimum_units.is_multiple_of(step_size) {
            out_of_range(
                errors,
                "minimum_units",
                "The smallest investment is at least one unit and a multiple of step_size.",
            );
        }
        if let (Some(opens_at), Some(closes_at)) = (self.opens_at, self.closes_at)
            && closes_at <= opens_at
        {
            out_of_range(
                errors,
                "offering_closes_at",
                "The offer ends after it has begun.",
            );
        }
        if let Some(coupon) = &self.coupon {
            check_optional_text(errors, "coupon.description", coupon.description.as_deref());
        }
        check_list(
            errors,
            "required_document_types",
            self.required_document_types.len(),
        );
        for (index, document_type) in self.required_document_types.iter().enumerate() {
            check_code(
                errors,
                &format!("required_document_types[{index}]"),
                document_type,
            );
        }
    }

    fn check_documents(&self, errors: &mut FieldErrors, form: LegalForm) {
        check_list(errors, "documents", self.documents.len());
        for (index, document) in self.documents.iter().enumerate() {
            let field = format!("documents[{index}].document_type");
            check_optional_text(
                errors,
                &format!("documents[{index}].title"),
                document.title.as_deref(),
            );
            // Each of the two sheets belongs to one of the two laws (regulation, chapter 1).
            let belongs = match document.document_type {
                DocumentType::Vib => form == LegalForm::AssetInvestment,
                DocumentType::Wib => form != LegalForm::AssetInvestment,
                _ => true,
            };
            if !belongs {
                out_of_range(
                    errors,
                    &field,
                    "A VIB is for asset investments, a WIB for securities.",
                );
            }
            let twice = self.documents[..index].iter().any(|other| {
                other.document_type == document.document_type
                    && (document.document_type != DocumentType::Other
                        || other.document == document.document)
            });
            if twice {
                errors.push(
                    field,
                    FieldCode::Duplicate,
                    "There is one document of each type; others have the type OTHER.",
                );
            }
        }
    }

    fn check_questions(&self, errors: &mut FieldErrors) {
        check_list(errors, "questions", self.questions.len());
        for (index, question) in self.questions.iter().enumerate() {
            check_code(errors, &format!("questions[{index}].key"), &question.key);
            check_text(errors, &format!("questions[{index}].text"), &question.text);
            if self.questions[..index]
                .iter()
                .any(|other| other.key == question.key)
            {
                errors.push(
                    format!("questions[{index}].key"),
                    FieldCode::Duplicate,
                    "Each question has a key of its own.",
                );
            }
            let field = format!("questions[{index}].choices");
            let is_choice = question.kind == QuestionKind::Choice;
            if is_choice != (question.choices.len() >= 2) {
                out_of_range(
                    errors,
                    &field,
                    "A question of the kind CHOICE has two or more choices, another has none.",
                );
            }
            check_list(errors, &field, question.choices.len());
            for (number, choice) in question.choices.iter().enumerate() {
                check_text(errors, &format!("{field}[{number}]"), choice);
            }
        }
    }

    fn check_target_market(&self, errors: &mut FieldErrors) {
        let Some(market) = &self.target_market else {
            return;
        };
        if market.client_categories.is_empty() {
            errors.missing("target_market.client_categories");
        }
        if market.horizon_years > LONGEST_HORIZON_YEARS {
            out_of_range(
                errors,
                "target_market.horizon_years",
                "The horizon is at most 100 years.",
            );
        }
        check_optional_text(
            errors,
            "target_market.objectives",
            market.objectives.as_deref(),
        );
        check_optional_text(errors, "target_market.negative", market.negative.as_deref());
    }
}

/// Codes of an open list: capitals or small letters, digits, underscores and hyphens.
pub(crate) fn check_code(errors: &mut FieldErrors, field: &str, code: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !(1..=64).contains(&code.len()) || !code.bytes().all(is_plain) {
        errors.push(
            field,
            FieldCode::InvalidFormat,
            "This has 1 to 64 letters, digits, underscores and hyphens.",
        );
    }
}

fn check_list(errors: &mut FieldErrors, field: &str, length: usize) {
    if length > MOST_ENTRIES {
        errors.push(
            field,
            FieldCode::TooLong,
            format!("This list has at most {MOST_ENTRIES} entries."),
        );
    }
}

fn out_of_range(errors: &mut FieldErrors, field: &str, message: &str) {
    errors.push(field, FieldCode::OutOfRange, message);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::offer::{OfferDocument, Question};

    fn offer() -> Offer {
        Offer {
            minimum_units: Units::new(1).unwrap(),
            ..Offer::default()
        }
    }

    fn found(offer: &Offer, form: LegalForm) -> Vec<(String, FieldCode)> {
        let mut errors = FieldErrors::new();
        offer.check(&mut errors, form, Units::new(1).unwrap());
        errors
            .into_vec()
            .into_iter()
            .map(|error| (error.field, error.code))
            .collect()
    }

    fn document(document_type: DocumentType) -> OfferDocument {
        OfferDocument {
            document_type,
            version: 1,
            document: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap(),
            title: None,
            sha256: String::new(),
            content_type: "application/pdf".to_owned(),
            size: 1,
        }
    }

    #[test]
    fn an_empty_offer_is_one() {
        assert!(found(&offer(), LegalForm::EwpgBearerBond).is_empty());
    }

    #[test]
    fn a_sheet_belongs_to_its_law() {
        let vib = Offer {
            documents: vec![document(DocumentType::Vib)],
            ..offer()
        };
        assert!(found(&vib, LegalForm::AssetInvestment).is_empty());
        let wrong = found(&vib, LegalForm::SecurityToken);
        assert_eq!(
            wrong,
            [(
                "documents[0].document_type".to_owned(),
                FieldCode::OutOfRange
            )]
        );
    }

    #[test]
    fn a_type_of_document_is_there_once() {
        let twice = Offer {
            documents: vec![document(DocumentType::Kid), document(DocumentType::Kid)],
            ..offer()
        };
        let wrong = found(&twice, LegalForm::SecurityToken);
        assert_eq!(
            wrong,
            [(
                "documents[1].document_type".to_owned(),
                FieldCode::Duplicate
            )]
        );
    }

    #[test]
    fn a_choice_has_choices_and_nothing_else_has() {
        let question = |kind, choices: &[&str]| Offer {
            questions: vec![Question {
                key: "experience".to_owned(),
                text: "How many years?".to_owned(),
                kind,
                choices: choices.iter().map(|one| (*one).to_owned()).collect(),
                required: true,
            }],
            ..offer()
        };
        let form = LegalForm::SecurityToken;
        assert!(found(&question(QuestionKind::Choice, &["a", "b"]), form).is_empty());
        assert!(found(&question(QuestionKind::YesNo, &[]), form).is_empty());
        assert_eq!(found(&question(QuestionKind::Choice, &[]), form).len(), 1);
        assert_eq!(
            found(&question(QuestionKind::Text, &["a", "b"]), form).len(),
            1
        );
    }
}
