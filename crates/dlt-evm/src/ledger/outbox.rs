//! What was signed and what left, in the adapter's own tables: nonces are given here and not asked of a node, and a transaction is
//! written down before any node can have it (decision 0023).

use alloy::primitives::{Address, B256};
use database::{DatabaseError, Db, Micros, Row, Sql, Tx, Value};
use dlt::{Expense, LedgerError, Submission, SubmissionId};
use domain::Timestamp;

use super::commands::Purpose;
use super::fees::Fees;
use super::node::Included;

/// An account's transactions on one chain.
#[derive(Clone)]
pub(super) struct Outbox {
    db: Db,
    chain_id: i64,
    sender: Address,
}

/// A signed transaction.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) hash: B256,
    pub(super) submission: SubmissionId,
    pub(super) raw: Vec<u8>,
    pub(super) fees: Fees,
    pub(super) sent_at: Option<Timestamp>,
    /// Whether it is known to be final, with or without effect.
    pub(super) settled: bool,
}

/// What is known of a submission.
#[derive(Default)]
pub(super) struct Known {
    /// The dearest first; none if an earlier version signed it.
    pub(super) attempts: Vec<Attempt>,
    /// Another one left with its nonce before it: it never left and never will.
    pub(super) is_lost: bool,
    /// Since when its nonce is final and no node has a transaction of it.
    pub(super) gone_at: Option<Timestamp>,
    /// When its end was known.
    settled_at: Option<Timestamp>,
}

impl Known {
    /// Whether it is kept here, and its end was not known yet.
    pub(super) fn is_open(&self) -> bool {
        !self.attempts.is_empty() && self.settled_at.is_none()
    }
}

/// Whether a submission may leave.
pub(super) enum Leave {
    /// It was signed elsewhere, by a version without this table.
    Unknown,
    /// Another one left with its nonce before it: it never left and never will.
    Lost,
    /// It leaves for the first time.
    First,
    /// It left before; this is the newest transaction for it.
    Again(Attempt),
}

const NEXT: Sql = Sql("select next_nonce from chain_sender where chain_id = $1 and sender = $2");

const ADD_SENDER: Sql = Sql("insert into chain_sender (chain_id, sender, next_nonce) \
     values ($1, $2, 0) on conflict (chain_id, sender) do nothing");

const LOCK: Sql =
    Sql("select next_nonce from chain_sender where chain_id = $1 and sender = $2 for update");

const ADVANCE: Sql = Sql(
    "update chain_sender set next_nonce = $3 where chain_id = $1 and sender = $2 and next_nonce < $3",
);

const INSERT_SUBMISSION: Sql = Sql(
    "insert into chain_submission (id, chain_id, sender, nonce, act, asset, units, wallets, signed_at, sent_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing",
);

const INSERT_ATTEMPT: Sql = Sql(
    "insert into chain_attempt (hash, submission, raw, max_fee_wei, tip_wei, sent_at) \
     values ($1, $2, $3, $4, $5, $6) on conflict (hash) do nothing",
);

const FIND: Sql = Sql("select nonce, sent_at from chain_submission where id = $1");

const SEND: Sql = Sql("update chain_submission set sent_at = $2 where id = $1");

const SEND_ATTEMPT: Sql = Sql("update chain_attempt set sent_at = $2 where submission = $1");

const SEND_AGAIN: Sql = Sql("update chain_attempt set sent_at = $2 where hash = $1");

const ATTEMPTS: Sql = Sql(
    "select hash, submission, raw, max_fee_wei, tip_wei, sent_at, gas_used from chain_attempt \
     where submission = $1 order by max_fee_wei desc, tip_wei desc",
);

const AT_NONCE: Sql = Sql(
    "select a.hash, a.submission, a.raw, a.max_fee_wei, a.tip_wei, a.sent_at, a.gas_used \
     from chain_submission s join chain_attempt a on a.submission = s.id \
     where s.chain_id = $1 and s.sender = $2 and s.nonce = $3 and s.sent_at is not null \
     order by a.max_fee_wei desc, a.tip_wei desc",
);

const STATE: Sql = Sql(
    "select s.sent_at, s.nonce, s.gone_at, coalesce(a.next_nonce, 0), s.settled_at \
     from chain_submission s left join chain_sender a on a.chain_id = s.chain_id and a.sender = s.sender \
     where s.id = $1",
);

const GONE: Sql = Sql("update chain_submission set gone_at = $2 where id = $1");

const SETTLE: Sql = Sql("update chain_attempt \
     set succeeded = $2, block_number = $3, gas_used = $4, gas_price_wei = $5 where hash = $1");

const SETTLE_SUBMISSION: Sql = Sql("update chain_submission set settled_at = $2 \
     where id = (select submission from chain_attempt where hash = $1)");

const GIVE_UP: Sql = Sql("update chain_submission set settled_at = $2 where id = $1");

const EXPENSE: Sql = Sql("select gas_used, gas_price_wei from chain_attempt where hash = $1");

const OPEN: Sql = Sql("select s.id, a.raw \
     from chain_submission s join chain_attempt a on a.hash = s.id \
     where s.chain_id = $1 and s.sender = $2 and s.nonce < $3 \
     and s.settled_at is null and s.sent_at is not null \
     order by s.nonce limit 16");

const HAS: Sql = Sql("select 1 from chain_attempt where hash = $1");

const IS_SENDER: Sql = Sql("select 1 from chain_sender where chain_id = $1 and sender = $2");

const HIGHEST_BLOCK: Sql = Sql("select max(a.block_number) \
     from chain_submission s join chain_attempt a on a.submission = s.id where s.chain_id = $1");

impl Outbox {
    pub(super) fn new(db: Db, chain_id: u64, sender: Address) -> Self {
        Self {
            db,
            chain_id: i64::try_from(chain_id).unwrap_or(i64::MAX),
            sender,
        }
    }

    /// Another account's.
    pub(super) fn of(&self, sender: Address) -> Self {
        Self {
            sender,
            ..self.clone()
        }
    }

    fn key(&self) -> [Value; 2] {
        [self.chain_id.into(), self.sender.into_array().into()]
    }

    /// The nonce after the highest that left.
    pub(super) async fn next_nonce(&self) -> Result<u64, LedgerError> {
        let key = self.key();
        let next = self.db.read(move |tx| {
            let row = tx.query_opt(NEXT, &key)?;
            row.map_or(Ok(0), |row| row.get::<u64>(0))
        });
        next.await.map_err(unavailable)
    }

    /// Keeps what was signed and has not left; false if this very transaction is kept already, for somebody else.
    pub(super) async fn keep(
        &self,
        nonce: u64,
        purpose: Purpose,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        let (submission, attempt) = (self.row(nonce, purpose, attempt, now), row_of(attempt));
        let kept = self.db.write(move |tx| {
            let is_new = tx.execute(INSERT_SUBMISSION, &submission)? == 1;
            if is_new {
                tx.later(INSERT_ATTEMPT, &attempt)?;
            }
            Ok(is_new)
        });
        kept.await.map_err(unavailable)
    }

    /// Keeps a transaction that fills a gap, or offers more for what left before; it leaves at once.
    pub(super) async fn keep_sent(
        &self,
        filler: Option<(u64, Purpose)>,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let submission = filler.map(|(nonce, purpose)| self.row(nonce, purpose, attempt, now));
        let attempt = row_of(attempt);
        let kept = self.db.write(move |tx| {
            if let Some(submission) = &submission {
                tx.later_any(INSERT_SUBMISSION, submission)?;
            }
            tx.later_any(INSERT_ATTEMPT, &attempt)
        });
        kept.await.map_err(unavailable)
    }

    fn row(&self, nonce: u64, purpose: Purpose, attempt: &Attempt, now: Timestamp) -> [Value; 10] {
        [
            attempt.submission.0.into(),
            self.chain_id.into(),
            self.sender.into_array().into(),
            number(nonce),
            purpose.act.into(),
            purpose.asset.map(|asset| asset.into_array()).into(),
            number(purpose.units),
            number(purpose.wallets),
            Value::time(now.micros()),
            Value::opt_time(attempt.sent_at.map(Timestamp::micros)),
        ]
    }

    /// Notes that a submission leaves, unless another one left with its nonce. The account's row is locked, so that of several
    /// processes one is first.
    pub(super) async fn leave(
        &self,
        id: SubmissionId,
        signed_nonce: u64,
        now: Timestamp,
    ) -> Result<Leave, LedgerError> {
        let key = self.key();
        let left = self.db.write(move |tx| {
            let [chain_id, sender] = key.clone();
            let Some(found) = tx.query_opt(FIND, &[id.0.into()])? else {
                tx.execute(ADD_SENDER, &key)?;
                let after = number(signed_nonce.saturating_add(1));
                tx.later_any(ADVANCE, &[chain_id, sender, after])?;
                return Ok(Leave::Unknown);
            };
            if found.get::<Option<Micros>>(1)?.is_some() {
                let newest = attempts(tx, ATTEMPTS, &[id.0.into()])?.into_iter().next();
                return Ok(newest.map_or(Leave::Unknown, Leave::Again));
            }
            tx.execute(ADD_SENDER, &key)?;
            let next: u64 = tx.query_one(LOCK, &key)?.get(0)?;
            let nonce: u64 = found.get(0)?;
            if nonce < next {
                return Ok(Leave::Lost);
            }
            tx.later(ADVANCE, &[chain_id, sender, number(nonce + 1)])?;
            let sent = [id.0.into(), Value::time(now.micros())];
            tx.later(SEND, &sent)?;
            tx.later(SEND_ATTEMPT, &sent)?;
            Ok(Leave::First)
        });
        left.await.map_err(unavailable)
    }

    /// A transaction that the node did not have leaves once more.
    pub(super) async fn sent_again(&self, hash: B256, now: Timestamp) -> Result<(), LedgerError> {
        let sent = [hash.0.into(), Value::time(now.micros())];
        let noted = self.db.write(move |tx| tx.later_any(SEND_AGAIN, &sent));
        noted.await.map_err(unavailable)
    }

    /// What is known of a submission.
    pub(super) async fn find(&self, id: SubmissionId) -> Result<Known, LedgerError> {
        let found = self.db.read(move |tx| {
            let Some(row) = tx.query_opt(STATE, &[id.0.into()])? else {
                return Ok(Known::default());
            };
            let has_left = row.get::<Option<Micros>>(0)?.is_some();
            Ok(Known {
                attempts: attempts(tx, ATTEMPTS, &[id.0.into()])?,
                is_lost: !has_left && row.get::<u64>(1)? < row.get::<u64>(3)?,
                gone_at: row.get::<Option<Micros>>(2)?.map(at),
                settled_at: row.get::<Option<Micros>>(4)?.map(at),
            })
        });
        found.await.map_err(unavailable)
    }

    /// Notes since when no node has it though its nonce is final, or that one has it after all.
    pub(super) async fn gone(
        &self,
        id: SubmissionId,
        since: Option<Timestamp>,
    ) -> Result<(), LedgerError> {
        let since = [id.0.into(), Value::opt_time(since.map(Timestamp::micros))];
        let noted = self.db.write(move |tx| tx.later_any(GONE, &since));
        noted.await.map_err(unavailable)
    }

    /// The dearest transaction that left with a nonce.
    pub(super) async fn at_nonce(&self, nonce: u64) -> Result<Option<Attempt>, LedgerError> {
        let [chain_id, sender] = self.key();
        let found = self.db.read(move |tx| {
            let key = [chain_id.clone(), sender.clone(), number(nonce)];
            Ok(attempts(tx, AT_NONCE, &key)?.into_iter().next())
        });
        found.await.map_err(unavailable)
    }

    /// Keeps what a final transaction used.
    pub(super) async fn settle(
        &self,
        included: &Included,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let submission = [included.hash.0.into(), Value::time(now.micros())];
        let row = [
            included.hash.0.into(),
            included.succeeded.into(),
            number(included.block_number),
            number(included.gas_used),
            number(included.gas_price),
        ];
        let settled = self.db.write(move |tx| {
            tx.later_any(SETTLE, &row)?;
            tx.later_any(SETTLE_SUBMISSION, &submission)
        });
        settled.await.map_err(unavailable)
    }

    /// What a final transaction has cost.
    pub(super) async fn expense(&self, hash: B256) -> Result<Option<Expense>, LedgerError> {
        let found = self.db.read(move |tx| {
            let Some(row) = tx.query_opt(EXPENSE, &[hash.0.into()])? else {
                return Ok(None);
            };
            let (gas, price): (Option<u64>, Option<u64>) = (row.get(0)?, row.get(1)?);
            Ok(gas.zip(price).map(|(gas, price)| Expense {
                gas,
                fee_wei: u128::from(gas) * u128::from(price),
            }))
        });
        found.await.map_err(unavailable)
    }

    /// None of its transactions will ever be final.
    pub(super) async fn give_up(
        &self,
        id: SubmissionId,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let row = [id.0.into(), Value::time(now.micros())];
        let noted = self.db.write(move |tx| tx.later_any(GIVE_UP, &row));
        noted.await.map_err(unavailable)
    }

    /// Some of what left with a lower nonce and has no known end, in their order.
    pub(super) async fn open_below(&self, nonce: u64) -> Result<Vec<Submission>, LedgerError> {
        let [chain_id, sender] = self.key();
        let open = self.db.read(move |tx| {
            let key = [chain_id.clone(), sender.clone(), number(nonce)];
            let rows = tx.query(OPEN, &key)?;
            rows.iter()
                .map(|row| {
                    Ok(Submission {
                        id: SubmissionId(row.get(0)?),
                        payload: row.get(1)?,
                    })
                })
                .collect()
        });
        open.await.map_err(unavailable)
    }

    /// The highest block in which a transaction of ours was seen to be final, 0 if there is none.
    /// Whether a transaction was signed here.
    pub(super) async fn has(&self, hash: B256) -> Result<bool, LedgerError> {
        let found = self
            .db
            .read(move |tx| Ok(tx.query_opt(HAS, &[hash.0.into()])?.is_some()));
        found.await.map_err(unavailable)
    }

    /// Whether an account has ever been the registrar's.
    pub(super) async fn is_sender(&self, account: Address) -> Result<bool, LedgerError> {
        let parameters = [self.chain_id.into(), account.0.0.into()];
        let found = self
            .db
            .read(move |tx| Ok(tx.query_opt(IS_SENDER, &parameters)?.is_some()));
        found.await.map_err(unavailable)
    }

    /// The last block that something of this chain was final in.
    pub(super) async fn highest_block(&self) -> Result<u64, LedgerError> {
        let chain_id = self.chain_id;
        let highest = self.db.read(move |tx| {
            let row = tx.query_one(HIGHEST_BLOCK, &[chain_id.into()])?;
            Ok(row.get::<Option<u64>>(0)?.unwrap_or_default())
        });
        highest.await.map_err(unavailable)
    }
}

fn attempts(tx: &mut Tx, sql: Sql, key: &[Value]) -> Result<Vec<Attempt>, DatabaseError> {
    tx.query(sql, key)?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Attempt, DatabaseError> {
    Ok(Attempt {
        hash: row.get::<[u8; 32]>(0)?.into(),
        submission: SubmissionId(row.get(1)?),
        raw: row.get(2)?,
        fees: Fees {
            most: row.get::<u64>(3)?.into(),
            tip: row.get::<u64>(4)?.into(),
        },
        sent_at: row.get::<Option<Micros>>(5)?.map(at),
        settled: row.get::<Option<i64>>(6)?.is_some(),
    })
}

fn at(Micros(micros): Micros) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn row_of(attempt: &Attempt) -> [Value; 6] {
    [
        attempt.hash.0.into(),
        attempt.submission.0.into(),
        attempt.raw.clone().into(),
        number(attempt.fees.most),
        number(attempt.fees.tip),
        Value::opt_time(attempt.sent_at.map(Timestamp::micros)),
    ]
}

/// What does not fit a column is more than there is of anything.
fn number(value: impl TryInto<i64>) -> Value {
    value.try_into().unwrap_or(i64::MAX).into()
}

pub(super) fn unavailable(error: DatabaseError) -> LedgerError {
    LedgerError::Unavailable(error.to_string())
}
