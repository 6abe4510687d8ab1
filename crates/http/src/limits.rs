//! Everything has a limit: size of bodies and documents, time of a request, requests per client.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;
use wire::ProblemCode;

use crate::bearer::bearer_token;
use crate::context::RequestContext;
use crate::error::ApiError;
use crate::tokens::AccessTokens;

/// The limits of a server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Requests per second of one client, lasting; None switches the rate limit off.
    pub requests_per_second: Option<NonZeroU32>,
    /// Requests that one client may send at once; as many as per second if None.
    pub burst: Option<NonZeroU32>,
    /// Largest JSON body in bytes.
    pub body_bytes: usize,
    /// Largest document in bytes.
    pub document_bytes: usize,
    /// Longest time for one request, its body included.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: None,
            burst: None,
            body_bytes: 1024 * 1024,
            document_bytes: 20 * 1024 * 1024,
            timeout: Duration::from_secs(30),
        }
    }
}

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    Client(Uuid),
    Address(IpAddr),
    Unknown,
}

/// Forgets idle callers after this many requests, so that the table does not grow without end.
const SWEEP_EVERY: u64 = 4096;

pub(crate) struct RateLimit {
    limiter: DefaultKeyedRateLimiter<Caller>,
    clock: DefaultClock,
    tokens: Option<AccessTokens>,
    seen: AtomicU64,
}

impl RateLimit {
    /// None if the limits switch it off.
    pub(crate) fn new(limits: &Limits, tokens: Option<AccessTokens>) -> Option<Arc<Self>> {
        let rate = limits.requests_per_second?;
        let quota = Quota::per_second(rate).allow_burst(limits.burst.unwrap_or(rate));
        Some(Arc::new(Self {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            tokens,
            seen: AtomicU64::new(0),
        }))
    }

    /// The client of an authentic token, else the address.
    fn caller(&self, request: &Request) -> Caller {
        let raw = bearer_token(request.headers()).ok();
        let client = raw.and_then(|raw| self.tokens.as_ref()?.client_of(&raw));
        if let Some(client) = client {
            return Caller::Client(client);
        }
        let context = request.extensions().get::<RequestContext>();
        match context.and_then(RequestContext::client_ip) {
            Some(address) => Caller::Address(subscriber(address)),
            None => Caller::Unknown,
        }
    }

    fn check(&self, caller: Caller) -> Result<(), ApiError> {
        if self.seen.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&caller).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            // Whole seconds, rounded up: who comes back a moment early is refused again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            let detail = format!("Too many requests; repeat after {} s.", seconds.max(1));
            ApiError::new(ProblemCode::RateLimited, detail).with_retry_after(seconds.max(1))
        })
    }
}

/// One IPv6 subscriber has a /64 at least and could use a new address for each request.
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

pub(crate) async fn rate_limit(
    State(limit): State<Arc<RateLimit>>,
    request: Request,
    next: Next,
) -> Response {
    match limit.check(limit.caller(&request)) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

pub(crate) async fn time_limit(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(
            ProblemCode::RequestTimeout,
            format!("The request did not end within {} s.", limit.as_secs_f32()),
        )
        .into_response(),
    }
}
