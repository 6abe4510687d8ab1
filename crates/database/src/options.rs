//! Which database is used, and how.

use std::path::{Path, PathBuf};

/// The two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite in one file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// Where the database is and how it is used.
#[derive(Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections to PostgreSQL; SQLite has one writer and a few readers whatever this says.
    pub connections: usize,
    /// Transactions that may wait before [`DatabaseError::Overloaded`](crate::DatabaseError::Overloaded) is the answer.
    pub queue: usize,
    /// PEM file with the root certificates of PostgreSQL's server; needed for `sslmode=require`.
    pub root_certificates: Option<PathBuf>,
    /// The schema of PostgreSQL in which the tables are, for databases that several programs share; [`migrate`](crate::migrate())
    /// makes it. Lower-case letters, digits and underscores.
    pub schema: Option<String>,
}

impl Options {
    /// The defaults for an address: 16 connections, 8192 waiting transactions, no certificates, the server's own schema.
    pub fn new(url: impl Into<String>) -> Options {
        Options {
            url: url.into(),
            connections: 16,
            queue: 8192,
            root_certificates: None,
            schema: None,
        }
    }

    /// A file of SQLite.
    pub fn sqlite(path: &Path) -> Options {
        Options::new(format!("sqlite:{}", path.display()))
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("Options")
            .field("connections", &self.connections)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}
