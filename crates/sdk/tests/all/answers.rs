//! Answers of servers that are newer, older, broken or no servers of this API at all.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use cashlink_sdk::{Error, Key, MergePatch, Open};
use serde_json::json;
use wire::ProblemCode;
use wire::identifications::IdentificationCreate;

use crate::stand_in::{ID, StandIn, client, created, endless, html, quick, write};

#[tokio::test]
async fn a_page_of_html_is_a_clear_error() {
    for code in [200, 500] {
        let server = StandIn::start(move |_, _| html(code)).await;
        let error = server
            .distributor()
            .get_investor(ID.parse().unwrap())
            .await
            .unwrap_err();
        assert_eq!(error.status(), Some(code));
        assert!(error.is_temporary());
        assert!(error.to_string().contains("Wartung"), "{error}");
        assert!(!error.to_string().contains("<html"), "{error}");
        assert_eq!(server.calls().len(), 3);
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let server = StandIn::start(|_, _| endless()).await;
    let mut settings = quick();
    settings.largest_answer_bytes = 1 << 20;
    let distributor = client(server.environment(), settings).distributor();
    let error = distributor
        .get_investor(ID.parse().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unreadable(_)), "{error}");
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_file_is_of_the_kind_that_was_asked_for() {
    let server = StandIn::start(|_, asked| {
        assert_eq!(asked.header("accept"), Some("application/pdf"));
        let kind = [("content-type", "application/pdf; version=1.7")];
        (kind, "%PDF-1.7").into_response()
    })
    .await;
    let id = ID.parse().unwrap();
    let distributor = server.distributor();
    let file = distributor.download_registry_statement(id).await.unwrap();
    assert_eq!(file, "%PDF-1.7");

    let server = StandIn::start(|_, _| html(200)).await;
    let distributor = server.distributor();
    let error = distributor.download_registry_statement(id).await;
    let told = error.unwrap_err().to_string();
    assert!(told.contains("not application/pdf but text/html"), "{told}");
}

#[tokio::test]
async fn another_shape_is_told_without_its_values() {
    let server =
        StandIn::start(|_, _| axum::Json(json!({"id": "Erika Mustermann"})).into_response()).await;
    let error = server
        .distributor()
        .get_investor(ID.parse().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unreadable(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains("Erika"), "{error}");
    assert!(!error.is_temporary());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = StandIn::start(|_, _| created()).await;
    let target = format!("{}/stolen", elsewhere.url);
    let server = StandIn::start(move |_, _| {
        (
            StatusCode::TEMPORARY_REDIRECT,
            [("location", target.clone())],
        )
            .into_response()
    })
    .await;
    let error = write(&server.distributor(), &Key::random())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("redirect"), "{error}");
    assert!(elsewhere.calls().is_empty());
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn fields_and_values_of_tomorrow_are_kept() {
    let server = StandIn::start(|_, _| {
        let body = json!({"id": ID, "kyc_status": "ON_HOLD", "rating": {"class": "B"}, "natural_person": {"forename": "Erika", "title": "Dr."}});
        axum::Json(body).into_response()
    })
    .await;
    let investor = server
        .distributor()
        .get_investor(ID.parse().unwrap())
        .await
        .unwrap();
    assert_eq!(investor.kyc_status, Some(Open::Other("ON_HOLD".to_owned())));
    assert_eq!(investor.more["rating"]["class"], "B");
    assert_eq!(
        investor.natural_person.unwrap().forename.as_deref(),
        Some("Erika")
    );
}

#[tokio::test]
async fn a_problem_names_code_fields_and_request() {
    let server = StandIn::start(|_, _| {
        let problem = json!({"type": "/problems/invalid_body", "title": "Wrong", "status": 400, "detail": "One field is wrong.",
            "code": "invalid_body", "errors": [{"field": "address", "code": "invalid_checksum", "message": "has a wrong checksum"}]});
        let headers = [("content-type", "application/problem+json"), ("x-request-id", "r-77")];
        (StatusCode::BAD_REQUEST, headers, problem.to_string()).into_response()
    })
    .await;
    let error = write(&server.distributor(), &Key::random())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some(&Open::Known(ProblemCode::InvalidBody)));
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.errors[0].field, "address");
    assert_eq!(refusal.request_id.as_deref(), Some("r-77"));
}

#[tokio::test]
async fn what_is_not_said_is_not_sent() {
    let server = StandIn::start(|_, _| created()).await;
    let distributor = server.distributor();
    let investor = ID.parse().unwrap();
    let asked = IdentificationCreate::default();
    distributor
        .create_identification(investor, &asked, &Key::random())
        .await
        .unwrap();
    let gone = MergePatch::exactly(serde_json::Map::new()).remove("bank_account");
    distributor
        .update_investor(investor, &gone, &Key::random())
        .await
        .unwrap();
    let calls = server.calls();
    // The reference starts a video identification with an empty object, not with an object of nulls.
    assert_eq!(calls[0].json(), json!({}));
    assert_eq!(calls[1].json(), json!({"bank_account": null}));
    assert_eq!(calls[1].method, "PATCH");
    assert_eq!(
        calls[0].path,
        format!("/api/external/distributor/v2/investors/{ID}/identifications/")
    );
    assert_eq!(calls[0].header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_path_cannot_lead_to_another_server() {
    let elsewhere = StandIn::start(|_, _| created()).await;
    let server = StandIn::start(|_, _| created()).await;
    for path in [
        elsewhere.url.as_str(),
        "//evil.example/x",
        "../../../v2/investors/",
    ] {
        let error = server.distributor().get(path, &[]).await.unwrap_err();
        assert!(matches!(error, Error::Settings(_)), "{path}: {error}");
    }
    assert!(server.calls().is_empty() && elsewhere.calls().is_empty());
}
