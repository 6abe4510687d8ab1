//! Statements of the register through the gateway: announced, asked for and downloaded under its address.

use database::testing::Backend;
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::client::id;
use crate::proxy::Mode;
use crate::stage::{Stage, eventually};

/// A delivered investment of a new customer.
async fn delivered(stage: &Stage) -> String {
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    let mut order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    order["accepted_at"] = json!(stage.ago(50));
    order["paid_at"] = json!(stage.ago(40));
    id(&shop.post("investments/", &order).await.expect(201))
}

/// The statement once its document is made.
async fn ready(stage: &Stage, statement: &str) -> Value {
    let path = format!("registry-statements/{statement}/");
    eventually("the document is made", async || {
        let seen = stage.partner.get(&path).await.expect(200);
        (seen["status"] == "ready").then_some(seen)
    })
    .await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_downloaded_where_it_was_announced(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let investment = delivered(&stage).await;

    // The event alone is enough to fetch the document.
    let told = eventually("the stream tells of the statement", async || {
        let feed = shop.get("events/?page_size=500").await.expect(200);
        let all = feed["results"].as_array()?.clone();
        all.into_iter()
            .find(|event| event["type"] == "registry_statement.available")
    })
    .await;
    assert_eq!(told["investment_id"], json!(investment));
    let announced = told["registry_statement_id"].as_str().unwrap();
    let statement = ready(&stage, announced).await;
    let path = format!("registry-statements/{announced}/document/");
    let expected = format!("{}/distributor/v2/{path}", stage.url);
    assert_eq!(statement["document_url"], json!(expected));
    let (bytes, kind) = shop.download(&path).await;
    assert_eq!(kind, "application/pdf");
    let sha256 = hex::encode(Sha256::digest(&bytes));
    assert_eq!(statement["sha256"], json!(sha256));

    // One more is made on request, once for one key.
    let path = format!("investments/{investment}/registry-statements/");
    let body = json!({"language": "en"});
    let made = shop.post_with_key(&path, "more-1", &body).await.expect(201);
    let again = shop.post_with_key(&path, "more-1", &body).await.expect(201);
    assert_eq!(id(&again), id(&made));
    let more = ready(&stage, &id(&made)).await;
    assert_eq!(more["reason"], "request");
    assert_eq!(more["language"], "en");
    let listed = shop.get(&path).await.expect(200);
    assert_eq!(listed["count"], 2);
    assert_eq!(listed["results"][0], statement);
    assert_eq!(listed["results"][1], more);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_environment_refuses_is_its_refusal(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let investment = delivered(&stage).await;
    let path = format!("investments/{investment}/registry-statements/");
    let refused = shop.post(&path, &json!({"language": "fr"})).await;
    assert_eq!(refused.expect(400)["errors"][0]["field"], "language");
    let unknown = Uuid::new_v4();
    for path in [
        format!("registry-statements/{unknown}/"),
        format!("registry-statements/{unknown}/document/"),
        format!("investments/{unknown}/registry-statements/"),
    ] {
        assert_eq!(shop.get(&path).await.expect(404)["code"], "not_found");
    }

    // An environment that is away says nothing about the statement.
    let statement = eventually("a statement is listed", async || {
        let listed = shop.get(&path).await.expect(200);
        let first = listed["results"].get(0)?;
        Some(id(first))
    })
    .await;
    stage.proxies[0].set(Mode::Fail(503));
    let away = shop.get(&format!("registry-statements/{statement}/")).await;
    assert_eq!(away.expect(503)["code"], "unavailable");
}
