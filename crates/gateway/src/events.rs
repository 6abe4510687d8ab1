//! The partner's one stream: the events of all environments with the partner's own ids and references, as webhooks and as a feed.

use database::Tx;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use webhooks::Message;

use crate::store::environments::Environment;
use crate::store::events;
use crate::write::Caller;
use crate::{Error, Gateway, Result};

/// The one owner of endpoints in a gateway's database.
pub(crate) const OWNER: Uuid = Uuid::from_u128(1);
/// The types of the stream.
pub(crate) const TYPES: [&str; 5] = [
    "investment.status_changed",
    "investor.kyc_status_changed",
    "transfer.status_changed",
    "redemption.status_changed",
    "registry_statement.available",
];

/// Something to tell the application.
pub(crate) struct Telling<'a> {
    pub(crate) id: Uuid,
    pub(crate) kind: &'a str,
    pub(crate) environment: &'a Environment,
    /// The environment's own message, from which unknown fields go along.
    pub(crate) heard: Value,
    /// What the gateway knows better.
    pub(crate) own: Value,
    /// Events of one thing stay in order.
    pub(crate) lane: Uuid,
}

/// Appends to the stream and queues the webhooks; both travel with the commit.
pub(crate) fn tell(tx: &mut Tx, telling: Telling<'_>, now: i64) -> Result<()> {
    let mut body: Map<String, Value> = match telling.heard {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    body.insert("id".to_owned(), json!(telling.id));
    body.insert("type".to_owned(), json!(telling.kind));
    body.insert("environment".to_owned(), json!(telling.environment.name));
    if let Value::Object(own) = telling.own {
        body.extend(own);
    }
    let body = serde_json::to_vec(&body)?;
    events::insert(tx, telling.id, &body, now)?;
    let message = Message {
        id: telling.id,
        owner: OWNER,
        event_type: telling.kind,
        lane: telling.lane,
        body: &body,
        now,
    };
    Ok(webhooks::publish(tx, &message)?)
}

/// Events behind `after`, in order.
pub(crate) async fn feed(
    gateway: &Gateway,
    caller: &Caller,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Value> {
    caller.require("investments:read")?;
    let mut rows = gateway
        .db
        .read(move |tx| {
            let position = match after {
                None => 0,
                Some(id) => events::position(tx, id)?.ok_or_else(|| Error::not_found("event"))?,
            };
            // One more than asked for tells whether there is more.
            Ok::<_, Error>(events::after(tx, position, limit + 1)?)
        })
        .await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > most;
    rows.truncate(most);
    let last = rows.last().map(|(id, _)| *id).or(after);
    let results = rows
        .iter()
        .map(|(_, body)| Ok(serde_json::from_slice::<Value>(body)?))
        .collect::<Result<Vec<_>>>()?;
    Ok(json!({"results": results, "last": last, "has_more": has_more}))
}
