//! The feed of events: the same log as the webhooks, for who cannot receive them.

use database::Tx;
use domain::EventId;
use storage::events::{self, Feed, Place, Stretch};
use wire::events::{Event, EventFeed};

use crate::{Caller, Error, Registry, Result, Right};

/// How many events get their place in one transaction: more than the longest page, and few enough that nobody waits for it.
const STEP: u32 = 1_000;

/// Events of the caller's platform in this environment behind `after`, in order.
///
/// An event gets its place when somebody asks for it, so that writing one costs nothing more, and so that it is here as
/// soon as it is true, whatever other transactions still run.
///
/// # Errors
/// Not found if `after` is no event of the caller's.
pub async fn feed(
    registry: &Registry,
    caller: &Caller,
    after: Option<EventId>,
    limit: u32,
) -> Result<EventFeed> {
    let (environment, platform, _) = caller.require_distributor(Right::ReadInvestments)?;
    let feed = Feed {
        environment,
        platform,
    };
    // One more than asked for tells whether there is more.
    let wanted = limit.saturating_add(1);
    let read = move |tx: &mut Tx| stretch(tx, feed, after, wanted);
    let found = match registry.db.read(read).await? {
        Some(found) if !is_short(&found, wanted) => found,
        _ => placed(registry, feed, after, wanted).await?,
    };
    answer(found.events, after, limit)
}

/// The same after events have got their places; what comes meanwhile is for the next call.
async fn placed(
    registry: &Registry,
    feed: Feed,
    after: Option<EventId>,
    wanted: u32,
) -> Result<Stretch> {
    loop {
        let step = registry.db.write(move |tx| -> Result<_> {
            events::give_places(tx, feed, STEP.max(wanted))?;
            stretch(tx, feed, after, wanted)
        });
        // Whoever lives on webhooks and then asks for what is behind the last one may have more than one step before it.
        if let Some(found) = step.await? {
            return Ok(found);
        }
    }
}

/// What stands behind the event; nothing if that has no place itself yet.
fn stretch(
    tx: &mut Tx,
    feed: Feed,
    after: Option<EventId>,
    wanted: u32,
) -> Result<Option<Stretch>> {
    let place = match after {
        None => Some(Place::default()),
        Some(id) => events::place(tx, feed, id)?.ok_or(Error::NotFound("event"))?,
    };
    let behind = place.map(|place| events::after(tx, feed, place, wanted));
    Ok(behind.transpose()?)
}

fn is_short(found: &Stretch, wanted: u32) -> bool {
    found.more_wait && found.events.len() < usize::try_from(wanted).unwrap_or(usize::MAX)
}

fn answer(
    mut rows: Vec<(EventId, Vec<u8>)>,
    after: Option<EventId>,
    limit: u32,
) -> Result<EventFeed> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().map(|(id, _)| *id).or(after).map(EventId::uuid);
    let results = rows
        .iter()
        .map(|(_, body)| serde_json::from_slice::<Event>(body).map_err(Error::fault))
        .collect::<Result<_>>()?;
    Ok(EventFeed {
        results,
        last,
        has_more,
    })
}
