//! What the network is told for an issue and for a batch of deliveries.

use dlt::Command;
use registry::delivery::Batch;

/// Enters an issue.
pub(crate) fn creation(batch: &Batch) -> Command {
    Command::CreateAsset {
        isin: batch.isin,
        name: batch.name.clone(),
        symbol: batch.symbol.clone(),
        issue_volume: batch.issue_volume.get(),
        terms_hash: batch.terms_hash,
    }
}

/// Delivers what a batch has.
pub(crate) fn batch_delivery(batch: &Batch) -> Command {
    Command::DeliverBatch {
        asset: batch.asset,
        sequence: batch.sequence,
        items: batch
            .items
            .iter()
            .map(|item| (item.wallet, item.units.get()))
            .collect(),
    }
}
