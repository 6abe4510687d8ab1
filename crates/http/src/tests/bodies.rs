//! JSON bodies: what is refused and how, what is ignored, what the fingerprint covers.

use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::routing::post;
use axum::{Json, Router};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::Legacy;

use crate::testing::{Answer, ask, post_json, settings};
use crate::{JsonBody, OptionalJsonBody};

#[derive(Deserialize, Default)]
struct Order {
    units: u32,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    name: String,
}

impl Legacy for Order {
    fn normalise(value: &mut Value) {
        if let Some(fields) = value.as_object_mut()
            && let Some(amount) = fields.remove("amount")
        {
            fields.entry("units").or_insert(amount);
        }
    }
}

#[derive(Deserialize)]
struct Reason {
    reason: Option<String>,
}

impl Legacy for Reason {}

async fn create(body: JsonBody<Order>) -> Json<Value> {
    let names: Vec<_> = body.value.lines.into_iter().map(|line| line.name).collect();
    Json(json!({
        "units": body.value.units,
        "names": names,
        "fingerprint": hex::encode(body.fingerprint),
    }))
}

async fn reject(body: OptionalJsonBody<Reason>) -> Json<Value> {
    Json(json!({"reason": body.value.reason, "fingerprint": hex::encode(body.fingerprint)}))
}

fn routes() -> Router {
    Router::new()
        .route("/orders", post(create))
        .route("/reject", post(reject))
}

async fn send(request: Request<Body>) -> Answer {
    ask(routes(), settings(), request).await
}

async fn order(body: &str) -> Answer {
    send(post_json("/orders", body.to_owned())).await
}

#[tokio::test]
async fn a_good_body_arrives() {
    let answer = order(r#"{"units": 641.0, "lines": [{"name": "a"}]}"#).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        (&answer.json()["units"], &answer.json()["names"]),
        (&json!(641), &json!(["a"]))
    );
    assert_eq!(answer.header("x-ignored-fields"), "");
}

#[tokio::test]
async fn each_way_to_be_wrong_has_its_answer() {
    order("{\"units\": 1").await.problem(400, "invalid_json");
    order("").await.problem(400, "invalid_json");
    order("{\"units\": 1, \"units\": 2}")
        .await
        .problem(400, "invalid_json");
    let encoding = send(post_json("/orders", &b"{\"units\": \"\xff\"}"[..])).await;
    encoding.problem(400, "invalid_encoding");
    for (body, field, code) in [
        ("{}", "units", "missing"),
        ("[]", "body", "invalid_type"),
        ("7", "body", "invalid_type"),
        (r#"{"units": "1"}"#, "units", "invalid_type"),
        (r#"{"units": -1}"#, "units", "out_of_range"),
        (
            r#"{"units": 1, "lines": [{"name": "a"}, {}]}"#,
            "lines[1].name",
            "missing",
        ),
        (
            r#"{"units": 1, "lines": [["a"]]}"#,
            "lines[0]",
            "invalid_type",
        ),
        (
            r#"{"units": 1, "lines": [{"name": "a\u0000"}]}"#,
            "lines[0].name",
            "invalid_format",
        ),
        (
            r#"{"units": 1, "ignored": {"deep": "\u0000"}}"#,
            "ignored.deep",
            "invalid_format",
        ),
    ] {
        order(body).await.field(400, "invalid_body", field, code);
    }
}

#[tokio::test]
async fn only_json_is_read() {
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ] {
        let request = Request::post("/orders").header("content-type", content_type);
        let answer = send(request.body(Body::from("{\"units\": 1}")).unwrap()).await;
        answer.problem(415, "unsupported_media_type");
    }
    let untyped = Request::post("/orders")
        .body(Body::from("{\"units\": 1}"))
        .unwrap();
    send(untyped).await.problem(415, "unsupported_media_type");
    let mut packed = post_json("/orders", "{\"units\": 1}");
    packed
        .headers_mut()
        .insert("content-encoding", "gzip".parse().unwrap());
    send(packed).await.problem(415, "unsupported_media_type");
    for content_type in [
        "application/json; charset=UTF-8",
        "Application/JSON",
        "application/merge-patch+json",
    ] {
        let request = Request::post("/orders").header("content-type", content_type);
        let answer = send(request.body(Body::from("{\"units\": 1}")).unwrap()).await;
        assert_eq!(answer.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn a_large_body_is_refused_announced_or_not() {
    let mut settings = settings();
    settings.limits.body_bytes = 100;
    let large = format!("{{\"units\": 1, \"x\": \"{}\"}}", "x".repeat(200));
    let announced = Request::post("/orders")
        .header("content-type", "application/json")
        .header("content-length", large.len());
    let announced = announced.body(Body::from(large.clone())).unwrap();
    let chunks: Vec<_> = large
        .bytes()
        .map(|b| Ok::<_, std::io::Error>(Bytes::from(vec![b])))
        .collect();
    let streamed = post_json("/orders", Body::from_stream(stream::iter(chunks)));

    for request in [announced, streamed] {
        ask(routes(), settings.clone(), request)
            .await
            .problem(413, "body_too_large");
    }
}

#[tokio::test]
async fn an_interrupted_body_is_no_fault_of_ours() {
    let chunks = [
        Ok(Bytes::from_static(b"{")),
        Err(std::io::Error::other("gone")),
    ];
    let body = Body::from_stream(stream::iter(chunks));
    send(post_json("/orders", body))
        .await
        .problem(400, "invalid_body");
}

#[tokio::test]
async fn unknown_fields_are_listed_or_refused_as_the_caller_prefers() {
    let body = r#"{"units": 1, "colour": "red", "lines": [{"name": "a", "a,b": 1}]}"#;
    let lenient = order(body).await;
    assert_eq!(lenient.status, 200);
    assert_eq!(lenient.header("x-ignored-fields"), "colour, lines[0].a%2Cb");

    for prefer in ["handling=strict", "respond-async, Handling=\"strict\"; x=1"] {
        let mut request = post_json("/orders", body);
        request
            .headers_mut()
            .insert("prefer", prefer.parse().unwrap());
        let strict = send(request).await;
        strict.field(400, "unknown_field", "colour", "unknown_field");
        assert_eq!(strict.header("preference-applied"), "handling=strict");
    }
    let mut request = post_json("/orders", body);
    request.headers_mut().insert(
        "prefer",
        "handling=lenient, handling=strict".parse().unwrap(),
    );
    assert_eq!(send(request).await.status, 200);
}

#[tokio::test]
async fn hostile_field_names_do_not_break_the_header() {
    let names: Vec<_> = (0..500)
        .map(|i| format!("\"\\r\\nSet-Cookie: ä{i}\": 1"))
        .collect();
    let answer = order(&format!("{{\"units\": 1, {}}}", names.join(","))).await;
    assert_eq!(answer.status, 200);
    let header = answer.header("x-ignored-fields");
    assert!(
        header.starts_with("%0D%0ASet-Cookie:%20%C3%A40") && header.len() < 2100,
        "{header}"
    );
    assert!(header.ends_with(", ..."));
}

#[tokio::test]
async fn older_spellings_are_understood_and_have_their_own_fingerprint() {
    let older = order(r#"{"amount": 3}"#).await;
    assert_eq!(older.json()["units"], 3);
    assert_eq!(older.header("x-ignored-fields"), "");
    let newer = order(r#"{"units": 3}"#).await;
    let respelled = order("{ \"units\" : 3.0 }").await;
    let print = |answer: &Answer| answer.json()["fingerprint"].clone();
    assert_ne!(print(&older), print(&newer));
    assert_eq!(print(&newer), print(&respelled));
}

#[tokio::test]
async fn an_optional_body_may_be_absent() {
    let absent = send(Request::post("/reject").body(Body::empty()).unwrap()).await;
    let empty = send(post_json("/reject", " ")).await;
    let object = send(post_json("/reject", "{}")).await;
    for answer in [&absent, &empty, &object] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json(), absent.json());
    }
    let given = send(post_json("/reject", r#"{"reason": "late"}"#)).await;
    assert_eq!(given.json()["reason"], "late");
    let untyped = Request::post("/reject").body(Body::from("{}")).unwrap();
    send(untyped).await.problem(415, "unsupported_media_type");
    send(post_json("/reject", "null"))
        .await
        .field(400, "invalid_body", "body", "invalid_type");
}
