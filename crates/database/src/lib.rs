//! The kit over SQLite and PostgreSQL: transactions as plain functions, migrations, and encryption under a key per
//! person. It knows nothing of what is stored.
//!
//! ```no_run
//! # async fn example() -> Result<(), database::DatabaseError> {
//! use database::{Db, DatabaseError, Options, Sql};
//!
//! const COUNT: Sql = Sql("select count(*) from wallets where environment = $1");
//!
//! let db = Db::open(&Options::new("sqlite:cashlink.sqlite")).await?;
//! let count: i64 = db
//!     .read(|tx| tx.query_one(COUNT, &["art".into()])?.get(0))
//!     .await?;
//! # let _: (i64, Option<DatabaseError>) = (count, None);
//! # Ok(())
//! # }
//! ```

pub mod crash;
mod db;
mod dialect;
mod error;
mod job;
mod postgres;
mod queue;
mod sqlite;
mod topics;
mod tx;
mod value;

pub use db::{Db, Engine, Options};
pub use error::DatabaseError;
pub use tx::Tx;
pub use value::{FromValue, Micros, Row, Sql, Value};
