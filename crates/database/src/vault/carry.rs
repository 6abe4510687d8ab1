//! Data keys on their way to another vault, where another master key wraps them.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{DataKey, Vault, VaultError, unwrap, wrap};
use crate::{Micros, Sql, Tx, Value};

const FIND: Sql = Sql("
select owner, wrapped, master_key_id, created_at, destroyed_at
from data_keys
where id = $1");
const SHARERS: Sql = Sql("
select owner
from data_key_sharers
where key_id = $1
order by owner");
const INSERT: Sql = Sql("
insert into data_keys (id, owner, wrapped, master_key_id, created_at, destroyed_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do nothing");
const SHARE: Sql = Sql("
insert into data_key_sharers (key_id, owner)
values ($1, $2)
on conflict (key_id, owner) do nothing");

/// The bytes of a key, which are wiped when they are dropped.
pub type KeyBytes = Zeroizing<[u8; 32]>;

/// A data key in the clear, for the eyes of whoever carries on.
pub struct CarriedKey {
    /// What is stored beside the sealed bytes.
    pub id: Uuid,
    /// Whose data it seals.
    pub owner: Option<Uuid>,
    /// Who else needs what it seals.
    pub sharers: Vec<Uuid>,
    /// The key; none once it was destroyed.
    pub key: Option<KeyBytes>,
    /// When it was made, in microseconds since the Unix epoch.
    pub created_at: i64,
    /// When it was destroyed.
    pub destroyed_at: Option<i64>,
}

impl Vault {
    /// Opens a key for another vault.
    ///
    /// # Errors
    /// [`VaultError::Unknown`]; [`VaultError::WrongMasterKey`].
    pub fn take_key(&self, tx: &mut Tx, id: Uuid) -> Result<CarriedKey, VaultError> {
        let row = tx
            .query_opt(FIND, &[id.into()])?
            .ok_or(VaultError::Unknown(id))?;
        let wrapped: Option<Vec<u8>> = row.get(1)?;
        let opened = wrapped
            .map(|wrapped| unwrap(&self.master(), id, &wrapped, row.get(2)?))
            .transpose()?;
        let Micros(created_at) = row.get(3)?;
        let destroyed_at: Option<Micros> = row.get(4)?;
        let sharers = tx.query(SHARERS, &[id.into()])?;
        Ok(CarriedKey {
            id,
            owner: row.get(0)?,
            sharers: sharers
                .iter()
                .map(|row| row.get(0))
                .collect::<Result<_, _>>()?,
            key: opened.map(|key| Zeroizing::new(**key.key)),
            created_at,
            destroyed_at: destroyed_at.map(|Micros(at)| at),
        })
    }

    /// Keeps a key of another vault, wrapped by the master key of this one; one that is there already stays as it is.
    ///
    /// # Errors
    /// As [`Tx::later`].
    pub fn keep_key(&self, tx: &mut Tx, carried: &CarriedKey) -> Result<(), VaultError> {
        let master = self.master();
        let wrapped = carried.key.as_ref().map(|key| {
            let key = DataKey {
                id: carried.id,
                key: std::sync::Arc::new(key.clone()),
            };
            wrap(&master, &key)
        });
        let parameters = [
            carried.id.into(),
            carried.owner.into(),
            wrapped.into(),
            master.id().into(),
            Value::time(carried.created_at),
            Value::opt_time(carried.destroyed_at),
        ];
        tx.later_any(INSERT, &parameters)?;
        for sharer in &carried.sharers {
            tx.later_any(SHARE, &[carried.id.into(), (*sharer).into()])?;
        }
        Ok(())
    }
}
