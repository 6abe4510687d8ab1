//! What is known about an investor, and which changes make an identification void (GwG § 10(1), § 11(4)).

mod checks;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Bic, Country, Currency, Date, DocumentId, EmailAddress, Iban, Lei, Percent, Refusal, Timestamp,
};

/// An investor, as the distribution partner describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Investor {
    /// Who it is.
    pub person: Person,
    /// Where payouts go.
    pub bank_account: Option<BankAccount>,
    /// What the tax office wants to know.
    pub tax_information: Option<TaxInformation>,
    /// How to reach the investor.
    pub communication: Option<Communication>,
    /// Whether the investor has confirmed to act on its own behalf.
    pub is_beneficiary: bool,
    /// When the investor accepted the account set-up documents.
    pub account_setup_accepted_at: Option<Timestamp>,
    /// A bank that holds for its own customers, whose tax data it keeps itself.
    pub is_custodian_bank: bool,
}

/// A natural person, or a legal one with the natural person who acts for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The investor itself, or who acts for the legal person.
    pub natural: NaturalPerson,
    /// The legal person, if the investor is one.
    pub legal: Option<LegalPerson>,
}

/// A human being with the address of residence.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct NaturalPerson {
    /// Such as `MR`; an open list.
    pub salutation: Option<String>,
    pub forename: String,
    pub surname: String,
    pub birth_date: Date,
    pub birth_place: String,
    pub citizenship: Country,
    pub street: String,
    pub zip: String,
    pub city: String,
    pub country: Country,
    pub phone: Option<String>,
    /// Politically exposed, related or close to someone who is (GwG § 1(12)–(14)).
    pub is_pep: bool,
    /// None if nobody asked.
    pub is_subject_to_us_tax: Option<bool>,
}

/// A company or another legal person with the address of its seat.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct LegalPerson {
    pub company_name: String,
    /// The court or office that keeps the register.
    pub commercial_register: String,
    pub commercial_register_number: String,
    pub street: String,
    pub zip: String,
    pub city: String,
    pub country: Country,
    pub phone: Option<String>,
    /// The uploaded extract of the register.
    pub company_identity_proof_id: DocumentId,
    /// The uploaded proof of who owns and controls it.
    pub company_structure_proof_id: DocumentId,
    pub lei: Option<Lei>,
}

/// A bank account for payouts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct BankAccount {
    pub account_holder: String,
    pub iban: Iban,
    pub bic: Bic,
    /// The bank's name.
    pub bank: Option<String>,
    pub country: Option<Country>,
    pub currency: Currency,
}

/// Tax data; a partner gives what its generation of the API knows.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct TaxInformation {
    pub tax_identification_number: Option<String>,
    /// Whether there is a certificate of non-assessment (§ 44a EStG).
    pub non_assessment_certificate: Option<bool>,
    pub is_subject_to_german_tax: Option<bool>,
}

/// How to reach the investor. Addresses are not unique: families share them.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Communication {
    pub email: Option<EmailAddress>,
    pub email_confirmed: bool,
}

/// Who owns or controls a legal person, or profits from its investments (GwG § 3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct BenefitingPerson {
    pub forename: String,
    pub surname: String,
    pub birth_date: Option<Date>,
    pub birth_place: Option<String>,
    pub citizenship: Option<Country>,
    pub street: Option<String>,
    pub zip: Option<String>,
    pub city: Option<String>,
    pub country: Option<Country>,
    pub is_pep: bool,
    /// The share of capital or votes.
    pub share: Option<Percent>,
}

impl Investor {
    /// Whether an investor may be taken on. Those subject to US tax are not: no party of the network reports to the IRS.
    pub fn check_creation(&self) -> Result<(), Refusal> {
        if self.is_subject_to_us_tax() {
            Err(Refusal::UsTaxNotAccepted)
        } else {
            Ok(())
        }
    }

    /// Whether the investor has said to be subject to US tax.
    #[must_use]
    pub fn is_subject_to_us_tax(&self) -> bool {
        self.person.natural.is_subject_to_us_tax == Some(true)
    }

    /// Whether the investor is a legal person.
    #[must_use]
    pub const fn is_legal_person(&self) -> bool {
        self.person.legal.is_some()
    }

    /// Whether anything relevant to tax was given.
    #[must_use]
    pub fn has_tax_information(&self) -> bool {
        self.tax_information
            .as_ref()
            .is_some_and(TaxInformation::is_given)
    }

    /// Whether an identification of this investor says nothing any more about the changed one: another name, birth or citizenship,
    /// another company or register. A new address, telephone or bank account leaves the person the same.
    #[must_use]
    pub fn reopens_identification(&self, changed: &Self) -> bool {
        self.person.identity() != changed.person.identity()
    }
}

impl Person {
    fn identity(&self) -> impl PartialEq + '_ {
        let natural = &self.natural;
        let legal = self.legal.as_ref();
        (
            (&natural.forename, &natural.surname),
            (
                natural.birth_date,
                &natural.birth_place,
                natural.citizenship,
            ),
            legal.map(|legal| {
                (
                    &legal.company_name,
                    &legal.commercial_register,
                    &legal.commercial_register_number,
                )
            }),
        )
    }
}

impl TaxInformation {
    /// Whether anything at all was given. Generations of the API ask for different fields.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.tax_identification_number.is_some()
            || self.non_assessment_certificate.is_some()
            || self.is_subject_to_german_tax.is_some()
    }
}

impl fmt::Debug for NaturalPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        without_content(f, "NaturalPerson")
    }
}

impl fmt::Debug for LegalPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        without_content(f, "LegalPerson")
    }
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        without_content(f, "BankAccount")
    }
}

impl fmt::Debug for TaxInformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        without_content(f, "TaxInformation")
    }
}

impl fmt::Debug for Communication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        without_content(f, "Communication")
    }
}

impl fmt::Debug for BenefitingPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        without_content(f, "BenefitingPerson")
    }
}

/// Debug output ends in logs, which never show personal data.
fn without_content(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.debug_struct(name).finish_non_exhaustive()
}

#[cfg(test)]
mod tests;
