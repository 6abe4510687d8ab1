//! The two ways to fail: a refusal, which partners rely on, and a fault, which is ours.

use std::sync::Arc;

use database::DatabaseError;
use database::vault::VaultError;
use domain::{FieldErrors, Refusal};
use uuid::Uuid;
use wire::{FieldCode, FieldError, Problem, ProblemCode};

/// The result of an operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not happen. Nothing was changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A rule says no.
    #[error("{0}")]
    Refused(Refusal),
    /// Fields of the request cannot be accepted.
    #[error("fields of the request cannot be accepted")]
    Fields(FieldErrors),
    /// One field of the request cannot be accepted.
    #[error("{0}: {2}")]
    Field(&'static str, FieldCode, String),
    /// A refusal of the catalogue that is not a rule of the domain.
    #[error("{0:?}: {1}")]
    Problem(ProblemCode, String),
    /// There is none, or it is not the caller's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The token does not grant the scope.
    #[error("the token does not grant {0}")]
    InsufficientScope(&'static str),
    /// This kind of client never may.
    #[error("this kind of client may not do this")]
    NotPermitted,
    /// The idempotency key stands for another request.
    #[error("the idempotency key stands for another request")]
    KeyReused(Option<Uuid>),
    /// A request with the same key, or one that holds the same rows, is still running.
    #[error("a request with the same key is still running")]
    InFlight,
    /// The network is overloaded or a part of it cannot be reached; nothing was changed.
    #[error("a part of the network cannot be reached: {0}")]
    Unavailable(String),
    /// Ours.
    #[error("{0}")]
    Fault(Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Something that must not happen.
    pub fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Fault(Arc::new(error))
    }

    /// As the public problem. Faults tell nothing.
    pub fn to_problem(&self) -> Problem {
        match self {
            Self::Refused(refusal) => translate::problems::refusal(refusal),
            Self::Fields(errors) => translate::problems::fields(errors),
            Self::Field(field, code, message) => Problem::new(
                ProblemCode::InvalidBody,
                format!("The field {field} cannot be accepted."),
            )
            .with_error(FieldError::new(*field, *code, message)),
            Self::Problem(code, detail) => Problem::new(*code, detail),
            Self::NotFound(what) => Problem::new(
                ProblemCode::NotFound,
                format!("There is no such {what} here."),
            ),
            Self::InsufficientScope(scope) => Problem::new(
                ProblemCode::InsufficientScope,
                format!("The access token must have the scope {scope}."),
            ),
            Self::NotPermitted => Problem::new(
                ProblemCode::NotPermitted,
                "This client acts for a party that may not do this.",
            ),
            Self::KeyReused(resource) => {
                let mut problem = Problem::new(
                    ProblemCode::IdempotencyKeyReused,
                    "The idempotency key was used for another request; use a new key for a new intent.",
                );
                problem.resource_id = *resource;
                problem
            }
            Self::InFlight => {
                let mut problem = Problem::new(
                    ProblemCode::IdempotencyInFlight,
                    "A request with this key is still running; repeat it in a moment.",
                );
                problem.retry_after_s = Some(1);
                problem
            }
            Self::Unavailable(_) => {
                let mut problem = Problem::new(
                    ProblemCode::Unavailable,
                    "The network is busy; nothing was changed. Repeat the request in a moment.",
                );
                problem.retry_after_s = Some(1);
                problem
            }
            Self::Fault(_) => Problem::new(
                ProblemCode::Internal,
                "Something went wrong on our side; nothing was changed.",
            ),
        }
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::LockTimeout => Self::InFlight,
            error if error.is_transient() => Self::Unavailable(error.to_string()),
            error => Self::fault(error),
        }
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Database(error) => error.into(),
            // Erasing destroys the key, and no key ever comes back (Art. 17 GDPR).
            VaultError::Destroyed(_) => Self::Problem(
                ProblemCode::Erased,
                "The person's data were erased; nobody can read them any more.".to_owned(),
            ),
            error => Self::fault(error),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}
