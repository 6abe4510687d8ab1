//! Why a call came to nothing: the server's no, no answer, or an answer that is none of the API's.

use std::time::Duration;

use wire::ProblemCode;

use crate::{Open, Refusal};

/// What calls return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call came to nothing. Cheap to copy, so that one failed sign-in can be told to everybody who waited for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The environment or a setting cannot be right; nothing was sent.
    #[error("{0}")]
    Settings(String),
    /// The server said no.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The token endpoint said no: usually credentials of another environment.
    #[error("{0}")]
    SignIn(Box<SignInRefusal>),
    /// There was no answer, or not all of it.
    #[error("{0}")]
    Unreachable(Box<Unreachable>),
    /// There was an answer, but not one of this API: a page of HTML, a redirect, JSON of another shape.
    #[error("{0}")]
    Unreadable(Box<Unreadable>),
    /// A list has more entries than were asked for at most.
    #[error("the list has more than {limit} entries")]
    TooMany {
        /// The limit that was given.
        limit: usize,
    },
    /// The blocking client was called within an asynchronous program, which it would have stopped.
    #[error("the blocking client cannot be used within an asynchronous runtime")]
    WithinRuntime,
}

/// There was no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{method} {path}: {reason}")]
pub struct Unreachable {
    /// Method of the call.
    pub method: String,
    /// Path of the call.
    pub path: String,
    /// What happened, for people.
    pub reason: String,
    /// The request may have reached the server, which may have acted on it. A repeat with the same key is safe.
    pub may_have_happened: bool,
}

/// There was an answer that is none of this API's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{method} {path} was answered with {status}, {reason}")]
pub struct Unreadable {
    /// Method of the call.
    pub method: String,
    /// Path of the call.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// What is wrong with it, for people; never the body, which may hold personal data.
    pub reason: String,
    /// Whether it looks like what stands before a server in maintenance, rather than like another API.
    pub is_temporary: bool,
}

/// The token endpoint refused the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token endpoint {url} refused the client with {status}: {error}{}", said(.description))]
pub struct SignInRefusal {
    /// Which endpoint.
    pub url: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// RFC 6749 section 5.2, such as `invalid_client`; empty if the answer was not of that form.
    pub error: String,
    /// What the server adds for people.
    pub description: Option<String>,
}

fn said(description: &Option<String>) -> String {
    description
        .as_ref()
        .map(|text| format!(" ({text})"))
        .unwrap_or_default()
}

impl Error {
    /// The server's no.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Error::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The code of the server's no.
    pub fn code(&self) -> Option<&Open<ProblemCode>> {
        self.refusal()?.code.as_ref()
    }

    /// HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Refused(refusal) => Some(refusal.status),
            Error::SignIn(refusal) => Some(refusal.status),
            Error::Unreadable(unreadable) => Some(unreadable.status),
            _ => None,
        }
    }

    /// The pause that the server asks for.
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal()?.retry_after
    }

    /// Whether the same call with the same key may succeed later, although nobody changes anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Error::Unreachable(_) => true,
            Error::Refused(refusal) => refusal.is_temporary(),
            Error::Unreadable(unreadable) => unreadable.is_temporary,
            _ => false,
        }
    }
}
