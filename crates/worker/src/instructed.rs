//! The batch that carries an instruction out: what is looked at before it is signed, and what a refusal of the network means for it.

use std::sync::PoisonError;

use dlt::{Command, Outcome, Refusal};
use domain::{Address, InstructionRefusal};
use registry::delivery::{self, Batch, Item, Kind, Source};
use tokio::time::Instant;

use crate::batch::{Progress, Result, SEND_AGAIN_AFTER, Trouble};
use crate::courier::Courier;
use crate::movements;

impl Courier {
    /// The one command of a batch. The token keeps no count of what the registrar moves, so that a wallet that does not have what the
    /// register says is the sign that something was forgotten here: then nothing more is taken from it.
    pub(crate) async fn carry_instructed(&self, batch: &Batch, is_first: bool) -> Result {
        let (Some(item), Some(source)) = (
            batch.items.first(),
            batch.items.first().and_then(|item| item.source),
        ) else {
            return Err(Trouble::Blocked(format!(
                "batch {} carries no instruction out",
                batch.id
            )));
        };
        self.check_token(batch).await?;
        // What is frozen moves nothing, and an order to freeze does not wait until balances are explained.
        if is_first && batch.submissions.is_empty() && !batch.kind.is_freeze() {
            let wallets = [source.wallet];
            let balances = self.ledger.balances(batch.asset, &wallets).await?;
            if balances.units != [source.held.get()] {
                // Nothing of the registrar's is on its way: what the holder has moved itself comes first.
                let (registry, ledger) = (&self.registry, self.ledger.as_ref());
                let all = Some(u64::MAX);
                if movements::take(registry, ledger, batch.product, all).await? > 0 {
                    return Ok(Progress::Moved);
                }
                let reason = "the DLT network and the register do not agree about the wallet";
                return self.reject(batch, InstructionRefusal::Freeze, reason).await;
            }
        }
        if batch.kind == Kind::Replacement && batch.submissions.is_empty() {
            let lost = [source.wallet];
            if self
                .ledger
                .refused_receivers(batch.asset, &lost)
                .await?
                .is_empty()
            {
                return self.bar(batch, source.wallet).await;
            }
        }
        self.send(batch, &command(batch, item, source)).await
    }

    /// The network would refuse the command as things stand.
    pub(crate) async fn refused_instruction(&self, batch: &Batch, refusal: Refusal) -> Result {
        match refusal {
            Refusal::ReceiverRefused(wallet) => self.admit(batch, wallet).await,
            Refusal::InsufficientUnits { .. } => {
                let reason = refusal.to_string();
                self.reject(batch, InstructionRefusal::Insufficient, &reason)
                    .await
            }
            Refusal::UnknownAsset(_)
            | Refusal::NotRegistrar(_)
            | Refusal::NotEnforcement(_)
            | Refusal::AssetExists(_) => Err(Trouble::Blocked(refusal.to_string())),
            Refusal::OutOfSequence { .. }
            | Refusal::SenderRefused(_)
            | Refusal::TransfersPaused
            | Refusal::Other(_) => {
                let reason = refusal.to_string();
                self.reject(batch, InstructionRefusal::Freeze, &reason)
                    .await
            }
        }
    }

    /// A wallet that got nothing yet has to be admitted before; one that the registrar has barred gets nothing. Admitting again is
    /// harmless, so that nothing is kept of it.
    async fn admit(&self, batch: &Batch, wallet: Address) -> Result {
        let barred = self
            .ledger
            .refused_receivers(batch.asset, &[wallet])
            .await?;
        if !barred.is_empty() {
            let reason = "the wallet cannot receive this security";
            return self.reject(batch, InstructionRefusal::Freeze, reason).await;
        }
        let admit = Command::Admit {
            asset: batch.asset,
            wallet,
        };
        let what = format!("wallet {wallet} is admitted to product {}", batch.product);
        self.say(batch, &admit, &what).await
    }

    /// Whoever has found a lost key moves nothing any more: the wallet is barred before its units leave it. Barring again is harmless.
    async fn bar(&self, batch: &Batch, wallet: Address) -> Result {
        let bar = Command::Bar {
            asset: batch.asset,
            wallet,
        };
        let what = format!("wallet {wallet} is barred from product {}", batch.product);
        self.say(batch, &bar, &what).await
    }

    /// What may be said again and is kept nowhere, before the batch itself goes.
    async fn say(&self, batch: &Batch, command: &Command, what: &str) -> Result {
        let turn = self.turn.lock().await;
        if !self.may_say(batch, command) {
            return Ok(Progress::Waiting);
        }
        let submission = self.ledger.prepare(command).await?;
        self.ledger.submit(&submission).await?;
        drop(turn);
        tracing::info!(
            batch.id = %batch.id,
            product.id = %batch.product,
            "{what}"
        );
        Ok(match self.ledger.outcome(&submission).await? {
            Outcome::Confirmed(_) => Progress::Moved,
            Outcome::Pending | Outcome::Refused { .. } => Progress::Waiting,
        })
    }

    /// Whether this process has not done it for this batch yet, or long ago; notes that it does now.
    fn may_say(&self, batch: &Batch, command: &Command) -> bool {
        let mut said = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        said.retain(|_, at| at.elapsed() < SEND_AGAIN_AFTER);
        let is_bar = matches!(command, Command::Bar { .. });
        said.insert((batch.id, is_bar), Instant::now()).is_none()
    }

    /// The instruction ends. What is due does not: a person has to look what stands against it.
    async fn reject(&self, batch: &Batch, code: InstructionRefusal, reason: &str) -> Result {
        if batch.kind.is_due() {
            return Err(Trouble::Blocked(reason.to_owned()));
        }
        delivery::reject_instruction(&self.registry, batch.id, code, reason).await?;
        self.forget(batch);
        metrics::counter!("dlt_batches_total", "outcome" => "refused").increment(1);
        tracing::warn!(
            batch.id = %batch.id,
            product.id = %batch.product,
            "the {} of batch {} of product {} is rejected: {reason}",
            batch.kind.as_str(), batch.id, batch.product
        );
        Ok(Progress::Moved)
    }
}

/// What the network is told.
fn command(batch: &Batch, item: &Item, source: Source) -> Command {
    let (asset, units) = (batch.asset, item.units.get());
    match batch.kind {
        Kind::Redemption => Command::TakeBack {
            asset,
            from: source.wallet,
            units,
        },
        Kind::Deletion => Command::Burn { asset, units },
        Kind::Restriction | Kind::Release | Kind::Conversion => Command::Freeze {
            asset,
            wallet: source.wallet,
            units,
        },
        // What was delivered by mistake goes back to the issuer.
        Kind::Reversal if item.wallet == asset => Command::TakeBack {
            asset,
            from: source.wallet,
            units,
        },
        Kind::Transfer
        | Kind::Reregistration
        | Kind::Replacement
        | Kind::Reversal
        | Kind::Issue
        | Kind::Delivery => Command::Transfer {
            asset,
            from: source.wallet,
            to: item.wallet,
            units,
        },
    }
}
