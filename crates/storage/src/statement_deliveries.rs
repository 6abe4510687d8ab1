//! Who has fetched statements, by which way, and which bytes: the first time of each.

use database::{DatabaseError, Sql, Tx};
use domain::Timestamp;
use domain::register::Digest;
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into statement_deliveries
(statement_id, channel, actor_id, content_hash, delivered_at)
values ($1, $2, $3, $4, $5)
on conflict (statement_id, channel, actor_id) do nothing");

const LIST: Sql = Sql("select channel, actor_id, content_hash, delivered_at
from statement_deliveries
where statement_id = $1
order by delivered_at, channel, actor_id");

/// A statement that reached somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementDelivery {
    /// `partner` or `holder`.
    pub channel: String,
    /// The client or person that fetched it; the account's investor for a holder.
    pub actor: Uuid,
    /// SHA-256 of the bytes.
    pub content_hash: Digest,
    /// When.
    pub at: Timestamp,
}

/// Keeps it, unless the same one has fetched it this way before: the bytes never change.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    statement: Uuid,
    delivery: &StatementDelivery,
) -> Result<(), DatabaseError> {
    let parameters = [
        statement.into(),
        delivery.channel.as_str().into(),
        delivery.actor.into(),
        delivery.content_hash.into(),
        time(delivery.at),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// Those of a statement, the first one first.
///
/// # Errors
/// Fails if the database does.
pub fn of_statement(tx: &mut Tx, statement: Uuid) -> Result<Vec<StatementDelivery>, DatabaseError> {
    let rows = tx.query(LIST, &[statement.into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(StatementDelivery {
                channel: columns.next()?,
                actor: columns.next()?,
                content_hash: columns.next()?,
                at: columns.time()?,
            })
        })
        .collect()
}
