//! Campaigns.

use domain::{
    Campaign, CampaignId, FieldCode, FieldErrors, Mandates, Offer, PlatformId, ProductId,
    Timestamp, Units,
};
use serde_json::Value;
use wire::issuing::{CampaignCreate, IssuedCampaign};
use wire::products as out;

use crate::fields::units;
use crate::offers::same;

/// A campaign as the network answers it.
pub fn show(campaign: &Campaign) -> out::Campaign {
    out::Campaign {
        id: campaign.id.uuid(),
        product_id: campaign.product_id.uuid(),
        name: campaign.name.clone(),
        allocation: campaign.allocation.get(),
        available: campaign.available().get(),
        minimum_units: campaign.minimum_units.get(),
        maximum_units: campaign.maximum_units.map(Units::get),
        required_document_types: campaign.required_document_types.clone(),
        opens_at: campaign.opens_at.map(|at| at.to_string()),
        closes_at: campaign.closes_at.map(|at| at.to_string()),
    }
}

/// A campaign as its issuer sees it.
pub fn show_issued(
    campaign: &Campaign,
    platform: PlatformId,
    created_at: Timestamp,
) -> IssuedCampaign {
    let shown = show(campaign);
    IssuedCampaign {
        id: shown.id,
        product_id: shown.product_id,
        distribution_platform_id: platform.uuid(),
        name: shown.name,
        allocation: shown.allocation,
        reserved: campaign.reserved.get(),
        available: shown.available,
        minimum_units: shown.minimum_units,
        maximum_units: shown.maximum_units,
        required_document_types: shown.required_document_types,
        opens_at: shown.opens_at,
        closes_at: shown.closes_at,
        distributor_may_accept: campaign.mandates.distributor_may_accept,
        distributor_may_mark_paid: campaign.mandates.distributor_may_mark_paid,
        offering_type: campaign.offering_type.map(same),
        maximum_persons: campaign.maximum_persons,
        created_at: created_at.to_string(),
    }
}

/// Reads the body of creation; what the body leaves out follows from the product's offer. The id is given later.
pub fn create(errors: &mut FieldErrors, body: &CampaignCreate, offer: &Offer) -> Campaign {
    let minimum = body.minimum_units.unwrap_or(offer.minimum_units.get());
    let mut required = offer.required_document_types.clone();
    for document_type in &body.required_document_types {
        if !required.contains(document_type) {
            required.push(document_type.clone());
        }
    }
    Campaign {
        id: CampaignId::from_uuid(uuid::Uuid::nil()),
        product_id: ProductId::from_uuid(body.product_id),
        name: body.name.clone(),
        allocation: units(errors, "allocation", body.allocation),
        reserved: Units::ZERO,
        minimum_units: units(errors, "minimum_units", minimum),
        maximum_units: body
            .maximum_units
            .map(|most| units(errors, "maximum_units", most)),
        required_document_types: required,
        opens_at: errors.parse_optional("opens_at", body.opens_at.as_deref()),
        closes_at: errors.parse_optional("closes_at", body.closes_at.as_deref()),
        mandates: Mandates {
            distributor_may_accept: body.distributor_may_accept,
            distributor_may_mark_paid: body.distributor_may_mark_paid,
        },
        offering_type: body.offering_type.map(same),
        maximum_persons: body.maximum_persons,
    }
}

/// Applies a merge patch (RFC 7396) of the fields that may change; only the two times can be taken away.
pub fn patch(errors: &mut FieldErrors, campaign: Campaign, patch: &Value) -> Campaign {
    let mut changed = campaign;
    for (name, value) in patch.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("name", Value::String(text)) => changed.name.clone_from(text),
            ("allocation", Value::Number(number)) => {
                let number = number.as_u64().unwrap_or_default();
                changed.allocation = units(errors, "allocation", number);
            }
            ("opens_at", value) => changed.opens_at = time(errors, "opens_at", value),
            ("closes_at", value) => changed.closes_at = time(errors, "closes_at", value),
            ("distributor_may_accept", Value::Bool(may)) => {
                changed.mandates.distributor_may_accept = *may;
            }
            ("distributor_may_mark_paid", Value::Bool(may)) => {
                changed.mandates.distributor_may_mark_paid = *may;
            }
            (
                "name" | "allocation" | "distributor_may_accept" | "distributor_may_mark_paid",
                _,
            ) => errors.missing(name),
            (other, _) => errors.push(
                other,
                FieldCode::Immutable,
                "Of a campaign only name, allocation, opens_at, closes_at and the mandates may change.",
            ),
        }
    }
    changed
}

fn time(errors: &mut FieldErrors, field: &str, value: &Value) -> Option<Timestamp> {
    errors.parse_optional(field, value.as_str())
}
