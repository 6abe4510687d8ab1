//! What an endpoint is, what its owner may say about it, and why we may refuse.

use database::DatabaseError;
use database::vault::VaultError;
use uuid::Uuid;

use super::{Authentication, AuthenticationSummary, MOST_ENDPOINTS};
use crate::signing::SecretRefusal;

/// A registered endpoint, as its owner may see it: without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The endpoint.
    pub id: Uuid,
    /// Who registered it; a scope that only the caller understands.
    pub owner: Uuid,
    /// Where messages are posted to.
    pub url: String,
    /// How we show who we are.
    pub authentication: AuthenticationSummary,
    /// What it wants to hear; empty for all.
    pub event_types: Vec<String>,
    /// The owner's own words.
    pub description: String,
    /// Whether it is served, and how well.
    pub status: Status,
    /// When it was registered, µs.
    pub created_at: i64,
    /// Since when messages are given up, or the receiver said that it is gone, µs. Cleared by switching the endpoint on.
    pub flagged_at: Option<i64>,
}

/// An endpoint that takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flagged {
    /// The endpoint.
    pub id: Uuid,
    /// Who registered it.
    pub owner: Uuid,
    /// Since when, µs.
    pub since: i64,
}

/// Whether an endpoint is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Enabled,
    /// It is not: its owner switched it off, or it answered 410. Messages are kept for it.
    Disabled,
    /// It is, but a message could not be delivered in seven days. The next 2xx makes it enabled again.
    Failing,
}

/// What is needed to register an endpoint. The caller has checked the URLs with its [`Guard`](crate::Guard).
#[derive(Clone)]
pub struct NewEndpoint {
    /// The id that the endpoint gets.
    pub id: Uuid,
    /// Who registers it.
    pub owner: Uuid,
    /// Where messages go.
    pub url: String,
    /// How we show who we are.
    pub authentication: Authentication,
    /// What it wants to hear; empty for all.
    pub event_types: Vec<String>,
    /// The owner's own words.
    pub description: String,
    /// The signing secret, if the owner brings one.
    pub secret: Option<String>,
}

/// What an owner changes; `None` keeps what is there.
#[derive(Clone, Default)]
pub struct Change {
    /// Where messages go. The caller has checked it with its [`Guard`](crate::Guard).
    pub url: Option<String>,
    /// How we show who we are.
    pub authentication: Option<Authentication>,
    /// What it wants to hear.
    pub event_types: Option<Vec<String>>,
    /// The owner's own words.
    pub description: Option<String>,
    /// Switches it on or off.
    pub switch: Option<Switch>,
}

/// Switching an endpoint on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Serve it (again); what waited is delivered at once.
    On,
    /// Keep its messages for later.
    Off,
}

/// Why an endpoint cannot be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// A field is not acceptable.
    #[error("{field}: {problem}")]
    Field {
        /// Its name.
        field: &'static str,
        /// A sentence for its author.
        problem: &'static str,
    },
    /// The supplied signing secret is not acceptable.
    #[error(transparent)]
    Secret(#[from] SecretRefusal),
    /// The owner has as many endpoints as anybody may have.
    #[error("an owner has at most {MOST_ENDPOINTS} endpoints")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The encryption failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Status {
    /// The word that is stored.
    pub fn text(self) -> &'static str {
        match self {
            Status::Enabled => "enabled",
            Status::Disabled => "disabled",
            Status::Failing => "failing",
        }
    }

    pub(crate) fn from_text(text: &str) -> Status {
        match text {
            "disabled" => Status::Disabled,
            "failing" => Status::Failing,
            _ => Status::Enabled,
        }
    }
}
