//! Requests for assets.

use domain::asset_request::{check_note, check_wanted};
use domain::{AssetRequestStatus, FieldErrors, PlatformId, Product, Units};
use wire::asset_requests::{self as out, AssetRequestAcceptance, AssetRequestCreate};
use wire::issuing::CampaignCreate;

use crate::fields::units;

/// Reads how many units are wanted of a product.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn wanted(body: &AssetRequestCreate, product: &Product) -> Result<Units, FieldErrors> {
    let mut errors = FieldErrors::new();
    let wanted = units(&mut errors, "wanted_units", body.wanted_units);
    if errors.is_empty() {
        check_wanted(
            &mut errors,
            wanted,
            product.step_size,
            product.max_issuable_amount,
        );
    }
    check_note(
        &mut errors,
        "note",
        body.note.as_deref().unwrap_or_default(),
    );
    errors.into_result(Some(wanted))
}

/// The campaign that an acceptance means, as if the issuer had made it itself.
pub fn campaign(
    body: &AssetRequestAcceptance,
    product: &Product,
    (platform, firm): (PlatformId, &str),
    wanted: Units,
) -> CampaignCreate {
    CampaignCreate {
        product_id: product.id.uuid(),
        distribution_platform_id: platform.uuid(),
        name: body.name.clone().unwrap_or_else(|| firm.to_owned()),
        allocation: body.allocation.unwrap_or(wanted.get()),
        minimum_units: body.minimum_units,
        maximum_units: body.maximum_units,
        required_document_types: body.required_document_types.clone(),
        opens_at: body.opens_at.clone(),
        closes_at: body.closes_at.clone(),
        distributor_may_accept: body.distributor_may_accept,
        distributor_may_mark_paid: body.distributor_may_mark_paid,
        offering_type: body.offering_type,
        maximum_persons: body.maximum_persons,
    }
}

/// How far a request has come.
pub fn status(status: AssetRequestStatus) -> out::AssetRequestStatus {
    match status {
        AssetRequestStatus::Requested => out::AssetRequestStatus::Requested,
        AssetRequestStatus::Accepted => out::AssetRequestStatus::Accepted,
        AssetRequestStatus::Live => out::AssetRequestStatus::Live,
        AssetRequestStatus::Refused => out::AssetRequestStatus::Refused,
        AssetRequestStatus::Withdrawn => out::AssetRequestStatus::Withdrawn,
    }
}
