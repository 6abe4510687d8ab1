//! The Distributor API of an environment, as far as a gateway asks for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::extract::{FromRequestParts, Path, RawPathParams, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::investments::InvestmentCreate;
use wire::investors::{Investor, InvestorCreate};
use wire::webhook_endpoints::WebhookEndpointCreate;
use wire::{Problem, ProblemCode};

use super::answers;
use super::environment::{Environment, client_id};
use super::world::World;

const KEY: &str = "x-idempotency-key";

/// A body of JSON that was rendered already.
type Rendered = ([(HeaderName, &'static str); 1], Vec<u8>);

/// Below the URL of an environment, which has its number.
pub fn routes(world: Arc<World>) -> Router {
    let distributor = Router::new()
        .route("/investors/", post(create_investor))
        .route("/investors/{id}/", get(investor).patch(patch_investor))
        .route("/investments/", post(create_investment))
        .route("/products/", get(products))
        .route("/campaigns/", get(campaigns))
        .route("/events/", get(events))
        .route("/webhook-endpoints/", post(register));
    Router::new()
        .route("/oauth/token", post(token))
        .nest("/distributor/v2", distributor)
        .with_state(world)
}

/// A request that an environment has admitted, after the time that its answers take.
struct At {
    world: Arc<World>,
    number: usize,
    received: Instant,
}

impl At {
    fn environment(&self) -> &Environment {
        let found = self.world.environment(self.number);
        found.expect("a request was admitted by an environment that exists")
    }
}

/// The no to a request.
struct No(ProblemCode, String);

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let Self(code, detail) = self;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let media_type = [(CONTENT_TYPE, wire::problem::PROBLEM_MEDIA_TYPE)];
        let problem = serde_json::to_vec(&Problem::new(code, detail)).unwrap_or_default();
        let answer = (status, media_type, problem);
        match code {
            ProblemCode::RateLimited => ([(RETRY_AFTER, "1")], answer).into_response(),
            _ => answer.into_response(),
        }
    }
}

impl FromRequestParts<Arc<World>> for At {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, No> {
        let received = Instant::now();
        let number = number(parts).await.ok_or_else(not_found)?;
        let environment = world.environment(number).ok_or_else(not_found)?;
        let wanted = format!("Bearer {}", access_token(number));
        let shown = parts.headers.get(AUTHORIZATION);
        if shown.is_none_or(|shown| shown.as_bytes() != wanted.as_bytes()) {
            return Err(no(ProblemCode::TokenInvalid, "There is no such token."));
        }
        if environment.hangs.load(Ordering::Relaxed) {
            // Until whoever asked goes away.
            std::future::pending::<()>().await;
        }
        if !environment.admits() {
            environment.turned_away.fetch_add(1, Ordering::Relaxed);
            return Err(no(
                ProblemCode::RateLimited,
                "These are more requests than agreed.",
            ));
        }
        tokio::time::sleep(world.delay()).await;
        Ok(Self {
            world: Arc::clone(world),
            number,
            received,
        })
    }
}

async fn number(parts: &mut Parts) -> Option<usize> {
    let params = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    let (_, number) = params.iter().find(|(name, _)| *name == "number")?;
    number.parse().ok()
}

/// RFC 6749 section 4.4.2.
#[derive(Deserialize)]
struct Grant {
    client_id: String,
    client_secret: String,
}

async fn token(
    State(world): State<Arc<World>>,
    Path(number): Path<usize>,
    Form(grant): Form<Grant>,
) -> Response {
    tokio::time::sleep(world.delay()).await;
    if grant.client_id != client_id(number) || grant.client_secret != super::SECRET {
        let error = json!({"error": "invalid_client"});
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let granted = json!({
        "access_token": access_token(number),
        "token_type": "Bearer",
        "expires_in": 3600,
    });
    Json(granted).into_response()
}

async fn create_investor(
    at: At,
    headers: HeaderMap,
    Json(body): Json<InvestorCreate>,
) -> Result<(StatusCode, Rendered), No> {
    let text = at.environment().create(&key(&headers), body);
    Ok((
        StatusCode::CREATED,
        rendered(text.map_err(not_processable)?),
    ))
}

async fn investor(at: At, Path((_, id)): Path<(usize, Uuid)>) -> Result<Rendered, No> {
    let text = at.environment().investor(id).ok_or_else(not_found)?;
    Ok(rendered(text))
}

async fn patch_investor(
    at: At,
    Path((_, id)): Path<(usize, Uuid)>,
    Json(patch): Json<Value>,
) -> Result<Json<Investor>, No> {
    let patched = at.environment().patch(id, patch).ok_or_else(not_found)?;
    let patched = patched.map_err(not_processable)?;
    at.world.took(at.number, &patched, at.received);
    Ok(Json(patched))
}

async fn create_investment(
    at: At,
    headers: HeaderMap,
    Json(body): Json<InvestmentCreate>,
) -> impl IntoResponse {
    let id = at.environment().made(&key(&headers));
    let investment = answers::investment(id, at.number, &body);
    (StatusCode::CREATED, Json(investment))
}

async fn products(at: At) -> Json<impl Serialize> {
    Json(answers::page(answers::product(at.number)))
}

async fn campaigns(at: At) -> Json<impl Serialize> {
    Json(answers::page(answers::campaign(at.number)))
}

/// Nothing ever happens by itself.
async fn events(_: At) -> Json<impl Serialize> {
    Json(answers::no_events())
}

async fn register(
    at: At,
    headers: HeaderMap,
    Json(body): Json<WebhookEndpointCreate>,
) -> impl IntoResponse {
    let id = at.environment().made(&key(&headers));
    (StatusCode::CREATED, Json(answers::endpoint(id, body)))
}

fn access_token(number: usize) -> String {
    format!("token-of-{number}")
}

/// Without a key each request is its own.
fn key(headers: &HeaderMap) -> String {
    let sent = headers.get(KEY).and_then(|key| key.to_str().ok());
    sent.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

fn rendered(text: Vec<u8>) -> Rendered {
    ([(CONTENT_TYPE, "application/json")], text)
}

fn not_found() -> No {
    no(ProblemCode::NotFound, "There is no such thing here.")
}

fn not_processable(error: anyhow::Error) -> No {
    no(ProblemCode::InvalidBody, &error.to_string())
}

fn no(code: ProblemCode, detail: &str) -> No {
    No(code, detail.to_owned())
}
