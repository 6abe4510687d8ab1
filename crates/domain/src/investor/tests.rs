//! What is accepted about an investor, and what a change does to the identification.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::{FieldCode, FieldErrors};

fn peter() -> Investor {
    Investor {
        person: Person {
            natural: NaturalPerson {
                salutation: Some("MR".to_owned()),
                forename: "Peter".to_owned(),
                surname: "Parker".to_owned(),
                birth_date: Date::parse("2020-08-10").unwrap(),
                birth_place: "New York".to_owned(),
                citizenship: "DEU".parse().unwrap(),
                street: "Hauptstr. 37".to_owned(),
                zip: "60316".to_owned(),
                city: "Frankfurt".to_owned(),
                country: "DEU".parse().unwrap(),
                phone: Some("+49 123 456 789".to_owned()),
                is_pep: false,
                is_subject_to_us_tax: None,
            },
            legal: None,
        },
        bank_account: Some(BankAccount {
            account_holder: "Peter Parker".to_owned(),
            iban: "DE53500105173569146251".parse().unwrap(),
            bic: "GENODEF1ERG".parse().unwrap(),
            bank: Some("Commerzbank Frankfurt".to_owned()),
            country: Some("DEU".parse().unwrap()),
            currency: Currency::EUR,
        }),
        tax_information: Some(TaxInformation {
            tax_identification_number: Some("12345678".to_owned()),
            non_assessment_certificate: Some(true),
            is_subject_to_german_tax: None,
        }),
        communication: None,
        is_beneficiary: true,
        account_setup_accepted_at: None,
        is_custodian_bank: false,
    }
}

fn company() -> Investor {
    let mut investor = peter();
    investor.person.legal = Some(LegalPerson {
        company_name: "Test GmbH".to_owned(),
        commercial_register: "Amtsgericht München".to_owned(),
        commercial_register_number: "HRB 12344".to_owned(),
        street: "string".to_owned(),
        zip: "string".to_owned(),
        city: "string".to_owned(),
        country: "DEU".parse().unwrap(),
        phone: Some("0173 2093790".to_owned()),
        company_identity_proof_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap(),
        company_structure_proof_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b71".parse().unwrap(),
        lei: None,
    });
    investor
}

fn found(investor: &Investor) -> Vec<(String, FieldCode)> {
    let mut errors = FieldErrors::new();
    investor.check(&mut errors, Date::parse("2026-11-22").unwrap());
    errors
        .into_vec()
        .into_iter()
        .map(|error| (error.field, error.code))
        .collect()
}

#[test]
fn the_published_examples_are_accepted_though_one_is_six_years_old() {
    assert_eq!(found(&peter()), []);
    assert_eq!(found(&company()), []);
    assert_eq!(peter().check_creation(), Ok(()));
}

#[test]
fn what_cannot_be_is_named_field_by_field() {
    let mut investor = company();
    investor.person.natural.birth_date = Date::parse("2026-11-23").unwrap();
    investor.person.natural.phone = Some("none".to_owned());
    investor.person.natural.surname = String::new();
    investor.person.legal.as_mut().unwrap().company_name = " ".to_owned();
    assert_eq!(
        found(&investor),
        [
            ("natural_person.surname".to_owned(), FieldCode::Missing),
            ("natural_person.phone".to_owned(), FieldCode::InvalidFormat),
            ("natural_person.birth_date".to_owned(), FieldCode::InFuture),
            ("legal_person.company_name".to_owned(), FieldCode::Missing),
        ]
    );
}

#[test]
fn a_custodian_bank_is_a_legal_person() {
    let mut investor = peter();
    investor.is_custodian_bank = true;
    assert_eq!(
        found(&investor),
        [("is_custodian_bank".to_owned(), FieldCode::OutOfRange)]
    );
}

#[test]
fn us_tax_refuses_the_creation() {
    let mut investor = peter();
    investor.person.natural.is_subject_to_us_tax = Some(true);
    assert_eq!(investor.check_creation(), Err(Refusal::UsTaxNotAccepted));
}

#[test]
fn another_person_reopens_the_identification() {
    let changes: [fn(&mut Investor); 8] = [
        |investor| investor.person.natural.forename = "Ben".to_owned(),
        |investor| investor.person.natural.surname = "Reilly".to_owned(),
        |investor| investor.person.natural.birth_date = Date::parse("2000-08-10").unwrap(),
        |investor| investor.person.natural.birth_place = "Queens".to_owned(),
        |investor| investor.person.natural.citizenship = "AUT".parse().unwrap(),
        |investor| investor.person.legal.as_mut().unwrap().company_name = "Probe GmbH".to_owned(),
        |investor| {
            investor
                .person
                .legal
                .as_mut()
                .unwrap()
                .commercial_register_number = "HRB 1".to_owned()
        },
        |investor| investor.person.legal = None,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut changed = company();
        change(&mut changed);
        assert!(company().reopens_identification(&changed), "change {index}");
    }
}

#[test]
fn a_move_or_a_new_account_does_not() {
    let mut changed = company();
    changed.person.natural.street = "Nebenstr. 1".to_owned();
    changed.person.natural.phone = None;
    changed.person.natural.is_pep = true;
    changed.person.legal.as_mut().unwrap().city = "Berlin".to_owned();
    changed.bank_account = None;
    assert!(!company().reopens_identification(&changed));
}

#[test]
fn debug_output_shows_no_personal_data() {
    let shown = format!("{:?}", company());
    for secret in ["Parker", "Test GmbH", "Hauptstr", "DE53", "12345678"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn an_investor_survives_its_snapshot() {
    let snapshot = serde_json::to_string(&company()).unwrap();
    assert_eq!(
        serde_json::from_str::<Investor>(&snapshot).unwrap(),
        company()
    );
}
