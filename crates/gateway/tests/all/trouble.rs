//! Environments that are down, slow, wrong or unwilling: nothing is lost, nothing is sent twice, and nobody else waits.

use std::time::{Duration, Instant};

use database::testing::Backend;
use rstest::rstest;
use serde_json::json;
use testkit::people;

use crate::client::id;
use crate::proxy::Mode;
use crate::stage::{Stage, environment, eventually};

#[rstest]
#[case::server_error(Mode::Fail(500))]
#[case::maintenance_page(Mode::Html(200))]
#[case::gateway_page(Mode::Html(502))]
#[case::hanging(Mode::Hang)]
#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_fails_delays_no_other_and_catches_up(#[case] mode: Mode) {
    let stage = Stage::start(Backend::Sqlite).await;
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    for campaign in &stage.campaigns {
        let order = shop.order(&customer, campaign, &stage.ago(60)).await;
        shop.post("investments/", &order).await.expect(201);
    }

    stage.proxies[0].set(mode);
    for street in ["Erste Gasse 1", "Zweite Gasse 2", "Dritte Gasse 3"] {
        let begun = Instant::now();
        let patch = json!({"natural_person": {"street": street}});
        shop.patch(&format!("investors/{}/", customer.investor), &patch)
            .await
            .expect(200);
        stage.reaches(&customer.investor, 1, "synced").await;
        assert!(
            begun.elapsed() < Duration::from_secs(3),
            "the other environment waited"
        );
    }
    let place = stage.reaches(&customer.investor, 0, "unreachable").await;
    assert!(
        place["unreachable_since"].is_string() && place["trouble"].is_string(),
        "{place}"
    );
    let seen = shop.get(&format!("investors/{}/", customer.investor)).await;
    assert_eq!(seen.state.as_deref(), Some("unreachable"));
    assert_eq!(seen.body["natural_person"]["street"], "Dritte Gasse 3");

    stage.proxies[0].set(Mode::Through);
    stage.reaches(&customer.investor, 0, "synced").await;
    assert_eq!(
        stage.there(0, &customer.investor).await["natural_person"]["street"],
        "Dritte Gasse 3"
    );
    let patches = stage.proxies[0].taken("PATCH /distributor/v2/investors/");
    assert_eq!(patches, 3, "each update has reached it once, in order");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_order_waits_for_its_environment_and_is_placed_once(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    stage.proxies[0].set(Mode::Fail(503));

    let waits = shop
        .post_with_key("investments/", "order-7", &order)
        .await
        .expect(503);
    assert_eq!(waits["code"], "unavailable");
    let waiting = shop.get("investments/waiting/").await.expect(200);
    assert_eq!(waiting["results"][0]["idempotency_key"], "order-7");
    // An update while the creation waits.
    let patch = json!({"natural_person": {"street": "Unterwegs 5"}});
    shop.patch(&format!("investors/{}/", customer.investor), &patch)
        .await
        .expect(200);

    stage.proxies[0].set(Mode::LoseAnswers);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    stage.proxies[0].set(Mode::Through);
    let placed = eventually("the order is placed", async || {
        let reply = shop.post_with_key("investments/", "order-7", &order).await;
        (reply.status == 201).then_some(reply.body)
    })
    .await;

    let listed = stage.session(0).await.get("investments/").await.expect(200);
    assert_eq!(
        (listed["count"].clone(), id(&listed["results"][0])),
        (json!(1), id(&placed))
    );
    let investors = stage.session(0).await.get("investors/").await.expect(200);
    assert_eq!(investors["count"], 1);
    stage.reaches(&customer.investor, 0, "synced").await;
    assert_eq!(
        stage.there(0, &customer.investor).await["natural_person"]["street"],
        "Unterwegs 5"
    );
    assert_eq!(
        shop.get("investments/waiting/").await.expect(200)["count"],
        0
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_an_environment_refuses_is_shown_and_made_good_by_the_next_change(
    #[case] backend: Backend,
) {
    let stage = Stage::start(backend).await;
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    shop.post("investments/", &order).await.expect(201);
    let path = format!("investors/{}/", customer.investor);

    let wrong = json!({"bank_account": {"iban": "DE00 0000"}, "natural_person": {"street": "Falsche Gasse 1"}});
    shop.patch(&path, &wrong).await.expect(200);
    let place = stage.reaches(&customer.investor, 0, "refused").await;
    assert_eq!(
        place["refusals"][0]["problem"]["errors"][0]["field"], "bank_account.iban",
        "{place}"
    );

    let right = json!({"bank_account": {"iban": "DE89370400440532013000"}});
    shop.patch(&path, &right).await.expect(200);
    stage.reaches(&customer.investor, 0, "synced").await;
    let there = stage.there(0, &customer.investor).await;
    assert_eq!(there["bank_account"]["iban"], "DE89370400440532013000");
    assert_eq!(
        there["natural_person"]["street"], "Falsche Gasse 1",
        "the refused change came along"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_investor_that_is_not_taken_refuses_its_orders_until_it_is_put_right() {
    let stage = Stage::start(Backend::Sqlite).await;
    let shop = &stage.partner;
    let mut person = people::natural_person();
    person["natural_person"]["is_subject_to_us_tax"] = json!(true);
    let investor = id(&shop.post("investors/", &person).await.expect(201));
    let customer = shop.complete(&investor, &stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;

    let refused = shop
        .post_with_key("investments/", "order-9", &order)
        .await
        .expect(422);
    assert_eq!(refused["code"], "us_tax_not_accepted");
    let right = json!({"natural_person": {"is_subject_to_us_tax": false}});
    shop.patch(&format!("investors/{investor}/"), &right)
        .await
        .expect(200);

    shop.post_with_key("investments/", "order-9", &order)
        .await
        .expect(201);
    stage.reaches(&investor, 0, "synced").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_shown_and_work_goes_on_with_the_right_ones() {
    let stage = Stage::start(Backend::Sqlite).await;
    let shop = &stage.partner;
    let access = stage.app.environment(0);
    let mut wrong = environment(
        &access.name,
        &stage.proxies[0].url,
        Some(&access.campaign_id),
        (
            &access.distributor.client_id,
            &access.distributor.client_secret,
        ),
    );
    wrong.client_secret = "of another environment".to_owned();
    gateway::apply_environment(&stage.gateway, wrong)
        .await
        .unwrap();
    let customer = shop.customer(&stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    shop.post_with_key("investments/", "order-3", &order)
        .await
        .expect(503);
    let place = stage.reaches(&customer.investor, 0, "unreachable").await;
    assert!(
        place["trouble"]
            .as_str()
            .unwrap()
            .contains("token endpoint"),
        "{place}"
    );

    let right = environment(
        &access.name,
        &stage.proxies[0].url,
        Some(&access.campaign_id),
        (
            &access.distributor.client_id,
            &access.distributor.client_secret,
        ),
    );
    gateway::apply_environment(&stage.gateway, right)
        .await
        .unwrap();

    eventually("the order is placed", async || {
        (shop
            .post_with_key("investments/", "order-3", &order)
            .await
            .status
            == 201)
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_nobody_knows_disturb_nobody() {
    let stage = Stage::start(Backend::Sqlite).await;
    stage.proxies[0].set(Mode::Chatty);
    let shop = &stage.partner;
    let customer = shop.customer(&stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &stage.campaigns[0], &stage.ago(60))
        .await;
    let placed = shop.post("investments/", &order).await.expect(201);
    assert_eq!(
        placed["of_tomorrow"]["unknown"],
        json!([1, 2, 3]),
        "it is handed on"
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_cut_off_anywhere_is_followed_by_one_that_goes_on(
    #[case] backend: Backend,
) {
    let mut stage = Stage::start(backend).await;
    let shop = stage.partner.clone();
    for proxy in &stage.proxies {
        proxy.set(Mode::Slow(Duration::from_millis(20)));
    }
    let mut investors = Vec::new();
    for round in 0..4 {
        let customer = shop.customer(&stage.ago(86_400)).await;
        let orders: Vec<_> = stage.campaigns.iter().enumerate().collect();
        for (index, campaign) in orders {
            let order = shop.order(&customer, campaign, &stage.ago(60)).await;
            let (shop, key) = (shop.clone(), format!("order-{round}-{index}"));
            tokio::spawn(async move { shop.post_with_key("investments/", &key, &order).await });
        }
        let patch = json!({"natural_person": {"street": format!("Gasse {round}")}});
        shop.patch(&format!("investors/{}/", customer.investor), &patch)
            .await
            .expect(200);
        tokio::time::sleep(Duration::from_millis(40 + 35 * round)).await;
        stage.kill_worker().await;
        stage.start_worker();
        investors.push(customer.investor);
    }

    for (round, investor) in investors.iter().enumerate() {
        for index in 0..2 {
            stage.reaches(investor, index, "synced").await;
            let there = stage.there(index, investor).await;
            assert_eq!(there["natural_person"]["street"], format!("Gasse {round}"));
        }
    }
    for index in 0..2 {
        let session = stage.session(index).await;
        assert_eq!(session.get("investors/").await.expect(200)["count"], 4);
        assert_eq!(session.get("investments/").await.expect(200)["count"], 4);
    }
}
