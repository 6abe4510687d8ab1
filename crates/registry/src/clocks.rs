//! What becomes due by itself: payments that are late and cancellation periods that have ended.
//!
//! Each investment has a transaction of its own, and a fault in one is logged and holds up no other.

use database::Tx;
use domain::{InvestmentId, Timestamp};
use uuid::Uuid;

use crate::{Registry, Result, progress};

const PAGE: u32 = 200;

/// Ends accepted investments whose payment is late. Returns how many it looked after.
///
/// # Errors
/// Fails if the database does.
pub async fn payment_overdue(registry: &Registry) -> Result<usize> {
    let mut ended = 0;
    loop {
        let now = registry.clock.now();
        let due = registry
            .db
            .read(move |tx| -> Result<_> { Ok(storage::investments::overdue(tx, now, PAGE)?) })
            .await?;
        let mut done = 0;
        for id in &due {
            done += usize::from(one(registry, *id, progress::payment_overdue).await);
        }
        ended += done;
        // Those that failed stay due; they are tried again in the next round, not in this one.
        if due.len() < PAGE as usize || done == 0 {
            return Ok(ended);
        }
    }
}

/// Starts deliveries of paid investments whose cancellation period ended after `since`, as far as nothing else blocks
/// them. Returns until when it looked, which is where the next call starts: what is blocked by something else starts when
/// that changes, so nobody has to look at it again.
///
/// # Errors
/// Fails if the database does; then the next call has to start where this one did.
pub async fn deliveries_due(registry: &Registry, since: Timestamp) -> Result<Timestamp> {
    let now = registry.clock.now();
    let mut place = (since, InvestmentId::from_uuid(Uuid::max()));
    loop {
        let from = place;
        let due = registry
            .db
            .read(move |tx| -> Result<_> { Ok(storage::dlt_commands::due(tx, from, now, PAGE)?) })
            .await?;
        for (_, id) in &due {
            one(registry, *id, progress::start_delivery_if_ready).await;
        }
        match due.last() {
            Some(last) if due.len() == PAGE as usize => place = *last,
            _ => return Ok(now),
        }
    }
}

type Step = fn(&Registry, &mut Tx, InvestmentId) -> Result<()>;

/// One investment's step; false if it failed.
async fn one(registry: &Registry, id: InvestmentId, step: Step) -> bool {
    let own = registry.clone();
    let done = registry.db.write(move |tx| step(&own, tx, id)).await;
    if let Err(error) = &done {
        tracing::error!(investment.id = %id, error = %error, "investment {id} could not go on: {error}");
        metrics::counter!("clock_failures_total").increment(1);
    }
    done.is_ok()
}
