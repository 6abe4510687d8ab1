//! What a desk does beside the investors: registers for webhooks, reads the feed of an environment that has been silent, and reads
//! again what may have changed.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::remote::{Remote, Trouble};
use crate::store::environments::{self, Environment, Feed};
use crate::worker::desk::Desk;
use crate::worker::followed::{self, Followed};
use crate::worker::strangers;
use crate::{Error, Result, catalogue, drift, inbox, mapping, registers, setup};

/// Events that are read in one go.
const PAGE: i64 = 100;
/// Pages of the feed in one round; the next round goes on.
const MOST_PAGES: usize = 20;

/// One look at everything that is due. An environment in trouble is left alone until its health allows another question.
pub(crate) async fn round(desk: &Desk, remote: &Remote, environment: &Environment) {
    if let Err(trouble) = all(desk, remote, environment).await {
        match trouble {
            Trouble::Fault(error) => {
                tracing::error!(environment.name = %environment.name, error = %error, "a chore of environment {} met a fault: {error}", environment.name);
            }
            other => {
                tracing::debug!(environment.name = %environment.name, "a chore of environment {} waits: {other:?}", environment.name);
            }
        }
    }
}

async fn all(desk: &Desk, remote: &Remote, environment: &Environment) -> Result<(), Trouble> {
    let now = desk.gateway.now();
    let settings = &desk.gateway.settings;
    let since = |at: Option<i64>, period: Duration| {
        at.is_none_or(|at| now - at >= i64::try_from(period.as_micros()).unwrap_or(i64::MAX))
    };
    if since(environment.catalogue_at, settings.catalogue_every) {
        catalogue::read(desk, remote, environment).await?;
    }
    if settings.registers_webhooks
        && environment.webhook_endpoint.is_none()
        && environment.feed != Feed::None
    {
        register(desk, remote, environment).await?;
    }
    if since(environment.heard_at, settings.silent_after) {
        listen(desk, remote, environment).await?;
    }
    strangers::ask(desk, remote, environment).await?;
    followed::refresh(desk, remote, environment).await?;
    if since(environment.registers_at, settings.registers_every) {
        registers::check(desk, remote, environment).await?;
    }
    // Asked for, or due by the calendar.
    let period = settings.compare_every.unwrap_or(Duration::MAX);
    if since(environment.compared_at, period) {
        drift::compare_all(desk, remote, environment).await?;
    }
    Ok(())
}

/// Asks to be told. An environment that has no such thing is told by hand, as the published API has it, and its feed is tried.
async fn register(desk: &Desk, remote: &Remote, environment: &Environment) -> Result<(), Trouble> {
    let own = desk.gateway.clone();
    let known = environment.clone();
    let secret = desk
        .gateway
        .db
        .read(move |tx| setup::webhook_secret(&own, tx, &known))
        .await?;
    let body = json!({
        "url": format!("{}/webhooks/", desk.gateway.settings.public_url),
        "secret": secret,
        "description": "gateway",
    });
    let key = format!("gateway-webhook-{}", environment.id);
    let answer = desk
        .call(environment, remote.post("webhook-endpoints/", &key, &body))
        .await;
    let endpoint = match answer {
        Ok(answer) => mapping::id_in(&answer, "id").unwrap_or(Uuid::nil()),
        Err(Trouble::Refused(problem)) => {
            tracing::info!(environment.name = %environment.name, "environment {} takes no registration for webhooks: {}", environment.name, problem.code);
            Uuid::nil()
        }
        Err(trouble) => return Err(trouble),
    };
    let id = environment.id;
    Ok(desk
        .gateway
        .db
        .write(move |tx| environments::registered(tx, id, endpoint))
        .await?)
}

/// Reads what a silent environment would have told; where there is no feed, what has not ended is read again.
async fn listen(desk: &Desk, remote: &Remote, environment: &Environment) -> Result<(), Trouble> {
    let mut cursor = environment.feed_cursor;
    let id = environment.id;
    for _ in 0..MOST_PAGES {
        if environment.feed == Feed::None {
            break;
        }
        let path = match cursor {
            Some(after) => format!("events/?page_size={PAGE}&after={after}"),
            None => format!("events/?page_size={PAGE}"),
        };
        let feed = match desk.call(environment, remote.get(&path)).await {
            Ok(feed) => feed,
            Err(Trouble::Refused(_)) => break,
            Err(trouble) => return Err(trouble),
        };
        let events: Vec<Value> = feed["results"].as_array().cloned().unwrap_or_default();
        cursor = mapping::id_in(&feed, "last").or(cursor);
        let now = desk.gateway.now();
        let kept = desk.gateway.db.write(move |tx| {
            for event in &events {
                inbox::keep(tx, id, event, now)?;
            }
            environments::feed_read(tx, id, Feed::Events, cursor, now)?;
            tx.on_commit_wake(inbox::TOPIC);
            Ok::<_, Error>(())
        });
        kept.await?;
        if feed["has_more"] != true {
            return Ok(());
        }
    }
    if environment.feed != Feed::Events {
        let now = desk.gateway.now();
        let silence =
            i64::try_from(desk.gateway.settings.silent_after.as_micros()).unwrap_or(i64::MAX);
        let marked = desk.gateway.db.write(move |tx| {
            environments::feed_read(tx, id, Feed::None, None, now)?;
            for followed in Followed::ALL {
                followed.refresh_unseen(tx, id, (now - silence, now))?;
            }
            Ok::<_, Error>(())
        });
        marked.await?;
    }
    Ok(())
}
