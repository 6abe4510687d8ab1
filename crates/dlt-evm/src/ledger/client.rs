//! One registrar's account on one network: simulate, sign, send, look up. The same for every node.

use alloy::consensus::{SignableTransaction as _, Transaction as _, TxEip1559, TxEnvelope};
use alloy::eips::{BlockNumberOrTag, Decodable2718 as _, Encodable2718 as _};
use alloy::network::TxSigner;
use alloy::primitives::{Address, B256, Bytes, TxKind};
use alloy::providers::{Provider as _, RootProvider};
use alloy::rpc::client::RpcClient;
use alloy::rpc::types::{Filter, TransactionReceipt, TransactionRequest};
use alloy::signers::Signature;
use alloy::sol_types::{SolCall, SolEvent};
use dlt::{Confirmation, LedgerError, Outcome, Refusal, Submission, SubmissionId};
use domain::Timestamp;

use super::from_evm;
use super::refusals::ledger_error;
use crate::GAS_LIMIT;

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

/// What a transaction offers for its gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GasPrice {
    /// Nothing: permissioned networks without a fee.
    Free,
    /// Twice the base fee and the usual tip, but never more than this many wei per gas.
    Market {
        /// The cap in wei per gas.
        at_most: u128,
    },
}

pub(super) struct Client {
    provider: RootProvider,
    signer: Box<dyn TxSigner<Signature> + Send + Sync>,
    chain_id: u64,
    finality: Finality,
    gas_price: GasPrice,
}

impl Client {
    pub(super) fn new(
        rpc: RpcClient,
        signer: impl TxSigner<Signature> + Send + Sync + 'static,
        chain_id: u64,
        finality: Finality,
        gas_price: GasPrice,
    ) -> Self {
        let provider = RootProvider::new(rpc);
        Self {
            provider,
            signer: Box::new(signer),
            chain_id,
            finality,
            gas_price,
        }
    }

    pub(super) fn registrar(&self) -> Address {
        self.signer.address()
    }

    pub(super) async fn chain_id(&self) -> Result<u64, LedgerError> {
        self.provider.get_chain_id().await.map_err(ledger_error)
    }

    pub(super) async fn code(&self, at: Address) -> Result<Bytes, LedgerError> {
        self.provider.get_code_at(at).await.map_err(ledger_error)
    }

    /// Asks a contract about the latest state.
    pub(super) async fn view<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<C::Return, LedgerError> {
        self.view_at(to, call, BlockNumberOrTag::Latest).await
    }

    /// Asks a contract about the final state.
    pub(super) async fn final_view<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<C::Return, LedgerError> {
        let block = self.final_block().await?;
        self.view_at(to, call, block).await
    }

    async fn view_at<C: SolCall>(
        &self,
        to: Address,
        call: &C,
        at: BlockNumberOrTag,
    ) -> Result<C::Return, LedgerError> {
        let request = TransactionRequest::default()
            .to(to)
            .input(call.abi_encode().into());
        let output = self
            .provider
            .call(request)
            .block(at.into())
            .await
            .map_err(ledger_error)?;
        if output.is_empty() {
            return Err(Refusal::UnknownAsset(from_evm(to)).into());
        }
        C::abi_decode_returns(&output).map_err(|error| {
            LedgerError::Fault(format!("{to} answers in another language: {error}"))
        })
    }

    /// The events of one kind that a contract emitted in one block, with their transactions.
    pub(super) async fn events<E: SolEvent>(
        &self,
        contract: Address,
        block: u64,
    ) -> Result<Vec<(SubmissionId, E)>, LedgerError> {
        let filter = Filter::new()
            .address(contract)
            .event_signature(E::SIGNATURE_HASH)
            .select(block);
        let logs = self
            .provider
            .get_logs(&filter)
            .await
            .map_err(ledger_error)?;
        Ok(logs
            .iter()
            .filter_map(|log| {
                let event = log.log_decode::<E>().ok()?;
                Some((SubmissionId(log.transaction_hash?.0), event.inner.data))
            })
            .collect())
    }

    /// Simulates a call (or a creation) and signs it with the account's next nonce, which is returned too.
    pub(super) async fn prepare(
        &self,
        to: Option<Address>,
        data: Bytes,
    ) -> Result<(Submission, u64), LedgerError> {
        let kind = to.map_or(TxKind::Create, TxKind::Call);
        let mut request = TransactionRequest::default()
            .from(self.registrar())
            .input(data.clone().into());
        request.to = Some(kind);
        let gas = self.simulate(request).await?;
        let pending = self
            .provider
            .get_transaction_count(self.registrar())
            .pending();
        let nonce = pending.await.map_err(ledger_error)?;
        let (max_fee_per_gas, max_priority_fee_per_gas) = self.fees().await?;
        let mut transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce,
            // Slots that another transaction fills meanwhile make it cheaper, those it empties dearer.
            gas_limit: (gas + gas / 5).min(GAS_LIMIT),
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: kind,
            input: data,
            ..TxEip1559::default()
        };
        let signed = self.signer.sign_transaction(&mut transaction).await;
        let signature =
            signed.map_err(|error| LedgerError::Unavailable(format!("the signer: {error}")))?;
        let envelope = TxEnvelope::from(transaction.into_signed(signature));
        let id = SubmissionId(envelope.tx_hash().0);
        Ok((
            Submission {
                id,
                payload: envelope.encoded_2718(),
            },
            nonce,
        ))
    }

    /// The gas that a call needs. Nodes differ in what they say of a refusal here, so the reason comes from a call.
    async fn simulate(&self, request: TransactionRequest) -> Result<u64, LedgerError> {
        match self
            .provider
            .estimate_gas(request.clone())
            .await
            .map_err(ledger_error)
        {
            Err(LedgerError::Refused(Refusal::Other(reason))) => {
                match self.provider.call(request).await.map_err(ledger_error) {
                    Err(clearer) => Err(clearer),
                    Ok(_) => Err(Refusal::Other(reason).into()),
                }
            }
            estimated => estimated,
        }
    }

    async fn fees(&self) -> Result<(u128, u128), LedgerError> {
        match self.gas_price {
            GasPrice::Free => Ok((0, 0)),
            GasPrice::Market { at_most } => {
                let estimate = self
                    .provider
                    .estimate_eip1559_fees()
                    .await
                    .map_err(ledger_error)?;
                let most = estimate.max_fee_per_gas.min(at_most);
                Ok((most, estimate.max_priority_fee_per_gas.min(most)))
            }
        }
    }

    pub(super) async fn submit(&self, submission: &Submission) -> Result<(), LedgerError> {
        if submission.payload.is_empty() {
            return Ok(());
        }
        match self
            .provider
            .send_raw_transaction(&submission.payload)
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => match ledger_error(error) {
                // The network has it, or has another one with its nonce: the outcome tells which.
                LedgerError::Refused(Refusal::Other(reason)) if is_settled_elsewhere(&reason) => {
                    Ok(())
                }
                other => Err(other),
            },
        }
    }

    pub(super) async fn outcome(&self, submission: &Submission) -> Result<Outcome, LedgerError> {
        if let Some(receipt) = self.receipt(submission).await? {
            return self.judge(&receipt).await;
        }
        let Some(nonce) = nonce_of(&submission.payload) else {
            return Ok(Outcome::Pending);
        };
        let counted = self
            .provider
            .get_transaction_count(self.registrar())
            .block_id(self.final_block().await?.into());
        if counted.await.map_err(ledger_error)? <= nonce {
            return Ok(Outcome::Pending);
        }
        // Its nonce is used. By itself, a moment ago, or by another one?
        match self.receipt(submission).await? {
            Some(receipt) => self.judge(&receipt).await,
            None => Ok(Outcome::Refused {
                reason: "another transaction used its nonce".into(),
            }),
        }
    }

    async fn receipt(
        &self,
        submission: &Submission,
    ) -> Result<Option<TransactionReceipt>, LedgerError> {
        let hash = B256::from(submission.id.0);
        self.provider
            .get_transaction_receipt(hash)
            .await
            .map_err(ledger_error)
    }

    async fn judge(&self, receipt: &TransactionReceipt) -> Result<Outcome, LedgerError> {
        let (Some(number), Some(hash)) = (receipt.block_number, receipt.block_hash) else {
            return Ok(Outcome::Pending);
        };
        if self.finality != Finality::Latest && number > self.final_number().await? {
            return Ok(Outcome::Pending);
        }
        if !receipt.status() {
            return Ok(Outcome::Refused {
                reason: "the contract reverted it".into(),
            });
        }
        let block = self
            .provider
            .get_block_by_number(number.into())
            .await
            .map_err(ledger_error)?;
        match block.filter(|block| block.header.hash == hash) {
            Some(block) => Ok(Outcome::Confirmed(Confirmation {
                transaction_hash: receipt.transaction_hash.0,
                block_number: number,
                block_hash: hash.0,
                at: Timestamp::from_seconds(block.header.timestamp.try_into().unwrap_or(i64::MAX)),
            })),
            // The chain was reorganised between the two questions.
            None => Ok(Outcome::Pending),
        }
    }

    async fn final_number(&self) -> Result<u64, LedgerError> {
        let block = self.final_block().await?;
        if let BlockNumberOrTag::Number(number) = block {
            return Ok(number);
        }
        let block = self
            .provider
            .get_block_by_number(block)
            .await
            .map_err(ledger_error)?;
        Ok(block.map_or(0, |block| block.header.number))
    }

    /// The newest block that counts.
    async fn final_block(&self) -> Result<BlockNumberOrTag, LedgerError> {
        Ok(match self.finality {
            Finality::Latest => BlockNumberOrTag::Latest,
            Finality::Safe => BlockNumberOrTag::Safe,
            Finality::Finalized => BlockNumberOrTag::Finalized,
            Finality::Depth(blocks) => {
                let latest = self.provider.get_block_number().await;
                BlockNumberOrTag::Number(latest.map_err(ledger_error)?.saturating_sub(blocks))
            }
        })
    }
}

/// The nodes' words for "I have this one" and "its nonce is gone".
fn is_settled_elsewhere(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    [
        "already known",
        "already imported",
        "nonce too low",
        "correct nonce",
        "known transaction",
        "underpriced",
    ]
    .iter()
    .any(|words| reason.contains(words))
}

fn nonce_of(payload: &[u8]) -> Option<u64> {
    let mut rest = payload;
    TxEnvelope::decode_2718(&mut rest)
        .ok()
        .map(|transaction| transaction.nonce())
}
