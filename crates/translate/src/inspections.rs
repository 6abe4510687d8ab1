//! Inspections of a register.

use domain::inspection::{Assessment, check};
use domain::{Date, FieldErrors, HolderId, InspectionBasis, InspectionScope};
use wire::inspections as out;

/// An inspection as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspecting {
    /// On which ground.
    pub basis: InspectionBasis,
    /// What is shown.
    pub scope: InspectionScope,
    /// Who it is that shall be shown.
    pub holder: Option<HolderId>,
}

/// Reads the body of a request.
///
/// # Errors
/// Every field that cannot be accepted, and every part of § 10(3) eWpG that is missing.
pub fn create(body: &out::InspectionCreate) -> Result<Inspecting, FieldErrors> {
    let mut errors = FieldErrors::new();
    let person = &body.person;
    let texts = [
        ("person.name", Some(&person.name)),
        ("person.address", Some(&person.address)),
        ("person.identified_by", Some(&person.identified_by)),
        ("represents", body.represents.as_ref()),
        ("interest", Some(&body.interest)),
        ("evidence", Some(&body.evidence)),
    ];
    for (field, text) in texts {
        if let Some(text) = text {
            domain::text::check_text(&mut errors, field, text);
        }
    }
    errors.parse::<Date>("person.birth_date", &person.birth_date);
    errors.parse::<Date>("person.identified_on", &person.identified_on);
    crate::fields::money(&mut errors, "fee", body.fee.as_ref());
    let basis = errors.parse::<InspectionBasis>("legal_basis", &body.legal_basis);
    let scope = errors.parse::<InspectionScope>("scope", &body.scope);
    let assessment = body.assessment.as_ref().map(|given| Assessment {
        interest: given.interest.clone(),
        necessity: given.necessity.clone(),
        balance: given.balance.clone(),
    });
    if let (Some(basis), Some(scope)) = (basis, scope) {
        let names_a_holder = body.holder_id.is_some();
        check(
            &mut errors,
            basis,
            scope,
            assessment.as_ref(),
            names_a_holder,
        );
    }
    let read = basis.zip(scope).map(|(basis, scope)| Inspecting {
        basis,
        scope,
        holder: body.holder_id.map(HolderId::from_uuid),
    });
    errors.into_result(read)
}
