//! Roots of the registers' logs on the DLT network: when one is due, and what became of it. Whoever has a statement needs nobody but a node
//! of the network then to see that the registrar stood for its entry, and with which key it seals.
//!
//! Writing a root twice is harmless, so that a lost process costs at most its gas. The worker calls these functions, each a transaction of its own.

use std::time::Duration;

use database::Tx;
use domain::register::Digest;
use domain::{Address, Isin, ProductId, TransactionHash};
use storage::register_anchors::{self, AnchorRecord};
use storage::{register, statements};

use crate::{Error, Registry, Result, delivery, register_log};

/// No entry stays longer than that without a root over it, whether anybody is owed a statement or not.
const LONGEST_SECONDS: i64 = 24 * 60 * 60;

/// A root that has to be on the network.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// Whose register.
    pub product: ProductId,
    /// ISO 6166.
    pub isin: Isin,
    /// The network that the product is on (EIP-155).
    pub chain_id: u64,
    /// The token.
    pub asset: Address,
    /// Entries of the log.
    pub size: u64,
    /// Its root (RFC 9162).
    pub root: Digest,
    /// The Ed25519 key that the log is signed with.
    pub log_key: [u8; 32],
    /// What was signed for it: the transaction and its bytes.
    pub submission: Option<(TransactionHash, Vec<u8>)>,
}

/// Products whose registers have a root on its way, or to be sent.
///
/// # Errors
/// Fails if the database does.
pub async fn products_with_work(registry: &Registry) -> Result<Vec<ProductId>> {
    let read = |tx: &mut Tx| Ok(register_anchors::with_work(tx)?);
    registry.db.read(read).await
}

/// The root of a register that is on its way, or one more if a statement waits for it and the last one is so old.
///
/// # Errors
/// Fails if the database does.
pub async fn next(
    registry: &Registry,
    product: ProductId,
    apart: Duration,
) -> Result<Option<Anchor>> {
    let own = registry.clone();
    let look = move |tx: &mut Tx| -> Result<_> {
        match register_anchors::open(tx, product)? {
            Some(open) => Ok((Some(shown(&own, tx, product, open)?), false)),
            None => Ok((None, is_due(&own, tx, product, apart)?)),
        }
    };
    // Mostly there is one or there is nothing to do: neither needs the writer.
    let (open, is_due) = registry.db.read(look).await?;
    if !is_due {
        return Ok(open);
    }
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            ask(&own, tx, product)?;
            match register_anchors::open(tx, product)? {
                Some(open) => shown(&own, tx, product, open).map(Some),
                None => Ok(None),
            }
        })
        .await
}

/// Whether a statement waits for a root, and the last one is old enough.
fn is_due(registry: &Registry, tx: &mut Tx, product: ProductId, apart: Duration) -> Result<bool> {
    let now = registry.clock.now();
    let is_early = register_anchors::last(tx, product)?.is_some_and(|last| {
        let age = now.seconds_since(last.created_at);
        u64::try_from(age).is_ok_and(|age| age < apart.as_secs())
    });
    Ok(!is_early && register_anchors::is_due(tx, product)?)
}

/// Asks for a root of every register with an entry that has none for a day.
///
/// # Errors
/// Fails if the database does.
pub async fn ask_for_overdue(registry: &Registry) -> Result<usize> {
    let before = registry.clock.now().minus_seconds(LONGEST_SECONDS);
    let find = move |tx: &mut Tx| -> Result<_> { Ok(register_anchors::overdue(tx, before)?) };
    let overdue = registry.db.read(find).await?;
    for product in &overdue {
        let (own, product) = (registry.clone(), *product);
        registry
            .db
            .write(move |tx| {
                tx.on_commit_wake(delivery::TOPIC);
                ask(&own, tx, product)
            })
            .await?;
    }
    Ok(overdue.len())
}

/// Keeps a signed transaction before it is sent.
///
/// # Errors
/// [`Error::InFlight`] if somebody else worked on it meanwhile.
pub async fn store_submission(
    registry: &Registry,
    anchor: &Anchor,
    transaction_hash: TransactionHash,
    payload: Vec<u8>,
) -> Result<()> {
    let at = (anchor.product, anchor.size);
    let signed = move |tx: &mut Tx| -> Result<_> {
        Ok(register_anchors::sign(
            tx,
            at,
            (transaction_hash, &payload),
        )?)
    };
    match registry.db.write(signed).await? {
        true => Ok(()),
        false => Err(Error::InFlight),
    }
}

/// A transaction had no effect and never will; another one can be signed.
///
/// # Errors
/// Fails if the database does.
pub async fn refuse_submission(
    registry: &Registry,
    anchor: &Anchor,
    transaction_hash: TransactionHash,
) -> Result<()> {
    let at = (anchor.product, anchor.size);
    registry
        .db
        .write(move |tx| Ok(register_anchors::unsign(tx, at, transaction_hash)?))
        .await
}

/// The root is on the network for good: statements that waited for it can be made.
///
/// # Errors
/// Fails if the database does.
pub async fn confirm(
    registry: &Registry,
    anchor: &Anchor,
    transaction_hash: TransactionHash,
    block: u64,
) -> Result<()> {
    let at = (anchor.product, anchor.size);
    registry
        .db
        .write(move |tx| {
            if register_anchors::confirm(tx, at, (transaction_hash, block))? {
                tx.on_commit_wake(statements::TOPIC);
            }
            Ok(())
        })
        .await
}

/// The token keeps no roots: statements that waited for this one are made without it, and name none.
///
/// # Errors
/// Fails if the database does.
pub async fn leave_out(registry: &Registry, anchor: &Anchor) -> Result<()> {
    let at = (anchor.product, anchor.size);
    registry
        .db
        .write(move |tx| {
            if register_anchors::leave_out(tx, at)? {
                tx.on_commit_wake(statements::TOPIC);
            }
            Ok(())
        })
        .await
}

/// Asks for the root of now.
fn ask(registry: &Registry, tx: &mut Tx, product: ProductId) -> Result<()> {
    let Some(head) = register::head(tx, product)? else {
        return Ok(());
    };
    let root = (head.sequence, head.root_hash);
    let now = registry.clock.now();
    Ok(register_anchors::insert(tx, product, root, now)?)
}

fn shown(
    registry: &Registry,
    tx: &mut Tx,
    product: ProductId,
    open: AnchorRecord,
) -> Result<Anchor> {
    let record = delivery::product(tx, product)?;
    let signer = register_log::signer(registry, &record.product.isin)?;
    Ok(Anchor {
        product,
        isin: record.product.isin,
        chain_id: record.chain_id,
        asset: record.token_address,
        size: open.size,
        root: open.root,
        log_key: signer.public().bytes(),
        submission: open.submission,
    })
}
