//! Drift: whether environments hold what we sent. A difference is reported with its place and its age; it is repaired where the
//! policy says so and the environment's data is not newer than what it last told us.

use std::collections::BTreeMap;

use database::Tx;
use database::vault::DataKey;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::gateways::GatewayDifference;

use crate::changes::{self, News};
use crate::compare::{differing, nested};
use crate::remote::{Remote, Trouble};
use crate::store::changes::Kind;
use crate::store::copies::{self, Copy};
use crate::store::differences::{self, Difference};
use crate::store::environments::{self, DriftPolicy, Environment};
use crate::worker::Desk;
use crate::write::Caller;
use crate::{Error, Gateway, Result, investors, mapping, merge, store, time};

const VALUES: &str = "gateway_differences.values";
/// Investors that are read from our rows in one go.
const PAGE: i64 = 100;
const MOST_FOUND: i64 = 10_000;
/// A difference as its partner sees it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Shown {
    investor_id: Uuid,
    environment: String,
    field: String,
    ours: Value,
    theirs: Value,
    /// When it was first seen, and when last.
    since: String,
    seen_at: String,
    /// `open`, or `pushed` when ours is on its way.
    state: String,
}

#[derive(Serialize, Deserialize)]
struct Values {
    ours: Value,
    theirs: Value,
}

/// A page of what differs.
pub(crate) async fn report(
    gateway: &Gateway,
    caller: &Caller,
    environment: Option<String>,
    (limit, offset): (i64, i64),
) -> Result<(u64, Vec<Shown>)> {
    caller.require("investors:read")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let only = environment
                .as_deref()
                .map(|name| crate::environments::by_name(tx, name))
                .transpose()?;
            let only = only.map(|one| one.id);
            let all = environments::list(tx)?;
            let found = differences::list(tx, only, limit, offset)?;
            let shown = found.into_iter().map(|one| {
                let key = investors::key_of(&own, tx, one.investor)?;
                let values: Values =
                    serde_json::from_slice(&key.open(VALUES, &one.sealed_values)?)?;
                let name = all
                    .iter()
                    .find(|place| place.id == one.environment)
                    .map(|place| place.name.clone());
                Ok(Shown {
                    investor_id: one.investor,
                    environment: name.unwrap_or_default(),
                    field: one.field,
                    ours: values.ours,
                    theirs: values.theirs,
                    since: time::text(one.first_seen_at),
                    seen_at: time::text(one.seen_at),
                    state: one.state,
                })
            });
            let shown = shown.collect::<Result<Vec<_>>>()?;
            Ok((differences::count(tx, only)?, shown))
        })
        .await
}

/// What differs now, the oldest first, at most ten thousand.
///
/// # Errors
/// If the database fails.
pub async fn found(gateway: &Gateway) -> Result<Vec<GatewayDifference>> {
    gateway
        .db
        .read(|tx| {
            let all = environments::list(tx)?;
            let rows = differences::list(tx, None, MOST_FOUND, 0)?;
            Ok::<_, Error>(
                rows.into_iter()
                    .map(|one| without_data(one, &all))
                    .collect(),
            )
        })
        .await
}

fn without_data(one: Difference, all: &[Environment]) -> GatewayDifference {
    let environment = all.iter().find(|place| place.id == one.environment);
    GatewayDifference {
        investor_id: one.investor,
        environment: environment
            .map(|place| place.name.clone())
            .unwrap_or_default(),
        field: one.field,
        since: time::text(one.first_seen_at),
        seen_at: time::text(one.seen_at),
        state: one.state,
    }
}

/// Everything is compared anew at the next chance.
///
/// # Errors
/// If the database fails.
pub async fn again(gateway: &Gateway) -> Result<()> {
    Ok(gateway.db.write(environments::compare_again).await?)
}

/// Compares everything anew, soon: the desks take it up like any other work.
pub(crate) async fn ask(gateway: &Gateway, caller: &Caller) -> Result<()> {
    caller.require("investors:write")?;
    again(gateway).await?;
    gateway.bell.ring_all();
    Ok(())
}

/// Sends ours again for one investor in one environment, whatever is there: the partner has looked and decided.
pub(crate) async fn push(
    gateway: &Gateway,
    caller: &Caller,
    investor: Uuid,
    name: String,
) -> Result<()> {
    caller.require("investors:write")?;
    let own = gateway.clone();
    let pushed = gateway.db.write(move |tx| {
        let environment = crate::environments::by_name(tx, &name)?;
        let (mut row, key) = changes::lock(&own, tx, investor)?;
        let found = differences::of_copy(tx, investor, environment.id)?;
        if found.is_empty() {
            return Err(Error::not_found("difference"));
        }
        let document = changes::document(&key, &row)?;
        repair(tx, (&mut row, &key), &document, &found, own.now())?;
        Ok(environment.id)
    });
    gateway.bell.ring(&[pushed.await?], investor);
    Ok(())
}

/// Compares every investor of an environment, one after the other under the environment's limit.
pub(crate) async fn compare_all(
    desk: &Desk,
    remote: &Remote,
    environment: &Environment,
) -> Result<(), Trouble> {
    let (id, begun) = (environment.id, desk.gateway.now());
    let mut after = Uuid::nil();
    loop {
        let page = desk
            .gateway
            .db
            .read(move |tx| copies::settled_after(tx, id, after, PAGE))
            .await?;
        let Some(last) = page.last().map(|copy| copy.investor) else {
            break;
        };
        for copy in page {
            compare(desk, remote, environment, copy).await?;
        }
        after = last;
    }
    Ok(desk
        .gateway
        .db
        .write(move |tx| environments::compared(tx, id, begun))
        .await?)
}

async fn compare(
    desk: &Desk,
    remote: &Remote,
    environment: &Environment,
    copy: Copy,
) -> Result<(), Trouble> {
    let Some(there) = copy.remote else {
        return Ok(());
    };
    let answer = match desk
        .call(environment, remote.get(&format!("investors/{there}/")))
        .await
    {
        Ok(answer) => answer,
        // That it is gone is a difference in everything.
        Err(Trouble::Refused(_)) => Value::Object(Map::new()),
        Err(trouble) => return Err(trouble),
    };
    let (own, environment) = (desk.gateway.clone(), environment.clone());
    let noted = desk
        .gateway
        .db
        .write(move |tx| note(&own, tx, &environment, &copy, &answer));
    noted.await?;
    desk.gateway.bell.ring_one(desk.id);
    Ok(())
}

/// Notes what differs, and repairs where that is safe.
fn note(
    gateway: &Gateway,
    tx: &mut Tx,
    environment: &Environment,
    seen: &Copy,
    answer: &Value,
) -> Result<()> {
    let now = gateway.now();
    let Some(mut copy) = copies::lock(tx, seen.investor, environment.id)? else {
        return Ok(());
    };
    // Something is on its way since we asked: the next comparison sees what came of it.
    if copy.due_at.is_some() || copy.reached != seen.reached {
        return Ok(());
    }
    let (mut row, key) = changes::lock(gateway, tx, copy.investor)?;
    let document = localised(tx, environment.id, changes::document(&key, &row)?)?;
    let known: BTreeMap<String, Difference> =
        differences::of_copy(tx, copy.investor, environment.id)?
            .into_iter()
            .map(|one| (one.field.clone(), one))
            .collect();
    let mut found = Vec::new();
    for (field, ours, theirs) in differing(&document, answer) {
        let before = known.get(&field);
        let values = Values { ours, theirs };
        found.push(Difference {
            investor: copy.investor,
            environment: environment.id,
            sealed_values: key.seal(VALUES, &serde_json::to_vec(&values)?),
            first_seen_at: before.map_or(now, |one| one.first_seen_at),
            seen_at: now,
            state: "open".to_owned(),
            field,
        });
    }
    for difference in &found {
        differences::save(tx, difference)?;
    }
    differences::forget(tx, copy.investor, environment.id, now)?;
    let told = answer["updated_at"].as_str();
    // Somebody changed it there after it last answered us: that may be the newer truth.
    let newer_there = told != copy.remote_updated_at.as_deref();
    if !found.is_empty() {
        tracing::warn!(
            investor.id = %copy.investor, environment.name = %environment.name,
            "environment {} holds other data of investor {} in {} fields", environment.name, copy.investor, found.len()
        );
    }
    let outcome = if found.is_empty() {
        "equal"
    } else {
        "different"
    };
    let labels = gateway.labels(&environment.name, outcome);
    metrics::counter!("gateway_comparisons_total", labels.iter()).increment(1);
    copy.kyc_status = answer["kyc_status"]
        .as_str()
        .map(str::to_owned)
        .or(copy.kyc_status);
    copy.observed_at = Some(now);
    if found.is_empty() {
        // What it says now is what we have: whatever moved its clock was nothing of ours.
        copy.remote_updated_at = told.map(str::to_owned);
    }
    copies::save(tx, &copy)?;
    if !found.is_empty() && environment.drift_policy == DriftPolicy::Push && !newer_there {
        let own = changes::document(&key, &row)?;
        repair(tx, (&mut row, &key), &own, &found, now)?;
    }
    Ok(())
}

/// Queues a change for the environment with our values of the fields.
fn repair(
    tx: &mut Tx,
    (row, key): (&mut store::investors::Investor, &DataKey),
    document: &Value,
    found: &[Difference],
    now: i64,
) -> Result<()> {
    let Some(environment) = found.first().map(|one| one.environment) else {
        return Ok(());
    };
    let mut patch = Value::Object(Map::new());
    for difference in found {
        let path = format!("/{}", difference.field.replace('.', "/"));
        let ours = document.pointer(&path).cloned().unwrap_or(Value::Null);
        patch = merge::apply_keeping_nulls(&patch, &nested(&difference.field, ours));
        let pushed = Difference {
            state: "pushed".to_owned(),
            ..difference.clone()
        };
        differences::save(tx, &pushed)?;
    }
    let news = News {
        kind: Kind::Repair,
        subject: None,
        body: Some(&patch),
    };
    changes::append_for(tx, row, key, &news, (environment, now))?;
    Ok(store::investors::update(tx, row)?)
}

/// Our document with the ids that the environment knows.
fn localised(tx: &mut Tx, environment: Uuid, document: Value) -> Result<Value> {
    let mut ids = std::collections::HashMap::new();
    for own in mapping::documents(&document) {
        if let Some(there) = store::documents::remote(tx, own, environment)? {
            ids.insert(own, there);
        }
    }
    Ok(mapping::with_documents(document, &ids))
}
