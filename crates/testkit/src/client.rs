//! An HTTP client that a partner could write, except that it checks every answer against the OpenAPI document.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use uuid::Uuid;
use wire::ProblemCode;

use crate::contract::{Answered, Contract};

/// Access to one API with one token.
#[derive(Clone)]
pub struct Session {
    http: reqwest::Client,
    /// Without a slash at the end.
    pub base: String,
    /// None for who has not signed in.
    pub token: Option<String>,
}

impl Session {
    /// Without a token.
    pub fn anonymous(base: impl Into<String>) -> Self {
        Self {
            http: http_client(),
            base: base.into(),
            token: None,
        }
    }

    /// The same connection with this token.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// The same token somewhere else.
    pub fn at(&self, base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            ..self.clone()
        }
    }

    /// A request; the path stands behind the base.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let url = match path {
            "" => self.base.clone(),
            _ => format!("{}/{}", self.base, path.trim_start_matches('/')),
        };
        let mut request = self.http.request(method.clone(), &url);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        Call {
            method,
            url,
            request,
        }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path).send().await
    }

    /// Writes with a key of its own, as partners do.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with_key(path, &Uuid::new_v4().to_string(), body)
            .await
    }

    /// Writes with this key.
    pub async fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Reply {
        self.call(Method::POST, path)
            .key(key)
            .json(body)
            .send()
            .await
    }

    /// Changes.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        let key = Uuid::new_v4().to_string();
        self.call(Method::PATCH, path)
            .key(&key)
            .json(body)
            .send()
            .await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path).send().await
    }

    /// Uploads a file.
    pub async fn upload(&self, name: &str, media_type: &str, bytes: &[u8]) -> Reply {
        self.call(Method::POST, "documents/")
            .file(name, media_type, bytes)
            .send()
            .await
    }
}

/// A request that is not sent yet.
pub struct Call {
    method: Method,
    url: String,
    request: RequestBuilder,
}

impl Call {
    /// With this header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With this idempotency key, under the published name.
    pub fn key(self, key: &str) -> Self {
        self.header("X-Idempotency-Key", key)
    }

    /// Unknown fields are to be refused.
    pub fn strict(self) -> Self {
        self.header("Prefer", "handling=strict")
    }

    /// With a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// With these bytes.
    pub fn bytes(mut self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.request = self
            .request
            .header(CONTENT_TYPE, media_type)
            .body(bytes.into());
        self
    }

    /// With a body of which nothing ever comes.
    pub fn endless(mut self, media_type: &str) -> Self {
        let nothing = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let body = reqwest::Body::wrap_stream(nothing);
        self.request = self.request.header(CONTENT_TYPE, media_type).body(body);
        self
    }

    /// With a form.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.request = self.request.form(fields);
        self
    }

    /// By HTTP Basic.
    pub fn basic(mut self, id: &str, secret: &str) -> Self {
        self.request = self.request.basic_auth(id, Some(secret));
        self
    }

    /// With a file as its one part.
    pub fn file(self, name: &str, media_type: &str, bytes: &[u8]) -> Self {
        self.part("file", name, media_type, bytes)
    }

    /// With a file under another name.
    pub fn part(mut self, part: &str, name: &str, media_type: &str, bytes: &[u8]) -> Self {
        let file = Part::bytes(bytes.to_vec())
            .file_name(name.to_owned())
            .mime_str(media_type)
            .expect("a media type");
        self.request = self
            .request
            .multipart(Form::new().part(part.to_owned(), file));
        self
    }

    /// The answer, if the document promises it.
    ///
    /// # Panics
    /// If there is none, or the document does not know it.
    pub async fn send(self) -> Reply {
        let reply = self.send_unchecked().await;
        // A gateway speaks the Distributor API with more to say; it stands outside of the network's document.
        if reply.path.starts_with("/gateway/") {
            return reply;
        }
        let answered = Answered {
            method: &reply.method,
            path: &reply.path,
            status: reply.status,
            headers: &reply.headers,
            body: &reply.bytes,
        };
        if let Err(broken) = Contract::of_this_program().check(&answered) {
            panic!("{reply} is not what the OpenAPI document says: {broken}");
        }
        reply
    }

    /// The answer of what stands outside of the document: pages and the chain.
    ///
    /// # Panics
    /// If there is none.
    pub async fn send_unchecked(self) -> Reply {
        let place = format!("{} {}", self.method, self.url);
        let response = match self.request.send().await {
            Ok(response) => response,
            Err(error) => panic!("{place} has no answer: {error:?}"),
        };
        let (path, status) = (response.url().path().to_owned(), response.status().as_u16());
        let headers = response.headers().clone();
        let bytes = match response.bytes().await {
            Ok(bytes) => bytes.to_vec(),
            Err(error) => panic!("{place} breaks off: {error:?}"),
        };
        Reply {
            method: self.method.to_string(),
            path,
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Of the request.
    pub method: String,
    /// Of the request.
    pub path: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap<HeaderValue>,
    /// The body.
    pub bytes: Vec<u8>,
    /// The body as JSON; null if it is none.
    pub body: Value,
}

impl Reply {
    /// The body of a success.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status < 300, "{self} is no success");
        self.body
    }

    /// The body of an answer with this status.
    ///
    /// # Panics
    /// If the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        self.body
    }

    /// The problem with this code of the catalogue, and with its status.
    ///
    /// # Panics
    /// If the answer is another.
    #[track_caller]
    pub fn refused(self, code: &str) -> Value {
        let known = ProblemCode::find(code).expect("a code of the catalogue");
        let found = (self.status, self.body["code"].as_str());
        assert_eq!(found, (known.status(), Some(code)), "{self}");
        self.body
    }

    /// The same where exactly these fields are named, each with its code.
    ///
    /// # Panics
    /// If the answer is another.
    #[track_caller]
    pub fn refused_fields(self, code: &str, fields: &[(&str, &str)]) -> Value {
        let shown = self.to_string();
        let problem = self.refused(code);
        let mut found: Vec<(&str, &str)> = problem["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| {
                (
                    error["field"].as_str().unwrap_or(""),
                    error["code"].as_str().unwrap_or(""),
                )
            })
            .collect();
        found.sort_unstable();
        let mut expected = fields.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{shown}");
        problem
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {} → {} {}",
            self.method,
            self.path,
            self.status,
            self.text()
        )
    }
}

/// The ID of a resource.
///
/// # Panics
/// If it has none.
#[track_caller]
pub fn id(resource: &Value) -> String {
    match resource["id"].as_str() {
        Some(id) => id.to_owned(),
        None => panic!("there is no id in {resource}"),
    }
}

/// A client that follows no proxies and no redirects.
pub fn http_client() -> reqwest::Client {
    // Fails only if the process has chosen a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(60))
        .build()
        .expect("a client")
}
