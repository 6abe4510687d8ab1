//! What witnesses have signed of registers' logs.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{ProductId, Timestamp};

use crate::columns::{Columns, time};

// A witness that signs the same size again says nothing new.
const INSERT: Sql = Sql("insert into register_cosignatures
(product_id, size, witness, text, line, created_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (product_id, size, witness) do nothing");

const ALL: Sql = Sql("select size, witness, text, line
from register_cosignatures
where product_id = $1
order by size, witness");

const LAST: Sql = Sql("select size, witness, text, line
from register_cosignatures
where product_id = $1
and size = (select max(c.size) from register_cosignatures c where c.product_id = $1)
order by witness");

/// One witness's signature under one size of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignatureRecord {
    /// Entries of the log.
    pub size: u64,
    /// The witness's key, as `name+id+key`.
    pub witness: String,
    /// The checkpoint that was signed, without signatures.
    pub text: String,
    /// The line of the signature.
    pub line: String,
}

/// Keeps a signature, unless the witness has signed the same size before.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    product: ProductId,
    record: &CosignatureRecord,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(record.size.cast_signed()),
        record.witness.as_str().into(),
        record.text.as_str().into(),
        record.line.as_str().into(),
        time(now),
    ];
    tx.later_any(INSERT, &parameters)
}

/// Every signature, by size and witness.
///
/// # Errors
/// Fails if the database does.
pub fn all(tx: &mut Tx, product: ProductId) -> Result<Vec<CosignatureRecord>, DatabaseError> {
    let rows = tx.query(ALL, &[product.uuid().into()])?;
    rows.iter().map(read).collect()
}

/// Those under the largest size that a witness has signed.
///
/// # Errors
/// Fails if the database does.
pub fn last(tx: &mut Tx, product: ProductId) -> Result<Vec<CosignatureRecord>, DatabaseError> {
    let rows = tx.query(LAST, &[product.uuid().into()])?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<CosignatureRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(CosignatureRecord {
        size: columns.next()?,
        witness: columns.next()?,
        text: columns.next()?,
        line: columns.next()?,
    })
}
