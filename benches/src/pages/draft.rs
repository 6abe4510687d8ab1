//! What the sample parties say: the bodies of the requests behind `samples.rs`.

use serde_json::{Value, json};

pub fn investor() -> Value {
    json!({
        "natural_person": {
            "salutation": "MS", "forename": "Erika", "surname": "Mustermann", "birth_date": "1971-03-09", "birth_place": "Potsdam",
            "citizenship": "DEU", "street": "Musterweg 1", "city": "Potsdam", "zip": "14467", "country": "DEU",
            "phone": "+49 331 5550100", "is_pep": false, "is_subject_to_us_tax": false,
        },
        "bank_account": {
            "account_holder": "Erika Mustermann", "iban": "DE12500105170648489890", "bic": "INGDDEFFXXX", "bank": "Musterbank",
            "country": "DEU", "currency": "EUR",
        },
        "tax_information": {
            "tax_identification_number": "65929970489", "non_assessment_certificate": false, "is_subject_to_german_tax": true,
        },
        "communication": {"email": "erika.mustermann@example.com", "email_confirmed": true},
        "is_beneficiary": true,
    })
}

pub fn identification(protocol: &str, verified_at: &str) -> Value {
    json!({
        "document_type": "IDCARD", "document_id": "L01X00T47", "document_issuer": "Landeshauptstadt Potsdam",
        "document_valid_from": "2022-02-01", "document_valid_to": "2032-01-31", "identity_provider": "POSTIDENT",
        "legitimation_process_id": "PI-2026-000431", "legitimation_protocol_id": protocol, "verified_at": verified_at,
    })
}

pub fn application(documents: &[(&str, String)]) -> Value {
    let documents: Vec<Value> = documents
        .iter()
        .map(|(kind, id)| json!({"document_id": id, "document_type": kind}))
        .collect();
    json!({
        "company": {
            "name": "Mustermann & Söhne GmbH", "legal_form": "GmbH", "commercial_register": "Amtsgericht Potsdam",
            "commercial_register_number": "HRB 12345", "street": "Musterweg 1", "zip": "14467", "city": "Potsdam",
            "country": "DEU", "lei": "529900T8BM49AURSDO55",
        },
        "licence": {
            "type": "wpig_15", "services": ["investment_brokerage"], "authority": "BaFin", "number": "10099999",
            "register_url": "https://portal.mvp.bafin.de/database/InstInfo/", "valid_from": "2025-01-01",
        },
        "contact_persons": [{"name": "Erika Mustermann", "role": "Compliance", "email": "erika.mustermann@example.com"}],
        "platform": {"url": "https://mustermann.example/", "business_model": "Sells securities to retail investors online."},
        "documents": documents,
    })
}

/// A firm that an issuer describes.
pub fn issuer(identity: &str, structure: &str) -> Value {
    json!({
        "natural_person": {
            "forename": "Erika", "surname": "Mustermann", "birth_date": "1990-01-31", "birth_place": "Berlin", "citizenship": "DEU",
            "street": "Musterweg 1", "city": "Potsdam", "zip": "14467", "country": "DEU", "phone": "+49 331 5550100",
            "is_pep": false, "is_subject_to_us_tax": false,
        },
        "legal_person": {
            "company_name": "Lastprobe Zweite Emission GmbH", "commercial_register": "Amtsgericht Lübeck",
            "commercial_register_number": "HRB 40417", "street": "Speicherkai 3", "city": "Lübeck", "zip": "23552",
            "country": "DEU", "phone": "0451 5550100", "company_identity_proof_id": identity,
            "company_structure_proof_id": structure,
        },
        "bank_account": {
            "account_holder": "Lastprobe Zweite Emission GmbH", "iban": "DE53500105173569146251", "bic": "GENODEF1ERG",
            "currency": "EUR",
        },
    })
}

/// A crypto security, which waits for the registrar.
pub fn crypto_security(issuer: &str, network: &str, terms: &str) -> Value {
    json!({
        "issuer_id": issuer, "name": "Lastprobe Anleihe in Prüfung", "product_type": "BOND", "ewpg": true,
        "isin": "DE000A4SPK17", "provide_nominal_value": true,
        "nominal_value": {"amount": "10000", "decimals": 2, "currency": "EUR"},
        "max_issuable_amount": 5000, "step_size": 1, "payment_deadline": 14, "cancellation_deadline": 14, "network": network,
        "documents": [{"document_type": "TERMS", "document_id": terms}],
    })
}

/// A PDF with this text in it.
pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.4\n% {text}\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n").into_bytes()
}
