//! The OAuth 2.0 token endpoint for client credentials (RFC 6749 sections 2.3.1, 4.4 and 5; RFC 7523 for clients that sign instead
//! of sending a secret) and its metadata (RFC 8414).

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use utoipa::ToSchema;
use uuid::Uuid;
use wire::clients::PublicKey;

use crate::body;
use crate::client_assertion::{ALGORITHMS, ASSERTION_TYPE, Assertion, UsedAssertion};
use crate::error::{ApiError, Fault};
use crate::tokens::AccessTokens;

/// No honest token request is longer.
const LONGEST_FORM: usize = 16 * 1024;

/// Where clients are looked up: the boundary to whoever stores them.
#[async_trait]
pub trait ClientDirectory: Send + Sync {
    /// The client with this id at the audience (an environment, the network), None if there is none or it was withdrawn.
    async fn find(&self, audience: &str, client_id: &str) -> Result<Option<Client>, Fault>;

    /// Notes that the client has authenticated; false if its assertion was used before.
    async fn authenticated(
        &self,
        client: Uuid,
        assertion: Option<UsedAssertion>,
    ) -> Result<bool, Fault>;
}

/// A client as the token endpoint needs it.
#[derive(Debug, Clone)]
pub struct Client {
    /// Goes into the token.
    pub id: Uuid,
    /// SHA-256 of each secret in force; two while one is being replaced.
    pub secret_hashes: Vec<[u8; 32]>,
    /// Keys that may sign for it.
    pub keys: Vec<PublicKey>,
    /// The scopes granted.
    pub scopes: Vec<String>,
}

/// What a token endpoint works with.
#[derive(Clone)]
pub struct TokenIssuer {
    /// Who may ask.
    pub directory: Arc<dyn ClientDirectory>,
    /// What is handed out.
    pub tokens: AccessTokens,
    /// The endpoint's own address, for which assertions must be meant.
    pub endpoint: String,
}

/// The answer to a good token request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenAnswer {
    /// Goes into `Authorization: Bearer`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// Lifetime in seconds.
    pub expires_in: u64,
    /// The scopes that the token carries, separated by spaces.
    pub scope: String,
}

/// The refusal of a token request, in the form of RFC 6749 section 5.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenRefusal {
    /// `invalid_request`, `invalid_client`, `unsupported_grant_type` or `invalid_scope`.
    pub error: String,
    /// The same for a person.
    pub error_description: String,
}

/// SHA-256 of a client secret, as it is stored. Secrets are 256 random bits, so that a fast hash protects them.
pub fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Answers a token request for the audience.
pub async fn token_endpoint(issuer: &TokenIssuer, audience: &str, request: Request) -> Response {
    let mut response = match grant(issuer, audience, request).await {
        Ok(answer) => axum::Json(answer).into_response(),
        Err(Failure::Refused(refusal)) => refusal.into_response(),
        Err(Failure::Fault(fault)) => ApiError::fault(fault).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

async fn grant(
    issuer: &TokenIssuer,
    audience: &str,
    request: Request,
) -> Result<TokenAnswer, Failure> {
    let (parts, body) = request.into_parts();
    require_form(&parts.headers)?;
    let bytes = body::read(&parts.headers, body, LONGEST_FORM)
        .await
        .map_err(|error| invalid_request(&error.problem().detail))?;
    let form = parse_form(&bytes)?;
    match form.get("grant_type").map(String::as_str) {
        None => return Err(invalid_request("`grant_type` is missing.")),
        Some("client_credentials") => {}
        Some(_) => {
            return Err(refused(
                Error::UnsupportedGrantType,
                "The grant type here is `client_credentials`.",
            ));
        }
    }
    let credentials = credentials(&parts.headers, &form)?;
    let client = issuer
        .directory
        .find(audience, &credentials.id)
        .await
        .map_err(Failure::Fault)?;
    let now = issuer.tokens.now();
    let (client, assertion) = check(client, &credentials, &issuer.endpoint, now)?;
    let is_first = issuer.directory.authenticated(client.id, assertion).await;
    if !is_first.map_err(Failure::Fault)? {
        return Err(invalid_client(Method::Assertion));
    }
    let scopes = granted(&client, form.get("scope").map(String::as_str))?;
    Ok(TokenAnswer {
        access_token: issuer.tokens.issue(client.id, audience, &scopes),
        token_type: "Bearer".to_owned(),
        expires_in: issuer.tokens.lifetime().as_secs(),
        scope: scopes.join(" "),
    })
}

struct Credentials {
    id: String,
    proof: Proof,
    /// How they came decides the form of the refusal.
    method: Method,
}

enum Proof {
    Secret(String),
    Assertion(Box<Assertion>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Basic,
    Post,
    Assertion,
}

/// The credentials, from one place only.
fn credentials(headers: &HeaderMap, form: &Form) -> Result<Credentials, Failure> {
    if let Some(credentials) = assertion(headers, form)? {
        return Ok(credentials);
    }
    let posted_id = form.get("client_id");
    let posted_secret = form.get("client_secret");
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return match (posted_id, posted_secret) {
            (Some(id), Some(secret)) => Ok(Credentials {
                id: id.clone(),
                proof: Proof::Secret(secret.clone()),
                method: Method::Post,
            }),
            (Some(_), None) => Err(invalid_client(Method::Post)),
            _ => Err(invalid_request("Send `client_id` and `client_secret`.")),
        };
    };
    if posted_secret.is_some() {
        return Err(invalid_request(
            "Send the credentials in the header or in the body, not in both.",
        ));
    }
    let (id, secret) = basic(value).ok_or_else(|| invalid_client(Method::Basic))?;
    // Some clients repeat their id in the body, which is no second method.
    if posted_id.is_some_and(|posted| *posted != id) {
        return Err(invalid_request(
            "The header and the body name different clients.",
        ));
    }
    Ok(Credentials {
        id,
        proof: Proof::Secret(secret),
        method: Method::Basic,
    })
}

/// What a client has signed; none if it sent no assertion.
fn assertion(headers: &HeaderMap, form: &Form) -> Result<Option<Credentials>, Failure> {
    let (kind, text) = match (
        form.get("client_assertion_type"),
        form.get("client_assertion"),
    ) {
        (None, None) => return Ok(None),
        (Some(kind), Some(text)) => (kind, text),
        _ => {
            return Err(invalid_request(
                "`client_assertion` and `client_assertion_type` come together.",
            ));
        }
    };
    if headers.contains_key(header::AUTHORIZATION) || form.contains_key("client_secret") {
        return Err(invalid_request("Send a secret or an assertion, not both."));
    }
    if kind != ASSERTION_TYPE {
        return Err(invalid_request(&format!(
            "The `client_assertion_type` here is `{ASSERTION_TYPE}`."
        )));
    }
    let assertion = Assertion::parse(text).ok_or_else(|| invalid_client(Method::Assertion))?;
    let id = assertion.client_id().to_owned();
    if form.get("client_id").is_some_and(|posted| *posted != id) {
        return Err(invalid_request(
            "The assertion and `client_id` name different clients.",
        ));
    }
    Ok(Some(Credentials {
        id,
        proof: Proof::Assertion(Box::new(assertion)),
        method: Method::Assertion,
    }))
}

/// RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
fn basic(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

/// One form-encoded word; the separators of a form cannot be in it.
fn form_decoded(text: &str) -> Option<String> {
    if text.contains(['&', '=']) {
        // A client that does not encode; then nothing is to be decoded.
        return Some(text.to_owned());
    }
    let (word, _) = url::form_urlencoded::parse(text.as_bytes()).next()?;
    Some(word.into_owned())
}

/// The client, if what it presents is its own, and what is to be remembered of it.
fn check(
    client: Option<Client>,
    credentials: &Credentials,
    endpoint: &str,
    now: u64,
) -> Result<(Client, Option<UsedAssertion>), Failure> {
    match &credentials.proof {
        Proof::Secret(secret) => {
            let client = check_secret(client, secret, credentials.method)?;
            Ok((client, None))
        }
        Proof::Assertion(assertion) => {
            let refused = || invalid_client(Method::Assertion);
            let client = client.ok_or_else(refused)?;
            let used = assertion.verify(&client.keys, endpoint, now);
            Ok((client, Some(used.ok_or_else(refused)?)))
        }
    }
}

/// The client, if the secret is one of its. An unknown client costs the same comparison as a known one.
fn check_secret(client: Option<Client>, secret: &str, method: Method) -> Result<Client, Failure> {
    let presented = secret_hash(secret);
    let hashes = client.as_ref().map(|c| c.secret_hashes.as_slice());
    let matches = match hashes {
        Some(hashes) if !hashes.is_empty() => hashes
            .iter()
            .fold(Choice::from(0), |any, hash| any | presented.ct_eq(hash)),
        _ => presented.ct_eq(&[0; 32]) & Choice::from(0),
    };
    client
        .filter(|_| bool::from(matches))
        .ok_or_else(|| invalid_client(method))
}

/// All that is granted if nothing is asked for, else what is asked for, if all of it is granted.
fn granted(client: &Client, asked: Option<&str>) -> Result<Vec<String>, Failure> {
    let asked = asked.unwrap_or_default();
    if asked.trim().is_empty() {
        return Ok(client.scopes.clone());
    }
    let mut scopes: Vec<String> = Vec::new();
    for scope in asked.split_whitespace() {
        if !client.scopes.iter().any(|granted| granted == scope) {
            return Err(refused(
                Error::InvalidScope,
                "A scope asked for does not exist or is not granted to the client.",
            ));
        }
        if !scopes.iter().any(|s| s == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Ok(scopes)
}

type Form = BTreeMap<String, String>;

fn parse_form(bytes: &[u8]) -> Result<Form, Failure> {
    let mut form = Form::new();
    for (name, value) in url::form_urlencoded::parse(bytes) {
        if form.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(invalid_request("A parameter is there twice."));
        }
    }
    // RFC 6749 section 3.2: a parameter without a value is as good as absent.
    form.retain(|_, value| !value.is_empty());
    Ok(form)
}

fn require_form(headers: &HeaderMap) -> Result<(), Failure> {
    match body::media_type(headers).as_deref() {
        Some("application/x-www-form-urlencoded") => Ok(()),
        _ => Err(invalid_request(
            "Send the parameters as `application/x-www-form-urlencoded`.",
        )),
    }
}

enum Failure {
    Refused(Refused),
    Fault(Fault),
}

struct Refused {
    error: Error,
    description: String,
}

#[derive(Clone, Copy)]
enum Error {
    InvalidRequest,
    InvalidClient(Method),
    UnsupportedGrantType,
    InvalidScope,
}

fn refused(error: Error, description: &str) -> Failure {
    Failure::Refused(Refused {
        error,
        description: description.to_owned(),
    })
}

fn invalid_request(description: &str) -> Failure {
    refused(Error::InvalidRequest, description)
}

fn invalid_client(method: Method) -> Failure {
    let description = match method {
        Method::Basic | Method::Post => "The client is unknown here or its secret is wrong.",
        Method::Assertion => {
            "The client is unknown here, or its assertion is not for this endpoint, not in its time, used before or not signed by \
             one of its keys."
        }
    };
    refused(Error::InvalidClient(method), description)
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error) = match self.error {
            Error::InvalidRequest => (StatusCode::BAD_REQUEST, "invalid_request"),
            Error::InvalidClient(_) => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Error::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Error::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
        };
        let body = TokenRefusal {
            error: error.to_owned(),
            error_description: self.description,
        };
        let mut response = (status, axum::Json(body)).into_response();
        if let Error::InvalidClient(Method::Basic) = self.error {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\""),
            );
        }
        response
    }
}

/// Authorization server metadata (RFC 8414).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServerMetadata {
    /// Identifier of the server: the URL whose metadata this is.
    pub issuer: String,
    /// Where tokens are had.
    pub token_endpoint: String,
    /// `client_credentials` only.
    pub grant_types_supported: Vec<String>,
    /// How clients authenticate.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms for clients that sign.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Scopes that can be granted.
    pub scopes_supported: Vec<String>,
    /// Empty: there is no authorization endpoint.
    pub response_types_supported: Vec<String>,
}

impl ServerMetadata {
    /// Metadata of a token endpoint of this kit.
    pub fn new(issuer: &str, token_endpoint: &str, scopes: &[&str]) -> Self {
        let list = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            issuer: issuer.to_owned(),
            token_endpoint: token_endpoint.to_owned(),
            grant_types_supported: list(&["client_credentials"]),
            token_endpoint_auth_methods_supported: list(&[
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
            ]),
            token_endpoint_auth_signing_alg_values_supported: list(ALGORITHMS),
            scopes_supported: list(scopes),
            response_types_supported: Vec::new(),
        }
    }
}
