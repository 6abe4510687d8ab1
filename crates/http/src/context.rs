//! What one request carries through the kit: its id, how strict it wants to be, who sent it, and what was ignored in it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::error::{ApiError, Fault};
use crate::limits::Limits;
use crate::networks::{Network, client_ip};
use crate::surroundings::Surroundings;

/// The request id's header, read and written.
pub const REQUEST_ID: &str = "x-request-id";

/// What all requests of a server share.
pub(crate) struct Shared {
    pub(crate) public_url: String,
    pub(crate) limits: Limits,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) surroundings: Arc<dyn Surroundings>,
}

/// One request's context; the frame makes it, extractors and handlers use it. Cloning shares it.
#[derive(Clone)]
pub struct RequestContext(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    id: String,
    strict: bool,
    client_ip: Option<IpAddr>,
    path: String,
    route: OnceLock<String>,
    ignored: Mutex<Vec<String>>,
}

impl RequestContext {
    pub(crate) fn new(shared: &Arc<Shared>, request: &Request) -> Self {
        let headers = request.headers();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        Self(Arc::new(Inner {
            id: sane_request_id(headers)
                .unwrap_or_else(|| shared.surroundings.new_id().to_string()),
            strict: prefers_strict(headers),
            client_ip: peer.map(|p| client_ip(p.0.ip(), headers, &shared.trusted_proxies)),
            path: request.uri().path().to_owned(),
            route: OnceLock::new(),
            ignored: Mutex::new(Vec::new()),
            shared: shared.clone(),
        }))
    }

    /// Identity of the request: the caller's `X-Request-Id` if it is sane, else a new UUID.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Whether the caller asked with `Prefer: handling=strict` that unknown fields are refused.
    pub fn is_strict(&self) -> bool {
        self.0.strict
    }

    /// Address of the client; that of the peer unless the peer is a trusted proxy. None where the server does not know its peers.
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.0.client_ip
    }

    /// Path as the caller wrote it, before any rewriting.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Address under which callers reach the server, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.0.shared.public_url
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.0.shared.limits
    }

    /// Notes a field that was sent and not used; the answer lists it.
    pub fn ignore(&self, field: impl Into<String>) {
        self.ignored_list().push(field.into());
    }

    /// Fields sent and not used so far.
    pub fn ignored(&self) -> Vec<String> {
        self.ignored_list().clone()
    }

    /// Notes the route that matched, for the metrics.
    pub(crate) fn matched(&self, route: &str) {
        let _ = self.0.route.set(route.to_owned());
    }

    pub(crate) fn route(&self) -> &str {
        self.0.route.get().map_or("unmatched", String::as_str)
    }

    pub(crate) fn of(parts: &Parts) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            ApiError::fault(Fault::message("the router has no frame: call http::frame"))
        })
    }

    fn ignored_list(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0
            .ignored
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContext {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(parts)
    }
}

/// The caller's request id goes to logs and answers, so only harmless characters pass.
fn sane_request_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    let sane = (1..=128).contains(&text.len()) && text.chars().all(harmless);
    sane.then(|| text.to_owned())
}

/// RFC 7240: preferences are a list, names without regard to case, the first mention counts.
fn prefers_strict(headers: &HeaderMap) -> bool {
    let all = headers.get_all("prefer");
    let lists = all.iter().filter_map(|value| value.to_str().ok());
    let mut handling = lists
        .flat_map(|list| list.split(','))
        .filter_map(|preference| {
            let preference = preference.split(';').next()?;
            let (name, value) = preference.split_once('=')?;
            let matches = name.trim().eq_ignore_ascii_case("handling");
            matches.then(|| value.trim().trim_matches('"').to_owned())
        });
    handling
        .next()
        .is_some_and(|value| value.eq_ignore_ascii_case("strict"))
}

/// The caller's address as an extractor that never fails.
#[derive(Debug, Clone, Copy)]
pub struct ClientIp(
    /// None where the server does not know its peers.
    pub Option<IpAddr>,
);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let context = parts.extensions.get::<RequestContext>();
        Ok(Self(context.and_then(RequestContext::client_ip)))
    }
}
