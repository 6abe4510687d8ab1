//! Transfers: instructed in the environment that has the units, and read from its last answer. The holder's signature is over the token,
//! so that it says the same in front of the gateway and behind it.

use database::Tx;
use database::vault::DataKey;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{FieldCode, ProblemCode};

use crate::catalogue::Shelf;
use crate::environments::{Seen, State};
use crate::investors::Sent;
use crate::remote::Remote;
use crate::store::transfers::{self, Transfer};
use crate::store::{Heard, catalogue, environments, parts};
use crate::write::{Answer, Caller, Request};
use crate::{Error, Gateway, Result, forward, investors, mapping, time};

/// What a sealed transfer is bound to.
const BODY: &str = "gateway_transfers.body";

/// Where a transfer is instructed.
struct Place {
    environment: Uuid,
    investor: Uuid,
    /// The wallet's id there.
    wallet: Uuid,
    remote: Remote,
}

/// Instructs it where the units are. Only the environment can say yes, so that its answer is waited for.
pub(crate) async fn create(gateway: &Gateway, request: &Request, sent: Sent) -> Result<Answer> {
    request.caller.require("transfers:write")?;
    let mut body = sent.body;
    let product = mapping::id_in(&body, "product").unwrap_or_default();
    let wallet = mapping::id_in(&body, "source_wallet").unwrap_or_default();
    let own = gateway.clone();
    let place = gateway
        .db
        .read(move |tx| place(&own, tx, product, wallet))
        .await?;
    body["source_wallet"] = place.wallet.to_string().into();
    let key = forward::key(request);
    let answer = place.remote.post("transfers/", &key, &body).await;
    let answer = answer.map_err(Error::from)?;
    let own = gateway.clone();
    let kept = gateway.db.write(move |tx| {
        let origin = Origin {
            investor: place.investor,
            environment: place.environment,
            reference: sent.reference.clone(),
        };
        let key = investors::key_of(&own, tx, origin.investor)?;
        let id = keep(tx, &key, &origin, &answer, own.now())?;
        let row = find(tx, id)?;
        rendered(&own, tx, &row)
    });
    Ok(Answer {
        status: 201,
        body: serde_json::to_vec(&kept.await?)?,
        replayed: false,
    })
}

/// The environment that has the product and the wallet.
fn place(gateway: &Gateway, tx: &mut Tx, product: Uuid, wallet: Uuid) -> Result<Place> {
    let part = parts::find(tx, wallet)?
        .filter(|part| part.kind.is_wallet())
        .ok_or_else(|| {
            let message = "is not a wallet of one of your investors";
            Error::field("source_wallet", FieldCode::NotFound, message)
        })?;
    let offering: Vec<Uuid> = catalogue::list(tx, Shelf::Products.kind())?
        .into_iter()
        .filter(|item| item.id == product)
        .map(|item| item.environment)
        .collect();
    if offering.is_empty() {
        let message = "is not a product that you sell";
        return Err(Error::field("product", FieldCode::NotFound, message));
    }
    for environment in offering {
        if let Some(there) = parts::remote(tx, wallet, environment)?
            && let Some(environment) = environments::find(tx, environment)?
        {
            return Ok(Place {
                environment: environment.id,
                investor: part.investor,
                wallet: there,
                remote: gateway.remotes.reach(gateway, tx, &environment)?,
            });
        }
    }
    Err(Error::new(
        ProblemCode::R10Insufficient,
        "The wallet is not known where this product is sold, so that it holds nothing of it.",
    ))
}

/// One transfer, as its environment last described it.
pub(crate) async fn get(gateway: &Gateway, caller: &Caller, id: Uuid) -> Result<Seen<Value>> {
    caller.require("transfers:read")?;
    let own = gateway.clone();
    let read = gateway.db.read(move |tx| {
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
    });
    read.await
}

/// A page of transfers over all environments, oldest first; with a reference, those that have it.
pub(crate) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    reference: Option<String>,
    (limit, offset): (i64, i64),
) -> Result<(u64, Vec<Value>)> {
    caller.require("transfers:read")?;
    let own = gateway.clone();
    let read = gateway.db.read(move |tx| {
        let (count, found) = transfers::list(tx, reference.as_deref(), limit, offset)?;
        let shown = found.iter().map(|row| rendered(&own, tx, row));
        Ok((count, shown.collect::<Result<_>>()?))
    });
    read.await
}

/// A transfer of this gateway.
pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Transfer> {
    transfers::find(tx, id)?.ok_or_else(|| Error::not_found("transfer"))
}

/// What is known about a transfer beside its environment's answer.
pub(crate) struct Origin {
    pub(crate) investor: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) reference: Option<String>,
}

/// Keeps an environment's answer about a transfer; answers with the transfer's own id.
pub(crate) fn keep(
    tx: &mut Tx,
    key: &DataKey,
    origin: &Origin,
    answer: &Value,
    now: i64,
) -> Result<Uuid> {
    let id = mapping::id_in(answer, "id").ok_or_else(|| Error::fault(NoId))?;
    let mut body = answer.clone();
    if let Some(there) = mapping::id_in(answer, "source_wallet")
        && let Some(own) = parts::of_remote(tx, origin.environment, there)?
    {
        body["source_wallet"] = own.to_string().into();
    }
    let status = answer["status"].as_str().unwrap_or_default().to_owned();
    let at = |field: &str| answer[field].as_str().and_then(time::parse);
    let created_at = at("received_at").unwrap_or(now);
    let changed_at = at("ended_at").unwrap_or(created_at);
    let sealed_body = key.seal(BODY, &serde_json::to_vec(&body)?);
    match transfers::lock(tx, id)? {
        Some(mut row) => {
            row.observed_at = now;
            row.refresh_at = None;
            row.reference = origin.reference.clone().or(row.reference);
            // An answer that was under way while its end was told does not turn the clock back.
            if has_ended(&status) || !has_ended(&row.status) {
                (row.status, row.sealed_body) = (status, sealed_body);
                row.changed_at = row.changed_at.max(changed_at);
            }
            transfers::save(tx, &row)?;
        }
        None => {
            let row = Transfer {
                id,
                investor: origin.investor,
                environment: origin.environment,
                reference: origin.reference.clone(),
                status,
                sealed_body,
                heard: Heard::default(),
                changed_at,
                observed_at: now,
                refresh_at: None,
                created_at,
            };
            transfers::insert(tx, &row)?;
        }
    }
    Ok(id)
}

/// Nothing comes after these.
fn has_ended(status: &str) -> bool {
    ["succeeded", "failed"].contains(&status)
}

fn rendered(gateway: &Gateway, tx: &mut Tx, row: &Transfer) -> Result<Value> {
    let key = investors::key_of(gateway, tx, row.investor)?;
    let mut body: Value = serde_json::from_slice(&key.open(BODY, &row.sealed_body)?)?;
    // What was told by an event is newer than the last answer.
    body["status"] = json!(row.status);
    body["reference"] = json!(row.reference);
    Ok(body)
}

/// A transfer that does not say which.
#[derive(Debug, thiserror::Error)]
#[error("an environment answered with a transfer that has no id")]
struct NoId;
