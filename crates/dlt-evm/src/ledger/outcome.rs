//! What became of what was sent, by whichever of its transactions.

use dlt::{Confirmation, LedgerError, Outcome, Sight, Submission};

use super::client::{Client, nonce_of};
use super::node::{Included, Place};
use super::outbox::Known;

impl Client {
    /// What became of a submission, by whichever of its transactions.
    pub(super) async fn outcome(&self, submission: &Submission) -> Result<Outcome, LedgerError> {
        let known = self.outbox.find(submission.id).await?;
        let outcome = self.end(submission, &known).await?;
        let is_news = outcome != Outcome::Pending && known.is_open();
        if is_news && !submission.payload.is_empty() {
            self.sweep(nonce_of(&submission.payload)?).await?;
        }
        Ok(outcome)
    }

    /// The first of its transactions that is in a block, or else the one that offers the most.
    pub(super) async fn sight(&self, submission: &Submission) -> Result<Sight, LedgerError> {
        let known = self.outbox.find(submission.id).await?;
        let attempts = known.attempts.iter().map(|attempt| attempt.hash.0);
        let newest = attempts.clone().next().unwrap_or(submission.id.0);
        for transaction_hash in attempts {
            let number = match self.node.place(transaction_hash.into()).await? {
                Place::Nowhere => continue,
                Place::Block(number) => number,
                Place::Final(included) => included.block_number,
            };
            return Ok(Sight {
                transaction_hash,
                block_number: Some(number),
            });
        }
        Ok(Sight {
            transaction_hash: newest,
            block_number: None,
        })
    }

    /// What stands before a final transaction has ended too. Nobody may have asked for its end: who admits a wallet does not wait.
    async fn sweep(&self, nonce: u64) -> Result<(), LedgerError> {
        for submission in self.outbox.open_below(nonce).await? {
            let known = self.outbox.find(submission.id).await?;
            self.end(&submission, &known).await?;
        }
        Ok(())
    }

    async fn end(&self, submission: &Submission, known: &Known) -> Result<Outcome, LedgerError> {
        if known.is_lost {
            return Ok(Outcome::Refused {
                reason: "another transaction left with its nonce".into(),
            });
        }
        if let Some(outcome) = self.look(submission, known).await? {
            return Ok(outcome);
        }
        if submission.payload.is_empty() {
            return Ok(Outcome::Pending);
        }
        let nonce = nonce_of(&submission.payload)?;
        if self.node.final_count(self.account()).await? <= nonce {
            return Ok(Outcome::Pending);
        }
        // Its nonce is used. By itself, a moment ago, or by another one?
        match self.look(submission, known).await? {
            Some(outcome) => Ok(outcome),
            None => self.gone(submission, known).await,
        }
    }

    /// Only what stays gone is: behind one address there may be several nodes, one of which counts a transaction that the next
    /// has not seen. Signed again too early it would take effect twice.
    async fn gone(&self, submission: &Submission, known: &Known) -> Result<Outcome, LedgerError> {
        let now = (self.clock)();
        match known.gone_at {
            Some(since) if self.is_over(since) => {}
            Some(_) => return Ok(Outcome::Pending),
            None if known.attempts.is_empty() => {}
            None => {
                self.outbox.gone(submission.id, Some(now)).await?;
                return Ok(Outcome::Pending);
            }
        }
        if known.is_open() {
            self.outbox.give_up(submission.id, now).await?;
            metrics::counter!("dlt_nonces_used_outside_total").increment(1);
        }
        Ok(Outcome::Refused {
            reason: "another transaction used its nonce".into(),
        })
    }

    /// What is known of its transactions, if any is in a block.
    async fn look(
        &self,
        submission: &Submission,
        known: &Known,
    ) -> Result<Option<Outcome>, LedgerError> {
        let mut hashes: Vec<_> = known.attempts.iter().map(|attempt| attempt.hash).collect();
        if hashes.is_empty() {
            hashes.push(submission.id.0.into());
        }
        for hash in hashes {
            let place = self.node.place(hash).await?;
            if known.gone_at.is_some() && !matches!(place, Place::Nowhere) {
                self.outbox.gone(submission.id, None).await?;
            }
            match place {
                Place::Nowhere => {}
                Place::Block(_) => return Ok(Some(Outcome::Pending)),
                Place::Final(included) => {
                    if known.is_open() {
                        self.outbox.settle(&included, (self.clock)()).await?;
                    }
                    return Ok(Some(judge(&included)));
                }
            }
        }
        Ok(None)
    }
}

fn judge(included: &Included) -> Outcome {
    if !included.succeeded {
        return Outcome::Refused {
            reason: "the contract reverted it".into(),
        };
    }
    Outcome::Confirmed(Confirmation {
        transaction_hash: included.hash.0,
        block_number: included.block_number,
        block_hash: included.block_hash.0,
        at: included.at,
    })
}
