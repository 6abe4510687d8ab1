//! What the frame adds to every answer, and the answers it gives itself.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use uuid::Uuid;
use wire::{Problem, ProblemCode};

use crate::testing::{Answer, Still, ask, ask_framed, get as get_request, settings};
use crate::{AccessTokens, ApiError, ClientIp, Fault, PathRules, RequestContext, Slash, frame};

#[derive(Debug, thiserror::Error)]
#[error("could not write secret-of-the-house")]
struct DiskFull(#[source] std::io::Error);

async fn who(context: RequestContext, ClientIp(address): ClientIp) -> Json<Value> {
    Json(json!({"id": context.id(), "path": context.path(), "address": address}))
}

async fn fault() -> ApiError {
    ApiError::fault(DiskFull(std::io::Error::other("disk full")))
}

async fn fault_by_question_mark() -> Result<(), ApiError> {
    let failed: Result<(), Fault> = Err(DiskFull(std::io::Error::other("disk full")).into());
    failed?;
    Ok(())
}

async fn panics() -> &'static str {
    panic!("secret-of-the-house")
}

async fn refusal() -> ApiError {
    ApiError::new(ProblemCode::IdempotencyKeyReused, "It was used.")
        .with_resource(Uuid::from_u128(3))
}

async fn in_flight() -> ApiError {
    Problem::new(ProblemCode::IdempotencyInFlight, "Running.").into()
}

async fn unavailable() -> ApiError {
    ApiError::new(ProblemCode::Unavailable, "Down.").with_retry_after(30)
}

async fn scope() -> ApiError {
    ApiError::insufficient_scope("investors:write")
}

async fn hangs() {
    std::future::pending::<()>().await;
}

fn routes() -> Router {
    Router::new()
        .route("/who/", get(who))
        .route("/things/{id}/", get(who).post(who))
        .route("/fault/", get(fault))
        .route("/fault2/", get(fault_by_question_mark))
        .route("/panics/", get(panics))
        .route("/refusal/", get(refusal))
        .route("/in-flight/", get(in_flight))
        .route("/unavailable/", get(unavailable))
        .route("/scope/", get(scope))
        .route("/hangs/", get(hangs))
        .route("/oauth/token", get(who))
}

fn with_slashes() -> crate::Settings {
    let mut settings = settings();
    settings.paths = PathRules::new(|path| {
        if path.trim_end_matches('/').ends_with("/oauth/token") {
            Slash::Without
        } else {
            Slash::With
        }
    });
    settings
}

async fn send(request: Request<Body>) -> Answer {
    ask(routes(), with_slashes(), request).await
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let made = send(get_request("/who/")).await;
    assert_eq!(made.header("x-request-id"), made.json()["id"]);
    assert!(Uuid::parse_str(made.header("x-request-id")).is_ok());

    for (sent, kept) in [
        ("abc-1.2:3_4", true),
        ("a b", false),
        ("a\"b", false),
        ("", false),
        (&"x".repeat(129), false),
    ] {
        let request = Request::get("/who/")
            .header("x-request-id", sent)
            .body(Body::empty())
            .unwrap();
        assert_eq!(
            send(request).await.header("x-request-id") == sent,
            kept,
            "{sent}"
        );
    }
    let nowhere = Request::get("/nowhere/")
        .header("x-request-id", "mine")
        .body(Body::empty())
        .unwrap();
    let problem = send(nowhere).await.problem(404, "not_found");
    assert_eq!(
        (&problem["request_id"], &problem["instance"]),
        (&json!("mine"), &json!("/nowhere/"))
    );
}

#[tokio::test]
async fn the_slash_is_optional_and_the_path_stays_as_it_was_sent() {
    for path in ["/who", "/who/", "/oauth/token", "/oauth/token/"] {
        let answer = send(get_request(path)).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["path"]),
            (200, &json!(path))
        );
    }
}

#[tokio::test]
async fn a_wrong_method_lists_the_right_ones() {
    let answer = send(Request::delete("/things/1/").body(Body::empty()).unwrap()).await;
    answer.problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET,HEAD,POST");
}

#[tokio::test]
async fn faults_and_panics_tell_nothing() {
    for path in ["/fault/", "/fault2/", "/panics/"] {
        let answer = send(get_request(path)).await;
        answer.problem(500, "internal");
        assert!(
            !answer.text.contains("secret-of-the-house") && !answer.text.contains("disk"),
            "{path}"
        );
    }
    let fault = Fault::from(DiskFull(std::io::Error::other("disk full")));
    assert_eq!(
        fault.to_string(),
        "could not write secret-of-the-house: disk full"
    );
}

#[tokio::test]
async fn refusals_carry_what_helps_the_caller() {
    let reused = send(get_request("/refusal/")).await;
    assert_eq!(
        reused.problem(422, "idempotency_key_reused")["resource_id"],
        json!(Uuid::from_u128(3))
    );
    let running = send(get_request("/in-flight/")).await;
    running.problem(409, "idempotency_in_flight");
    assert_eq!(running.header("retry-after"), "1");
    let down = send(get_request("/unavailable/")).await;
    assert_eq!(down.problem(503, "unavailable")["retry_after_s"], 30);
    assert_eq!(down.header("retry-after"), "30");
    let scope = send(get_request("/scope/")).await;
    scope.problem(403, "insufficient_scope");
    assert_eq!(
        scope.header("www-authenticate"),
        "Bearer error=\"insufficient_scope\", scope=\"investors:write\""
    );
}

#[tokio::test]
async fn a_request_that_hangs_is_ended() {
    let mut settings = with_slashes();
    settings.limits.timeout = Duration::from_millis(1);
    let answer = ask(routes(), settings, get_request("/hangs/")).await;
    answer.problem(408, "request_timeout");
}

#[tokio::test]
async fn browsers_are_told_to_be_careful() {
    for path in ["/who/", "/nowhere/", "/panics/"] {
        let answer = send(get_request(path)).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

fn from(peer: &str, request: Request<Body>) -> Request<Body> {
    let mut request = request;
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

#[tokio::test]
async fn only_trusted_proxies_name_the_client() {
    let mut settings = with_slashes();
    settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    for (peer, address) in [
        ("10.0.0.1:1", "198.51.100.7"),
        ("203.0.113.1:1", "203.0.113.1"),
    ] {
        let request = Request::get("/who/")
            .header("x-forwarded-for", "198.51.100.7")
            .body(Body::empty())
            .unwrap();
        let seen = ask(routes(), settings.clone(), from(peer, request))
            .await
            .json();
        assert_eq!(seen["address"], address);
    }
}

#[tokio::test]
async fn the_rate_limit_counts_by_client_and_else_by_address() {
    let tokens = AccessTokens::new([1; 32], Duration::from_secs(60), Arc::new(Still::at(0)));
    let mut settings = with_slashes();
    settings.limits.requests_per_second = NonZeroU32::new(1);
    settings.limits.burst = NonZeroU32::new(2);
    settings.tokens = Some(tokens.clone());
    let router = frame(routes(), settings);
    let as_client = |client: u128| {
        let token = tokens.issue(Uuid::from_u128(client), "x", &[]);
        let request = Request::get("/who/").header("authorization", format!("Bearer {token}"));
        from("203.0.113.1:1", request.body(Body::empty()).unwrap())
    };
    let as_address = |peer: &str| from(peer, get_request("/who/"));

    for _ in 0..2 {
        assert_eq!(ask_framed(router.clone(), as_client(1)).await.status, 200);
        assert_eq!(
            ask_framed(router.clone(), as_address("203.0.113.1:1"))
                .await
                .status,
            200
        );
        assert_eq!(
            ask_framed(router.clone(), as_address("[2001:db8::1]:1"))
                .await
                .status,
            200
        );
    }
    let refused = [
        as_client(1),
        as_address("203.0.113.1:2"),
        as_address("[2001:db8::2]:1"),
    ];
    for request in refused {
        let answer = ask_framed(router.clone(), request).await;
        answer.problem(429, "rate_limited");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(ask_framed(router.clone(), as_client(2)).await.status, 200);
    // A forged token does not open a new account.
    let forged = Request::get("/who/")
        .header("authorization", "Bearer forged")
        .body(Body::empty())
        .unwrap();
    ask_framed(router, from("203.0.113.1:3", forged))
        .await
        .problem(429, "rate_limited");
}

#[test]
fn requests_are_counted_by_route_not_by_path() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            send(get_request("/things/1/")).await;
            send(get_request("/things/2")).await;
            send(get_request("/nowhere/")).await;
            send(get_request("/panics/")).await;
            send(
                Request::builder()
                    .method("BREW")
                    .uri("/things/1/")
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        });
    });
    let text = handle.render();
    for line in [
        r#"http_requests_total{route="/things/{id}/",method="GET",status="200"} 2"#,
        r#"http_requests_total{route="unmatched",method="GET",status="404"} 1"#,
        r#"http_requests_total{route="/panics/",method="GET",status="500"} 1"#,
        r#"http_requests_total{route="/things/{id}/",method="OTHER",status="405"} 1"#,
        "http_request_duration_seconds",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn without_a_frame_the_mistake_is_ours() {
    let answer = ask_framed(routes(), get_request("/who/")).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["code"]),
        (500, &json!("internal"))
    );
}
