//! The frame of every write: run the closure, keep the answer under its idempotency key, commit.

use std::sync::Arc;
use std::time::Duration;

use database::vault::DataKey;
use database::{DatabaseError, Sql, Tx, Value};
use uuid::Uuid;

use crate::{Error, Gateway, Result};

const FIND: Sql = Sql("
select fingerprint, status, sealed_answer, answer_key, resource
from gateway_keys
where client = $1
and operation = $2
and idempotency_key = $3");
const INSERT: Sql = Sql("
insert into gateway_keys
(client, operation, idempotency_key, fingerprint, status, sealed_answer, answer_key, resource, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
/// What the sealed answers are bound to.
const CONTEXT: &str = "gateway_keys.answer";

/// How long the desks are kept from what was just written, so that the answer is on its way.
const ANSWER_FIRST: Duration = Duration::from_millis(2);

/// Who asks: the partner's application.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) client: Uuid,
    pub(crate) scopes: Vec<String>,
}

impl Caller {
    /// Refuses who was not granted the scope.
    pub(crate) fn require(&self, scope: &'static str) -> Result<()> {
        if self.scopes.iter().any(|granted| granted == scope) {
            return Ok(());
        }
        Err(Error::InsufficientScope(scope))
    }
}

/// A request of the partner's application.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) caller: Caller,
    /// The idempotency key, if one was sent.
    pub(crate) key: Option<String>,
    /// Method and path: a key means nothing outside of it.
    pub(crate) operation: String,
    /// SHA-256 over the body.
    pub(crate) fingerprint: [u8; 32],
}

/// What a closure hands to the frame.
pub(crate) struct Done {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) resource: Option<Uuid>,
    person: Option<DataKey>,
    /// Of whom there is news, and for which environments.
    news: Option<(Uuid, Vec<Uuid>)>,
}

impl Done {
    pub(crate) fn new(status: u16, id: Uuid, body: &impl serde::Serialize) -> Result<Self> {
        Ok(Self {
            status,
            body: serde_json::to_vec(body)?,
            resource: Some(id),
            person: None,
            news: None,
        })
    }

    pub(crate) fn empty(id: Uuid) -> Self {
        Self {
            status: 204,
            body: Vec::new(),
            resource: Some(id),
            person: None,
            news: None,
        }
    }

    /// Seals the kept answer under this person's key, so that erasing the person erases it too.
    pub(crate) fn about(mut self, person: &DataKey) -> Self {
        self.person = Some(person.clone());
        self
    }

    /// There is news of an investor for these environments, whose desks hear of it after the commit.
    pub(crate) fn with_news(
        mut self,
        investor: Uuid,
        environments: impl IntoIterator<Item = Uuid>,
    ) -> Self {
        self.news = Some((investor, environments.into_iter().collect()));
        self
    }
}

/// The answer to a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Whether this is the answer of an earlier request with the same key.
    pub(crate) replayed: bool,
}

impl Gateway {
    /// Runs a write once. A repeat with the same key gets the first answer; the closure leaves nothing behind when it fails.
    pub(crate) async fn write<F>(&self, request: &Request, f: F) -> Result<Answer>
    where
        F: Fn(&mut Tx) -> Result<Done> + Send + Sync + 'static,
    {
        let failed = match self.attempt(request.clone(), f).await {
            Ok((answer, news)) => {
                if let Some((investor, environments)) = news {
                    self.tell_desks(environments, investor);
                }
                return Ok(answer);
            }
            Err(failed) => failed,
        };
        // The look-up follows every failure, because a repeated request may be refused by what its first run has left.
        match (self.earlier(request.clone()).await?, failed) {
            (Some(answer), _) => Ok(answer),
            (None, Failed::KeyTaken) => Err(Error::new(
                wire::ProblemCode::IdempotencyInFlight,
                "A request with this key is still running; repeat it in a moment.",
            )),
            (None, Failed::Otherwise(error)) => Err(error),
        }
    }

    /// Rings a moment later: a hundred desks that begin to work would keep the answer waiting.
    fn tell_desks(&self, environments: Vec<Uuid>, investor: Uuid) {
        let bell = Arc::clone(&self.bell);
        tokio::spawn(async move {
            tokio::time::sleep(ANSWER_FIRST).await;
            bell.ring(&environments, investor);
        });
    }

    /// The answer, and the news for environments.
    async fn attempt<F>(
        &self,
        request: Request,
        f: F,
    ) -> std::result::Result<(Answer, Option<(Uuid, Vec<Uuid>)>), Failed>
    where
        F: Fn(&mut Tx) -> Result<Done> + Send + Sync + 'static,
    {
        let gateway = self.clone();
        self.db
            .write(move |tx| -> std::result::Result<_, Failed> {
                let done = f(tx).map_err(Failed::Otherwise)?;
                if let Some(key) = &request.key {
                    gateway.keep(tx, &request, key, &done)?;
                }
                let answer = Answer {
                    status: done.status,
                    body: done.body,
                    replayed: false,
                };
                Ok((answer, done.news))
            })
            .await
    }

    async fn earlier(&self, request: Request) -> Result<Option<Answer>> {
        let gateway = self.clone();
        self.db
            .read(move |tx| {
                let Some(key) = &request.key else {
                    return Ok(None);
                };
                let params = [
                    request.caller.client.into(),
                    request.operation.as_str().into(),
                    key.into(),
                ];
                let Some(row) = tx.query_opt(FIND, &params)? else {
                    return Ok(None);
                };
                if row.get::<[u8; 32]>(0)? != request.fingerprint {
                    return Err(Error::key_reused(row.get(4)?));
                }
                let opened = gateway.vault.key(tx, row.get(3)?)?;
                Ok(Some(Answer {
                    status: row.get(1)?,
                    body: opened.open(CONTEXT, &row.get::<Vec<u8>>(2)?)?,
                    replayed: true,
                }))
            })
            .await
    }

    fn keep(
        &self,
        tx: &mut Tx,
        request: &Request,
        key: &str,
        done: &Done,
    ) -> std::result::Result<(), DatabaseError> {
        let seal = done.person.as_ref().unwrap_or(&self.answers_key);
        let params = [
            request.caller.client.into(),
            request.operation.as_str().into(),
            key.into(),
            request.fingerprint.into(),
            i64::from(done.status).into(),
            seal.seal(CONTEXT, &done.body).into(),
            seal.id().into(),
            done.resource.into(),
            Value::time(self.now()),
        ];
        tx.later(INSERT, &params)
    }
}

/// An attempt that failed, and whether only because its key stands for a request already.
enum Failed {
    KeyTaken,
    Otherwise(Error),
}

impl From<DatabaseError> for Failed {
    fn from(error: DatabaseError) -> Self {
        match &error {
            DatabaseError::Unique { constraint } if constraint.contains("gateway_keys") => {
                Self::KeyTaken
            }
            _ => Self::Otherwise(error.into()),
        }
    }
}
