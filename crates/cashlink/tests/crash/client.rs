//! A partner's client for a server that dies: it repeats every request that has no answer, with the same key.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::common::PATIENCE;

const PAUSE: Duration = Duration::from_millis(20);
/// What a server says that could not do it now and will do it later.
const PASSING: [&str; 3] = ["idempotency_in_flight", "rate_limited", "unavailable"];

/// The way to the server, wherever it listens at the moment.
#[derive(Clone)]
pub struct Way {
    http: reqwest::Client,
    base: Arc<Mutex<String>>,
}

/// A token for one API.
#[derive(Clone)]
pub struct Session {
    way: Way,
    path: String,
    token: String,
}

/// A request that can be made again.
pub struct Call<'a> {
    pub method: Method,
    /// Behind the session's own path.
    pub path: String,
    pub key: Option<&'a str>,
    pub body: Option<&'a Value>,
}

/// An answer of the server.
pub struct Reply {
    pub status: u16,
    pub is_replayed: bool,
    pub body: Value,
}

impl Way {
    pub fn new() -> Self {
        Self {
            http: testkit::client::http_client(),
            base: Arc::new(Mutex::new("http://127.0.0.1:1".to_owned())),
        }
    }

    /// The server is here now.
    pub fn leads_to(&self, base: String) {
        *self.base.lock().unwrap() = base;
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base.lock().unwrap())
    }

    /// Takes a token with everything that the client is granted.
    pub async fn sign_in(&self, path: &str, (id, secret): &(String, String)) -> Session {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let request = self.http.post(self.url(&format!("{path}/oauth/token")));
        let answer = request.form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        Session {
            way: self.clone(),
            path: path.to_owned(),
            token: answer["access_token"].as_str().expect("a token").to_owned(),
        }
    }

    /// `balanceOf` of a token at the chain's own interface.
    pub async fn balance(&self, token: &str, wallet: &str) -> u64 {
        let wallet = wallet.trim_start_matches("0x").to_lowercase();
        let data = format!("0x70a08231{wallet:0>64}");
        let call = json!({
            "jsonrpc": "2.0", "id": 1, "method": "eth_call",
            "params": [{"to": token, "data": data}, "latest"],
        });
        let request = self.http.post(self.url("dlt/rpc")).json(&call);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let number = answer["result"].as_str().expect("a number");
        u64::from_str_radix(number.trim_start_matches("0x"), 16).expect("a balance")
    }
}

impl Session {
    /// The same token below this path.
    pub fn version(&self, version: &str) -> Self {
        Self {
            path: format!("{}/{version}", self.path),
            ..self.clone()
        }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Value {
        let call = Call {
            method: Method::GET,
            path: path.to_owned(),
            key: None,
            body: None,
        };
        self.insist(&call).await.body
    }

    /// Writes with a key.
    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Reply {
        self.insist(&Call {
            method: Method::POST,
            path: path.to_owned(),
            key: Some(key),
            body: Some(body),
        })
        .await
    }

    /// Changes with a key.
    pub async fn patch(&self, path: &str, key: &str, body: &Value) -> Reply {
        self.insist(&Call {
            method: Method::PATCH,
            path: path.to_owned(),
            key: Some(key),
            body: Some(body),
        })
        .await
    }

    /// Every entry of a list.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for page in 1.. {
            let answer = self.get(&format!("{path}?page_size=500&page={page}")).await;
            all.extend(answer["results"].as_array().expect("a list").clone());
            if answer["next"].is_null() {
                break;
            }
        }
        all
    }

    /// Uploads a PDF; its id.
    pub async fn upload(&self, bytes: &[u8]) -> String {
        let part = Part::bytes(bytes.to_vec()).file_name("paper.pdf");
        let form = Form::new().part("file", part.mime_str("application/pdf").unwrap());
        let url = self.way.url(&format!("{}/documents/", self.path));
        let request = self.way.http.post(url).bearer_auth(&self.token);
        let answer = request.multipart(form).send().await.unwrap();
        id(&answer.json().await.unwrap())
    }

    /// Makes the request until there is an answer that stands.
    ///
    /// # Panics
    /// If it is a refusal.
    pub async fn insist(&self, call: &Call<'_>) -> Reply {
        let begin = Instant::now();
        loop {
            match self.once(call).await {
                Ok(reply) if reply.status < 300 => return reply,
                Ok(reply)
                    if reply.body["code"]
                        .as_str()
                        .is_some_and(|code| PASSING.contains(&code)) => {}
                Ok(reply) => panic!(
                    "{} {} {:?} was answered with {}: {}",
                    call.method, call.path, call.body, reply.status, reply.body
                ),
                Err(error) => assert!(
                    begin.elapsed() < PATIENCE,
                    "{} {} has no answer: {error:?}",
                    call.method,
                    call.path
                ),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn once(&self, call: &Call<'_>) -> reqwest::Result<Reply> {
        let url = self.way.url(&format!("{}/{}", self.path, call.path));
        let mut request = self.way.http.request(call.method.clone(), url);
        request = request.bearer_auth(&self.token);
        if let Some(key) = call.key {
            request = request.header("X-Idempotency-Key", key);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let is_replayed = response.headers().contains_key("idempotent-replayed");
        let bytes = response.bytes().await?;
        Ok(Reply {
            status,
            is_replayed,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        })
    }
}

/// The id of a resource.
pub fn id(resource: &Value) -> String {
    match resource["id"].as_str() {
        Some(id) => id.to_owned(),
        None => panic!("there is no id in {resource}"),
    }
}
