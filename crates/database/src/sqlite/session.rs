//! One connection to SQLite and the statements on it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, ffi};

use crate::tx::{Answer, Expect};
use crate::{DatabaseError, Row, Sql, Value, dialect};

/// Enough for every statement of the system, so that none is prepared twice.
const STATEMENTS: usize = 1024;

/// `synchronous=full`, because a register must not lose an acknowledged entry at power loss; group commit pays for it.
const PRAGMAS: &str = "
pragma journal_mode = wal;
pragma synchronous = full;
pragma foreign_keys = on;
pragma busy_timeout = 10000;
pragma trusted_schema = off;
pragma wal_autocheckpoint = 2000;
pragma temp_store = memory;
pragma cache_size = -32768;
";

/// Opens the file, creating it if need be.
pub(crate) fn open(path: &Path) -> Result<Connection, DatabaseError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .and_then(|connection| connection.execute_batch(PRAGMAS).map(|()| connection))
        .map_err(|error| DatabaseError::Unavailable(format!("{}: {error}", path.display())))?;
    // Otherwise SQLite plans a statement anew whenever a parameter has another value, which costs more than running it.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| failure(error, "enable_qpsg"))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

pub(super) fn open_reader(path: &Path) -> Result<Connection, DatabaseError> {
    let connection = open(path)?;
    execute_plain(&connection, "pragma query_only = on")?;
    Ok(connection)
}

/// A connection and the translated texts of its statements.
pub(crate) struct Session {
    connection: Connection,
    texts: HashMap<(usize, usize), Arc<str>>,
}

impl Session {
    pub(super) fn new(connection: Connection) -> Session {
        Session {
            connection,
            texts: HashMap::new(),
        }
    }

    pub(crate) fn ask(&mut self, sql: Sql, params: &[Value]) -> Result<Answer, DatabaseError> {
        let text = self.text(sql);
        run(&self.connection, &text, params).map_err(|error| failure(error, &text))
    }

    pub(crate) fn ask_many(
        &mut self,
        flight: &[(Sql, &[Value])],
    ) -> Result<Vec<Answer>, DatabaseError> {
        flight
            .iter()
            .map(|(sql, params)| self.ask(*sql, params))
            .collect()
    }

    /// Nothing is gained by deferring a write to a database in the same process.
    pub(crate) fn now(
        &mut self,
        sql: Sql,
        params: &[Value],
        expect: Expect,
    ) -> Result<(), DatabaseError> {
        let changed = self.ask(sql, params)?.changed;
        match (expect, changed) {
            (Expect::Any, _) | (Expect::One, 1) => Ok(()),
            (Expect::One, _) => Err(DatabaseError::RowCount(sql.0.to_owned())),
            (Expect::OneOrAgain, 1) => Ok(()),
            // The writer is alone, so that nobody was faster: the closure has not looked at what is there.
            (Expect::OneOrAgain, _) => Err(DatabaseError::Conflict(sql.0.to_owned())),
        }
    }

    pub(crate) fn batch(&mut self, text: &str) -> Result<(), DatabaseError> {
        execute_plain(&self.connection, text)
    }

    pub(crate) fn check(&mut self, text: &str) -> Result<(), DatabaseError> {
        let text = dialect::for_sqlite(text);
        self.connection
            .prepare(&text)
            .map(|_| ())
            .map_err(|error| failure(error, &text))
    }

    /// A statement of the frame, such as `commit`.
    pub(super) fn plain(&self, text: &'static str) -> Result<(), DatabaseError> {
        let done = run(&self.connection, text, &[]);
        done.map(drop).map_err(|error| failure(error, text))
    }

    /// Whether no transaction runs.
    pub(super) fn is_outside(&self) -> bool {
        self.connection.is_autocommit()
    }

    fn text(&mut self, sql: Sql) -> Arc<str> {
        let text = self
            .texts
            .entry(sql.key())
            .or_insert_with(|| dialect::for_sqlite(sql.0).into());
        Arc::clone(text)
    }
}

fn run(connection: &Connection, text: &str, params: &[Value]) -> rusqlite::Result<Answer> {
    let mut statement = connection.prepare_cached(text)?;
    let expected = statement.parameter_count();
    if expected != params.len() {
        // SQLite would take a missing parameter for null.
        return Err(rusqlite::Error::InvalidParameterCount(
            params.len(),
            expected,
        ));
    }
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, param)?;
    }
    let columns = statement.column_count();
    let only_reads = statement.readonly();
    let mut rows = Vec::new();
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next()? {
        let values = (0..columns).map(|index| row.get_ref(index).and_then(column));
        rows.push(Row(values.collect::<rusqlite::Result<_>>()?));
    }
    drop(cursor);
    let changed = if only_reads {
        rows.len() as u64
    } else {
        connection.changes()
    };
    Ok(Answer { rows, changed })
}

fn column(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::I64(value),
        ValueRef::Text(_) => Value::Text(value.as_str()?.to_owned()),
        ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
        // There is no column for it in the STRICT tables; a computed one is cast to an integer by the statement.
        ValueRef::Real(_) => return Err(rusqlite::types::FromSqlError::InvalidType.into()),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Value::I64(value) | Value::Time(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => ValueRef::Blob(value),
            Value::Uuid(value) => ValueRef::Blob(value.as_bytes()),
        }))
    }
}

pub(crate) fn execute_plain(connection: &Connection, text: &str) -> Result<(), DatabaseError> {
    connection
        .execute_batch(text)
        .map_err(|error| failure(error, text))
}

pub(crate) fn failure(error: rusqlite::Error, sql: &str) -> DatabaseError {
    let statement = |message: String| DatabaseError::Statement {
        sql: sql.to_owned(),
        message,
    };
    let (code, message) = match &error {
        rusqlite::Error::SqliteFailure(code, message) => {
            (*code, message.clone().unwrap_or_default())
        }
        rusqlite::Error::SqlInputError { msg, .. } => return statement(msg.clone()),
        other => return statement(other.to_string()),
    };
    match (code.code, code.extended_code) {
        (
            _,
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID,
        ) => {
            let constraint = message
                .strip_prefix("UNIQUE constraint failed: ")
                .unwrap_or(&message);
            DatabaseError::Unique {
                constraint: constraint.to_owned(),
            }
        }
        (ErrorCode::ConstraintViolation, _) => DatabaseError::Constraint(message),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => DatabaseError::LockTimeout,
        (ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen, _) => {
            DatabaseError::Unavailable(message)
        }
        _ => statement(message),
    }
}
