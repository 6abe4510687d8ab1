//! Leases: one holder of a name at a time, across processes.

use std::time::Duration;

use crate::{DatabaseError, Sql, Tx, Value};

const ACQUIRE: Sql = Sql("
insert into leases (name, holder, token, until)
values ($1, $2, 1, $3)
on conflict (name) do update
set holder = excluded.holder, token = leases.token + 1, until = excluded.until
where leases.until <= $4 or leases.holder = excluded.holder
returning token");
const RENEW: Sql = Sql("
update leases
set until = $4
where name = $1 and token = $2 and until > $3");
const RELEASE: Sql = Sql("
update leases
set until = $3
where name = $1 and token = $2 and until > $3");
const HOLDS: Sql = Sql("
select token
from leases
where name = $1 and token = $2 and until > $3
for update");

/// Takes a lease that is free, has run out, or belongs to the same holder. The token that comes back is larger than
/// every earlier one, so that a former holder can be told from the present one.
///
/// `now` is real time in microseconds since the Unix epoch.
///
/// # Errors
/// As [`Tx::query`].
pub fn acquire(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    now: i64,
    duration: Duration,
) -> Result<Option<i64>, DatabaseError> {
    let params = [
        name.into(),
        holder.into(),
        end(now, duration),
        Value::time(now),
    ];
    tx.query_opt(ACQUIRE, &params)?
        .map(|row| row.get(0))
        .transpose()
}

/// Prolongs a lease; false if it has run out or belongs to somebody else.
///
/// # Errors
/// As [`Tx::execute`].
pub fn renew(
    tx: &mut Tx,
    name: &str,
    token: i64,
    now: i64,
    duration: Duration,
) -> Result<bool, DatabaseError> {
    let params = [
        name.into(),
        token.into(),
        Value::time(now),
        end(now, duration),
    ];
    Ok(tx.execute(RENEW, &params)? == 1)
}

/// Gives a lease back before it runs out; does nothing if it is held no more.
///
/// # Errors
/// As [`Tx::execute`].
pub fn release(tx: &mut Tx, name: &str, token: i64, now: i64) -> Result<(), DatabaseError> {
    tx.execute(RELEASE, &[name.into(), token.into(), Value::time(now)])?;
    Ok(())
}

/// Whether the lease is still held; nobody can take it before this transaction ends. A holder asks this in the
/// transaction that does what the lease allows.
///
/// # Errors
/// As [`Tx::query`].
pub fn holds(tx: &mut Tx, name: &str, token: i64, now: i64) -> Result<bool, DatabaseError> {
    let row = tx.query_opt(HOLDS, &[name.into(), token.into(), Value::time(now)])?;
    Ok(row.is_some())
}

fn end(now: i64, duration: Duration) -> Value {
    Value::time(now.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
}
