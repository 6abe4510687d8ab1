//! The application's own endpoints for the one signed stream.

use serde_json::{Value, json};
use uuid::Uuid;
use webhooks::endpoints::{self, Change, Endpoint, NewEndpoint};
use webhooks::{Authentication, AuthenticationSummary, Message, Switch, TEST_EVENT_TYPE};
use wire::webhook_endpoints::{
    Replay, RotateSecret, WebhookAuthentication, WebhookEndpoint, WebhookEndpointCreate,
    WebhookEndpointPatch, WebhookEndpointStatus, WebhookOAuth,
};
use wire::{FieldCode, ProblemCode};

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
    let authentication =
        authentication(body.bearer_token, body.oauth)?.unwrap_or(Authentication::None);
    check_address(gateway, Some(&body.url), Some(&authentication))?;
    let new = NewEndpoint {
        id: Uuid::now_v7(),
        owner: OWNER,
        url: body.url,
        authentication,
        event_types: checked_types(body.event_types)?.unwrap_or_default(),
        description: body.description.unwrap_or_default(),
        secret: body.secret,
    };
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
    let authentication = authentication(patch.bearer_token, patch.oauth)?;
    check_address(gateway, patch.url.as_deref(), authentication.as_ref())?;
    let change = Change {
        url: patch.url,
        authentication,
        event_types: checked_types(patch.event_types)?,
        description: patch.description,
        switch: patch
            .enabled
            .map(|on| if on { Switch::On } else { Switch::Off }),
    };
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
) -> Result<(u64, Vec<Value>)> {
    caller.require("investments:read")?;
    let found = gateway
        .db
        .read(move |tx| match endpoints::find(tx, OWNER, id)? {
            Some(_) => Ok(endpoints::attempts(tx, OWNER, id, limit, offset)?),
            None => Err(Error::not_found("endpoint")),
        });
    let (count, found) = found.await?;
    let shown = found.into_iter().map(|attempt| {
        json!({
            "event_id": attempt.message, "event_type": attempt.event_type, "response_status": attempt.status_code,
            "error": attempt.error, "duration_ms": attempt.duration_ms, "attempted_at": time::text(attempt.at),
        })
    });
    Ok((count, shown.collect()))
}

fn queued(id: Uuid, queued: u64) -> Result<Done> {
    Done::new(200, id, &json!({"queued": queued}))
}

fn authentication(
    bearer: Option<String>,
    oauth: Option<WebhookOAuth>,
) -> Result<Option<Authentication>> {
    match (bearer, oauth) {
        (Some(_), Some(_)) => Err(Error::field(
            "oauth",
            FieldCode::Duplicate,
            "give a bearer token or OAuth, not both",
        )),
        (Some(token), None) => Ok(Some(Authentication::Bearer(token))),
        (None, Some(oauth)) => Ok(Some(Authentication::OAuth {
            token_url: oauth.token_url,
            client_id: oauth.client_id,
            client_secret: oauth.client_secret,
            scope: oauth.scope,
        })),
        (None, None) => Ok(None),
    }
}

fn check_address(
    gateway: &Gateway,
    url: Option<&str>,
    authentication: Option<&Authentication>,
) -> Result<()> {
    let token_url = match authentication {
        Some(Authentication::OAuth { token_url, .. }) => Some(token_url.as_str()),
        _ => None,
    };
    for address in [url, token_url].into_iter().flatten() {
        if let Err(refusal) = gateway.guard.check_url(address) {
            return Err(Error::new(
                ProblemCode::WebhookAddressNotAllowed,
                refusal.to_string(),
            ));
        }
    }
    Ok(())
}

fn checked_types(types: Option<Vec<String>>) -> Result<Option<Vec<String>>> {
    if let Some(unknown) = types
        .iter()
        .flatten()
        .find(|kind| !TYPES.contains(&kind.as_str()))
    {
        let message = format!("{unknown} is none of {}.", TYPES.join(", "));
        return Err(Error::field(
            "event_types",
            FieldCode::UnknownValue,
            &message,
        ));
    }
    Ok(types)
}

fn shown(endpoint: &Endpoint, secret: Option<String>) -> WebhookEndpoint {
    WebhookEndpoint {
        id: endpoint.id,
        url: endpoint.url.clone(),
        authentication: match endpoint.authentication {
            AuthenticationSummary::None => WebhookAuthentication::None,
            AuthenticationSummary::Bearer => WebhookAuthentication::Bearer,
            AuthenticationSummary::OAuth { .. } => WebhookAuthentication::Oauth,
        },
        event_types: endpoint.event_types.clone(),
        description: Some(endpoint.description.clone()).filter(|text| !text.is_empty()),
        status: match endpoint.status {
            webhooks::Status::Enabled => WebhookEndpointStatus::Enabled,
            webhooks::Status::Disabled => WebhookEndpointStatus::Disabled,
            webhooks::Status::Failing => WebhookEndpointStatus::Failing,
        },
        secret,
        created_at: time::text(endpoint.created_at),
    }
}
