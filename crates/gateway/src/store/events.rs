//! The one stream to the partner's application, as a feed.

use database::{DatabaseError, Sql, Tx, Value};
use uuid::Uuid;

use super::all;

const INSERT: Sql = Sql("
insert into gateway_events
(id, body, created_at)
values ($1, $2, $3)");
const POSITION: Sql = Sql("
select position
from gateway_events
where id = $1");
const AFTER: Sql = Sql("
select id, body
from gateway_events
where position > $1
order by position
limit $2");

/// Only the one process that holds the stream's lease writes, so that positions follow the commits.
pub(crate) fn insert(tx: &mut Tx, id: Uuid, body: &[u8], now: i64) -> Result<(), DatabaseError> {
    tx.later(INSERT, &[id.into(), body.into(), Value::time(now)])
}

pub(crate) fn position(tx: &mut Tx, id: Uuid) -> Result<Option<i64>, DatabaseError> {
    tx.query_opt(POSITION, &[id.into()])?
        .map(|row| row.get(0))
        .transpose()
}

pub(crate) fn after(
    tx: &mut Tx,
    position: i64,
    limit: i64,
) -> Result<Vec<(Uuid, Vec<u8>)>, DatabaseError> {
    all(&tx.query(AFTER, &[position.into(), limit.into()])?, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}
