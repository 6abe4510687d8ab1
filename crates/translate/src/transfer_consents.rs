//! Consents of companies to transfers of their shares.

use domain::transfer::consent::{ConsentStatus, TransferConsent};
use domain::{Address, Date, FieldCode, FieldErrors, ProductId, Timestamp, Units};
use wire::transfer_consents as out;

use crate::instructions;

/// A consent as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The shares.
    pub product: ProductId,
    /// The wallet that they leave.
    pub source: Address,
    /// The wallet that they reach.
    pub target: Address,
    /// At most so many of them.
    pub units: Units,
    /// Its last day.
    pub valid_until: Option<Date>,
    /// Where the declaration is kept.
    pub reference: Option<String>,
}

/// Reads the body of creation.
///
/// # Errors
/// Every field that cannot be accepted; a consent that is over covers nothing, and a transfer has two wallets.
pub fn create(body: &out::TransferConsentCreate, today: Date) -> Result<Given, FieldErrors> {
    let mut errors = FieldErrors::new();
    let source: Option<Address> = errors.parse("source_address", &body.source_address);
    let target: Option<Address> = errors.parse("target_address", &body.target_address);
    if source.is_some() && source == target {
        let message = "A transfer is from one wallet to another one.";
        errors.push("target_address", FieldCode::OutOfRange, message);
    }
    let units = instructions::units(&mut errors, "units", body.units);
    let valid_until: Option<Date> =
        errors.parse_optional("valid_until", body.valid_until.as_deref());
    if valid_until.is_some_and(|last| last < today) {
        let message = "The consent would be over already.";
        errors.push("valid_until", FieldCode::OutOfRange, message);
    }
    let reference = body.consent_reference.as_deref();
    domain::text::check_optional_text(&mut errors, "consent_reference", reference);
    let given = source
        .zip(target)
        .zip(units)
        .map(|((source, target), units)| Given {
            product: ProductId::from_uuid(body.product_id),
            source,
            target,
            units,
            valid_until,
            reference: body.consent_reference.clone(),
        });
    errors.into_result(given)
}

/// A consent as the network answers it.
pub fn show(consent: &TransferConsent, now: Timestamp) -> out::TransferConsent {
    out::TransferConsent {
        id: consent.id.uuid(),
        product_id: consent.product.uuid(),
        source_address: consent.source.to_string(),
        target_address: consent.target.to_string(),
        units: consent.units.get(),
        valid_until: consent.valid_until.map(|day| day.to_string()),
        consent_reference: consent.reference.clone(),
        status: match consent.status(now) {
            ConsentStatus::Open => out::TransferConsentStatus::Open,
            ConsentStatus::Used => out::TransferConsentStatus::Used,
            ConsentStatus::Withdrawn => out::TransferConsentStatus::Withdrawn,
            ConsentStatus::Expired => out::TransferConsentStatus::Expired,
        },
        given_at: consent.given_at.to_string(),
        given_by: consent.given_by.clone(),
        withdrawn_at: consent.withdrawn_at.map(|at| at.to_string()),
        transfer_id: consent.used_by.map(|id| id.uuid()),
    }
}
