//! The frame of every write: run the closure, note it in the audit log, keep the answer under its idempotency key, commit.

use database::vault::DataKey;
use database::{DatabaseError, Tx};
use storage::idempotency::{self, KeyName, Stored};
use uuid::Uuid;

use crate::{Answer, Caller, Error, Registry, Result, audit};

/// A request to the network.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The idempotency key, if one was sent.
    pub key: Option<String>,
    /// Method and path: a key means nothing outside of it.
    pub operation: String,
    /// SHA-256 over the parsed body, or over name, type and content of a file.
    pub fingerprint: [u8; 32],
    /// Named in logs and answers.
    pub id: String,
}

impl Request {
    /// An item of a batch: its key follows from the batch's, so that a repeated batch repeats each item.
    pub(crate) fn item(&self, index: usize) -> Self {
        Self {
            key: self.key.as_ref().map(|key| format!("{key}#{index}")),
            ..self.clone()
        }
    }

    /// A request of the network's own: an operator at the command line, or the worker.
    pub fn internal(name: &str, operation: &str) -> Self {
        Self {
            caller: Caller::network(name),
            key: None,
            operation: operation.to_owned(),
            fingerprint: [0; 32],
            id: crate::ids::new().to_string(),
        }
    }
}

/// What a closure hands to the frame.
pub struct Done {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
    /// The resource made or changed.
    pub resource: Option<Uuid>,
    /// The key of the person whom the answer tells about; none if it tells about no person.
    pub person: Option<DataKey>,
}

impl Done {
    /// 201 with the new resource.
    pub fn created<T: serde::Serialize>(id: impl Into<Uuid>, value: &T) -> Result<Self> {
        Ok(Self {
            status: 201,
            body: crate::answer::render(value)?,
            resource: Some(id.into()),
            person: None,
        })
    }

    /// 200 with the resource.
    pub fn ok<T: serde::Serialize>(id: impl Into<Uuid>, value: &T) -> Result<Self> {
        Ok(Self {
            status: 200,
            ..Self::created(id, value)?
        })
    }

    /// 204.
    pub fn empty(id: impl Into<Uuid>) -> Self {
        Self {
            status: 204,
            body: Vec::new(),
            resource: Some(id.into()),
            person: None,
        }
    }

    /// Seals the kept answer under this person's key, so that erasing the person erases it too.
    pub fn about(mut self, person: &DataKey) -> Self {
        self.person = Some(person.clone());
        self
    }
}

impl Registry {
    /// Runs a write once. A repeat with the same key gets the first answer; the closure may run again after the
    /// database asked for it, and leaves nothing behind when it fails.
    ///
    /// New keys are the rule, so that nothing is looked up before: a key that is taken refuses the commit. The look-up
    /// follows every failure, because a repeated request may be refused by what its first run has left.
    ///
    /// # Errors
    /// What the closure refuses; [`Error::KeyReused`] if the key stands for another request.
    pub async fn write<F>(&self, request: &Request, f: F) -> Result<Answer>
    where
        F: Fn(&mut Tx) -> Result<Done> + Send + Sync + 'static,
    {
        let name = request.key.as_ref().map(|key| KeyName {
            client: request.caller.client.uuid(),
            operation: request.operation.clone(),
            key: key.clone(),
        });
        let fingerprint = request.fingerprint;
        let failed = match self.attempt(request.clone(), name.clone(), f).await {
            Ok(answer) => return Ok(answer),
            Err(failed) => failed,
        };
        let earlier = match name {
            Some(name) => self.earlier(name, fingerprint).await?,
            None => None,
        };
        match (earlier, failed) {
            (Some(answer), _) => Ok(answer),
            (None, Failed::KeyTaken) => Err(Error::InFlight),
            (None, Failed::Otherwise(error)) => Err(error),
        }
    }

    async fn attempt<F>(
        &self,
        request: Request,
        name: Option<KeyName>,
        f: F,
    ) -> std::result::Result<Answer, Failed>
    where
        F: Fn(&mut Tx) -> Result<Done> + Send + Sync + 'static,
    {
        let registry = self.clone();
        self.db
            .write(move |tx| -> std::result::Result<Answer, Failed> {
                let done = f(tx).map_err(Failed::Otherwise)?;
                audit::write(&registry, tx, &request, done.resource).map_err(Failed::Otherwise)?;
                if let Some(name) = &name {
                    registry.keep(tx, name, request.fingerprint, &done)?;
                }
                Ok(Answer {
                    status: done.status,
                    body: done.body,
                    replayed: false,
                    resource: done.resource,
                })
            })
            .await
    }

    /// The answer that was given under this name, if there is one.
    async fn earlier(&self, name: KeyName, fingerprint: [u8; 32]) -> Result<Option<Answer>> {
        let registry = self.clone();
        self.db
            .read(move |tx| {
                let stored = idempotency::find(tx, &name)?;
                stored
                    .map(|stored| registry.replay(tx, &stored, fingerprint))
                    .transpose()
            })
            .await
    }

    fn replay(&self, tx: &mut Tx, stored: &Stored, fingerprint: [u8; 32]) -> Result<Answer> {
        if stored.fingerprint != fingerprint {
            return Err(Error::KeyReused(stored.resource));
        }
        let key = if stored.answer_key == self.answers_key.id() {
            self.answers_key.clone()
        } else {
            self.vault.key(tx, stored.answer_key)?
        };
        Ok(Answer {
            status: stored.status,
            body: key.open(CONTEXT, &stored.sealed_answer)?,
            replayed: true,
            resource: stored.resource,
        })
    }

    fn keep(
        &self,
        tx: &mut Tx,
        name: &KeyName,
        fingerprint: [u8; 32],
        done: &Done,
    ) -> std::result::Result<(), DatabaseError> {
        let key = done.person.as_ref().unwrap_or(&self.answers_key);
        let stored = Stored {
            fingerprint,
            status: done.status,
            sealed_answer: key.seal(CONTEXT, &done.body),
            answer_key: key.id(),
            resource: done.resource,
        };
        idempotency::insert(tx, name, &stored, self.clock.now())
    }
}

/// What the sealed answers are bound to.
const CONTEXT: &str = "idempotency_keys.answer";

/// An attempt that failed, and whether only because its key stands for a request already.
enum Failed {
    KeyTaken,
    Otherwise(Error),
}

impl From<DatabaseError> for Failed {
    fn from(error: DatabaseError) -> Self {
        match &error {
            DatabaseError::Unique { constraint } if constraint.contains("idempotency_keys") => {
                Self::KeyTaken
            }
            _ => Self::Otherwise(error.into()),
        }
    }
}
