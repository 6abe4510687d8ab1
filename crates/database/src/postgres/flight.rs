//! Statements that travel together: all are sent before the first answer is awaited.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use futures_util::TryStreamExt;
use futures_util::future::{MaybeDone, maybe_done};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Statement};

use super::types::Column;
use crate::tx::Answer;
use crate::{DatabaseError, Row, Value};

/// One statement of a flight.
pub(super) enum Step<'a> {
    /// A text of the frame, such as `begin`.
    Frame(&'static str),
    /// A prepared statement.
    Run {
        statement: Statement,
        sql: &'static str,
        params: &'a [Value],
        check: Check,
    },
}

/// What makes an answer wrong although the database found nothing wrong with the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Nothing,
    /// The answer must tell of one changed row.
    OneRow(Otherwise),
    /// The statement divides by zero unless it changed one row.
    Divides(Otherwise),
}

/// What another number of changed rows means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Otherwise {
    Wrong,
    /// A concurrent transaction was faster.
    Again,
}

impl Otherwise {
    fn error(self, sql: &str) -> DatabaseError {
        match self {
            Otherwise::Wrong => DatabaseError::RowCount(sql.to_owned()),
            Otherwise::Again => DatabaseError::Conflict(sql.to_owned()),
        }
    }
}

/// Sends all steps and then takes their answers in order.
///
/// # Errors
/// The first failure; whether the other steps took effect depends on the transaction around them.
pub(super) async fn fly(client: &Client, steps: &[Step<'_>]) -> Result<Vec<Answer>, DatabaseError> {
    let answers = in_order(steps.iter().map(|step| take(client, step)).collect()).await;
    answers.into_iter().collect()
}

/// The driver sends a request when its future is polled first, so one poll of each in turn fills the flight, and
/// awaiting them one after the other takes the answers in the order in which the server gives them.
pub(super) async fn in_order<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut flying: Vec<Pin<Box<MaybeDone<F>>>> = futures
        .into_iter()
        .map(|future| Box::pin(maybe_done(future)))
        .collect();
    std::future::poll_fn(|context| {
        for future in &mut flying {
            let _ = future.as_mut().poll(context);
        }
        Poll::Ready(())
    })
    .await;
    let mut answers = Vec::with_capacity(flying.len());
    for mut future in flying {
        future.as_mut().await;
        answers.extend(future.as_mut().take_output());
    }
    answers
}

async fn take(client: &Client, step: &Step<'_>) -> Result<Answer, DatabaseError> {
    match step {
        Step::Frame(text) => {
            let sent = client.batch_execute(text).await;
            sent.map_err(|error| failure(&error, text))?;
            Ok(Answer {
                rows: Vec::new(),
                changed: 0,
            })
        }
        Step::Run {
            statement,
            sql,
            params,
            check,
        } => {
            let answer = run(client, statement, params).await;
            let answer = answer.map_err(|error| match (check, error.code()) {
                (Check::Divides(otherwise), Some(&SqlState::DIVISION_BY_ZERO)) => {
                    otherwise.error(sql)
                }
                _ => failure(&error, sql),
            })?;
            match check {
                Check::OneRow(otherwise) if answer.changed != 1 => Err(otherwise.error(sql)),
                _ => Ok(answer),
            }
        }
    }
}

async fn run(client: &Client, statement: &Statement, params: &[Value]) -> Result<Answer, Error> {
    let stream = client.query_raw(statement, params).await?;
    let mut stream = std::pin::pin!(stream);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        let values =
            (0..row.len()).map(|index| row.try_get::<_, Column>(index).map(|column| column.0));
        rows.push(Row(values.collect::<Result<_, _>>()?));
    }
    let changed = stream.rows_affected().unwrap_or_default();
    Ok(Answer { rows, changed })
}

/// Our words for the server's failure; its detail text stays behind because it quotes the row.
pub(super) fn failure(error: &Error, sql: &str) -> DatabaseError {
    let Some(refusal) = error.as_db_error() else {
        return local_failure(error, sql);
    };
    let constraint = || refusal.constraint().unwrap_or(refusal.message()).to_owned();
    let message = || refusal.message().to_owned();
    match refusal.code() {
        &SqlState::UNIQUE_VIOLATION => DatabaseError::Unique {
            constraint: constraint(),
        },
        &SqlState::NOT_NULL_VIOLATION => DatabaseError::Constraint(message()),
        &SqlState::FOREIGN_KEY_VIOLATION
        | &SqlState::CHECK_VIOLATION
        | &SqlState::EXCLUSION_VIOLATION => DatabaseError::Constraint(constraint()),
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
            DatabaseError::Conflict(message())
        }
        &SqlState::LOCK_NOT_AVAILABLE => DatabaseError::LockTimeout,
        &SqlState::QUERY_CANCELED => DatabaseError::StatementTimeout(sql.to_owned()),
        code if code.code().starts_with("08")
            || code.code().starts_with("57P")
            || code.code().starts_with("53") =>
        {
            DatabaseError::Unavailable(message())
        }
        _ if is_stale(error) => DatabaseError::Conflict(message()),
        _ => DatabaseError::Statement {
            sql: sql.to_owned(),
            message: message(),
        },
    }
}

/// A migration has changed a table since the statement was prepared, or the server forgot the statement.
pub(super) fn is_stale(error: &Error) -> bool {
    error
        .as_db_error()
        .is_some_and(|refusal| match refusal.code() {
            &SqlState::FEATURE_NOT_SUPPORTED => refusal.message().contains("cached plan"),
            code => *code == SqlState::INVALID_SQL_STATEMENT_NAME,
        })
}

fn local_failure(error: &Error, sql: &str) -> DatabaseError {
    let source = std::error::Error::source(error);
    let broken = error.is_closed() || source.is_some_and(|source| source.is::<std::io::Error>());
    let message = match source {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    if broken {
        return DatabaseError::Unavailable(message);
    }
    DatabaseError::Statement {
        sql: sql.to_owned(),
        message,
    }
}
