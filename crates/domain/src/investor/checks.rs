//! Which fields of an investor cannot be accepted.

use super::{BenefitingPerson, Investor, LegalPerson, NaturalPerson};
use crate::text::{check_optional_text, check_phone, check_tax_number, check_text};
use crate::{Date, FieldCode, FieldErrors};

impl Investor {
    /// Notes every field that cannot be accepted, as seen on this day in Berlin.
    pub fn check(&self, errors: &mut FieldErrors, today: Date) {
        self.person.natural.check(errors, "natural_person", today);
        if let Some(legal) = &self.person.legal {
            legal.check(errors, "legal_person");
        }
        if let Some(account) = &self.bank_account {
            check_text(
                errors,
                "bank_account.account_holder",
                &account.account_holder,
            );
            check_optional_text(errors, "bank_account.bank", account.bank.as_deref());
        }
        if let Some(tax) = &self.tax_information {
            let number = tax.tax_identification_number.as_deref();
            check_tax_number(errors, "tax_information.tax_identification_number", number);
        }
        if self.is_custodian_bank && self.person.legal.is_none() {
            errors.push(
                "is_custodian_bank",
                FieldCode::OutOfRange,
                "Only a legal person can be a custodian bank.",
            );
        }
    }
}

impl NaturalPerson {
    fn check(&self, errors: &mut FieldErrors, path: &str, today: Date) {
        check_optional_text(
            errors,
            &format!("{path}.salutation"),
            self.salutation.as_deref(),
        );
        for (field, text) in [
            ("forename", &self.forename),
            ("surname", &self.surname),
            ("birth_place", &self.birth_place),
            ("street", &self.street),
            ("zip", &self.zip),
            ("city", &self.city),
        ] {
            check_text(errors, &format!("{path}.{field}"), text);
        }
        check_phone(errors, &format!("{path}.phone"), self.phone.as_deref());
        check_birth_date(
            errors,
            &format!("{path}.birth_date"),
            self.birth_date,
            today,
        );
    }
}

impl LegalPerson {
    fn check(&self, errors: &mut FieldErrors, path: &str) {
        for (field, text) in [
            ("company_name", &self.company_name),
            ("commercial_register", &self.commercial_register),
            (
                "commercial_register_number",
                &self.commercial_register_number,
            ),
            ("street", &self.street),
            ("zip", &self.zip),
            ("city", &self.city),
        ] {
            check_text(errors, &format!("{path}.{field}"), text);
        }
        check_phone(errors, &format!("{path}.phone"), self.phone.as_deref());
    }
}

impl BenefitingPerson {
    /// Notes every field that cannot be accepted, as seen on this day in Berlin.
    pub fn check(&self, errors: &mut FieldErrors, today: Date) {
        check_text(errors, "forename", &self.forename);
        check_text(errors, "surname", &self.surname);
        for (field, text) in [
            ("birth_place", &self.birth_place),
            ("street", &self.street),
            ("zip", &self.zip),
            ("city", &self.city),
        ] {
            check_optional_text(errors, field, text.as_deref());
        }
        if let Some(birth_date) = self.birth_date {
            check_birth_date(errors, "birth_date", birth_date, today);
        }
    }
}

/// Children hold securities too, so only what cannot be is refused.
fn check_birth_date(errors: &mut FieldErrors, field: &str, birth_date: Date, today: Date) {
    if birth_date > today {
        errors.push(
            field,
            FieldCode::InFuture,
            "A date of birth is today or earlier.",
        );
    } else if birth_date.year() < 1880 {
        errors.push(
            field,
            FieldCode::OutOfRange,
            "Nobody alive was born before 1880; write the year with four digits.",
        );
    }
}
