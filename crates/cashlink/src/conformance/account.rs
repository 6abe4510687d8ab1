//! The bodies of the published guides, with names that mean nobody.

use serde_json::{Value, json};
use uuid::Uuid;

/// A natural person in the newest form.
pub fn person() -> Value {
    json!({
        "natural_person": {
            "salutation": "MS", "forename": "Erika", "surname": "Mustermann", "birth_date": "1984-01-31", "birth_place": "Berlin",
            "citizenship": "DEU", "street": "Heidestr. 17", "city": "Köln", "zip": "51147", "country": "DEU",
            "phone": "+49 221 123456", "is_pep": false, "is_subject_to_us_tax": false,
        },
        "bank_account": bank_account(),
        "tax_information": {"tax_identification_number": "36574261809", "non_assessment_certificate": false},
        "communication": {"email": "erika@example.com", "email_confirmed": true},
        "is_beneficiary": true,
    })
}

pub fn bank_account() -> Value {
    json!({
        "account_holder": "Erika Mustermann", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
        "bank": "Commerzbank Köln", "country": "DEU", "currency": "EUR",
    })
}

/// The same in the older form: the flag at top level.
pub fn older_person() -> Value {
    let mut body = person();
    if let Some(person) = body["natural_person"].as_object_mut() {
        person.remove("is_pep");
        person.remove("is_subject_to_us_tax");
    }
    body["pep_status"] = json!(false);
    body["account_setup_accepted_at"] = json!("2021-05-06T07:14:13.630308+00:00");
    body
}

/// A company, with the person who acts for it.
pub fn company(identity_proof: Uuid, structure_proof: Uuid) -> Value {
    let mut body = person();
    body["legal_person"] = json!({
        "company_name": "Mustermann & Söhne GmbH", "commercial_register": "Amtsgericht Charlottenburg",
        "commercial_register_number": "HRB 214711 B", "company_identity_proof_id": identity_proof,
        "company_structure_proof_id": structure_proof, "street": "Schöneberger Ufer 81", "zip": "10785", "city": "Berlin",
        "country": "DEU", "phone": "+49 30 5550 1240",
    });
    body
}

/// The company's owner.
pub fn owner() -> Value {
    json!({
        "forename": "Max", "surname": "Mustermann", "birth_date": "1968-02-29", "birth_place": "Potsdam", "citizenship": "DEU",
        "street": "Am Neuen Garten 12", "zip": "14469", "city": "Potsdam", "country": "DEU", "is_pep": false,
    })
}

/// An identification that was made yesterday, with a document of today's validity.
pub fn identification(protocol: Uuid) -> Value {
    let now = registry::clock::real_now();
    let today = now.berlin_date();
    let yesterday = domain::Timestamp::from_micros(now.micros() - 86_400_000_000);
    json!({
        "document_type": "IDCARD", "document_id": "L01X00T47", "document_issuer": "Stadt Köln",
        "document_valid_from": today.add_months(-36).to_string(), "document_valid_to": today.add_months(84).to_string(),
        "identity_provider": "POSTIDENT", "legitimation_process_id": "P-1", "legitimation_protocol_id": protocol,
        "verified_at": yesterday.to_string(),
    })
}

/// So many seconds before now.
pub fn ago(seconds: i64) -> String {
    let now = registry::clock::real_now().micros();
    domain::Timestamp::from_micros(now - seconds * 1_000_000).to_string()
}

/// An address of a key that nobody keeps.
pub fn address() -> String {
    dlt_evm::managed_wallet().0.to_string()
}

/// A page of PDF.
pub fn pdf(headline: &str) -> Vec<u8> {
    broker::paper::pdf(headline, &["Erika Mustermann"])
}
