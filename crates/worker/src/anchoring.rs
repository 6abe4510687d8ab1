//! Roots of the registers' logs on their way to the network. Writing one twice is harmless, so that all there is to it is to store what was
//! signed before it is sent, and to ask what became of it.

use dlt::{Command, Outcome, Submission, SubmissionId};
use domain::{ProductId, TransactionHash};
use registry::anchors::{self, Anchor};
use registry::{crash, delivery};

use crate::batch::{Progress, Result, Trouble};
use crate::courier::Courier;

impl Courier {
    /// The next step of a product's root, if one is on its way or due.
    pub(crate) async fn anchor(&self, product: ProductId) -> Result {
        let Some(anchor) = anchors::next(&self.registry, product, self.anchors_apart).await? else {
            return Ok(Progress::Idle);
        };
        if anchor.chain_id != self.ledger.network().chain_id
            || anchor.asset != self.ledger.asset_address(&anchor.isin)
        {
            return Err(Trouble::Blocked(format!(
                "the register of {} is kept on chain {} at {}, which this worker does not serve",
                anchor.isin, anchor.chain_id, anchor.asset
            )));
        }
        if !self.ledger.keeps_anchors(anchor.asset) {
            anchors::leave_out(&self.registry, &anchor).await?;
            metrics::counter!("register_anchors_total", "outcome" => "left_out").increment(1);
            return Ok(Progress::Moved);
        }
        match &anchor.submission {
            None => self.write_root(&anchor).await,
            Some((hash, payload)) => {
                let submission = Submission {
                    id: SubmissionId(hash.bytes()),
                    payload: payload.clone(),
                };
                self.follow_root(&anchor, &submission).await
            }
        }
    }

    /// Signs, stores and sends, behind what the product's instructions have on their way: if the network had lost one of those, this
    /// would take its place.
    async fn write_root(&self, anchor: &Anchor) -> Result {
        let open = delivery::open_batches(&self.registry, anchor.product).await?;
        self.hand_in(&open).await?;
        let command = Command::Anchor {
            asset: anchor.asset,
            size: anchor.size,
            root: anchor.root,
            log_key: anchor.log_key,
        };
        let turn = self.turn.lock().await;
        let submission = self.ledger.prepare(&command).await?;
        crash::point("anchor.prepared");
        let hash = TransactionHash::from_bytes(submission.id.0);
        let payload = submission.payload.clone();
        anchors::store_submission(&self.registry, anchor, hash, payload).await?;
        crash::point("anchor.stored");
        self.ledger.submit(&submission).await?;
        self.remember(submission.id);
        drop(turn);
        crash::point("anchor.submitted");
        self.follow_root(anchor, &submission).await
    }

    async fn follow_root(&self, anchor: &Anchor, submission: &Submission) -> Result {
        let hash = TransactionHash::from_bytes(submission.id.0);
        match self.outcome_of(submission).await? {
            Outcome::Pending => Ok(Progress::Waiting),
            Outcome::Refused { reason } => {
                tracing::warn!(
                    product.id = %anchor.product,
                    "the root over {} entries of {} is signed again: {reason}", anchor.size, anchor.isin
                );
                anchors::refuse_submission(&self.registry, anchor, hash).await?;
                self.forget_one(submission.id);
                metrics::counter!("register_anchors_total", "outcome" => "refused").increment(1);
                Ok(Progress::Moved)
            }
            Outcome::Confirmed(confirmation) => {
                // Not always the one that was stored: the adapter replaces what lies too long.
                let hash = TransactionHash::from_bytes(confirmation.transaction_hash);
                let block = confirmation.block_number;
                anchors::confirm(&self.registry, anchor, hash, block).await?;
                self.forget_one(submission.id);
                crash::point("anchor.confirmed");
                metrics::counter!("register_anchors_total", "outcome" => "confirmed").increment(1);
                tracing::info!(
                    product.id = %anchor.product,
                    "the root over {} entries of {} is on the network in {hash}", anchor.size, anchor.isin
                );
                Ok(Progress::Moved)
            }
        }
    }
}
