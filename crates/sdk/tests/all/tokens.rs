//! Tokens: one for all, renewed in time, found wherever the endpoint is.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cashlink_sdk::{DISTRIBUTOR_SCOPES, Distributor, Environment, Error, Key};
use futures_util::future::join_all;
use serde_json::json;

use crate::stand_in::{ID, StandIn, client, created, html, quick, status, token, write};

fn bad(error: &str) -> Response {
    let body = json!({"error": error, "error_description": "no"});
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

async fn read_many(distributor: &Distributor) -> Vec<cashlink_sdk::Result<()>> {
    let one = || async {
        let read = distributor.get_investor(ID.parse().unwrap()).await;
        read.map(|_| ())
    };
    join_all((0..50).map(|_| one())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_callers_take_one_token() {
    let server = StandIn::start(|_, _| created()).await;
    let distributor = server.distributor();
    assert!(read_many(&distributor).await.iter().all(Result::is_ok));
    assert_eq!(server.tokens().len(), 1);
    assert_eq!(
        server.calls()[49].header("authorization"),
        Some("Bearer token-0")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_token_is_replaced_once_for_all() {
    // Given a server that has forgotten the first token.
    let server = StandIn::start(|_, asked| match asked.header("authorization") {
        Some("Bearer token-0") => status(401),
        _ => created(),
    })
    .await;
    let distributor = server.distributor();
    assert!(read_many(&distributor).await.iter().all(Result::is_ok));
    assert_eq!(server.tokens().len(), 2);
    // And a write that met the old token goes through with the new one, with the same key.
    let calls = server.calls();
    assert!(calls.len() <= 100, "{}", calls.len());
}

#[tokio::test]
async fn a_token_that_is_never_good_enough_is_a_refusal() {
    let server = StandIn::start(|_, _| status(401)).await;
    let error = write(&server.distributor(), &Key::random())
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert_eq!((server.calls().len(), server.tokens().len()), (2, 2));
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    // Given tokens that live for a second, and a server that would not take an old one.
    let server = StandIn::with_tokens(|number, asked| match asked.path.ends_with("/oauth/token") {
        true => Some(token(&format!("token-{number}"), 1)),
        false => Some(created()),
    })
    .await;
    let distributor = server.distributor();
    write(&distributor, &Key::random()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1000)).await;
    write(&distributor, &Key::random()).await.unwrap();
    let tokens: Vec<String> = server
        .calls()
        .iter()
        .map(|call| call.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["Bearer token-0", "Bearer token-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_tried_once_for_all_who_wait() {
    let server = StandIn::with_tokens(|_, _| {
        // Slow enough for all to wait for the first.
        std::thread::sleep(Duration::from_millis(200));
        Some(bad("invalid_client"))
    })
    .await;
    let distributor = server.distributor();
    for outcome in read_many(&distributor).await {
        let error = outcome.unwrap_err();
        assert!(
            matches!(&error, Error::SignIn(refusal) if refusal.error == "invalid_client"),
            "{error}"
        );
        assert!(!error.is_temporary());
    }
    assert!(server.calls().is_empty());
    assert!(server.tokens().len() < 5, "{}", server.tokens().len());
}

#[tokio::test]
async fn the_endpoint_is_found_where_the_older_guides_have_it() {
    let server = StandIn::with_tokens(|number, asked| match asked.path.as_str() {
        "/api/external/oauth/token" => Some(status(404)),
        "/api/external/distributor/oauth/token" => Some(token(&format!("token-{number}"), 1)),
        _ => Some(created()),
    })
    .await;
    let environment = Environment {
        url: format!("{}/distributor", server.url),
        ..server.environment()
    };
    let distributor = client(environment, quick()).distributor();
    write(&distributor, &Key::random()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1000)).await;
    write(&distributor, &Key::random()).await.unwrap();
    // The place is remembered.
    let paths: Vec<String> = server
        .tokens()
        .into_iter()
        .map(|asked| asked.path)
        .collect();
    assert_eq!(
        paths,
        [
            "/api/external/oauth/token",
            "/api/external/distributor/oauth/token",
            "/api/external/distributor/oauth/token"
        ]
    );
}

#[tokio::test]
async fn a_server_that_insists_on_scopes_is_asked_for_the_published_ones() {
    let server = StandIn::with_tokens(|_, asked| {
        let insists = asked.path.ends_with("/oauth/token") && !asked.text().contains("scope=");
        insists
            .then(|| bad("invalid_scope"))
            .or_else(|| (!asked.path.ends_with("/oauth/token")).then(created))
    })
    .await;
    write(&server.distributor(), &Key::random()).await.unwrap();
    let form = server.tokens()[1].text();
    let scopes = DISTRIBUTOR_SCOPES.replace(' ', "+").replace(':', "%3A");
    assert!(form.contains(&format!("scope={scopes}")), "{form}");
    assert!(form.contains("grant_type=client_credentials&client_id=client&client_secret=secret"));
}

#[tokio::test]
async fn a_broken_token_endpoint_is_asked_again() {
    let server = StandIn::with_tokens(|number, asked| {
        let first = asked.path.ends_with("/oauth/token") && number < 2;
        match (first, number) {
            (true, 0) => Some(html(200)),
            (true, _) => Some(status(503)),
            _ => (!asked.path.ends_with("/oauth/token")).then(created),
        }
    })
    .await;
    write(&server.distributor(), &Key::none())
        .await
        .unwrap_err();
    let server_tokens = server.tokens().len();
    assert_eq!(
        server_tokens, 1,
        "a write without a key is not repeated, whatever failed"
    );
    client(server.environment(), quick())
        .sign_in()
        .await
        .unwrap();
    assert_eq!(server.tokens().len(), 3);
}
