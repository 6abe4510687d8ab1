//! One environment as the gateway calls it: JSON in, JSON out, and four ways to come to nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use database::{DatabaseError, Tx};
use sdk::register_log::RegisterLogs;
use sdk::{Client, Distributor, Key};
use serde_json::Value;
use uuid::Uuid;
use wire::{Problem, ProblemCode};

use crate::documents::Upload;
use crate::store::environments::Environment;
use crate::{Error, Gateway, Result, setup};

/// More entries than any list that we read in one go.
const LONGEST_LIST: usize = 10_000;
/// How long to wait where an environment is busy and does not say for how long.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a call came to nothing.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// The environment's no to this very request.
    Refused(Box<Problem>),
    /// It is busy, or asks for fewer requests.
    Busy(Duration),
    /// It does not answer as it should; in words for people, without anything personal.
    Down(String),
    /// Ours.
    Fault(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl From<DatabaseError> for Trouble {
    fn from(error: DatabaseError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(problem) => Error::Refused(problem),
            Trouble::Busy(pause) => Error::unavailable(
                "The environment is busy; repeat the request in a moment.",
                pause.as_secs().max(1),
            ),
            Trouble::Down(_) => Error::unavailable(
                "The environment does not answer; nothing is known to have changed. Repeat the request with the same key.",
                5,
            ),
            Trouble::Fault(error) => error,
        }
    }
}

impl From<sdk::Error> for Trouble {
    fn from(error: sdk::Error) -> Self {
        let pause = error.retry_after().unwrap_or(PAUSE);
        match &error {
            sdk::Error::Refused(refusal) if refusal.status == 429 => Self::Busy(pause),
            sdk::Error::Refused(refusal) if refusal.is(ProblemCode::IdempotencyInFlight) => {
                Self::Busy(pause)
            }
            sdk::Error::Refused(refusal)
                if refusal.is_temporary() || refusal.status == 401 || refusal.status >= 500 =>
            {
                Self::Down(format!("it answers with {}", refusal.status))
            }
            sdk::Error::Refused(refusal) => Self::Refused(Box::new(problem(refusal))),
            // The texts of these name method, path and reason; never a body.
            other => Self::Down(other.to_string()),
        }
    }
}

/// The environment's refusal in the catalogue's shape; where it names no code, the status says which it is.
fn problem(refusal: &sdk::Refusal) -> Problem {
    let by_status = match refusal.status {
        400 => ProblemCode::InvalidBody,
        403 => ProblemCode::NotPermitted,
        404 | 410 => ProblemCode::NotFound,
        405 => ProblemCode::MethodNotAllowed,
        413 => ProblemCode::BodyTooLarge,
        415 => ProblemCode::UnsupportedMediaType,
        _ => ProblemCode::Conflict,
    };
    let detail = refusal.detail.clone().or_else(|| refusal.title.clone());
    let mut problem = Problem::new(
        by_status,
        detail.unwrap_or_else(|| "The environment refuses this.".to_owned()),
    );
    if let Some(code) = &refusal.code {
        problem.code = code.to_string();
        problem.kind = format!("/problems/{}", problem.code);
        problem.title = match code.known() {
            Some(known) => known.title().to_owned(),
            None => refusal.title.clone().unwrap_or(problem.title),
        };
    }
    problem.status = refusal.status;
    problem.errors = refusal.errors.clone();
    problem
}

/// The way into one environment. Copies share connections and token.
#[derive(Clone)]
pub(crate) struct Remote {
    distributor: Distributor,
    /// None where the URL does not tell where the network's public side is.
    register_logs: Option<RegisterLogs>,
}

impl Remote {
    pub(crate) fn register_logs(&self) -> Option<&RegisterLogs> {
        self.register_logs.as_ref()
    }

    /// The path may carry a query.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Trouble> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        self.read(path, &pairs).await
    }

    /// Every entry of a list.
    pub(crate) async fn list(&self, path: &str) -> Result<Vec<Value>, Trouble> {
        let mut entries = Vec::new();
        let mut query: Vec<(String, String)> = Vec::new();
        loop {
            let page = self.read(path, &query).await?;
            let here = page["results"]
                .as_array()
                .or(page.as_array())
                .cloned()
                .unwrap_or_default();
            let is_empty = here.is_empty();
            entries.extend(here);
            // Only the query is followed: behind a proxy the host may be wrong.
            let next = page["next"].as_str().and_then(|next| next.split_once('?'));
            let next = next.map(|(_, query)| {
                url::form_urlencoded::parse(query.as_bytes())
                    .into_owned()
                    .collect()
            });
            match next {
                Some(next) if next != query && !is_empty && entries.len() < LONGEST_LIST => {
                    query = next
                }
                _ => return Ok(entries),
            }
        }
    }

    async fn read(&self, path: &str, query: &[(String, String)]) -> Result<Value, Trouble> {
        let query: Vec<(&str, &str)> = query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Ok(self.distributor.get(path, &query).await?)
    }

    pub(crate) async fn registry_statement(&self, id: Uuid) -> Result<Bytes, Trouble> {
        Ok(self.distributor.download_registry_statement(id).await?)
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Result<Value, Trouble> {
        Ok(self.distributor.post(path, body, &exactly(key)).await?)
    }

    pub(crate) async fn patch(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<Value, Trouble> {
        Ok(self.distributor.patch(path, body, &exactly(key)).await?)
    }

    /// The id that the environment gives a document.
    pub(crate) async fn upload(&self, key: &str, upload: Upload) -> Result<Uuid, Trouble> {
        let kept = self
            .distributor
            .upload_document(
                &upload.name,
                &upload.content_type,
                upload.bytes,
                &exactly(key),
            )
            .await?;
        Ok(kept.id)
    }
}

/// The key as it stands in our rows.
fn exactly(key: &str) -> Key {
    Key::exact(key).unwrap_or_else(|_| Key::of(key))
}

/// The clients of all environments, made when they are first needed and again when their access changes.
pub(crate) struct Remotes {
    call_timeout: Duration,
    known: Mutex<HashMap<Uuid, (sdk::Environment, Remote)>>,
}

impl Remotes {
    pub(crate) fn new(call_timeout: Duration) -> Self {
        Self {
            call_timeout,
            known: Mutex::default(),
        }
    }

    /// The way into an environment, with its secret opened.
    pub(crate) fn reach(
        &self,
        gateway: &Gateway,
        tx: &mut Tx,
        environment: &Environment,
    ) -> Result<Remote> {
        let access = sdk::Environment {
            url: environment.url.clone(),
            client_id: environment.client_id.clone(),
            client_secret: setup::client_secret(gateway, tx, environment)?,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((same, remote)) = known.get(&environment.id)
            && *same == access
        {
            return Ok(remote.clone());
        }
        let mut settings = sdk::Settings::default();
        // Repeating is the desk's work: it knows what else waits.
        settings.attempts = 1;
        settings.attempt_timeout = self.call_timeout;
        settings.call_timeout = self.call_timeout;
        settings.connect_timeout = self.call_timeout.min(settings.connect_timeout);
        settings.user_agent = concat!("cashlink-gateway/", env!("CARGO_PKG_VERSION")).to_owned();
        let client = Client::with_settings(access.clone(), settings).map_err(Error::fault)?;
        let remote = Remote {
            distributor: client.distributor(),
            register_logs: client.register_logs(),
        };
        known.insert(environment.id, (access, remote.clone()));
        Ok(remote)
    }
}
