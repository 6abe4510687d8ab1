//! Investments: read from the last answer of their environment, with its age.

use database::Tx;
use database::vault::DataKey;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::environments::{Seen, State};
use crate::store::investments::{self, Filter, Investment};
use crate::store::{Heard, documents, environments, parts};
use crate::write::Caller;
use crate::{Error, Gateway, Result, investors, mapping, time};

/// What a sealed investment is bound to.
const BODY: &str = "gateway_investments.body";

/// One investment, as its environment last described it.
pub(crate) async fn get(gateway: &Gateway, caller: &Caller, id: Uuid) -> Result<Seen<Value>> {
    caller.require("investments:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let row = find(tx, id)?;
            let environment = environments::find(tx, row.environment)?;
            let down = environment.is_some_and(|one| one.unreachable_since.is_some());
            let state = match row.refresh_at {
                _ if down => State::Unreachable,
                Some(_) => State::Pending,
                None => State::Synced,
            };
            Ok(Seen {
                value: rendered(&own, tx, &row)?,
                state: Some(state),
                observed_at: Some(row.observed_at),
            })
        })
        .await
}

/// A page of investments over all environments, oldest first.
pub(crate) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    filter: Filter,
    (limit, offset): (i64, i64),
) -> Result<(u64, Vec<Value>)> {
    caller.require("investments:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let (count, found) = investments::list(tx, &filter, limit, offset)?;
            let shown = found.iter().map(|row| rendered(&own, tx, row));
            Ok((count, shown.collect::<Result<_>>()?))
        })
        .await
}

/// An investment's body, in a transaction.
pub(crate) fn shown(gateway: &Gateway, tx: &mut Tx, id: Uuid) -> Result<Value> {
    let row = find(tx, id)?;
    rendered(gateway, tx, &row)
}

/// An investment of this gateway.
pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Investment> {
    investments::find(tx, id)?.ok_or_else(|| Error::not_found("investment"))
}

/// What is known about an investment beside its environment's answer.
pub(crate) struct Origin {
    pub(crate) investor: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) reference: Option<String>,
}

/// Keeps an environment's answer about an investment, under our ids; answers with the investment's own id.
pub(crate) fn keep(
    tx: &mut Tx,
    key: &DataKey,
    origin: &Origin,
    answer: &Value,
    now: i64,
) -> Result<Uuid> {
    let id = mapping::id_in(answer, "id").ok_or_else(|| Error::fault(NoId))?;
    let body = localised(tx, origin, answer)?;
    let status = answer["status"].as_str().unwrap_or_default().to_owned();
    let changed_at = answer["changed_at"]
        .as_str()
        .and_then(time::parse)
        .unwrap_or(now);
    let sealed_body = key.seal(BODY, &serde_json::to_vec(&body)?);
    match investments::lock(tx, id)? {
        Some(mut row) => {
            row.observed_at = now;
            row.refresh_at = None;
            row.reference = origin.reference.clone().or(row.reference);
            // An answer that was under way while something newer was told does not turn the clock back.
            if changed_at >= row.changed_at {
                (row.status, row.sealed_body, row.changed_at) = (status, sealed_body, changed_at);
            }
            investments::save(tx, &row)?;
        }
        None => {
            let created_at = answer["created_at"]
                .as_str()
                .and_then(time::parse)
                .unwrap_or(now);
            let row = Investment {
                id,
                investor: origin.investor,
                environment: origin.environment,
                campaign: mapping::id_in(answer, "campaign_id").unwrap_or_default(),
                reference: origin.reference.clone(),
                status,
                sealed_body,
                heard: Heard::default(),
                changed_at,
                observed_at: now,
                refresh_at: None,
                created_at,
            };
            investments::insert(tx, &row)?;
        }
    }
    Ok(id)
}

/// The environment's answer with our ids for investor, wallet and documents.
fn localised(tx: &mut Tx, origin: &Origin, answer: &Value) -> Result<Value> {
    let mut body = answer.clone();
    body["investor_id"] = origin.investor.to_string().into();
    if let Some(wallet) = mapping::id_in(answer, "wallet")
        && let Some(own) = parts::of_remote(tx, origin.environment, wallet)?
    {
        body["wallet"] = own.to_string().into();
    }
    let mut ids = std::collections::HashMap::new();
    for document in mapping::documents(answer) {
        if let Some(own) = documents::of_remote(tx, origin.environment, document)? {
            ids.insert(document, own);
        }
    }
    Ok(mapping::with_documents(body, &ids))
}

fn rendered(gateway: &Gateway, tx: &mut Tx, row: &Investment) -> Result<Value> {
    let key = investors::key_of(gateway, tx, row.investor)?;
    let mut body: Value = serde_json::from_slice(&key.open(BODY, &row.sealed_body)?)?;
    // What was told by an event is newer than the last answer.
    body["status"] = json!(row.status);
    body["reference"] = json!(row.reference);
    Ok(body)
}

/// An answer about an investment that does not say which.
#[derive(Debug, thiserror::Error)]
#[error("an environment answered with an investment that has no id")]
struct NoId;
