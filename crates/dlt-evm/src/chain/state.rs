//! The EVM's view of the stored state, read through the transaction that also writes the block.

use std::cell::RefCell;

use alloy::primitives::{Address, B256, U256};
use database::Tx;
use revm::DatabaseRef;
use revm::state::{AccountInfo, Bytecode};

use super::{ChainError, CodeCache, store};

/// Reads accounts, slots and code as they are asked for.
pub(super) struct StateReader<'a> {
    tx: RefCell<&'a mut Tx>,
    codes: &'a CodeCache,
}

impl<'a> StateReader<'a> {
    pub(super) fn new(tx: &'a mut Tx, codes: &'a CodeCache) -> Self {
        Self {
            tx: RefCell::new(tx),
            codes,
        }
    }
}

impl DatabaseRef for StateReader<'_> {
    type Error = ChainError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, ChainError> {
        let account = store::account(&mut self.tx.borrow_mut(), address)?;
        Ok(account.map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            // Not the default: that is empty code and would make every contract look empty.
            code: None,
            account_id: None,
        }))
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, ChainError> {
        if let Some(code) = self.codes.get(&hash) {
            return Ok(code);
        }
        let code = store::code(&mut self.tx.borrow_mut(), hash)?
            .ok_or_else(|| ChainError::Fault(format!("no code with hash {hash}")))?;
        let code = Bytecode::new_raw(code.into());
        self.codes.put(hash, code.clone());
        Ok(code)
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, ChainError> {
        store::slot(&mut self.tx.borrow_mut(), address, slot)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, ChainError> {
        let block = store::block_by_number(&mut self.tx.borrow_mut(), number)?;
        Ok(block.map(|block| block.hash).unwrap_or_default())
    }
}
