//! Placing an investment: durable here, then made in the environment of its campaign, with the investor if it is new there.
//!
//! The answer is the environment's own. Where it does not come in time the application hears `unavailable`: the order is kept, is
//! placed as soon as the environment answers, and the same idempotency key then gets what became of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use database::Tx;
use database::vault::DataKey;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::{Duration, timeout};
use uuid::Uuid;
use wire::{FieldCode, Problem};

use crate::changes::{self, News};
use crate::environments::PROBLEM;
use crate::investors::Sent;
use crate::store::changes::Kind;
use crate::store::orders::{self, Order, OrderState};
use crate::store::{campaigns, copies, environments};
use crate::write::{Answer, Caller, Request};
use crate::{
    Error, Gateway, Result, documents, investments, investors, mapping, merge, parts, store, time,
};

/// What a sealed order is bound to.
const BODY: &str = "gateway_orders.body";
/// An environment that is known not to answer is not waited for as long as others.
const SHORT_WAIT: Duration = Duration::from_secs(2);
/// After how long a repeat is worth while.
const RETRY_AFTER_S: u64 = 5;

/// Requests that wait in this process for what becomes of an order.
#[derive(Default)]
pub(crate) struct Outcomes(Mutex<HashMap<Uuid, Vec<oneshot::Sender<()>>>>);

impl Outcomes {
    fn wait_for(&self, order: Uuid) -> oneshot::Receiver<()> {
        let (told, hears) = oneshot::channel();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entry(order).or_default().push(told);
        hears
    }

    /// Wakes whoever waits for the order.
    pub(crate) fn tell(&self, order: Uuid) {
        let waiting = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&order);
        for told in waiting.into_iter().flatten() {
            // Whoever does not wait any more asks again.
            let _ = told.send(());
        }
    }
}

/// An order that waits for its environment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Waiting {
    id: Uuid,
    investor_id: Uuid,
    environment: String,
    reference: Option<String>,
    idempotency_key: String,
    units: Value,
    created_at: String,
}

/// Places an investment, waiting for the environment as long as the settings allow.
pub(crate) async fn place(gateway: &Gateway, request: &Request, sent: Sent) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let (order, is_new) = keep(
        gateway,
        request,
        merge::without_nulls(sent.body),
        sent.reference,
    )
    .await?;
    let hears = gateway.outcomes.wait_for(order.id);
    gateway.bell.ring(&[order.environment], order.investor);
    // It may have been placed before we began to listen.
    if outcome(gateway, order.id, is_new).await?.is_none() {
        let patience = patience(gateway, order.environment).await?;
        let _ = timeout(patience, hears).await;
    }
    match outcome(gateway, order.id, is_new).await? {
        Some(answer) => answer,
        None => Err(still_waiting(gateway, &order).await?),
    }
}

/// The durable order: a new one, or the one that the key stands for, and which of the two.
async fn keep(
    gateway: &Gateway,
    request: &Request,
    body: Value,
    reference: Option<String>,
) -> Result<(Order, bool)> {
    let own = gateway.clone();
    let key = request
        .key
        .clone()
        .unwrap_or_else(|| Uuid::new_v4().to_string());
    let (client, fingerprint) = (request.caller.client, request.fingerprint);
    gateway
        .db
        .write(move |tx| {
            let now = own.now();
            if let Some(order) = orders::of_key(tx, client, &key)? {
                if order.fingerprint != fingerprint {
                    return Err(Error::key_reused(order.investment.or(Some(order.id))));
                }
                return Ok((tried_again(tx, order, now)?, false));
            }
            let investor = mapping::id_in(&body, "investor_id").unwrap_or_default();
            let campaign = mapping::id_in(&body, "campaign_id").unwrap_or_default();
            let missing = |field, what: &str| {
                Error::field(
                    field,
                    FieldCode::NotFound,
                    &format!("There is no such {what} here."),
                )
            };
            let environment = campaigns::environment_of(tx, campaign)?
                .ok_or_else(|| missing("campaign_id", "campaign"))?;
            store::investors::find(tx, investor)?
                .ok_or_else(|| missing("investor_id", "investor"))?;
            documents::require(tx, &mapping::documents(&body))?;
            if let Some(wallet) = mapping::id_in(&body, "wallet") {
                parts::require_wallet(tx, investor, wallet)?;
            }
            let (mut investor, data_key) = changes::lock(&own, tx, investor)?;
            let order = Order {
                id: Uuid::now_v7(),
                client,
                key: key.clone(),
                fingerprint,
                investor: investor.id,
                environment,
                reference: reference.clone(),
                sealed_body: data_key.seal(BODY, &serde_json::to_vec(&body)?),
                state: OrderState::Waiting,
                sealed_problem: None,
                investment: None,
                told_at: None,
                created_at: now,
            };
            orders::insert(tx, &order)?;
            let news = News::about(Kind::Order, order.id);
            changes::append_for(tx, &mut investor, &data_key, &news, (environment, now))?;
            store::investors::update(tx, &investor)?;
            Ok((order, true))
        })
        .await
}

/// A repeat after the application has heard of the refusal means: try again.
fn tried_again(tx: &mut Tx, mut order: Order, now: i64) -> Result<Order> {
    if order.state == OrderState::Refused && order.told_at.is_some() {
        orders::reopened(tx, order.id)?;
        order.state = OrderState::Waiting;
        let mut copy = copies::lock(tx, order.investor, order.environment)?
            .ok_or_else(|| Error::not_found("environment"))?;
        if copy.remote.is_some() {
            let version = version_of(tx, &order)?;
            copy.reached = copy.reached.min(version - 1);
        }
        copy.due_at = Some(now);
        copy.pending_since = copy.pending_since.or(Some(now));
        copies::save(tx, &copy)?;
    }
    Ok(order)
}

/// Which change of the investor the order is.
fn version_of(tx: &mut Tx, order: &Order) -> Result<i64> {
    let found = store::changes::of_subject(tx, order.investor, order.id)?;
    found.ok_or_else(|| Error::not_found("order"))
}

/// What became of an order, if anything has. Who is told of a refusal may try again with the same key.
async fn outcome(gateway: &Gateway, id: Uuid, is_new: bool) -> Result<Option<Result<Answer>>> {
    let own = gateway.clone();
    gateway
        .db
        .write(move |tx| {
            let order = orders::find(tx, id)?.ok_or_else(|| Error::not_found("order"))?;
            match (order.state, order.investment) {
                (OrderState::Placed, Some(investment)) => {
                    let body = investments::shown(&own, tx, investment)?;
                    let body = serde_json::to_vec(&body)?;
                    Ok(Some(Ok(Answer {
                        status: 201,
                        body,
                        replayed: !is_new,
                    })))
                }
                (OrderState::Refused, _) => {
                    orders::told(tx, id, own.now())?;
                    let key = investors::key_of(&own, tx, order.investor)?;
                    let sealed = order.sealed_problem.unwrap_or_default();
                    let problem: Problem = serde_json::from_slice(&key.open(PROBLEM, &sealed)?)?;
                    Ok(Some(Err(problem.into())))
                }
                _ => Ok(None),
            }
        })
        .await
}

async fn patience(gateway: &Gateway, environment: Uuid) -> Result<Duration> {
    let found = gateway
        .db
        .read(move |tx| environments::find(tx, environment))
        .await?;
    let down = found.is_some_and(|one| one.unreachable_since.is_some());
    let patience = gateway.settings.answer_within;
    Ok(if down {
        patience.min(SHORT_WAIT)
    } else {
        patience
    })
}

async fn still_waiting(gateway: &Gateway, order: &Order) -> Result<Error> {
    let id = order.environment;
    let found = gateway
        .db
        .read(move |tx| environments::find(tx, id))
        .await?;
    let name = found.map(|one| one.name).unwrap_or_default();
    let detail = format!(
        "The environment {name} has not answered yet. The order is kept and is placed as soon as it does; repeat the request with the same \
         idempotency key ({}) to hear what became of it.",
        order.key
    );
    let Error::Refused(mut problem) = Error::unavailable(detail, RETRY_AFTER_S) else {
        return Ok(Error::not_found("order"));
    };
    problem.resource_id = Some(order.id);
    Ok(Error::Refused(problem))
}

/// Orders that wait, oldest first.
pub(crate) async fn waiting(
    gateway: &Gateway,
    caller: &Caller,
    (limit, offset): (i64, i64),
) -> Result<(u64, Vec<Waiting>)> {
    caller.require("investments:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let (count, found) = orders::waiting(tx, limit, offset)?;
            let all = environments::list(tx)?;
            let shown = found.into_iter().map(|order| {
                let key = investors::key_of(&own, tx, order.investor)?;
                let sent = body(&key, &order)?;
                let name = all
                    .iter()
                    .find(|one| one.id == order.environment)
                    .map(|one| one.name.clone());
                Ok(Waiting {
                    id: order.id,
                    investor_id: order.investor,
                    environment: name.unwrap_or_default(),
                    reference: order.reference,
                    idempotency_key: order.key,
                    units: sent["units"].clone(),
                    created_at: time::text(order.created_at),
                })
            });
            Ok((count, shown.collect::<Result<_>>()?))
        })
        .await
}

/// The order as it was sent.
pub(crate) fn body(key: &DataKey, order: &Order) -> Result<Value> {
    Ok(serde_json::from_slice(
        &key.open(BODY, &order.sealed_body)?,
    )?)
}
