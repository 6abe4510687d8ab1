//! The chain's tables: what is read and written, one statement each.

use alloy::consensus::{Header, TxEnvelope};
use alloy::eips::Decodable2718 as _;
use alloy::primitives::{Address, B256, Bytes, Log, U256};
use alloy::rlp::Decodable as _;
use database::{DatabaseError, Row, Sql, Tx, Value};

use super::ChainError;

/// The last block.
pub(crate) struct Head {
    pub(crate) chain_id: u64,
    pub(crate) number: u64,
    pub(crate) hash: B256,
    pub(crate) header: Header,
}

/// A block's header.
pub(crate) struct StoredBlock {
    pub(crate) hash: B256,
    pub(crate) header: Header,
}

/// A transaction with its receipt, but for the logs.
pub(crate) struct StoredTransaction {
    pub(crate) hash: B256,
    pub(crate) block_number: u64,
    pub(crate) sender: Address,
    pub(crate) envelope: TxEnvelope,
    pub(crate) succeeded: bool,
    pub(crate) gas_used: u64,
    pub(crate) contract_address: Option<Address>,
}

/// A log with its place.
pub(crate) struct StoredLog {
    pub(crate) block_number: u64,
    pub(crate) log_index: u64,
    pub(crate) log: Log,
}

/// An account without its storage.
pub(crate) struct StoredAccount {
    pub(crate) nonce: u64,
    pub(crate) balance: U256,
    pub(crate) code_hash: B256,
}

const FIND_HEAD: Sql = Sql("select chain_id, number, hash, header from chain_head where id = 1");
const LOCK_HEAD: Sql =
    Sql("select chain_id, number, hash, header from chain_head where id = 1 for update");

pub(crate) fn find_head(tx: &mut Tx) -> Result<Option<Head>, ChainError> {
    tx.query_opt(FIND_HEAD, &[])?
        .map(|row| read_head(&row))
        .transpose()
}

pub(crate) fn head(tx: &mut Tx) -> Result<Head, ChainError> {
    find_head(tx)?.ok_or_else(|| ChainError::Fault("it has no head".into()))
}

pub(crate) fn lock_head(tx: &mut Tx) -> Result<Option<Head>, ChainError> {
    tx.query_opt(LOCK_HEAD, &[])?
        .map(|row| read_head(&row))
        .transpose()
}

fn read_head(row: &Row) -> Result<Head, ChainError> {
    Ok(Head {
        chain_id: row.get(0)?,
        number: row.get(1)?,
        hash: hash(row, 2)?,
        header: header(row, 3)?,
    })
}

const INSERT_HEAD: Sql =
    Sql("insert into chain_head (id, chain_id, number, hash, header) values (1, $1, $2, $3, $4)");

pub(crate) fn insert_head(
    tx: &mut Tx,
    chain_id: u64,
    block: &NewBlock<'_>,
) -> Result<(), ChainError> {
    tx.later(
        INSERT_HEAD,
        &[
            number(chain_id)?,
            number(block.number)?,
            bytes(block.hash),
            bytes(block.header),
        ],
    )?;
    Ok(())
}

const UPDATE_HEAD: Sql =
    Sql("update chain_head set number = $1, hash = $2, header = $3 where id = 1");

pub(crate) fn update_head(tx: &mut Tx, block: &NewBlock<'_>) -> Result<(), ChainError> {
    tx.later(
        UPDATE_HEAD,
        &[
            number(block.number)?,
            bytes(block.hash),
            bytes(block.header),
        ],
    )?;
    Ok(())
}

/// A block as it is written.
pub(crate) struct NewBlock<'a> {
    pub(crate) number: u64,
    pub(crate) hash: &'a B256,
    pub(crate) header: &'a [u8],
}

const INSERT_BLOCK: Sql = Sql("insert into chain_block (number, hash, header) values ($1, $2, $3)");

pub(crate) fn insert_block(tx: &mut Tx, block: &NewBlock<'_>) -> Result<(), ChainError> {
    tx.later(
        INSERT_BLOCK,
        &[
            number(block.number)?,
            bytes(block.hash),
            bytes(block.header),
        ],
    )?;
    Ok(())
}

const BLOCK_BY_NUMBER: Sql = Sql("select hash, header from chain_block where number = $1");
const BLOCK_BY_HASH: Sql = Sql("select hash, header from chain_block where hash = $1");

pub(crate) fn block_by_number(tx: &mut Tx, at: u64) -> Result<Option<StoredBlock>, ChainError> {
    // A number beyond bigint is a block that does not exist.
    let Ok(at) = i64::try_from(at) else {
        return Ok(None);
    };
    tx.query_opt(BLOCK_BY_NUMBER, &[at.into()])?
        .map(|row| read_block(&row))
        .transpose()
}

pub(crate) fn block_by_hash(tx: &mut Tx, hash: B256) -> Result<Option<StoredBlock>, ChainError> {
    tx.query_opt(BLOCK_BY_HASH, &[bytes(&hash)])?
        .map(|row| read_block(&row))
        .transpose()
}

fn read_block(row: &Row) -> Result<StoredBlock, ChainError> {
    Ok(StoredBlock {
        hash: hash(row, 0)?,
        header: header(row, 1)?,
    })
}

const INSERT_TRANSACTION: Sql = Sql(
    "insert into chain_transaction (hash, block_number, sender, raw, succeeded, gas_used, contract_address) \
     values ($1, $2, $3, $4, $5, $6, $7)",
);

pub(crate) fn insert_transaction(
    tx: &mut Tx,
    stored: &StoredTransaction,
    raw: &[u8],
) -> Result<(), ChainError> {
    let row = [
        bytes(&stored.hash),
        number(stored.block_number)?,
        bytes(&stored.sender),
        bytes(raw),
        stored.succeeded.into(),
        number(stored.gas_used)?,
        stored
            .contract_address
            .map(|address| address.to_vec())
            .into(),
    ];
    tx.later(INSERT_TRANSACTION, &row)?;
    Ok(())
}

const TRANSACTION_BY_HASH: Sql = Sql(
    "select hash, block_number, sender, raw, succeeded, gas_used, contract_address \
     from chain_transaction where hash = $1",
);
const TRANSACTION_OF_BLOCK: Sql = Sql(
    "select hash, block_number, sender, raw, succeeded, gas_used, contract_address \
     from chain_transaction where block_number = $1",
);

pub(crate) fn transaction(
    tx: &mut Tx,
    hash: B256,
) -> Result<Option<StoredTransaction>, ChainError> {
    tx.query_opt(TRANSACTION_BY_HASH, &[bytes(&hash)])?
        .map(|row| read_transaction(&row))
        .transpose()
}

pub(crate) fn transaction_of_block(
    tx: &mut Tx,
    at: u64,
) -> Result<Option<StoredTransaction>, ChainError> {
    tx.query_opt(TRANSACTION_OF_BLOCK, &[number(at)?])?
        .map(|row| read_transaction(&row))
        .transpose()
}

fn read_transaction(row: &Row) -> Result<StoredTransaction, ChainError> {
    let raw: Vec<u8> = row.get(3)?;
    let envelope = TxEnvelope::decode_2718(&mut raw.as_slice())
        .map_err(|error| ChainError::Fault(format!("a stored transaction: {error}")))?;
    let contract_address: Option<[u8; 20]> = row.get(6)?;
    Ok(StoredTransaction {
        hash: hash(row, 0)?,
        block_number: row.get(1)?,
        sender: row.get::<[u8; 20]>(2)?.into(),
        envelope,
        succeeded: row.get(4)?,
        gas_used: row.get(5)?,
        contract_address: contract_address.map(Address::from),
    })
}

const INSERT_LOG: Sql = Sql(
    "insert into chain_log (block_number, log_index, address, topics, data) values ($1, $2, $3, $4, $5)",
);

pub(crate) fn insert_log(tx: &mut Tx, at: u64, index: usize, log: &Log) -> Result<(), ChainError> {
    let topics: Vec<u8> = log.topics().iter().flat_map(|topic| topic.0).collect();
    let row = [
        number(at)?,
        number(index as u64)?,
        bytes(&log.address),
        topics.into(),
        bytes(&log.data.data),
    ];
    tx.later(INSERT_LOG, &row)?;
    Ok(())
}

const LOGS: Sql = Sql(
    "select block_number, log_index, address, topics, data from chain_log \
     where block_number >= $1 and block_number <= $2 order by block_number, log_index limit $3",
);
const LOGS_OF_ADDRESS: Sql = Sql(
    "select block_number, log_index, address, topics, data from chain_log \
     where address = $4 and block_number >= $1 and block_number <= $2 \
     order by block_number, log_index limit $3",
);

/// The logs of a range of blocks, at most `limit`.
pub(crate) fn logs(
    tx: &mut Tx,
    (from, to): (u64, u64),
    address: Option<Address>,
    limit: i64,
) -> Result<Vec<StoredLog>, ChainError> {
    let (from, to) = (number(from)?, number(to)?);
    let rows = match address {
        None => tx.query(LOGS, &[from, to, limit.into()])?,
        Some(address) => tx.query(LOGS_OF_ADDRESS, &[from, to, limit.into(), bytes(&address)])?,
    };
    rows.iter().map(read_log).collect()
}

fn read_log(row: &Row) -> Result<StoredLog, ChainError> {
    let topics: Vec<u8> = row.get(3)?;
    let topics = topics.chunks_exact(32).map(B256::from_slice).collect();
    let data: Vec<u8> = row.get(4)?;
    Ok(StoredLog {
        block_number: row.get(0)?,
        log_index: row.get(1)?,
        log: Log::new_unchecked(row.get::<[u8; 20]>(2)?.into(), topics, Bytes::from(data)),
    })
}

const FIND_ACCOUNT: Sql =
    Sql("select nonce, balance, code_hash from chain_account where address = $1");
const SAVE_ACCOUNT: Sql = Sql(
    "insert into chain_account (address, nonce, balance, code_hash) values ($1, $2, $3, $4) \
     on conflict (address) do update set nonce = excluded.nonce, balance = excluded.balance, \
     code_hash = excluded.code_hash",
);
const DELETE_ACCOUNT: Sql = Sql("delete from chain_account where address = $1");
const DELETE_SLOTS: Sql = Sql("delete from chain_slot where address = $1");

pub(crate) fn account(tx: &mut Tx, address: Address) -> Result<Option<StoredAccount>, ChainError> {
    let Some(row) = tx.query_opt(FIND_ACCOUNT, &[bytes(&address)])? else {
        return Ok(None);
    };
    Ok(Some(StoredAccount {
        nonce: row.get(0)?,
        balance: U256::from_be_bytes(row.get::<[u8; 32]>(1)?),
        code_hash: hash(&row, 2)?,
    }))
}

pub(crate) fn save_account(
    tx: &mut Tx,
    address: Address,
    account: &StoredAccount,
) -> Result<(), ChainError> {
    let row = [
        bytes(&address),
        number(account.nonce)?,
        account.balance.to_be_bytes::<32>().into(),
        bytes(&account.code_hash),
    ];
    tx.later(SAVE_ACCOUNT, &row)?;
    Ok(())
}

pub(crate) fn delete_account(tx: &mut Tx, address: Address) -> Result<(), ChainError> {
    tx.later_any(DELETE_ACCOUNT, &[bytes(&address)])?;
    tx.later_any(DELETE_SLOTS, &[bytes(&address)])?;
    Ok(())
}

const FIND_SLOT: Sql = Sql("select value from chain_slot where address = $1 and slot = $2");
const SAVE_SLOT: Sql = Sql(
    "insert into chain_slot (address, slot, value) values ($1, $2, $3) \
     on conflict (address, slot) do update set value = excluded.value",
);
const DELETE_SLOT: Sql = Sql("delete from chain_slot where address = $1 and slot = $2");

pub(crate) fn slot(tx: &mut Tx, address: Address, slot: U256) -> Result<U256, ChainError> {
    let row = tx.query_opt(
        FIND_SLOT,
        &[bytes(&address), slot.to_be_bytes::<32>().into()],
    )?;
    match row {
        Some(row) => Ok(U256::from_be_bytes(row.get::<[u8; 32]>(0)?)),
        None => Ok(U256::ZERO),
    }
}

pub(crate) fn save_slot(
    tx: &mut Tx,
    address: Address,
    slot: U256,
    value: U256,
) -> Result<(), ChainError> {
    let (address, slot) = (bytes(&address), slot.to_be_bytes::<32>().into());
    if value.is_zero() {
        tx.later_any(DELETE_SLOT, &[address, slot])?;
    } else {
        tx.later(
            SAVE_SLOT,
            &[address, slot, value.to_be_bytes::<32>().into()],
        )?;
    }
    Ok(())
}

const FIND_CODE: Sql = Sql("select code from chain_code where hash = $1");
const SAVE_CODE: Sql =
    Sql("insert into chain_code (hash, code) values ($1, $2) on conflict (hash) do nothing");

pub(crate) fn code(tx: &mut Tx, hash: B256) -> Result<Option<Vec<u8>>, ChainError> {
    let row = tx.query_opt(FIND_CODE, &[bytes(&hash)])?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

pub(crate) fn save_code(tx: &mut Tx, hash: B256, code: &[u8]) -> Result<(), ChainError> {
    tx.later_any(SAVE_CODE, &[bytes(&hash), bytes(code)])?;
    Ok(())
}

fn hash(row: &Row, column: usize) -> Result<B256, DatabaseError> {
    row.get::<[u8; 32]>(column).map(B256::from)
}

fn header(row: &Row, column: usize) -> Result<Header, ChainError> {
    let encoded: Vec<u8> = row.get(column)?;
    Header::decode(&mut encoded.as_slice())
        .map_err(|error| ChainError::Fault(format!("a stored header: {error}")))
}

fn bytes(value: &(impl AsRef<[u8]> + ?Sized)) -> Value {
    Value::Bytes(value.as_ref().to_vec())
}

fn number(value: u64) -> Result<Value, ChainError> {
    let value =
        i64::try_from(value).map_err(|_| ChainError::Rejected("a number is beyond 2^63".into()))?;
    Ok(value.into())
}
