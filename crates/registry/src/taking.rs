//! Which commands go to the network next: deliveries gathered into batches, what carries instructions out one by one in the order of
//! their queue.

use database::Tx;
use domain::{BatchId, ProductId, Timestamp};
use storage::dlt_batches::{self, BatchRecord, BatchStatus};
use storage::dlt_commands::{self, CommandKind};
use storage::dlt_transactions;
use storage::register_origins;

use crate::delivery::{Batch, Item, product};
use crate::{Error, Registry, Result, delivery_costs, ids, instructed, terms};

/// How much smaller the next batch of a refused one's commands is: refused three times, a command is alone.
const SPLIT: u32 = 8;

/// How many batches of a product may be on their way at once. Everything has a limit; a network that makes a block final after a
/// quarter of an hour takes some hundred instructions an hour and product with it.
const MOST_OPEN: usize = 64;

/// The open batches of a product, oldest first.
///
/// # Errors
/// Fails if the database does.
pub async fn open_batches(registry: &Registry, product: ProductId) -> Result<Vec<Batch>> {
    registry
        .db
        .read(move |tx| {
            let open = dlt_batches::open(tx, product)?;
            open.into_iter().map(|batch| load(tx, batch)).collect()
        })
        .await
}

/// A new batch of at most so many of the oldest commands, unless the open ones have to come first. Instructions whose turn comes and
/// that cannot be carried out any more are rejected on the way.
///
/// # Errors
/// Fails if the database does.
pub async fn next_batch(
    registry: &Registry,
    product: ProductId,
    most: u32,
) -> Result<Option<Batch>> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            if register_origins::standing(tx, product)?.is_some() {
                return Ok(None);
            }
            let open = dlt_batches::open(tx, product)?;
            // What was not sent yet would be overtaken.
            if open.len() >= MOST_OPEN || dlt_batches::unsent(tx, product)? > 0 {
                return Ok(None);
            }
            if open.iter().any(|batch| batch.kind.is_alone()) {
                return Ok(None);
            }
            let only_instructed = open.iter().all(|batch| batch.kind.is_instructed());
            for _ in 0..most {
                match turn(&own, tx, product, most)? {
                    Some((kind, _)) if kind.is_instructed() => {
                        if !open.is_empty() && dlt_commands::is_next_alone(tx, product)? {
                            return Ok(None);
                        }
                        if let Some(batch) = next_instructed(&own, tx, product)? {
                            return Ok(Some(batch));
                        }
                    }
                    Some((kind, attempts)) if only_instructed => {
                        return gather(&own, tx, product, (kind, attempts, most));
                    }
                    Some(_) | None => return Ok(None),
                }
            }
            Ok(None)
        })
        .await
}

/// What comes next. Deliveries may wait for company and for a price; what holders have instructed waits for neither, nor do deliveries that
/// the network has refused in greater company.
fn turn(
    registry: &Registry,
    tx: &mut Tx,
    product: ProductId,
    most: u32,
) -> Result<Option<(CommandKind, u32)>> {
    match dlt_commands::oldest(tx, product)? {
        Some((CommandKind::Delivery, 0))
            if delivery_costs::going(registry, tx, product, most)?.is_none() =>
        {
            let instructed = dlt_commands::next_instructed(tx, product)?;
            Ok(instructed.map(|command| (command.kind, command.attempts)))
        }
        next => Ok(next),
    }
}

/// A batch of deliveries, or the issue.
fn gather(
    registry: &Registry,
    tx: &mut Tx,
    product: ProductId,
    (kind, attempts, most): (CommandKind, u32, u32),
) -> Result<Option<Batch>> {
    let now = registry.clock.now();
    let policy = storage::delivery_costs::policy(tx, product)?;
    let most = policy.largest_batch(most);
    let sequence = dlt_batches::delivered(tx, product)?;
    let Some(batch) = open_batch(tx, product, (kind, sequence), now)? else {
        // Another worker opened one a moment ago: it is the next to be asked for.
        return Ok(None);
    };
    let most = largest(most, attempts);
    dlt_commands::take(tx, (product, batch.id), (kind, attempts), most, now)?;
    load(tx, batch).map(Some)
}

/// What carries the instruction out whose turn it is, as a batch of its own; nothing if it cannot be any more and is rejected.
fn next_instructed(registry: &Registry, tx: &mut Tx, product: ProductId) -> Result<Option<Batch>> {
    let now = registry.clock.now();
    let broken = || Error::NotFound("instruction");
    let command = dlt_commands::next_instructed(tx, product)?.ok_or_else(broken)?;
    let instruction = command.instruction.ok_or_else(broken)?;
    if let Some(code) = instructed::stands_against(registry, tx, &command)? {
        instructed::reject(registry, tx, &command, code)?;
        dlt_commands::refuse_queued(tx, command.id, code.as_str(), now)?;
        return Ok(None);
    }
    let sequence = storage::instructions::sequence(tx, instruction)?;
    let sequence = u32::try_from(sequence).map_err(Error::fault)?;
    let Some(batch) = open_batch(tx, product, (command.kind, sequence), now)? else {
        return Err(Error::InFlight);
    };
    dlt_commands::take_one(tx, command.id, batch.id, now)?;
    load(tx, batch).map(Some)
}

fn open_batch(
    tx: &mut Tx,
    product: ProductId,
    (kind, sequence): (CommandKind, u32),
    now: Timestamp,
) -> Result<Option<BatchRecord>> {
    let batch = BatchRecord {
        id: BatchId::from_uuid(ids::new()),
        product,
        kind,
        sequence,
        status: BatchStatus::Open,
        transaction_hash: None,
        error: None,
        created_at: now,
        changed_at: now,
    };
    Ok(dlt_batches::insert(tx, &batch)?.then_some(batch))
}

fn load(tx: &mut Tx, batch: BatchRecord) -> Result<Batch> {
    let record = product(tx, batch.product)?;
    let commands = dlt_commands::of_batch(tx, batch.id)?;
    let items = commands
        .iter()
        .map(|command| {
            Ok(Item {
                command: command.id,
                source: instructed::source(tx, &record, command)?,
                wallet: command.wallet.unwrap_or(record.token_address),
                units: instructed::units(tx, command)?,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Batch {
        id: batch.id,
        product: batch.product,
        kind: batch.kind,
        sequence: batch.sequence,
        chain_id: record.chain_id,
        asset: record.token_address,
        isin: record.product.isin,
        terms_hash: terms::hash(&record),
        name: record.product.name,
        symbol: record.symbol,
        issue_volume: record.product.max_issuable_amount,
        items,
        submissions: dlt_batches::submissions(tx, batch.id)?,
        seen: dlt_transactions::seen(tx, batch.id)?,
    })
}

/// How many commands that were refused so often go together.
fn largest(most: u32, attempts: u32) -> u32 {
    SPLIT
        .checked_pow(attempts)
        .map_or(1, |divisor| (most / divisor).max(1))
}

#[cfg(test)]
mod tests {
    use super::largest;

    #[test]
    fn refused_commands_are_tried_in_ever_smaller_company() {
        let sizes: Vec<u32> = (0..5).map(|attempts| largest(500, attempts)).collect();
        assert_eq!(sizes, [500, 62, 7, 1, 1]);
    }
}
