//! What stands between a paid order and its token, and that nothing else does.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::{Backend, TestApp, chain, people};

fn paid(app: &TestApp) -> Value {
    json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)})
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_wallet_blocks(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    // Given a paid order that names no wallet.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let mut order = partner.order(&customer.investor, 2);
    testkit::partner::add(&mut order, paid(&app));
    let order = partner.api.post("investments/", &order).await.expect(201);
    assert_eq!(
        (&order["status"], &order["blocked_by"]),
        (&json!("PAID"), &json!("wallet_missing"))
    );

    // When one is named, by its address, it is delivered.
    let path = format!("investments/{}/", id(&order));
    let named = partner
        .api
        .patch(&path, &json!({"wallet": customer.address}))
        .await
        .expect(200);
    assert_eq!(named["wallet"], customer.wallet);
    partner.reaches(&id(&order), "DELIVERED").await;
    assert_eq!(chain::balance(&app, 0, &customer.address).await, 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_identification_that_is_gone_blocks(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an accepted order of an investor whose name has changed since.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let order = id(&partner
        .invest(&customer, 2, json!({"accepted_at": app.ago(30)}))
        .await);
    app.advance_seconds(1);
    let renamed = json!({"natural_person": {"surname": "Möwe"}});
    partner
        .api
        .patch(&format!("investors/{}/", customer.investor), &renamed)
        .await
        .expect(200);

    // When it is paid, it waits.
    let path = format!("investments/{order}/");
    let waiting = partner
        .api
        .patch(&path, &json!({"paid_at": app.ago(5)}))
        .await
        .expect(200);
    assert_eq!(
        (&waiting["status"], &waiting["blocked_by"]),
        (&json!("PAID"), &json!("identification"))
    );

    // When the investor is identified anew, it goes on.
    app.advance_seconds(1);
    partner.identify(&customer.investor).await;
    partner.reaches(&order, "DELIVERED").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn missing_tax_information_blocks(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let mut body = people::natural_person();
    body.as_object_mut().unwrap().remove("tax_information");
    let investor = id(&partner.api.post("investors/", &body).await.expect(201));
    partner.identify(&investor).await;
    let customer = partner.with_wallet(investor).await;
    let order = partner.invest(&customer, 2, paid(&app)).await;
    assert_eq!(order["blocked_by"], "wallet_not_eligible");

    let tax = json!({"tax_information": {"tax_identification_number": "65929970489"}});
    partner
        .api
        .patch(&format!("investors/{}/", customer.investor), &tax)
        .await
        .expect(200);

    partner.reaches(&id(&order), "DELIVERED").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_takes_nothing_blocks(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let wallet = format!(
        "investors/{}/wallets/{}/",
        customer.investor, customer.wallet
    );
    partner
        .api
        .patch(&wallet, &json!({"receiving_enabled": false}))
        .await
        .expect(200);
    let order = partner.invest(&customer, 2, paid(&app)).await;
    assert_eq!(order["blocked_by"], "receiving_disabled");

    partner
        .api
        .patch(&wallet, &json!({"receiving_enabled": true}))
        .await
        .expect(200);

    partner.reaches(&id(&order), "DELIVERED").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_wallet_blocks(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    // Given a wallet that the registrar has stopped; there is no operation for it yet.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let freeze = database::Sql("update wallets set frozen = $1 where id = $2");
    let wallet: uuid::Uuid = customer.wallet.parse().unwrap();
    let done = app
        .app
        .registry
        .db
        .write(move |tx| tx.execute(freeze, &[true.into(), wallet.into()]));
    assert_eq!(done.await.unwrap(), 1);

    let order = partner.invest(&customer, 2, paid(&app)).await;
    assert_eq!(order["blocked_by"], "wallet_frozen");
    app.settle().await;
    assert_eq!(partner.investment(&id(&order)).await["status"], "PAID");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn many_deliveries_of_one_wallet_add_up(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given twenty paid orders of one customer, in two environments of which each has its own token.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let mut orders = Vec::new();
    for _ in 0..20 {
        orders.push(id(&partner.invest(&customer, 7, paid(&app)).await));
    }
    // When all are delivered.
    for order in &orders {
        partner.reaches(order, "DELIVERED").await;
    }
    // Then the sum is in the wallet, in the register, and the issuer's holding is that much smaller.
    assert_eq!(chain::balance(&app, 0, &customer.address).await, 140);
    assert_eq!(chain::balance(&app, 1, &customer.address).await, 0);
    let register = app.register(0).await;
    let holdings = register["holdings"].as_array().unwrap();
    let issuer = holdings
        .iter()
        .find(|holding| holding["is_issuer"] == true)
        .unwrap();
    assert_eq!(issuer["units"], 12_000 - 140);
    assert_eq!(holdings.len(), 2);
    assert_eq!(register["issue_volume"], 12_000);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_has_its_statement_and_the_register_proves_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a delivery of a crypto security and one of another token.
    let app = TestApp::start(backend).await;
    let (ewpg, other) = (app.partner(0).await, app.partner(1).await);
    let (first, second) = (ewpg.customer().await, other.customer().await);
    let delivered = id(&ewpg.invest(&first, 9, paid(&app)).await);
    let order = id(&other.invest(&second, 4, json!({})).await);
    let issuer = app.issuer(1).await;
    for action in ["accept", "mark-paid"] {
        issuer
            .post(&format!("investments/{order}/{action}/"), &json!({}))
            .await
            .expect(200);
    }
    ewpg.reaches(&delivered, "DELIVERED").await;
    other.reaches(&order, "DELIVERED").await;

    // Then only the crypto security has a register statement.
    let path = format!("investments/{delivered}/registry-statements/");
    let statements = ewpg.api.get(&path).await.expect(200);
    assert_eq!(
        (&statements["count"], &statements["results"][0]["units"]),
        (&json!(1), &json!(9))
    );
    let path = format!("investments/{order}/registry-statements/");
    assert_eq!(other.api.get(&path).await.expect(200)["count"], 0);

    // And the journal replays to the holdings.
    let verdicts = registry::register_check::verify(&app.app.registry, None)
        .await
        .unwrap();
    assert_eq!(verdicts.len(), 4);
    for verdict in verdicts {
        assert_eq!(verdict.problem, None, "{}", verdict.isin);
    }
}
