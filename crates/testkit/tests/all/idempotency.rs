//! A repeat with the same key gets the first answer and changes nothing.

use std::sync::Mutex;

use futures_util::future::join_all;
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, TestApp, people};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an investor created with a key.
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    let first = api
        .post_with_key("investors/", "order-1", &people::natural_person())
        .await;
    assert_eq!(first.header("idempotent-replayed"), None);

    // When the request is repeated, under either name of the header, or with the fields in another order.
    let again = api
        .post_with_key("investors/", "order-1", &people::natural_person())
        .await;
    let draft = api
        .call(Method::POST, "investors/")
        .header("Idempotency-Key", "\"order-1\"");
    let draft = draft.json(&people::natural_person()).send().await;
    let text: String = people::natural_person().to_string();
    let spaced = api.call(Method::POST, "investors").key("order-1");
    let spaced = spaced
        .bytes("application/json", text.replace("\":", "\" :  "))
        .send()
        .await;

    // Then the answer is the same to the byte, says so, and there is one investor.
    for repeat in [again, draft, spaced] {
        assert_eq!(
            repeat.header("idempotent-replayed"),
            Some("true"),
            "{repeat}"
        );
        assert_eq!((repeat.status, &repeat.bytes), (first.status, &first.bytes));
    }
    assert_eq!(api.get("investors/").await.expect(200)["count"], 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn another_body_is_refused_and_names_the_resource(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a key that made an investor.
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    let made = id(&api
        .post_with_key("investors/", "order-1", &people::natural_person())
        .await
        .expect(201));

    // When it comes with another body.
    let mut other = people::natural_person();
    other["natural_person"]["forename"] = json!("Somebody");
    let refused = api
        .post_with_key("investors/", "order-1", &other)
        .await
        .refused("idempotency_key_reused");

    // Then it is refused, names what it made, and nothing was created.
    assert_eq!(refused["resource_id"], made);
    assert_eq!(api.get("investors/").await.expect(200)["count"], 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_client_method_and_path(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a key in use.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let investor = id(&partner
        .api
        .post_with_key("investors/", "k-1", &people::natural_person())
        .await
        .expect(201));

    // When another client, another path and another method use it.
    let theirs = id(&other
        .api
        .post_with_key("investors/", "k-1", &people::natural_person())
        .await
        .expect(201));
    let wallets = format!("investors/{investor}/wallets/eth-generic/");
    let wallet = json!({"address": people::wallet_address()});
    let wallet = partner.api.post_with_key(&wallets, "k-1", &wallet).await;
    let change = partner
        .api
        .call(Method::PATCH, &format!("investors/{investor}/"))
        .key("k-1");
    let change = change
        .json(&json!({"natural_person": {"street": "Elsewhere 1"}}))
        .send()
        .await;

    // Then each is a request of its own.
    assert_ne!(investor, theirs);
    for reply in [wallet, change] {
        assert_eq!(reply.header("idempotent-replayed"), None);
        reply.ok();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_leaves_its_key_free(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an order that is refused.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let order = partner.order(&customer.investor, 501);
    partner
        .api
        .post_with_key("investments/", "k-1", &order)
        .await
        .refused("units_above_maximum");

    // When it is mended and sent with the same key, it is taken.
    let order = partner.order(&customer.investor, 500);
    partner
        .api
        .post_with_key("investments/", "k-1", &order)
        .await
        .expect(201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn uploads_changes_and_decisions_repeat_too(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an upload with a key.
    let app = TestApp::start(backend).await;
    let partner = app.partner(1).await;
    let upload = async |text: &str| {
        let call = partner.api.call(Method::POST, "documents/").key("paper-1");
        call.file("paper.pdf", "application/pdf", &people::pdf(text))
            .send()
            .await
    };
    let first = upload("one").await.expect(201);
    assert_eq!(upload("one").await.expect(201), first);
    assert_eq!(
        upload("two").await.refused("idempotency_key_reused")["resource_id"],
        first["id"]
    );

    // And an issuer's decision, which tells the partner once however often it is sent.
    let customer = partner.customer().await;
    let order = id(&partner.invest(&customer, 2, json!({})).await);
    let issuer = app.issuer(1).await;
    let path = format!("investments/{order}/accept/");
    for _ in 0..3 {
        issuer
            .post_with_key(&path, "decision-1", &json!({}))
            .await
            .expect(200);
    }
    let told = partner.feed().await;
    let accepted = told.iter().filter(|event| event["status"] == "ACCEPTED");
    assert_eq!(accepted.count(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_concurrent_repeats_make_one_investment(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an order that a nervous client sends two hundred times at once.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let before = partner.available().await;
    let order = partner.order(&customer.investor, 3);
    let replies =
        join_all((0..200).map(|_| partner.api.post_with_key("investments/", "nervous", &order)))
            .await;

    // Then each answer is the one investment, or says that it is still being worked on.
    let mut made = Vec::new();
    for reply in replies {
        match reply.status {
            201 => made.push(id(&reply.body)),
            _ => _ = reply.refused("idempotency_in_flight"),
        }
    }
    made.dedup();
    assert_eq!(made.len(), 1);
    assert_eq!(
        partner.api.get("investments/").await.expect(200)["count"],
        1
    );
    assert_eq!(partner.available().await, before - 3);
}

/// Only PostgreSQL gives up on a lock; SQLite's one writer lets everybody wait in line.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_meets_a_lock_may_be_repeated_on_postgres() {
    // Given an investor that another transaction holds.
    let app = TestApp::start(Backend::Postgres).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let held: uuid::Uuid = investor.parse().unwrap();
    let (locked, is_locked) = tokio::sync::oneshot::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let told = Mutex::new((Some(locked), released));
    let db = app.app.registry.db.clone();
    let holder = tokio::spawn(async move {
        let lock = database::Sql("select id from investors where id = $1 for update");
        db.write(move |tx| -> Result<(), database::DatabaseError> {
            tx.query_one(lock, &[held.into()])?;
            let mut told = told.lock().unwrap();
            if let Some(locked) = told.0.take() {
                locked.send(()).unwrap();
            }
            // An error means that the test is over.
            let _ = told.1.recv();
            Ok(())
        })
        .await
    });
    is_locked.await.unwrap();

    // When it is changed, the server does not wait for ever; when the other has ended, the same request goes through.
    let change = json!({"natural_person": {"city": "Worms"}});
    let path = format!("investors/{investor}/");
    let send = async || {
        partner
            .api
            .call(Method::PATCH, &path)
            .key("k-1")
            .json(&change)
            .send()
            .await
    };
    let refused = send().await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.refused("idempotency_in_flight");
    release.send(()).unwrap();
    holder.await.unwrap().unwrap();
    assert_eq!(send().await.expect(200)["natural_person"]["city"], "Worms");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_key_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = app.partner(0).await.api;
    for (name, value) in [
        ("X-Idempotency-Key", "".to_owned()),
        ("X-Idempotency-Key", "with space".to_owned()),
        ("X-Idempotency-Key", "x".repeat(256)),
        ("Idempotency-Key", "\"unfinished".to_owned()),
    ] {
        let call = api.call(Method::POST, "investors/").header(name, &value);
        call.json(&people::natural_person())
            .send()
            .await
            .refused("invalid_idempotency_key");
    }
    let both = api
        .call(Method::POST, "investors/")
        .key("a")
        .header("Idempotency-Key", "b");
    both.json(&people::natural_person())
        .send()
        .await
        .refused("invalid_idempotency_key");
    assert_eq!(api.get("investors/").await.expect(200)["count"], 0);
}
