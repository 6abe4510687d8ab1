//! The kit over SQLite and PostgreSQL: transactions as plain functions, migrations, and encryption under a key per
//! person. It knows nothing of what is stored.
//!
//! ```no_run
//! # async fn example() -> Result<(), database::DatabaseError> {
//! use database::{Db, Options, Sql};
//!
//! const COUNT: Sql = Sql("select count(*) from wallets where environment = $1");
//!
//! let db = Db::open(&Options::new("sqlite:cashlink.sqlite")).await?;
//! let count: i64 = db
//!     .read(|tx| tx.query_one(COUNT, &["art".into()])?.get(0))
//!     .await?;
//! # drop(count);
//! # Ok(())
//! # }
//! ```

mod backup;
pub mod carry;
pub mod crash;
mod db;
mod dialect;
mod error;
mod job;
pub mod lease;
mod migrate;
mod options;
mod postgres;
mod prepare;
mod queue;
pub mod schema;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod topics;
mod tx;
mod value;
pub mod vault;

pub use backup::{backup, backup_without_keys};
pub use db::Db;
pub use error::DatabaseError;
pub use migrate::{Component, Migration, Report, SchemaError, check, migrate};
pub use options::{Engine, Options};
pub use prepare::prepare_all;
pub use tx::Tx;
pub use value::{FromValue, Micros, Row, Sql, Value};

/// The kit's own tables: data keys and who shares them, the vault's canary, leases.
pub const COMPONENT: Component = Component {
    name: "database",
    migrations: &[
        Migration {
            version: 1,
            name: "keys and leases",
            sqlite: include_str!("../migrations/sqlite/V0001__keys_and_leases.sql"),
            postgres: include_str!("../migrations/postgres/V0001__keys_and_leases.sql"),
        },
        Migration {
            version: 2,
            name: "shared keys",
            sqlite: include_str!("../migrations/sqlite/V0002__shared_keys.sql"),
            postgres: include_str!("../migrations/postgres/V0002__shared_keys.sql"),
        },
        Migration {
            version: 3,
            name: "destroyed keys",
            sqlite: include_str!("../migrations/sqlite/V0003__destroyed_keys.sql"),
            postgres: include_str!("../migrations/postgres/V0003__destroyed_keys.sql"),
        },
    ],
};

/// Microseconds since the Unix epoch by the machine's clock, for when something was written down, never for a decision.
#[expect(
    clippy::disallowed_methods,
    reason = "the record of a key or a migration is about real time, not an environment's"
)]
pub(crate) fn real_time() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or_default()
}
