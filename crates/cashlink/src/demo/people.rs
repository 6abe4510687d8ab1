//! The two customers of the demo's broker, as its own system knows them. Nobody of this name is meant.

use domain::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// Documents of one customer in one environment; each environment has its own uploads.
#[derive(Clone, Copy, Debug)]
pub struct Papers {
    /// Protocol of the identification.
    pub protocol: Uuid,
    /// Extract of the commercial register.
    pub register_extract: Uuid,
    /// Who owns and controls the company.
    pub structure_proof: Uuid,
    /// What the customer signed.
    pub subscription: Uuid,
}

/// A customer of the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Customer {
    /// A natural person.
    Person,
    /// A company.
    Company,
}

impl Customer {
    /// Both.
    pub const ALL: [Customer; 2] = [Customer::Person, Customer::Company];

    /// As shown in the demo's tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "Erika Mustermann",
            Self::Company => "Mustermann & Söhne GmbH",
        }
    }

    /// Units ordered in the first and in the second environment.
    pub fn units(self, environment: usize) -> u64 {
        let orders = match self {
            Self::Person => [12, 40],
            Self::Company => [150, 320],
        };
        orders[environment]
    }

    /// The body that creates the investor.
    pub fn investor(self, papers: &Papers) -> Value {
        let mut investor = json!({
            "natural_person": natural_person(self),
            "bank_account": bank_account(self),
            "tax_information": tax_information(self),
            "communication": {"email": email(self), "email_confirmed": true},
            "is_beneficiary": true,
        });
        if self == Self::Company {
            investor["legal_person"] = json!({
                "company_name": self.name(),
                "commercial_register": "Amtsgericht Charlottenburg",
                "commercial_register_number": "HRB 214711 B",
                "street": "Schöneberger Ufer 81",
                "zip": "10785",
                "city": "Berlin",
                "country": "DEU",
                "phone": "+49 30 5550 1240",
                "company_identity_proof_id": papers.register_extract,
                "company_structure_proof_id": papers.structure_proof,
            });
        }
        investor
    }

    /// The identification that the broker made before, in the form in which it is imported.
    pub fn identification(self, papers: &Papers, now: Timestamp) -> Value {
        let today = now.berlin_date();
        json!({
            "document_type": if self == Self::Person { "IDCARD" } else { "PASSPORT" },
            "document_id": if self == Self::Person { "L01X00T47" } else { "C01X0006H" },
            "document_issuer": if self == Self::Person { "Stadt Leipzig" } else { "Landeshauptstadt Berlin" },
            "document_valid_from": today.add_months(-36).to_string(),
            "document_valid_to": today.add_months(84).to_string(),
            "identity_provider": "POSTIDENT",
            "legitimation_process_id": format!("PI-{}", papers.protocol.simple()),
            "legitimation_protocol_id": papers.protocol,
            "verified_at": days_ago(now, 9).to_string(),
        })
    }

    /// The change of address that is sent at the end.
    pub fn new_address(self) -> Value {
        match self {
            Self::Person => {
                json!({"natural_person": {"street": "Karl-Heine-Straße 58", "zip": "04229", "city": "Leipzig"}})
            }
            Self::Company => {
                json!({"legal_person": {"street": "Köpenicker Straße 40", "zip": "10179", "city": "Berlin"}})
            }
        }
    }
}

/// The beneficial owner of the company.
pub fn benefiting_person() -> Value {
    json!({
        "forename": "Max",
        "surname": "Mustermann",
        "birth_date": "1968-02-29",
        "birth_place": "Potsdam",
        "citizenship": "DEU",
        "street": "Am Neuen Garten 12",
        "zip": "14469",
        "city": "Potsdam",
        "country": "DEU",
        "is_pep": false,
        "share_basis_points": 7500,
    })
}

/// The same moment so many days before.
pub fn days_ago(now: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_micros(now.micros() - days * 86_400_000_000)
}

fn natural_person(customer: Customer) -> Value {
    match customer {
        Customer::Person => json!({
            "salutation": "MS",
            "forename": "Erika",
            "surname": "Mustermann",
            "birth_date": "1987-06-14",
            "birth_place": "Halle (Saale)",
            "citizenship": "DEU",
            "street": "Gohliser Straße 7",
            "zip": "04105",
            "city": "Leipzig",
            "country": "DEU",
            "phone": "+49 341 5550 187",
            "is_pep": false,
            "is_subject_to_us_tax": false,
        }),
        Customer::Company => json!({
            "salutation": "MR",
            "forename": "Max",
            "surname": "Mustermann",
            "birth_date": "1994-11-03",
            "birth_place": "Berlin",
            "citizenship": "DEU",
            "street": "Kollwitzstraße 19",
            "zip": "10405",
            "city": "Berlin",
            "country": "DEU",
            "phone": "+49 30 5550 1241",
            "is_pep": false,
            "is_subject_to_us_tax": false,
        }),
    }
}

fn bank_account(customer: Customer) -> Value {
    match customer {
        Customer::Person => json!({
            "account_holder": "Erika Mustermann",
            "iban": "DE89370400440532013000",
            "bic": "COBADEFFXXX",
            "bank": "Commerzbank",
            "country": "DEU",
            "currency": "EUR",
        }),
        Customer::Company => json!({
            "account_holder": customer.name(),
            "iban": "DE75512108001245126199",
            "bic": "SOGEDEFFXXX",
            "bank": "Société Générale Frankfurt",
            "country": "DEU",
            "currency": "EUR",
        }),
    }
}

fn tax_information(customer: Customer) -> Value {
    let number = match customer {
        Customer::Person => "65929970489",
        Customer::Company => "27/123/45678",
    };
    json!({
        "tax_identification_number": number,
        "non_assessment_certificate": false,
        "is_subject_to_german_tax": true,
    })
}

fn email(customer: Customer) -> &'static str {
    match customer {
        Customer::Person => "erika@example.com",
        Customer::Company => "verwaltung@mustermann.example.com",
    }
}
