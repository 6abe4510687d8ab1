//! What can go wrong between a caller and its database, in words that a caller can act on.

/// The failure of a transaction or of one of its statements.
///
/// It is cloneable because one failed commit is the failure of every transaction in the group, and it carries
/// neither parameters nor the database's detail text: both hold personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// A row with this key exists already.
    #[error("a unique key is taken: {constraint}")]
    Unique {
        /// PostgreSQL names the constraint, SQLite the columns (`table.column, table.column`).
        constraint: String,
    },
    /// A foreign key, a check or a not-null constraint refuses the row.
    #[error("a constraint refuses the row: {0}")]
    Constraint(String),
    /// Somebody else held a row or the whole file for too long.
    #[error("a lock was not free in time")]
    LockTimeout,
    /// A statement was cancelled because it ran too long.
    #[error("a statement ran too long: {0}")]
    StatementTimeout(String),
    /// The transaction lost against a concurrent one, on each of its attempts.
    #[error("a concurrent transaction won: {0}")]
    Conflict(String),
    /// No connection; nothing was changed.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The connection broke after the commit was sent: the transaction may have happened or not.
    #[error("the connection broke during a commit: {0}")]
    InDoubt(String),
    /// More transactions are waiting than the queue holds; nothing was changed.
    #[error("too many transactions are waiting")]
    Overloaded,
    /// The closure panicked; its transaction was rolled back.
    #[error("a transaction panicked: {0}")]
    Panicked(String),
    /// A statement that must change exactly one row changed none or several.
    #[error("a statement did not change exactly one row: {0}")]
    RowCount(String),
    /// `query_one` found nothing.
    #[error("a statement that must find one row found none: {0}")]
    NoRow(String),
    /// `query_one` or `query_opt` found more than one row.
    #[error("a statement that must find one row found several: {0}")]
    ManyRows(String),
    /// A column holds another type than the one asked for, or is null.
    #[error("column {column} is not {expected}")]
    Type {
        /// Position in the row, from zero.
        column: usize,
        /// What the caller asked for.
        expected: &'static str,
    },
    /// An earlier statement of the same transaction has failed, so this one was not sent.
    #[error("an earlier statement of this transaction has failed")]
    Aborted,
    /// A blocking call came from inside a transaction and would wait for itself.
    #[error("a transaction cannot wait for another transaction")]
    Nested,
    /// The statement is wrong, or the database could not execute it.
    #[error("{message} in: {sql}")]
    Statement {
        /// The text of the statement.
        sql: String,
        /// The database's message.
        message: String,
    },
    /// The options do not describe a database.
    #[error("the database options are wrong: {0}")]
    Options(String),
}

impl DatabaseError {
    /// Whether a unique or primary key refused the row.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Unique { .. })
    }

    /// Whether the same call may succeed a moment later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::LockTimeout
                | Self::StatementTimeout(_)
                | Self::Conflict(_)
                | Self::Unavailable(_)
                | Self::Overloaded
        )
    }

    /// Whether the transaction can be repeated from its start, because nothing of it was committed.
    pub(crate) fn is_repeatable(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Unavailable(_))
    }
}
