//! Re-registrations without the holder's signature, and reversals.

use domain::reregistration::{Cause, Reversal};
use domain::{
    Date, DocumentId, FieldCode, FieldErrors, Ground, ReregistrationDetails, Units, WalletId,
};
use wire::reregistrations as out;

use crate::instructions;

/// A re-registration as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reregistering {
    /// On what it rests.
    pub ground: Ground,
    /// Whose units.
    pub wallet: WalletId,
    /// Where they go.
    pub target: WalletId,
    /// How many; all that are free without a number.
    pub units: Option<Units>,
    /// What is sealed.
    pub details: ReregistrationDetails,
    /// What it rests on.
    pub document: DocumentId,
}

/// A reversal as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversing {
    /// The wrong entry.
    pub entry: u64,
    /// What was wrong, and who consents.
    pub reversal: Reversal,
    /// What it rests on, in words.
    pub legal_basis: String,
    /// What it rests on.
    pub document: DocumentId,
}

/// Reads the body of a re-registration.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::ReregistrationCreate) -> Result<Reregistering, FieldErrors> {
    let mut errors = FieldErrors::new();
    let ground = errors.parse::<Ground>("ground", &body.ground);
    if ground == Some(Ground::Reversal) {
        let message = "A wrong entry is reversed by an operation of its own.";
        errors.push("ground", FieldCode::UnknownValue, message);
    }
    let given = body.units;
    let units = given.and_then(|number| instructions::units(&mut errors, "units", number));
    let is_lost = ground == Some(Ground::LostKey);
    if is_lost && body.units.is_some() {
        let message = "After a lost key all units go to the new wallet; send no number.";
        errors.push("units", FieldCode::OutOfRange, message);
    }
    domain::text::check_text(&mut errors, "legal_basis", &body.legal_basis);
    let identified_on = match body.identified_on.as_deref() {
        None if is_lost => errors.parse_required::<Date>("identified_on", None),
        given => errors.parse_optional::<Date>("identified_on", given),
    };
    let read = ground.map(|ground| Reregistering {
        ground,
        wallet: WalletId::from_uuid(body.wallet_id),
        target: WalletId::from_uuid(body.target_wallet_id),
        units,
        details: ReregistrationDetails {
            legal_basis: body.legal_basis.clone(),
            identified_on,
            reversal: None,
        },
        document: DocumentId::from_uuid(body.document_id),
    });
    errors.into_result(read)
}

/// Reads the body of a reversal.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn reversal(body: &out::ReversalCreate) -> Result<Reversing, FieldErrors> {
    let mut errors = FieldErrors::new();
    let cause = errors.parse::<Cause>("cause", &body.cause);
    for (field, text) in [
        ("holder_consent", &body.holder_consent),
        ("issuer_consent", &body.issuer_consent),
    ] {
        if let Some(text) = text {
            domain::text::check_text(&mut errors, field, text);
        }
    }
    domain::text::check_text(&mut errors, "legal_basis", &body.legal_basis);
    let read = cause.map(|cause| Reversing {
        entry: body.entry,
        reversal: Reversal {
            cause,
            holder_consent: body.holder_consent.clone(),
            issuer_consent: body.issuer_consent.clone(),
        },
        legal_basis: body.legal_basis.clone(),
        document: DocumentId::from_uuid(body.document_id),
    });
    errors.into_result(read)
}
