//! Proof that statements were delivered: who fetched which bytes, and when (§ 126b BGB).

use storage::Scope;
use storage::statement_deliveries::{self, StatementDelivery};
use storage::statements::StatementRecord;
use uuid::Uuid;
use wire::statements::{StatementDeliveries, StatementDelivery as Shown};

use crate::{Caller, Error, Registry, Result, Right};

/// How a statement was fetched, and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Channel {
    /// By the partner's client or person, who passes it on.
    Partner(Uuid),
    /// By the holder itself, under this account.
    Holder(Uuid),
}

/// Who has fetched a statement.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such statement.
pub async fn deliveries(
    registry: &Registry,
    caller: &Caller,
    id: Uuid,
) -> Result<StatementDeliveries> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let found = storage::statements::find(tx, &Scope::ALL, id)?;
            found.ok_or(Error::NotFound("statement"))?;
            let deliveries = statement_deliveries::of_statement(tx, id)?;
            let items = deliveries.iter().map(|one| Shown {
                channel: one.channel.clone(),
                actor_id: one.actor,
                sha256: hex::encode(one.content_hash),
                delivered_at: one.at.to_string(),
            });
            Ok(StatementDeliveries {
                deliveries: items.collect(),
            })
        })
        .await
}

/// Notes that somebody gets the bytes now.
pub(crate) async fn note(
    registry: &Registry,
    statement: &StatementRecord,
    channel: Channel,
) -> Result<()> {
    let Some((_, content_hash)) = statement.document else {
        return Ok(());
    };
    let (channel, actor) = match channel {
        Channel::Partner(actor) => ("partner", actor),
        Channel::Holder(account) => ("holder", account),
    };
    let delivery = StatementDelivery {
        channel: channel.to_owned(),
        actor,
        content_hash,
        at: registry.clock.now(),
    };
    let id = statement.id;
    let noted = registry
        .db
        .write(move |tx| -> Result<()> { Ok(statement_deliveries::insert(tx, id, &delivery)?) });
    noted.await
}
