//! Campaigns.

use domain::{Campaign, Units};
use wire::products as out;

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
