//! Webhook endpoints: partners register, test, rotate and replay them without asking anybody.

use database::Tx;
use domain::Timestamp;
use uuid::Uuid;
use webhooks::endpoints::{self, Endpoint, EndpointError};
use webhooks::published::{self, Reader, Refusal};
use webhooks::{Message, TEST_EVENT_TYPE};
use wire::webhook_endpoints::{
    Queued, Replay, RotateSecret, WebhookAttempt, WebhookEndpoint, WebhookEndpointCreate,
    WebhookEndpointPatch,
};
use wire::{FieldCode, ProblemCode};

use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, answer, events,
    ids,
};

/// Registers an endpoint; the secret is in this answer only.
///
/// # Errors
/// `webhook_address_not_allowed` if the address is not one that we call, and field errors.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: WebhookEndpointCreate,
) -> Result<Answer> {
    let owner = owner(&request.caller, Right::WriteInvestments)?;
    let new = reader(registry).new_endpoint(ids::new(), owner, body)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let now = own.clock.outside().micros();
            let (endpoint, secret) = endpoints::create(tx, &own.vault, new.clone(), now)?;
            Done::created(endpoint.id, &shown(&endpoint, Some(secret)))
        })
        .await
}

/// One endpoint.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(registry: &Registry, caller: &Caller, id: Uuid) -> Result<WebhookEndpoint> {
    let owner = owner(caller, Right::ReadInvestments)?;
    registry
        .db
        .read(move |tx| Ok(shown(&find(tx, owner, id)?, None)))
        .await
}

/// The caller's endpoints, oldest first.
///
/// # Errors
/// Fails if the database does.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<WebhookEndpoint>> {
    let owner = owner(caller, Right::ReadInvestments)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, found) = endpoints::list(tx, owner, paging.limit, offset(paging))?;
            let items = found.iter().map(|one| shown(one, None)).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// Changes an endpoint.
///
/// # Errors
/// As [`create`]; not found if it is not the caller's.
pub async fn update(
    registry: &Registry,
    request: &Request,
    id: Uuid,
    patch: WebhookEndpointPatch,
) -> Result<Answer> {
    let owner = owner(&request.caller, Right::WriteInvestments)?;
    let change = reader(registry).change(patch)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let now = own.clock.outside().micros();
            let endpoint = endpoints::update(tx, &own.vault, owner, id, change.clone(), now)?
                .ok_or(NOT_FOUND)?;
            Done::ok(id, &shown(&endpoint, None))
        })
        .await
}

/// Deletes an endpoint and what waits for it.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn delete(registry: &Registry, request: &Request, id: Uuid) -> Result<Answer> {
    let owner = owner(&request.caller, Right::WriteInvestments)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            if endpoints::delete(tx, owner, id, own.clock.outside().micros())? {
                Ok(Done::empty(id))
            } else {
                Err(NOT_FOUND)
            }
        })
        .await
}

/// Sends a test event to this endpoint only.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn test(registry: &Registry, request: &Request, id: Uuid) -> Result<Answer> {
    let (environment, platform, _) = request
        .caller
        .require_distributor(Right::WriteInvestments)?;
    let owner = events::endpoint_owner(environment, platform);
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let now = own.clock.outside();
            let event = ids::new();
            let body = answer::render(&serde_json::json!({
                "id": event,
                "type": TEST_EVENT_TYPE,
                "environment": storage::environments::name(tx, environment)?,
                "changed_at": now.to_string(),
            }))?;
            let message = Message {
                id: event,
                owner,
                event_type: TEST_EVENT_TYPE,
                lane: event,
                body: &body,
                now: now.micros(),
            };
            if webhooks::test(tx, id, &message)? {
                queued(id, 1)
            } else {
                Err(NOT_FOUND)
            }
        })
        .await
}

/// Gives the endpoint a new secret; the old one signs along for 24 hours.
///
/// # Errors
/// Not found if it is not the caller's; a field error for a malformed secret.
pub async fn rotate_secret(
    registry: &Registry,
    request: &Request,
    id: Uuid,
    body: RotateSecret,
) -> Result<Answer> {
    let owner = owner(&request.caller, Right::WriteInvestments)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let now = own.clock.outside().micros();
            let new = body.secret.clone();
            let secret =
                endpoints::rotate_secret(tx, &own.vault, owner, id, new, now)?.ok_or(NOT_FOUND)?;
            Done::ok(id, &shown(&find(tx, owner, id)?, Some(secret)))
        })
        .await
}

/// What happened when the endpoint was called, oldest first.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn attempts(
    registry: &Registry,
    caller: &Caller,
    id: Uuid,
    paging: Paging,
) -> Result<Listed<WebhookAttempt>> {
    let owner = owner(caller, Right::ReadInvestments)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            find(tx, owner, id)?;
            let (count, found) = endpoints::attempts(tx, owner, id, paging.limit, offset(paging))?;
            let items = found
                .into_iter()
                .map(|attempt| published::attempt(attempt, text))
                .collect();
            Ok(Listed { count, items })
        })
        .await
}

/// Sends one event, or all since a time, once more.
///
/// # Errors
/// Not found if endpoint or event are not the caller's; a field error unless exactly one of the two is named.
pub async fn replay(
    registry: &Registry,
    request: &Request,
    id: Uuid,
    body: Replay,
) -> Result<Answer> {
    let owner = owner(&request.caller, Right::WriteInvestments)?;
    let since = body
        .since
        .as_deref()
        .map(|text| {
            Timestamp::parse(text)
                .map_err(|error| field("since", FieldCode::InvalidFormat, &error.to_string()))
        })
        .transpose()?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            find(tx, owner, id)?;
            let now = own.clock.outside().micros();
            match (body.event_id, since) {
                (Some(event), None) if webhooks::replay(tx, owner, id, event, now)? => {
                    queued(id, 1)
                }
                (Some(_), None) => Err(Error::NotFound("event")),
                (None, Some(since)) => {
                    let replayed = webhooks::replay_since(tx, owner, id, since.micros(), now)?;
                    queued(id, replayed.queued)
                }
                _ => Err(field(
                    "event_id",
                    FieldCode::Missing,
                    "Name either event_id or since.",
                )),
            }
        })
        .await
}

const NOT_FOUND: Error = Error::NotFound("webhook endpoint");

fn owner(caller: &Caller, right: Right) -> Result<Uuid> {
    let (environment, platform, _) = caller.require_distributor(right)?;
    Ok(events::endpoint_owner(environment, platform))
}

fn find(tx: &mut Tx, owner: Uuid, id: Uuid) -> Result<Endpoint> {
    endpoints::find(tx, owner, id)?.ok_or(NOT_FOUND)
}

fn queued(id: Uuid, queued: u64) -> Result<Done> {
    Ok(Done {
        status: 202,
        ..Done::ok(id, &Queued { queued })?
    })
}

fn offset(paging: Paging) -> u32 {
    u32::try_from(paging.offset).unwrap_or(u32::MAX)
}

fn reader(registry: &Registry) -> Reader<'_> {
    Reader {
        guard: &registry.webhook_guard,
        event_types: events::TYPES,
    }
}

fn shown(endpoint: &Endpoint, secret: Option<String>) -> WebhookEndpoint {
    published::endpoint(endpoint, secret, text)
}

fn text(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}

fn field(name: &'static str, code: FieldCode, message: &str) -> Error {
    Error::Field(name, code, message.to_owned())
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Field {
                field,
                code,
                message,
            } => Self::Field(field, code, message),
            Refusal::Problem(code, detail) => Self::Problem(code, detail),
        }
    }
}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::Field { field, problem } => {
                Self::Field(field, FieldCode::InvalidFormat, problem.to_owned())
            }
            EndpointError::Secret(refusal) => {
                Self::Field("secret", FieldCode::InvalidFormat, refusal.to_string())
            }
            EndpointError::TooMany => {
                Self::Problem(ProblemCode::TooMany, EndpointError::TooMany.to_string())
            }
            EndpointError::Database(error) => error.into(),
            EndpointError::Vault(error) => error.into(),
        }
    }
}
