//! The bare limit: the statements of one investment without the server, one unit a transaction, each statement awaited before the next.

pub mod pgbench;
pub mod plain_postgres;
pub mod sqlite;

/// Clients that work at once on PostgreSQL, as many as the server has connections.
pub const CLIENTS: usize = 16;

/// Units of one round at most: rounds work on the same database and must not make the same ids.
pub const ROUND: u64 = 1_000_000;
