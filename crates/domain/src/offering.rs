//! Under which exemption a campaign offers its product, and what that demands (partner-api.md 12.2, regulation 5.6 and 5.7).

use serde::{Deserialize, Serialize};

use crate::offer::{DocumentType, Offer, codes};
use crate::rules::{RuleName, amount_limit_eur};
use crate::{Date, FieldCode, FieldErrors, LegalForm, Product, Units};

codes! {
    /// The offering types of the back office.
    OfferingType = "WIB_UP_TO_1M, WIB_1M_TO_8M, BIB, PRIVATE_PLACEMENT_MINIMUM_AMOUNT, PRIVATE_PLACEMENT_LIMITED_PERSONS, VIB" {
        /// Information sheet of a security, up to one million euros.
        WibUpTo1M = "WIB_UP_TO_1M",
        /// Information sheet of a security, up to eight million euros.
        Wib1MTo8M = "WIB_1M_TO_8M",
        /// Key information document (Basisinformationsblatt).
        Bib = "BIB",
        /// Private placement in which everybody invests a minimum amount.
        MinimumAmount = "PRIVATE_PLACEMENT_MINIMUM_AMOUNT",
        /// Private placement with a limited number of persons.
        LimitedPersons = "PRIVATE_PLACEMENT_LIMITED_PERSONS",
        /// Information sheet of an asset investment (§ 2a VermAnlG).
        Vib = "VIB",
    }
}

/// What is known of a campaign when its offering type is judged.
#[derive(Debug, Clone, Copy)]
pub struct Placement<'a> {
    /// The type.
    pub offering_type: OfferingType,
    /// What is offered.
    pub product: &'a Product,
    /// Its offer, with the documents.
    pub offer: &'a Offer,
    /// Units of all the product's campaigns of this type together, this one included.
    pub units: Units,
    /// The smallest order.
    pub minimum_units: Units,
    /// How many persons may invest.
    pub maximum_persons: Option<u32>,
    /// The day that matters, in Berlin.
    pub today: Date,
}

impl Placement<'_> {
    /// Notes every field of the campaign that its offering type does not allow.
    pub fn check(&self, errors: &mut FieldErrors) {
        let is_security = self.product.legal_form != LegalForm::AssetInvestment;
        match self.offering_type {
            OfferingType::WibUpTo1M => {
                self.require_form(errors, is_security, "securities");
                self.require_document(errors, &[DocumentType::Wib, DocumentType::Kid]);
                self.check_volume(errors, RuleName::WibSmallVolumeEur);
            }
            OfferingType::Wib1MTo8M => {
                self.require_form(errors, is_security, "securities");
                self.require_document(errors, &[DocumentType::Wib, DocumentType::Kid]);
                self.check_volume(errors, RuleName::WibVolumeEur);
            }
            OfferingType::Bib => self.require_document(errors, &[DocumentType::Kid]),
            OfferingType::Vib => {
                self.require_form(errors, !is_security, "asset investments");
                self.require_document(errors, &[DocumentType::Vib, DocumentType::Kid]);
                self.check_volume(errors, RuleName::VibVolumeEur);
            }
            OfferingType::MinimumAmount => self.check_minimum(errors, is_security),
            OfferingType::LimitedPersons => self.check_persons(errors, is_security),
        }
        let counts = self.offering_type == OfferingType::LimitedPersons;
        if self.maximum_persons.is_some() && !counts {
            out_of_range(
                errors,
                "maximum_persons",
                "Only PRIVATE_PLACEMENT_LIMITED_PERSONS has a number of persons.".to_owned(),
            );
        }
    }

    fn require_form(&self, errors: &mut FieldErrors, fits: bool, what: &str) {
        if !fits {
            let name = self.offering_type;
            out_of_range(
                errors,
                "offering_type",
                format!("{name} is for {what} only."),
            );
        }
    }

    /// The key information document replaces either sheet (regulation 5.6).
    fn require_document(&self, errors: &mut FieldErrors, any: &[DocumentType]) {
        let is_there = |wanted: &DocumentType| {
            let mut documents = self.offer.documents.iter();
            documents.any(|document| document.document_type == *wanted)
        };
        if !any.iter().any(is_there) {
            let names: Vec<_> = any.iter().map(|one| one.as_str()).collect();
            out_of_range(
                errors,
                "offering_type",
                format!(
                    "{} needs a document of the type {} on the product.",
                    self.offering_type,
                    names.join(" or ")
                ),
            );
        }
    }

    fn check_volume(&self, errors: &mut FieldErrors, rule: RuleName) {
        let Some(limit) = amount_limit_eur(rule, self.today) else {
            return;
        };
        match euros(self.product, self.units) {
            None => not_in_euros(errors),
            Some(cents) if cents > i64::from(limit) * 100 => out_of_range(
                errors,
                "allocation",
                format!(
                    "All campaigns of the type {} together may sell {limit} EUR at most.",
                    self.offering_type
                ),
            ),
            Some(_) => {}
        }
    }

    fn check_minimum(&self, errors: &mut FieldErrors, is_security: bool) {
        let rule = if is_security {
            RuleName::SecurityMinimumTicketEur
        } else {
            RuleName::AssetInvestmentMinimumTicketEur
        };
        let Some(least) = amount_limit_eur(rule, self.today) else {
            return;
        };
        match euros(self.product, self.minimum_units) {
            None => not_in_euros(errors),
            Some(cents) if cents < i64::from(least) * 100 => out_of_range(
                errors,
                "minimum_units",
                format!(
                    "The smallest order of a private placement with minimum amount is {least} EUR."
                ),
            ),
            Some(_) => {}
        }
    }

    fn check_persons(&self, errors: &mut FieldErrors, is_security: bool) {
        // Fewer than 150 persons (Art. 1(4)(b) Prospectus Regulation); at most 20 units (§ 2(1) no. 3 a VermAnlG).
        if !is_security && self.units.get() > 20 {
            out_of_range(
                errors,
                "allocation",
                "An asset investment is offered privately in at most 20 units.".to_owned(),
            );
        }
        match self.maximum_persons {
            None => errors.missing("maximum_persons"),
            Some(1..=149) => {}
            Some(_) => out_of_range(
                errors,
                "maximum_persons",
                "A private placement addresses 1 to 149 persons.".to_owned(),
            ),
        }
    }
}

/// What so many units cost in hundredths of a euro, rounded down; none in another currency.
fn euros(product: &Product, units: Units) -> Option<i64> {
    let price = product.price.per_unit();
    (price.currency().code() == "EUR").then(|| price.hundredths(units))
}

fn not_in_euros(errors: &mut FieldErrors) {
    out_of_range(
        errors,
        "offering_type",
        "This type has its limits in euros; the product has another currency.".to_owned(),
    );
}

fn out_of_range(errors: &mut FieldErrors, field: &str, message: String) {
    errors.push(field, FieldCode::OutOfRange, message);
}

#[cfg(test)]
mod tests;
