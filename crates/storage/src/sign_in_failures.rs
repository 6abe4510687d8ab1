//! Failed sign-ins by account and by address, known or not: an unknown account is paused like a known one.

use database::{DatabaseError, Sql, Tx};
use domain::Timestamp;

use crate::columns::{Columns, opt_time, time};

const FIND: Sql = Sql("select failures, paused_until, changed_at
from sign_in_failures
where subject = $1");

const NOTE: Sql = Sql("insert into sign_in_failures
(subject, failures, paused_until, changed_at)
values ($1, $2, $3, $4)
on conflict (subject) do update
set failures = $2, paused_until = $3, changed_at = $4");

const FORGET: Sql = Sql("delete from sign_in_failures
where subject = $1");

const FORGET_OLD: Sql = Sql("delete from sign_in_failures
where changed_at < $1");

/// What is known of one account's or address's failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// So many since the last success.
    pub count: u32,
    /// Nothing is tried before this.
    pub paused_until: Option<Timestamp>,
    /// The last one.
    pub changed_at: Timestamp,
}

/// The failures of an account or address.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, subject: &[u8; 32]) -> Result<Option<Failures>, DatabaseError> {
    tx.query_opt(FIND, &[subject.into()])?
        .map(|row| {
            let mut columns = Columns::of(&row);
            Ok(Failures {
                count: columns.next()?,
                paused_until: columns.opt_time()?,
                changed_at: columns.time()?,
            })
        })
        .transpose()
}

/// Keeps how many failures there were.
///
/// # Errors
/// Fails if the database does.
pub fn note(tx: &mut Tx, subject: &[u8; 32], failures: &Failures) -> Result<(), DatabaseError> {
    let parameters = [
        subject.into(),
        failures.count.into(),
        opt_time(failures.paused_until),
        time(failures.changed_at),
    ];
    tx.execute(NOTE, &parameters).map(|_| ())
}

/// Forgets them after a success.
///
/// # Errors
/// Fails if the database does.
pub fn forget(tx: &mut Tx, subject: &[u8; 32]) -> Result<(), DatabaseError> {
    tx.execute(FORGET, &[subject.into()]).map(|_| ())
}

/// Forgets what is older than that.
///
/// # Errors
/// Fails if the database does.
pub fn forget_before(tx: &mut Tx, time_limit: Timestamp) -> Result<u64, DatabaseError> {
    tx.execute(FORGET_OLD, &[time(time_limit)])
}
