//! What is repeated, how, and what never is.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use cashlink_sdk::{Environment, Error, Key};
use serde_json::json;

use crate::stand_in::{
    ID, StandIn, broken_off, client, created, html, quick, silence, status, write,
};

#[tokio::test]
async fn a_busy_server_is_asked_again_with_the_same_key() {
    // Given a server that wants a pause, then is broken, then works.
    let server = StandIn::start(|number, _| match number {
        0 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response(),
        1 => html(502),
        _ => created(),
    })
    .await;
    // When something is written under an own ID.
    write(&server.distributor(), &Key::of("wallet-1"))
        .await
        .unwrap();
    // Then all three attempts are one call.
    let calls = server.calls();
    assert_eq!(calls.len(), 3);
    for call in &calls {
        assert_eq!(
            call.header("x-idempotency-key"),
            calls[0].header("x-idempotency-key")
        );
        assert_eq!(call.body, calls[0].body);
    }
    assert_eq!(calls[0].header("x-idempotency-key").unwrap().len(), 36);
}

#[tokio::test]
async fn uploads_are_repeated_whole() {
    let server = StandIn::start(|number, _| match number {
        0 => status(503),
        _ => created(),
    })
    .await;
    let bytes = b"%PDF-1.4 with some content".to_vec();
    let distributor = server.distributor();
    let key = Key::random();
    let upload = distributor.upload_document("paper.pdf", "application/pdf", bytes, &key);
    assert_eq!(upload.await.unwrap().id.to_string(), ID);
    for call in server.calls() {
        let text = call.text();
        assert!(
            text.contains("name=\"file\"; filename=\"paper.pdf\""),
            "{text}"
        );
        assert!(text.contains("Content-Type: application/pdf"), "{text}");
        assert!(text.contains("%PDF-1.4 with some content"), "{text}");
    }
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_write_without_a_key_is_sent_once() {
    let busy = StandIn::start(|_, _| status(503)).await;
    let error = write(&busy.distributor(), &Key::none()).await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!(busy.calls().len(), 1);
    assert_eq!(busy.calls()[0].header("x-idempotency-key"), None);

    let silent = StandIn::start(|_, _| silence()).await;
    let error = write(&silent.distributor(), &Key::none())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unreachable(why) if why.may_have_happened));
    assert_eq!(silent.calls().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_not_repeated() {
    for code in [400, 403, 404, 409, 413, 422] {
        let server = StandIn::start(move |_, _| status(code)).await;
        let error = write(&server.distributor(), &Key::random())
            .await
            .unwrap_err();
        assert_eq!(error.status(), Some(code));
        assert!(!error.is_temporary());
        assert_eq!(server.calls().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn the_same_request_still_running_elsewhere_is_waited_for() {
    let server = StandIn::start(|number, _| match number {
        0 => {
            let running =
                json!({"code": "idempotency_in_flight", "title": "t", "retry_after_s": 0});
            (StatusCode::CONFLICT, axum::Json(running)).into_response()
        }
        _ => created(),
    })
    .await;
    write(&server.distributor(), &Key::random()).await.unwrap();
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn answers_that_break_off_or_never_come_are_asked_for_again() {
    let server = StandIn::start(|number, _| match number {
        0 => broken_off(),
        1 => silence(),
        _ => created(),
    })
    .await;
    let investor = server.distributor().get_investor(ID.parse().unwrap()).await;
    assert_eq!(investor.unwrap().id.to_string(), ID);

    let never = StandIn::start(|_, _| broken_off()).await;
    let error = never
        .distributor()
        .get_investor(ID.parse().unwrap())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable(why) if why.may_have_happened),
        "{error}"
    );
    assert_eq!(never.calls().len(), 3);
}

#[tokio::test]
async fn a_pause_longer_than_the_longest_is_told_instead_of_waited() {
    let server = StandIn::start(|_, _| {
        (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "3600")]).into_response()
    })
    .await;
    let error = write(&server.distributor(), &Key::random())
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.is_temporary());
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_whole_call_has_an_end() {
    let server = StandIn::start(|_, _| silence()).await;
    let mut settings = quick();
    settings.attempts = 1000;
    settings.attempt_timeout = Duration::from_secs(600);
    settings.call_timeout = Duration::from_millis(300);
    let distributor = client(server.environment(), settings).distributor();
    let error = distributor
        .get_investor(ID.parse().unwrap())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("time is over"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_unreachable_and_nothing_happened() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/external", closed.local_addr().unwrap());
    drop(closed);
    let environment = Environment {
        url,
        client_id: "client".to_owned(),
        client_secret: "hunter2".to_owned(),
    };
    let distributor = client(environment, quick()).distributor();
    let error = write(&distributor, &Key::none()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable(why) if !why.may_have_happened),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
