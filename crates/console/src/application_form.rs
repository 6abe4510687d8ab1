//! What an application says, as the fields of a form; they have the names of the API, so that what is wrong is said beside them.

use maud::{Markup, html};
use wire::applications::{ApplicantCompany, ApplicationDraft, ContactPerson, InvestmentPlatform};

use crate::form::Fields;
use crate::licences;
use crate::parts::Form;
use crate::visitor::Visitor;

/// As many contact persons can be named on the page.
const CONTACTS: usize = 3;

/// A draft as the fields of its form.
pub(crate) fn known(draft: &ApplicationDraft) -> Fields {
    let mut fields = Vec::new();
    let mut put = |name: String, value: &Option<String>| {
        fields.extend(value.clone().map(|value| (name, value)));
    };
    if let Some(company) = &draft.company {
        for (name, value) in company_values(company) {
            put(format!("company.{name}"), value);
        }
    }
    if let Some(platform) = &draft.platform {
        put("platform.url".to_owned(), &platform.url);
        put(
            "platform.business_model".to_owned(),
            &platform.business_model,
        );
    }
    for (index, person) in draft.contact_persons.iter().flatten().enumerate() {
        for (name, value) in [
            ("name", &person.name),
            ("role", &person.role),
            ("email", &person.email),
            ("phone", &person.phone),
        ] {
            put(format!("contact_persons[{index}].{name}"), value);
        }
    }
    fields.extend(draft.licence.iter().flat_map(licences::known));
    Fields::known(fields)
}

/// What the form says; documents have forms of their own.
pub(crate) fn read(fields: &Fields) -> ApplicationDraft {
    let company = |name: &str| fields.optional(&format!("company.{name}"));
    let contacts = (0..CONTACTS)
        .map(|index| contact(fields, index))
        .filter(|person| *person != ContactPerson::default());
    ApplicationDraft {
        company: Some(ApplicantCompany {
            name: company("name"),
            legal_form: company("legal_form"),
            commercial_register: company("commercial_register"),
            commercial_register_number: company("commercial_register_number"),
            street: company("street"),
            zip: company("zip"),
            city: company("city"),
            country: company("country"),
            lei: company("lei"),
        }),
        platform: Some(InvestmentPlatform {
            url: fields.optional("platform.url"),
            business_model: fields
                .optional("platform.business_model")
                // Forms send lines as mail does.
                .map(|text| text.replace("\r\n", "\n")),
        }),
        licence: Some(licences::read(fields)),
        contact_persons: Some(contacts.collect()),
        documents: None,
    }
}

/// The fields of the form, in sections.
pub(crate) fn inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    html! {
        h2 { (visitor.say("Firm", "Firma")) }
        div class="two" {
            @for (name, label) in company_labels(visitor) { (form.input(&format!("company.{name}"), label, "text")) }
        }
        h2 { (visitor.say("Investment platform", "Investmentplattform")) }
        (form.input("platform.url", visitor.say("Address at which investors find it", "Adresse, unter der Anleger sie finden"), "url"))
        (form.area("platform.business_model", visitor.say("To whom you sell what, how, and how you identify investors", "An wen Sie was wie vertreiben, und wie Sie Anleger identifizieren"), 6))
        h2 { (visitor.say("Licence", "Erlaubnis")) }
        (licences::inputs(form))
        h2 { (visitor.say("Whom we can ask", "Wen wir fragen können")) }
        (form.wrong_with("contact_persons"))
        @for index in 0..CONTACTS {
            div class="two" {
                @for (name, label, kind) in contact_labels(visitor) {
                    (form.input(&format!("contact_persons[{index}].{name}"), label, kind))
                }
            }
        }
    }
}

/// The firm as names and values, for whoever reads it.
pub(crate) fn company_facts<'a>(
    visitor: &Visitor,
    company: &'a ApplicantCompany,
) -> Vec<(&'static str, Option<&'a str>)> {
    let values = company_values(company);
    company_labels(visitor)
        .into_iter()
        .zip(values)
        .map(|((_, label), (_, value))| (label, value.as_deref()))
        .collect()
}

fn contact(fields: &Fields, index: usize) -> ContactPerson {
    let field = |name: &str| fields.optional(&format!("contact_persons[{index}].{name}"));
    ContactPerson {
        name: field("name"),
        role: field("role"),
        email: field("email"),
        phone: field("phone"),
    }
}

fn company_values(company: &ApplicantCompany) -> [(&'static str, &Option<String>); 9] {
    [
        ("name", &company.name),
        ("legal_form", &company.legal_form),
        ("lei", &company.lei),
        ("commercial_register", &company.commercial_register),
        (
            "commercial_register_number",
            &company.commercial_register_number,
        ),
        ("street", &company.street),
        ("zip", &company.zip),
        ("city", &company.city),
        ("country", &company.country),
    ]
}

fn company_labels(visitor: &Visitor) -> [(&'static str, &'static str); 9] {
    [
        ("name", visitor.say("Name", "Name")),
        ("legal_form", visitor.say("Legal form", "Rechtsform")),
        ("lei", "LEI (ISO 17442)"),
        (
            "commercial_register",
            visitor.say("Commercial register", "Handelsregister"),
        ),
        (
            "commercial_register_number",
            visitor.say("Number there", "Nummer dort"),
        ),
        ("street", visitor.say("Street", "Straße")),
        ("zip", visitor.say("Postal code", "Postleitzahl")),
        ("city", visitor.say("City", "Ort")),
        (
            "country",
            visitor.say(
                "Country (three letters, such as DEU)",
                "Land (drei Buchstaben, etwa DEU)",
            ),
        ),
    ]
}

fn contact_labels(visitor: &Visitor) -> [(&'static str, &'static str, &'static str); 4] {
    [
        ("name", visitor.say("Name", "Name"), "text"),
        ("role", visitor.say("Role", "Aufgabe"), "text"),
        ("email", visitor.say("E-mail", "E-Mail"), "email"),
        ("phone", visitor.say("Telephone", "Telefon"), "tel"),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use wire::applications::Licence;

    #[test]
    fn a_draft_survives_its_form() {
        let text = |text: &str| Some(text.to_owned());
        let draft = ApplicationDraft {
            company: Some(ApplicantCompany {
                name: text("Mustermann & Söhne GmbH"),
                country: text("DEU"),
                ..ApplicantCompany::default()
            }),
            platform: Some(InvestmentPlatform {
                url: text("https://invest.example"),
                business_model: text("Two\nlines"),
            }),
            licence: Some(Licence {
                licence_type: text("wpig_15"),
                services: Some(vec![
                    "investment_brokerage".to_owned(),
                    "placement".to_owned(),
                ]),
                ..Licence::default()
            }),
            contact_persons: Some(vec![ContactPerson {
                name: text("Erika Mustermann"),
                email: text("erika@mustermann.example"),
                ..ContactPerson::default()
            }]),
            documents: None,
        };
        assert_eq!(read(&known(&draft)), draft);
    }

    #[test]
    fn an_empty_form_names_nobody() {
        let draft = read(&Fields::default());
        assert_eq!(draft.contact_persons, Some(Vec::new()));
        assert_eq!(draft.company, Some(ApplicantCompany::default()));
        assert_eq!(draft.documents, None);
    }
}
