//! One environment's connection: sends calls with a token and a key, and repeats what may be repeated.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use crate::environment::Addresses;
use crate::read::{Answer, Told};
use crate::retry::{self, Repeats};
use crate::token::{Counter, Token, Tokens};
use crate::{Environment, Error, Key, Result, Settings};

/// The published name of the header; the IETF's draft drops the `X-`.
const KEY_HEADER: &str = "X-Idempotency-Key";
const JSON: &str = "application/json";

/// Shared by everything that calls one environment.
pub(crate) struct Connection {
    http: reqwest::Client,
    environment: Environment,
    pub(crate) addresses: Addresses,
    settings: Settings,
    tokens: Tokens,
}

/// One call below a base address.
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Body,
    key: Option<String>,
    accept: &'static str,
}

enum Body {
    None,
    Json(Bytes),
    File {
        name: String,
        content_type: String,
        bytes: Bytes,
    },
}

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: Body::None,
            key: None,
            accept: JSON,
        }
    }

    /// Reads a file of this media type.
    pub(crate) fn download(path: impl Into<String>, media_type: &'static str) -> Self {
        Self {
            accept: media_type,
            ..Self::get(path)
        }
    }

    pub(crate) fn post(path: impl Into<String>, key: &Key) -> Self {
        Self::write(Method::POST, path.into(), key)
    }

    pub(crate) fn patch(path: impl Into<String>, key: &Key) -> Self {
        Self::write(Method::PATCH, path.into(), key)
    }

    pub(crate) fn delete(path: impl Into<String>, key: &Key) -> Self {
        Self::write(Method::DELETE, path.into(), key)
    }

    fn write(method: Method, path: String, key: &Key) -> Self {
        Self {
            key: key.for_call(method.as_str(), &path),
            method,
            path,
            query: Vec::new(),
            body: Body::None,
            accept: JSON,
        }
    }

    pub(crate) fn query(mut self, query: Vec<(String, String)>) -> Self {
        self.query = query;
        self
    }

    /// With a body from which everything that is not said is left out: to many servers null is a value.
    pub(crate) fn json(self, body: &impl Serialize) -> Result<Self> {
        let mut value = as_json(body)?;
        drop_nulls(&mut value);
        self.exactly(&value)
    }

    /// With this very body.
    pub(crate) fn exactly(mut self, body: &Value) -> Result<Self> {
        let text = serde_json::to_vec(body).map_err(|error| Error::Settings(error.to_string()))?;
        self.body = Body::Json(text.into());
        Ok(self)
    }

    pub(crate) fn file(mut self, name: &str, content_type: &str, bytes: Bytes) -> Self {
        self.body = Body::File {
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            bytes,
        };
        self
    }

    fn repeats(&self) -> Repeats {
        match self.method == Method::GET || self.key.is_some() {
            true => Repeats::Harmless,
            false => Repeats::OnlyIfUnsent,
        }
    }

    fn told(&self) -> Told<'_> {
        Told {
            method: self.method.as_str(),
            path: &self.path,
        }
    }

    fn fill(&self, request: RequestBuilder) -> Result<RequestBuilder> {
        let request = match &self.key {
            Some(key) => request.header(KEY_HEADER, key),
            None => request,
        };
        Ok(match &self.body {
            Body::None => request,
            Body::Json(text) => request.header(CONTENT_TYPE, JSON).body(text.clone()),
            Body::File {
                name,
                content_type,
                bytes,
            } => {
                let length = bytes.len() as u64;
                let part = Part::stream_with_length(bytes.clone(), length).file_name(name.clone());
                let part = part
                    .mime_str(content_type)
                    .map_err(|_| Error::Settings(format!("{content_type} is no media type")))?;
                request.multipart(Form::new().part("file", part))
            }
        })
    }
}

pub(crate) fn as_json(body: &impl Serialize) -> Result<Value> {
    serde_json::to_value(body).map_err(|error| Error::Settings(error.to_string()))
}

/// Removes the members that are null, at every depth.
pub(crate) fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

impl Connection {
    pub(crate) fn open(environment: Environment, settings: Settings) -> Result<Arc<Self>> {
        let addresses = Addresses::of(&environment.url, settings.token_url.as_deref())?;
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Lost only to somebody who does the same at this moment.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let http = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.attempt_timeout)
            // A redirect would carry token and personal data to wherever it points.
            .redirect(Policy::none())
            .user_agent(&settings.user_agent)
            .build()
            .map_err(|error| Error::Settings(error.to_string()))?;
        Ok(Arc::new(Self {
            http,
            environment,
            addresses,
            settings,
            tokens: Tokens::default(),
        }))
    }

    /// Takes a token now, to find out early whether the credentials are right.
    pub(crate) async fn sign_in(&self) -> Result<()> {
        let told = Told {
            method: "POST",
            path: "oauth/token",
        };
        self.repeat(Repeats::Harmless, told, || self.take_token())
            .await
    }

    /// The answer to a call.
    pub(crate) async fn call<T: DeserializeOwned>(&self, base: &Url, call: &Call) -> Result<T> {
        let url = &address(base, call)?;
        let attempt = || async { self.attempt(url, call).await?.read(call.told()) };
        self.repeat(call.repeats(), call.told(), attempt).await
    }

    /// The file that answers a call.
    pub(crate) async fn fetch(&self, base: &Url, call: &Call) -> Result<Bytes> {
        let url = &address(base, call)?;
        let attempt = || async {
            self.attempt(url, call)
                .await?
                .file(call.accept, call.told())
        };
        self.repeat(call.repeats(), call.told(), attempt).await
    }

    /// The answer to everybody at an address of the same server: nothing of ours is sent along.
    pub(crate) async fn read_publicly<T: DeserializeOwned>(&self, url: &Url) -> Result<T> {
        let told = Told {
            method: "GET",
            path: url.path(),
        };
        let attempt = || async {
            let request = self.http.get(url.clone()).header(ACCEPT, JSON);
            let response = request.send().await;
            let response = response.map_err(|error| told.unreachable(error.without_url()))?;
            let limit = self.settings.largest_answer_bytes;
            Answer::take(response, told, limit).await?.read(told)
        };
        self.repeat(Repeats::Harmless, told, attempt).await
    }

    async fn take_token(&self) -> Result<()> {
        self.tokens.take(&self.counter(), None).await.map(|_| ())
    }

    async fn repeat<T, F: Future<Output = Result<T>>>(
        &self,
        repeats: Repeats,
        told: Told<'_>,
        attempt: impl Fn() -> F,
    ) -> Result<T> {
        let end = Instant::now() + self.settings.call_timeout;
        let mut number = 0;
        loop {
            number += 1;
            let outcome = timeout_at(end, attempt()).await;
            let outcome = outcome
                .unwrap_or_else(|_| Err(told.no_answer("the call's own time is over", true)));
            let Err(error) = outcome else {
                return outcome;
            };
            let pause = retry::pause(&self.settings, repeats, &error, number, retry::chance());
            match pause {
                Some(pause) if Instant::now() + pause < end => {
                    log(told, &error, pause);
                    sleep(pause).await;
                }
                _ => return Err(error),
            }
        }
    }

    /// One attempt; a token that the server no longer takes is replaced once.
    async fn attempt(&self, url: &Url, call: &Call) -> Result<Answer> {
        let token = self.tokens.take(&self.counter(), None).await?;
        let answer = self.send(url, call, &token).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let renewed = self.tokens.take(&self.counter(), Some(&token)).await?;
        self.send(url, call, &renewed).await
    }

    async fn send(&self, url: &Url, call: &Call, token: &Token) -> Result<Answer> {
        let request = self
            .http
            .request(call.method.clone(), url.clone())
            .header(ACCEPT, call.accept)
            .bearer_auth(&token.text);
        let response = call.fill(request)?.send().await;
        let response = response.map_err(|error| call.told().unreachable(error.without_url()))?;
        Answer::take(response, call.told(), self.settings.largest_answer_bytes).await
    }

    fn counter(&self) -> Counter<'_> {
        Counter {
            http: &self.http,
            environment: &self.environment,
            addresses: &self.addresses,
            settings: &self.settings,
        }
    }
}

/// Where a call goes.
fn address(base: &Url, call: &Call) -> Result<Url> {
    let mut url = base
        .join(&call.path)
        .map_err(|error| Error::Settings(format!("{}: {error}", call.path)))?;
    // An address instead of a path would carry the token to wherever it points.
    if !url.as_str().starts_with(base.as_str()) {
        return Err(Error::Settings(format!(
            "{} is no path below {base}",
            call.path
        )));
    }
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&call.query);
    }
    Ok(url)
}

fn log(told: Told<'_>, error: &Error, pause: Duration) {
    let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    // Without the server's words, which may quote personal data.
    tracing::debug!(
        http.method = told.method,
        http.path = told.path,
        http.status = error.status(),
        pause_ms,
        "{} {} is repeated",
        told.method,
        told.path
    );
}
