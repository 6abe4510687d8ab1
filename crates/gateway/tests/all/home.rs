//! Homes, where every investor is, and what anybody may see of the gateway.

use database::testing::Backend;
use rstest::rstest;
use serde_json::json;
use testkit::people;

use crate::client::id;
use crate::proxy::Proxy;
use crate::stage::{Stage, Wanted, environment, eventually};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_home_gets_everybody_at_once_and_whoever_was_there_before(#[case] backend: Backend) {
    let stage = Stage::set(Wanted {
        backend,
        environments: 1,
        webhooks: true,
    })
    .await;
    let shop = &stage.partner;
    let before = id(&shop
        .post("investors/", &people::natural_person())
        .await
        .expect(201));
    assert!(shop.places(&before).await.is_empty());

    let access = stage.app.environment(1);
    let proxy = Proxy::start(&access.url).await;
    let home = environment(
        "home",
        &proxy.url,
        None,
        (
            &access.distributor.client_id,
            &access.distributor.client_secret,
        ),
    );
    gateway::apply_environment(&stage.gateway, home)
        .await
        .unwrap();
    let after = id(&shop
        .post("investors/", &people::natural_person())
        .await
        .expect(201));
    let moved = json!({"natural_person": {"city": "Gera"}});
    shop.patch(&format!("investors/{after}/"), &moved)
        .await
        .expect(200);

    for investor in [&before, &after] {
        eventually("the investor is at home", async || {
            let places = shop.places(investor).await;
            places
                .iter()
                .any(|place| place["environment"] == "home" && place["state"] == "synced")
                .then_some(())
        })
        .await;
    }
    let there = stage.session(1).await.get("investors/").await.expect(200);
    let mut cities: Vec<&str> = there["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["natural_person"]["city"].as_str().unwrap())
        .collect();
    cities.sort_unstable();
    assert_eq!(cities, ["Darmstadt", "Gera"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_shown_without_anybodys_data_and_the_rest_needs_a_token() {
    let stage = Stage::set(Wanted {
        backend: Backend::Sqlite,
        environments: 1,
        webhooks: true,
    })
    .await;
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    shop.post("investments/", &order).await.expect(201);

    let page = reqwest::get(&stage.url)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains(&stage.names[0]) && page.contains("answers"),
        "{page}"
    );
    assert!(!page.contains("Vogelsang"), "{page}");
    let status = shop.get("environments/").await.expect(200);
    assert_eq!(
        (
            &status["environments"][0]["investors"],
            &status["waiting_orders"]
        ),
        (&json!(1), &json!(0))
    );
    for path in ["investors/", "environments/", "differences/", "events/"] {
        let url = format!("{}/distributor/v2/{path}", stage.url);
        assert_eq!(reqwest::get(url).await.unwrap().status(), 401, "{path}");
    }
}
