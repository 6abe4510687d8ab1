//! Where a register comes from, and whether it is still kept here.

use std::fmt;

use database::{DatabaseError, Sql, Tx, Value};
use domain::{ProductId, Timestamp};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into register_origins
(product_id, position, public_key, size, checkpoint)
values ($1, $2, $3, $4, $5)");

const ALL: Sql = Sql("select public_key, size, checkpoint
from register_origins
where product_id = $1
order by position");

const KEPT_HERE: Sql = Sql("select h.product_id
from register_heads h
where not exists (select 1 from register_standings s where s.product_id = h.product_id)
order by h.product_id");

const SET_STANDING: Sql = Sql("insert into register_standings
(product_id, standing, changed_at)
values ($1, $2, $3)");

const STANDING: Sql = Sql("select standing
from register_standings
where product_id = $1");

/// What a former registrar signed last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its key, as `name+id+key`.
    pub public_key: String,
    /// Entries of the log then.
    pub size: u64,
    /// The signed checkpoint over them.
    pub checkpoint: String,
}

/// Why a register that is here is not kept here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Another registrar goes on with it (§§ 21, 22 eWpG).
    HandedOver,
    /// It was imported to be read and checked, away from its DLT network.
    Reading,
}

impl Standing {
    const fn as_str(self) -> &'static str {
        match self {
            Self::HandedOver => "handed_over",
            Self::Reading => "reading",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HandedOver => "was handed over to another registrar",
            Self::Reading => "is here to be read and checked only",
        })
    }
}

/// Keeps the former registrars of a register, the first one first.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, product: ProductId, origins: &[Origin]) -> Result<(), DatabaseError> {
    for (position, origin) in (0_i64..).zip(origins) {
        let parameters = [
            product.uuid().into(),
            Value::I64(position),
            origin.public_key.as_str().into(),
            Value::I64(origin.size.cast_signed()),
            origin.checkpoint.as_str().into(),
        ];
        tx.later(INSERT, &parameters)?;
    }
    Ok(())
}

/// The former registrars of a register, the first one first.
///
/// # Errors
/// Fails if the database does.
pub fn all(tx: &mut Tx, product: ProductId) -> Result<Vec<Origin>, DatabaseError> {
    let rows = tx.query(ALL, &[product.uuid().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Origin {
                public_key: columns.next()?,
                size: columns.next()?,
                checkpoint: columns.next()?,
            })
        })
        .collect()
}

/// From now on the register is not kept here.
///
/// # Errors
/// Fails if the database does, or if it was not kept here before.
pub fn set_standing(
    tx: &mut Tx,
    product: ProductId,
    standing: Standing,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [product.uuid().into(), standing.as_str().into(), time(now)];
    tx.execute(SET_STANDING, &parameters).map(|_| ())
}

/// Every register with entries that is kept here.
///
/// # Errors
/// Fails if the database does.
pub fn kept_here(tx: &mut Tx) -> Result<Vec<ProductId>, DatabaseError> {
    let rows = tx.query(KEPT_HERE, &[])?;
    rows.iter()
        .map(|row| Columns::of(row).id(ProductId::from_uuid))
        .collect()
}

/// Why a register is not kept here; none if it is.
///
/// # Errors
/// Fails if the database does.
pub fn standing(tx: &mut Tx, product: ProductId) -> Result<Option<Standing>, DatabaseError> {
    let row = tx.query_opt(STANDING, &[product.uuid().into()])?;
    let read = row.map(|row| {
        Columns::of(&row).parsed(|text| match text {
            "handed_over" => Some(Standing::HandedOver),
            "reading" => Some(Standing::Reading),
            _ => None,
        })
    });
    read.transpose()
}
