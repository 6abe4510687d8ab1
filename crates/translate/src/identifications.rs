//! Identifications and benefiting persons.

use domain::investor::BenefitingPerson;
use domain::{
    BenefitingPersonId, Date, DocumentId, FieldCode, FieldErrors, Identification, IdentificationId,
    KycStatus, Percent, Timestamp,
};
use wire::identifications as out;

/// Reads an import.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(
    body: &out::IdentificationCreate,
    now: Timestamp,
) -> Result<Identification, FieldErrors> {
    let mut errors = FieldErrors::new();
    let identification = Identification {
        document_type: body.document_type.clone(),
        document_id: body.document_id.clone(),
        document_issuer: body.document_issuer.clone(),
        document_valid_from: errors
            .parse_optional("document_valid_from", body.document_valid_from.as_deref()),
        document_valid_to: errors
            .parse_optional("document_valid_to", body.document_valid_to.as_deref()),
        identity_provider: body.identity_provider.clone(),
        legitimation_process_id: body.legitimation_process_id.clone(),
        legitimation_protocol_id: body.legitimation_protocol_id.map(DocumentId::from_uuid),
        verified_at: errors.parse_optional("verified_at", body.verified_at.as_deref()),
    };
    identification.check(&mut errors, now);
    errors.into_result(Some(identification))
}

/// What became of an identification.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where it stands.
    pub status: KycStatus,
    /// Why the registrar decided so, as far as the reader is told.
    pub reason: Option<String>,
    /// Its page, if it was asked for.
    pub url: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
}

/// An identification as the network answers it.
pub fn show(
    id: IdentificationId,
    identification: &Identification,
    standing: Standing,
) -> out::Identification {
    out::Identification {
        id: id.uuid(),
        status: crate::investors::show_kyc(standing.status),
        reason: standing.reason,
        url: standing.url,
        document_type: identification.document_type.clone(),
        identity_provider: identification.identity_provider.clone(),
        document_valid_to: identification
            .document_valid_to
            .map(|date| date.to_string()),
        verified_at: identification.verified_at.map(|at| at.to_string()),
        created_at: standing.created_at.to_string(),
    }
}

/// Reads a benefiting person.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create_benefiting_person(
    body: &out::BenefitingPersonCreate,
    today: Date,
) -> Result<BenefitingPerson, FieldErrors> {
    let mut errors = FieldErrors::new();
    let share = body.share_basis_points.map(|points| {
        let share = u16::try_from(points)
            .ok()
            .and_then(|points| Percent::from_basis_points(points).ok());
        if share.is_none() {
            let message = "A share is 0 to 10000 hundredths of a percent.";
            errors.push("share_basis_points", FieldCode::OutOfRange, message);
        }
        share
    });
    let person = BenefitingPerson {
        forename: body.forename.clone(),
        surname: body.surname.clone(),
        birth_date: errors.parse_optional("birth_date", body.birth_date.as_deref()),
        birth_place: body.birth_place.clone(),
        citizenship: errors.parse_optional("citizenship", body.citizenship.as_deref()),
        street: body.street.clone(),
        zip: body.zip.clone(),
        city: body.city.clone(),
        country: errors.parse_optional("country", body.country.as_deref()),
        is_pep: body.is_pep.unwrap_or(false),
        share: share.flatten(),
    };
    if person.is_pep {
        let message = "Only benefiting persons that are not politically exposed can be recorded.";
        errors.push("is_pep", FieldCode::OutOfRange, message);
    }
    person.check(&mut errors, today);
    errors.into_result(Some(person))
}

/// A benefiting person as the network answers it.
pub fn show_benefiting_person(
    id: BenefitingPersonId,
    person: &BenefitingPerson,
    created_at: Timestamp,
) -> out::BenefitingPerson {
    out::BenefitingPerson {
        id: id.uuid(),
        forename: person.forename.clone(),
        surname: person.surname.clone(),
        birth_date: person.birth_date.map(|date| date.to_string()),
        birth_place: person.birth_place.clone(),
        citizenship: person.citizenship.as_ref().map(ToString::to_string),
        street: person.street.clone(),
        zip: person.zip.clone(),
        city: person.city.clone(),
        country: person.country.as_ref().map(ToString::to_string),
        is_pep: person.is_pep,
        share_basis_points: person.share.map(|share| u32::from(share.basis_points())),
        created_at: created_at.to_string(),
    }
}
