//! Another key for an office: the chain first, then our own note of where the factory is.

use std::sync::Arc;

use alloy::primitives::Address as EvmAddress;
use database::Db;
use dlt::LedgerError;
use domain::Address;

use super::client::Client;
use super::deployment;
use super::offices::{Office, Offices, Post, elsewhere, hand_over};
use super::refusals::fault;
use super::{Connection, from_evm, to_evm};
use crate::Embedded;
use crate::signing::{Signer, Signers};

/// Which office passes on. It goes to the key of the configuration.
pub struct Rotation {
    /// The office.
    pub office: Office,
    /// The key that has it so far, unless that is the other office's.
    pub from: Option<Arc<dyn Signer>>,
    /// The tokens of the register; the registry's office stands in each.
    pub tokens: Vec<Address>,
}

/// What was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Who holds the office now.
    pub to: Address,
    /// Contracts in which it had to be passed on; none if that was done before.
    pub contracts: usize,
}

/// Passes an office on, on a network of nodes. It can end anywhere, and is then done again.
///
/// # Errors
/// `Unavailable` if it has to be done again, `Fault` if somebody else holds the office.
pub async fn rotate(
    db: &Db,
    connection: Connection,
    rotation: Rotation,
) -> Result<Rotated, LedgerError> {
    let (_, offices) = Offices::connect(db, connection)?;
    pass_on(db, &offices, rotation).await
}

/// Passes an office on, on the chain in this process.
///
/// # Errors
/// As with [`rotate`].
pub async fn rotate_embedded(
    chain: &Embedded,
    signers: Signers,
    rotation: Rotation,
) -> Result<Rotated, LedgerError> {
    let (_, offices) = Offices::embedded(chain, signers);
    pass_on(chain.db(), &offices, rotation).await
}

async fn pass_on(db: &Db, offices: &Offices, rotation: Rotation) -> Result<Rotated, LedgerError> {
    let to = offices.of(rotation.office);
    to.node.check_chain().await?;
    to.node.saw_final(to.outbox.highest_block().await?);
    let mut candidates = vec![offices.registry.clone(), offices.enforcement.clone()];
    candidates.extend(rotation.from.map(|from| to.with(from, "the key before")));
    let accounts: Vec<_> = candidates.iter().map(Client::account).collect();
    let chain_id = to.node.chain_id();
    let (noted, factory) = deployment::noted(db, chain_id, &accounts).await?;

    let mut contracts = 0;
    for post in posts(rotation.office, factory, &rotation.tokens) {
        // What was never issued has no office to pass on.
        if to.node.code(post.contract).await?.is_empty() {
            continue;
        }
        let holder = post.holder(to).await?;
        let from = candidates.iter().find(|client| client.account() == holder);
        let from = from.ok_or_else(|| elsewhere(post, holder, to))?;
        if hand_over(post, from, to).await? {
            contracts += 1;
            tracing::info!(
                "the office of {} of {} is with {} now",
                rotation.office.as_str(),
                post.contract,
                to.account()
            );
        }
    }
    // Last: until then neither the old configuration nor the new one can start (decision 0025).
    if rotation.office == Office::Registry && noted != to.account() {
        deployment::note_as(db, chain_id, (noted, to.account())).await?;
    }
    Ok(Rotated {
        to: from_evm(to.account()),
        contracts,
    })
}

/// The factory first: then no asset can be created under the old key while the others are gone through.
fn posts(office: Office, factory: EvmAddress, tokens: &[Address]) -> Vec<Post> {
    match office {
        Office::Enforcement => vec![Post::enforcement(factory)],
        Office::Registry => std::iter::once(factory)
            .chain(tokens.iter().copied().map(to_evm))
            .map(Post::registry)
            .collect(),
    }
}

/// Nothing was deployed with one of these keys.
pub(super) fn no_factory(chain_id: u64) -> LedgerError {
    fault(
        "office",
        format!(
            "chain {chain_id} has no factory under one of these keys: name the key that holds the office of the registry so far with --from"
        ),
    )
}
