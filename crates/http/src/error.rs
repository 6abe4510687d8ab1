//! What a handler answers when it cannot do what was asked: a refusal that the caller may read, or a fault that only the log may.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;
use wire::problem::PROBLEM_MEDIA_TYPE;
use wire::{FieldCode, FieldError, Problem, ProblemCode};

/// An answer that is not a success. Renders as `application/problem+json`.
#[derive(Debug)]
pub struct ApiError {
    problem: Box<Problem>,
    challenge: Option<String>,
    fault: Option<Fault>,
}

/// Something that went wrong on our side: logged once with its sources, shown as 500 without detail.
#[derive(Clone)]
pub struct Fault(Arc<dyn Error + Send + Sync>);

impl ApiError {
    /// A refusal of the catalogue, with a detail about this request.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }

    /// 400 `invalid_body` about one field.
    pub fn field(field: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(field, code, message)])
    }

    /// 400 `invalid_body` about several fields.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self::about(ProblemCode::InvalidBody, errors)
    }

    /// 400 `invalid_parameter` about one query parameter or header.
    pub fn parameter(name: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        let error = FieldError::new(name, code, message);
        Self::about(ProblemCode::InvalidParameter, vec![error])
    }

    /// A refusal whose detail is the list of what is wrong.
    pub fn about(code: ProblemCode, errors: Vec<FieldError>) -> Self {
        let sentences: Vec<String> = errors
            .iter()
            .take(5)
            .map(|e| format!("{}: {}", e.field, e.message))
            .collect();
        let mut problem = Problem::new(code, sentences.join("; "));
        problem.errors = errors;
        problem.into()
    }

    /// A fault: the source goes to the log, the caller sees 500 `internal`.
    pub fn fault(fault: impl Into<Fault>) -> Self {
        let problem = Problem::new(
            ProblemCode::Internal,
            "Something went wrong on our side. Nothing was changed.",
        );
        Self {
            fault: Some(fault.into()),
            ..problem.into()
        }
    }

    /// 404, the same for what does not exist and what belongs to someone else.
    pub fn not_found() -> Self {
        Self::new(ProblemCode::NotFound, "There is nothing here.")
    }

    /// 403 with the scope that is missing.
    pub fn insufficient_scope(scope: &str) -> Self {
        let detail = format!("The operation needs the scope `{scope}`.");
        let mut error = Self::new(ProblemCode::InsufficientScope, detail);
        error.challenge = Some(format!(
            "Bearer error=\"insufficient_scope\", scope=\"{scope}\""
        ));
        error
    }

    /// Names the resource that stands in the way.
    pub fn with_resource(mut self, id: Uuid) -> Self {
        self.problem.resource_id = Some(id);
        self
    }

    /// Says after how many seconds a repeat may succeed.
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.problem.retry_after_s = Some(seconds);
        self
    }

    /// The problem as it will be rendered, without the request id.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self {
            challenge: challenge(&problem),
            problem: Box::new(problem),
            fault: None,
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self::fault(fault)
    }
}

impl IntoResponse for ApiError {
    fn into_response(mut self) -> Response {
        if let Some(fault) = &self.fault {
            // Runs inside the request's span, which carries the request id.
            tracing::error!(error = %fault, "a request met a fault");
        }
        if self.problem.retry_after_s.is_none() {
            self.problem.retry_after_s = default_retry(&self.problem);
        }
        let mut response = render(&self.problem);
        let challenge = self
            .challenge
            .and_then(|text| HeaderValue::from_str(&text).ok());
        if let Some(challenge) = challenge {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.problem.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // The frame takes it from here to add what only it knows.
        response.extensions_mut().insert(*self.problem);
        response
    }
}

/// The bare answer for a problem.
pub(crate) fn render(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(problem).expect("a problem holds text and numbers only");
    let content_type = HeaderValue::from_static(PROBLEM_MEDIA_TYPE);
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// RFC 6750 section 3: no error code where no token was sent.
fn challenge(problem: &Problem) -> Option<String> {
    let code = problem.known_code()?;
    match code {
        ProblemCode::TokenMissing => Some("Bearer".to_owned()),
        ProblemCode::TokenInvalid | ProblemCode::TokenExpired => Some(format!(
            "Bearer error=\"invalid_token\", error_description=\"{}\"",
            code.title()
        )),
        _ => None,
    }
}

fn default_retry(problem: &Problem) -> Option<u64> {
    match problem.known_code()? {
        ProblemCode::IdempotencyInFlight | ProblemCode::RateLimited => Some(1),
        ProblemCode::Unavailable => Some(5),
        _ => None,
    }
}

impl Fault {
    /// A fault that has no error value behind it.
    pub fn message(text: impl Into<String>) -> Self {
        let error: Box<dyn Error + Send + Sync> = text.into().into();
        Self(Arc::from(error))
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(Arc::new(error))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({self})")
    }
}
