//! A new master key: every data key is wrapped again, what they sealed stays as it is.

use std::sync::PoisonError;

use uuid::Uuid;

use super::{CANARY, MasterKey, Vault, VaultError, canary, unwrap, wrap};
use crate::{Db, Sql, Tx, Value};

/// Keys that are read at a time.
const PAGE: i64 = 500;

/// The row lock waits for keys that are being made, and makes later ones fail until their process has the new key.
const REPLACE_CANARY: Sql = Sql("
update vault_canary
set master_key_id = $2, sealed = $3, created_at = $4
where master_key_id = $1");
const NEXT: Sql = Sql("
select id, wrapped, master_key_id
from data_keys
where master_key_id = $1 and wrapped is not null
order by id
limit $2");
const REWRAP: Sql = Sql("
update data_keys
set wrapped = $2, master_key_id = $3
where id = $1");

impl Vault {
    /// Wraps every key with a new master key, in one transaction. Other processes have to be started again with the
    /// new key; until then they can make and read no keys.
    ///
    /// # Errors
    /// [`VaultError::WrongMasterKey`] if another process was faster; or a failure of the database, then the old key stays.
    pub async fn rotate(&self, db: &Db, new: MasterKey) -> Result<(), VaultError> {
        let (old, next) = (self.master(), new.clone());
        db.write(move |tx| rewrap_all(tx, &old, &next)).await?;
        *self
            .shared
            .master
            .write()
            .unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }
}

fn rewrap_all(tx: &mut Tx, old: &MasterKey, new: &MasterKey) -> Result<(), VaultError> {
    if old.id() == new.id() {
        return Ok(());
    }
    let mut replacement = vec![Value::from(old.id())];
    replacement.extend(canary(new));
    if tx.execute(REPLACE_CANARY, &replacement)? != 1 {
        let expected = tx.query_one(CANARY, &[])?.get(0)?;
        return Err(VaultError::WrongMasterKey {
            expected,
            given: old.id(),
        });
    }
    loop {
        let rows = tx.query(NEXT, &[old.id().into(), PAGE.into()])?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let id: Uuid = row.get(0)?;
            let key = unwrap(old, id, &row.get::<Vec<u8>>(1)?, row.get(2)?)?;
            tx.later(
                REWRAP,
                &[id.into(), wrap(new, &key).into(), new.id().into()],
            )?;
        }
    }
}
