//! The investors of the tests. Nobody of these names is meant.

use serde_json::{Value, json};

/// A natural person with everything that can be said of one.
pub fn natural_person() -> Value {
    json!({
        "natural_person": {
            "salutation": "MS", "forename": "Annegret", "surname": "Vogelsang-Möwe", "birth_date": "1971-03-09",
            "birth_place": "Wolfenbüttel", "citizenship": "DEU", "street": "Kranichsteiner Weg 118", "city": "Darmstadt", "zip": "64289",
            "country": "DEU", "phone": "+49 6151 7788991", "is_pep": false, "is_subject_to_us_tax": false,
        },
        "bank_account": {
            "account_holder": "Annegret Vogelsang-Möwe", "iban": "DE12 5001 0517 0648 4898 90", "bic": "INGDDEFFXXX",
            "bank": "Sparbank Darmstadt", "country": "DEU", "currency": "EUR",
        },
        "tax_information": {
            "tax_identification_number": "65929970489", "non_assessment_certificate": false, "is_subject_to_german_tax": true,
        },
        "communication": {"email": "annegret.vogelsang@example.org", "email_confirmed": true},
        "is_beneficiary": true,
    })
}

/// A company; the natural person acts for it.
pub fn legal_person(identity_proof: &str, structure_proof: &str) -> Value {
    let mut company = natural_person();
    company["legal_person"] = json!({
        "city": "Gelsenkirchen", "commercial_register": "Amtsgericht Gelsenkirchen", "commercial_register_number": "HRB 99871",
        "company_identity_proof_id": identity_proof, "company_name": "Rotdorn Beteiligungen GmbH",
        "company_structure_proof_id": structure_proof, "country": "DEU", "phone": "0209 5551234",
        "street": "Zechenring 4", "zip": "45879",
    });
    company
}

/// An issuer with the managing director that the Issuer API prints.
pub fn issuer(firm: &str, identity_proof: &str, structure_proof: &str) -> Value {
    json!({
        "natural_person": {
            "forename": "John", "surname": "Smith", "birth_date": "1990-01-31", "birth_place": "Berlin", "citizenship": "DEU",
            "street": "Hauptstr. 37", "city": "Frankfurt", "zip": "60316", "country": "DEU", "phone": "+49 123 456 789",
            "is_pep": false, "is_subject_to_us_tax": false,
        },
        "legal_person": {
            "company_name": firm, "commercial_register": "Amtsgericht Lübeck", "commercial_register_number": "HRB 40417",
            "street": "Speicherkai 3", "city": "Lübeck", "zip": "23552", "country": "DEU", "phone": "0451 5550100",
            "company_identity_proof_id": identity_proof, "company_structure_proof_id": structure_proof,
        },
        "bank_account": {
            "account_holder": firm, "iban": "DE53500105173569146251", "bic": "GENODEF1ERG", "currency": "EUR",
        },
    })
}

/// A digital security of an issuer's with every field that the Issuer API publishes.
pub fn product(issuer: &str, network: &str) -> Value {
    json!({
        "issuer_id": issuer, "name": "Speicherkai Genussrecht 2034", "product_type": "PARTICIPATION_RIGHT", "ewpg": false,
        "isin": "DE000A4SPK17", "provide_nominal_value": true,
        "nominal_value": {"amount": "10000", "decimals": 2, "currency": "EUR"},
        "max_issuable_amount": 5000, "step_size": 1, "agio_percent": "2.5",
        "payment_deadline": 14, "cancellation_deadline": 14, "network": network,
    })
}

/// Who owns that company.
pub fn benefiting_person() -> Value {
    json!({
        "forename": "Leopoldine", "surname": "Rotdorn", "birth_date": "1958-12-24", "birth_place": "Recklinghausen",
        "citizenship": "DEU", "street": "Zechenring 6", "zip": "45879", "city": "Gelsenkirchen", "country": "DEU",
        "is_pep": false, "share_basis_points": 7500,
    })
}

/// An identification that was made lately.
pub fn identification(protocol: &str, verified_at: &str) -> Value {
    json!({
        "document_type": "IDCARD", "document_id": "LZ6311T475", "document_issuer": "Ordnungsamt Darmstadt",
        "document_valid_from": "2022-02-01", "document_valid_to": "2032-01-31", "identity_provider": "POSTIDENT",
        "legitimation_process_id": "PI-2026-000431", "legitimation_protocol_id": protocol, "verified_at": verified_at,
    })
}

/// A PDF with this text in it.
pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.4\n% {text}\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n").into_bytes()
}

/// An address that nobody else has.
pub fn wallet_address() -> String {
    let bytes = [
        *uuid::Uuid::new_v4().as_bytes(),
        *uuid::Uuid::new_v4().as_bytes(),
    ]
    .concat();
    let digits: String = bytes[..20]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("0x{digits}")
}
