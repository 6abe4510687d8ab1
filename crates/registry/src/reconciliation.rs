//! Register and DLT network are compared all the time (§ 7(2) eWpG: the register is complete and correct at every moment).
//!
//! Each look takes the wallets that entries concerned since the last one, and goes on through all others, a stretch at a time. What is on its way
//! explains a difference; one that stays without an explanation, at final blocks, is an incident: what lies in the wallet is held until two people
//! close it.

mod incidents;
mod reports;

use database::Tx;
use domain::{Address, ProductId, Timestamp};
use storage::reconciliations::{self, Reconciliation};
use storage::{Scope, dlt_batches, register, register_origins};

use crate::{Error, Registry, Result};

pub(crate) use incidents::closed;
pub use incidents::{get, list, propose_closure, states};
pub use reports::{reports, write_report};

/// Wallets that one look takes beside those that entries concerned.
const STRETCH: u32 = 500;
/// What stands before the first wallet.
const BEGINNING: Address = Address::from_bytes([0; 20]);

/// What the register says, to be compared.
#[derive(Clone, Debug)]
pub struct Look {
    /// The product.
    pub product: ProductId,
    /// The token.
    pub token: Address,
    /// What lies in which wallet; the token's own address holds what is not delivered.
    pub wallets: Vec<(Address, u64)>,
    /// Units issued and not deleted.
    pub total: u64,
    sequence: u64,
    /// Up to which wallet the stretch goes.
    next: Address,
    is_moving: bool,
}

/// What the network says to a [`Look`], at a final block.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The block.
    pub at_block: u64,
    /// Balances, in the order of the wallets.
    pub units: Vec<u64>,
    /// Units in existence.
    pub total: u64,
}

/// Where the two differ; without a wallet it is the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Difference {
    wallet: Option<Address>,
    register: u64,
    network: u64,
}

/// The registers that there are to compare.
///
/// # Errors
/// Fails if the database does.
pub async fn registers(registry: &Registry) -> Result<Vec<ProductId>> {
    let read = |tx: &mut Tx| Ok(register_origins::kept_here(tx)?);
    registry.db.read(read).await
}

/// What is to be compared next of a register; nothing before its first entry.
///
/// # Errors
/// Fails if the database does.
pub async fn look(registry: &Registry, product: ProductId) -> Result<Option<Look>> {
    registry
        .db
        .read(move |tx| {
            let Some(head) = register::head(tx, product)? else {
                return Ok(None);
            };
            let record = storage::products::find(tx, &Scope::ALL, product)?;
            let token = record.ok_or(Error::NotFound("product"))?.token_address;
            let state = reconciliations::find(tx, product)?;
            let since = state.as_ref().map_or(head.sequence, |state| state.sequence);
            let after = state.map_or(BEGINNING, |state| state.wallet);
            let stretch = reconciliations::next(tx, product, after, STRETCH)?;
            // A stretch that is not full was the last one.
            let next = match stretch.last() {
                Some((last, _)) if stretch.len() == STRETCH as usize => *last,
                _ => BEGINNING,
            };
            let mut wallets = reconciliations::changed(tx, product, since)?;
            wallets.extend(stretch);
            wallets.sort_by_key(|(wallet, _)| *wallet);
            wallets.dedup_by_key(|(wallet, _)| *wallet);
            let total = head.issued.checked_sub(head.deleted).unwrap_or_default();
            Ok(Some(Look {
                product,
                token,
                wallets: wallets
                    .into_iter()
                    .map(|(wallet, units)| (wallet, units.get()))
                    .collect(),
                total: total.get(),
                sequence: head.sequence,
                next,
                is_moving: is_moving(tx, product)?,
            }))
        })
        .await
}

/// Judges what was seen. A difference counts if nothing was on its way before and after, and it was there the last time too.
///
/// # Errors
/// Fails if the database does.
pub async fn judge(registry: &Registry, look: Look, seen: Seen) -> Result<()> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            let (now, product) = (own.clock.now(), look.product);
            let head = register::head(tx, product)?.ok_or(Error::NotFound("register"))?;
            let known = storage::incidents::open(tx, product)?;
            let mut found = differences(&look, &seen);
            found.retain(|one| known.iter().all(|incident| incident.wallet != one.wallet));
            let before = reconciliations::find(tx, product)?;
            let is_explained =
                look.is_moving || is_moving(tx, product)? || head.sequence != look.sequence;
            let last = before
                .as_ref()
                .and_then(|before| before.differences.as_deref());
            let was_there = |one: &Difference| {
                last.is_some_and(|last| last.split("; ").any(|line| line.starts_with(&one.place())))
            };
            // How much differs may have changed since: what counts is that it differs still.
            let (unexplained, waiting): (Vec<_>, Vec<_>) = found
                .into_iter()
                .partition(|one| !is_explained && was_there(one));
            for difference in &unexplained {
                incidents::open(&own, tx, (product, seen.at_block), difference)?;
            }
            let goes_on = waiting.is_empty();
            let since = before.as_ref().and_then(|before| before.differs_since);
            let state = Reconciliation {
                product,
                sequence: match (goes_on, &before) {
                    (false, Some(before)) => before.sequence,
                    // Never compared before: what changes from now on is compared.
                    _ => look.sequence,
                },
                wallet: match (goes_on, before) {
                    (true, _) => look.next,
                    (false, before) => before.map_or(BEGINNING, |before| before.wallet),
                },
                at_block: seen.at_block,
                wallets: look.wallets.len() as u64,
                looked_at: now,
                differs_since: (!goes_on).then(|| since.unwrap_or(now)),
                differences: (!goes_on).then(|| told(&waiting)),
            };
            Ok(reconciliations::save(tx, &state)?)
        })
        .await
}

/// Whether something has left for the network that is not entered yet.
fn is_moving(tx: &mut Tx, product: ProductId) -> Result<bool> {
    Ok(!dlt_batches::open(tx, product)?.is_empty())
}

fn differences(look: &Look, seen: &Seen) -> Vec<Difference> {
    let wallets = look.wallets.iter().zip(&seen.units);
    let wallets = wallets.map(|((wallet, register), network)| Difference {
        wallet: Some(*wallet),
        register: *register,
        network: *network,
    });
    let total = Difference {
        wallet: None,
        register: look.total,
        network: seen.total,
    };
    let all = wallets.chain(std::iter::once(total));
    all.filter(|one| one.register != one.network).collect()
}

impl Difference {
    /// Where it is, as the beginning of its line.
    fn place(&self) -> String {
        match self.wallet {
            Some(wallet) => format!("{wallet}:"),
            None => "all wallets:".to_owned(),
        }
    }
}

fn told(differences: &[Difference]) -> String {
    let lines = differences.iter().map(|one| {
        let place = one.place();
        format!("{place} register {}, network {}", one.register, one.network)
    });
    lines.collect::<Vec<_>>().join("; ")
}

/// What the operator watches: looks are missing since when, how many registers differ, and how many incidents are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The oldest of the last looks at each register.
    pub oldest_look: Option<Timestamp>,
    /// Registers that differ for now.
    pub differing: u64,
    /// Open incidents.
    pub incidents: u64,
}

/// See [`Watch`].
///
/// # Errors
/// Fails if the database does.
pub async fn watch(registry: &Registry) -> Result<Watch> {
    registry
        .db
        .read(|tx| {
            let (_, states) = reconciliations::list(tx, 0, u32::MAX)?;
            let differing = states.iter().filter(|state| state.differs_since.is_some());
            let (incidents, _) = storage::incidents::list(tx, true, (0, 1))?;
            Ok(Watch {
                oldest_look: states.iter().map(|state| state.looked_at).min(),
                differing: differing.count() as u64,
                incidents,
            })
        })
        .await
}
