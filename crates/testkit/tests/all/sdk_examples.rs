//! The SDK's examples against a running network.

use rstest::rstest;
use sdk::webhooks::Inbox;
use testkit::app::eventually;
use testkit::{Backend, Setup, people};

#[path = "../../../sdk/examples/first_investment.rs"]
mod first_investment;
#[path = "../../../sdk/examples/webhook_receiver.rs"]
pub mod webhook_receiver;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_examples_sell_and_hear_of_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network in real time, and the example's receiver registered there.
    let app = Setup::new(backend).in_real_time().start().await;
    let partner = app.partner(0).await;
    let receiver = webhook_receiver::Receiver::new(Inbox::new().secret(SECRET).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
    let router = receiver.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let endpoint = serde_json::json!({"url": url, "secret": SECRET});
    partner
        .api
        .post("webhook-endpoints/", &endpoint)
        .await
        .expect(201);

    // When the example sells, twice with the same IDs of its own.
    let environment = app.environment(0);
    let sale = first_investment::Sale {
        environment: sdk::Environment {
            url: environment.url.clone(),
            client_id: environment.distributor.client_id.clone(),
            client_secret: environment.distributor.client_secret.clone(),
        },
        campaign_id: environment.campaign_id.parse().unwrap(),
        customer: "customer-4711".to_owned(),
        order: "order-1".to_owned(),
        wallet_address: people::wallet_address(),
        signed_at: app.ago(60),
    };
    let first = first_investment::sell(sale.clone()).await.unwrap();
    let second = first_investment::sell(sale).await.unwrap();

    // Then there is one investment, delivered, and every step of it was told.
    assert_eq!(first.id, second.id);
    assert!(first.transaction_hash.is_some());
    assert_eq!(
        partner.api.get("investments/").await.expect(200)["count"],
        1
    );
    assert_eq!(partner.api.get("investors/").await.expect(200)["count"], 1);
    eventually("every step is told", async || {
        let told = receiver.statuses(first.id);
        (told == ["WAITING_FOR_ACCEPTANCE", "ACCEPTED", "PAID", "DELIVERED"]).then_some(())
    })
    .await;
}
