//! The feed of events: the same log as the webhooks, for who cannot receive them.

use domain::EventId;
use wire::events::{Event, EventFeed};

use crate::{Caller, Error, Registry, Result, Right};

/// Events of the caller's platform in this environment behind `after`, in order.
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
    let mut rows = registry
        .db
        .read(move |tx| -> Result<_> {
            let place = match after {
                None => storage::events::Position::default(),
                Some(id) => storage::events::position(tx, environment, platform, id)?
                    .ok_or(Error::NotFound("event"))?,
            };
            // One more than asked for tells whether there is more.
            let limit = limit.saturating_add(1);
            Ok(storage::events::after(
                tx,
                environment,
                platform,
                place,
                limit,
            )?)
        })
        .await?;
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
