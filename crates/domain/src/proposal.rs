//! A product as its issuer proposes it: every field of the published form, what it must be, and what may still change.

use crate::text::{check_optional_text, check_text};
use crate::{
    FieldCode, FieldErrors, Isin, LegalForm, Offer, Percent, Price, ProductStatus, ProductType,
    Refusal, Terms, Units,
};

/// What an issuer says about a product (partner-api.md 11.2 and 12.2).
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Proposal {
    pub name: String,
    pub product_type: ProductType,
    pub legal_form: LegalForm,
    pub ewpg: bool,
    pub isin: Isin,
    pub price: Price,
    pub max_issuable_amount: Units,
    pub step_size: Units,
    pub agio: Percent,
    pub terms: Terms,
    pub network: String,
    /// Symbol of the token.
    pub asset_code: String,
    pub sector: Option<String>,
    pub description: Option<String>,
    /// Essential terms, name and value.
    pub essential_terms: Vec<(String, String)>,
    /// Whether the offer addresses a circle of platforms only.
    pub is_restricted: bool,
    pub offer: Offer,
}

/// No contract waits longer than a year for money or a change of mind.
const LONGEST_DEADLINE_DAYS: u32 = 365;
/// A paragraph.
const LONGEST_DESCRIPTION: usize = 4_000;
/// Essential terms of a product.
const MOST_TERMS: usize = 50;

/// Fields that an issuer may change once the issue is decided: what the partner is told, not what the holder has bought.
const CHANGEABLE_WHEN_ISSUED: &[&str] = &[
    "description",
    "documents",
    "required_document_types",
    "questions",
    "target_market",
    "fees",
    "offering_opens_at",
    "offering_closes_at",
    "circle",
];

impl Proposal {
    /// Notes every field that cannot be accepted.
    pub fn check(&self, errors: &mut FieldErrors) {
        check_text(errors, "name", &self.name);
        check_optional_text(errors, "sector", self.sector.as_deref());
        self.check_units(errors);
        check_asset_code(errors, &self.asset_code);
        for (field, days) in [
            ("payment_deadline", self.terms.payment_deadline_days),
            (
                "cancellation_deadline",
                self.terms.cancellation_deadline_days,
            ),
        ] {
            if days > LONGEST_DEADLINE_DAYS {
                out_of_range(errors, field, "A deadline is at most 365 days.");
            }
        }
        if let Some(description) = &self.description
            && description.chars().count() > LONGEST_DESCRIPTION
        {
            errors.push(
                "description",
                FieldCode::TooLong,
                format!("A description has at most {LONGEST_DESCRIPTION} characters."),
            );
        }
        check_terms(errors, &self.essential_terms);
        self.offer.check(errors, self.legal_form, self.step_size);
    }

    /// What the whole issue costs, agio left out, must be an amount.
    fn check_units(&self, errors: &mut FieldErrors) {
        if self.max_issuable_amount.is_zero() {
            out_of_range(
                errors,
                "max_issuable_amount",
                "A product has at least one unit.",
            );
        } else if self
            .price
            .per_unit()
            .times(self.max_issuable_amount)
            .is_err()
        {
            let message = Refusal::AmountOverflow.message();
            out_of_range(errors, "max_issuable_amount", &message);
        }
        if self.step_size.is_zero() || self.step_size > self.max_issuable_amount {
            out_of_range(
                errors,
                "step_size",
                "The step is from one unit to all of them.",
            );
        }
    }

    /// The code of a product for which none is given: from its name, or else from its ISIN.
    #[must_use]
    pub fn default_asset_code(name: &str, isin: &Isin) -> String {
        let code: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_uppercase())
            .take(LONGEST_ASSET_CODE)
            .collect();
        if code.is_empty() {
            isin.as_str()[2..11].to_owned()
        } else {
            code
        }
    }
}

/// Notes what is wrong with essential terms.
pub fn check_terms(errors: &mut FieldErrors, terms: &[(String, String)]) {
    if terms.len() > MOST_TERMS {
        errors.push(
            "terms",
            FieldCode::TooLong,
            format!("A product has at most {MOST_TERMS} essential terms."),
        );
    }
    for (index, (name, value)) in terms.iter().enumerate() {
        crate::offer::check_code(errors, &format!("terms[{index}].name"), name);
        check_text(errors, &format!("terms[{index}].value"), value);
    }
}

/// Whether a field of a product with this status may still be changed by its issuer.
#[must_use]
pub fn may_change(status: ProductStatus, field: &str) -> bool {
    !status.is_issued() || CHANGEABLE_WHEN_ISSUED.contains(&field)
}

/// "Shorter than 12 characters" (partner-api.md 12.2).
const LONGEST_ASSET_CODE: usize = 11;

fn check_asset_code(errors: &mut FieldErrors, code: &str) {
    let is_plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if code.is_empty() || code.len() > LONGEST_ASSET_CODE || !is_plain {
        errors.push(
            "asset_code",
            FieldCode::InvalidFormat,
            "An asset code has 1 to 11 letters and digits.",
        );
    }
}

fn out_of_range(errors: &mut FieldErrors, field: &str, message: &str) {
    errors.push(field, FieldCode::OutOfRange, message);
}

#[cfg(test)]
mod tests;
