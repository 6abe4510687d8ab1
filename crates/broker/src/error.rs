//! Why something did not happen.

use database::DatabaseError;
use database::vault::VaultError;
use http::{ApiError, Fault};
use sdk::wire::{Problem, ProblemCode};

/// The result of a step.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a step did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The gateway's no, or it does not answer.
    #[error(transparent)]
    Gateway(#[from] sdk::Error),
    /// The database fails.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A key is missing.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Rows that are none.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The gateway answers what the API does not have.
    #[error("the gateway's answer has no {0}")]
    Answer(&'static str),
    /// There is no such page.
    #[error("there is no such {0} here")]
    NotFound(&'static str),
    /// A form that was not filled in as it should.
    #[error("{0}")]
    Form(&'static str),
    /// The operating system gives no random bytes.
    #[error("no random bytes: {0}")]
    Randomness(getrandom::Error),
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let told = |code, detail: String| ApiError::from(Problem::new(code, detail));
        match error {
            Error::NotFound(_) => ApiError::not_found(),
            Error::Form(why) => told(ProblemCode::InvalidBody, why.to_owned()),
            Error::Gateway(error) => {
                tracing::warn!(error = %error, "the gateway could not be asked: {error}");
                told(
                    ProblemCode::Unavailable,
                    "Our partner does not answer; try again in a moment.".to_owned(),
                )
            }
            error => ApiError::fault(Fault::from(error)),
        }
    }
}
