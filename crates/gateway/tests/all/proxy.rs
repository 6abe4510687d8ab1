//! Stands before an environment and lets it fail in the ways in which servers fail; writes down what was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What the proxy does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Hands on.
    Through,
    /// Answers with this status and nothing else.
    Fail(u16),
    /// A page as a portal or a load balancer has it, with this status.
    Html(u16),
    /// Never answers.
    Hang,
    /// Hands on, and loses the answer to a write.
    LoseAnswers,
    /// Hands on after this time.
    Slow(Duration),
    /// Adds fields that nobody knows.
    Chatty,
}

/// A call that reached the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub call: String,
    pub key: Option<String>,
    /// The status with which the environment answered; none if it was not asked.
    pub status: Option<u16>,
}

/// A proxy on loopback.
#[derive(Clone)]
pub struct Proxy {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    target: String,
    path: String,
    http: reqwest::Client,
    mode: Mutex<Mode>,
    /// Answers of our own, by path.
    instead: Mutex<HashMap<String, serde_json::Value>>,
    asked: Mutex<Vec<Asked>>,
}

impl Proxy {
    /// Before this URL.
    pub async fn start(target: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme_end = target.find("://").unwrap() + 3;
        let slash = scheme_end + target[scheme_end..].find('/').unwrap();
        let shared = Arc::new(Shared {
            target: target[..slash].to_owned(),
            path: target[slash..].to_owned(),
            http: reqwest::Client::new(),
            mode: Mutex::new(Mode::Through),
            instead: Mutex::default(),
            asked: Mutex::default(),
        });
        let url = format!("http://{}{}", listener.local_addr().unwrap(), shared.path);
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    /// From now on.
    pub fn set(&self, mode: Mode) {
        *self.shared.mode.lock().unwrap() = mode;
    }

    /// Answers a path, without its query, with this instead of the environment.
    pub fn answer(&self, path: &str, body: serde_json::Value) {
        let mut instead = self.shared.instead.lock().unwrap();
        instead.insert(path.to_owned(), body);
    }

    /// Calls of the API, without tokens and without the chores that go on all the time.
    pub fn asked(&self) -> Vec<Asked> {
        let mut asked = self.shared.asked.lock().unwrap().clone();
        asked.retain(|asked| !asked.call.starts_with("GET") && !asked.call.contains("/oauth/"));
        asked
    }

    /// Writes that the environment took and that had the same key as an earlier one.
    pub fn taken(&self, call: &str) -> usize {
        let asked = self.asked();
        asked
            .iter()
            .filter(|asked| {
                asked.call.contains(call) && asked.status.is_some_and(|status| status < 300)
            })
            .count()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let mode = shared.mode.lock().unwrap().clone();
    let (parts, body) = request.into_parts();
    let path = parts
        .uri
        .path()
        .strip_prefix(&shared.path)
        .unwrap_or(parts.uri.path());
    let call = format!("{} {path}", parts.method);
    let key = parts
        .headers
        .get("x-idempotency-key")
        .map(|key| key.to_str().unwrap().to_owned());
    let note = |status| {
        let asked = Asked {
            call: call.clone(),
            key: key.clone(),
            status,
        };
        shared.asked.lock().unwrap().push(asked);
    };
    let instead = shared.instead.lock().unwrap().get(path).cloned();
    if let Some(body) = instead {
        return axum::Json(body).into_response();
    }
    match mode {
        Mode::Fail(status) => {
            note(None);
            return StatusCode::from_u16(status).unwrap().into_response();
        }
        Mode::Html(status) => {
            note(None);
            let page = "<!doctype html><title>Wartungsarbeiten</title><h1>Gleich wieder da</h1>";
            let html = [(header::CONTENT_TYPE, "text/html")];
            return (StatusCode::from_u16(status).unwrap(), html, page).into_response();
        }
        Mode::Hang => {
            note(None);
            return std::future::pending().await;
        }
        Mode::Slow(pause) => tokio::time::sleep(pause).await,
        Mode::Through | Mode::LoseAnswers | Mode::Chatty => {}
    }
    let bytes = to_bytes(body, 64 << 20).await.unwrap();
    let query = parts
        .uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let url = format!("{}{}{query}", shared.target, parts.uri.path());
    let mut headers = parts.headers.clone();
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let sent = shared
        .http
        .request(parts.method.clone(), url)
        .headers(headers)
        .body(bytes)
        .send()
        .await;
    let Ok(answer) = sent else {
        note(None);
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let status = answer.status();
    note(Some(status.as_u16()));
    if mode == Mode::LoseAnswers && parts.method != "GET" && !call.contains("/oauth/") {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    let content_type = answer.headers().get(header::CONTENT_TYPE).cloned();
    let retry: Option<_> = answer.headers().get(header::RETRY_AFTER).cloned();
    let mut bytes: Bytes = answer.bytes().await.unwrap();
    if mode == Mode::Chatty
        && let Ok(serde_json::Value::Object(mut fields)) = serde_json::from_slice(&bytes)
    {
        fields.insert(
            "of_tomorrow".to_owned(),
            serde_json::json!({"unknown": [1, 2, 3]}),
        );
        bytes = serde_json::to_vec(&fields).unwrap().into();
    }
    let mut response = (status, bytes).into_response();
    let mut copy = |name: HeaderName, value: Option<_>| {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    };
    copy(header::CONTENT_TYPE, content_type);
    copy(header::RETRY_AFTER, retry);
    response
}
