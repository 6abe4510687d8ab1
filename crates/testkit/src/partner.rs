//! A distribution partner, signed in at one environment, with the steps that most tests begin with.

use cashlink::demo::client::Credentials;
use cashlink::demo::credentials::EnvironmentAccess;
use serde_json::{Value, json};

use crate::app::{TestApp, eventually, sign_in};
use crate::client::{Session, id};
use crate::people;
use crate::sink::WebhookSink;

/// What every kind of document is called that the sample's campaigns ask for.
pub const AGREEMENT: &str = "SUBSCRIPTION_AGREEMENT";

/// A partner at one environment.
#[derive(Clone)]
pub struct Partner {
    /// Access to `{url}/distributor/v2`.
    pub api: Session,
    /// Its campaign.
    pub campaign_id: String,
    /// The asset.
    pub product_id: String,
    /// When this partner's customers were identified.
    verified_at: String,
    /// When they signed.
    signed_at: String,
}

/// An investor that can receive.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The investor.
    pub investor: String,
    /// Its wallet.
    pub wallet: String,
    /// The wallet's address, as it was sent.
    pub address: String,
}

impl Partner {
    pub(crate) async fn sign_in(
        app: &TestApp,
        environment: &EnvironmentAccess,
        credentials: &Credentials,
        campaign: &str,
    ) -> Self {
        let base = format!("{}/distributor", environment.url);
        Self {
            api: sign_in(&base, credentials).await.at(format!("{base}/v2")),
            campaign_id: campaign.to_owned(),
            product_id: environment.product_id.clone(),
            verified_at: app.days_ago(3),
            signed_at: app.ago(60),
        }
    }

    /// Uploads a PDF.
    pub async fn document(&self, text: &str) -> String {
        let reply = self
            .api
            .upload("paper.pdf", "application/pdf", &people::pdf(text))
            .await;
        id(&reply.expect(201))
    }

    /// A natural person that is not identified yet.
    pub async fn investor(&self) -> String {
        id(&self
            .api
            .post("investors/", &people::natural_person())
            .await
            .expect(201))
    }

    /// A company that is not identified yet.
    pub async fn company(&self) -> String {
        let (identity, structure) = (
            self.document("register extract").await,
            self.document("owners").await,
        );
        let body = people::legal_person(&identity, &structure);
        id(&self.api.post("investors/", &body).await.expect(201))
    }

    /// Imports an identification; the answer.
    pub async fn identify(&self, investor: &str) -> Value {
        let protocol = self.document("identification protocol").await;
        let body = people::identification(&protocol, &self.verified_at);
        let path = format!("investors/{investor}/identifications/");
        self.api.post(&path, &body).await.expect(201)
    }

    /// Registers a wallet; the answer.
    pub async fn wallet(&self, investor: &str, address: &str) -> Value {
        let path = format!("investors/{investor}/wallets/eth-generic/");
        let body = json!({"address": address, "receiving_enabled": true});
        self.api.post(&path, &body).await.expect(201)
    }

    /// An identified natural person with a wallet.
    pub async fn customer(&self) -> Customer {
        let investor = self.investor().await;
        self.identify(&investor).await;
        self.with_wallet(investor).await
    }

    /// The same investor with a wallet of its own.
    pub async fn with_wallet(&self, investor: String) -> Customer {
        let address = people::wallet_address();
        let wallet = id(&self.wallet(&investor, &address).await);
        Customer {
            investor,
            wallet,
            address,
        }
    }

    /// The body of an order without wallet.
    pub fn order(&self, investor: &str, units: u64) -> Value {
        json!({
            "investor_id": investor, "campaign_id": self.campaign_id, "units": units,
            "signed_at": self.signed_at, "signed_documents": [],
        })
    }

    /// Orders for a customer; `more` is added to the body. The answer.
    pub async fn invest(&self, customer: &Customer, units: u64, more: Value) -> Value {
        let mut body = self.order(&customer.investor, units);
        body["wallet"] = json!(customer.wallet);
        add(&mut body, more);
        self.api.post("investments/", &body).await.expect(201)
    }

    /// One of its investments.
    pub async fn investment(&self, id: &str) -> Value {
        self.api
            .get(&format!("investments/{id}/"))
            .await
            .expect(200)
    }

    /// Waits until an investment has this status.
    ///
    /// # Panics
    /// If it never has.
    pub async fn reaches(&self, id: &str, status: &str) -> Value {
        eventually(&format!("investment {id} is {status}"), async || {
            let investment = self.investment(id).await;
            (investment["status"] == status).then_some(investment)
        })
        .await
    }

    /// Its campaign as it stands.
    pub async fn campaign(&self) -> Value {
        self.api
            .get(&format!("campaigns/{}/", self.campaign_id))
            .await
            .expect(200)
    }

    /// Units that can still be ordered.
    pub async fn available(&self) -> u64 {
        self.campaign().await["available"]
            .as_u64()
            .expect("a number")
    }

    /// Registers a receiver of webhooks; the answer.
    pub async fn subscribe(&self, sink: &WebhookSink) -> Value {
        let body = json!({"url": sink.url, "secret": sink.secret});
        self.api.post("webhook-endpoints/", &body).await.expect(201)
    }

    /// The whole feed, page by page.
    pub async fn feed(&self) -> Vec<Value> {
        let (mut events, mut after) = (Vec::new(), String::new());
        loop {
            let feed = self
                .api
                .get(&format!("events/?page_size=5{after}"))
                .await
                .expect(200);
            events.extend(feed["results"].as_array().expect("a list").clone());
            if feed["has_more"] != true {
                return events;
            }
            after = format!("&after={}", feed["last"].as_str().expect("an id"));
        }
    }
}

/// Adds fields to an object, or replaces them.
///
/// # Panics
/// If one of the two is no object.
pub fn add(body: &mut Value, more: Value) {
    let Value::Object(more) = more else {
        panic!("{more} is no object");
    };
    body.as_object_mut().expect("an object").extend(more);
}
