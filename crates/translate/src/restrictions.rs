//! Restrictions of disposal and rights of third parties.

use domain::restriction::{Beneficiary, Extent, RestrictionKind};
use domain::{
    Address, Authority, Date, DocumentId, FieldCode, FieldErrors, RestrictionDetails, Units,
    WalletId,
};
use wire::restrictions as out;

use crate::instructions;

/// A restriction as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restricting {
    /// Whose units.
    pub wallet: WalletId,
    /// What it is.
    pub kind: RestrictionKind,
    /// How much it covers.
    pub extent: Extent,
    /// By which right.
    pub authority: Authority,
    /// The key with which the third party instructs.
    pub key: Option<Address>,
    /// What is sealed.
    pub details: RestrictionDetails,
    /// What it rests on.
    pub document: DocumentId,
}

/// A release as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releasing {
    /// How much ends.
    pub extent: Extent,
    /// By which right.
    pub authority: Authority,
    /// Whether the holder has assured that the beneficiary consents.
    pub is_assured: bool,
    /// What it rests on, in words.
    pub legal_basis: String,
    /// What it rests on.
    pub document: DocumentId,
}

/// Reads the body of a restriction.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::RestrictionCreate) -> Result<Restricting, FieldErrors> {
    let mut errors = FieldErrors::new();
    let kind = errors.parse::<RestrictionKind>("kind", &body.kind);
    let extent = extent(&mut errors, body.units);
    let authority = authority(&mut errors, &body.authority);
    let beneficiary = beneficiary(&mut errors, &body.beneficiary);
    let key = errors.parse_optional::<Address>("key_address", body.key_address.as_deref());
    if key.is_some() && kind.is_some_and(|kind| !kind.is_right()) {
        let message = "Only who has a right in the units instructs in the holder's place.";
        errors.push("key_address", FieldCode::OutOfRange, message);
    }
    domain::text::check_text(&mut errors, "legal_basis", &body.legal_basis);
    let valid_until = errors.parse_optional::<Date>("valid_until", body.valid_until.as_deref());
    let read = kind.zip(extent).zip(authority).zip(beneficiary).map(
        |(((kind, extent), authority), beneficiary)| Restricting {
            wallet: WalletId::from_uuid(body.wallet_id),
            kind,
            extent,
            authority,
            key,
            details: RestrictionDetails {
                beneficiary,
                legal_basis: body.legal_basis.clone(),
                valid_until,
            },
            document: DocumentId::from_uuid(body.document_id),
        },
    );
    errors.into_result(read)
}

/// Reads the body of a release.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn release(body: &out::RestrictionRelease) -> Result<Releasing, FieldErrors> {
    let mut errors = FieldErrors::new();
    let extent = extent(&mut errors, body.units);
    let authority = authority(&mut errors, &body.authority);
    domain::text::check_text(&mut errors, "legal_basis", &body.legal_basis);
    let read = extent.zip(authority).map(|(extent, authority)| Releasing {
        extent,
        authority,
        is_assured: body.beneficiary_consents,
        legal_basis: body.legal_basis.clone(),
        document: DocumentId::from_uuid(body.document_id),
    });
    errors.into_result(read)
}

/// Who benefits, as the network answers it.
pub fn show_beneficiary(known: &Beneficiary) -> out::Beneficiary {
    let text = |text: &String| Some(text.clone());
    match known {
        Beneficiary::Person {
            forename,
            surname,
            birth_date,
            residence,
        } => out::Beneficiary {
            forename: text(forename),
            surname: text(surname),
            birth_date: Some(birth_date.to_string()),
            residence: text(residence),
            name: None,
            seat: None,
        },
        Beneficiary::Organisation { name, seat } => out::Beneficiary {
            forename: None,
            surname: None,
            birth_date: None,
            residence: None,
            name: text(name),
            seat: text(seat),
        },
    }
}

fn extent(errors: &mut FieldErrors, number: Option<u64>) -> Option<Extent> {
    match number {
        None => Some(Extent::All),
        Some(number) => instructions::units(errors, "units", number).map(Extent::Units),
    }
}

fn authority(errors: &mut FieldErrors, text: &str) -> Option<Authority> {
    let read = text.parse::<Authority>();
    if let Err(error) = &read {
        errors.push("authority", FieldCode::UnknownValue, error.to_string());
    }
    read.ok()
}

/// A person if it has a family name, else an organisation.
fn beneficiary(errors: &mut FieldErrors, body: &out::Beneficiary) -> Option<Beneficiary> {
    let given = |errors: &mut FieldErrors, field: &str, text: &Option<String>| {
        let text = text.clone().unwrap_or_default();
        domain::text::check_text(errors, &format!("beneficiary.{field}"), &text);
        text
    };
    if body.surname.is_some() {
        let (forename, surname) = (
            given(errors, "forename", &body.forename),
            given(errors, "surname", &body.surname),
        );
        let residence = given(errors, "residence", &body.residence);
        let birth_date =
            errors.parse_required::<Date>("beneficiary.birth_date", body.birth_date.as_deref())?;
        return Some(Beneficiary::Person {
            forename,
            surname,
            birth_date,
            residence,
        });
    }
    let (name, seat) = (
        given(errors, "name", &body.name),
        given(errors, "seat", &body.seat),
    );
    Some(Beneficiary::Organisation { name, seat })
}

/// A number of units, or none for all of them.
pub fn units(extent: Extent) -> Option<u64> {
    extent.units().map(Units::get)
}
