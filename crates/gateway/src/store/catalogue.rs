//! Products and campaigns as the environments describe them; nothing personal.

use database::{DatabaseError, Micros, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::all;

/// A product or campaign.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) environment: Uuid,
    pub(crate) id: Uuid,
    pub(crate) body: String,
    pub(crate) observed_at: i64,
}

const SAVE: Sql = Sql("
insert into gateway_catalogue
(environment, kind, id, body, observed_at)
values ($1, $2, $3, $4, $5)
on conflict (environment, kind, id) do update
set body = excluded.body, observed_at = excluded.observed_at");
const FORGET: Sql = Sql("
delete from gateway_catalogue
where environment = $1
and observed_at < $2");
// Several credentials may see one product; the first environment in line speaks for it.
const LIST: Sql = Sql("
select c.environment, c.id, c.body, c.observed_at
from gateway_catalogue c
join gateway_environments e on e.id = c.environment
where c.kind = $1
order by e.created_at, e.id, c.id");

const OF_ENVIRONMENT: Sql = Sql("
select environment, id, body, observed_at
from gateway_catalogue
where kind = $1
and environment = $2
order by id");

pub(crate) fn save(tx: &mut Tx, kind: &str, item: &Item) -> Result<(), DatabaseError> {
    let params = [
        item.environment.into(),
        kind.into(),
        item.id.into(),
        (&item.body).into(),
        Value::time(item.observed_at),
    ];
    tx.later_any(SAVE, &params)
}

/// What an environment does not show any more.
pub(crate) fn forget(
    tx: &mut Tx,
    environment: Uuid,
    seen_before: i64,
) -> Result<(), DatabaseError> {
    tx.later_any(FORGET, &[environment.into(), Value::time(seen_before)])
}

pub(crate) fn list(tx: &mut Tx, kind: &str) -> Result<Vec<Item>, DatabaseError> {
    all(&tx.query(LIST, &[kind.into()])?, read)
}

pub(crate) fn of_environment(
    tx: &mut Tx,
    kind: &str,
    environment: Uuid,
) -> Result<Vec<Item>, DatabaseError> {
    all(
        &tx.query(OF_ENVIRONMENT, &[kind.into(), environment.into()])?,
        read,
    )
}

fn read(row: &Row) -> Result<Item, DatabaseError> {
    Ok(Item {
        environment: row.get(0)?,
        id: row.get(1)?,
        body: row.get(2)?,
        observed_at: row.get::<Micros>(3)?.0,
    })
}
