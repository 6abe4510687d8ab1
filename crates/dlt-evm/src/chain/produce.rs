//! How a block comes about: one transaction, executed, written with all its effects in one database transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use alloy::consensus::constants::EMPTY_WITHDRAWALS;
use alloy::consensus::proofs::{calculate_receipt_root, calculate_transaction_root};
use alloy::consensus::transaction::SignerRecoverable as _;
use alloy::consensus::{Header, Receipt, ReceiptEnvelope, Transaction as _, TxEnvelope, TxType};
use alloy::eips::Decodable2718 as _;
use alloy::eips::eip7685::EMPTY_REQUESTS_HASH;
use alloy::primitives::{Address, B256, Bytes, Keccak256, U256};
use database::{Tx, lease};
use domain::Timestamp;
use revm::database::CacheDB;
use revm::state::EvmState;

use super::execute::{BlockContext, Execution, execute};
use super::state::StateReader;
use super::store::{self, Head, NewBlock, StoredAccount, StoredTransaction};
use super::{ChainError, Embedded, GAS_LIMIT};

/// The producer's lease, and how long it outlasts the last block. Short, because after a crash the next process has
/// to wait for its end; nothing depends on it being kept, since the head's row is locked while a block is made.
const LEASE: &str = "chain";
const LEASE_TIME: Duration = Duration::from_secs(2);

/// A transaction that passed every check which needs no state.
struct Incoming {
    raw: Bytes,
    envelope: TxEnvelope,
    sender: Address,
}

impl Embedded {
    /// Executes a signed transaction into a new block, unless it is in one already. Returns its hash.
    pub(crate) async fn send(&self, raw: Bytes) -> Result<B256, ChainError> {
        let incoming = check(raw, self.inner.chain_id)?;
        let chain = self.clone();
        self.inner
            .db
            .write(move |tx| chain.produce(tx, &incoming))
            .await
    }

    fn produce(&self, tx: &mut Tx, incoming: &Incoming) -> Result<B256, ChainError> {
        let hash = *incoming.envelope.tx_hash();
        let head =
            store::lock_head(tx)?.ok_or_else(|| ChainError::Fault("it has no head".into()))?;
        if store::transaction(tx, hash)?.is_some() {
            return Ok(hash);
        }
        let now = (self.inner.clock)();
        self.take_lease(tx, now)?;
        let block = BlockContext {
            chain_id: self.inner.chain_id,
            number: head.number + 1,
            timestamp: seconds(now).max(head.header.timestamp),
        };
        let mut state = CacheDB::new(StateReader::new(tx, &self.inner.codes));
        let execution = execute(&mut state, block, incoming.sender, &incoming.envelope)?;
        drop(state);

        let changes = save_changes(tx, &execution.state)?;
        let header = next_header(&head, block, incoming, &execution, changes);
        let encoded = alloy::rlp::encode(&header);
        let block_hash = header.hash_slow();
        let new = NewBlock {
            number: header.number,
            hash: &block_hash,
            header: &encoded,
        };
        store::insert_block(tx, &new)?;
        save_transaction(tx, incoming, &execution, header.number)?;
        store::update_head(tx, &new)?;
        Ok(hash)
    }

    /// The chain stays with one process while that one is alive and makes blocks.
    fn take_lease(&self, tx: &mut Tx, now: Timestamp) -> Result<(), ChainError> {
        let holder = self.inner.process.to_string();
        match lease::acquire(tx, LEASE, &holder, now.micros(), LEASE_TIME)? {
            Some(_) => Ok(()),
            None => Err(ChainError::NotProducer),
        }
    }
}

/// Writes block 0, which has nothing in it.
pub(super) fn start(tx: &mut Tx, chain_id: u64, now: Timestamp) -> Result<Head, ChainError> {
    if let Some(head) = store::lock_head(tx)? {
        return Ok(head);
    }
    let header = Header {
        timestamp: seconds(now),
        ..empty_header(calculate_transaction_root::<TxEnvelope>(&[]))
    };
    let encoded = alloy::rlp::encode(&header);
    let hash = header.hash_slow();
    let block = NewBlock {
        number: 0,
        hash: &hash,
        header: &encoded,
    };
    store::insert_block(tx, &block)?;
    store::insert_head(tx, chain_id, &block)?;
    Ok(Head {
        chain_id,
        number: 0,
        hash,
        header,
    })
}

fn check(raw: Bytes, chain_id: u64) -> Result<Incoming, ChainError> {
    let rejected = |text: &str| ChainError::Rejected(text.to_owned());
    let mut rest = raw.as_ref();
    let envelope = TxEnvelope::decode_2718(&mut rest)
        .map_err(|_| rejected("the transaction cannot be decoded"))?;
    if !rest.is_empty() {
        return Err(rejected("there are bytes after the transaction"));
    }
    match envelope.tx_type() {
        TxType::Legacy | TxType::Eip2930 | TxType::Eip1559 => {}
        _ => return Err(rejected("transaction type not supported")),
    }
    if envelope.chain_id() != Some(chain_id) {
        return Err(rejected(&format!(
            "invalid chain id: this is chain {chain_id}"
        )));
    }
    let sender = envelope
        .recover_signer()
        .map_err(|_| rejected("invalid signature"))?;
    Ok(Incoming {
        raw,
        envelope,
        sender,
    })
}

/// Writes what changed and returns a hash over it, in the order of addresses and slots.
fn save_changes(tx: &mut Tx, state: &EvmState) -> Result<B256, ChainError> {
    let mut changes = Keccak256::new();
    let touched: BTreeMap<_, _> = state
        .iter()
        .filter(|(_, account)| account.is_touched())
        .collect();
    for (address, account) in touched {
        changes.update(address);
        if account.is_empty() && account.is_loaded_as_not_existing() {
            continue;
        }
        if account.is_selfdestructed() || account.is_empty() {
            store::delete_account(tx, *address)?;
            changes.update([0]);
            continue;
        }
        let info = &account.info;
        let stored = StoredAccount {
            nonce: info.nonce,
            balance: info.balance,
            code_hash: info.code_hash,
        };
        store::save_account(tx, *address, &stored)?;
        changes.update([1]);
        changes.update(info.nonce.to_be_bytes());
        changes.update(info.balance.to_be_bytes::<32>());
        changes.update(info.code_hash);
        if let (true, Some(code)) = (account.is_created(), &info.code) {
            store::save_code(tx, info.code_hash, &code.original_bytes())?;
        }
        let slots: BTreeMap<_, _> = account.changed_storage_slots().collect();
        for (slot, change) in slots {
            store::save_slot(tx, *address, *slot, change.present_value())?;
            changes.update(slot.to_be_bytes::<32>());
            changes.update(change.present_value().to_be_bytes::<32>());
        }
    }
    Ok(changes.finalize())
}

fn save_transaction(
    tx: &mut Tx,
    incoming: &Incoming,
    execution: &Execution,
    block_number: u64,
) -> Result<(), ChainError> {
    let stored = StoredTransaction {
        hash: *incoming.envelope.tx_hash(),
        block_number,
        sender: incoming.sender,
        envelope: incoming.envelope.clone(),
        succeeded: execution.succeeded,
        gas_used: execution.gas_used,
        contract_address: execution.created,
    };
    store::insert_transaction(tx, &stored, &incoming.raw)?;
    for (index, log) in execution.logs.iter().enumerate() {
        store::insert_log(tx, block_number, index, log)?;
    }
    Ok(())
}

/// An ordinary header, which anybody can hash again. Only its state root is ours: there is no trie, the root chains
/// the hashes of all changes instead, so that each block commits to the whole history of the state.
fn next_header(
    head: &Head,
    block: BlockContext,
    incoming: &Incoming,
    execution: &Execution,
    changes: B256,
) -> Header {
    let receipt = receipt(&incoming.envelope, execution);
    let mut root = Keccak256::new();
    root.update(head.header.state_root);
    root.update(changes);
    Header {
        parent_hash: head.hash,
        number: block.number,
        timestamp: block.timestamp,
        gas_used: execution.gas_used,
        state_root: root.finalize(),
        receipts_root: calculate_receipt_root(std::slice::from_ref(&receipt)),
        logs_bloom: *receipt.logs_bloom(),
        ..empty_header(calculate_transaction_root(std::slice::from_ref(
            &incoming.envelope,
        )))
    }
}

fn receipt(envelope: &TxEnvelope, execution: &Execution) -> ReceiptEnvelope {
    let receipt = Receipt {
        status: execution.succeeded.into(),
        cumulative_gas_used: execution.gas_used,
        logs: execution.logs.clone(),
    };
    ReceiptEnvelope::from_typed(envelope.tx_type(), receipt)
}

fn empty_header(transactions_root: B256) -> Header {
    Header {
        transactions_root,
        difficulty: U256::ZERO,
        gas_limit: GAS_LIMIT,
        base_fee_per_gas: Some(0),
        withdrawals_root: Some(EMPTY_WITHDRAWALS),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    }
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.seconds()).unwrap_or(0)
}
