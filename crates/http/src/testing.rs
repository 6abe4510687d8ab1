//! Surroundings that stand still, and a framed router to ask.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use crate::frame::{Settings, frame};
use crate::surroundings::Surroundings;

pub(crate) struct Still {
    now: u64,
    ids: AtomicU64,
}

impl Still {
    pub(crate) fn at(now: u64) -> Self {
        Self {
            now,
            ids: AtomicU64::new(0),
        }
    }
}

impl Surroundings for Still {
    fn unix_seconds(&self) -> u64 {
        self.now
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.ids.fetch_add(1, Ordering::Relaxed)))
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        bytes.fill(4);
    }
}

pub(crate) fn settings() -> Settings {
    Settings::new("https://api.example/", Arc::new(Still::at(1_000)))
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {:?}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Asserts a problem of the kit's shape and returns it.
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(self.status.as_u16(), status, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        problem
    }

    /// Asserts a problem about one field.
    pub(crate) fn field(&self, status: u16, code: &str, field: &str, field_code: &str) {
        let problem = self.problem(status, code);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        assert_eq!(problem["errors"][0]["code"], field_code, "{problem}");
    }
}

pub(crate) async fn ask(routes: Router, settings: Settings, request: Request<Body>) -> Answer {
    ask_framed(frame(routes, settings), request).await
}

pub(crate) async fn ask_framed(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

pub(crate) fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

pub(crate) fn post_json(path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}
