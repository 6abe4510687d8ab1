//! Parameters of path, query and header, and the links between pages.

use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use uuid::Uuid;
use wire::Page;

use crate::testing::{Answer, ask, get as get_request, settings};
use crate::{BearerToken, IdempotencyKey, PageQuery, PathParams, PathRules, QueryParams, Slash};

#[derive(Deserialize)]
struct Filter {
    investor_id: Option<Uuid>,
    status: Option<Status>,
}

#[derive(Deserialize, Debug)]
enum Status {
    #[serde(rename = "PAID")]
    Paid,
}

async fn list(QueryParams(filter): QueryParams<Filter>, page: PageQuery) -> Json<Page<Value>> {
    let seen = json!({
        "investor": filter.investor_id,
        "status": filter.status.map(|status| format!("{status:?}")),
        "offset": page.offset(),
        "limit": page.limit(),
    });
    Json(page.answer(120, vec![seen]))
}

async fn show(PathParams((environment, id)): PathParams<(String, Uuid)>) -> Json<Value> {
    Json(json!({"environment": environment, "id": id}))
}

async fn act(IdempotencyKey(key): IdempotencyKey, BearerToken(token): BearerToken) -> Json<Value> {
    Json(json!({"key": key, "token": token}))
}

async fn send(request: Request<Body>) -> Answer {
    let routes = Router::new()
        .route("/list/", get(list))
        .route("/show/{environment}/{id}/", get(show))
        .route("/act/", get(act));
    let mut settings = settings();
    settings.paths = PathRules::new(|_| Slash::With).rewrite(|path| {
        let rest = path.strip_prefix("/older/")?;
        Some(format!("/{rest}"))
    });
    ask(routes, settings, request).await
}

#[tokio::test]
async fn pages_link_to_their_neighbours() {
    let first = send(get_request("/list/?status=PAID")).await.json();
    assert_eq!(first["count"], 120);
    assert_eq!(
        first["next"],
        "https://api.example/list/?status=PAID&page=2"
    );
    assert_eq!(first["previous"], Value::Null);
    assert_eq!(
        (
            &first["results"][0]["offset"],
            &first["results"][0]["limit"]
        ),
        (&json!(0), &json!(50))
    );

    let last = send(get_request("/list/?page=3")).await.json();
    assert_eq!(
        (&last["next"], &last["previous"]),
        (&Value::Null, &json!("https://api.example/list/?page=2"))
    );

    let small = send(get_request("/list/?page_size=10&page=2")).await.json();
    assert_eq!(
        small["next"],
        "https://api.example/list/?page=3&page_size=10"
    );
    assert_eq!(small["results"][0]["offset"], 10);

    let beyond = send(get_request("/list/?page=99")).await.json();
    assert_eq!(
        (&beyond["next"], &beyond["previous"]),
        (&Value::Null, &json!("https://api.example/list/?page=3"))
    );
}

#[tokio::test]
async fn links_keep_the_path_that_the_caller_used() {
    let page = send(get_request("/older/list?x=%C3%A4%26")).await;
    assert_eq!(
        page.json()["next"],
        "https://api.example/older/list?x=%C3%A4%26&page=2"
    );
    assert_eq!(page.header("x-ignored-fields"), "x");
}

#[tokio::test]
async fn impossible_parameters_are_named() {
    for (query, field, code) in [
        ("page=0", "page", "out_of_range"),
        ("page=x", "page", "invalid_format"),
        ("page=-1", "page", "invalid_format"),
        ("page=", "page", "invalid_format"),
        ("page=99999999999", "page", "out_of_range"),
        ("page=1&page=2", "page", "duplicate"),
        ("page_size=501", "page_size", "out_of_range"),
        ("status=LOST", "status", "unknown_value"),
        ("status=PAID&status=PAID", "status", "duplicate"),
        ("investor_id=7", "investor_id", "invalid_format"),
        ("investor_id=%00", "investor_id", "invalid_format"),
        ("status=%ff", "status", "invalid_format"),
    ] {
        let answer = send(get_request(&format!("/list/?{query}"))).await;
        answer.field(400, "invalid_parameter", field, code);
    }
}

#[tokio::test]
async fn unknown_parameters_are_listed_or_refused_as_the_caller_prefers() {
    let lenient = send(get_request("/list/?stauts=PAID&page=1")).await;
    assert_eq!(
        (lenient.status.as_u16(), lenient.header("x-ignored-fields")),
        (200, "stauts")
    );
    let strict = Request::get("/list/?stauts=PAID&page=1").header("prefer", "handling=strict");
    let strict = send(strict.body(Body::empty()).unwrap()).await;
    strict.field(400, "unknown_field", "stauts", "unknown_field");
}

#[tokio::test]
async fn what_cannot_be_an_identifier_is_not_found() {
    let id = Uuid::from_u128(9);
    let found = send(get_request(&format!("/show/a%20b/{id}"))).await.json();
    assert_eq!(
        (&found["environment"], &found["id"]),
        (&json!("a b"), &json!(id))
    );
    for path in [
        "/show/a/7/".to_owned(),
        format!("/show/%00/{id}/"),
        format!("/show/%ff/{id}"),
    ] {
        send(get_request(&path)).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn keys_and_tokens_come_from_headers() {
    let request = Request::get("/act/")
        .header("authorization", "bearer t")
        .header("idempotency-key", "\"k\"");
    let seen = send(request.body(Body::empty()).unwrap()).await.json();
    assert_eq!(seen, json!({"key": "k", "token": "t"}));

    let none = send(get_request("/act/")).await;
    none.problem(401, "token_missing");
    assert_eq!(none.header("www-authenticate"), "Bearer");
    let bad_key = Request::get("/act/")
        .header("authorization", "Bearer t")
        .header("x-idempotency-key", "a b");
    let bad_key = send(bad_key.body(Body::empty()).unwrap()).await;
    bad_key.problem(400, "invalid_idempotency_key");
}

#[test]
fn the_documentation_of_paging_names_its_bounds() {
    let parameters = serde_json::to_value(<PageQuery>::into_params(|| None)).unwrap();
    assert_eq!(parameters[0]["name"], "page");
    assert_eq!(parameters[1]["name"], "page_size");
    assert_eq!(parameters[1]["in"], "query");
    assert_eq!(parameters[1]["schema"]["maximum"], 500);
}
