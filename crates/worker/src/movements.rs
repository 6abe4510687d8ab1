//! Brings to the register what holders have moved on the DLT network themselves.

use dlt::{Ledger, Movement};
use domain::{ProductId, TransactionHash, Units};
use registry::delivery::Batch;
use registry::{Registry, movements};

use crate::batch::{Result, Trouble};
use crate::courier::Courier;

impl Courier {
    /// What holders have moved before a batch takes its place: entries stand in the order of the chain. A delivery takes nothing from a
    /// holder, so that the comparison's next look is early enough.
    pub(crate) async fn take_movements(&self, batch: &Batch, block: u64) -> Result<()> {
        if batch.kind.is_instructed() {
            let ledger = self.ledger.as_ref();
            take(&self.registry, ledger, batch.product, Some(block)).await?;
        }
        Ok(())
    }
}

/// Asks the network up to its last final block; how many movements are entered now. `before` is the block of which something of the registrar's is about to be entered; what
/// lies after it waits.
pub(crate) async fn take(
    registry: &Registry,
    ledger: &dyn Ledger,
    product: ProductId,
    before: Option<u64>,
) -> Result<usize> {
    let Some(mut looked) = movements::looked(registry, product).await? else {
        return Ok(0);
    };
    let mut entered = 0;
    loop {
        let stretch = ledger.movements(looked.token, looked.block).await?;
        let found = stretch.found.iter().map(kept);
        let found = found.collect::<Result<Vec<_>>>()?;
        if !found.is_empty() {
            metrics::counter!("dlt_holder_transfers_total").increment(found.len() as u64);
        }
        looked.block = stretch.through;
        entered += movements::take(registry, product, (stretch.through, found), before).await?;
        if stretch.is_all {
            return Ok(entered);
        }
    }
}

fn kept(movement: &Movement) -> Result<movements::Movement> {
    let units = Units::new(movement.units)
        .map_err(|error| Trouble::Blocked(format!("the network moved too many units: {error}")))?;
    Ok(movements::Movement {
        block: movement.block_number,
        place: movement.place,
        transaction_hash: TransactionHash::from_bytes(movement.transaction_hash),
        at: movement.at,
        from: movement.from,
        to: movement.to,
        units,
        trouble: None,
    })
}
