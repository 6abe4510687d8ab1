//! The blocking client: the same calls without a runtime, and a refusal within one.

use axum::response::IntoResponse;
use cashlink_sdk::blocking::Client;
use cashlink_sdk::{Error, InvestmentFilter, Key};
use serde_json::json;
use wire::wallets::ManagedWalletCreate;

use crate::stand_in::{ID, StandIn, created};

#[tokio::test(flavor = "multi_thread")]
async fn a_program_without_a_runtime_calls_the_same_api() {
    let server = StandIn::start(|_, asked| match asked.path.ends_with("/investments/") {
        true => axum::Json(json!({"count": 1, "next": null, "results": [{"id": ID, "units": 4}]}))
            .into_response(),
        false => created(),
    })
    .await;
    let environment = server.environment();
    let calls = std::thread::spawn(move || {
        let client = Client::new(environment).unwrap();
        client.sign_in().unwrap();
        let distributor = client.distributor();
        // Calls of several threads share the one that waits.
        std::thread::scope(|scope| {
            for number in 0..4 {
                let distributor = distributor.clone();
                scope.spawn(move || {
                    let body = ManagedWalletCreate::default();
                    let key = Key::of(format!("wallet-{number}"));
                    let investor = ID.parse().unwrap();
                    distributor
                        .create_managed_wallet(investor, &body, &key)
                        .unwrap();
                });
            }
        });
        let list = distributor.list_investments(&InvestmentFilter::default());
        let units: Vec<u64> = list
            .into_iter()
            .map(|entry| entry.unwrap().units.unwrap())
            .collect();
        assert_eq!(units, [4]);
        client
            .issuer()
            .list_investments(&InvestmentFilter::default())
            .all(1)
            .unwrap()
            .len()
    });
    let listed = tokio::task::spawn_blocking(|| calls.join()).await.unwrap();
    assert_eq!(listed.unwrap(), 1);
    assert_eq!(server.tokens().len(), 1);
    assert_eq!(server.calls().len(), 6);
}

#[tokio::test]
async fn within_a_runtime_it_says_so_instead_of_stopping_it() {
    let server = StandIn::start(|_, _| created()).await;
    let client = Client::new(server.environment()).unwrap();
    assert_eq!(client.sign_in(), Err(Error::WithinRuntime));
    let first = client.distributor().list_products().into_iter().next();
    assert_eq!(first.unwrap().unwrap_err(), Error::WithinRuntime);
    assert!(server.tokens().is_empty());
}
