//! Encryption at rest under a key per person. The keys lie in the database, wrapped by a master key that does not;
//! destroying a key erases everything that it sealed, in every backup that lacks it.

mod cache;
mod carry;
mod cipher;
mod master;
mod rotate;
mod stored;

use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;
use zeroize::Zeroizing;

pub use carry::{CarriedKey, KeyBytes};
pub use master::MasterKey;
pub use stored::StoredKey;

use crate::{DatabaseError, Db, Sql, Tx, Value};
use cache::Cache;

const CANARY: Sql = Sql("select master_key_id, sealed from vault_canary");
const CREATE_CANARY: Sql = Sql("
insert into vault_canary (master_key_id, sealed, created_at)
values ($1, $2, $3)");
const HAS_KEYS: Sql = Sql("select exists (select 1 from data_keys)");
/// Inserts nothing if the master key was changed meanwhile; the lock keeps a change from overtaking this insert.
const INSERT: Sql = Sql("
insert into data_keys (id, owner, wrapped, master_key_id, created_at)
select $1, $2, $3, $4, $5
from vault_canary
where master_key_id = $4
for share");
const FIND: Sql = Sql("
select wrapped, master_key_id
from data_keys
where id = $1");
const ASSIGN: Sql = Sql("
update data_keys
set owner = $2
where id = $1 and destroyed_at is null and (owner is null or owner = $2)");
/// The lock keeps the key from being destroyed before the sharer counts.
const SHARE: Sql = Sql("
insert into data_key_sharers (key_id, owner)
select id, $2
from data_keys
where id = $1
and destroyed_at is null
for share
on conflict (key_id, owner) do update
set owner = excluded.owner");
/// Waits for those who are about to share one of the keys, so that the next statement sees them.
const LOCK_OWNER: Sql = Sql("
select id
from data_keys
where owner = $1
and destroyed_at is null
order by id
for update");
const LEAVE: Sql = Sql("
delete from data_key_sharers
where owner = $1");
const PASS_ON: Sql = Sql("
update data_keys
set owner = (
    select s.owner
    from data_key_sharers s
    where s.key_id = data_keys.id
    order by s.owner
    limit 1)
where owner = $1
and destroyed_at is null
and exists (
    select 1
    from data_key_sharers s
    where s.key_id = data_keys.id)");
const DESTROY_OWNER: Sql = Sql("
update data_keys
set wrapped = null, destroyed_at = $2
where owner = $1 and destroyed_at is null
returning id");

/// What the canary says once it is opened.
const CANARY_TEXT: &[u8] = b"cashlink vault canary";

/// Why something could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The database is sealed with another master key.
    #[error("the database is sealed with master key {expected}, not with {given}")]
    WrongMasterKey {
        /// The id of the key that is needed.
        expected: String,
        /// The id of the key that was given.
        given: String,
    },
    /// Neither 64 hexadecimal digits nor 32 bytes in base64.
    #[error("the master key is not 32 bytes in hexadecimal or base64")]
    MalformedMasterKey,
    /// The file with the master key cannot be read.
    #[error("the master key cannot be read: {0}")]
    UnreadableMasterKey(String),
    /// The key was destroyed: what it sealed is erased.
    #[error("data key {0} has been destroyed")]
    Destroyed(Uuid),
    /// There never was such a key.
    #[error("data key {0} does not exist")]
    Unknown(Uuid),
    /// The key belongs to somebody else, was destroyed, or does not exist.
    #[error("data key {0} cannot be assigned")]
    NotAssignable(Uuid),
    /// The sealed bytes were changed, or belong to another key or context.
    #[error("the sealed bytes cannot be opened")]
    Damaged,
    /// The operating system gives no random bytes.
    #[error("no random bytes: {0}")]
    Randomness(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A key that seals one person's data.
#[derive(Clone)]
pub struct DataKey {
    id: Uuid,
    key: Arc<Zeroizing<[u8; 32]>>,
}

impl DataKey {
    /// What is stored beside the sealed bytes.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Encrypts. The context, such as `investor/7f…/bank`, has to be given again to open.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        cipher::seal(&self.key, context.as_bytes(), plain)
    }

    /// Decrypts.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] for another key, another context or changed bytes.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        cipher::open(&self.key, context.as_bytes(), sealed)
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

/// The way to the data keys.
#[derive(Clone)]
pub struct Vault {
    shared: Arc<Shared>,
}

struct Shared {
    master: RwLock<MasterKey>,
    cache: Cache,
}

impl Vault {
    /// Opens the vault, or creates it in a database that has none.
    ///
    /// # Errors
    /// [`VaultError::WrongMasterKey`], or a failure of the database.
    pub async fn open(db: &Db, master: MasterKey) -> Result<Vault, VaultError> {
        let key = master.clone();
        let opened = db.write(move |tx| open_or_create(tx, &key)).await;
        if opened.as_ref().is_err_and(is_lost_race) {
            // Another process has created it in the same moment.
            let key = master.clone();
            db.write(move |tx| open_or_create(tx, &key)).await?;
        } else {
            opened?;
        }
        Ok(Vault {
            shared: Arc::new(Shared {
                master: RwLock::new(master),
                cache: Cache::default(),
            }),
        })
    }

    /// Makes a key and stores it wrapped.
    ///
    /// # Errors
    /// A failure of the database, which may show only at its commit; also when the master key was changed by another process.
    pub fn new_key(&self, tx: &mut Tx, owner: Option<Uuid>) -> Result<DataKey, VaultError> {
        let master = self.master();
        let key = DataKey {
            id: Uuid::now_v7(),
            key: Arc::new(cipher::random_key()?),
        };
        let params = [
            key.id.into(),
            owner.into(),
            wrap(&master, &key).into(),
            master.id().into(),
            Value::time(crate::real_time()),
        ];
        tx.later(INSERT, &params)?;
        self.shared.cache.put(&key);
        Ok(key)
    }

    /// Finds a key.
    ///
    /// # Errors
    /// [`VaultError::Destroyed`] if the person was erased; [`VaultError::Unknown`]; [`VaultError::WrongMasterKey`]
    /// after another process has changed the master key.
    pub fn key(&self, tx: &mut Tx, id: Uuid) -> Result<DataKey, VaultError> {
        if let Some(key) = self.shared.cache.get(id) {
            return Ok(key);
        }
        let row = tx
            .query_opt(FIND, &[id.into()])?
            .ok_or(VaultError::Unknown(id))?;
        let wrapped: Option<Vec<u8>> = row.get(0)?;
        let wrapped = wrapped.ok_or(VaultError::Destroyed(id))?;
        let key = unwrap(&self.master(), id, &wrapped, row.get(1)?)?;
        self.shared.cache.put(&key);
        Ok(key)
    }

    /// Gives a key that has no owner yet to a person, for what is sealed before the person exists, such as an upload.
    ///
    /// # Errors
    /// [`VaultError::NotAssignable`] if the key has another owner, was destroyed or does not exist.
    pub fn assign(&self, tx: &mut Tx, id: Uuid, owner: Uuid) -> Result<(), VaultError> {
        match tx.execute(ASSIGN, &[id.into(), owner.into()])? {
            1 => Ok(()),
            _ => Err(VaultError::NotAssignable(id)),
        }
    }

    /// Keeps a key that has an owner for another person too, who needs what it seals: a document that concerns both.
    ///
    /// # Errors
    /// [`VaultError::NotAssignable`] if the key was destroyed or does not exist.
    pub fn share(&self, tx: &mut Tx, id: Uuid, with: Uuid) -> Result<(), VaultError> {
        match tx.execute(SHARE, &[id.into(), with.into()])? {
            1 => Ok(()),
            _ => Err(VaultError::NotAssignable(id)),
        }
    }

    /// Destroys every key of a person and says how many they were. Other processes forget them within seconds. A key that
    /// others share passes to one of them: it is destroyed with the last person who needs what it seals.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn destroy_owner(&self, tx: &mut Tx, owner: Uuid) -> Result<usize, VaultError> {
        tx.query(LOCK_OWNER, &[owner.into()])?;
        tx.execute(LEAVE, &[owner.into()])?;
        tx.execute(PASS_ON, &[owner.into()])?;
        let destroyed = tx.query(
            DESTROY_OWNER,
            &[owner.into(), Value::time(crate::real_time())],
        )?;
        for row in &destroyed {
            self.shared.cache.remove(row.get(0)?);
        }
        Ok(destroyed.len())
    }

    /// The master key in use, from which other secrets are derived.
    pub fn master(&self) -> MasterKey {
        self.shared
            .master
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn open_or_create(tx: &mut Tx, master: &MasterKey) -> Result<(), VaultError> {
    let given = master.id();
    let Some(row) = tx.query_opt(CANARY, &[])? else {
        if tx.query_one(HAS_KEYS, &[])?.get(0)? {
            // Without its canary nothing says which master key is right; creating one now would hide the damage.
            return Err(VaultError::Damaged);
        }
        tx.execute(CREATE_CANARY, &canary(master))?;
        return Ok(());
    };
    let expected: String = row.get(0)?;
    let sealed: Vec<u8> = row.get(1)?;
    let opened = cipher::open(&master.wrapping_key(), expected.as_bytes(), &sealed);
    if expected != given || opened.as_deref() != Ok(CANARY_TEXT) {
        return Err(VaultError::WrongMasterKey { expected, given });
    }
    Ok(())
}

fn is_lost_race(error: &VaultError) -> bool {
    matches!(error, VaultError::Database(error) if error.is_unique())
}

/// The row that proves a master key.
fn canary(master: &MasterKey) -> [Value; 3] {
    let id = master.id();
    let sealed = cipher::seal(&master.wrapping_key(), id.as_bytes(), CANARY_TEXT);
    [id.into(), sealed.into(), Value::time(crate::real_time())]
}

fn wrap(master: &MasterKey, key: &DataKey) -> Vec<u8> {
    cipher::seal(&master.wrapping_key(), key.id.as_bytes(), &key.key[..])
}

fn unwrap(
    master: &MasterKey,
    id: Uuid,
    wrapped: &[u8],
    expected: String,
) -> Result<DataKey, VaultError> {
    let given = master.id();
    if expected != given {
        return Err(VaultError::WrongMasterKey { expected, given });
    }
    let plain = Zeroizing::new(cipher::open(
        &master.wrapping_key(),
        id.as_bytes(),
        wrapped,
    )?);
    let key = plain
        .as_slice()
        .try_into()
        .map_err(|_| VaultError::Damaged)?;
    Ok(DataKey {
        id,
        key: Arc::new(Zeroizing::new(key)),
    })
}
