//! The log of events: what webhooks carry and what the feed answers.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{EnvironmentId, EventId, InvestmentId, PlatformId, Timestamp};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into events
(id, environment_id, platform_id, event_type, investment_id, body, created_at)
values ($1, $2, $3, $4, $5, $6, $7)");

const POSITION: Sql = Sql("select transaction_id, position
from event_feed
where id = $1
and environment_id = $2
and platform_id = $3");

const AFTER: Sql = Sql("select id, body
from event_feed
where environment_id = $1
and platform_id = $2
and (transaction_id > $3 or (transaction_id = $3 and position > $4))
order by transaction_id, position
limit $5");

/// An event to append.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// Its identity, the same in the feed and in every webhook.
    pub id: EventId,
    /// Where it happened.
    pub environment: EnvironmentId,
    /// Who may hear of it.
    pub platform: PlatformId,
    /// Its type.
    pub kind: &'a str,
    /// The investment concerned.
    pub investment: Option<InvestmentId>,
    /// The payload, rendered once.
    pub body: &'a [u8],
    /// When.
    pub at: Timestamp,
}

/// A place in the log. Transactions come before positions, because a transaction may commit after a later one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    transaction: i64,
    position: i64,
}

/// Appends an event; it travels with the commit.
///
/// # Errors
/// Fails if the database does.
pub fn append(tx: &mut Tx, event: &NewEvent) -> Result<(), DatabaseError> {
    tx.later(
        INSERT,
        &[
            event.id.uuid().into(),
            event.environment.uuid().into(),
            event.platform.uuid().into(),
            event.kind.into(),
            Value::from(event.investment.map(InvestmentId::uuid)),
            Value::Bytes(event.body.to_vec()),
            time(event.at),
        ],
    )
}

/// Where an event of this platform stands.
///
/// # Errors
/// Fails if the database does.
pub fn position(
    tx: &mut Tx,
    environment: EnvironmentId,
    platform: PlatformId,
    id: EventId,
) -> Result<Option<Position>, DatabaseError> {
    let row = tx.query_opt(
        POSITION,
        &[
            id.uuid().into(),
            environment.uuid().into(),
            platform.uuid().into(),
        ],
    )?;
    row.map(|row| {
        Ok(Position {
            transaction: row.get(0)?,
            position: row.get(1)?,
        })
    })
    .transpose()
}

/// The events behind a place, in order, `limit` at most.
///
/// # Errors
/// Fails if the database does.
pub fn after(
    tx: &mut Tx,
    environment: EnvironmentId,
    platform: PlatformId,
    place: Position,
    limit: u32,
) -> Result<Vec<(EventId, Vec<u8>)>, DatabaseError> {
    let rows = tx.query(
        AFTER,
        &[
            environment.uuid().into(),
            platform.uuid().into(),
            place.transaction.into(),
            place.position.into(),
            limit.into(),
        ],
    )?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.id(EventId::from_uuid)?, columns.next()?))
        })
        .collect()
}
