//! Webhook endpoints: partners register, change, test, rotate and replay them without asking anybody.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::client::id;
use testkit::{Backend, TestApp, WebhookSink};
use uuid::Uuid;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_registered_changed_and_deleted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a new endpoint, whose secret the network makes.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let sink = WebhookSink::start().await;
    let body = json!({"url": sink.url, "description": "back office", "event_types": ["investment.status_changed"], "bearer_token": "s3cret"});
    let made = partner
        .api
        .post("webhook-endpoints/", &body)
        .await
        .expect(201);
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(
        (&made["status"], &made["authentication"]),
        (&json!("enabled"), &json!("bearer"))
    );

    // Then neither secret nor token is shown again, alone or in the list.
    let path = format!("webhook-endpoints/{}/", id(&made));
    let shown = partner.api.get(&path).await;
    assert!(!shown.text().contains("whsec_") && !shown.text().contains("s3cret"));
    let shown = shown.expect(200);
    let listed = partner.api.get("webhook-endpoints/").await.expect(200);
    assert_eq!(
        (&listed["count"], &listed["results"][0]),
        (&json!(1), &shown)
    );
    // Nobody else sees it.
    app.other_partner(0)
        .await
        .api
        .get(&path)
        .await
        .refused("not_found");
    app.partner(1)
        .await
        .api
        .delete(&path)
        .await
        .refused("not_found");

    // When it is changed and deleted, it is so.
    let change = json!({"description": "new", "enabled": false, "event_types": []});
    let changed = partner.api.patch(&path, &change).await.expect(200);
    assert_eq!(
        (
            &changed["status"],
            &changed["event_types"],
            &changed["description"]
        ),
        (&json!("disabled"), &json!([]), &json!("new"))
    );
    assert_eq!(
        partner
            .api
            .patch(&path, &json!({"enabled": true}))
            .await
            .expect(200)["status"],
        "enabled"
    );
    partner.api.delete(&path).await.expect(204);
    partner.api.get(&path).await.refused("not_found");
    partner.api.delete(&path).await.refused("not_found");
    partner
        .api
        .post(&format!("{path}test/"), &json!({}))
        .await
        .refused("not_found");
    assert_eq!(
        partner.api.get("webhook-endpoints/").await.expect(200)["count"],
        0
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_may_not_be_called_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    for url in [
        "http://192.168.1.1/hook",
        "https://10.0.0.1/hook",
        "https://[fd00::1]/hook",
        "https://169.254.169.254/latest/meta-data",
        "ftp://example.org/",
        "https://example.org:22/",
        "not a url",
    ] {
        api.post("webhook-endpoints/", &json!({"url": url}))
            .await
            .refused("webhook_address_not_allowed");
    }
    let oauth =
        json!({"token_url": "https://10.0.0.1/token", "client_id": "a", "client_secret": "b"});
    let body = json!({"url": "https://example.org/hook", "oauth": oauth});
    api.post("webhook-endpoints/", &body)
        .await
        .refused("webhook_address_not_allowed");
    for (more, field) in [
        (json!({"secret": "too-short"}), "secret"),
        (json!({"event_types": ["investment.dreamt"]}), "event_types"),
        (
            json!({"bearer_token": "a", "oauth": {"token_url": "https://example.org/t", "client_id": "a", "client_secret": "b"}}),
            "oauth",
        ),
        (json!({"description": 5}), "description"),
    ] {
        let mut body = json!({"url": "https://example.org/hook"});
        testkit::partner::add(&mut body, more);
        let refused = api
            .post("webhook-endpoints/", &body)
            .await
            .refused("invalid_body");
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    assert_eq!(api.get("webhook-endpoints/").await.expect(200)["count"], 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn endpoints_are_limited(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    let body = json!({"url": "https://example.org/hook"});
    for _ in 0..webhooks::endpoints::MOST_ENDPOINTS / 25 {
        join_all((0..25).map(|_| api.post("webhook-endpoints/", &body))).await;
    }
    api.post("webhook-endpoints/", &body)
        .await
        .refused("too_many");
    assert_eq!(
        api.get("webhook-endpoints/?page_size=1").await.expect(200)["count"],
        webhooks::endpoints::MOST_ENDPOINTS
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_test_event_comes_to_this_endpoint_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two endpoints, of which one has its own bearer token.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (one, two) = (WebhookSink::start().await, WebhookSink::start().await);
    let body = json!({"url": one.url, "secret": one.secret, "bearer_token": "the-token"});
    let endpoint = id(&partner
        .api
        .post("webhook-endpoints/", &body)
        .await
        .expect(201));
    partner.subscribe(&two).await;

    // When a test is asked for.
    let queued = partner
        .api
        .post(&format!("webhook-endpoints/{endpoint}/test/"), &json!({}))
        .await
        .expect(202);
    assert_eq!(queued["queued"], 1);

    // Then it arrives signed and with the token, and nowhere else, not even in the feed.
    one.until("the test arrived", |sink| !sink.taken().is_empty())
        .await;
    let test = one.taken().remove(0);
    assert!(test.is_genuine(&one.secret));
    assert_eq!(
        (test.text("type"), test.header("authorization")),
        ("webhook.test", "Bearer the-token")
    );
    assert_eq!(test.header("content-type"), "application/json");
    assert!(two.all().is_empty());
    assert!(partner.feed().await.is_empty());
    // And the attempt is listed.
    let path = format!("webhook-endpoints/{endpoint}/attempts/");
    let attempts = eventually("the attempt is listed", async || {
        let attempts = partner.api.get(&path).await.expect(200);
        (attempts["count"] == 1).then_some(attempts)
    })
    .await;
    assert_eq!(
        (
            &attempts["results"][0]["response_status"],
            &attempts["results"][0]["event_type"]
        ),
        (&json!(204), &json!("webhook.test"))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_secret_signs_along_for_a_day(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an endpoint whose secret is rotated.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let sink = WebhookSink::start().await;
    let endpoint = id(&partner.subscribe(&sink).await);
    let path = format!("webhook-endpoints/{endpoint}");
    let rotated = partner
        .api
        .post(&format!("{path}/rotate-secret/"), &json!({}))
        .await
        .expect(200);
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, sink.secret);

    // When an event comes at once, both secrets prove it; after 24 hours only the new one.
    let send = async |count: usize| {
        partner
            .api
            .post(&format!("{path}/test/"), &json!({}))
            .await
            .expect(202);
        sink.until("the test arrived", |sink| sink.taken().len() == count)
            .await;
        sink.taken().pop().unwrap()
    };
    let soon = send(1).await;
    assert!(soon.is_genuine(&sink.secret) && soon.is_genuine(&new));
    app.advance_seconds(24 * 3600 + 1);
    let later = send(2).await;
    assert!(!later.is_genuine(&sink.secret) && later.is_genuine(&new));
    // A secret of the partner's own is taken if it is one.
    let own = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
    let rotated = partner
        .api
        .post(&format!("{path}/rotate-secret/"), &json!({"secret": own}))
        .await
        .expect(200);
    assert_eq!(rotated["secret"], own);
    let wrong = partner
        .api
        .post(
            &format!("{path}/rotate-secret/"),
            &json!({"secret": "hunter2"}),
        )
        .await;
    wrong.refused_fields("invalid_body", &[("secret", "invalid_format")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_replayed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given events from before the endpoint was there.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let early = partner.customer().await;
    app.advance_seconds(10);
    let since = app.now();
    let order = id(&partner
        .invest(&early, 2, json!({"accepted_at": app.ago(5)}))
        .await);
    let events = partner.feed().await;
    assert_eq!(events.len(), 3);
    let sink = WebhookSink::start().await;
    let endpoint = id(&partner.subscribe(&sink).await);
    let path = format!("webhook-endpoints/{endpoint}/replay/");

    // When one is replayed, and then all since a time.
    let one = partner
        .api
        .post(&path, &json!({"event_id": events[0]["id"]}))
        .await
        .expect(202);
    assert_eq!(one["queued"], 1);
    sink.until("the first is back", |sink| sink.taken().len() == 1)
        .await;
    assert_eq!(sink.taken()[0].event, events[0]);
    let all = partner
        .api
        .post(&path, &json!({"since": since}))
        .await
        .expect(202);
    assert_eq!(all["queued"], 2);
    sink.until("the others are back", |sink| sink.taken().len() == 3)
        .await;

    // Then they are the very same events, in order.
    let replayed: Vec<Value> = sink
        .of_investment(&order)
        .iter()
        .map(|received| received.event.clone())
        .collect();
    assert_eq!(replayed, events[1..]);
    partner
        .api
        .post(&path, &json!({"event_id": Uuid::new_v4()}))
        .await
        .refused("not_found");
    partner
        .api
        .post(&path, &json!({}))
        .await
        .refused("invalid_body");
    let both = json!({"event_id": events[0]["id"], "since": since});
    partner.api.post(&path, &both).await.refused("invalid_body");
    partner
        .api
        .post(&path, &json!({"since": "monday"}))
        .await
        .refused_fields("invalid_body", &[("since", "invalid_format")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_hears_of_what_it_asked_for(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given endpoints for each type of event, one switched off, and one for all.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (of_orders, of_investors, off, all) = (
        WebhookSink::start().await,
        WebhookSink::start().await,
        WebhookSink::start().await,
        WebhookSink::start().await,
    );
    for (sink, types) in [
        (&of_orders, json!(["investment.status_changed"])),
        (&of_investors, json!(["investor.kyc_status_changed"])),
        (&off, json!([])),
        (&all, json!([])),
    ] {
        let body = json!({"url": sink.url, "secret": sink.secret, "event_types": types});
        let endpoint = id(&partner
            .api
            .post("webhook-endpoints/", &body)
            .await
            .expect(201));
        if sink.url == off.url {
            partner
                .api
                .patch(
                    &format!("webhook-endpoints/{endpoint}/"),
                    &json!({"enabled": false}),
                )
                .await
                .expect(200);
        }
    }
    // When something of each happens.
    let customer = partner.customer().await;
    partner.invest(&customer, 2, json!({})).await;
    all.until("both arrived", |sink| sink.taken().len() == 2)
        .await;
    of_orders
        .until("the order's", |sink| sink.taken().len() == 1)
        .await;
    of_investors
        .until("the investor's", |sink| sink.taken().len() == 1)
        .await;

    // Then each heard of its own.
    assert_eq!(
        of_orders.taken()[0].text("type"),
        "investment.status_changed"
    );
    assert_eq!(
        of_investors.taken()[0].text("type"),
        "investor.kyc_status_changed"
    );
    assert!(off.all().is_empty());
}
