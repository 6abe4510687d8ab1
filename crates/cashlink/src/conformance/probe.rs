//! Requests whose answers are looked at as they are: the client library would forgive what is to be found here.

use std::time::Duration;

use anyhow::Result;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(30);
const LARGEST_ANSWER_BYTES: usize = 16 << 20;

/// Somebody who calls below one base address.
#[derive(Clone)]
pub struct Probe {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// An answer as it came.
pub struct Reply {
    pub status: u16,
    pub body: Value,
    kind: String,
}

impl Probe {
    pub fn new(base: &str) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            http,
            base: base.to_owned(),
            token: None,
        })
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub fn at(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Result<Reply, String> {
        send(self.request(Method::GET, path)).await
    }

    /// With a key of its own, as the guides make them: the hexadecimal form of eight random bytes.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply, String> {
        self.post_with(path, body, &key()).await
    }

    pub async fn post_with(&self, path: &str, body: &Value, key: &str) -> Result<Reply, String> {
        let request = self.request(Method::POST, path);
        send(request.header("X-Idempotency-Key", key).json(body)).await
    }

    /// Only headers, no body at all.
    pub async fn post_bare(&self, path: &str) -> Result<Reply, String> {
        let request = self.request(Method::POST, path);
        send(request.header("X-Idempotency-Key", key())).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Result<Reply, String> {
        let request = self.request(Method::PATCH, path);
        send(request.header("X-Idempotency-Key", key()).json(body)).await
    }

    pub async fn form(&self, path: &str, form: &[(&str, &str)]) -> Result<Reply, String> {
        send(self.request(Method::POST, path).form(form)).await
    }

    pub async fn upload(&self, name: &str, bytes: Vec<u8>) -> Result<Reply, String> {
        let part = Part::bytes(bytes).file_name(name.to_owned());
        let part = part
            .mime_str("application/pdf")
            .expect("the media type is well formed");
        let request = self.request(Method::POST, "documents/");
        let form = Form::new().part("file", part);
        send(request.header("X-Idempotency-Key", key()).multipart(form)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

pub fn key() -> String {
    let text = Uuid::new_v4().simple().to_string();
    text[..16].to_owned()
}

async fn send(request: RequestBuilder) -> Result<Reply, String> {
    let failed = |error: reqwest::Error| format!("no answer: {}", error.without_url());
    let mut response = request.send().await.map_err(failed)?;
    let kind = response.headers().get("content-type");
    let kind = kind
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("no type");
    let (status, kind) = (response.status().as_u16(), kind.to_owned());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST_ANSWER_BYTES {
            return Err(format!(
                "{status} with more than {LARGEST_ANSWER_BYTES} bytes"
            ));
        }
    }
    Ok(Reply {
        status,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        kind,
    })
}

impl Reply {
    /// The body, if the status is a success.
    pub fn good(self) -> Result<Value, String> {
        match self.status {
            200..300 => Ok(self.body),
            _ => Err(self.seen()),
        }
    }

    /// The body, if the status is this one.
    pub fn exactly(self, status: u16) -> Result<Value, String> {
        match self.status == status {
            true => Ok(self.body),
            false => Err(self.seen()),
        }
    }

    /// Fine only if it refuses.
    pub fn refused(self) -> Result<(), String> {
        match self.status {
            400..500 => Ok(()),
            _ => Err(self.seen()),
        }
    }

    /// Status and shape, for a report. Values may be personal; only what a problem says is repeated.
    pub fn seen(&self) -> String {
        let status = self.status;
        match &self.body {
            Value::Object(body) if status >= 400 => {
                let words = ["code", "error", "detail", "title"].map(|name| body.get(name));
                let words: Vec<&str> = words
                    .iter()
                    .flatten()
                    .filter_map(|word| word.as_str())
                    .collect();
                format!("{status}: {}", words.join(", "))
            }
            Value::Object(body) => {
                let names: Vec<&str> = body.keys().map(String::as_str).collect();
                format!("{status} with {}", names.join(", "))
            }
            Value::Null => format!("{status} with {}, not JSON", self.kind),
            _ => format!("{status} with JSON that is no object"),
        }
    }
}

/// The ID in an answer.
pub fn id(body: &Value) -> Result<Uuid, String> {
    let id = body["id"].as_str().ok_or("an answer without id")?;
    id.parse()
        .map_err(|_| format!("an id that is no UUID: {id}"))
}
