//! Messages about what nobody here has made: an investment that a transfer brought, or something whose answer never arrived. The
//! environment is asked; what belongs to an investor of ours is followed from then on.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use crate::remote::{Remote, Trouble};
use crate::store::environments::Environment;
use crate::store::inbox::{self, Message};
use crate::store::instructions::InstructionKind;
use crate::worker::desk::Desk;
use crate::worker::followed::Followed;
use crate::{Error, mapping};

/// When it is asked: once soon, since a message may be faster than the answer that tells us the id, and once more when every answer has
/// come or has failed to, µs after the message.
const ASKED_AFTER: [i64; 2] = [2_000_000, 30_000_000];
/// Messages that are looked at in one go.
const PAGE: i64 = 100;

/// Whether nothing more will be found out about a message.
pub(crate) fn was_asked(message: &Message) -> bool {
    usize::try_from(message.asked).is_ok_and(|asked| asked >= ASKED_AFTER.len())
}

/// Asks for everything that is unknown for long enough.
pub(crate) async fn ask(
    desk: &Desk,
    remote: &Remote,
    environment: &Environment,
) -> Result<(), Trouble> {
    let (id, now) = (environment.id, desk.gateway.now());
    for (asked, after) in (1_i64..).zip(ASKED_AFTER) {
        let waiting = desk
            .gateway
            .db
            .read(move |tx| inbox::waiting_since(tx, id, (now - after, asked), PAGE))
            .await?;
        let mut about: HashMap<Option<(Followed, Uuid)>, Vec<String>> = HashMap::new();
        for message in waiting {
            let subject = subject(&message);
            about.entry(subject).or_default().push(message.key);
        }
        for (subject, messages) in about {
            let answer = match subject {
                Some(subject) => find(desk, remote, environment, subject).await?,
                None => None,
            };
            let own = desk.gateway.clone();
            let noted = desk.gateway.db.write(move |tx| {
                if let (Some((followed, _)), Some(answer)) = (subject, &answer) {
                    followed.adopt(&own, tx, id, answer)?;
                }
                for key in &messages {
                    inbox::asked(tx, key)?;
                }
                tx.on_commit_wake(crate::inbox::TOPIC);
                Ok::<_, Error>(())
            });
            noted.await?;
        }
    }
    Ok(())
}

/// What the environment says of something that is not here; nothing if it is, or if it does not say.
async fn find(
    desk: &Desk,
    remote: &Remote,
    environment: &Environment,
    (followed, id): (Followed, Uuid),
) -> Result<Option<Value>, Trouble> {
    if desk
        .gateway
        .db
        .read(move |tx| followed.is_known(tx, id))
        .await?
    {
        return Ok(None);
    }
    match desk.call(environment, remote.get(&followed.path(id))).await {
        Ok(answer) => Ok(Some(answer)),
        Err(Trouble::Refused(_)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// What a message is about, if it is something that can be asked for.
fn subject(message: &Message) -> Option<(Followed, Uuid)> {
    if let Some(investment) = message.investment {
        return Some((Followed::Investment, investment));
    }
    let body: Value = serde_json::from_slice(&message.body).ok()?;
    let kinds = [InstructionKind::Transfer, InstructionKind::Redemption];
    kinds.into_iter().find_map(|kind| {
        let id = mapping::id_in(&body, kind.id_field())?;
        Some((Followed::Instruction(kind), id))
    })
}
