//! What stands around every route, in one place and one order.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use wire::{Problem, ProblemCode};

use crate::context::{REQUEST_ID, RequestContext, Shared};
use crate::error::{ApiError, Fault, render};
use crate::limits::{Limits, RateLimit, rate_limit, time_limit};
use crate::networks::Network;
use crate::paths::{PathRules, normalise_path};
use crate::surroundings::Surroundings;
use crate::tokens::AccessTokens;

/// How a server frames its routes.
#[derive(Clone)]
pub struct Settings {
    /// Address under which callers reach the server; links are built from it.
    pub public_url: String,
    /// The limits.
    pub limits: Limits,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// How paths are brought into the router's form.
    pub paths: PathRules,
    /// Lets the rate limit count by client instead of by address.
    pub tokens: Option<AccessTokens>,
    /// Time and randomness.
    pub surroundings: Arc<dyn Surroundings>,
}

impl Settings {
    /// Default limits, no proxies, paths as they are, no tokens.
    pub fn new(public_url: impl Into<String>, surroundings: Arc<dyn Surroundings>) -> Self {
        Self {
            public_url: public_url.into(),
            limits: Limits::default(),
            trusted_proxies: Vec::new(),
            paths: PathRules::default(),
            tokens: None,
            surroundings,
        }
    }
}

/// Puts everything around the routes that every request passes. The routes must be complete: a route added later has no problems
/// for 404 and 405.
pub fn frame(routes: Router, settings: Settings) -> Router {
    let shared = Arc::new(Shared {
        public_url: settings.public_url.trim_end_matches('/').to_owned(),
        limits: settings.limits.clone(),
        trusted_proxies: settings.trusted_proxies,
        surroundings: settings.surroundings,
    });
    let routes = routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(note_route));
    // A router of its own, because paths have to be rewritten before routes are matched. The last layer is the outermost.
    let mut framed = Router::new()
        .fallback_service(routes)
        .layer(from_fn_with_state(settings.paths, normalise_path))
        // The extractors of this kit have the limits.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(settings.limits.timeout, time_limit));
    if let Some(limit) = RateLimit::new(&settings.limits, settings.tokens) {
        framed = framed.layer(from_fn_with_state(limit, rate_limit));
    }
    framed
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(shared, surround))
}

async fn not_found() -> ApiError {
    ApiError::not_found()
}

async fn method_not_allowed(method: Method) -> ApiError {
    let detail = format!("There is no {method} here.");
    ApiError::new(ProblemCode::MethodNotAllowed, detail)
}

// The type is the one that the panic handler's trait asks for.
fn panicked(payload: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("without a message");
    ApiError::fault(Fault::message(format!("panic: {text}"))).into_response()
}

/// Inside the router, where the matched route is known.
async fn note_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    if let Some(context) = extensions.get::<RequestContext>()
        && let Some(route) = extensions.get::<MatchedPath>()
    {
        context.matched(route.as_str());
    }
    next.run(request).await
}

async fn surround(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let context = RequestContext::new(&shared, &request);
    let method = request.method().clone();
    request.extensions_mut().insert(context.clone());
    let span = tracing::info_span!("request", request.id = context.id());
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let response = finish(response, &context);
    span.in_scope(|| measure(&method, &context, response.status(), started));
    response
}

/// Adds to the answer what only the frame knows.
fn finish(mut response: Response, context: &RequestContext) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = complete(problem, response, context);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(context.id()) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(fields) = ignored_header(&context.ignored()) {
        headers.insert(HeaderName::from_static("x-ignored-fields"), fields);
    }
    if context.is_strict() {
        let applied = HeaderValue::from_static("handling=strict");
        headers.insert(HeaderName::from_static("preference-applied"), applied);
    }
    secure(headers);
    response
}

/// The same problem with the request's id and path.
fn complete(mut problem: Problem, response: Response, context: &RequestContext) -> Response {
    problem.request_id = Some(context.id().to_owned());
    problem.instance = Some(context.path().to_owned());
    let mut complete = render(&problem);
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            complete.headers_mut().append(name, value.clone());
        }
    }
    complete
}

/// Field paths separated by commas. Names come from the caller, so what has a meaning in a header is encoded, and the list ends.
fn ignored_header(fields: &[String]) -> Option<HeaderValue> {
    const LONGEST: usize = 2000;
    let mut list = String::new();
    for field in fields {
        let field: String = field
            .bytes()
            .map(|b| match b {
                b',' | b'%' => format!("%{b:02X}"),
                b if b.is_ascii_graphic() => char::from(b).to_string(),
                b => format!("%{b:02X}"),
            })
            .collect();
        if list.len() + field.len() > LONGEST {
            list.push_str(", ...");
            break;
        }
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(&field);
    }
    let list = list.trim_start_matches(", ");
    (!list.is_empty()).then(|| HeaderValue::from_str(list).expect("visible ASCII and spaces"))
}

/// Headers that cost nothing and close doors in browsers.
fn secure(headers: &mut HeaderMap) {
    let content_type = headers.get(header::CONTENT_TYPE);
    let is_json = content_type.is_some_and(|v| v.as_bytes().ends_with(b"json"));
    if is_json && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

/// Counts and times the request. The route is the pattern, not the path: labels must be few.
fn measure(method: &Method, context: &RequestContext, status: StatusCode, started: Instant) {
    let route = context.route().to_owned();
    let label = method_label(method);
    let seconds = started.elapsed().as_secs_f64();
    let status_label = status.as_str().to_owned();
    metrics::counter!("http_requests_total", "route" => route.clone(), "method" => label, "status" => status_label)
        .increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route, "method" => label)
        .record(seconds);
    tracing::info!(
        http.method = %method,
        http.route = context.route(),
        http.status = status.as_u16(),
        http.seconds = seconds,
        "{method} {} was answered with {}",
        context.route(),
        status.as_u16()
    );
}

/// Callers may invent methods; each would be a new series.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}
