//! Applications to take part in the network.

use domain::application::{Application, ApplicationStatus, Company, ContactPerson};
use domain::{
    Date, DocumentId, EmailAddress, FieldCode, FieldErrors, Lei, Licence, LicenceType,
    LicensedService, Timestamp, application,
};
use wire::applications as out;

/// Reads a complete application.
///
/// # Errors
/// Every field that is missing or wrong.
pub fn complete(draft: &out::ApplicationDraft, now: Timestamp) -> Result<Application, FieldErrors> {
    let mut errors = FieldErrors::new();
    let company = company(&mut errors, draft.company.as_ref());
    let platform = draft.platform.clone().unwrap_or_default();
    let platform_url = required(&mut errors, "platform.url", platform.url);
    let model = required(
        &mut errors,
        "platform.business_model",
        platform.business_model,
    );
    let licence = match &draft.licence {
        None => {
            errors.missing("licence");
            None
        }
        Some(licence) => read_licence(&mut errors, "licence", licence),
    };
    let contact_persons = contact_persons(&mut errors, draft);
    let documents = documents(&mut errors, draft);
    let read = company.zip(platform_url).zip(model).zip(licence).map(
        |(((company, platform_url), business_model), licence)| Application {
            company,
            platform_url,
            business_model,
            licence,
            contact_persons,
            documents,
        },
    );
    if let Some(read) = &read
        && let Err(wrong) = read.check(now)
    {
        errors.extend(wrong);
    }
    errors.into_result(read)
}

/// Reads a licence; `place` is its path in the body.
///
/// # Errors
/// The fields that are missing or wrong.
pub fn licence(place: &str, given: &out::Licence) -> Result<Licence, FieldErrors> {
    let mut errors = FieldErrors::new();
    let licence = read_licence(&mut errors, place, given);
    if let Some(licence) = &licence {
        licence.check(&mut errors, place);
    }
    errors.into_result(licence)
}

/// A licence as the network answers it.
pub fn show_licence(licence: &Licence) -> out::Licence {
    let services = licence.services.iter();
    out::Licence {
        licence_type: Some(licence.licence_type.as_str().to_owned()),
        services: Some(services.map(|one| one.as_str().to_owned()).collect()),
        authority: Some(licence.authority.clone()),
        number: Some(licence.number.clone()),
        register_url: licence.register_url.clone(),
        valid_from: Some(licence.valid_from.to_string()),
        valid_to: licence.valid_to.map(|day| day.to_string()),
        liable_firm: licence.liable_firm.clone(),
    }
}

/// What is sent replaces what was there, part by part.
pub fn merge(old: out::ApplicationDraft, new: out::ApplicationDraft) -> out::ApplicationDraft {
    out::ApplicationDraft {
        company: new.company.or(old.company),
        platform: new.platform.or(old.platform),
        licence: new.licence.or(old.licence),
        contact_persons: new.contact_persons.or(old.contact_persons),
        documents: new.documents.or(old.documents),
    }
}

/// The status as the network answers it.
pub fn status(status: ApplicationStatus) -> out::ApplicationStatus {
    match status {
        ApplicationStatus::Draft => out::ApplicationStatus::Draft,
        ApplicationStatus::Submitted => out::ApplicationStatus::Submitted,
        ApplicationStatus::Admitted => out::ApplicationStatus::Admitted,
        ApplicationStatus::Refused => out::ApplicationStatus::Refused,
        ApplicationStatus::Withdrawn => out::ApplicationStatus::Withdrawn,
    }
}

/// The status that is asked for.
pub fn wanted_status(status: out::ApplicationStatus) -> ApplicationStatus {
    match status {
        out::ApplicationStatus::Draft => ApplicationStatus::Draft,
        out::ApplicationStatus::Submitted => ApplicationStatus::Submitted,
        out::ApplicationStatus::Admitted => ApplicationStatus::Admitted,
        out::ApplicationStatus::Refused => ApplicationStatus::Refused,
        out::ApplicationStatus::Withdrawn => ApplicationStatus::Withdrawn,
    }
}

fn required(errors: &mut FieldErrors, field: &str, text: Option<String>) -> Option<String> {
    if text.is_none() {
        errors.missing(field);
    }
    text
}

fn company(errors: &mut FieldErrors, given: Option<&out::ApplicantCompany>) -> Option<Company> {
    let given = given.cloned().unwrap_or_default();
    let mut text = |name: &str, value| required(errors, &format!("company.{name}"), value);
    let name = text("name", given.name);
    let legal_form = text("legal_form", given.legal_form);
    let register = text("commercial_register", given.commercial_register);
    let number = text(
        "commercial_register_number",
        given.commercial_register_number,
    );
    let street = text("street", given.street);
    let zip = text("zip", given.zip);
    let city = text("city", given.city);
    let country = errors.parse_required("company.country", given.country.as_deref());
    let lei: Option<Lei> = errors.parse_required("company.lei", given.lei.as_deref());
    Some(Company {
        name: name?,
        legal_form: legal_form?,
        commercial_register: register?,
        commercial_register_number: number?,
        street: street?,
        zip: zip?,
        city: city?,
        country: country?,
        lei: lei?,
    })
}

fn read_licence(errors: &mut FieldErrors, place: &str, given: &out::Licence) -> Option<Licence> {
    let field = |name: &str| format!("{place}.{name}");
    let licence_type: Option<LicenceType> =
        errors.parse_required(&field("type"), given.licence_type.as_deref());
    let mut services = Vec::new();
    for (index, text) in given.services.iter().flatten().enumerate() {
        let place = format!("{place}.services[{index}]");
        services.extend(errors.parse::<LicensedService>(&place, text));
    }
    let authority = required(errors, &field("authority"), given.authority.clone());
    let number = required(errors, &field("number"), given.number.clone());
    let from: Option<Date> =
        errors.parse_required(&field("valid_from"), given.valid_from.as_deref());
    let valid_to: Option<Date> =
        errors.parse_optional(&field("valid_to"), given.valid_to.as_deref());
    if let Some(url) = &given.register_url
        && !(url.starts_with("https://") && url.len() <= 2_000)
    {
        errors.push(
            field("register_url"),
            FieldCode::InvalidFormat,
            "This is an address that begins with https://.",
        );
    }
    Some(Licence {
        licence_type: licence_type?,
        services,
        authority: authority?,
        number: number?,
        register_url: given.register_url.clone(),
        valid_from: from?,
        valid_to,
        liable_firm: given.liable_firm.clone(),
    })
}

fn contact_persons(errors: &mut FieldErrors, draft: &out::ApplicationDraft) -> Vec<ContactPerson> {
    let given = draft.contact_persons.as_deref().unwrap_or_default();
    let mut read = Vec::new();
    for (index, person) in given.iter().enumerate() {
        let place = |name: &str| format!("contact_persons[{index}].{name}");
        let name = required(errors, &place("name"), person.name.clone());
        let role = required(errors, &place("role"), person.role.clone());
        let email: Option<EmailAddress> =
            errors.parse_required(&place("email"), person.email.as_deref());
        if let Some(((name, role), email)) = name.zip(role).zip(email) {
            let phone = person.phone.clone();
            read.push(ContactPerson {
                name,
                role,
                email,
                phone,
            });
        }
    }
    if given.is_empty() {
        errors.missing("contact_persons");
    }
    read
}

fn documents(errors: &mut FieldErrors, draft: &out::ApplicationDraft) -> Vec<(DocumentId, String)> {
    let given = draft.documents.as_deref().unwrap_or_default();
    for required in application::REQUIRED_DOCUMENTS {
        if !given.iter().any(|one| one.document_type == *required) {
            errors.push(
                "documents",
                FieldCode::Missing,
                format!("A document of the type {required} is required."),
            );
        }
    }
    given
        .iter()
        .map(|one| {
            (
                DocumentId::from_uuid(one.document_id),
                one.document_type.clone(),
            )
        })
        .collect()
}
