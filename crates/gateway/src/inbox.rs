//! What environments tell: checked, kept once, and left for the stream.

use axum::http::HeaderMap;
use database::Tx;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use webhooks::Headers;
use wire::ProblemCode;

use crate::store::environments::{self, Environment};
use crate::store::inbox::{self, Message};
use crate::store::instructions::Instruction;
use crate::store::investments::Investment;

use crate::{Error, Gateway, Result, mapping, setup, time};

/// Wakes the stream.
pub(crate) const TOPIC: &str = "gateway inbox";
/// The usual window against replays.
const TOLERANCE_S: i64 = 300;

/// Takes one webhook of any environment: signed by it, or with the bearer token that was agreed with one that does not sign.
pub(crate) async fn take(gateway: &Gateway, headers: &HeaderMap, bytes: Vec<u8>) -> Result<()> {
    let (own, shown) = (gateway.clone(), Shown::of(headers));
    let event: Result<Value> = serde_json::from_slice(&bytes).map_err(|error| {
        Error::new(
            ProblemCode::InvalidJson,
            format!("The body is not JSON: {error}."),
        )
    });
    // Judged in a read: what strangers send costs no write.
    let found = gateway
        .db
        .read(move |tx| sender(&own, tx, &shown, &bytes, own.now()));
    let environment = found.await?.id;
    let (event, now) = (event?, gateway.now());
    let taken = gateway.db.write(move |tx| {
        keep(tx, environment, &event, now)?;
        environments::heard(tx, environment, now)?;
        tx.on_commit_wake(TOPIC);
        Ok::<_, Error>(())
    });
    taken.await
}

/// Keeps an event; false if it is there already, or is no event.
pub(crate) fn keep(tx: &mut Tx, environment: Uuid, event: &Value, now: i64) -> Result<bool> {
    let investment = mapping::id_in(event, "investment_id");
    let status = event["status"].as_str().unwrap_or_default();
    let changed_at = event["changed_at"].as_str().unwrap_or_default();
    let id = mapping::id_in(event, "id");
    let key = match (id, investment) {
        (Some(id), _) => id.to_string(),
        // The original's form has no id: the same change of the same investment is the same event.
        (None, Some(investment)) => {
            let at =
                time::parse(changed_at).map_or_else(|| changed_at.to_owned(), |at| at.to_string());
            format!("{investment} {status} {at}")
        }
        (None, None) => return Ok(false),
    };
    let message = Message {
        event: id.unwrap_or_else(|| derived(&key)),
        key,
        environment,
        investment,
        sequence: event["sequence"].as_i64().unwrap_or_default(),
        kind: event["type"]
            .as_str()
            .unwrap_or("investment.status_changed")
            .to_owned(),
        body: serde_json::to_vec(event)?,
        received_at: now,
        asked: 0,
    };
    Ok(inbox::insert(tx, &message)?)
}

/// A change of an investment's status that we saw ourselves, where the environment does not tell.
pub(crate) fn noticed_investment(
    tx: &mut Tx,
    before: &Investment,
    answer: &Value,
    now: i64,
) -> Result<()> {
    let event = json!({"investment_id": before.id});
    noticed(tx, before.environment, (event, &before.status), answer, now)
}

/// The same of an instruction's.
pub(crate) fn noticed_instruction(
    tx: &mut Tx,
    before: &Instruction,
    answer: &Value,
    now: i64,
) -> Result<()> {
    let status = answer["status"].as_str().unwrap_or_default();
    // The original's instructions have no events, so that nothing else gives this one an id.
    let id = derived(&format!("{} {status}", before.id));
    let mut event = json!({"id": id, "type": before.kind.event_type()});
    event[before.kind.id_field()] = json!(before.id);
    noticed(tx, before.environment, (event, &before.status), answer, now)
}

fn noticed(
    tx: &mut Tx,
    environment: Uuid,
    (mut event, before): (Value, &str),
    answer: &Value,
    now: i64,
) -> Result<()> {
    let status = answer["status"].as_str().unwrap_or_default();
    let silent = environments::find(tx, environment)?
        .is_some_and(|one| one.feed == environments::Feed::None);
    if silent && status != before {
        let said = answer["changed_at"]
            .as_str()
            .or(answer["ended_at"].as_str());
        let changed_at = said.map_or_else(|| time::text(now), str::to_owned);
        event["status"] = status.into();
        event["changed_at"] = changed_at.into();
        event["previous_status"] = before.into();
        keep(tx, environment, &event, now)?;
    }
    Ok(())
}

/// What a message shows of its sender.
#[derive(Clone)]
struct Shown {
    id: Option<String>,
    timestamp: Option<String>,
    signature: Option<String>,
    bearer: Option<String>,
}

impl Shown {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let bearer = text("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then(|| token.trim().to_owned())
        });
        Self {
            id: text("webhook-id"),
            timestamp: text("webhook-timestamp"),
            signature: text("webhook-signature"),
            bearer,
        }
    }
}

/// The environment whose secret the message shows. A signature that fits nobody is not saved by a token.
fn sender(
    gateway: &Gateway,
    tx: &mut Tx,
    shown: &Shown,
    bytes: &[u8],
    now: i64,
) -> Result<Environment> {
    let all = environments::list(tx)?;
    for environment in all {
        let genuine = match (&shown.id, &shown.timestamp, &shown.signature) {
            (Some(id), Some(timestamp), Some(signature)) => {
                let headers = Headers {
                    id,
                    timestamp,
                    signature,
                };
                setup::webhook_secret(gateway, tx, &environment)?.is_some_and(|secret| {
                    webhooks::verify(&secret, headers, bytes, now, TOLERANCE_S).is_ok()
                })
            }
            _ => {
                let expected = setup::bearer_token(gateway, tx, &environment)?;
                match (expected, &shown.bearer) {
                    (Some(expected), Some(given)) => bool::from(
                        Sha256::digest(expected.as_bytes())
                            .ct_eq(&Sha256::digest(given.as_bytes())),
                    ),
                    _ => false,
                }
            }
        };
        if genuine {
            return Ok(environment);
        }
    }
    Err(Error::new(
        ProblemCode::TokenInvalid,
        "The message is not signed by an environment of this gateway.",
    ))
}

/// An id for an event that has none; the same each time.
fn derived(key: &str) -> Uuid {
    let hash = Sha256::digest(key.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
