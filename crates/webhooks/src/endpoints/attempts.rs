//! What happened when we called an endpoint, so that its owner can find out without asking us.

use database::{DatabaseError, Micros, Row, Sql, Tx};
use uuid::Uuid;

/// One request that was made to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Orders the attempts.
    pub id: i64,
    /// The delivery it belongs to.
    pub delivery: i64,
    /// The message that was sent; its id is the `webhook-id`.
    pub message: Uuid,
    /// The message's type.
    pub event_type: String,
    /// When it started, µs.
    pub at: i64,
    /// The HTTP status, if there was an answer.
    pub status_code: Option<u16>,
    /// What went wrong, if there was none.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The beginning of the answer's body, at most 1 kB.
    pub response: Option<String>,
}

const COUNT: Sql = Sql("
select count(*)
from webhook_attempts a
join webhook_endpoints e on e.id = a.endpoint
where e.owner = $1
and e.id = $2
and e.deleted_at is null");

const LIST: Sql = Sql("
select a.id, a.delivery, d.message, m.event_type, a.at, a.status_code, a.error, a.duration_ms, a.response
from webhook_attempts a
join webhook_endpoints e on e.id = a.endpoint
join webhook_deliveries d on d.id = a.delivery
join webhook_messages m on m.id = d.message
where e.owner = $1
and e.id = $2
and e.deleted_at is null
order by a.id
limit $3 offset $4");

/// The number of attempts made at this owner's endpoint and one page of them, oldest first.
pub fn attempts(
    tx: &mut Tx,
    owner: Uuid,
    id: Uuid,
    limit: u32,
    offset: u32,
) -> Result<(u64, Vec<Attempt>), DatabaseError> {
    let count = tx.query_one(COUNT, &[owner.into(), id.into()])?.get(0)?;
    let params = [owner.into(), id.into(), limit.into(), offset.into()];
    let rows = tx.query(LIST, &params)?;
    let attempts = rows.iter().map(from_row).collect::<Result<_, _>>()?;
    Ok((count, attempts))
}

fn from_row(row: &Row) -> Result<Attempt, DatabaseError> {
    Ok(Attempt {
        id: row.get(0)?,
        delivery: row.get(1)?,
        message: row.get(2)?,
        event_type: row.get(3)?,
        at: row.get::<Micros>(4)?.0,
        status_code: row.get(5)?,
        error: row.get(6)?,
        duration_ms: row.get(7)?,
        response: row.get(8)?,
    })
}
