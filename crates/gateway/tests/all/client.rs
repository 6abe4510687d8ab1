//! The partner's application: it knows one URL and one credential.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use testkit::people;
use uuid::Uuid;

/// Access to a gateway.
#[derive(Clone)]
pub struct Application {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub state: Option<String>,
    pub age: Option<String>,
    pub replayed: bool,
    pub body: Value,
}

impl Reply {
    /// The body, if the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:#?}");
        self.body
    }
}

impl Application {
    pub async fn sign_in(url: &str, id: &str, secret: &str) -> Self {
        let http = reqwest::Client::new();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let answer = http
            .post(format!("{url}/oauth/token"))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let token: Value = answer.json().await.unwrap();
        let token = token["access_token"].as_str().unwrap().to_owned();
        Self {
            http,
            base: format!("{url}/distributor/v2"),
            token,
        }
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}/{path}", self.base))
            .bearer_auth(&self.token)
    }

    async fn send(request: RequestBuilder) -> Reply {
        let answer = request.send().await.unwrap();
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let (state, age) = (header("x-environment-state"), header("x-environment-age"));
        let (status, replayed) = (
            answer.status().as_u16(),
            header("idempotent-replayed").is_some(),
        );
        let body = answer.json().await.unwrap_or(Value::Null);
        Reply {
            status,
            state,
            age,
            replayed,
            body,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        Self::send(self.call(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with_key(path, &Uuid::new_v4().to_string(), body)
            .await
    }

    pub async fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Reply {
        Self::send(
            self.call(Method::POST, path)
                .header("X-Idempotency-Key", key)
                .json(body),
        )
        .await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        let key = Uuid::new_v4().to_string();
        Self::send(
            self.call(Method::PATCH, path)
                .header("X-Idempotency-Key", key)
                .json(body),
        )
        .await
    }

    /// A file: its bytes and media type.
    pub async fn download(&self, path: &str) -> (Vec<u8>, String) {
        let answer = self.call(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()["content-type"].to_str().unwrap();
        let kind = kind.to_owned();
        (answer.bytes().await.unwrap().to_vec(), kind)
    }

    /// Uploads a PDF; its id.
    pub async fn document(&self, text: &str) -> String {
        let part = reqwest::multipart::Part::bytes(people::pdf(text))
            .file_name("paper.pdf")
            .mime_str("application/pdf")
            .unwrap();
        let form = reqwest::multipart::Form::new().part("file", part);
        let key = Uuid::new_v4().to_string();
        let request = self
            .call(Method::POST, "documents/")
            .header("X-Idempotency-Key", key)
            .multipart(form);
        id(&Self::send(request).await.expect(201))
    }

    /// An investor with an identification and a wallet, as the application sees it.
    pub async fn customer(&self, verified_at: &str) -> Customer {
        let investor = id(&self
            .post("investors/", &people::natural_person())
            .await
            .expect(201));
        self.complete(&investor, verified_at).await
    }

    /// The same with a wallet for an investor that exists.
    pub async fn complete(&self, investor: &str, verified_at: &str) -> Customer {
        let address = people::wallet_address();
        self.complete_at(investor, verified_at, address).await
    }

    /// The same with a wallet of this address.
    pub async fn complete_at(
        &self,
        investor: &str,
        verified_at: &str,
        address: String,
    ) -> Customer {
        let protocol = self.document("identification protocol").await;
        let identification = people::identification(&protocol, verified_at);
        self.post(
            &format!("investors/{investor}/identifications/"),
            &identification,
        )
        .await
        .expect(201);
        let wallet = json!({"address": address, "receiving_enabled": true});
        let wallet = self
            .post(
                &format!("investors/{investor}/wallets/eth-generic/"),
                &wallet,
            )
            .await
            .expect(201);
        Customer {
            investor: investor.to_owned(),
            wallet: id(&wallet),
            address,
        }
    }

    /// The body of an order.
    pub async fn order(&self, customer: &Customer, campaign: &str, signed_at: &str) -> Value {
        let agreement = self.document("subscription agreement").await;
        json!({
            "investor_id": customer.investor, "campaign_id": campaign, "units": 10, "signed_at": signed_at, "wallet": customer.wallet,
            "signed_documents": [{"document_id": agreement, "document_type": "SUBSCRIPTION_AGREEMENT"}],
        })
    }

    /// Every environment of an investor.
    pub async fn places(&self, investor: &str) -> Vec<Value> {
        let page = self
            .get(&format!("investors/{investor}/environments/"))
            .await
            .expect(200);
        page["results"].as_array().unwrap().clone()
    }
}

/// An investor that can receive.
#[derive(Clone, Debug)]
pub struct Customer {
    pub investor: String,
    pub wallet: String,
    pub address: String,
}

/// The id of an answer.
#[track_caller]
pub fn id(body: &Value) -> String {
    body["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{body}"))
        .to_owned()
}
