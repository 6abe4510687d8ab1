//! One connection, its prepared statements, and the transaction that runs on it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::flight::{Check, Otherwise, Step, failure, fly};
use super::link::{Link, Planned};
use super::target::Target;
use super::types::{is_column, is_parameter};
use crate::dialect::OneRow;
use crate::job::Mode;
use crate::tx::{Answer, Expect};
use crate::{DatabaseError, Sql, Value};

/// After this rest a connection is asked whether it is still there, because a commit on a dead one leaves a doubt.
const REST: Duration = Duration::from_secs(1);

/// A connection that is made when it is needed and made again when it broke.
pub(crate) struct Session {
    target: Arc<Target>,
    link: Option<Link>,
    mode: Mode,
    begun: bool,
    pending: Vec<Pending>,
    /// How each deferred statement met so far is held to its row count, by the address of its text.
    checks: HashMap<(usize, usize), AtCommit>,
    used: Instant,
    /// Declared last: what lives on the runtime is dropped before it.
    runtime: Runtime,
}

/// A write that waits for the next flight.
struct Pending {
    sql: Sql,
    params: Vec<Value>,
    /// Nothing if any number of rows will do.
    at_commit: Option<(AtCommit, Otherwise)>,
}

/// What holds a write to one row when its answer comes after the commit was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtCommit {
    ItsOwnText,
    CheckedForm,
    /// Its answer has to be seen first.
    Waits,
}

impl AtCommit {
    fn of(sql: Sql) -> AtCommit {
        match OneRow::of(sql.0) {
            OneRow::Certain => AtCommit::ItsOwnText,
            OneRow::Checked(_) => AtCommit::CheckedForm,
            OneRow::Waits => AtCommit::Waits,
        }
    }
}

impl Session {
    pub(crate) fn new(target: Arc<Target>) -> Result<Session, DatabaseError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| DatabaseError::Unavailable(format!("no runtime: {error}")))?;
        Ok(Session {
            target,
            link: None,
            mode: Mode::Write,
            begun: false,
            pending: Vec::new(),
            checks: HashMap::new(),
            used: Instant::now(),
            runtime,
        })
    }

    pub(crate) fn start(&mut self, mode: Mode) {
        self.mode = mode;
        self.begun = false;
        self.pending.clear();
    }

    pub(crate) fn ask(&mut self, sql: Sql, params: &[Value]) -> Result<Answer, DatabaseError> {
        let mut answers = self.ask_many(&[(sql, params)])?;
        Ok(answers
            .pop()
            .expect("each statement of a flight has its answer"))
    }

    pub(crate) fn ask_many(
        &mut self,
        flight: &[(Sql, &[Value])],
    ) -> Result<Vec<Answer>, DatabaseError> {
        let pending = std::mem::take(&mut self.pending);
        let planned = pending.iter().map(Pending::before_commit);
        let asked = flight.iter().map(|(sql, params)| Planned {
            sql: *sql,
            params,
            check: Check::Nothing,
        });
        let mut answers = self.send(planned.chain(asked).collect(), None)?;
        Ok(answers.split_off(answers.len() - flight.len()))
    }

    pub(crate) fn later(
        &mut self,
        sql: Sql,
        params: &[Value],
        expect: Expect,
    ) -> Result<(), DatabaseError> {
        if self.mode == Mode::Read {
            // It would be forgotten at the end of the transaction; SQLite refuses it too.
            return Err(DatabaseError::Statement {
                sql: sql.0.to_owned(),
                message: "a transaction that only reads cannot write".into(),
            });
        }
        let otherwise = match expect {
            Expect::One => Some(Otherwise::Wrong),
            Expect::OneOrAgain => Some(Otherwise::Again),
            Expect::Any => None,
        };
        let at_commit = otherwise.map(|otherwise| {
            let check = self.checks.entry(sql.key());
            (*check.or_insert_with(|| AtCommit::of(sql)), otherwise)
        });
        self.pending.push(Pending {
            sql,
            params: params.to_vec(),
            at_commit,
        });
        Ok(())
    }

    pub(crate) fn batch(&mut self, text: &str) -> Result<(), DatabaseError> {
        // Whatever was deferred comes before, and the transaction has begun afterwards.
        self.ask_many(&[])?;
        let link = self.link.as_ref().expect("a flight leaves a link behind");
        let done = self.runtime.block_on(link.client.batch_execute(text));
        done.map_err(|error| failure(&error, text))
    }

    /// Whether the text can be prepared and every type in it has a place in our values.
    pub(crate) fn check(&mut self, text: &str) -> Result<(), DatabaseError> {
        self.connect()?;
        let link = self.link.as_ref().expect("just connected");
        let statement = self
            .runtime
            .block_on(link.client.prepare(text))
            .map_err(|error| failure(&error, text))?;
        let parameter = statement.params().iter().find(|kind| !is_parameter(kind));
        let column = statement
            .columns()
            .iter()
            .map(|column| column.type_())
            .find(|kind| !is_column(kind));
        match parameter.or(column) {
            None => Ok(()),
            Some(kind) => Err(DatabaseError::Statement {
                sql: text.to_owned(),
                message: format!("the type {kind} has no value of ours; cast it"),
            }),
        }
    }

    /// Sends what is pending together with the commit.
    pub(crate) fn commit(&mut self) -> Result<(), DatabaseError> {
        if !self.begun && self.pending.is_empty() {
            return Ok(());
        }
        if self
            .pending
            .iter()
            .any(|write| matches!(write.at_commit, Some((AtCommit::Waits, _))))
        {
            self.ask_many(&[])?;
        }
        let pending = std::mem::take(&mut self.pending);
        let planned = pending.iter().map(Pending::with_commit).collect();
        self.send(planned, Some("commit"))?;
        self.begun = false;
        Ok(())
    }

    /// Ends the transaction without its effects; does nothing if none has begun.
    pub(crate) fn rollback(&mut self) {
        self.pending.clear();
        if !std::mem::take(&mut self.begun) {
            return;
        }
        if let Some(link) = &self.link
            && self
                .runtime
                .block_on(link.client.batch_execute("rollback"))
                .is_err()
        {
            // A connection that cannot roll back is of no use; the server rolls back when it goes.
            self.link = None;
        }
    }

    /// One flight: `begin` if none has been sent, the statements, and the end if it is given.
    fn send(
        &mut self,
        planned: Vec<Planned<'_>>,
        end: Option<&'static str>,
    ) -> Result<Vec<Answer>, DatabaseError> {
        self.connect()?;
        let link = self.link.as_mut().expect("just connected");
        let begin = (!self.begun).then_some(match self.mode {
            Mode::Write => "begin transaction isolation level read committed read write",
            Mode::Read => "begin transaction isolation level repeatable read read only",
        });
        let mut flown = false;
        let sent = self.runtime.block_on(async {
            let steps = link.prepare(planned).await?;
            let frame = begin.into_iter().map(Step::Frame);
            let steps: Vec<_> = frame.chain(steps).chain(end.map(Step::Frame)).collect();
            flown = true;
            fly(&link.client, &steps).await
        });
        self.begun |= flown;
        self.used = Instant::now();
        let mut answers = sent.map_err(|error| self.failed(error, flown && end.is_some()))?;
        if end.is_some() {
            answers.pop();
        }
        Ok(if begin.is_some() {
            answers.split_off(1)
        } else {
            answers
        })
    }

    /// What a failed flight means for the connection and for the caller.
    fn failed(&mut self, error: DatabaseError, end_was_sent: bool) -> DatabaseError {
        if end_was_sent {
            // Whether it was committed or refused, nothing is left to roll back.
            self.begun = false;
        }
        match error {
            DatabaseError::Unavailable(why) => {
                self.link = None;
                if end_was_sent {
                    DatabaseError::InDoubt(why)
                } else {
                    DatabaseError::Unavailable(why)
                }
            }
            DatabaseError::Conflict(why) => {
                // Perhaps a migration made the plans outdated; preparing again costs little on this rare path.
                if let Some(link) = &mut self.link {
                    link.forget_statements();
                }
                DatabaseError::Conflict(why)
            }
            error => error,
        }
    }

    fn connect(&mut self) -> Result<(), DatabaseError> {
        if !self.begun
            && let Some(link) = &self.link
        {
            let rested = self.used.elapsed() > REST;
            if link.client.is_closed()
                || rested
                    && self
                        .runtime
                        .block_on(link.client.batch_execute(""))
                        .is_err()
            {
                self.link = None;
            }
        }
        if self.link.is_none() {
            if self.begun {
                return Err(DatabaseError::Unavailable("the connection broke".into()));
            }
            let (client, _) = self.runtime.block_on(self.target.connect(|_| {}))?;
            self.link = Some(Link::new(client));
        }
        Ok(())
    }
}

impl Pending {
    /// For a flight whose answers are seen before the commit is sent.
    fn before_commit(&self) -> Planned<'_> {
        let check = |(_, otherwise)| Check::OneRow(otherwise);
        self.planned(self.at_commit.map_or(Check::Nothing, check))
    }

    /// For the flight of the commit itself.
    fn with_commit(&self) -> Planned<'_> {
        self.planned(match self.at_commit {
            Some((AtCommit::CheckedForm, otherwise)) => Check::Divides(otherwise),
            Some((AtCommit::ItsOwnText | AtCommit::Waits, otherwise)) => Check::OneRow(otherwise),
            None => Check::Nothing,
        })
    }

    fn planned(&self, check: Check) -> Planned<'_> {
        Planned {
            sql: self.sql,
            params: &self.params,
            check,
        }
    }
}
