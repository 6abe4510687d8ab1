//! One batch on its way: look what became of it, else check, sign, store, send, and enter what the network says.
//!
//! A submission is stored before it is sent, and another one is signed only when no earlier one can take effect any more.
//! Together with the sequence that the token demands, that is what delivers exactly once. For what carries an instruction out the
//! token demands none; there the balance of the giving wallet is compared before anything is signed.

use std::sync::PoisonError;
use std::time::Duration;

use dlt::{AssetState, Command, LedgerError, Outcome, Refusal, Submission, SubmissionId};
use domain::{Address, ProductId, TransactionHash};
use registry::delivery::{self, Batch, Confirmation, Expense, Kind, Seen, SubmissionRecord};
use tokio::time::Instant;

use crate::commands::{batch_delivery, creation};
use crate::courier::Courier;
use crate::crash_points::{Step, reach};

/// How many submissions of one batch may die before the batch is taken apart.
const MOST_SUBMISSIONS: usize = 5;
/// How long the network may leave a submission lying before it is sent again.
pub(crate) const SEND_AGAIN_AFTER: Duration = Duration::from_secs(30);

const WEI_PER_GWEI: u128 = 1_000_000_000;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There was nothing to do.
    Idle,
    /// Something is different now; the next step can follow at once.
    Moved,
    /// The network has to go on.
    Waiting,
}

/// Why a step did not happen. The batch stays as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Registry(#[from] registry::Error),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Register and network do not fit together: a person has to look.
    #[error("{0}")]
    Blocked(String),
}

impl Trouble {
    /// Whether it passes without anybody's doing.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Registry(error) => matches!(
                error,
                registry::Error::Unavailable(_) | registry::Error::InFlight
            ),
            Self::Ledger(error) => error.is_transient(),
            Self::Blocked(_) => false,
        }
    }
}

pub(crate) type Result<T = Progress> = std::result::Result<T, Trouble>;

impl Courier {
    /// The next step for a product: of what is on its way, oldest first, or else something new.
    pub(crate) async fn advance(&self, product: ProductId) -> Result {
        let open = delivery::open_batches(&self.registry, product).await?;
        for (index, batch) in open.iter().enumerate() {
            let step = self.step(batch, &open[..index]).await?;
            if step != Progress::Waiting || batch.alive().next().is_none() {
                return Ok(step);
            }
        }
        match delivery::next_batch(&self.registry, product, self.most).await? {
            Some(batch) => self.step(&batch, &open).await,
            None if open.is_empty() => Ok(Progress::Idle),
            None => Ok(Progress::Waiting),
        }
    }

    /// The next step of a batch, behind those of its product that are on their way before it.
    async fn step(&self, batch: &Batch, before: &[Batch]) -> Result {
        reach(batch.kind, Step::BatchTaken);
        let step = self.carry(batch, before).await;
        if let Err(trouble) = &step {
            metrics::counter!("dlt_batches_total", "outcome" => "trouble").increment(1);
            if !trouble.is_transient() {
                delivery::note_trouble(&self.registry, batch.id, &trouble.to_string()).await?;
            }
        }
        step
    }

    async fn carry(&self, batch: &Batch, before: &[Batch]) -> Result {
        self.check_network(batch)?;
        let mut last_reason = None;
        for record in batch.alive() {
            let kept = submission(record);
            let was_unsent = self.may_send(kept.id);
            let outcome = self.outcome_of(&kept).await?;
            if was_unsent && !self.may_send(kept.id) {
                reach(batch.kind, Step::Submitted);
            }
            match outcome {
                Outcome::Confirmed(confirmation) => {
                    return self
                        .confirm(batch, record.transaction_hash, confirmation)
                        .await;
                }
                // Nothing else is signed before it is known to be dead.
                Outcome::Pending => {
                    self.look_on(batch, &submission(record)).await?;
                    return Ok(Progress::Waiting);
                }
                Outcome::Refused { reason } => {
                    delivery::refuse_submission(&self.registry, record.transaction_hash).await?;
                    last_reason = Some(reason);
                }
            }
        }
        if batch.submissions.len() >= MOST_SUBMISSIONS {
            let reason = last_reason.unwrap_or_else(|| "refused again and again".to_owned());
            return self.refuse(batch, &reason).await;
        }
        self.hand_in(before).await?;
        match batch.kind {
            Kind::Issue => self.send(batch, &creation(batch)).await,
            Kind::Delivery => match self.check_delivery(batch).await? {
                Some(other) => Ok(other),
                None => self.send(batch, &batch_delivery(batch)).await,
            },
            Kind::Transfer
            | Kind::Redemption
            | Kind::Deletion
            | Kind::Restriction
            | Kind::Release
            | Kind::Conversion
            | Kind::Reregistration
            | Kind::Replacement
            | Kind::Reversal => self.carry_instructed(batch, before.is_empty()).await,
        }
    }

    /// What comes before is handed in again, in its order: if the network had lost one of them, the next to be signed would take its
    /// place (§ 18(3) eWpG).
    pub(crate) async fn hand_in(&self, before: &[Batch]) -> Result<()> {
        for batch in before {
            for record in batch.alive() {
                self.ledger.submit(&submission(record)).await?;
            }
        }
        Ok(())
    }

    /// A batch for another network would be lost without a trace.
    fn check_network(&self, batch: &Batch) -> Result<()> {
        let network = self.ledger.network();
        if batch.chain_id != network.chain_id {
            return Err(Trouble::Blocked(format!(
                "{} is on chain {}, this worker serves chain {}",
                batch.isin, batch.chain_id, network.chain_id
            )));
        }
        let address = self.ledger.asset_address(&batch.isin);
        if batch.asset != address {
            return Err(Trouble::Blocked(format!(
                "{} was announced at {}, but this registrar's token would be at {address}",
                batch.isin, batch.asset
            )));
        }
        Ok(())
    }

    /// What became of a submission; sent again if nobody seems to have it.
    pub(crate) async fn outcome_of(&self, submission: &Submission) -> Result<Outcome> {
        let outcome = self.ledger.outcome(submission).await?;
        if outcome != Outcome::Pending || !self.may_send(submission.id) {
            return Ok(outcome);
        }
        self.ledger.submit(submission).await?;
        self.remember(submission.id);
        Ok(self.ledger.outcome(submission).await?)
    }

    /// Notes where it is, for whoever looks on. A network that does not say so now holds nothing up.
    async fn look_on(&self, batch: &Batch, submission: &Submission) -> Result<()> {
        let Ok(sight) = self.ledger.sight(submission).await else {
            return Ok(());
        };
        let seen = Seen {
            transaction_hash: TransactionHash::from_bytes(sight.transaction_hash),
            block: sight.block_number,
        };
        if batch.seen != Some(seen) {
            delivery::note_seen(&self.registry, batch.id, seen).await?;
        }
        Ok(())
    }

    /// Looks before signing; what is wrong is dealt with, and then the next step is another one.
    async fn check_delivery(&self, batch: &Batch) -> Result<Option<Progress>> {
        let state = self.check_token(batch).await?;
        if state.next_sequence != batch.sequence {
            let step = self.out_of_sequence(batch, state.next_sequence).await;
            return step.map(Some);
        }
        let wallets: Vec<Address> = batch.items.iter().map(|item| item.wallet).collect();
        let refused = self.ledger.refused_receivers(batch.asset, &wallets).await?;
        if refused.is_empty() {
            return Ok(None);
        }
        self.take_out(batch, &refused).await.map(Some)
    }

    /// The token, if it is there and as it should be.
    pub(crate) async fn check_token(&self, batch: &Batch) -> Result<AssetState> {
        let state = self.ledger.asset(batch.asset).await?;
        let Some(state) = state else {
            return Err(Trouble::Blocked(format!(
                "there is no token at {}",
                batch.asset
            )));
        };
        if !state.code_matches {
            return Err(Trouble::Blocked(format!(
                "the token at {} has other code than this version",
                batch.asset
            )));
        }
        Ok(state)
    }

    /// Signs, stores and sends, and looks what became of it.
    pub(crate) async fn send(&self, batch: &Batch, command: &Command) -> Result {
        let turn = self.turn.lock().await;
        let submission = match self.ledger.prepare(command).await {
            Ok(submission) => submission,
            Err(LedgerError::Refused(refusal)) => {
                drop(turn);
                return self.refused(batch, refusal).await;
            }
            Err(LedgerError::Invalid(reason)) => return self.refuse(batch, &reason).await,
            Err(other) => return Err(other.into()),
        };
        reach(batch.kind, Step::Prepared);
        delivery::store_submission(
            &self.registry,
            batch.id,
            TransactionHash::from_bytes(submission.id.0),
            submission.payload.clone(),
            batch.submissions.len(),
        )
        .await?;
        reach(batch.kind, Step::Stored);
        self.ledger.submit(&submission).await?;
        self.remember(submission.id);
        reach(batch.kind, Step::Submitted);
        drop(turn);
        match self.ledger.outcome(&submission).await? {
            Outcome::Confirmed(confirmation) => {
                let id = TransactionHash::from_bytes(submission.id.0);
                self.confirm(batch, id, confirmation).await
            }
            // The next instruction can follow at once.
            Outcome::Pending if batch.kind.is_instructed() => Ok(Progress::Moved),
            Outcome::Pending => Ok(Progress::Waiting),
            Outcome::Refused { .. } => {
                let hash = TransactionHash::from_bytes(submission.id.0);
                delivery::refuse_submission(&self.registry, hash).await?;
                Ok(Progress::Moved)
            }
        }
    }

    async fn confirm(
        &self,
        batch: &Batch,
        submission: TransactionHash,
        confirmation: dlt::Confirmation,
    ) -> Result {
        if batch.kind == Kind::Issue {
            self.check_issue(batch).await?;
        }
        self.take_movements(batch, confirmation.block_number)
            .await?;
        let expense = self.ledger.expense(confirmation.transaction_hash).await?;
        reach(batch.kind, Step::BeforeConfirm);
        let facts = Confirmation {
            submission,
            transaction_hash: TransactionHash::from_bytes(confirmation.transaction_hash),
            block: confirmation.block_number,
            at: confirmation.at,
            expense: expense.map(|expense| Expense {
                gas: expense.gas,
                fee_wei: expense.fee_wei,
            }),
        };
        delivery::confirm_batch(&self.registry, batch.id, facts).await?;
        reach(batch.kind, Step::Confirmed);
        self.forget(batch);
        metrics::counter!("dlt_batches_total", "outcome" => "confirmed").increment(1);
        if let Some(expense) = expense {
            // Whole gwei: a counter holds no more, and a sum of those is exact enough for a graph.
            let gwei = u64::try_from(expense.fee_wei / WEI_PER_GWEI).unwrap_or(u64::MAX);
            let act = batch.kind.as_str();
            metrics::counter!("dlt_gas_used_total", "act" => act).increment(expense.gas);
            metrics::counter!("dlt_fees_gwei_total", "act" => act).increment(gwei);
        }
        metrics::counter!("dlt_commands_confirmed_total").increment(batch.items.len() as u64);
        tracing::info!(
            batch.id = %batch.id,
            product.id = %batch.product,
            "batch {} of product {} took effect in {} with {} commands",
            batch.id, batch.product, facts.transaction_hash, batch.items.len()
        );
        Ok(Progress::Moved)
    }

    /// The register enters what the token says, so the token has to say what the register means.
    async fn check_issue(&self, batch: &Batch) -> Result<()> {
        let state = self.ledger.asset(batch.asset).await?;
        let fits = state
            .as_ref()
            .is_some_and(|state| state.code_matches && state.issued == batch.issue_volume.get());
        if fits {
            return Ok(());
        }
        Err(Trouble::Blocked(format!(
            "the token at {} is not the issue of {} units that was ordered: {state:?}",
            batch.asset, batch.issue_volume
        )))
    }

    /// The network would refuse the batch as things stand.
    async fn refused(&self, batch: &Batch, refusal: Refusal) -> Result {
        if batch.kind.is_instructed() {
            return self.refused_instruction(batch, refusal).await;
        }
        match refusal {
            Refusal::OutOfSequence { expected, .. } => self.out_of_sequence(batch, expected).await,
            Refusal::ReceiverRefused(wallet)
                if batch.items.iter().any(|item| item.wallet == wallet) =>
            {
                self.take_out(batch, &[wallet]).await
            }
            // These are about the network or the registrar, not about the commands.
            Refusal::UnknownAsset(_)
            | Refusal::NotRegistrar(_)
            | Refusal::NotEnforcement(_)
            | Refusal::SenderRefused(_)
            | Refusal::TransfersPaused => Err(Trouble::Blocked(refusal.to_string())),
            Refusal::AssetExists(_)
            | Refusal::ReceiverRefused(_)
            | Refusal::InsufficientUnits { .. }
            | Refusal::Other(_) => self.refuse(batch, &refusal.to_string()).await,
        }
    }

    /// The token has delivered a batch with this sequence, or misses an earlier one. Was it one of ours after all?
    async fn out_of_sequence(&self, batch: &Batch, expected: u32) -> Result {
        for record in &batch.submissions {
            match self.ledger.outcome(&submission(record)).await? {
                Outcome::Confirmed(confirmation) => {
                    return self
                        .confirm(batch, record.transaction_hash, confirmation)
                        .await;
                }
                Outcome::Pending => return Ok(Progress::Waiting),
                Outcome::Refused { .. } => {}
            }
        }
        Err(Trouble::Blocked(format!(
            "the token at {} waits for batch {expected}, the register for batch {}",
            batch.asset, batch.sequence
        )))
    }

    async fn take_out(&self, batch: &Batch, wallets: &[Address]) -> Result {
        let refused = batch
            .items
            .iter()
            .filter(|item| wallets.contains(&item.wallet))
            .map(|item| item.command)
            .collect();
        let reason = "the wallet cannot receive this security";
        delivery::take_out(&self.registry, batch.id, refused, reason).await?;
        tracing::warn!(
            batch.id = %batch.id,
            product.id = %batch.product,
            "{} wallets in batch {} cannot receive product {}",
            wallets.len(), batch.id, batch.product
        );
        Ok(Progress::Moved)
    }

    async fn refuse(&self, batch: &Batch, reason: &str) -> Result {
        delivery::refuse_batch(&self.registry, batch.id, reason).await?;
        self.forget(batch);
        metrics::counter!("dlt_batches_total", "outcome" => "refused").increment(1);
        tracing::warn!(
            batch.id = %batch.id,
            product.id = %batch.product,
            "the network refuses batch {} of product {} with {} commands: {reason}",
            batch.id, batch.product, batch.items.len()
        );
        Ok(Progress::Moved)
    }

    /// Whether this process has not sent it yet, or long ago.
    fn may_send(&self, id: SubmissionId) -> bool {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.get(&id)
            .is_none_or(|at| at.elapsed() >= SEND_AGAIN_AFTER)
    }

    pub(crate) fn remember(&self, id: SubmissionId) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.insert(id, Instant::now());
    }

    pub(crate) fn forget(&self, batch: &Batch) {
        for record in &batch.submissions {
            self.forget_one(SubmissionId(record.transaction_hash.bytes()));
        }
    }

    pub(crate) fn forget_one(&self, id: SubmissionId) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.remove(&id);
    }
}

fn submission(record: &SubmissionRecord) -> Submission {
    Submission {
        id: SubmissionId(record.transaction_hash.bytes()),
        payload: record.payload.clone(),
    }
}
