//! An issuer as the fields of its form; they have the names of the Issuer API.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;
use wire::issuing::Issuer;

use crate::form::Fields;
use crate::json_form::{self, Kind, Shape};
use crate::parts::Form;
use crate::upload;
use crate::visitor::Visitor;
use crate::words;

const SHAPE: Shape = &[
    ("legal_person.company_name", Kind::Text),
    ("legal_person.commercial_register", Kind::Text),
    ("legal_person.commercial_register_number", Kind::Text),
    ("legal_person.lei", Kind::Optional),
    ("legal_person.street", Kind::Text),
    ("legal_person.zip", Kind::Text),
    ("legal_person.city", Kind::Text),
    ("legal_person.country", Kind::Text),
    ("legal_person.phone", Kind::Optional),
    ("legal_person.company_identity_proof_id", Kind::Optional),
    ("legal_person.company_structure_proof_id", Kind::Optional),
    ("natural_person.salutation", Kind::Optional),
    ("natural_person.forename", Kind::Text),
    ("natural_person.surname", Kind::Text),
    ("natural_person.birth_date", Kind::Text),
    ("natural_person.birth_place", Kind::Text),
    ("natural_person.citizenship", Kind::Text),
    ("natural_person.street", Kind::Text),
    ("natural_person.zip", Kind::Text),
    ("natural_person.city", Kind::Text),
    ("natural_person.country", Kind::Text),
    ("natural_person.phone", Kind::Optional),
    ("natural_person.is_pep", Kind::Yes),
    ("natural_person.is_subject_to_us_tax", Kind::Yes),
    ("bank_account.account_holder", Kind::Text),
    ("bank_account.iban", Kind::Text),
    ("bank_account.bic", Kind::Text),
    ("bank_account.bank", Kind::Optional),
    ("bank_account.country", Kind::Optional),
    ("bank_account.currency", Kind::Text),
];

/// What the form says.
pub(crate) fn read(fields: &Fields) -> registry::Result<Value> {
    Ok(json_form::read(fields, SHAPE)?)
}

/// An issuer as the fields of its form.
pub(crate) fn known(issuer: &Issuer) -> registry::Result<Fields> {
    let body = serde_json::to_value(issuer).map_err(registry::Error::fault)?;
    let mut fields = json_form::known(&body, SHAPE);
    if issuer.legal_person.is_none() {
        // The registrar has opened the account with the firm alone.
        let name = "legal_person.company_name".to_owned();
        fields.push((name, issuer.company_name.clone()));
    }
    Ok(Fields::known(fields))
}

/// The fields of the form, in sections.
pub(crate) fn inputs(form: &Form<'_>, names: &BTreeMap<String, String>) -> Markup {
    let visitor = form.visitor;
    let input = |name: &str, label: &str| form.input(name, label, "text");
    let select = |name: &str, label: &str| {
        let chosen = form.fields.text(name);
        form.select(name, label, &words::yes_no(visitor), chosen)
    };
    html! {
        h2 { (visitor.say("Company", "Firma")) }
        div class="two" {
            (input("legal_person.company_name", visitor.say("Firm as registered", "Firma laut Register")))
            (input("legal_person.commercial_register", visitor.say("Register, such as Amtsgericht Lübeck", "Register, etwa Amtsgericht Lübeck")))
            (input("legal_person.commercial_register_number", visitor.say("Number, such as HRB 40417", "Nummer, etwa HRB 40417")))
            (input("legal_person.lei", "LEI (optional)"))
            (address(form, "legal_person"))
        }
        (proofs(form, names))
        h2 { (visitor.say("Managing director", "Geschäftsführung")) }
        div class="two" {
            (input("natural_person.salutation", visitor.say("Salutation (optional)", "Anrede (optional)")))
            (input("natural_person.forename", visitor.say("Forename", "Vorname")))
            (input("natural_person.surname", visitor.say("Surname", "Nachname")))
            (form.input("natural_person.birth_date", visitor.say("Date of birth", "Geburtsdatum"), "date"))
            (input("natural_person.birth_place", visitor.say("Place of birth", "Geburtsort")))
            (input("natural_person.citizenship", visitor.say("Citizenship, such as DEU", "Staatsangehörigkeit, etwa DEU")))
            (address(form, "natural_person"))
            (select("natural_person.is_pep", visitor.say("Politically exposed", "Politisch exponiert")))
            (select("natural_person.is_subject_to_us_tax", visitor.say("Subject to US tax", "In den USA steuerpflichtig")))
        }
        h2 { (visitor.say("Bank account", "Bankkonto")) }
        div class="two" {
            (input("bank_account.account_holder", visitor.say("Account holder", "Kontoinhaber")))
            (input("bank_account.iban", "IBAN"))
            (input("bank_account.bic", "BIC"))
            (input("bank_account.currency", visitor.say("Currency, such as EUR", "Währung, etwa EUR")))
            (input("bank_account.bank", visitor.say("Bank (optional)", "Bank (optional)")))
        }
    }
}

fn address(form: &Form<'_>, of: &str) -> Markup {
    let visitor = form.visitor;
    let input = |name: &str, label: &str| form.input(&format!("{of}.{name}"), label, "text");
    html! {
        (input("street", visitor.say("Street and number", "Straße und Nummer")))
        (input("zip", visitor.say("Postal code", "Postleitzahl")))
        (input("city", visitor.say("Town", "Ort")))
        (input("country", visitor.say("Country, such as DEU", "Land, etwa DEU")))
        (input("phone", visitor.say("Telephone (optional)", "Telefon (optional)")))
    }
}

/// Both proofs are uploaded one after the other; what was kept stays with the form.
fn proofs(form: &Form<'_>, names: &BTreeMap<String, String>) -> Markup {
    let visitor = form.visitor;
    html! {
        h2 { (visitor.say("Proofs", "Nachweise")) }
        (proof(form, names, "legal_person.company_identity_proof_id", visitor.say("Register extract", "Registerauszug")))
        (proof(form, names, "legal_person.company_structure_proof_id", visitor.say("Ownership and control", "Eigentums- und Kontrollstruktur")))
        div class="two" {
            (form.input("file", visitor.say("PDF or picture", "PDF oder Bild"), "file"))
            (form.select("proof", visitor.say("It is", "Es ist"), &kinds(visitor), "identity"))
        }
        button type="submit" name="step" value="upload" class="outline" { (visitor.say("Upload", "Hochladen")) }
    }
}

fn proof(form: &Form<'_>, names: &BTreeMap<String, String>, name: &str, label: &str) -> Markup {
    let visitor = form.visitor;
    html! {
        p {
            (label) ": "
            @match form.fields.text(name) {
                "" => { em { (visitor.say("not uploaded yet", "noch nicht hochgeladen")) } }
                id => { strong { (upload::name(names, id)) } input type="hidden" name=(name) value=(id); }
            }
        }
        (form.wrong_with(name))
    }
}

fn kinds(visitor: &Visitor) -> Vec<(String, String)> {
    words::options(
        visitor,
        &[
            ("identity", "Register extract", "Registerauszug"),
            (
                "structure",
                "Ownership and control",
                "Eigentums- und Kontrollstruktur",
            ),
        ],
    )
}
