//! The conformance suite: our own server passes, a server with one fault is told that fault, and receivers are told what they believe.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use cashlink::conformance::{self, Endpoint, Outcome, Report, Subject};
use rstest::rstest;
use sdk::webhooks::Inbox;
use serde_json::{Value, json};
use testkit::{Backend, Setup, TestApp, WebhookSink};

use crate::sdk_examples::webhook_receiver::Receiver;

async fn network(backend: Backend) -> TestApp {
    Setup::new(backend).in_real_time().start().await
}

async fn tested(app: &TestApp, url: &str) -> Report {
    let access = app.environment(0);
    let subject = Subject {
        environment: sdk::Environment {
            url: url.to_owned(),
            client_id: access.distributor.client_id.clone(),
            client_secret: access.distributor.client_secret.clone(),
        },
        campaign: Some(access.campaign_id.parse().unwrap()),
        units: 10,
    };
    let mut report = Report::default();
    conformance::test_environment(&subject, &mut report)
        .await
        .unwrap();
    report
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn our_own_environment_conforms(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let url = app.environment(0).url.clone();
    for spelling in ["", "/distributor", "/v2"] {
        let report = tested(&app, &format!("{url}{spelling}")).await;
        let lines = report.lines();
        // Not even where the reference leaves a choice, and nothing was left out.
        let sum = lines.last().unwrap();
        assert!(
            sum.ends_with(
                " 0 departed, 0 departed where the reference leaves a choice, 0 not checked"
            ),
            "{}",
            lines.join("\n")
        );
        assert!(report.ids().count() > 35);
        assert_eq!(report.json()["conforms"], true);
    }
}

/// What is wrong with a server that is right otherwise.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    ForgetsKeys,
    TakesAnySecret,
    NeedsNoToken,
    TakesAmericans,
    ForgetsPatches,
    RenamesResults,
    GoesRoundInCircles,
    CreatesWith200,
    NumbersDocuments,
    SharesWallets,
    InventsStatus,
    BreaksInvestments,
}

const FAULTS: [(Fault, &[&str]); 13] = [
    (Fault::None, &[]),
    (
        Fault::ForgetsKeys,
        &[
            "idempotency.repeat",
            "idempotency.parallel",
            "investments.repeat",
        ],
    ),
    (Fault::TakesAnySecret, &["token.wrong_secret"]),
    (Fault::NeedsNoToken, &["token.needed"]),
    (Fault::TakesAmericans, &["investors.us_tax"]),
    (Fault::ForgetsPatches, &["investors.patch"]),
    (Fault::RenamesResults, &["paths.newest", "investors.list"]),
    (Fault::GoesRoundInCircles, &["investors.list_next"]),
    (Fault::CreatesWith200, &["investors.create"]),
    (Fault::NumbersDocuments, &["documents.upload"]),
    (Fault::SharesWallets, &["wallets.not_shared"]),
    (
        Fault::InventsStatus,
        &[
            "investments.status",
            "investments.kyc_pending",
            "investments.no_benefiting_person",
        ],
    ),
    (Fault::BreaksInvestments, &["investments.get"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_reported_and_nothing_else() {
    let app = network(Backend::Sqlite).await;
    for (fault, expected) in FAULTS {
        let url = Proxy::start(&app, fault).await;
        let report = tested(&app, &url).await;
        let departures: Vec<&str> = report.departures().collect();
        assert_eq!(
            departures,
            expected,
            "{fault:?}\n{}",
            report.lines().join("\n")
        );
        for id in expected {
            let check = report.json()["checks"]
                .as_array()
                .unwrap()
                .iter()
                .find(|check| check["id"] == **id)
                .cloned();
            let check = check.unwrap();
            assert!(
                check["section"].as_str().unwrap().starts_with("section"),
                "{check}"
            );
            assert!(
                check["seen"].is_string() && check["expected"].is_string(),
                "{check}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_end_the_run_with_a_reason() {
    let app = network(Backend::Sqlite).await;
    let wrong = &app.environment(1).distributor;
    let subject = Subject {
        environment: sdk::Environment {
            url: app.environment(0).url.clone(),
            client_id: wrong.client_id.clone(),
            client_secret: wrong.client_secret.clone(),
        },
        campaign: None,
        units: 1,
    };
    let mut report = Report::default();
    conformance::test_environment(&subject, &mut report)
        .await
        .unwrap();
    assert!(report.departures().any(|id| id == "token.granted"));
    let skipped = report.outcome("investors.create");
    assert_eq!(
        skipped,
        Some(&Outcome::Skipped("there is no token".to_owned()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_told_what_it_believes_and_what_it_drops() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
    // As the executable does when it starts.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The SDK's receiver does everything right.
    let inbox = Inbox::new().secret(SECRET).unwrap().bearer_token("agreed");
    let careful = serve(Receiver::new(inbox).router()).await;
    let report = delivered(&format!("{careful}/webhooks"), SECRET, Some("agreed")).await;
    assert_eq!(
        report.departures().count(),
        0,
        "{}",
        report.lines().join("\n")
    );
    assert_eq!(report.ids().count(), 12);

    // One that takes everything is told what it should not have believed.
    let gullible = WebhookSink::start().await;
    let report = delivered(&gullible.url, &gullible.secret, None).await;
    let believed: Vec<&str> = report.departures().collect();
    assert_eq!(
        believed,
        [
            "webhooks.unsigned",
            "webhooks.forged",
            "webhooks.changed",
            "webhooks.replayed",
            "webhooks.early"
        ]
    );

    // One that takes nothing twice, nothing new and nothing out of order is told what it drops.
    let fussy = serve(Router::new().fallback(fussy).with_state(Arc::default())).await;
    let report = delivered(&fussy, SECRET, None).await;
    let dropped: Vec<&str> = report
        .departures()
        .filter(|id| !believed.contains(id))
        .collect();
    assert_eq!(
        dropped,
        [
            "webhooks.duplicate",
            "webhooks.reordered",
            "webhooks.unknown_fields"
        ]
    );
}

async fn delivered(url: &str, secret: &str, bearer_token: Option<&str>) -> Report {
    let endpoint = Endpoint {
        url: url.to_owned(),
        secret: secret.to_owned(),
        bearer_token: bearer_token.map(str::to_owned),
    };
    let mut report = Report::default();
    conformance::test_endpoint(&endpoint, &mut report)
        .await
        .unwrap();
    report
}

/// Wants the next number of the sequence, and only fields it knows.
async fn fussy(
    State(last): State<Arc<std::sync::Mutex<u64>>>,
    Json(event): Json<Value>,
) -> StatusCode {
    let mut last = last.lock().unwrap();
    let sequence = event["sequence"].as_u64().unwrap();
    if sequence <= *last || event.get("tranche").is_some() {
        return StatusCode::CONFLICT;
    }
    *last = sequence;
    StatusCode::OK
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Our own server behind something that spoils it.
struct Proxy {
    fault: Fault,
    upstream: String,
    client: reqwest::Client,
    secret: String,
    /// A token for callers who have none.
    token: String,
}

struct Asked {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Proxy {
    async fn start(app: &TestApp, fault: Fault) -> String {
        let access = app.environment(0);
        let path = access.url.strip_prefix(&app.url).unwrap();
        let session = testkit::client::Session::anonymous(&access.url);
        let token = testkit::app::take_token(&session, &access.distributor, None).await;
        let proxy = Self {
            fault,
            upstream: app.url.clone(),
            client: reqwest::Client::new(),
            secret: access.distributor.client_secret.clone(),
            token: token.expect(200)["access_token"]
                .as_str()
                .unwrap()
                .to_owned(),
        };
        let router = Router::new().fallback(forward).with_state(Arc::new(proxy));
        format!("{}{path}", serve(router).await)
    }

    fn before(&self, asked: &mut Asked) {
        let resource = asked.resource();
        match self.fault {
            Fault::ForgetsKeys => _ = asked.headers.remove("x-idempotency-key"),
            Fault::TakesAnySecret => asked.replace("not-the-secret", &self.secret),
            Fault::NeedsNoToken
                if resource == "investors/"
                    && !asked.headers.contains_key(header::AUTHORIZATION) =>
            {
                let token = format!("Bearer {}", self.token).parse().unwrap();
                asked.headers.insert(header::AUTHORIZATION, token);
            }
            Fault::TakesAmericans => {
                asked.replace(
                    "\"is_subject_to_us_tax\":true",
                    "\"is_subject_to_us_tax\":false",
                );
            }
            Fault::ForgetsPatches if resource == "investors/" && asked.method == Method::PATCH => {
                asked.body = Bytes::from_static(b"{}");
            }
            _ => {}
        }
    }

    fn after(&self, asked: &Asked, status: &mut u16, body: &mut Value) {
        let (resource, post) = (asked.resource(), asked.method == Method::POST);
        match self.fault {
            Fault::RenamesResults if resource == "investors/" && body.get("results").is_some() => {
                body["items"] = body["results"].take();
            }
            Fault::GoesRoundInCircles if body.get("results").is_some() => {
                body["next"] = json!(format!("{}{}", self.upstream, asked.path));
            }
            Fault::CreatesWith200 if post && resource == "investors/" && *status == 201 => {
                *status = 200;
            }
            Fault::NumbersDocuments if resource == "documents/" => body["id"] = json!("17"),
            Fault::SharesWallets if *status == 409 => {
                *status = 201;
                *body = json!({"id": uuid::Uuid::new_v4()});
            }
            Fault::InventsStatus if post && resource == "investments/" && *status == 201 => {
                body["status"] = json!("NEW");
            }
            Fault::BreaksInvestments
                if asked.method == Method::GET && resource == "investments/" =>
            {
                *status = 500;
                *body = Value::Null;
            }
            _ => {}
        }
    }
}

impl Asked {
    /// The collection, of paths that name it or one of its entries.
    fn resource(&self) -> String {
        let (_, below) = self.path.split_once("/v2/").unwrap_or_default();
        let parts: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
        match parts.len() {
            1 | 2 => format!("{}/", parts[0]),
            _ => below.to_owned(),
        }
    }

    fn replace(&mut self, from: &str, to: &str) {
        if let Ok(text) = std::str::from_utf8(&self.body) {
            self.body = text.replace(from, to).into();
        }
    }
}

async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = Asked {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        body: to_bytes(body, 1 << 20).await.unwrap(),
    };
    proxy.before(&mut asked);
    for name in [
        header::HOST,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
    ] {
        asked.headers.remove(name);
    }
    let query = parts
        .uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let url = format!("{}{}{query}", proxy.upstream, asked.path);
    let answer = proxy
        .client
        .request(asked.method.clone(), url)
        .headers(asked.headers.clone())
        .body(asked.body.clone())
        .send()
        .await
        .unwrap();
    let mut status = answer.status().as_u16();
    let mut body = answer.json().await.unwrap_or(Value::Null);
    proxy.after(&asked, &mut status, &mut body);
    let status = StatusCode::from_u16(status).unwrap();
    match body {
        Value::Null => (status, "<html>").into_response(),
        body => (status, Json(body)).into_response(),
    }
}
