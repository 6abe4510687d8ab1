//! The transaction that a closure works on.

use crate::job::Mode;
use crate::{DatabaseError, Engine, Row, Sql, Value, postgres, sqlite};

/// Rows that one statement inserts of many. The usual batch of deliveries has ten times as many; more gain little.
const ROWS: usize = 50;

/// What one statement came back with.
pub(crate) struct Answer {
    pub(crate) rows: Vec<Row>,
    pub(crate) changed: u64,
}

/// How many rows a deferred write may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    One,
    /// As `One`, but another number means that a concurrent transaction was faster.
    OneOrAgain,
    Any,
}

/// A running transaction. It is lent to a closure that cannot await, so nothing but the database is waited for inside.
///
/// After a statement has failed the transaction is lost on both databases: every further statement answers
/// [`DatabaseError::Aborted`], and it is rolled back even if the closure returns a success.
pub struct Tx {
    pub(crate) session: Session,
    failed: Option<DatabaseError>,
    wakes: Vec<&'static str>,
    marks: Vec<String>,
}

/// The connection under a transaction; it outlives the transaction and belongs to one thread.
pub(crate) enum Session {
    Sqlite(sqlite::Session),
    Postgres(Box<postgres::Session>),
}

impl Tx {
    /// All rows of a statement.
    ///
    /// # Errors
    /// What the database refuses, see [`DatabaseError`]; the transaction is lost then.
    pub fn query(&mut self, sql: Sql, params: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        self.ask(sql, params).map(|answer| answer.rows)
    }

    /// The one row of a statement, or nothing.
    ///
    /// # Errors
    /// As [`Tx::query`], and [`DatabaseError::ManyRows`].
    pub fn query_opt(&mut self, sql: Sql, params: &[Value]) -> Result<Option<Row>, DatabaseError> {
        let mut rows = self.query(sql, params)?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            _ => Err(DatabaseError::ManyRows(sql.0.to_owned())),
        }
    }

    /// The one row of a statement.
    ///
    /// # Errors
    /// As [`Tx::query_opt`], and [`DatabaseError::NoRow`].
    pub fn query_one(&mut self, sql: Sql, params: &[Value]) -> Result<Row, DatabaseError> {
        self.query_opt(sql, params)?
            .ok_or_else(|| DatabaseError::NoRow(sql.0.to_owned()))
    }

    /// Executes a statement and counts the rows that it changed (or returned, if it only reads).
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn execute(&mut self, sql: Sql, params: &[Value]) -> Result<u64, DatabaseError> {
        self.ask(sql, params).map(|answer| answer.changed)
    }

    /// The rows of several statements; on PostgreSQL they travel in one flight.
    ///
    /// # Errors
    /// As [`Tx::query`], for the first statement that fails.
    pub fn query_many(
        &mut self,
        flight: &[(Sql, &[Value])],
    ) -> Result<Vec<Vec<Row>>, DatabaseError> {
        let answers = self.guarded(|session| match session {
            Session::Sqlite(session) => session.ask_many(flight),
            Session::Postgres(session) => session.ask_many(flight),
        })?;
        Ok(answers.into_iter().map(|answer| answer.rows).collect())
    }

    /// A write whose answer nobody needs: at once on SQLite, with the next question or the commit on PostgreSQL.
    /// It must change exactly one row, else the transaction fails.
    ///
    /// # Errors
    /// As [`Tx::query`], and [`DatabaseError::RowCount`]; on PostgreSQL they may only show at the next statement or at the commit.
    pub fn later(&mut self, sql: Sql, params: &[Value]) -> Result<(), DatabaseError> {
        self.defer(sql, params, Expect::One)
    }

    /// As [`Tx::later`], for a write whose condition was true a moment ago without a lock: if it changes no row, somebody else
    /// was faster, and the transaction is repeated from its start, where the closure sees what is there now.
    ///
    /// # Errors
    /// As [`Tx::later`], with [`DatabaseError::Conflict`] instead of the row count once the attempts are used up.
    pub fn later_or_again(&mut self, sql: Sql, params: &[Value]) -> Result<(), DatabaseError> {
        self.defer(sql, params, Expect::OneOrAgain)
    }

    /// As [`Tx::later`], for a write that may change any number of rows.
    ///
    /// # Errors
    /// As [`Tx::later`].
    pub fn later_any(&mut self, sql: Sql, params: &[Value]) -> Result<(), DatabaseError> {
        self.defer(sql, params, Expect::Any)
    }

    /// Inserts rows as [`Tx::later`] does, many of them with one statement. The text inserts one row, `insert into t (…) values ($1, $2, …)`;
    /// behind that may stand an `on conflict … do update` without a parameter, if no two rows meet there.
    ///
    /// # Errors
    /// As [`Tx::later`].
    pub fn later_rows<const WIDTH: usize>(
        &mut self,
        sql: Sql,
        rows: &[[Value; WIDTH]],
    ) -> Result<(), DatabaseError> {
        let mut rest = rows;
        if let Some(many) = sql.of_rows(ROWS) {
            let groups = rows.chunks_exact(ROWS);
            rest = groups.remainder();
            for group in groups {
                // Such a text inserts all of them or fails.
                self.later_any(many, group.as_flattened())?;
            }
        }
        rest.iter().try_for_each(|row| self.later(sql, row))
    }

    /// Wakes who waits for the topic once this transaction is committed.
    pub fn on_commit_wake(&mut self, topic: &'static str) {
        if !self.wakes.contains(&topic) {
            self.wakes.push(topic);
        }
    }

    /// Remembers until the transaction ends that something was done in it.
    pub fn mark(&mut self, done: &str) {
        if !self.is_marked(done) {
            self.marks.push(done.to_owned());
        }
    }

    /// Whether that was done in this transaction.
    pub fn is_marked(&self, done: &str) -> bool {
        self.marks.iter().any(|mark| mark == done)
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        match &self.session {
            Session::Sqlite(_) => Engine::Sqlite,
            Session::Postgres(_) => Engine::Postgres,
        }
    }

    /// Several statements in one text, without parameters; for migrations only.
    pub(crate) fn batch(&mut self, text: &str) -> Result<(), DatabaseError> {
        self.guarded(|session| match session {
            Session::Sqlite(session) => session.batch(text),
            Session::Postgres(session) => session.batch(text),
        })
    }

    /// Prepares a text without executing it, to learn whether the database understands it.
    pub(crate) fn prepare(&mut self, text: &str) -> Result<(), DatabaseError> {
        match &mut self.session {
            Session::Sqlite(session) => session.check(text),
            Session::Postgres(session) => session.check(text),
        }
    }

    pub(crate) fn new(session: Session) -> Tx {
        Tx {
            session,
            failed: None,
            wakes: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Forgets the transaction before, so that the connection serves the next one.
    pub(crate) fn start(&mut self, mode: Mode) {
        self.failed = None;
        self.wakes.clear();
        self.marks.clear();
        if let Session::Postgres(session) = &mut self.session {
            session.start(mode);
        }
    }

    /// What made this transaction impossible to commit, if anything did.
    pub(crate) fn failure(&self) -> Option<&DatabaseError> {
        self.failed.as_ref()
    }

    pub(crate) fn take_wakes(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.wakes)
    }

    fn ask(&mut self, sql: Sql, params: &[Value]) -> Result<Answer, DatabaseError> {
        self.guarded(|session| match session {
            Session::Sqlite(session) => session.ask(sql, params),
            Session::Postgres(session) => session.ask(sql, params),
        })
    }

    fn defer(&mut self, sql: Sql, params: &[Value], expect: Expect) -> Result<(), DatabaseError> {
        self.guarded(|session| match session {
            Session::Sqlite(session) => session.now(sql, params, expect),
            Session::Postgres(session) => session.later(sql, params, expect),
        })
    }

    /// PostgreSQL loses a transaction with the first failed statement; doing the same here keeps SQLite from
    /// accepting code that would not work there.
    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Session) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        if self.failed.is_some() {
            return Err(DatabaseError::Aborted);
        }
        work(&mut self.session).inspect_err(|error| self.failed = Some(error.clone()))
    }
}
