//! The application's own endpoints for the one signed stream.

use serde_json::json;
use uuid::Uuid;
use webhooks::endpoints::{self, Endpoint};
use webhooks::published::{self, Reader};
use webhooks::{Message, TEST_EVENT_TYPE};
use wire::FieldCode;
use wire::webhook_endpoints::{
    Queued, Replay, RotateSecret, WebhookAttempt, WebhookEndpoint, WebhookEndpointCreate,
    WebhookEndpointPatch,
};

use crate::events::{OWNER, TYPES};
use crate::write::{Answer, Caller, Done, Request};
use crate::{Error, Gateway, Result, time};

/// Registers an endpoint; the secret is in this answer only.
pub(crate) async fn create(
    gateway: &Gateway,
    request: &Request,
    body: WebhookEndpointCreate,
) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let new = reader(gateway).new_endpoint(Uuid::now_v7(), OWNER, body)?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let (endpoint, secret) = endpoints::create(tx, &own.vault, new.clone(), own.now())?;
            Done::new(201, endpoint.id, &shown(&endpoint, Some(secret)))
        })
        .await
}

/// One endpoint.
pub(crate) async fn get(gateway: &Gateway, caller: &Caller, id: Uuid) -> Result<WebhookEndpoint> {
    caller.require("investments:read")?;
    let found = gateway
        .db
        .read(move |tx| endpoints::find(tx, OWNER, id))
        .await?;
    found
        .map(|one| shown(&one, None))
        .ok_or_else(|| Error::not_found("endpoint"))
}

/// All endpoints, oldest first.
pub(crate) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    (limit, offset): (u32, u32),
) -> Result<(u64, Vec<WebhookEndpoint>)> {
    caller.require("investments:read")?;
    let (count, found) = gateway
        .db
        .read(move |tx| endpoints::list(tx, OWNER, limit, offset))
        .await?;
    Ok((count, found.iter().map(|one| shown(one, None)).collect()))
}

/// Changes an endpoint.
pub(crate) async fn update(
    gateway: &Gateway,
    request: &Request,
    id: Uuid,
    patch: WebhookEndpointPatch,
) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let change = reader(gateway).change(patch)?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let endpoint = endpoints::update(tx, &own.vault, OWNER, id, change.clone(), own.now())?;
            let endpoint = endpoint.ok_or_else(|| Error::not_found("endpoint"))?;
            Done::new(200, id, &shown(&endpoint, None))
        })
        .await
}

/// Deletes an endpoint and what waits for it.
pub(crate) async fn delete(gateway: &Gateway, request: &Request, id: Uuid) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            match endpoints::delete(tx, OWNER, id, own.now())? {
                true => Ok(Done::empty(id)),
                false => Err(Error::not_found("endpoint")),
            }
        })
        .await
}

/// Gives the endpoint a new secret; the old one signs along for 24 hours.
pub(crate) async fn rotate(
    gateway: &Gateway,
    request: &Request,
    id: Uuid,
    body: RotateSecret,
) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let missing = || Error::not_found("endpoint");
            let secret = endpoints::rotate_secret(
                tx,
                &own.vault,
                OWNER,
                id,
                body.secret.clone(),
                own.now(),
            )?;
            let endpoint = endpoints::find(tx, OWNER, id)?.ok_or_else(missing)?;
            Done::new(
                200,
                id,
                &shown(&endpoint, Some(secret.ok_or_else(missing)?)),
            )
        })
        .await
}

/// Sends a test event to this endpoint only.
pub(crate) async fn test(gateway: &Gateway, request: &Request, id: Uuid) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let (event, now) = (Uuid::now_v7(), own.now());
            let body = json!({"id": event, "type": TEST_EVENT_TYPE, "changed_at": time::text(now)})
                .to_string();
            let message = Message {
                id: event,
                owner: OWNER,
                event_type: TEST_EVENT_TYPE,
                lane: event,
                body: body.as_bytes(),
                now,
            };
            match webhooks::test(tx, id, &message)? {
                true => queued(id, 1),
                false => Err(Error::not_found("endpoint")),
            }
        })
        .await
}

/// Sends one event, or all since a time, once more.
pub(crate) async fn replay(
    gateway: &Gateway,
    request: &Request,
    id: Uuid,
    body: Replay,
) -> Result<Answer> {
    request.caller.require("investments:write")?;
    let malformed = || {
        Error::field(
            "since",
            FieldCode::InvalidFormat,
            "must be a time by RFC 3339",
        )
    };
    let since = body
        .since
        .map(|text| time::parse(&text).ok_or_else(malformed))
        .transpose()?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let now = own.now();
            endpoints::find(tx, OWNER, id)?.ok_or_else(|| Error::not_found("endpoint"))?;
            match (body.event_id, since) {
                (Some(event), None) if webhooks::replay(tx, OWNER, id, event, now)? => {
                    queued(id, 1)
                }
                (Some(_), None) => Err(Error::not_found("event")),
                (None, Some(since)) => queued(
                    id,
                    webhooks::replay_since(tx, OWNER, id, since, now)?.queued,
                ),
                _ => Err(Error::field(
                    "event_id",
                    FieldCode::Missing,
                    "name either event_id or since",
                )),
            }
        })
        .await
}

/// What happened when the endpoint was called, oldest first.
pub(crate) async fn attempts(
    gateway: &Gateway,
    caller: &Caller,
    id: Uuid,
    (limit, offset): (u32, u32),
) -> Result<(u64, Vec<WebhookAttempt>)> {
    caller.require("investments:read")?;
    let found = gateway
        .db
        .read(move |tx| match endpoints::find(tx, OWNER, id)? {
            Some(_) => Ok(endpoints::attempts(tx, OWNER, id, limit, offset)?),
            None => Err(Error::not_found("endpoint")),
        });
    let (count, found) = found.await?;
    let shown = found
        .into_iter()
        .map(|attempt| published::attempt(attempt, time::text));
    Ok((count, shown.collect()))
}

fn queued(id: Uuid, queued: u64) -> Result<Done> {
    Done::new(202, id, &Queued { queued })
}

fn reader(gateway: &Gateway) -> Reader<'_> {
    Reader {
        guard: &gateway.guard,
        event_types: &TYPES,
    }
}

fn shown(endpoint: &Endpoint, secret: Option<String>) -> WebhookEndpoint {
    published::endpoint(endpoint, secret, time::text)
}
