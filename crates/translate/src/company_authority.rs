//! Who acts for a company.

use domain::{
    AuthorityBasis, AuthorityProof, CompanyAuthority, Date, DocumentId, FieldCode, FieldErrors,
    Timestamp,
};
use wire::company_authority as out;

/// The longest reference.
const LONGEST_REFERENCE: usize = 500;

/// A proof as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// What it is.
    pub basis: AuthorityBasis,
    /// The uploaded document.
    pub document: DocumentId,
    /// Its last day.
    pub valid_until: Option<Date>,
}

/// Reads the body of a proof.
///
/// # Errors
/// Every field that cannot be accepted; a proof that is over proves nothing.
pub fn create(body: &out::AuthorityProofCreate, today: Date) -> Result<Recorded, FieldErrors> {
    let mut errors = FieldErrors::new();
    let basis = errors.parse("basis", &body.basis);
    let valid_until: Option<Date> =
        errors.parse_optional("valid_until", body.valid_until.as_deref());
    if valid_until.is_some_and(|last| last < today) {
        let message = "The proof is over; record one that is in force.";
        errors.push("valid_until", FieldCode::OutOfRange, message);
    }
    errors.into_result(basis.map(|basis| Recorded {
        basis,
        document: DocumentId::from_uuid(body.document_id),
        valid_until,
    }))
}

/// A proof as the network answers it.
pub fn show(proof: &AuthorityProof, verified_by: &str) -> out::AuthorityProof {
    out::AuthorityProof {
        id: proof.id.uuid(),
        basis: proof.basis.as_str().to_owned(),
        document_id: proof.document.uuid(),
        valid_until: proof.valid_until.map(|day| day.to_string()),
        verified_at: proof.verified_at.to_string(),
        verified_by: verified_by.to_owned(),
    }
}

/// Reads what a platform's companies instruct on, and where its confirmation is kept.
///
/// # Errors
/// Every field that cannot be accepted; a mandate without a confirmation is none.
pub fn rests_on(
    body: &out::CompanyAuthorityCreate,
) -> Result<(CompanyAuthority, Option<String>), FieldErrors> {
    let mut errors = FieldErrors::new();
    let authority: Option<CompanyAuthority> = errors.parse("rests_on", &body.rests_on);
    let reference = body.reference.as_deref().map(str::trim);
    let reference = reference.filter(|text| !text.is_empty());
    if authority == Some(CompanyAuthority::Mandate) && reference.is_none() {
        errors.missing("reference");
    }
    if reference.is_some_and(|text| text.chars().count() > LONGEST_REFERENCE) {
        let message = format!("A reference has at most {LONGEST_REFERENCE} characters.");
        errors.push("reference", FieldCode::TooLong, message);
    }
    errors.into_result(authority.map(|authority| (authority, reference.map(str::to_owned))))
}

/// The same as the network answers it.
pub fn show_rests_on(
    platform: domain::PlatformId,
    (authority, reference): (CompanyAuthority, Option<&str>),
    set_at: Option<Timestamp>,
) -> out::CompanyAuthority {
    out::CompanyAuthority {
        platform_id: platform.uuid(),
        rests_on: authority.as_str().to_owned(),
        reference: reference.map(str::to_owned),
        set_at: set_at.map(|at| at.to_string()),
    }
}
