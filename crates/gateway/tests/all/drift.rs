//! Environments that hold other data than the gateway: found, reported, and repaired where that is safe.

use database::testing::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::client::Customer;
use crate::stage::{Stage, environment, eventually};

/// A customer in the first environment, which then is told something else behind the gateway's back.
async fn drifted(stage: &Stage) -> Customer {
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    shop.post("investments/", &order).await.expect(201);
    let place = stage.reaches(&customer.investor, 0, "synced").await;
    let there = place["investor_id"].as_str().unwrap();
    let behind = json!({"natural_person": {"city": "Anderswo"}});
    let direct = stage.session(0).await;
    direct
        .patch(&format!("investors/{there}/"), &behind)
        .await
        .expect(200);
    customer
}

async fn report(stage: &Stage) -> Vec<Value> {
    let page = stage.partner.get("differences/").await.expect(200);
    page["results"].as_array().unwrap().clone()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn newer_data_there_is_reported_and_only_replaced_when_the_partner_says_so(
    #[case] backend: Backend,
) {
    let stage = Stage::start(backend).await;
    let access = stage.app.environment(0);
    let mut repairs = environment(
        &access.name,
        &stage.proxies[0].url,
        Some(&access.campaign_id),
        (
            &access.distributor.client_id,
            &access.distributor.client_secret,
        ),
    );
    repairs.repairs = true;
    gateway::apply_environment(&stage.gateway, repairs)
        .await
        .unwrap();
    let customer = drifted(&stage).await;

    stage
        .partner
        .post("differences/compare/", &json!({}))
        .await
        .expect(202);

    let found = eventually("the difference is found", async || {
        let found = report(&stage).await;
        (!found.is_empty()).then_some(found)
    })
    .await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        (&found[0]["field"], &found[0]["theirs"]),
        (&json!("natural_person.city"), &json!("Anderswo"))
    );
    assert_eq!(
        (&found[0]["ours"], &found[0]["state"]),
        (&json!("Darmstadt"), &json!("open"))
    );
    assert!(found[0]["since"].is_string());
    assert_eq!(
        stage.there(0, &customer.investor).await["natural_person"]["city"],
        "Anderswo"
    );

    let push = format!(
        "investors/{}/environments/{}/push/",
        customer.investor, stage.names[0]
    );
    stage.partner.post(&push, &json!({})).await.expect(202);
    eventually("ours is there again", async || {
        (stage.there(0, &customer.investor).await["natural_person"]["city"] == "Darmstadt")
            .then_some(())
    })
    .await;
    stage.reaches(&customer.investor, 0, "synced").await;
    stage
        .partner
        .post("differences/compare/", &json!({}))
        .await
        .expect(202);
    eventually("nothing differs any more", async || {
        report(&stage).await.is_empty().then_some(())
    })
    .await;
}
