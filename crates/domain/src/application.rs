//! A platform's application to take part in the network (§ 18 eWpRV): what makes it complete, and until when it is answered.

use std::fmt;
use std::str::FromStr;

use crate::text::{check_phone, check_text};
use crate::{
    Country, Date, DocumentId, EmailAddress, FieldCode, FieldErrors, Lei, Licence, Refusal,
    Timestamp, UnknownCode, rules,
};

/// Documents that an application must have.
pub const REQUIRED_DOCUMENTS: &[&str] = &["COMMERCIAL_REGISTER_EXTRACT", "LICENCE_EXTRACT"];
/// The applicant describes its business in a page, not in a book.
pub const LONGEST_BUSINESS_MODEL: usize = 4_000;

/// How far an application has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationStatus {
    /// Being written.
    Draft,
    /// Waits for the registrar's answer.
    Submitted,
    /// The platform was admitted.
    Admitted,
    /// The platform was refused, with reasons in writing.
    Refused,
    /// Taken back by the applicant.
    Withdrawn,
}

impl ApplicationStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Submitted,
        Self::Admitted,
        Self::Refused,
        Self::Withdrawn,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Admitted => "admitted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The applicant hands it in.
    pub fn submit(self) -> Result<Self, Refusal> {
        self.from(&[Self::Draft], Self::Submitted, "submitted")
    }

    /// The applicant takes it back.
    pub fn withdraw(self) -> Result<Self, Refusal> {
        let open = [Self::Draft, Self::Submitted];
        self.from(&open, Self::Withdrawn, "withdrawn")
    }

    /// The registrar says yes.
    pub fn admit(self) -> Result<Self, Refusal> {
        self.from(&[Self::Submitted], Self::Admitted, "admitted")
    }

    /// The registrar says no.
    pub fn refuse(self) -> Result<Self, Refusal> {
        self.from(&[Self::Submitted], Self::Refused, "refused")
    }

    /// Only a draft is changed; what was submitted is answered by messages.
    pub fn check_changing(self) -> Result<(), Refusal> {
        self.from(&[Self::Draft], Self::Draft, "changed")
            .map(|_| ())
    }

    fn from(self, allowed: &[Self], next: Self, action: &'static str) -> Result<Self, Refusal> {
        if allowed.contains(&self) {
            Ok(next)
        } else {
            Err(Refusal::ApplicationState {
                action,
                status: self,
            })
        }
    }
}

impl fmt::Display for ApplicationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ApplicationStatus {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode(
            "draft, submitted, admitted, refused, withdrawn",
        ))
    }
}

/// A complete application.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Application {
    pub company: Company,
    pub platform_url: String,
    pub business_model: String,
    pub licence: Licence,
    pub contact_persons: Vec<ContactPerson>,
    pub documents: Vec<(DocumentId, String)>,
}

/// The applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Company {
    pub name: String,
    pub legal_form: String,
    pub commercial_register: String,
    pub commercial_register_number: String,
    pub street: String,
    pub zip: String,
    pub city: String,
    pub country: Country,
    pub lei: Lei,
}

/// Whom the registrar can ask.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ContactPerson {
    pub name: String,
    pub role: String,
    pub email: EmailAddress,
    pub phone: Option<String>,
}

impl Application {
    /// Refuses what is there but not as it should be; what is missing altogether was found when it was read.
    pub fn check(&self, now: Timestamp) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::new();
        let company = &self.company;
        for (field, text) in [
            ("company.name", &company.name),
            ("company.legal_form", &company.legal_form),
            ("company.commercial_register", &company.commercial_register),
            (
                "company.commercial_register_number",
                &company.commercial_register_number,
            ),
            ("company.street", &company.street),
            ("company.zip", &company.zip),
            ("company.city", &company.city),
        ] {
            check_text(&mut errors, field, text);
        }
        check_long_text(&mut errors, "platform.business_model", &self.business_model);
        self.licence.check(&mut errors, "licence");
        let today = now.berlin_date();
        if self.licence.valid_to.is_some_and(|last| last < today) {
            errors.push(
                "licence.valid_to",
                FieldCode::OutOfRange,
                "A licence that is over does not let anybody broker.",
            );
        }
        for (index, person) in self.contact_persons.iter().enumerate() {
            let place = format!("contact_persons[{index}]");
            check_text(&mut errors, &format!("{place}.name"), &person.name);
            check_text(&mut errors, &format!("{place}.role"), &person.role);
            let phone = person.phone.as_deref();
            check_phone(&mut errors, &format!("{place}.phone"), phone);
        }
        errors.into_result(Some(()))
    }
}

/// Notes if a text of several lines says nothing or too much.
pub fn check_long_text(errors: &mut FieldErrors, field: &str, text: &str) {
    if text.trim().is_empty() {
        errors.missing(field);
    } else if text.chars().count() > LONGEST_BUSINESS_MODEL {
        errors.push(
            field,
            FieldCode::TooLong,
            format!("This text has at most {LONGEST_BUSINESS_MODEL} characters."),
        );
    }
}

/// Until when the registrar has answered an application (§ 18(2) eWpRV): the end of the day in Berlin that has the number of the day
/// on which it came (§ 188(2) BGB).
#[must_use]
pub fn answer_due(submitted_at: Timestamp) -> Timestamp {
    let day: Date = submitted_at.berlin_date();
    let months = rules::participation_answer_months(day);
    day.add_months(i64::from(months)).end_of_day_berlin()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reg_36_an_application_is_answered_within_three_months() {
        let due = |text: &str| answer_due(Timestamp::parse(text).unwrap()).to_string();
        // The end of the first of September in Berlin.
        assert_eq!(due("2026-06-01T08:00:00Z"), "2026-09-01T22:00:00.000000Z");
        // A month without that day ends on its last (§ 188(3) BGB); winter time by then.
        assert_eq!(due("2026-11-30T12:00:00Z"), "2027-02-28T23:00:00.000000Z");
        // Shortly before midnight in London it is the next day in Berlin.
        assert_eq!(due("2026-06-01T23:30:00Z"), "2026-09-02T22:00:00.000000Z");
    }

    #[test]
    fn an_application_moves_one_way() {
        let draft = ApplicationStatus::Draft;
        let submitted = draft.submit().unwrap();
        assert!(draft.admit().is_err() && submitted.submit().is_err());
        assert!(submitted.check_changing().is_err());
        for end in [
            submitted.admit().unwrap(),
            submitted.refuse().unwrap(),
            submitted.withdraw().unwrap(),
        ] {
            assert!(end.withdraw().is_err() && end.admit().is_err(), "{end}");
        }
    }
}
