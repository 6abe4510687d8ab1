//! Customers: what a person or a company tells the broker, sealed here and sent to the gateway as an investor.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// What the sealed data are bound to.
pub(crate) const CONTEXT: &str = "broker_customers.data";

/// Who buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Person,
    Company,
}

impl Kind {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Company => "company",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "company" => Self::Company,
            _ => Self::Person,
        }
    }
}

/// What a customer has told, as the form has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Data {
    pub(crate) company_name: String,
    pub(crate) commercial_register: String,
    pub(crate) commercial_register_number: String,
    pub(crate) forename: String,
    pub(crate) surname: String,
    pub(crate) birth_date: String,
    pub(crate) birth_place: String,
    pub(crate) street: String,
    pub(crate) zip: String,
    pub(crate) city: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) iban: String,
    pub(crate) bic: String,
    pub(crate) bank: String,
    pub(crate) tax_number: String,
}

/// Papers at the gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Papers {
    pub(crate) identity: Uuid,
    pub(crate) structure: Uuid,
}

impl Data {
    /// The sample that fills an empty form. Nobody of this name is meant.
    pub(crate) fn sample(kind: Kind) -> Self {
        let text = str::to_owned;
        match kind {
            Kind::Person => Self {
                forename: text("Erika"),
                surname: text("Mustermann"),
                birth_date: text("1987-06-14"),
                birth_place: text("Halle (Saale)"),
                street: text("Gohliser Straße 7"),
                zip: text("04105"),
                city: text("Leipzig"),
                phone: text("+49 341 5550 187"),
                email: text("erika@example.com"),
                iban: text("DE89370400440532013000"),
                bic: text("COBADEFFXXX"),
                bank: text("Commerzbank"),
                tax_number: text("65929970489"),
                ..Self::default()
            },
            Kind::Company => Self {
                company_name: text("Mustermann & Söhne GmbH"),
                commercial_register: text("Amtsgericht Charlottenburg"),
                commercial_register_number: text("HRB 214711 B"),
                forename: text("Erika"),
                surname: text("Mustermann"),
                birth_date: text("1987-06-14"),
                birth_place: text("Halle (Saale)"),
                street: text("Schöneberger Ufer 81"),
                zip: text("10785"),
                city: text("Berlin"),
                phone: text("+49 30 5550 1240"),
                email: text("verwaltung@mustermann.example.com"),
                iban: text("DE75512108001245126199"),
                bic: text("SOGEDEFFXXX"),
                bank: text("Société Générale Frankfurt"),
                tax_number: text("27/123/45678"),
            },
        }
    }

    /// As the pages greet.
    pub(crate) fn name(&self) -> String {
        match self.company_name.is_empty() {
            true => format!("{} {}", self.forename, self.surname),
            false => self.company_name.clone(),
        }
    }

    /// The body that creates the investor.
    pub(crate) fn investor(&self, reference: Uuid, papers: Option<Papers>) -> Value {
        let mut investor = json!({
            "reference": reference.to_string(),
            "natural_person": {
                "salutation": "MS", "forename": self.forename, "surname": self.surname, "birth_date": self.birth_date,
                "birth_place": self.birth_place, "citizenship": "DEU", "street": self.street, "zip": self.zip,
                "city": self.city, "country": "DEU", "phone": self.phone, "is_pep": false, "is_subject_to_us_tax": false,
            },
            "bank_account": {
                "account_holder": self.name(), "iban": self.iban, "bic": self.bic, "bank": self.bank,
                "country": "DEU", "currency": "EUR",
            },
            "tax_information": {
                "tax_identification_number": self.tax_number, "non_assessment_certificate": false,
                "is_subject_to_german_tax": true,
            },
            "communication": {"email": self.email, "email_confirmed": true},
            "is_beneficiary": true,
        });
        if let Some(papers) = papers {
            investor["legal_person"] = json!({
                "company_name": self.company_name,
                "commercial_register": self.commercial_register,
                "commercial_register_number": self.commercial_register_number,
                "street": self.street, "zip": self.zip, "city": self.city, "country": "DEU", "phone": self.phone,
                "company_identity_proof_id": papers.identity, "company_structure_proof_id": papers.structure,
            });
        }
        investor
    }

    /// Who owns the company: here the one who signs for it.
    pub(crate) fn owner(&self) -> Value {
        json!({
            "forename": self.forename, "surname": self.surname, "birth_date": self.birth_date,
            "birth_place": self.birth_place, "citizenship": "DEU", "street": self.street, "zip": self.zip,
            "city": self.city, "country": "DEU", "is_pep": false, "share_basis_points": 10_000,
        })
    }

    /// The patch of a move.
    pub(crate) fn address(&self, kind: Kind) -> Value {
        let address = json!({"street": self.street, "zip": self.zip, "city": self.city});
        match kind {
            Kind::Person => json!({"natural_person": address}),
            Kind::Company => json!({"legal_person": address}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_a_company_with_whom_signs_for_it() {
        let papers = Papers {
            identity: Uuid::nil(),
            structure: Uuid::nil(),
        };
        let data = Data::sample(Kind::Company);
        let body = data.investor(Uuid::nil(), Some(papers));
        assert_eq!(
            body["legal_person"]["company_name"],
            "Mustermann & Söhne GmbH"
        );
        assert_eq!(
            body["bank_account"]["account_holder"],
            "Mustermann & Söhne GmbH"
        );
        assert_eq!(body["natural_person"]["forename"], "Erika");
        let person = Data::sample(Kind::Person).investor(Uuid::nil(), None);
        assert!(person["legal_person"].is_null());
    }
}
