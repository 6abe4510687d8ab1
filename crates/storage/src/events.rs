//! The log of events: what webhooks carry and what the feed answers.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{EnvironmentId, EventId, InvestmentId, PlatformId, Timestamp};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into events
(id, environment_id, platform_id, event_type, investment_id, body, created_at)
values ($1, $2, $3, $4, $5, $6, $7)");

const PLACE: Sql = Sql("select place
from events
where id = $1
and environment_id = $2
and platform_id = $3");

const AFTER: Sql = Sql("select id, body
from events
where environment_id = $1
and platform_id = $2
and place > $3
order by place
limit $4");

// Rows compared and ordered as the index has them: where most events have no place PostgreSQL would else read the whole table,
// in the hope of meeting one of this feed soon.
const WAITS: Sql = Sql("select position
from events
where (environment_id, platform_id) >= ($1, $2)
and (environment_id, platform_id) <= ($1, $2)
and place is null
order by environment_id, platform_id, position
limit 1");

// An update that changes nothing takes the row's lock, and answers what the holder before has left there.
const LOCK: Sql = Sql("insert into event_feeds
(environment_id, platform_id, last_place)
values ($1, $2, 0)
on conflict (environment_id, platform_id) do update
set last_place = event_feeds.last_place
returning last_place");

const GIVE: Sql = Sql("update events
set place = given.place
from (
    select position, $3 + row_number() over (order by environment_id, platform_id, position) as place
    from events
    where (environment_id, platform_id) >= ($1, $2)
    and (environment_id, platform_id) <= ($1, $2)
    and place is null
    order by environment_id, platform_id, position
    limit $4) given
where events.position = given.position");

const GIVEN: Sql = Sql("update event_feeds
set last_place = last_place + $3
where environment_id = $1
and platform_id = $2");

/// An event to append.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// Its identity, the same in the feed and in every webhook.
    pub id: EventId,
    /// Whose feed it belongs to.
    pub feed: Feed,
    /// Its type.
    pub kind: &'a str,
    /// The investment concerned.
    pub investment: Option<InvestmentId>,
    /// The payload, rendered once.
    pub body: &'a [u8],
    /// When.
    pub at: Timestamp,
}

/// The events that a platform hears of in one environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Where they happened.
    pub environment: EnvironmentId,
    /// Who may hear of them.
    pub platform: PlatformId,
}

/// Where an event stands in its feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(i64);

/// Events in the order of their feed, and whether there are some that have no place in it yet.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Identity and payload.
    pub events: Vec<(EventId, Vec<u8>)>,
    /// Whether [`give_places`] would add to the feed.
    pub more_wait: bool,
}

/// Appends events in their order; they travel with the commit.
///
/// # Errors
/// Fails if the database does.
pub fn append(tx: &mut Tx, events: &[NewEvent]) -> Result<(), DatabaseError> {
    let row = |event: &NewEvent| {
        [
            event.id.uuid().into(),
            event.feed.environment.uuid().into(),
            event.feed.platform.uuid().into(),
            event.kind.into(),
            Value::from(event.investment.map(InvestmentId::uuid)),
            Value::Bytes(event.body.to_vec()),
            time(event.at),
        ]
    };
    let rows: Vec<_> = events.iter().map(row).collect();
    tx.later_rows(INSERT, &rows)
}

/// Where an event of the feed stands; the inner nothing if it has no place yet.
///
/// # Errors
/// Fails if the database does.
pub fn place(tx: &mut Tx, feed: Feed, id: EventId) -> Result<Option<Option<Place>>, DatabaseError> {
    let [environment, platform] = feed.values();
    let row = tx.query_opt(PLACE, &[id.uuid().into(), environment, platform])?;
    row.map(|row| Ok(row.get::<Option<i64>>(0)?.map(Place)))
        .transpose()
}

/// The events behind a place, in order, `limit` at most.
///
/// # Errors
/// Fails if the database does.
pub fn after(tx: &mut Tx, feed: Feed, place: Place, limit: u32) -> Result<Stretch, DatabaseError> {
    let [environment, platform] = feed.values();
    let behind = [
        environment.clone(),
        platform.clone(),
        place.0.into(),
        limit.into(),
    ];
    let answers = tx.query_many(&[(AFTER, &behind), (WAITS, &[environment, platform])])?;
    let [events, waits] = answers.as_slice() else {
        unreachable!("two statements have two answers");
    };
    Ok(Stretch {
        events: events.iter().map(read).collect::<Result<_, _>>()?,
        more_wait: !waits.is_empty(),
    })
}

/// Gives places at the end of the feed to the oldest `most` events that have none, and says to how many.
///
/// Only one transaction does so at a time, and only with what is committed, so nothing ever appears before a place that was
/// read. What concerns one investment (or investor) is written under its row's lock: of two such events the earlier one has the
/// lower position, and is committed wherever the later one is, so it gets the earlier place.
///
/// # Errors
/// Fails if the database does.
pub fn give_places(tx: &mut Tx, feed: Feed, most: u32) -> Result<u64, DatabaseError> {
    let [environment, platform] = feed.values();
    // A statement of its own: the next one sees what the holder of the lock before has committed.
    let last = tx.query_one(LOCK, &[environment.clone(), platform.clone()])?;
    let given = tx.execute(
        GIVE,
        &[
            environment.clone(),
            platform.clone(),
            last.get::<i64>(0)?.into(),
            most.into(),
        ],
    )?;
    let count = i64::try_from(given).unwrap_or(i64::MAX);
    tx.later(GIVEN, &[environment, platform, count.into()])?;
    Ok(given)
}

impl Feed {
    fn values(self) -> [Value; 2] {
        [self.environment.uuid().into(), self.platform.uuid().into()]
    }
}

fn read(row: &Row) -> Result<(EventId, Vec<u8>), DatabaseError> {
    let mut columns = Columns::of(row);
    Ok((columns.id(EventId::from_uuid)?, columns.next()?))
}
