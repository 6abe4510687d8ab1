//! What the API does not know: listed, or refused where the caller prefers that.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use testkit::{Backend, TestApp, people};
use uuid::Uuid;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_listed_or_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a body with fields that nobody knows.
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    let mut body = people::natural_person();
    body["nickname"] = json!("Anne");
    body["natural_person"]["title"] = json!("Dr.");
    body["wallets"] = json!([{"address": people::wallet_address(), "chain": "x"}]);

    // When it is sent plainly, they are ignored and listed.
    let created = api.post("investors/", &body).await;
    let mut ignored: Vec<&str> = created
        .header("x-ignored-fields")
        .unwrap()
        .split(", ")
        .collect();
    ignored.sort_unstable();
    assert_eq!(
        ignored,
        ["natural_person.title", "nickname", "wallets[0].chain"]
    );
    created.expect(201);

    // When the caller is strict, they are refused.
    let strict = api
        .call(Method::POST, "investors/")
        .strict()
        .json(&body)
        .send()
        .await;
    assert_eq!(strict.header("preference-applied"), Some("handling=strict"));
    let fields = [
        ("natural_person.title", "unknown_field"),
        ("nickname", "unknown_field"),
        ("wallets[0].chain", "unknown_field"),
    ];
    strict.refused_fields("unknown_field", &fields);
    assert_eq!(api.get("investors/").await.expect(200)["count"], 1);
    // Unknown parameters are the same.
    let listed = api.get("investors/?colour=blue").await;
    assert_eq!(listed.header("x-ignored-fields"), Some("colour"));
    listed.expect(200);
    let strict = api
        .call(Method::GET, "investors/?colour=blue")
        .strict()
        .send()
        .await;
    strict.refused("unknown_field");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn wrong_parameters_are_named(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    for (path, parameter) in [
        ("investors/?page=0", "page"),
        ("investors/?page=x", "page"),
        ("investors/?page_size=501", "page_size"),
        ("investors/?page_size=0", "page_size"),
        ("investments/?status=SLEEPING", "status"),
        ("investments/?investor_id=me", "investor_id"),
        ("investments/?changed_after=yesterday", "changed_after"),
        ("campaigns/?product_id=1", "product_id"),
        ("events/?after=now", "after"),
    ] {
        let refused = api.get(path).await.refused("invalid_parameter");
        assert_eq!(
            refused["errors"][0]["field"], parameter,
            "{path}: {refused}"
        );
    }
    api.get(&format!("events/?after={}", Uuid::new_v4()))
        .await
        .refused("not_found");
}
