//! Under which licence a platform sells, at every investment (regulation 5.1, DIS-01).

use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, Setup, TestApp};

/// The sample network in which the first platform has this licence.
async fn licensed(backend: Backend, licence: serde_json::Value) -> TestApp {
    let setup = Setup::new(backend);
    let setup = setup.network(move |network| network["platforms"][0]["licence"] = licence);
    setup.start().await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn dis_01_a_broker_under_34f_sells_no_bonds(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a broker for Vermögensanlagen, whose network has a bond and a participation right.
    let licence = json!({
        "type": "gewo_34f", "services": ["asset_investments"], "authority": "IHK Potsdam", "number": "D-F-159-0001-01",
        "valid_from": "2024-01-01",
    });
    let app = licensed(backend, licence).await;
    let (bond, right) = (app.partner(0).await, app.partner(1).await);

    // When it sells the bond it is refused, and nothing is taken from the campaign.
    let available = bond.available().await;
    let customer = bond.customer().await;
    bond.api
        .post("investments/", &bond.order(&customer.investor, 1))
        .await
        .refused("licence_does_not_cover");
    assert_eq!(bond.available().await, available);

    // The participation right it may sell.
    let customer = right.customer().await;
    right.invest(&customer, 2, json!({})).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn dis_01_an_expired_licence_stops_new_investments_by_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a licence that ends with the month, and an investment of before.
    let licence = json!({
        "type": "wpig_15", "services": ["investment_brokerage"], "authority": "BaFin", "number": "10012345",
        "valid_from": "2024-01-01", "valid_to": "2026-06-30",
    });
    let app = licensed(backend, licence).await;
    let partner = app.partner(0).await;
    let customer = partner.customer().await;
    let running = id(&partner.invest(&customer, 1, json!({})).await);
    let order = partner.order(&customer.investor, 1);
    app.advance_days(29);
    partner.api.post("investments/", &order).await.expect(201);

    // When the last day is over, nobody has to do anything for new ones to be refused.
    app.advance_days(1);
    partner
        .api
        .post("investments/", &order)
        .await
        .refused("licence_expired");

    // Reading and what runs go on.
    let accepted =
        json!({"accepted_at": app.ago(60), "paid_at": app.ago(30), "wallet": customer.wallet});
    let path = format!("investments/{running}/");
    partner.api.patch(&path, &accepted).await.expect(200);
    partner.reaches(&running, "DELIVERED").await;
}
