//! The token endpoint, by hand and with a client that others wrote.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth2::basic::BasicClient;
use oauth2::{AuthType, ClientId, ClientSecret, RequestTokenError, Scope, TokenResponse, TokenUrl};
use serde_json::json;
use uuid::Uuid;

use super::serving::started;
use crate::testing::{Answer, Still, ask, settings};
use crate::{
    AccessTokens, Client, ClientDirectory, Fault, ServerMetadata, TokenError, TokenIssuer,
    UsedAssertion, frame, secret_hash, token_endpoint,
};

const AUDIENCE: &str = "environment-a";
const SECRET: &str = "s3cret +%/&=ä";

struct Directory;

#[async_trait]
impl ClientDirectory for Directory {
    async fn find(&self, audience: &str, client_id: &str) -> Result<Option<Client>, Fault> {
        match (audience, client_id) {
            (AUDIENCE, "broker") => Ok(Some(Client {
                id: Uuid::from_u128(1),
                secret_hashes: vec![secret_hash("older"), secret_hash(SECRET)],
                keys: Vec::new(),
                scopes: vec!["investors:read".into(), "investors:write".into()],
            })),
            (AUDIENCE, "no-secrets") => Ok(Some(Client {
                id: Uuid::from_u128(2),
                secret_hashes: Vec::new(),
                keys: Vec::new(),
                scopes: Vec::new(),
            })),
            (AUDIENCE, "breaks") => Err(Fault::message("the database is gone")),
            _ => Ok(None),
        }
    }

    async fn authenticated(&self, _: Uuid, _: Option<UsedAssertion>) -> Result<bool, Fault> {
        Ok(true)
    }
}

fn tokens() -> AccessTokens {
    AccessTokens::new(
        [9; 32],
        Duration::from_secs(3600),
        Arc::new(Still::at(1_000)),
    )
}

async fn handler(State(issuer): State<TokenIssuer>, request: Request) -> Response {
    token_endpoint(&issuer, AUDIENCE, request).await
}

fn routes() -> Router {
    let issuer = TokenIssuer {
        directory: Arc::new(Directory),
        tokens: tokens(),
        endpoint: "http://localhost/oauth/token".to_owned(),
    };
    Router::new()
        .route("/oauth/token", post(handler))
        .with_state(issuer)
}

fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn request(body: String, authorization: Option<String>) -> Request {
    let mut request =
        Request::post("/oauth/token").header("content-type", "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    request.body(Body::from(body)).unwrap()
}

async fn post_form(pairs: &[(&str, &str)]) -> Answer {
    ask(routes(), settings(), request(encode(pairs), None)).await
}

async fn with_basic(credentials: &str, pairs: &[(&str, &str)]) -> Answer {
    let authorization = format!("Basic {}", STANDARD.encode(credentials));
    ask(
        routes(),
        settings(),
        request(encode(pairs), Some(authorization)),
    )
    .await
}

fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["error"]),
        (status, &json!(error)),
        "{}",
        answer.text
    );
    assert!(answer.json()["error_description"].is_string());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const ID: (&str, &str) = ("client_id", "broker");
const GOOD: (&str, &str) = ("client_secret", SECRET);

#[tokio::test]
async fn credentials_in_the_body_give_all_granted_scopes() {
    let answer = post_form(&[GRANT, ID, GOOD]).await;
    let seen = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(
        (&seen["token_type"], &seen["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    assert_eq!(seen["scope"], "investors:read investors:write");
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        ("no-store", "no-cache")
    );

    let raw = seen["access_token"].as_str().unwrap();
    let token = tokens().verify(raw, AUDIENCE).unwrap();
    assert_eq!((token.client, token.scopes.len()), (Uuid::from_u128(1), 2));
    assert_eq!(
        tokens().verify(raw, "environment-b"),
        Err(TokenError::Invalid)
    );
}

#[tokio::test]
async fn each_secret_in_force_is_good() {
    assert_eq!(
        post_form(&[GRANT, ID, ("client_secret", "older")])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_scope_narrows_the_token() {
    let narrow = post_form(&[GRANT, ID, GOOD, ("scope", "investors:read  investors:read")]).await;
    assert_eq!(narrow.json()["scope"], "investors:read");
    let empty = post_form(&[GRANT, ID, GOOD, ("scope", "")]).await;
    assert_eq!(empty.json()["scope"], "investors:read investors:write");
    for scope in ["nonsense", "investors:read documents:write"] {
        refused(
            &post_form(&[GRANT, ID, GOOD, ("scope", scope)]).await,
            400,
            "invalid_scope",
        );
    }
}

#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    assert_eq!(
        with_basic(&format!("broker:{encoded}"), &[GRANT])
            .await
            .status,
        200
    );
    assert_eq!(with_basic("broker:older", &[GRANT, ID]).await.status, 200);

    let wrong = with_basic("broker:wrong", &[GRANT]).await;
    refused(&wrong, 401, "invalid_client");
    assert!(wrong.header("www-authenticate").starts_with("Basic realm="));
    for authorization in ["Basic ???", "Bearer abc", "Basic", "Basic YnJva2Vy"] {
        let request = request(encode(&[GRANT]), Some(authorization.to_owned()));
        refused(
            &ask(routes(), settings(), request).await,
            401,
            "invalid_client",
        );
    }
}

#[tokio::test]
async fn two_methods_at_once_are_refused() {
    refused(
        &with_basic("broker:older", &[GRANT, ID, GOOD]).await,
        400,
        "invalid_request",
    );
    refused(
        &with_basic("broker:older", &[GRANT, ("client_id", "x")]).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn who_is_not_known_is_refused_alike() {
    let wrong = post_form(&[GRANT, ID, ("client_secret", "wrong")]).await;
    let unknown = post_form(&[GRANT, ("client_id", "nobody"), GOOD]).await;
    let bare = post_form(&[GRANT, ("client_id", "no-secrets"), ("client_secret", "x")]).await;
    for answer in [&wrong, &unknown, &bare] {
        refused(answer, 401, "invalid_client");
        assert_eq!(answer.text, wrong.text);
        assert_eq!(answer.header("www-authenticate"), "");
    }
}

#[tokio::test]
async fn malformed_requests_are_refused() {
    refused(&post_form(&[ID, GOOD]).await, 400, "invalid_request");
    refused(&post_form(&[GRANT]).await, 400, "invalid_request");
    refused(
        &post_form(&[GRANT, GRANT, ID, GOOD]).await,
        400,
        "invalid_request",
    );
    refused(
        &post_form(&[("grant_type", "password"), ID, GOOD]).await,
        400,
        "unsupported_grant_type",
    );
    let large = "x".repeat(20_000);
    refused(
        &post_form(&[GRANT, ID, ("client_secret", &large)]).await,
        400,
        "invalid_request",
    );
    let json = Request::post("/oauth/token").header("content-type", "application/json");
    let json = json.body(Body::from("{}")).unwrap();
    refused(
        &ask(routes(), settings(), json).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn a_fault_of_the_directory_is_a_problem() {
    let answer = post_form(&[GRANT, ("client_id", "breaks"), GOOD]).await;
    answer.problem(500, "internal");
    assert!(!answer.text.contains("database"));
}

#[test]
fn the_metadata_is_that_of_rfc_8414() {
    let metadata = ServerMetadata::new("https://a", "https://a/oauth/token", &["x:read"]);
    assert_eq!(
        serde_json::to_value(metadata).unwrap(),
        json!({
            "issuer": "https://a",
            "token_endpoint": "https://a/oauth/token",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "RS256"],
            "scopes_supported": ["x:read"],
            "response_types_supported": [],
        })
    );
}

#[tokio::test]
async fn the_oauth2_crate_gets_a_token_both_ways() {
    let server = started(frame(routes(), settings())).await;
    let http = reqwest::Client::new();
    for auth_type in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = BasicClient::new(ClientId::new("broker".into()))
            .set_client_secret(ClientSecret::new(SECRET.into()))
            .set_auth_type(auth_type.clone())
            .set_token_uri(TokenUrl::new(format!("{}/oauth/token", server.url)).unwrap());
        let send = |request| send(http.clone(), request);

        let answer = client
            .exchange_client_credentials()
            .add_scope(Scope::new("investors:read".into()))
            .request_async(&send)
            .await
            .unwrap();

        let token = tokens()
            .verify(answer.access_token().secret(), AUDIENCE)
            .unwrap();
        assert_eq!(token.scopes, ["investors:read"]);
        assert_eq!(answer.expires_in(), Some(Duration::from_secs(3600)));

        let wrong = client.set_client_secret(ClientSecret::new("wrong".into()));
        let refusal = wrong
            .exchange_client_credentials()
            .request_async(&send)
            .await
            .unwrap_err();
        let RequestTokenError::ServerResponse(refusal) = refusal else {
            panic!("{refusal:?}");
        };
        assert_eq!(refusal.error().to_string(), "invalid_client");
    }
    server.stop().await;
}

/// Carries the crate's request with our HTTP client.
async fn send(
    http: reqwest::Client,
    request: oauth2::HttpRequest,
) -> Result<oauth2::HttpResponse, reqwest::Error> {
    let response = http.execute(request.try_into()?).await?;
    let mut builder = axum::http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        builder = builder.header(name, value);
    }
    let body = response.bytes().await?.to_vec();
    Ok(builder.body(body).unwrap())
}
