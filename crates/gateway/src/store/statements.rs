//! Statements of the register: only whose they are, since their environment keeps them.

use database::{DatabaseError, Sql, Tx, Value};
use uuid::Uuid;

const INVESTMENT: Sql = Sql("
select investment
from gateway_statements
where id = $1");
const INSERT: Sql = Sql("
insert into gateway_statements
(id, investment, heard_at)
values ($1, $2, $3)
on conflict (id) do nothing");

/// The investment that a statement belongs to.
pub(crate) fn investment(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, DatabaseError> {
    tx.query_opt(INVESTMENT, &[id.into()])?
        .map(|row| row.get(0))
        .transpose()
}

/// Keeps whose a statement is; who was heard first is believed.
pub(crate) fn keep(tx: &mut Tx, id: Uuid, investment: Uuid, now: i64) -> Result<(), DatabaseError> {
    tx.later_any(INSERT, &[id.into(), investment.into(), Value::time(now)])
}
