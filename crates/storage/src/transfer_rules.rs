//! What the registrar says about transfers of a product: whether they are stopped for now.

use database::{DatabaseError, Sql, Tx};
use domain::{ProductId, Timestamp, TransferRules};

use crate::columns::{Columns, time};

const FIND: Sql = Sql("select paused
from transfer_rules
where product_id = $1");

const SET: Sql = Sql("insert into transfer_rules
(product_id, paused, changed_at)
values ($1, $2, $3)
on conflict (product_id) do update
set paused = excluded.paused, changed_at = excluded.changed_at");

/// The rules of a product; none said is that nothing stands against transfers.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, product: ProductId) -> Result<TransferRules, DatabaseError> {
    let row = tx.query_opt(FIND, &[product.uuid().into()])?;
    row.map_or(Ok(TransferRules::default()), |row| {
        let paused = Columns::of(&row).next()?;
        Ok(TransferRules { paused })
    })
}

/// Says them anew.
///
/// # Errors
/// Fails if the database does.
pub fn set(
    tx: &mut Tx,
    product: ProductId,
    rules: &TransferRules,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [product.uuid().into(), rules.paused.into(), time(now)];
    tx.later(SET, &parameters)
}
