//! An order's way from its creation to payment, request by request, each with a key that outlives the server.

use std::time::Duration;

use alloy::signers::local::PrivateKeySigner;
use domain::Timestamp;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::client::{Session, id};

/// One environment as broker and issuer reach it.
#[derive(Clone)]
pub struct Market {
    pub environment: String,
    pub distributor: Session,
    pub issuer: Session,
    pub campaign_id: String,
    pub product_id: String,
    pub token_address: String,
    pub chain_id: u64,
    /// Whether the broker may report acceptance and payment.
    pub has_mandates: bool,
    pub customers: Vec<Customer>,
}

/// An investor of one environment that can receive.
#[derive(Clone)]
pub struct Customer {
    pub investor: String,
    pub wallet: String,
    pub address: String,
    pub key: PrivateKeySigner,
}

/// Who says that an order is accepted and paid, and how.
#[derive(Clone, Copy, Debug)]
enum Steps {
    /// The broker, with the order.
    AtOnce,
    /// The broker, one after the other.
    Reported,
    /// The issuer.
    Issuer,
    /// The issuer, in a batch.
    IssuersBatch,
}

/// An order of one customer.
#[derive(Clone, Debug)]
pub struct Order {
    pub market: usize,
    pub customer: usize,
    pub units: u64,
    /// What every request's key begins with; the one of the creation is all of it.
    pub key: String,
    pub body: Value,
    /// Known once the creation was answered.
    pub id: Option<String>,
    steps: Steps,
    accepted_at: String,
    paid_at: String,
    /// How long the customer hesitates.
    pause: Duration,
}

impl Order {
    /// An order that the randomness decides.
    pub fn new(rng: &mut StdRng, markets: &[Market]) -> Self {
        let market = rng.random_range(0..markets.len());
        let there = &markets[market];
        let customer = rng.random_range(0..there.customers.len());
        let steps = match (there.has_mandates, rng.random_bool(0.5)) {
            (true, true) => Steps::AtOnce,
            (true, false) => Steps::Reported,
            (false, true) => Steps::Issuer,
            (false, false) => Steps::IssuersBatch,
        };
        // The second asset is sold in pairs.
        let units = 2 * rng.random_range(1..=3);
        let (accepted_at, paid_at) = (seconds_ago(20), seconds_ago(10));
        let mut body = json!({
            "investor_id": there.customers[customer].investor,
            "campaign_id": there.campaign_id,
            "units": units,
            "signed_at": seconds_ago(30),
            "signed_documents": [],
            "wallet": there.customers[customer].wallet,
        });
        if matches!(steps, Steps::AtOnce) {
            body["accepted_at"] = json!(accepted_at);
            body["paid_at"] = json!(paid_at);
        }
        Self {
            market,
            customer,
            units,
            key: format!("order-{:016x}", rng.random::<u64>()),
            body,
            id: None,
            steps,
            accepted_at,
            paid_at,
            pause: Duration::from_millis(rng.random_range(0..800)),
        }
    }

    /// Makes every request of the order, however often the server dies meanwhile.
    pub async fn place(mut self, market: Market) -> Self {
        tokio::time::sleep(self.pause).await;
        let created = market
            .distributor
            .post("investments/", &self.key, &self.body);
        let id = id(&created.await.body);
        self.id = Some(id.clone());
        match self.steps {
            Steps::AtOnce => {}
            Steps::Reported => {
                self.report(&market, &id, "accepted_at", &self.accepted_at)
                    .await;
                self.report(&market, &id, "paid_at", &self.paid_at).await;
            }
            Steps::Issuer => {
                self.decide(&market, &format!("investments/{id}/accept/"), json!({}))
                    .await;
                self.decide(&market, &format!("investments/{id}/mark-paid/"), json!({}))
                    .await;
            }
            Steps::IssuersBatch => {
                let body = json!({"investment_ids": [id]});
                self.decide(&market, "investments/accept/", body.clone())
                    .await;
                self.decide(&market, "investments/mark-paid/", body).await;
            }
        }
        self
    }

    async fn report(&self, market: &Market, id: &str, field: &str, time: &str) {
        let (path, key) = (
            format!("investments/{id}/"),
            format!("{}-{field}", self.key),
        );
        let body = json!({field: time});
        market.distributor.patch(&path, &key, &body).await;
    }

    async fn decide(&self, market: &Market, path: &str, body: Value) {
        let key = format!("{}-{path}", self.key);
        let answer = market.issuer.post(path, &key, &body).await.body;
        for result in answer["results"].as_array().into_iter().flatten() {
            assert_eq!(result["status"], 200, "{path}: {answer}");
        }
    }
}

/// So many seconds before now.
pub fn seconds_ago(seconds: i64) -> String {
    let now = registry::clock::real_now().micros();
    Timestamp::from_micros(now - seconds * 1_000_000).to_string()
}
