//! One account of the registrar's on one network: simulate, sign, keep, send, look up. The same for every node.

use std::sync::Arc;
use std::time::Duration;

use alloy::consensus::transaction::SignerRecoverable as _;
use alloy::consensus::{SignableTransaction, Transaction as _, TxEip1559, TxEnvelope, TxLegacy};
use alloy::eips::{Decodable2718 as _, Encodable2718 as _};
use alloy::primitives::{Address, B256, Bytes, TxKind};
use alloy::rpc::types::TransactionRequest;
use alloy::signers::Signature;
use dlt::{LedgerError, Refusal, Submission, SubmissionId};
use domain::Timestamp;

use super::commands::Purpose;
use super::fees::{Fees, GasPrice};
use super::node::Node;
use super::outbox::{Attempt, Leave, Outbox};
use super::refusals::{Answer, answer, unavailable};
use super::to_evm;
use crate::signing::{self, Signer};
use crate::{Clock, GAS_LIMIT};

/// Nonces below one that waits which are looked after in one step.
const MOST_BEHIND: u64 = 64;
/// Equal commands that were signed and never sent.
const MOST_TWINS: usize = 100;

#[derive(Clone)]
pub(super) struct Client {
    pub(super) node: Arc<Node>,
    pub(super) outbox: Outbox,
    pub(super) signer: Arc<dyn Signer>,
    /// What the account is for, as an operator knows it.
    pub(super) role: &'static str,
    pub(super) gas_price: GasPrice,
    /// How long the network may leave a transaction lying before more is offered for it.
    pub(super) patience: Duration,
    pub(super) clock: Clock,
}

impl Client {
    pub(super) fn account(&self) -> Address {
        to_evm(self.signer.address())
    }

    /// The same network with another account.
    pub(super) fn with(&self, signer: Arc<dyn Signer>, role: &'static str) -> Self {
        Self {
            outbox: self.outbox.of(to_evm(signer.address())),
            signer,
            role,
            ..self.clone()
        }
    }

    /// Simulates a call (or a creation), signs it with the account's next nonce, which is returned too, and keeps it.
    pub(super) async fn prepare(
        &self,
        to: Option<Address>,
        data: Bytes,
        purpose: Purpose,
    ) -> Result<(Submission, u64), LedgerError> {
        self.node.check().await?;
        let kind = to.map_or(TxKind::Create, TxKind::Call);
        let mut request = TransactionRequest::default()
            .from(self.account())
            .input(data.clone().into());
        request.to = Some(kind);
        let gas = self.simulate(request).await?;
        let fees = match self.gas_price {
            GasPrice::Free => Fees { most: 0, tip: 0 },
            price => price.first(self.node.market().await?),
        };
        // What left this house counts, and what the account did elsewhere.
        let counted = self.node.count(self.account()).await?;
        let nonce = self.outbox.next_nonce().await?.max(counted);
        let mut transaction = TxEip1559 {
            chain_id: self.node.chain_id(),
            nonce,
            // Slots that another transaction fills meanwhile make it cheaper, those it empties dearer.
            gas_limit: (gas + gas / 5).min(GAS_LIMIT),
            to: kind,
            input: data,
            ..TxEip1559::default()
        };
        for _ in 0..MOST_TWINS {
            let signed = self.sign(transaction.clone(), fees, None).await?;
            let now = (self.clock)();
            if self.outbox.keep(nonce, purpose, &signed, now).await? {
                let submission = Submission {
                    id: signed.submission,
                    payload: signed.raw,
                };
                return Ok((submission, nonce));
            }
            // The same command was signed for somebody else and has not left. Two that were one could not be told apart.
            transaction.gas_limit -= 1;
        }
        Err(LedgerError::Unavailable(
            "too many of the same command wait to be sent".into(),
        ))
    }

    /// The gas that a call needs. Nodes differ in what they say of a refusal here, so the reason comes from a call.
    async fn simulate(&self, request: TransactionRequest) -> Result<u64, LedgerError> {
        match self.node.estimate(request.clone()).await {
            Err(LedgerError::Refused(Refusal::Other(reason))) => {
                match self.node.call(request).await {
                    Err(clearer) => Err(clearer),
                    Ok(_) => Err(Refusal::Other(reason).into()),
                }
            }
            estimated => estimated,
        }
    }

    async fn sign(
        &self,
        mut transaction: TxEip1559,
        fees: Fees,
        submission: Option<SubmissionId>,
    ) -> Result<Attempt, LedgerError> {
        transaction.max_fee_per_gas = fees.most;
        transaction.max_priority_fee_per_gas = fees.tip;
        let envelope = if self.node.has_base_fee().await? {
            let signature = self.signature(transaction.signature_hash()).await?;
            TxEnvelope::from(transaction.into_signed(signature))
        } else {
            let transaction = before_london(transaction);
            let signature = self.signature(transaction.signature_hash()).await?;
            TxEnvelope::from(transaction.into_signed(signature))
        };
        let hash = *envelope.tx_hash();
        Ok(Attempt {
            hash,
            submission: submission.unwrap_or(SubmissionId(hash.0)),
            raw: envelope.encoded_2718(),
            fees,
            sent_at: submission.map(|_| (self.clock)()),
            settled: false,
        })
    }

    async fn signature(&self, hash: B256) -> Result<Signature, LedgerError> {
        let signed = signing::sign(self.signer.as_ref(), hash).await;
        // No nonce is used yet: the command waits, and nothing waits behind it.
        signed.map_err(|error| LedgerError::Unavailable(format!("the signer: {error}")))
    }

    /// Sends it; again, and for more, if the network has left it lying.
    pub(super) async fn submit(&self, submission: &Submission) -> Result<(), LedgerError> {
        if submission.payload.is_empty() {
            return Ok(());
        }
        let nonce = nonce_of(&submission.payload)?;
        let now = (self.clock)();
        match self.outbox.leave(submission.id, nonce, now).await? {
            Leave::Lost => Ok(()),
            Leave::Unknown | Leave::First => self.broadcast(&submission.payload, nonce).await,
            Leave::Again(newest) if newest.settled => Ok(()),
            Leave::Again(newest) => self.send_again(&newest).await,
        }
    }

    async fn send_again(&self, newest: &Attempt) -> Result<(), LedgerError> {
        let nonce = nonce_of(&newest.raw)?;
        if self.waits(newest) {
            let counted = self.node.count(self.account()).await?;
            if counted > nonce {
                // It is in a block, or another one is: the outcome tells which.
                return Ok(());
            }
            self.fill(counted, nonce).await?;
            if counted == nonce {
                return self.offer_more(newest).await;
            }
        }
        self.broadcast(&newest.raw, nonce).await
    }

    /// Whether the network has had its time.
    fn waits(&self, attempt: &Attempt) -> bool {
        attempt.sent_at.is_some_and(|sent| self.is_over(sent))
    }

    pub(super) fn is_over(&self, since: Timestamp) -> bool {
        let patience = i64::try_from(self.patience.as_secs()).unwrap_or(i64::MAX);
        (self.clock)().seconds_since(since) >= patience
    }

    /// Hands the transaction to the node. What the node says of its nonce is no failure: the outcome tells what became of it.
    async fn broadcast(&self, raw: &[u8], nonce: u64) -> Result<(), LedgerError> {
        let Err(error) = self.node.send(raw).await else {
            return Ok(());
        };
        match answer(error) {
            Answer::Known => Ok(()),
            // Some before it are missing there. They are handed in, and then this one.
            Answer::Early(reason) => {
                let counted = self.node.count(self.account()).await?;
                self.fill(counted, nonce).await?;
                match self.node.send(raw).await.map_err(answer) {
                    Ok(()) | Err(Answer::Known) => Ok(()),
                    Err(Answer::Early(_)) => Err(LedgerError::Unavailable(reason)),
                    Err(Answer::Unfunded(said)) => Err(self.unfunded(raw, &said).await),
                    Err(Answer::Other(error)) => Err(error),
                }
            }
            Answer::Unfunded(said) => Err(self.unfunded(raw, &said).await),
            Answer::Other(error) => Err(error),
        }
    }

    /// What stands before a nonce and is in no block: ours are handed in again, and where nobody has one an empty transaction to
    /// ourselves takes the place, or everything behind it would wait for ever.
    async fn fill(&self, counted: u64, nonce: u64) -> Result<(), LedgerError> {
        let until = nonce.min(counted.saturating_add(MOST_BEHIND));
        for missing in counted..until {
            match self.outbox.at_nonce(missing).await? {
                Some(ours) if missing == counted && self.waits(&ours) => {
                    self.offer_more(&ours).await?;
                }
                Some(ours) => self.hand_in(&ours.raw).await?,
                None => self.fill_gap(missing).await?,
            }
        }
        Ok(())
    }

    async fn hand_in(&self, raw: &[u8]) -> Result<(), LedgerError> {
        match self.node.send(raw).await.map_err(answer) {
            Err(Answer::Other(error)) => Err(error),
            Err(Answer::Unfunded(said)) => Err(self.unfunded(raw, &said).await),
            Ok(()) | Err(Answer::Known | Answer::Early(_)) => Ok(()),
        }
    }

    /// Whose account has to be topped up, and how much what lies there may cost at the most (limit times the most per gas, in wei).
    async fn unfunded(&self, raw: &[u8], said: &str) -> LedgerError {
        let asked = async {
            let transaction = decode(raw)?;
            let most = u128::from(transaction.gas_limit) * transaction.max_fee_per_gas;
            Ok((most, self.node.balance(self.account()).await?))
        };
        let (most, balance) = match asked.await {
            Ok(asked) => asked,
            Err(error) => return error,
        };
        let reason = format!(
            "the account of {}, {}, cannot pay for gas, top it up: its next transaction may cost {most} wei, and it has {balance} wei ({said})",
            self.role,
            self.account()
        );
        unavailable("funds", reason)
    }

    async fn fill_gap(&self, nonce: u64) -> Result<(), LedgerError> {
        let fees = match self.gas_price {
            GasPrice::Free => Fees { most: 0, tip: 0 },
            price => price.first(self.node.market().await?),
        };
        let transaction = TxEip1559 {
            chain_id: self.node.chain_id(),
            nonce,
            gas_limit: 21_000,
            to: TxKind::Call(self.account()),
            ..TxEip1559::default()
        };
        let mut filler = self.sign(transaction, fees, None).await?;
        let now = (self.clock)();
        filler.sent_at = Some(now);
        let purpose = Purpose::of("gap");
        self.outbox
            .keep_sent(Some((nonce, purpose)), &filler, now)
            .await?;
        metrics::counter!("dlt_nonce_gaps_filled_total").increment(1);
        tracing::warn!(
            nonce,
            "nonce {nonce} of {} was in no transaction: an empty one takes it",
            self.account()
        );
        self.hand_in(&filler.raw).await
    }

    /// Replaces a transaction by one that offers more, up to the cap.
    async fn offer_more(&self, newest: &Attempt) -> Result<(), LedgerError> {
        let market = match self.gas_price {
            GasPrice::Free => Fees { most: 0, tip: 0 },
            GasPrice::Market { .. } => self.node.market().await?,
        };
        // One that was lost on the way has not waited at all.
        if !self.node.knows(newest.hash).await? {
            self.outbox.sent_again(newest.hash, (self.clock)()).await?;
            return self.hand_in(&newest.raw).await;
        }
        let Some(fees) = self.gas_price.raised(newest.fees, market) else {
            metrics::counter!("dlt_transactions_stuck_total").increment(1);
            tracing::error!(
                submission.id = %newest.submission,
                "transaction {} is in no block after {} s and offers the most that it may, {} wei per gas",
                newest.hash, self.patience.as_secs(), newest.fees.most
            );
            return self.hand_in(&newest.raw).await;
        };
        let transaction = decode(&newest.raw)?;
        let replacement = self
            .sign(transaction, fees, Some(newest.submission))
            .await?;
        self.outbox
            .keep_sent(None, &replacement, (self.clock)())
            .await?;
        metrics::counter!("dlt_fees_raised_total").increment(1);
        tracing::info!(
            submission.id = %newest.submission,
            "transaction {} is replaced by {}, which offers {} wei per gas",
            newest.hash, replacement.hash, fees.most
        );
        self.hand_in(&replacement.raw).await
    }
}

/// Whose transaction it is that was signed here.
pub(super) fn sender_of(raw: &[u8]) -> Result<Address, LedgerError> {
    let mut rest = raw;
    let transaction = TxEnvelope::decode_2718(&mut rest).map_err(|_| unreadable())?;
    transaction.recover_signer().map_err(|_| unreadable())
}

/// The nonce of what was signed here, perhaps by an earlier version.
pub(super) fn nonce_of(raw: &[u8]) -> Result<u64, LedgerError> {
    let mut rest = raw;
    TxEnvelope::decode_2718(&mut rest)
        .map(|transaction| transaction.nonce())
        .map_err(|_| unreadable())
}

fn decode(raw: &[u8]) -> Result<TxEip1559, LedgerError> {
    let mut rest = raw;
    match TxEnvelope::decode_2718(&mut rest) {
        Ok(TxEnvelope::Eip1559(signed)) => Ok(signed.strip_signature()),
        Ok(TxEnvelope::Legacy(signed)) => Ok(since_london(signed.strip_signature())),
        _ => Err(unreadable()),
    }
}

/// The same for a network without a base fee, signed for one chain all the same (EIP-155).
fn before_london(transaction: TxEip1559) -> TxLegacy {
    TxLegacy {
        chain_id: Some(transaction.chain_id),
        nonce: transaction.nonce,
        gas_price: transaction.max_fee_per_gas,
        gas_limit: transaction.gas_limit,
        to: transaction.to,
        value: transaction.value,
        input: transaction.input,
    }
}

/// Back again, to be signed for more.
fn since_london(transaction: TxLegacy) -> TxEip1559 {
    TxEip1559 {
        chain_id: transaction.chain_id.unwrap_or_default(),
        nonce: transaction.nonce,
        gas_limit: transaction.gas_limit,
        max_fee_per_gas: transaction.gas_price,
        max_priority_fee_per_gas: transaction.gas_price,
        to: transaction.to,
        value: transaction.value,
        input: transaction.input,
        ..TxEip1559::default()
    }
}

fn unreadable() -> LedgerError {
    LedgerError::Fault("what was signed here cannot be read".into())
}
