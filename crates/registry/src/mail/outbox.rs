//! The outbox: what the worker takes, what became of it, and what operators see of it.
//!
//! A mail is taken under a lease. If the process dies between the server's word and the row, the mail goes out again
//! under the same message id, by which receivers know it; knowingly it is never sent twice.

use std::time::Duration;

use database::Tx;
use domain::Timestamp;
use serde::Serialize;
use storage::mails::{self, ClaimedMail, MailRecord};
use uuid::Uuid;
use wire::ProblemCode;

pub use storage::mails::{MailBacklog as Backlog, MailStatus, TOPIC};

use super::letter::Letter;
use super::schedule::{is_too_late, next_attempt};
use super::{Part, seal};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
};

/// How long ended mails are kept.
const KEPT_S: i64 = 90 * 86_400;
const PAGE: u32 = 200;

/// A mail to be handed to the mail server.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Identifies it.
    pub id: Uuid,
    /// The lease.
    pub token: Uuid,
    /// Address.
    pub to: String,
    /// What it says.
    pub letter: Letter,
    /// RFC 5322, without angle brackets; the same at every attempt.
    pub message_id: String,
    /// When it was written.
    pub written_at: Timestamp,
    attempts: u32,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server has taken it.
    Sent,
    /// The mail server puts it off, in these words.
    PutOff(String),
    /// The mail server refuses it for good, in these words.
    Refused(String),
}

/// What follows from an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It is done.
    Sent,
    /// It will be tried again.
    Delayed,
    /// It is given up.
    Failed,
    /// Another process has taken it over meanwhile; its result counts.
    Lost,
}

/// Takes mails that are due. What is too old is given up instead.
///
/// # Errors
/// Fails if the database does.
pub async fn claim(registry: &Registry, most: u32, lease: Duration) -> Result<Vec<Outgoing>> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            let now = own.clock.now();
            let token = ids::new();
            let seconds = i64::try_from(lease.as_secs()).unwrap_or(i64::MAX);
            let claimed = mails::claim(tx, now, most, (token, now.plus_seconds(seconds)))?;
            let mut outgoing = Vec::with_capacity(claimed.len());
            for mail in claimed {
                match opened(&own, tx, &mail, token)? {
                    Some(open) if !is_too_late(mail.created_at, now) => outgoing.push(open),
                    // Too old, or its person was erased: then nobody is left to be written to.
                    _ => {
                        mails::fail(tx, (mail.id, token), now, Vec::new())?;
                    }
                }
            }
            Ok(outgoing)
        })
        .await
}

/// Records what came of an attempt and decides what follows.
///
/// # Errors
/// Fails if the database does; then the mail is tried again when the lease ends.
pub async fn settle(registry: &Registry, mail: &Outgoing, outcome: Outcome) -> Result<Tried> {
    let (own, mail) = (registry.clone(), mail.clone());
    registry
        .db
        .write(move |tx| {
            let now = own.clock.now();
            let (held, tried) = match &outcome {
                Outcome::Sent => (mails::sent(tx, mail.id, mail.token, now)?, Tried::Sent),
                Outcome::PutOff(words) => {
                    match next_attempt(mail.written_at, mail.attempts + 1, now) {
                        Some(at) => {
                            let words = sealed_words(&own, tx, mail.id, words)?;
                            let held = mails::delay(tx, (mail.id, mail.token), at, words)?;
                            (held, Tried::Delayed)
                        }
                        None => (fail(&own, tx, &mail, words)?, Tried::Failed),
                    }
                }
                Outcome::Refused(words) => (fail(&own, tx, &mail, words)?, Tried::Failed),
            };
            Ok(if held { tried } else { Tried::Lost })
        })
        .await
}

/// The mail server cannot be reached or used at all: what the lease still holds waits, and no attempt is counted.
///
/// # Errors
/// Fails if the database does; then the mails wait for the end of the lease.
pub async fn put_back(registry: &Registry, token: Uuid, wait: Duration) -> Result<()> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
            let due_at = own.clock.now().plus_seconds(seconds);
            mails::put_back(tx, token, due_at)?;
            Ok(())
        })
        .await
}

/// What waits for the mail server.
///
/// # Errors
/// Fails if the database does.
pub async fn backlog(registry: &Registry) -> Result<Backlog> {
    registry.db.read(|tx| Ok(mails::backlog(tx)?)).await
}

/// Deletes what ended long ago, with its keys. Returns how much.
///
/// # Errors
/// Fails if the database does.
pub async fn prune(registry: &Registry) -> Result<usize> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            let before = own.clock.now().minus_seconds(KEPT_S);
            let pruned = mails::prune(tx, before, PAGE)?;
            for id in &pruned {
                // Nothing is destroyed where the key is a person's, whom it outlives.
                own.vault.destroy_owner(tx, *id)?;
            }
            Ok(pruned.len())
        })
        .await
}

/// A mail as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MailView {
    /// Identifies it.
    pub id: Uuid,
    /// Which letter it is.
    pub template: String,
    /// `waiting`, `sent`, `failed` or `kept`.
    pub status: &'static str,
    /// Address; absent if the person was erased.
    pub recipient: Option<String>,
    /// Subject and text, unless it was delivered.
    pub letter: Option<Letter>,
    /// What the mail server said last.
    pub failure: Option<String>,
    /// Attempts so far.
    pub attempts: u32,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub next_attempt_at: Option<String>,
    /// RFC 3339, UTC.
    pub finished_at: Option<String>,
}

/// Mails in one status, or all, newest first.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    status: Option<MailStatus>,
    paging: Paging,
) -> Result<Listed<MailView>> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, mails) = mails::list(tx, status, paging.offset, paging.limit)?;
            let shown = mails.iter().map(|mail| view(&own, tx, mail));
            let items = shown.collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// Tries a failed mail again, once its cause is out of the way.
///
/// # Errors
/// Refuses callers other than the registrar; `not_found` if no such mail has failed.
pub async fn retry(registry: &Registry, request: &Request, id: Uuid) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let mail = mails::find(tx, id)?.ok_or(Error::NotFound("mail"))?;
            if !mails::retry(tx, id, own.clock.now())? {
                let detail = format!(
                    "The mail is {}; only a failed one is tried again.",
                    mail.status.as_str()
                );
                return Err(Error::Problem(ProblemCode::NotFound, detail));
            }
            audit::record(&own, tx, &caller, "mail.retry", &id.to_string(), &().into())?;
            Ok(Done::empty(id))
        })
        .await
}

fn view(registry: &Registry, tx: &mut Tx, mail: &MailRecord) -> Result<MailView> {
    let open = |tx: &mut Tx, part: Part, sealed: Option<&[u8]>| -> Result<Option<Vec<u8>>> {
        match sealed {
            Some(sealed) => unsealed(registry, tx, (mail.id, mail.data_key), part, sealed),
            None => Ok(None),
        }
    };
    let recipient = open(tx, Part::Recipient, Some(&mail.sealed_recipient))?;
    let letter = open(tx, Part::Letter, mail.sealed_letter.as_deref())?;
    let failure = mail.sealed_failure.as_deref();
    let failure = open(
        tx,
        Part::Failure,
        failure.filter(|sealed| !sealed.is_empty()),
    )?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(MailView {
        id: mail.id,
        template: mail.template.clone(),
        status: mail.status.as_str(),
        recipient: recipient.map(text),
        letter: letter.map(|bytes| read_letter(&bytes)).transpose()?,
        failure: failure.map(text),
        attempts: mail.attempts,
        created_at: mail.created_at.to_string(),
        next_attempt_at: mail.due_at.map(|at| at.to_string()),
        finished_at: mail.finished_at.map(|at| at.to_string()),
    })
}

/// None if its person was erased.
fn opened(
    registry: &Registry,
    tx: &mut Tx,
    mail: &ClaimedMail,
    token: Uuid,
) -> Result<Option<Outgoing>> {
    let place = (mail.id, mail.data_key);
    let to = unsealed(registry, tx, place, Part::Recipient, &mail.sealed_recipient)?;
    let letter = unsealed(registry, tx, place, Part::Letter, &mail.sealed_letter)?;
    let (Some(to), Some(letter)) = (to, letter) else {
        return Ok(None);
    };
    // One that cannot be read must not hold up the others.
    let Ok(letter) = read_letter(&letter) else {
        tracing::error!(mail.id = %mail.id, "mail {} cannot be read by this version", mail.id);
        return Ok(None);
    };
    Ok(Some(Outgoing {
        id: mail.id,
        token,
        to: String::from_utf8_lossy(&to).into_owned(),
        letter,
        message_id: format!("{}@{}", mail.id, host(&registry.settings.public_url)),
        written_at: mail.created_at,
        attempts: mail.attempts,
    }))
}

fn unsealed(
    registry: &Registry,
    tx: &mut Tx,
    (id, key): (Uuid, Uuid),
    part: Part,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>> {
    use database::vault::VaultError;
    match registry.vault.key(tx, key) {
        Ok(key) => Ok(Some(key.open(&part.context(id), sealed)?)),
        Err(VaultError::Destroyed(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn read_letter(bytes: &[u8]) -> Result<Letter> {
    serde_json::from_slice(bytes).map_err(Error::fault)
}

fn fail(registry: &Registry, tx: &mut Tx, mail: &Outgoing, words: &str) -> Result<bool> {
    let words = sealed_words(registry, tx, mail.id, words)?;
    Ok(mails::fail(
        tx,
        (mail.id, mail.token),
        registry.clock.now(),
        words,
    )?)
}

/// A mail server repeats the address in what it says.
fn sealed_words(registry: &Registry, tx: &mut Tx, id: Uuid, words: &str) -> Result<Vec<u8>> {
    let Some(mail) = mails::find(tx, id)? else {
        return Ok(Vec::new());
    };
    let key = registry.vault.key(tx, mail.data_key)?;
    Ok(seal(&key, id, Part::Failure, words.as_bytes()))
}

/// The host of a URL, without its port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    match authority.strip_prefix('[') {
        Some(_) => "localhost",
        None => authority.split(':').next().unwrap_or(authority),
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_message_id_ends_with_the_networks_host() {
        assert_eq!(host("https://network.example/sub"), "network.example");
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
        assert_eq!(host("http://[::1]:8080"), "localhost");
    }
}
