//! Webhook endpoints that take nothing any more: the kit flags them, and their platform's people hear of it once per outage.

use database::Tx;
use domain::{EnvironmentId, Organisation, PlatformId, Timestamp};
use storage::reminders::{self, Reminder};
use uuid::Uuid;
use webhooks::endpoints::flagged;

use super::{About, is_anybody_there, links, tell};
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
    let own = registry.clone();
    let new = registry.db.read(move |tx| not_told(&own, tx, now)).await?;
    if new.is_empty() {
        return Ok(0);
    }
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let mut told = 0;
            for dead in &new {
                if !reminders::note(tx, Reminder::Endpoint, dead.id, dead.since, now)? {
                    continue;
                }
                let (name, day) = (&dead.name, dead.since.berlin_date());
                let link = links::webhooks(&own, name);
                tell(&own, tx, dead.addressee(), dead.about(), |language| {
                    letters::endpoint_dead(language, name, day, &link)
                })?;
                told += 1;
            }
            Ok(told)
        })
        .await
}

/// An endpoint that was flagged, and whose it is.
struct Dead {
    id: Uuid,
    since: Timestamp,
    environment: EnvironmentId,
    name: String,
    platform: PlatformId,
}

impl Dead {
    fn addressee(&self) -> (Organisation, Right) {
        (
            Organisation::Platform(self.platform),
            Right::WriteInvestments,
        )
    }

    fn about(&self) -> About {
        About::Environment(self.environment)
    }
}

/// Those of which somebody can be told and nobody was. The others wait for the first who can.
fn not_told(registry: &Registry, tx: &mut Tx, now: Timestamp) -> Result<Vec<Dead>> {
    let after = now.minus_seconds(LOOKED_BACK_S).micros();
    let flagged = flagged(tx, after, PAGE)?;
    if flagged.is_empty() {
        return Ok(Vec::new());
    }
    let sellers = storage::parties::sellers(tx)?;
    let mut new = Vec::new();
    for endpoint in flagged {
        let since = Timestamp::from_micros(endpoint.since);
        if reminders::is_noted(tx, Reminder::Endpoint, endpoint.id, since)? {
            continue;
        }
        let owner = sellers.iter().find(|(environment, _, platform)| {
            endpoint_owner(*environment, *platform) == endpoint.owner
        });
        let Some((environment, name, platform)) = owner else {
            continue;
        };
        let dead = Dead {
            id: endpoint.id,
            since,
            environment: *environment,
            name: name.clone(),
            platform: *platform,
        };
        if is_anybody_there(registry, tx, dead.addressee(), dead.about())? {
            new.push(dead);
        }
    }
    Ok(new)
}
