//! Hashes of large complete subtrees of a journal, so that a proof needs few rows of a long one.

use std::ops::Range;

use database::{DatabaseError, Sql, Tx, Value};
use domain::ProductId;
use domain::register::Digest;

use crate::columns::Columns;

const INSERT: Sql = Sql("insert into register_subtrees
(product_id, level, place, hash)
values ($1, $2, $3, $4)");

const HASHES: Sql = Sql("select hash
from register_subtrees
where product_id = $1
and level = $2
and place >= $3
and place < $4
order by place");

const ALL: Sql = Sql("select level, place, hash
from register_subtrees
where product_id = $1
order by level, place");

/// The hash of a large subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// It has 256^level leaves.
    pub level: u32,
    /// Among those of its level, from 0.
    pub place: u64,
    /// Its root.
    pub hash: Digest,
}

/// Keeps the hash of the subtree over the leaves from `place * 256^level` on, `256^level` of them.
///
/// # Errors
/// Fails if the database does, or if there is one already.
pub fn insert(
    tx: &mut Tx,
    product: ProductId,
    (level, place): (u32, u64),
    hash: &Digest,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        level.into(),
        Value::I64(place.cast_signed()),
        (*hash).into(),
    ];
    tx.later(INSERT, &parameters)
}

/// The hashes of neighbours of one level, as far as there are any.
///
/// # Errors
/// Fails if the database does.
pub fn hashes(
    tx: &mut Tx,
    product: ProductId,
    level: u32,
    places: Range<u64>,
) -> Result<Vec<Digest>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        level.into(),
        Value::I64(places.start.cast_signed()),
        Value::I64(places.end.cast_signed()),
    ];
    let rows = tx.query(HASHES, &parameters)?;
    rows.iter().map(|row| Columns::of(row).next()).collect()
}

/// All that is kept of a journal.
///
/// # Errors
/// Fails if the database does.
pub fn all(tx: &mut Tx, product: ProductId) -> Result<Vec<Kept>, DatabaseError> {
    let rows = tx.query(ALL, &[product.uuid().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Kept {
                level: columns.next()?,
                place: columns.next()?,
                hash: columns.next()?,
            })
        })
        .collect()
}
