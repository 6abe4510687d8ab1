//! The two ways to fail: a refusal, which the partner's application relies on, and a fault, which is ours.

use std::sync::Arc;

use database::DatabaseError;
use database::vault::VaultError;
use http::{ApiError, Fault};
use uuid::Uuid;
use webhooks::EndpointError;
use webhooks::published::Refusal;
use wire::{FieldCode, FieldError, Problem, ProblemCode};

/// The result of an operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation did not happen. Nothing was changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A refusal: of the gateway, or of the environment that was asked.
    #[error("{}: {}", .0.code, .0.detail)]
    Refused(Box<Problem>),
    /// The token does not grant the scope.
    #[error("the token does not grant {0}")]
    InsufficientScope(&'static str),
    /// Ours.
    #[error("{0}")]
    Fault(Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Something that must not happen.
    pub fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Fault(Arc::new(error))
    }

    /// A refusal of the catalogue.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }

    /// There is none.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(
            ProblemCode::NotFound,
            format!("There is no such {what} here."),
        )
    }

    /// One field cannot be accepted.
    pub(crate) fn field(name: &str, code: FieldCode, message: &str) -> Self {
        let detail = format!("The field {name} cannot be accepted.");
        let error = FieldError::new(name, code, message);
        Problem::new(ProblemCode::InvalidBody, detail)
            .with_error(error)
            .into()
    }

    /// The idempotency key stands for another request.
    pub(crate) fn key_reused(resource: Option<Uuid>) -> Self {
        let mut problem = Problem::new(
            ProblemCode::IdempotencyKeyReused,
            "The idempotency key was used for another request; use a new key for a new intent.",
        );
        problem.resource_id = resource;
        problem.into()
    }

    /// Something exists already.
    pub(crate) fn conflict(detail: impl Into<String>, resource: Uuid) -> Self {
        let mut problem = Problem::new(ProblemCode::Conflict, detail);
        problem.resource_id = Some(resource);
        problem.into()
    }

    /// A part does not answer.
    pub(crate) fn unavailable(detail: impl Into<String>, retry_after_s: u64) -> Self {
        let mut problem = Problem::new(ProblemCode::Unavailable, detail);
        problem.retry_after_s = Some(retry_after_s);
        problem.into()
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        if error.is_transient() {
            tracing::warn!(error = %error, "a request could not be served: {error}");
            return Self::unavailable(
                "The gateway is busy; nothing was changed. Repeat the request in a moment.",
                1,
            );
        }
        Self::fault(error)
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Database(error) => error.into(),
            error => Self::fault(error),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::fault(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Field {
                field,
                code,
                message,
            } => Self::field(field, code, &message),
            Refusal::Problem(code, detail) => Self::new(code, detail),
        }
    }
}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::Field { field, problem } => {
                Self::field(field, FieldCode::InvalidFormat, problem)
            }
            EndpointError::Secret(refusal) => {
                Self::field("secret", FieldCode::InvalidFormat, &refusal.to_string())
            }
            EndpointError::TooMany => {
                Self::new(ProblemCode::TooMany, EndpointError::TooMany.to_string())
            }
            EndpointError::Database(error) => error.into(),
            EndpointError::Vault(error) => error.into(),
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(problem) => (*problem).into(),
            Error::InsufficientScope(scope) => ApiError::insufficient_scope(scope),
            Error::Fault(source) => ApiError::fault(Fault::from(source)),
        }
    }
}
