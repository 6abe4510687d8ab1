//! A partner's HTTP client, as small as a partner could write it: a token, JSON, and a key for every write.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// How often a request is repeated that met a busy server. The key makes the repeat harmless.
const ATTEMPTS: u32 = 5;

/// What a partner is given with which to take tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The OAuth client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

/// A partner that has signed in at one API.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    /// Takes a token at `{base}/oauth/token` with all that the client is granted.
    ///
    /// # Errors
    /// If the server refuses or cannot be reached.
    pub async fn sign_in(
        http: &reqwest::Client,
        base: &str,
        credentials: &Credentials,
    ) -> Result<Self> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &credentials.client_id),
            ("client_secret", &credentials.client_secret),
        ];
        let request = http.post(format!("{base}/oauth/token")).form(&form);
        let answer = read(request, "POST", &format!("{base}/oauth/token")).await?;
        let token = answer["access_token"]
            .as_str()
            .context("the token endpoint gave no token")?;
        Ok(Self {
            http: http.clone(),
            base: base.to_owned(),
            token: token.to_owned(),
        })
    }

    /// Reads a resource; the path stands behind the base.
    ///
    /// # Errors
    /// What the server answers, with its problem.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, |request| request).await
    }

    /// Creates a resource or starts an action.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::POST, path, |request| request.json(body))
            .await
    }

    /// Changes a resource.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::PATCH, path, |request| request.json(body))
            .await
    }

    /// Deletes a resource.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn delete(&self, path: &str) -> Result<Value> {
        self.call(Method::DELETE, path, |request| request).await
    }

    /// Uploads a PDF and answers its ID.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn upload(&self, name: &str, pdf: &[u8]) -> Result<Uuid> {
        let form = || {
            let part = Part::bytes(pdf.to_vec()).file_name(name.to_owned());
            let part = part
                .mime_str("application/pdf")
                .expect("the media type is well formed");
            Form::new().part("file", part)
        };
        let answer = self
            .call(Method::POST, "v2/documents/", |request| {
                request.multipart(form())
            })
            .await?;
        id(&answer)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        fill: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Value> {
        let url = format!("{}/{path}", self.base);
        let key = Uuid::new_v4().to_string();
        let mut attempt = 1;
        loop {
            let mut request = self
                .http
                .request(method.clone(), &url)
                .bearer_auth(&self.token);
            if method != Method::GET {
                request = request.header("X-Idempotency-Key", &key);
            }
            match read(fill(request), method.as_str(), &url).await {
                Err(error) if attempt < ATTEMPTS && is_busy(&error) => {
                    tokio::time::sleep(Duration::from_millis(200) * attempt).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }
}

/// The ID of a resource in an answer.
///
/// # Errors
/// If there is none.
pub fn id(answer: &Value) -> Result<Uuid> {
    let text = answer["id"]
        .as_str()
        .ok_or_else(|| anyhow!("the answer has no id: {answer}"))?;
    text.parse().with_context(|| format!("{text} is not an ID"))
}

/// Sends a request of JSON-RPC 2.0.
///
/// # Errors
/// What the node answers instead of a result.
pub async fn json_rpc(
    http: &reqwest::Client,
    url: &str,
    method: &str,
    params: Value,
) -> Result<Value> {
    let body = serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let mut answer = read(http.post(url).json(&body), "POST", url).await?;
    if let Some(error) = answer.get("error") {
        bail!("{method} at {url}: {error}");
    }
    Ok(answer["result"].take())
}

/// The server's refusal of one request.
#[derive(Debug, thiserror::Error)]
#[error("{method} {url} was answered with {status}: {problem}")]
struct Refused {
    method: String,
    url: String,
    status: StatusCode,
    problem: String,
}

fn is_busy(error: &anyhow::Error) -> bool {
    let busy = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    error
        .downcast_ref::<Refused>()
        .is_some_and(|refused| busy.contains(&refused.status))
}

async fn read(request: RequestBuilder, method: &str, url: &str) -> Result<Value> {
    let response = request
        .send()
        .await
        .with_context(|| format!("{method} {url}"))?;
    let status = response.status();
    let text = response
        .text()
        .await
        .with_context(|| format!("{method} {url}"))?;
    if !status.is_success() {
        return Err(anyhow!(Refused {
            method: method.to_owned(),
            url: url.to_owned(),
            status,
            problem: text,
        }));
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).with_context(|| format!("{method} {url} gave no JSON: {text}"))
}
