//! Mails on their way: taken from the outbox, handed to the mail server one after the other over one connection.

mod message;
mod server;

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use registry::Registry;
use registry::mail::{self, Outcome, Outgoing, Tried};
use tokio::time::Instant;

pub use message::{Sender, SenderError};
pub use server::{Encryption, MailServer, ServerError};

use server::Connection;

/// Mails of one connection; a lease is long enough for all of them.
const BATCH: u32 = 10;
const LEASE: Duration = Duration::from_secs(15 * 60);
/// How long a mail in the air gets when the process ends.
const GRACE: Duration = Duration::from_secs(15);
const SHORTEST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(300);
/// How often ended mails are looked through for those that are old enough to go.
const PRUNE: Duration = Duration::from_secs(3_600);

/// Where mails go, and in whose name.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The mail server.
    pub server: MailServer,
    /// The sender.
    pub sender: Sender,
}

/// Hands mails over.
pub(crate) struct Postman {
    registry: Registry,
    /// None: mails stay in the mailbox.
    settings: Option<Arc<Settings>>,
    rest: Mutex<Option<Rest>>,
    stopping: AtomicBool,
    pruned: Mutex<Option<Instant>>,
}

/// A mail server in trouble is left alone for a while.
#[derive(Clone, Copy)]
struct Rest {
    length: Duration,
    until: Instant,
}

impl Postman {
    pub(crate) fn new(registry: Registry, settings: Option<Settings>) -> Self {
        Self {
            registry,
            settings: settings.map(Arc::new),
            rest: Mutex::default(),
            stopping: AtomicBool::new(false),
            pruned: Mutex::default(),
        }
    }

    /// Rounds until the future completes.
    pub(crate) async fn run(&self, poll: Duration, stopped: impl Future<Output = ()>) {
        let mut stopped = pin!(stopped);
        loop {
            let mut round = pin!(self.round());
            let again = tokio::select! {
                again = &mut round => again,
                () = &mut stopped => {
                    // A mail in the air is not cut off: whether the server took it could not be known.
                    self.stopping.store(true, Ordering::Relaxed);
                    let _ = tokio::time::timeout(GRACE, round).await;
                    return;
                }
            };
            if again {
                continue;
            }
            self.prune().await;
            tokio::select! {
                () = self.registry.db.woken(mail::TOPIC, poll) => {}
                () = &mut stopped => return,
            }
        }
    }

    /// Hands over what is due, one batch; whether there may be more to do at once.
    pub(crate) async fn round(&self) -> bool {
        let Some(settings) = &self.settings else {
            return false;
        };
        if self.rests() {
            return false;
        }
        match mail::claim(&self.registry, BATCH, LEASE).await {
            Ok(mails) if mails.is_empty() => false,
            Ok(mails) => self.deliver(settings, mails).await,
            Err(error) => {
                tracing::warn!(error = %error, "mails wait for the database: {error}");
                false
            }
        }
    }

    /// Nobody rests any longer.
    pub(crate) fn rested(&self) {
        *self.lock() = None;
    }

    async fn deliver(&self, settings: &Settings, mails: Vec<Outgoing>) -> bool {
        let token = mails[0].token;
        let mut open = None;
        for mail in &mails {
            if self.stopping.load(Ordering::Relaxed) {
                self.put_back(token, Duration::ZERO).await;
                break;
            }
            let mut connection = match open.take() {
                Some(connection) => connection,
                None => match Connection::open(&settings.server).await {
                    Ok(connection) => connection,
                    Err(error) => {
                        self.in_trouble(token, &error).await;
                        return false;
                    }
                },
            };
            let (outcome, trouble) = match settings.sender.message(mail) {
                Ok((envelope, message)) => connection.send(&envelope, &message).await,
                Err(error) => (Outcome::Refused(error.to_string()), None),
            };
            // After anything but a yes the connection has ended.
            open = (outcome == Outcome::Sent).then_some(connection);
            self.settle(mail, outcome).await;
            if let Some(error) = trouble {
                self.in_trouble(token, &error).await;
                return false;
            }
        }
        if let Some(connection) = open {
            connection.close().await;
        }
        *self.lock() = None;
        true
    }

    async fn settle(&self, mail: &Outgoing, outcome: Outcome) {
        let (id, template) = (mail.id, mail.letter.template());
        let tried = match mail::settle(&self.registry, mail, outcome).await {
            Ok(tried) => tried,
            Err(error) => {
                tracing::error!(mail.id = %id, error = %error, "what became of mail {id} could not be recorded; it is sent again under the same message id");
                return;
            }
        };
        let label = match tried {
            Tried::Sent => "sent",
            Tried::Delayed => "delayed",
            Tried::Failed => "failed",
            Tried::Lost => "lost",
        };
        metrics::counter!("mail_attempts_total", "outcome" => label).increment(1);
        match tried {
            Tried::Failed => {
                tracing::warn!(mail.id = %id, mail.template = template, "mail {id} ({template}) is given up");
            }
            _ => {
                tracing::info!(mail.id = %id, mail.template = template, "mail {id} ({template}): {label}")
            }
        }
    }

    /// The mails wait, and so does this process; what the server said is logged, since it is about the server and nobody else.
    async fn in_trouble(&self, token: uuid::Uuid, error: &ServerError) {
        let length = match *self.lock() {
            Some(rest) => (rest.length * 2).min(LONGEST_REST),
            None => SHORTEST_REST,
        };
        tracing::warn!(error = %error, "mails wait for {} s: {error}", length.as_secs());
        metrics::counter!("mail_server_troubles_total").increment(1);
        *self.lock() = Some(Rest {
            length,
            until: Instant::now() + length,
        });
        self.put_back(token, length).await;
    }

    async fn put_back(&self, token: uuid::Uuid, wait: Duration) {
        if let Err(error) = mail::put_back(&self.registry, token, wait).await {
            tracing::warn!(error = %error, "mails could not be put back and wait for the end of their lease: {error}");
        }
    }

    /// Deletes what is old enough to go, from time to time.
    async fn prune(&self) {
        let now = Instant::now();
        let is_due = {
            let mut pruned = self.pruned.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = pruned.is_none_or(|at| now.duration_since(at) >= PRUNE);
            if is_due {
                *pruned = Some(now);
            }
            is_due
        };
        if is_due && let Err(error) = mail::prune(&self.registry).await {
            tracing::warn!(error = %error, "old mails stay a while longer: {error}");
        }
    }

    fn rests(&self) -> bool {
        self.lock().is_some_and(|rest| rest.until > Instant::now())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Rest>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
