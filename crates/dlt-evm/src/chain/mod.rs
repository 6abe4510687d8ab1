//! The embedded chain: persistent, without a mempool and without a trie, one transaction a block.

mod error;
mod execute;
mod produce;
mod state;
pub(crate) mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use alloy::primitives::{Address, B256};
use database::{Db, Tx};
use domain::Timestamp;
use revm::database::CacheDB;
use revm::state::Bytecode;
use uuid::Uuid;

pub use error::ChainError;
pub(crate) use execute::{Ending, Message};

/// What a block, and with it a transaction, can use: the cap of EIP-7825.
pub const GAS_LIMIT: u64 = 16_777_216;

/// Gives the wall clock's time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How the embedded chain is opened.
pub struct EmbeddedOptions {
    /// The chain's number; a database keeps the one it was created with.
    pub chain_id: u64,
    /// Where block times come from.
    pub clock: Clock,
    /// This process, as the holder of the block producer's lease; a fresh random one per start.
    pub process: Uuid,
}

impl EmbeddedOptions {
    /// The chain number that demos and new installations get.
    pub const DEFAULT_CHAIN_ID: u64 = 424_242;

    /// The default chain.
    #[must_use]
    pub fn new(clock: Clock, process: Uuid) -> Self {
        Self {
            chain_id: Self::DEFAULT_CHAIN_ID,
            clock,
            process,
        }
    }
}

/// A chain in the application's database. Clones share it.
#[derive(Clone)]
pub struct Embedded {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    chain_id: u64,
    clock: Clock,
    process: Uuid,
    codes: CodeCache,
}

/// Code never changes under its hash, so it is read and analysed once per process.
#[derive(Default)]
pub(crate) struct CodeCache(Mutex<HashMap<B256, Bytecode>>);

impl CodeCache {
    fn get(&self, hash: &B256) -> Option<Bytecode> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(hash)
            .cloned()
    }

    fn put(&self, hash: B256, code: Bytecode) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(hash, code);
    }
}

impl Embedded {
    /// Opens the chain where it stopped, or starts it with an empty block 0.
    ///
    /// # Errors
    /// `Fault` if the database holds a chain with another number.
    pub async fn open(db: &Db, options: EmbeddedOptions) -> Result<Self, ChainError> {
        let EmbeddedOptions {
            chain_id,
            clock,
            process,
        } = options;
        let now = clock();
        let found = db.read(store::find_head).await?;
        let head = match found {
            Some(head) => head,
            None => {
                db.write(move |tx| produce::start(tx, chain_id, now))
                    .await?
            }
        };
        if head.chain_id != chain_id {
            return Err(ChainError::Fault(format!(
                "the database holds chain {}, the configuration says {chain_id}",
                head.chain_id
            )));
        }
        let codes = CodeCache::default();
        Ok(Self {
            inner: Arc::new(Inner {
                db: db.clone(),
                chain_id,
                clock,
                process,
                codes,
            }),
        })
    }

    /// The chain's number.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.inner.chain_id
    }

    pub(crate) fn clock(&self) -> Clock {
        Arc::clone(&self.inner.clock)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Runs a closure over a consistent view of the chain.
    pub(crate) async fn read<T, F>(&self, run: F) -> Result<T, ChainError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, ChainError> + Send + 'static,
    {
        self.inner.db.read(run).await
    }

    /// Executes a message on the latest state and forgets its effects.
    pub(crate) async fn call(&self, message: Message) -> Result<(Ending, u64), ChainError> {
        let chain = self.clone();
        self.read(move |tx| chain.simulate(tx, |evm| evm.run(&message, message.gas_limit)))
            .await
    }

    /// The gas limit that a message needs on the latest state, or how it ends without one that suffices.
    pub(crate) async fn estimate(
        &self,
        message: Message,
    ) -> Result<Result<u64, Ending>, ChainError> {
        let chain = self.clone();
        self.read(move |tx| chain.simulate(tx, |evm| execute::search_gas_limit(evm, &message)))
            .await
    }

    fn simulate<T>(
        &self,
        tx: &mut Tx,
        run: impl FnOnce(&mut execute::Simulation<'_>) -> Result<T, ChainError>,
    ) -> Result<T, ChainError> {
        let head = store::head(tx)?;
        let block = execute::BlockContext {
            chain_id: self.inner.chain_id,
            // Like other nodes, a simulation sees the number of the block that it is built on.
            number: head.number,
            timestamp: head.header.timestamp,
        };
        let state = CacheDB::new(state::StateReader::new(tx, &self.inner.codes));
        run(&mut execute::Simulation::new(state, block))
    }

    /// The code at an address on the latest state.
    pub(crate) fn code_at(tx: &mut Tx, address: Address) -> Result<Vec<u8>, ChainError> {
        match store::account(tx, address)? {
            Some(account) => Ok(store::code(tx, account.code_hash)?.unwrap_or_default()),
            None => Ok(Vec::new()),
        }
    }
}
