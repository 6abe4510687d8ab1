//! Methods over what happened: blocks, transactions, receipts, logs.

use alloy::consensus::transaction::{Recovered, TransactionInfo};
use alloy::consensus::{Receipt, ReceiptEnvelope, ReceiptWithBloom, Sealed, Transaction as _};
use alloy::eips::{BlockId, BlockNumberOrTag, Encodable2718 as _};
use alloy::primitives::{B256, U256};
use alloy::rpc::types::{
    Block, BlockTransactions, Filter, FilterBlockOption, Header, Log, Transaction,
    TransactionReceipt,
};
use database::Tx;
use serde_json::{Value, json};

use super::params::Params;
use super::{Fault, quantity, value};
use crate::chain::store::{self, StoredBlock, StoredLog, StoredTransaction};
use crate::{ChainError, Embedded};

const MAXIMUM_LOG_BLOCKS: u64 = 10_000;
const MAXIMUM_LOGS: i64 = 10_000;
const MAXIMUM_FEE_BLOCKS: u64 = 1_024;

impl Embedded {
    pub(super) async fn block_number(&self) -> Result<Value, Fault> {
        let head = self.read(store::head).await?;
        Ok(quantity(head.number))
    }

    pub(super) async fn get_block_by_number(&self, params: &Params) -> Result<Value, Fault> {
        let (tag, full) = (params.get(0)?, params.find(1)?.unwrap_or(false));
        self.block(BlockId::Number(tag), full).await
    }

    pub(super) async fn get_block_by_hash(&self, params: &Params) -> Result<Value, Fault> {
        let (hash, full): (B256, _) = (params.get(0)?, params.find(1)?.unwrap_or(false));
        self.block(BlockId::Hash(hash.into()), full).await
    }

    async fn block(&self, id: BlockId, full: bool) -> Result<Value, Fault> {
        let found = self.read(move |tx| {
            let Some(block) = find_block(tx, id)? else {
                return Ok(None);
            };
            let transaction = store::transaction_of_block(tx, block.header.number)?;
            Ok(Some(show_block(block, transaction, full)))
        });
        value(found.await?)
    }

    pub(super) async fn get_block_receipts(&self, params: &Params) -> Result<Value, Fault> {
        let id = params.get(0)?;
        let found = self.read(move |tx| {
            let Some(block) = find_block(tx, id)? else {
                return Ok(None);
            };
            let transaction = store::transaction_of_block(tx, block.header.number)?;
            let receipt = transaction
                .map(|found| show_receipt(tx, &block, found))
                .transpose()?;
            Ok(Some(receipt.into_iter().collect::<Vec<_>>()))
        });
        value(found.await?)
    }

    pub(super) async fn get_transaction(&self, params: &Params) -> Result<Value, Fault> {
        let hash = params.get(0)?;
        let found = self.read(move |tx| {
            let found = find_transaction(tx, hash)?;
            Ok(found.map(|(block, transaction)| show_transaction(&block, transaction)))
        });
        value(found.await?)
    }

    pub(super) async fn get_receipt(&self, params: &Params) -> Result<Value, Fault> {
        let hash = params.get(0)?;
        let found = self.read(move |tx| match find_transaction(tx, hash)? {
            Some((block, transaction)) => show_receipt(tx, &block, transaction).map(Some),
            None => Ok(None),
        });
        value(found.await?)
    }

    pub(super) async fn get_logs(&self, params: &Params) -> Result<Value, Fault> {
        let filter: Filter = params.get(0)?;
        let found: Result<Vec<Log>, Fault> = self.read(move |tx| find_logs(tx, &filter)).await?;
        value(found?)
    }

    /// Gas costs nothing here, and that is what the history says.
    pub(super) async fn fee_history(&self, params: &Params) -> Result<Value, Fault> {
        let count: U256 = params.get(0)?;
        let newest: BlockNumberOrTag = params.get(1)?;
        let percentiles: Vec<f64> = params.find(2)?.unwrap_or_default();
        if percentiles.len() > 100 {
            return Err(Fault::invalid_params("too many percentiles"));
        }
        let head = self.read(store::head).await?.number;
        let newest = newest.as_number().unwrap_or(head).min(head);
        let count = count
            .saturating_to::<u64>()
            .min(MAXIMUM_FEE_BLOCKS)
            .min(newest + 1);
        let blocks = usize::try_from(count).expect("at most 1024");
        let mut history = json!({
            "oldestBlock": quantity(newest + 1 - count),
            "baseFeePerGas": vec!["0x0"; blocks + 1],
            "gasUsedRatio": vec![0.0; blocks],
            "baseFeePerBlobGas": vec!["0x0"; blocks + 1],
            "blobGasUsedRatio": vec![0.0; blocks],
        });
        if !percentiles.is_empty() {
            history["reward"] = json!(vec![vec!["0x0"; percentiles.len()]; blocks]);
        }
        Ok(history)
    }
}

fn find_block(tx: &mut Tx, id: BlockId) -> Result<Option<StoredBlock>, ChainError> {
    match id {
        BlockId::Hash(hash) => store::block_by_hash(tx, hash.block_hash),
        BlockId::Number(BlockNumberOrTag::Number(number)) => store::block_by_number(tx, number),
        BlockId::Number(BlockNumberOrTag::Earliest) => store::block_by_number(tx, 0),
        // A block here is final at once, and nothing is pending.
        BlockId::Number(_) => {
            let head = store::head(tx)?;
            Ok(Some(StoredBlock {
                hash: head.hash,
                header: head.header,
            }))
        }
    }
}

fn find_transaction(
    tx: &mut Tx,
    hash: B256,
) -> Result<Option<(StoredBlock, StoredTransaction)>, ChainError> {
    let Some(transaction) = store::transaction(tx, hash)? else {
        return Ok(None);
    };
    let block = store::block_by_number(tx, transaction.block_number)?.ok_or_else(|| {
        ChainError::Fault(format!("block {} is missing", transaction.block_number))
    })?;
    Ok(Some((block, transaction)))
}

fn find_logs(tx: &mut Tx, filter: &Filter) -> Result<Result<Vec<Log>, Fault>, ChainError> {
    let head = store::head(tx)?.number;
    let number = |tag: Option<BlockNumberOrTag>| match tag {
        Some(BlockNumberOrTag::Number(number)) => number,
        Some(BlockNumberOrTag::Earliest) => 0,
        _ => head,
    };
    let (from, to) = match filter.block_option {
        FilterBlockOption::Range {
            from_block,
            to_block,
        } => (number(from_block), number(to_block)),
        FilterBlockOption::AtBlockHash(hash) => match store::block_by_hash(tx, hash)? {
            Some(block) => (block.header.number, block.header.number),
            None => return Ok(Err(Fault::server("unknown block"))),
        },
    };
    let to = to.min(head);
    if from > to {
        return Ok(Ok(Vec::new()));
    }
    if to - from >= MAXIMUM_LOG_BLOCKS {
        let reason = format!("query exceeds the maximum range of {MAXIMUM_LOG_BLOCKS} blocks");
        return Ok(Err(Fault::too_much(reason)));
    }
    let address = (filter.address.len() == 1)
        .then(|| filter.address.iter().next().copied())
        .flatten();
    let stored = store::logs(tx, (from, to), address, MAXIMUM_LOGS + 1)?;
    if stored.len() as i64 > MAXIMUM_LOGS {
        let reason =
            format!("query returns more than {MAXIMUM_LOGS} results; ask for fewer blocks");
        return Ok(Err(Fault::too_much(reason)));
    }
    let matching = stored
        .into_iter()
        .filter(|found| filter.matches_address(found.log.address))
        .filter(|found| filter.matches_topics(found.log.topics()));
    let mut logs = Vec::new();
    let mut place: Option<(StoredBlock, B256)> = None;
    for found in matching {
        if place
            .as_ref()
            .is_none_or(|(block, _)| block.header.number != found.block_number)
        {
            place = find_place(tx, found.block_number)?;
        }
        let (block, transaction) = place
            .as_ref()
            .ok_or_else(|| ChainError::Fault(format!("block {} is missing", found.block_number)))?;
        logs.push(show_log(block, *transaction, found));
    }
    Ok(Ok(logs))
}

fn find_place(tx: &mut Tx, number: u64) -> Result<Option<(StoredBlock, B256)>, ChainError> {
    let block = store::block_by_number(tx, number)?;
    let transaction = store::transaction_of_block(tx, number)?;
    Ok(block.zip(transaction.map(|found| found.hash)))
}

fn show_block(block: StoredBlock, transaction: Option<StoredTransaction>, full: bool) -> Block {
    let size = alloy::rlp::encode(&block.header).len()
        + transaction
            .as_ref()
            .map_or(0, |found| found.envelope.encode_2718_len());
    let transactions = match (transaction, full) {
        (None, true) => BlockTransactions::Full(Vec::new()),
        (None, false) => BlockTransactions::Hashes(Vec::new()),
        (Some(found), true) => BlockTransactions::Full(vec![show_transaction(&block, found)]),
        (Some(found), false) => BlockTransactions::Hashes(vec![found.hash]),
    };
    let header = Header::from_consensus(
        Sealed::new_unchecked(block.header, block.hash),
        Some(U256::ZERO),
        Some(U256::from(size)),
    );
    Block::new(header, transactions).with_withdrawals(Some(Vec::new().into()))
}

fn show_transaction(block: &StoredBlock, found: StoredTransaction) -> Transaction {
    let info = TransactionInfo {
        hash: Some(found.hash),
        index: Some(0),
        block_hash: Some(block.hash),
        block_number: Some(found.block_number),
        base_fee: Some(0),
        block_timestamp: Some(block.header.timestamp),
    };
    let sent = Recovered::new_unchecked(found.envelope, found.sender);
    Transaction {
        // Whatever was offered, gas costs nothing here.
        effective_gas_price: Some(0),
        ..Transaction::from_transaction(sent, info)
    }
}

fn show_receipt(
    tx: &mut Tx,
    block: &StoredBlock,
    found: StoredTransaction,
) -> Result<TransactionReceipt, ChainError> {
    let number = found.block_number;
    let logs = store::logs(tx, (number, number), None, i64::MAX)?;
    let receipt = Receipt {
        status: found.succeeded.into(),
        cumulative_gas_used: found.gas_used,
        logs: logs
            .into_iter()
            .map(|log| show_log(block, found.hash, log))
            .collect(),
    };
    let inner = ReceiptEnvelope::from_typed(
        found.envelope.tx_type(),
        ReceiptWithBloom {
            receipt,
            logs_bloom: block.header.logs_bloom,
        },
    );
    Ok(TransactionReceipt {
        inner,
        transaction_hash: found.hash,
        transaction_index: Some(0),
        block_hash: Some(block.hash),
        block_number: Some(number),
        gas_used: found.gas_used,
        effective_gas_price: 0,
        blob_gas_used: None,
        blob_gas_price: None,
        from: found.sender,
        to: found.envelope.to(),
        contract_address: found.contract_address,
    })
}

fn show_log(block: &StoredBlock, transaction: B256, found: StoredLog) -> Log {
    Log {
        inner: found.log,
        block_hash: Some(block.hash),
        block_number: Some(found.block_number),
        block_timestamp: Some(block.header.timestamp),
        transaction_hash: Some(transaction),
        transaction_index: Some(0),
        log_index: Some(found.log_index),
        removed: false,
    }
}
