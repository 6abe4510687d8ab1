//! Secrets of the network itself. They are sealed by a data key, so that they outlive a change of the master key.

use database::{DatabaseError, Sql, Tx};
use domain::Timestamp;
use uuid::Uuid;

use crate::columns::{Columns, time};

const FIND: Sql = Sql("select key_id, sealed_secret
from network_secrets
where name = $1");

// Of two processes that start together one is first.
const INSERT: Sql = Sql("insert into network_secrets
(name, key_id, sealed_secret, created_at)
values ($1, $2, $3, $4)
on conflict (name) do nothing");

/// The data key and what it sealed.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, name: &str) -> Result<Option<(Uuid, Vec<u8>)>, DatabaseError> {
    tx.query_opt(FIND, &[name.into()])?
        .map(|row| {
            let mut columns = Columns::of(&row);
            Ok((columns.next()?, columns.next()?))
        })
        .transpose()
}

/// Keeps a secret unless there is one of this name.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    name: &str,
    key: Uuid,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.execute(INSERT, &[name.into(), key.into(), sealed.into(), time(now)])
        .map(|_| ())
}
