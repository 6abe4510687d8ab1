//! Whatever the partner's application asks for is under way at once: desks are woken, and do not find it at their next look.

use std::time::Duration;

use database::testing::Backend;
use rstest::rstest;
use serde_json::json;
use testkit::people;

use crate::client::id;
use crate::proxy::{Mode, Proxy};
use crate::stage::{Stage, Wanted, environment, eventually};

/// Longer than any of these tests is patient.
const SELDOM: Duration = Duration::from_secs(600);

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_change_wakes_the_desks_that_it_concerns(#[case] backend: Backend) {
    let stage = stage(backend, 2).await;
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    let investor = &customer.investor;
    for campaign in &stage.campaigns {
        let order = shop.order(&customer, campaign, &stage.ago(60)).await;
        shop.post("investments/", &order).await.expect(201);
    }

    let moved = json!({"natural_person": {"street": "Weckerstieg 3"}});
    let path = format!("investors/{investor}/");
    shop.patch(&path, &moved).await.expect(200);
    is_everywhere(&stage, investor).await;
    assert_eq!(
        stage.there(1, investor).await["natural_person"]["street"],
        "Weckerstieg 3"
    );

    let wallet = json!({"address": people::wallet_address(), "receiving_enabled": true});
    let wallets = format!("{path}wallets/eth-generic/");
    let wallet = id(&shop.post(&wallets, &wallet).await.expect(201));
    is_everywhere(&stage, investor).await;
    let closed = json!({"receiving_enabled": false});
    shop.patch(&format!("{path}wallets/{wallet}/"), &closed)
        .await
        .expect(200);
    is_everywhere(&stage, investor).await;

    stage.proxies[0].set(Mode::Fail(422));
    let moved = json!({"natural_person": {"street": "Weckerstieg 4"}});
    shop.patch(&path, &moved).await.expect(200);
    stage.reaches(investor, 0, "refused").await;
    stage.proxies[0].set(Mode::Through);
    let retry = format!("{path}environments/{}/retry/", stage.names[0]);
    shop.post(&retry, &json!({})).await.expect(204);
    is_everywhere(&stage, investor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_investor_wakes_the_home() {
    let stage = stage(Backend::Sqlite, 1).await;
    let access = stage.app.environment(1);
    let proxy = Proxy::start(&access.url).await;
    let credential = (
        access.distributor.client_id.as_str(),
        access.distributor.client_secret.as_str(),
    );
    let home = environment("home", &proxy.url, None, credential);
    gateway::apply_environment(&stage.gateway, home)
        .await
        .unwrap();
    // The home has a desk, which has nothing to do.
    eventually("the home is asked for its assets", async || {
        let status = stage.partner.get("environments/").await.expect(200);
        let mut all = status["environments"].as_array().unwrap().iter();
        all.any(|one| one["name"] == "home" && one["compared_at"].is_string())
            .then_some(())
    })
    .await;

    let person = people::natural_person();
    let created = stage.partner.post("investors/", &person).await;
    let investor = id(&created.expect(201));
    eventually("the investor is at home", async || {
        let places = stage.partner.places(&investor).await;
        (places[0]["state"] == "synced").then_some(())
    })
    .await;
}

async fn stage(backend: Backend, environments: usize) -> Stage {
    let wanted = Wanted {
        backend,
        environments,
        webhooks: true,
    };
    Stage::set_looking(wanted, SELDOM).await
}

async fn is_everywhere(stage: &Stage, investor: &str) {
    for index in 0..stage.names.len() {
        stage.reaches(investor, index, "synced").await;
    }
}
