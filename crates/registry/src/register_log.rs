//! The register as a log that anybody can hold the registrar to: signed checkpoints and proofs over the journal's hashes.
//!
//! Public is what proves: sizes and hashes. What an entry says is for those whom it concerns (§ 10 eWpG).

use std::ops::Range;

use database::Tx;
use domain::register::{Digest, merkle};
use domain::{Isin, ProductId};
use storage::register::{self, Head};
use storage::{register_anchors, register_entries, register_subtrees};
use tlog::merkle::Subtree;
use tlog::note::Algorithm;
use tlog::{Checkpoint, Signer};
use wire::FieldCode;
use wire::register_log::{ConsistencyProof, InclusionProof, RegisterAnchor, RegisterLog};

use crate::{Error, Listed, Paging, Registry, Result, delivery, register_cosignatures};

/// The name under which the secret half of the logs' key is kept.
pub(crate) const SECRET: &str = "register_log";

/// Something that must not happen in a log.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the journal of product {0} has no hashes for {1:?}")]
    Gap(ProductId, Range<u64>),
    #[error("the log's key cannot sign: {0}")]
    Key(tlog::NoteError),
}

/// The registers that have entries, oldest first.
///
/// # Errors
/// Fails if the database does.
pub async fn list(registry: &Registry, paging: Paging) -> Result<Listed<RegisterLog>> {
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, heads) = register::logs(tx, paging.offset, paging.limit)?;
            let logs = heads.iter().map(|(isin, head)| shown(&own, tx, isin, head));
            let items = logs.collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One register's log.
///
/// # Errors
/// Not found unless something is entered under this ISIN.
pub async fn get(registry: &Registry, isin: &str) -> Result<RegisterLog> {
    let own = registry.clone();
    let show = move |tx: &mut Tx, isin: &Isin, head: &Head| shown(&own, tx, isin, head);
    read(registry, isin, show).await
}

/// The signed checkpoint of now (C2SP `tlog-checkpoint`), as text.
///
/// # Errors
/// As [`get`].
pub async fn checkpoint(registry: &Registry, isin: &str) -> Result<String> {
    let own = registry.clone();
    let checkpoint =
        move |_: &mut Tx, isin: &Isin, head: &Head| Ok(signed(&signer(&own, isin)?, head));
    read(registry, isin, checkpoint).await
}

/// The proof that an entry is in the log of this size, or of now.
///
/// # Errors
/// As [`get`]; field errors if there is no such entry, or the log never had that size.
pub async fn inclusion(
    registry: &Registry,
    isin: &str,
    sequence: u64,
    size: Option<u64>,
) -> Result<InclusionProof> {
    read(registry, isin, move |tx, isin, head| {
        let size = checked_size("size", size, head)?;
        let index = sequence.checked_sub(1);
        let path = index.and_then(|index| merkle::inclusion_path(index, size));
        let path = path.ok_or_else(|| out_of_range("sequence", size))?;
        let leaf = hashes(tx, head.product, 0, sequence - 1..sequence)?;
        Ok(InclusionProof {
            isin: isin.to_string(),
            sequence,
            size,
            leaf_hash: hex::encode(merkle::joined(&leaf)),
            root_hash: hex::encode(root(tx, head.product, 0..size)?),
            hashes: roots(tx, head.product, path)?,
        })
    })
    .await
}

/// The way of an entry to the root of the log of this size, and that log's signed checkpoint, for a document that carries both.
pub(crate) fn proof(
    registry: &Registry,
    tx: &mut Tx,
    isin: &Isin,
    ((product, sequence), size): ((ProductId, u64), u64),
) -> Result<(Vec<String>, String)> {
    let index = sequence.checked_sub(1);
    let path = index.and_then(|index| merkle::inclusion_path(index, size));
    let path = path.ok_or_else(|| out_of_range("sequence", size))?;
    let root = root(tx, product, 0..size)?;
    let checkpoint = checkpoint_of(&signer(registry, isin)?, size, root);
    Ok((roots(tx, product, path)?, checkpoint))
}

/// The proof that the log of the earlier size was the beginning of that of the later, or of now.
///
/// # Errors
/// As [`get`]; field errors for sizes that the log never had.
pub async fn consistency(
    registry: &Registry,
    isin: &str,
    earlier: u64,
    size: Option<u64>,
) -> Result<ConsistencyProof> {
    read(registry, isin, move |tx, isin, head| {
        let size = checked_size("size", size, head)?;
        let path = merkle::consistency_path(earlier, size);
        let path = path.ok_or_else(|| out_of_range("earlier_size", size))?;
        Ok(ConsistencyProof {
            isin: isin.to_string(),
            earlier_size: earlier,
            size,
            earlier_root_hash: hex::encode(root(tx, head.product, 0..earlier)?),
            root_hash: hex::encode(root(tx, head.product, 0..size)?),
            hashes: roots(tx, head.product, path)?,
        })
    })
    .await
}

async fn read<T: Send + 'static>(
    registry: &Registry,
    isin: &str,
    work: impl Fn(&mut Tx, &Isin, &Head) -> Result<T> + Send + 'static,
) -> Result<T> {
    const MISSING: Error = Error::NotFound("register");
    let isin: Isin = isin.parse().map_err(|_| MISSING)?;
    registry
        .db
        .read(move |tx| {
            let product = storage::products::find_by_isin(tx, &isin)?.ok_or(MISSING)?;
            let head = register::head(tx, product.product.id)?.ok_or(MISSING)?;
            work(tx, &isin, &head)
        })
        .await
}

/// What is said of a log.
pub(crate) fn shown(
    registry: &Registry,
    tx: &mut Tx,
    isin: &Isin,
    head: &Head,
) -> Result<RegisterLog> {
    let signer = signer(registry, isin)?;
    Ok(RegisterLog {
        isin: isin.to_string(),
        origin: signer.public().name().to_owned(),
        public_key: signer.public().to_string(),
        checkpoint_url: format!("{}/checkpoint", address(registry, isin)),
        checkpoint: signed(&signer, head),
        size: head.sequence,
        root_hash: hex::encode(head.root_hash),
        anchor: anchor(tx, head.product)?,
        cosigned: register_cosignatures::last(registry, tx, isin, head.product)?,
    })
}

/// The last root on the DLT network.
fn anchor(tx: &mut Tx, product: ProductId) -> Result<Option<RegisterAnchor>> {
    let Some(last) = register_anchors::last(tx, product)? else {
        return Ok(None);
    };
    let product = delivery::product(tx, product)?;
    Ok(last.written().map(|(hash, block)| RegisterAnchor {
        size: last.size,
        root_hash: hex::encode(last.root),
        chain_id: product.chain_id,
        token_address: product.token_address.to_string(),
        transaction_hash: hash.to_string(),
        block,
    }))
}

pub(crate) fn address(registry: &Registry, isin: &Isin) -> String {
    let public_url = &registry.settings.public_url;
    format!("{public_url}/api/network/v1/registers/{isin}")
}

/// A log is called by its address without the scheme, as C2SP recommends.
pub(crate) fn signer(registry: &Registry, isin: &Isin) -> Result<Signer> {
    signer_at(registry, &address(registry, isin))
}

/// The logs' key under the name of this address.
pub(crate) fn signer_at(registry: &Registry, address: &str) -> Result<Signer> {
    let (_, origin) = address.split_once("://").unwrap_or(("", address));
    Signer::new(origin, Algorithm::Ed25519, &registry.log_key)
        .map_err(|error| Error::fault(Broken::Key(error)))
}

fn signed(signer: &Signer, head: &Head) -> String {
    checkpoint_of(signer, head.sequence, head.root_hash)
}

fn checkpoint_of(signer: &Signer, size: u64, root: Digest) -> String {
    let checkpoint = Checkpoint {
        origin: signer.public().name().to_owned(),
        size,
        root,
        extensions: Vec::new(),
    };
    checkpoint.signed(signer).to_string()
}

fn checked_size(name: &'static str, size: Option<u64>, head: &Head) -> Result<u64> {
    match size {
        None => Ok(head.sequence),
        Some(size) if size <= head.sequence => Ok(size),
        Some(_) => Err(out_of_range(name, head.sequence)),
    }
}

fn out_of_range(name: &'static str, largest: u64) -> Error {
    let message = format!("must be at most {largest}");
    Error::Field(name, FieldCode::OutOfRange, message)
}

/// The roots over these ranges, hexadecimal.
fn roots(tx: &mut Tx, product: ProductId, path: Vec<Range<u64>>) -> Result<Vec<String>> {
    path.into_iter()
        .map(|range| Ok(hex::encode(root(tx, product, range)?)))
        .collect()
}

/// The root over a range that is the whole log or a part of a path.
pub(crate) fn root(tx: &mut Tx, product: ProductId, range: Range<u64>) -> Result<Digest> {
    let mut peaks = Vec::new();
    for Subtree { height, index } in merkle::subtrees(range) {
        // The stored level below it holds at most 128 hashes of it.
        let (level, rest) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let parts = hashes(tx, product, level, index << rest..(index + 1) << rest)?;
        peaks.push(merkle::root(&parts));
    }
    Ok(merkle::joined(&peaks))
}

/// Subtrees of so many levels are kept, so that a proof is read from a few rows of each.
const TILE_HEIGHT: u32 = 8;

/// The hashes of neighbouring subtrees of 256^level leaves.
fn hashes(tx: &mut Tx, product: ProductId, level: u32, range: Range<u64>) -> Result<Vec<Digest>> {
    let found = match level {
        0 => register_entries::leaf_hashes(tx, product, range.clone())?,
        _ => register_subtrees::hashes(tx, product, level, range.clone())?,
    };
    if found.len() as u64 == range.end - range.start {
        return Ok(found);
    }
    match level.checked_sub(1) {
        None => Err(Error::fault(Broken::Gap(product, range))),
        // What is kept only saves time.
        Some(below) => range
            .map(|place| {
                let children = place << TILE_HEIGHT..(place + 1) << TILE_HEIGHT;
                Ok(merkle::root(&hashes(tx, product, below, children)?))
            })
            .collect(),
    }
}

/// The level at which a subtree is kept, if it is.
pub(crate) const fn kept_level(subtree: Subtree) -> Option<u32> {
    if subtree.height.is_multiple_of(TILE_HEIGHT) {
        Some(subtree.height / TILE_HEIGHT)
    } else {
        None
    }
}
