//! Investors.

use domain::investor::{
    BankAccount, Communication, Investor, LegalPerson, NaturalPerson, Person, TaxInformation,
};
use domain::{Date, DocumentId, FieldErrors, KycStatus, Timestamp};
use serde_json::Value;
use wire::investors as out;

/// Reads the body of creation; `today` is the date in Berlin.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::InvestorCreate, today: Date) -> Result<Investor, FieldErrors> {
    let mut errors = FieldErrors::new();
    let natural = natural_person(&mut errors, &body.natural_person);
    let legal = body
        .legal_person
        .as_ref()
        .map(|legal| legal_person(&mut errors, legal));
    let account = body
        .bank_account
        .as_ref()
        .map(|account| bank_account(&mut errors, account));
    let communication = body
        .communication
        .as_ref()
        .map(|one| communication(&mut errors, one));
    let accepted_at: Option<Timestamp> = errors.parse_optional(
        "account_setup_accepted_at",
        body.account_setup_accepted_at.as_deref(),
    );
    let investor = natural.map(|natural| Investor {
        person: Person {
            natural,
            legal: legal.flatten(),
        },
        bank_account: account.flatten(),
        tax_information: body.tax_information.as_ref().map(tax_information),
        communication: communication.flatten(),
        is_beneficiary: body.is_beneficiary.unwrap_or(true),
        account_setup_accepted_at: accepted_at,
        is_custodian_bank: body.is_custodian_bank.unwrap_or(false),
    });
    if let Some(investor) = &investor {
        investor.check(&mut errors, today);
    }
    errors.into_result(investor)
}

/// Applies a merge patch (RFC 7396) to what is known of an investor.
///
/// # Errors
/// Every field that cannot be accepted after the patch.
pub fn patch(known: &Investor, patch: &Value, today: Date) -> Result<Investor, FieldErrors> {
    let mut body =
        serde_json::to_value(as_created(known)).expect("the body of an investor is JSON");
    crate::merge::apply(&mut body, patch);
    let merged: out::InvestorCreate = crate::merge::read(&body)?;
    create(&merged, today)
}

/// An investor as the network answers it.
pub fn show(
    id: domain::InvestorId,
    investor: &Investor,
    kyc_status: KycStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
) -> out::Investor {
    let body = as_created(investor);
    out::Investor {
        id: id.uuid(),
        kyc_status: show_kyc(kyc_status),
        natural_person: body.natural_person,
        legal_person: body.legal_person,
        bank_account: body.bank_account,
        tax_information: body.tax_information,
        communication: body.communication,
        account_setup_accepted_at: body.account_setup_accepted_at,
        is_custodian_bank: investor.is_custodian_bank,
        created_at: created_at.to_string(),
        updated_at: updated_at.to_string(),
    }
}

/// The spelling of a status.
pub fn show_kyc(status: KycStatus) -> out::KycStatus {
    match status {
        KycStatus::Pending => out::KycStatus::Pending,
        KycStatus::UnderReview => out::KycStatus::UnderReview,
        KycStatus::Success => out::KycStatus::Success,
        KycStatus::ReverificationRequired => out::KycStatus::ReverificationRequired,
        KycStatus::Rejected => out::KycStatus::Rejected,
    }
}

fn natural_person(errors: &mut FieldErrors, body: &out::NaturalPerson) -> Option<NaturalPerson> {
    let birth_date = errors.parse("natural_person.birth_date", &body.birth_date);
    let citizenship = errors.parse("natural_person.citizenship", &body.citizenship);
    let country = errors.parse("natural_person.country", &body.country);
    Some(NaturalPerson {
        salutation: body.salutation.clone(),
        forename: body.forename.clone(),
        surname: body.surname.clone(),
        birth_date: birth_date?,
        birth_place: body.birth_place.clone(),
        citizenship: citizenship?,
        street: body.street.clone(),
        zip: body.zip.clone(),
        city: body.city.clone(),
        country: country?,
        phone: body.phone.clone(),
        is_pep: body.is_pep.unwrap_or(false),
        is_subject_to_us_tax: body.is_subject_to_us_tax,
    })
}

fn legal_person(errors: &mut FieldErrors, body: &out::LegalPerson) -> Option<LegalPerson> {
    let country = errors.parse("legal_person.country", &body.country);
    let lei = body
        .lei
        .as_ref()
        .map(|lei| errors.parse("legal_person.lei", lei));
    Some(LegalPerson {
        company_name: body.company_name.clone(),
        commercial_register: body.commercial_register.clone(),
        commercial_register_number: body.commercial_register_number.clone(),
        street: body.street.clone(),
        zip: body.zip.clone(),
        city: body.city.clone(),
        country: country?,
        phone: body.phone.clone(),
        company_identity_proof_id: DocumentId::from_uuid(body.company_identity_proof_id),
        company_structure_proof_id: DocumentId::from_uuid(body.company_structure_proof_id),
        lei: lei.flatten(),
    })
}

fn bank_account(errors: &mut FieldErrors, body: &out::BankAccount) -> Option<BankAccount> {
    let iban = errors.parse("bank_account.iban", &body.iban);
    let bic = errors.parse("bank_account.bic", &body.bic);
    let country = errors.parse_optional("bank_account.country", body.country.as_deref());
    let currency = errors.parse("bank_account.currency", &body.currency);
    Some(BankAccount {
        account_holder: body.account_holder.clone(),
        iban: iban?,
        bic: bic?,
        bank: body.bank.clone(),
        country,
        currency: currency?,
    })
}

fn tax_information(body: &out::TaxInformation) -> TaxInformation {
    TaxInformation {
        tax_identification_number: body.tax_identification_number.clone(),
        non_assessment_certificate: body.non_assessment_certificate,
        is_subject_to_german_tax: body.is_subject_to_german_tax,
    }
}

fn communication(errors: &mut FieldErrors, body: &out::Communication) -> Option<Communication> {
    Some(Communication {
        email: errors.parse_optional("communication.email", body.email.as_deref()),
        email_confirmed: body.email_confirmed.unwrap_or(false),
    })
}

/// The body that would create this investor.
fn as_created(investor: &Investor) -> out::InvestorCreate {
    out::InvestorCreate {
        natural_person: show_natural(&investor.person.natural),
        legal_person: investor.person.legal.as_ref().map(show_legal),
        bank_account: investor.bank_account.as_ref().map(show_account),
        tax_information: investor
            .tax_information
            .as_ref()
            .map(|tax| out::TaxInformation {
                tax_identification_number: tax.tax_identification_number.clone(),
                non_assessment_certificate: tax.non_assessment_certificate,
                is_subject_to_german_tax: tax.is_subject_to_german_tax,
            }),
        communication: investor
            .communication
            .as_ref()
            .map(|one| out::Communication {
                email: one.email.as_ref().map(ToString::to_string),
                email_confirmed: Some(one.email_confirmed),
            }),
        is_beneficiary: Some(investor.is_beneficiary),
        account_setup_accepted_at: investor.account_setup_accepted_at.map(|at| at.to_string()),
        is_custodian_bank: Some(investor.is_custodian_bank),
        wallets: Vec::new(),
    }
}

pub(crate) fn show_natural(natural: &NaturalPerson) -> out::NaturalPerson {
    out::NaturalPerson {
        salutation: natural.salutation.clone(),
        forename: natural.forename.clone(),
        surname: natural.surname.clone(),
        birth_date: natural.birth_date.to_string(),
        birth_place: natural.birth_place.clone(),
        citizenship: natural.citizenship.to_string(),
        street: natural.street.clone(),
        zip: natural.zip.clone(),
        city: natural.city.clone(),
        country: natural.country.to_string(),
        phone: natural.phone.clone(),
        is_pep: Some(natural.is_pep),
        is_subject_to_us_tax: natural.is_subject_to_us_tax,
    }
}

pub(crate) fn show_legal(legal: &LegalPerson) -> out::LegalPerson {
    out::LegalPerson {
        company_name: legal.company_name.clone(),
        commercial_register: legal.commercial_register.clone(),
        commercial_register_number: legal.commercial_register_number.clone(),
        street: legal.street.clone(),
        zip: legal.zip.clone(),
        city: legal.city.clone(),
        country: legal.country.to_string(),
        phone: legal.phone.clone(),
        company_identity_proof_id: legal.company_identity_proof_id.uuid(),
        company_structure_proof_id: legal.company_structure_proof_id.uuid(),
        lei: legal.lei.as_ref().map(ToString::to_string),
    }
}

pub(crate) fn show_account(account: &BankAccount) -> out::BankAccount {
    out::BankAccount {
        account_holder: account.account_holder.clone(),
        iban: account.iban.to_string(),
        bic: account.bic.to_string(),
        bank: account.bank.clone(),
        country: account.country.as_ref().map(ToString::to_string),
        currency: account.currency.to_string(),
    }
}
