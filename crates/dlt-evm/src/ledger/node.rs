//! What nodes say: the first is written to and believed, the others have to agree with it on what the register enters.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::network::TransactionResponse as _;
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::{Provider as _, RootProvider};
use alloy::rpc::client::RpcClient;
use alloy::rpc::types::{Filter, Log, TransactionReceipt, TransactionRequest};
use alloy::sol_types::{SolCall, SolEvent};
use dlt::{LedgerError, Refusal, SubmissionId};
use domain::Timestamp;

use super::fees::Fees;
use super::from_evm;
use super::refusals::{fault, ledger_error};
use crate::contracts::SecurityToken;

/// Accounts whose balances are asked for in one call: some six million gas, of which nodes give 50 million and less.
const ACCOUNTS_OF_CALL: usize = 2_000;

/// From when on a block is taken as final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finality {
    /// At once: networks where blocks cannot be undone.
    Latest,
    /// The node's `safe` block.
    Safe,
    /// The node's `finalized` block, for public networks.
    Finalized,
    /// With so many blocks on top of it, where nodes know no tags.
    Depth(u64),
}

/// The nodes of one chain.
pub(super) struct Node {
    first: RootProvider,
    others: Vec<RootProvider>,
    chain_id: u64,
    finality: Finality,
    /// Whether it is the chain in this process, which neither lags nor lies.
    embedded: bool,
    /// The highest block that was final: one that has not got that far lags.
    seen_final: AtomicU64,
    /// Whether blocks have a base fee (EIP-1559), once a node has shown one.
    base_fee: OnceLock<bool>,
}

/// Where a transaction is.
#[derive(Debug)]
pub(super) enum Place {
    /// In no block that the node knows.
    Nowhere,
    /// In a block, by its number, that is not final yet, or not for every node.
    Block(u64),
    /// In a final block.
    Final(Included),
}

/// A transaction in a final block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Included {
    pub(super) hash: B256,
    pub(super) succeeded: bool,
    pub(super) block_number: u64,
    pub(super) block_hash: B256,
    pub(super) at: Timestamp,
    pub(super) gas_used: u64,
    /// Wei per gas.
    pub(super) gas_price: u128,
}

impl Node {
    pub(super) fn new(
        mut clients: Vec<RpcClient>,
        (chain_id, embedded): (u64, bool),
        finality: Finality,
    ) -> Self {
        let first = RootProvider::new(clients.remove(0));
        Self {
            first,
            others: clients.into_iter().map(RootProvider::new).collect(),
            chain_id,
            finality,
            embedded,
            seen_final: AtomicU64::new(0),
            base_fee: OnceLock::new(),
        }
    }

    pub(super) fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Every node has to serve the chain of the configuration.
    pub(super) async fn check_chain(&self) -> Result<(), LedgerError> {
        for provider in std::iter::once(&self.first).chain(&self.others) {
            let served = provider.get_chain_id().await.map_err(ledger_error)?;
            if served != self.chain_id {
                return Err(fault(
                    "chain",
                    format!(
                        "the node serves chain {served}, the configuration says {} (dlt.chain_id, dlt.url)",
                        self.chain_id
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Looks whether the node is where it should be before anything is signed.
    pub(super) async fn check(&self) -> Result<(), LedgerError> {
        if self.embedded {
            return Ok(());
        }
        self.check_chain().await?;
        let latest = self.first.get_block_number().await.map_err(ledger_error)?;
        self.check_progress(latest)
    }

    /// A node that restarted or sits behind a balancer may know less than was known before; what it says then is old.
    fn check_progress(&self, number: u64) -> Result<(), LedgerError> {
        let seen = self.seen_final.load(Ordering::Relaxed);
        if number < seen {
            metrics::counter!("dlt_node_errors_total", "kind" => "lag").increment(1);
            return Err(LedgerError::Unavailable(format!(
                "the node lags: it is at block {number}, block {seen} was final before"
            )));
        }
        Ok(())
    }

    /// Remembers a block that was final, also from before this process began.
    pub(super) fn saw_final(&self, number: u64) {
        self.seen_final.fetch_max(number, Ordering::Relaxed);
    }

    pub(super) async fn code(&self, at: Address) -> Result<Bytes, LedgerError> {
        self.first.get_code_at(at).await.map_err(ledger_error)
    }

    /// Whether the node has a transaction, in a block or waiting.
    pub(super) async fn knows(&self, hash: B256) -> Result<bool, LedgerError> {
        let found = self.first.get_transaction_by_hash(hash).await;
        Ok(found.map_err(ledger_error)?.is_some())
    }

    /// How many transactions of the account are in blocks.
    pub(super) async fn count(&self, account: Address) -> Result<u64, LedgerError> {
        let counted = self.first.get_transaction_count(account).await;
        counted.map_err(ledger_error)
    }

    /// What the account has to pay for gas, in wei.
    pub(super) async fn balance(&self, account: Address) -> Result<U256, LedgerError> {
        self.first.get_balance(account).await.map_err(ledger_error)
    }

    /// How many transactions of the account are final, by the node that says the least.
    pub(super) async fn final_count(&self, account: Address) -> Result<u64, LedgerError> {
        let mut least = u64::MAX;
        for provider in std::iter::once(&self.first).chain(&self.others) {
            let block = self.final_block(provider).await?;
            let counted = provider.get_transaction_count(account).block_id(block);
            least = least.min(counted.await.map_err(ledger_error)?);
        }
        Ok(least)
    }

    /// Whether blocks have a base fee. Where they have none, nodes take no transactions of EIP-1559.
    pub(super) async fn has_base_fee(&self) -> Result<bool, LedgerError> {
        if let Some(known) = self.base_fee.get() {
            return Ok(*known);
        }
        let block = self.first.get_block_by_number(BlockNumberOrTag::Latest);
        let Some(block) = block.await.map_err(ledger_error)? else {
            return Err(LedgerError::Unavailable("the node has no block yet".into()));
        };
        let has = block.header.base_fee_per_gas.is_some();
        Ok(*self.base_fee.get_or_init(|| has))
    }

    /// What the network asks for. Without a base fee one price is both the most and the tip.
    pub(super) async fn market(&self) -> Result<Fees, LedgerError> {
        if !self.has_base_fee().await? {
            let price = self.first.get_gas_price().await.map_err(ledger_error)?;
            return Ok(Fees {
                most: price,
                tip: price,
            });
        }
        let estimate = self.first.estimate_eip1559_fees().await;
        let estimate = estimate.map_err(ledger_error)?;
        Ok(Fees {
            most: estimate.max_fee_per_gas,
            tip: estimate.max_priority_fee_per_gas,
        })
    }

    pub(super) async fn estimate(&self, request: TransactionRequest) -> Result<u64, LedgerError> {
        self.first.estimate_gas(request).await.map_err(ledger_error)
    }

    pub(super) async fn call(&self, request: TransactionRequest) -> Result<Bytes, LedgerError> {
        self.first.call(request).await.map_err(ledger_error)
    }

    pub(super) async fn send(&self, raw: &[u8]) -> Result<(), alloy::transports::TransportError> {
        self.first.send_raw_transaction(raw).await.map(drop)
    }

    /// Asks a contract about the latest state.
    pub(super) async fn view<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<C::Return, LedgerError> {
        let output = ask(&self.first, to, call, BlockId::latest()).await?;
        decode::<C>(to, &output)
    }

    /// The balances of many accounts, all at one final block; every node has to say the same.
    pub(super) async fn final_balances(
        &self,
        asset: Address,
        accounts: Vec<Address>,
    ) -> Result<(U256, Vec<U256>), LedgerError> {
        // The chain in this process gives the adapter as much gas as it takes.
        if self.embedded {
            let call = SecurityToken::balancesOfCall { accounts };
            let answer = self.view(asset, &call).await?;
            return Ok((answer.atBlock, answer.balances));
        }
        let number = self.final_number(&self.first).await?;
        self.check_progress(number)?;
        self.saw_final(number);
        let mut balances = Vec::with_capacity(accounts.len());
        for some in accounts.chunks(ACCOUNTS_OF_CALL) {
            let accounts = some.to_vec();
            let call = SecurityToken::balancesOfCall { accounts };
            balances.extend(self.view_at(asset, &call, number).await?.balances);
        }
        Ok((U256::from(number), balances))
    }

    async fn view_at<C: SolCall>(
        &self,
        to: Address,
        call: &C,
        number: u64,
    ) -> Result<C::Return, LedgerError> {
        let output = ask(&self.first, to, call, number.into()).await?;
        for other in &self.others {
            self.wait_for(other, number).await?;
            let said = ask(other, to, call, number.into()).await?;
            if said != output {
                return Err(disagreement(format!("what {to} says at block {number}")));
            }
        }
        decode::<C>(to, &output)
    }

    /// Another node that is not as far cannot say anything yet.
    async fn wait_for(&self, other: &RootProvider, number: u64) -> Result<(), LedgerError> {
        let reached = self.final_number(other).await?;
        if reached < number {
            metrics::counter!("dlt_node_errors_total", "kind" => "lag").increment(1);
            return Err(LedgerError::Unavailable(format!(
                "the second node lags: its final block is {reached}, not {number}"
            )));
        }
        Ok(())
    }

    /// The events of one kind that a contract emitted in one block, read by the block's hash so that they are of this very block.
    pub(super) async fn events<E: SolEvent>(
        &self,
        contract: Address,
        number: u64,
    ) -> Result<Vec<(SubmissionId, E)>, LedgerError> {
        let block = self.first.get_block_by_number(number.into()).await;
        let Some(block) = block.map_err(ledger_error)? else {
            return Ok(Vec::new());
        };
        let filter = Filter::new()
            .address(contract)
            .event_signature(E::SIGNATURE_HASH)
            .at_block_hash(block.header.hash);
        let logs = self.first.get_logs(&filter).await.map_err(ledger_error)?;
        Ok(logs
            .iter()
            .filter_map(|log| {
                let event = log.log_decode::<E>().ok()?;
                Some((SubmissionId(log.transaction_hash?.0), event.inner.data))
            })
            .collect())
    }

    /// The last block that is final.
    pub(super) async fn last_final(&self) -> Result<u64, LedgerError> {
        let number = self.final_number(&self.first).await?;
        self.check_progress(number)?;
        self.saw_final(number);
        Ok(number)
    }

    /// The events of one kind that a contract emitted from one block to another, both final.
    pub(super) async fn events_between<E: SolEvent>(
        &self,
        contract: Address,
        (first, last): (u64, u64),
    ) -> Result<Vec<(Log, E)>, LedgerError> {
        let filter = Filter::new()
            .address(contract)
            .event_signature(E::SIGNATURE_HASH)
            .from_block(first)
            .to_block(last);
        let logs = self.first.get_logs(&filter).await.map_err(ledger_error)?;
        Ok(logs
            .into_iter()
            .filter_map(|log| {
                let event = log.log_decode::<E>().ok()?.inner.data;
                Some((log, event))
            })
            .collect())
    }

    /// Who has signed a transaction.
    pub(super) async fn sender(&self, hash: B256) -> Result<Option<Address>, LedgerError> {
        let found = self.first.get_transaction_by_hash(hash).await;
        Ok(found.map_err(ledger_error)?.map(|found| found.from()))
    }

    /// Where a transaction is. It is final when it is for every node, and in the same block with the same end.
    pub(super) async fn place(&self, hash: B256) -> Result<Place, LedgerError> {
        let found = self.place_at(&self.first, hash).await?;
        let Place::Final(included) = found else {
            return Ok(found);
        };
        for other in &self.others {
            match self.place_at(other, hash).await? {
                Place::Final(said) if said == included => {}
                Place::Final(_) => {
                    return Err(disagreement(format!("the receipt of {hash}")));
                }
                // It may only be slower. A block that will never be there is the end of the wait for an operator, not of the register.
                Place::Block(_) | Place::Nowhere => {
                    return Ok(Place::Block(included.block_number));
                }
            }
        }
        self.saw_final(included.block_number);
        Ok(Place::Final(included))
    }

    async fn place_at(&self, provider: &RootProvider, hash: B256) -> Result<Place, LedgerError> {
        let receipt = provider.get_transaction_receipt(hash).await;
        let Some(receipt) = receipt.map_err(ledger_error)? else {
            return Ok(Place::Nowhere);
        };
        let (Some(number), Some(block_hash)) = (receipt.block_number, receipt.block_hash) else {
            return Ok(Place::Nowhere);
        };
        if self.finality != Finality::Latest && number > self.final_number(provider).await? {
            return Ok(Place::Block(number));
        }
        let block = provider.get_block_by_number(number.into()).await;
        let block = block.map_err(ledger_error)?;
        // The chain may have been reorganised between the questions.
        Ok(
            match block.filter(|block| block.header.hash == block_hash) {
                Some(block) => Place::Final(included(
                    &receipt,
                    number,
                    block_hash,
                    block.header.timestamp,
                )),
                None => Place::Block(number),
            },
        )
    }

    async fn final_number(&self, provider: &RootProvider) -> Result<u64, LedgerError> {
        let tag = match self.finality {
            Finality::Latest => BlockNumberOrTag::Latest,
            Finality::Safe => BlockNumberOrTag::Safe,
            Finality::Finalized => BlockNumberOrTag::Finalized,
            Finality::Depth(blocks) => {
                let latest = provider.get_block_number().await.map_err(ledger_error)?;
                return Ok(latest.saturating_sub(blocks));
            }
        };
        let block = provider.get_block_by_number(tag).await;
        Ok(block
            .map_err(ledger_error)?
            .map_or(0, |block| block.header.number))
    }

    async fn final_block(&self, provider: &RootProvider) -> Result<BlockId, LedgerError> {
        match self.finality {
            Finality::Latest => Ok(BlockId::latest()),
            _ => Ok(self.final_number(provider).await?.into()),
        }
    }
}

fn included(receipt: &TransactionReceipt, number: u64, block: B256, seconds: u64) -> Included {
    Included {
        hash: receipt.transaction_hash,
        succeeded: receipt.status(),
        block_number: number,
        block_hash: block,
        at: Timestamp::from_seconds(seconds.try_into().unwrap_or(i64::MAX)),
        gas_used: receipt.gas_used,
        gas_price: receipt.effective_gas_price,
    }
}

async fn ask<C: SolCall>(
    provider: &RootProvider,
    to: Address,
    call: &C,
    at: BlockId,
) -> Result<Bytes, LedgerError> {
    let request = TransactionRequest::default()
        .to(to)
        .input(call.abi_encode().into());
    provider.call(request).block(at).await.map_err(ledger_error)
}

fn decode<C: SolCall>(to: Address, output: &Bytes) -> Result<C::Return, LedgerError> {
    if output.is_empty() {
        return Err(Refusal::UnknownAsset(from_evm(to)).into());
    }
    C::abi_decode_returns(output)
        .map_err(|error| LedgerError::Fault(format!("{to} answers in another language: {error}")))
}

fn disagreement(about: String) -> LedgerError {
    fault(
        "disagreement",
        format!(
            "the nodes disagree about {about}: nothing is entered until somebody has looked (dlt.compare_with)"
        ),
    )
}
