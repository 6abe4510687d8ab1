//! The keys as they are stored, for a backup that keeps them apart from what they seal.

use uuid::Uuid;

use super::{Vault, VaultError};
use crate::{DatabaseError, Micros, Row, Sql, Tx, Value};

const PAGE: Sql = Sql("
select id, owner, wrapped, master_key_id, created_at, destroyed_at
from data_keys
where id > $1
order by id
limit $2");
const INSERT: Sql = Sql("
insert into data_keys (id, owner, wrapped, master_key_id, created_at, destroyed_at)
values ($1, $2, $3, $4, $5, $6)");
const DESTROYED: Sql = Sql("
select id, destroyed_at
from data_keys
where destroyed_at >= $1
and destroyed_at is not null
order by destroyed_at");

/// A data key, wrapped by the master key: of no use to who has not that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// What is stored beside the sealed bytes.
    pub id: Uuid,
    /// Whose data it seals.
    pub owner: Option<Uuid>,
    /// None once it was destroyed.
    pub wrapped: Option<Vec<u8>>,
    /// The master key that wraps it; only its name.
    pub master_key_id: String,
    /// In microseconds since the Unix epoch.
    pub created_at: i64,
    /// In microseconds since the Unix epoch.
    pub destroyed_at: Option<i64>,
}

impl StoredKey {
    /// Forgets the key itself, unless it was destroyed before.
    pub fn destroy(&mut self, at: i64) {
        if self.wrapped.take().is_some() {
            self.destroyed_at = Some(at);
        }
    }
}

impl Vault {
    /// So many keys behind the one named, in the order of their ids.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn stored_keys(
        tx: &mut Tx,
        after: Uuid,
        limit: u32,
    ) -> Result<Vec<StoredKey>, DatabaseError> {
        let rows = tx.query(PAGE, &[after.into(), limit.into()])?;
        rows.iter().map(stored).collect()
    }

    /// Puts a key back into a database that was copied without its keys.
    ///
    /// # Errors
    /// As [`Tx::later`]; the commit fails if the key is there.
    pub fn restore_key(tx: &mut Tx, key: &StoredKey) -> Result<(), VaultError> {
        let parameters = [
            key.id.into(),
            key.owner.into(),
            key.wrapped.clone().into(),
            key.master_key_id.clone().into(),
            Value::time(key.created_at),
            Value::opt_time(key.destroyed_at),
        ];
        Ok(tx.later(INSERT, &parameters)?)
    }

    /// The keys that were destroyed since then (microseconds since the Unix epoch), and when.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn destroyed_since(tx: &mut Tx, since: i64) -> Result<Vec<(Uuid, i64)>, DatabaseError> {
        let rows = tx.query(DESTROYED, &[Value::time(since)])?;
        let read = |row: &Row| {
            let Micros(at) = row.get(1)?;
            Ok((row.get(0)?, at))
        };
        rows.iter().map(read).collect()
    }
}

fn stored(row: &Row) -> Result<StoredKey, DatabaseError> {
    let Micros(created_at) = row.get(4)?;
    let destroyed_at: Option<Micros> = row.get(5)?;
    Ok(StoredKey {
        id: row.get(0)?,
        owner: row.get(1)?,
        wrapped: row.get(2)?,
        master_key_id: row.get(3)?,
        created_at,
        destroyed_at: destroyed_at.map(|Micros(at)| at),
    })
}
