//! Webhook endpoints that take nothing any more: the kit flags them, and their platform's people hear of it once per outage.

use database::Tx;
use domain::{Organisation, Timestamp};
use storage::reminders::{self, Reminder};
use webhooks::endpoints::{Flagged, flagged};

use super::{About, links, tell};
use crate::events::endpoint_owner;
use crate::mail::letters;
use crate::{Registry, Result, Right};

/// Who was away for longer has been told; what was noted is forgotten later than this.
const LOOKED_BACK_S: i64 = 30 * 86_400;
const PAGE: u32 = 500;

/// Writes to the people of platforms whose endpoints were flagged. Returns how many endpoints that was.
///
/// # Errors
/// Fails if the database does.
pub async fn write_about_dead(registry: &Registry) -> Result<usize> {
    // By the clock that calls go by, which set the mark.
    let now = registry.clock.outside();
    let new = registry.db.read(move |tx| not_told(tx, now)).await?;
    if new.is_empty() {
        return Ok(0);
    }
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let sellers = storage::parties::sellers(tx)?;
            let mut told = 0;
            for endpoint in &new {
                let since = Timestamp::from_micros(endpoint.since);
                if !reminders::note(tx, Reminder::Endpoint, endpoint.id, since, now)? {
                    continue;
                }
                let owner = sellers.iter().find(|(environment, _, platform)| {
                    endpoint_owner(*environment, *platform) == endpoint.owner
                });
                let Some((environment, name, platform)) = owner else {
                    continue;
                };
                let link = links::webhooks(&own, name);
                tell(
                    &own,
                    tx,
                    (Organisation::Platform(*platform), Right::WriteInvestments),
                    About::Environment(*environment),
                    |language| letters::endpoint_dead(language, name, since.berlin_date(), &link),
                )?;
                told += 1;
            }
            Ok(told)
        })
        .await
}

fn not_told(tx: &mut Tx, now: Timestamp) -> Result<Vec<Flagged>> {
    let after = now.minus_seconds(LOOKED_BACK_S).micros();
    let mut new = Vec::new();
    for endpoint in flagged(tx, after, PAGE)? {
        let since = Timestamp::from_micros(endpoint.since);
        if !reminders::is_noted(tx, Reminder::Endpoint, endpoint.id, since)? {
            new.push(endpoint);
        }
    }
    Ok(new)
}
