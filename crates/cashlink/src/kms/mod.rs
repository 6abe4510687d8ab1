//! AWS KMS as the keeper of the master key (one signed call makes a key that nobody has seen, and one opens it at the start) and of the
//! keys that sign for the DLT network.
//!
//! Four calls of fixed shape need one signature. AWS's library for it brings a dozen crates that are compiled into every
//! build; the signature is forty lines, and the tests let a server of others verify it.

mod credentials;
mod signer;
mod signing;

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use url::{Host, Position, Url};
use zeroize::Zeroizing;

use crate::config::{ConfigError, Kms};
pub use signer::SigningKey;
use signing::Post;

/// What a key was wrapped for; without the same words it is not opened, and they stand in the account's log of calls.
const CONTEXT: [(&str, &str); 1] = [("purpose", "cashlink master key")];
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the KMS did not do it.
#[derive(Debug, thiserror::Error)]
pub enum KmsError {
    /// Nobody says who we are.
    #[error(
        "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the container or the machine a role ({0})"
    )]
    NoCredentials(String),
    /// No answer.
    #[error("{url} does not answer: {problem}")]
    Unreachable {
        /// Where it was asked.
        url: String,
        /// What happened.
        problem: String,
    },
    /// It said no.
    #[error("{url} refused {operation} with {status}: {problem}")]
    Refused {
        /// Where it was asked.
        url: String,
        /// For what.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// Its words.
        problem: String,
    },
    /// It said something else.
    #[error("{0} did not answer as a KMS does")]
    Malformed(String),
}

/// Asks one key of the KMS.
pub struct Client {
    key_id: String,
    region: String,
    url: Url,
    http: reqwest::Client,
}

impl Client {
    /// For the key of a configuration.
    ///
    /// # Errors
    /// If its address makes no sense.
    pub fn new(kms: &Kms) -> Result<Self, ConfigError> {
        Self::at(&kms.key_id, &kms.region, kms.url()?)
            .map_err(|error| ConfigError::value("master_key.kms", error))
    }

    /// For a key that is not the master key's.
    ///
    /// # Errors
    /// If there is no client for HTTP.
    fn at(key_id: &str, region: &str, url: Url) -> Result<Self, KmsError> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| KmsError::Unreachable {
                url: url.to_string(),
                problem: words(&error),
            })?;
        Ok(Self {
            key_id: key_id.to_owned(),
            region: region.to_owned(),
            url,
            http,
        })
    }

    /// Opens what this key has wrapped; both in base64.
    ///
    /// # Errors
    /// If the KMS cannot be asked or refuses, for instance because another key has wrapped it.
    pub async fn decrypt(&self, sealed: &str) -> Result<Zeroizing<String>, KmsError> {
        let body =
            json!({"KeyId": self.key_id, "CiphertextBlob": sealed, "EncryptionContext": context()});
        self.ask("Decrypt", &body, "Plaintext").await
    }

    /// A new master key, wrapped, in base64. It is made within the KMS and leaves it only when it is opened.
    ///
    /// # Errors
    /// If the KMS cannot be asked or refuses.
    pub async fn new_sealed_key(&self) -> Result<Zeroizing<String>, KmsError> {
        let body =
            json!({"KeyId": self.key_id, "NumberOfBytes": 32, "EncryptionContext": context()});
        let operation = "GenerateDataKeyWithoutPlaintext";
        self.ask(operation, &body, "CiphertextBlob").await
    }

    async fn ask(
        &self,
        operation: &'static str,
        body: &Value,
        field: &str,
    ) -> Result<Zeroizing<String>, KmsError> {
        let body = body.to_string();
        let headers = self.signed(operation, body.as_bytes()).await?;
        let request = self.http.post(self.url.clone()).headers(headers).body(body);
        let unreachable = |error: reqwest::Error| KmsError::Unreachable {
            url: self.url.to_string(),
            problem: words(&error),
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let answer = Zeroizing::new(response.bytes().await.map_err(unreachable)?.to_vec());
        if !status.is_success() {
            return Err(KmsError::Refused {
                url: self.url.to_string(),
                operation,
                status: status.as_u16(),
                problem: complaint(&answer),
            });
        }
        let malformed = || KmsError::Malformed(self.url.to_string());
        let answer: Value = serde_json::from_slice(&answer).map_err(|_| malformed())?;
        let Value::String(text) = answer[field].clone() else {
            return Err(malformed());
        };
        Ok(Zeroizing::new(text))
    }

    async fn signed(&self, operation: &str, body: &[u8]) -> Result<HeaderMap, KmsError> {
        let credentials = credentials::find(&self.http).await?;
        let host = &self.url[Position::BeforeHost..Position::AfterPort];
        let timestamp = signing::timestamp(registry::clock::real_now());
        let mut named = vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("host", host.to_owned()),
            ("x-amz-date", timestamp.clone()),
        ];
        if let Some(token) = &credentials.session_token {
            named.push(("x-amz-security-token", token.clone()));
        }
        named.push(("x-amz-target", format!("TrentService.{operation}")));
        let post = Post {
            service: "kms",
            region: &self.region,
            headers: &named,
            body,
        };
        let authorization = signing::authorization(&post, &credentials, &timestamp);
        named.push(("authorization", authorization));
        named
            .into_iter()
            .map(|(name, value)| {
                let mut value = HeaderValue::from_str(&value)
                    .map_err(|_| KmsError::NoCredentials("they are no text".to_owned()))?;
                value.set_sensitive(HeaderName::from_static(name) != CONTENT_TYPE);
                Ok((HeaderName::from_static(name), value))
            })
            .collect()
    }
}

/// Where a key is asked; `key` is the section of the configuration.
///
/// # Errors
/// If region or address makes no sense, or what is said would go through a network in the clear.
pub fn endpoint(key: &str, region: &str, endpoint: Option<&str>) -> Result<Url, ConfigError> {
    let is_region = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if region.is_empty() || !region.chars().all(is_region) {
        return Err(ConfigError::value(
            &format!("{key}.region"),
            "write a region, such as eu-central-1",
        ));
    }
    let own = || format!("https://kms.{region}.amazonaws.com");
    let text = endpoint.map_or_else(own, str::to_owned);
    let key = format!("{key}.endpoint");
    let url = Url::parse(&text).map_err(|error| ConfigError::value(&key, error))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(ConfigError::value(
            &key,
            "keys are used there: use https, or http on this machine only",
        )),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn context() -> Value {
    CONTEXT
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What a refusal says: JSON with a type, or whatever stands there.
fn complaint(answer: &[u8]) -> String {
    let said = serde_json::from_slice::<Value>(answer).unwrap_or_default();
    let kind = said["__type"].as_str().unwrap_or_default();
    let message = [&said["message"], &said["Message"]]
        .into_iter()
        .find_map(Value::as_str)
        .unwrap_or_default();
    match (kind, message) {
        ("", "") => String::from_utf8_lossy(answer).chars().take(500).collect(),
        (kind, "") => kind.to_owned(),
        (kind, message) => format!("{kind}: {message}"),
    }
}

/// An error with its causes.
fn words(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
