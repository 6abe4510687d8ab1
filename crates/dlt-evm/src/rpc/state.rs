//! Methods over the latest state: accounts, calls, and the one that changes it.

use alloy::consensus::{Transaction as _, TxEnvelope};
use alloy::eips::Decodable2718 as _;
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::{Address, Bytes, TxKind, U256};
use alloy::rpc::types::TransactionRequest;
use database::Tx;
use serde_json::Value;

use super::params::Params;
use super::{Access, Fault, quantity, value};
use crate::chain::{Ending, Message, store};
use crate::{ChainError, Embedded, GAS_LIMIT};

/// What a stranger may send: enough for a transfer or a permit, too little to make the chain a place for data.
const PUBLIC_TRANSACTION_BYTES: usize = 4 * 1024;
const PUBLIC_GAS_LIMIT: u64 = 1_000_000;
/// Gas of a question that the registrar's own process asks, such as for the balances of a whole register.
const OWN_CALL_GAS_LIMIT: u64 = 100_000_000_000;
/// What anybody may send; other nodes draw the same line.
const TRANSACTION_BYTES: usize = 128 * 1024;

impl Embedded {
    pub(super) async fn get_transaction_count(&self, params: &Params) -> Result<Value, Fault> {
        let address: Address = params.get(0)?;
        let account = self
            .latest(params.find(1)?, move |tx| store::account(tx, address))
            .await?;
        Ok(quantity(account.map_or(0, |account| account.nonce)))
    }

    pub(super) async fn get_balance(&self, params: &Params) -> Result<Value, Fault> {
        let address: Address = params.get(0)?;
        let account = self
            .latest(params.find(1)?, move |tx| store::account(tx, address))
            .await?;
        value(account.map_or(U256::ZERO, |account| account.balance))
    }

    pub(super) async fn get_code(&self, params: &Params) -> Result<Value, Fault> {
        let address: Address = params.get(0)?;
        let code = self
            .latest(params.find(1)?, move |tx| Self::code_at(tx, address))
            .await?;
        value(Bytes::from(code))
    }

    pub(super) async fn get_storage_at(&self, params: &Params) -> Result<Value, Fault> {
        let (address, slot): (Address, U256) = (params.get(0)?, params.get(1)?);
        let word = self
            .latest(params.find(2)?, move |tx| store::slot(tx, address, slot))
            .await?;
        value(Bytes::from(word.to_be_bytes::<32>()))
    }

    pub(super) async fn eth_call(&self, access: Access, params: &Params) -> Result<Value, Fault> {
        let most = match access {
            Access::Own => OWN_CALL_GAS_LIMIT,
            Access::Public => GAS_LIMIT,
        };
        let message = message(params, most)?;
        self.latest(params.find(1)?, |_| Ok(())).await?;
        match self.call(message).await? {
            (Ending::Success(output), _) => value(output),
            (failed, _) => Err(failure(failed)),
        }
    }

    pub(super) async fn estimate_gas(&self, params: &Params) -> Result<Value, Fault> {
        let message = message(params, GAS_LIMIT)?;
        self.latest(params.find(1)?, |_| Ok(())).await?;
        match self.estimate(message).await? {
            Ok(limit) => Ok(quantity(limit)),
            Err(failed) => Err(failure(failed)),
        }
    }

    pub(super) async fn send_raw_transaction(
        &self,
        access: Access,
        params: &Params,
    ) -> Result<Value, Fault> {
        let raw: Bytes = params.get(0)?;
        if raw.len() > TRANSACTION_BYTES {
            return Err(Fault::server("oversized data"));
        }
        if access == Access::Public {
            check_stranger(&raw)?;
        }
        value(self.send(raw).await?)
    }

    /// Reads the state; an older one than the latest is not kept.
    async fn latest<T, F>(&self, block: Option<BlockId>, read: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, ChainError> + Send + 'static,
    {
        let found = self.read(move |tx| {
            let asked = match block {
                None => None,
                Some(BlockId::Hash(hash)) => Some(store::head(tx)?.hash == hash.block_hash),
                Some(BlockId::Number(BlockNumberOrTag::Number(number))) => {
                    Some(store::head(tx)?.number == number)
                }
                Some(BlockId::Number(BlockNumberOrTag::Earliest)) => {
                    Some(store::head(tx)?.number == 0)
                }
                Some(BlockId::Number(_)) => None,
            };
            if asked == Some(false) {
                Ok(None)
            } else {
                read(tx).map(Some)
            }
        });
        found
            .await?
            .ok_or_else(|| Fault::server("only the latest state is kept"))
    }
}

fn message(params: &Params, most_gas: u64) -> Result<Message, Fault> {
    if params.find::<Value>(2)?.is_some() {
        return Err(Fault::invalid_params("state overrides are not supported"));
    }
    let request: TransactionRequest = params.get(0)?;
    let data = request
        .input
        .unique_input()
        .map_err(Fault::invalid_params)?
        .cloned();
    Ok(Message {
        from: request.from.unwrap_or_default(),
        to: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        data: data.unwrap_or_default(),
        access_list: request.access_list.unwrap_or_default(),
        gas_limit: request.gas.unwrap_or(most_gas).min(most_gas),
    })
}

fn failure(ending: Ending) -> Fault {
    match ending {
        Ending::Revert(reason) => Fault::reverted(reason),
        Ending::Halt(reason) => Fault::server(format!("execution failed: {reason}")),
        Ending::Success(_) => Fault::internal("a success is no failure"),
    }
}

fn check_stranger(raw: &Bytes) -> Result<(), Fault> {
    if raw.len() > PUBLIC_TRANSACTION_BYTES {
        return Err(Fault::server("oversized data"));
    }
    let transaction = TxEnvelope::decode_2718(&mut raw.as_ref())
        .map_err(|_| Fault::server("the transaction cannot be decoded"))?;
    if transaction.kind().is_create() {
        return Err(Fault::server("only the registrar creates contracts"));
    }
    if transaction.gas_limit() > PUBLIC_GAS_LIMIT {
        return Err(Fault::server(format!(
            "exceeds the gas limit of {PUBLIC_GAS_LIMIT}"
        )));
    }
    Ok(())
}
