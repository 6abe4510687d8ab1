//! The investor withdraws: before acceptance freely, then within the cancellation period, and never once the units are on their way.

use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, TestApp};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn before_acceptance_it_is_an_abortion(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let before = partner.available().await;
    // Given an order that waits for the identification, and one that waits for the issuer.
    let waiting = partner.with_wallet(partner.investor().await).await;
    let identified = partner.customer().await;
    for customer in [waiting, identified] {
        let order = id(&partner.invest(&customer, 3, json!({})).await);
        let path = format!("investments/{order}/cancel/");
        let ended = partner
            .api
            .call(reqwest::Method::POST, &path)
            .send()
            .await
            .expect(200);
        assert_eq!(ended["status"], "ABORTION");
        // Again it stays what it is; further steps are refused by name.
        assert_eq!(
            partner.api.post(&path, &json!({})).await.expect(200)["status"],
            "ABORTION"
        );
        let path = format!("investments/{order}/");
        partner
            .api
            .patch(&path, &json!({"accepted_at": app.ago(1)}))
            .await
            .refused("investment_state");
        partner
            .api
            .patch(&path, &json!({"wallet": customer.wallet}))
            .await
            .ok();
    }
    assert_eq!(partner.available().await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn within_the_period_it_is_a_cancellation(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an asset with 14 days, an accepted and a paid order.
    let app = TestApp::start(backend).await;
    let partner = app.partner(2).await;
    let customer = partner.customer().await;
    let before = partner.available().await;
    let accepted = id(&partner
        .invest(&customer, 5, json!({"accepted_at": app.ago(30)}))
        .await);
    let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let paid = partner.invest(&customer, 6, known).await;
    assert_eq!(
        (&paid["status"], &paid["blocked_by"]),
        (&json!("PAID"), &json!("cancellation_period"))
    );
    assert_eq!(partner.available().await, before - 11);

    // When the investor withdraws on the last day.
    app.advance_days(13);
    for order in [accepted, id(&paid)] {
        let ended = partner
            .api
            .post(&format!("investments/{order}/cancel/"), &json!({}))
            .await
            .expect(200);
        assert_eq!(ended["status"], "CANCELLATION");
    }

    // Then the units are free again and nothing is delivered.
    assert_eq!(partner.available().await, before);
    let register = app.register(2).await;
    assert_eq!(register["holdings"].as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn after_the_period_it_is_refused_and_the_units_are_delivered(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two paid orders in an asset with 14 days, of which one names no wallet.
    let app = TestApp::start(backend).await;
    let partner = app.partner(2).await;
    let customer = partner.customer().await;
    let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let paid = id(&partner.invest(&customer, 6, known.clone()).await);
    let mut walletless = partner.order(&customer.investor, 5);
    testkit::partner::add(&mut walletless, known);
    let walletless = id(&partner
        .api
        .post("investments/", &walletless)
        .await
        .expect(201));
    app.settle().await;
    assert_eq!(
        partner.investment(&paid).await["blocked_by"],
        "cancellation_period"
    );

    // When the period has passed, the delivery starts by itself …
    app.advance_days(15);
    let delivered = partner.reaches(&paid, "DELIVERED").await;
    assert_eq!(delivered["blocked_by"], json!(null));

    // … and nobody can withdraw, whether the units have come or still wait.
    for (order, code) in [
        (paid, "cancellation_refused"),
        (walletless, "cancellation_period_over"),
    ] {
        let path = format!("investments/{order}/cancel/");
        partner.api.post(&path, &json!({})).await.refused(code);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_period_and_once_on_their_way_it_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an asset without a period and a network whose worker rests.
    let mut app = TestApp::start(backend).await;
    app.stop_workers().await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let accepted = id(&partner
        .invest(&customer, 5, json!({"accepted_at": app.ago(30)}))
        .await);
    partner
        .api
        .post(&format!("investments/{accepted}/cancel/"), &json!({}))
        .await
        .refused("cancellation_refused");
    let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let paid = partner.invest(&customer, 6, known).await;
    assert_eq!(paid["status"], "PAID");
    let shown = partner.investment(&id(&paid)).await;
    assert_eq!(shown["blocked_by"], "delivery_in_progress");

    // When the units are on their way, neither withdrawal nor another wallet is possible.
    let path = format!("investments/{}/", id(&paid));
    partner
        .api
        .post(&format!("{path}cancel/"), &json!({}))
        .await
        .refused("delivery_started");
    let other = id(&partner
        .wallet(&customer.investor, &testkit::people::wallet_address())
        .await);
    partner
        .api
        .patch(&path, &json!({"wallet": other}))
        .await
        .refused("delivery_started");

    // And the worker that comes back delivers.
    app.start_workers();
    let delivered = partner.reaches(&id(&paid), "DELIVERED").await;
    assert_eq!(delivered["wallet"], customer.wallet);
}
