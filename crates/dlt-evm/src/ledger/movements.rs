//! What holders have moved themselves: the token lets an admitted wallet send to another one without asking the registrar.

use std::collections::HashMap;

use alloy::primitives::{Address, B256};
use alloy::rpc::types::Log;
use dlt::{LedgerError, Movement, Movements};

use super::client::Client;
use super::from_evm;
use super::node::{Included, Place};
use crate::contracts::SecurityToken;

/// Blocks that one question is about; nodes refuse to search many more.
const STRETCH: u64 = 1_000;

/// What a token tells of the final blocks after this one.
pub(super) async fn after(
    client: &Client,
    token: Address,
    after: u64,
) -> Result<Movements, LedgerError> {
    let node = &client.node;
    let last = node.last_final().await?;
    let first = match after {
        0 => {
            let issued = node.view(token, &SecurityToken::issuedInBlockCall {});
            issued.await?
        }
        seen => seen + 1,
    };
    if first > last {
        return Ok(Movements {
            through: after,
            is_all: true,
            found: Vec::new(),
        });
    }
    let through = last.min(first + STRETCH - 1);
    let logs = node
        .events_between::<SecurityToken::Transfer>(token, (first, through))
        .await?;
    let mut transactions = HashMap::new();
    let mut found = Vec::new();
    for (log, event) in logs {
        // What the issuer gives and gets, and what is deleted, is the registrar's doing by the contract.
        if [event.from, event.to]
            .iter()
            .any(|one| [token, Address::ZERO].contains(one))
        {
            continue;
        }
        let hash = log.transaction_hash.ok_or_else(incomplete)?;
        if let std::collections::hash_map::Entry::Vacant(place) = transactions.entry(hash) {
            place.insert(by_holder(client, hash).await?);
        }
        if let Some(Some(included)) = transactions.get(&hash) {
            found.push(Movement {
                transaction_hash: hash.0,
                place: log.log_index.ok_or_else(incomplete)?,
                block_number: in_block(&log, included)?,
                at: included.at,
                from: from_evm(event.from),
                to: from_evm(event.to),
                units: event.value.saturating_to(),
            });
        }
    }
    Ok(Movements {
        through,
        is_all: through == last,
        found,
    })
}

/// Where a transaction is if it is none of the registrar's. Every node has to say the same.
async fn by_holder(client: &Client, hash: B256) -> Result<Option<Included>, LedgerError> {
    if client.outbox.has(hash).await? {
        return Ok(None);
    }
    let Some(sender) = client.node.sender(hash).await? else {
        return Err(moving());
    };
    if sender == client.account() || client.outbox.is_sender(sender).await? {
        return Ok(None);
    }
    match client.node.place(hash).await? {
        Place::Final(included) => Ok(Some(included)),
        Place::Block(_) | Place::Nowhere => Err(moving()),
    }
}

/// The block of an event, which has to be that of its transaction.
fn in_block(log: &Log, included: &Included) -> Result<u64, LedgerError> {
    if log.block_hash != Some(included.block_hash) {
        return Err(moving());
    }
    Ok(included.block_number)
}

fn moving() -> LedgerError {
    LedgerError::Unavailable("the node is between two blocks: what it found is gone".into())
}

fn incomplete() -> LedgerError {
    LedgerError::Unavailable("the node tells an event without its place".into())
}
