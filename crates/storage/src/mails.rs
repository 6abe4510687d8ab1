//! Mails to persons: an outbox of sealed letters, taken up by the worker under a lease.

use database::{DatabaseError, Micros, Row, Sql, Tx};
use domain::Timestamp;
use uuid::Uuid;

use crate::columns::{Columns, opt_time, time};

/// Rings when a mail waits.
pub const TOPIC: &str = "mail";

// An occasion is written about once, whoever notices it, and however often.
const INSERT: Sql = Sql("insert into mails
(id, template, occasion, data_key_id, sealed_recipient, sealed_letter, status, attempts, due_at, created_at, finished_at)
values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)
on conflict (occasion) do nothing");

const IS_WRITTEN: Sql = Sql("select exists (select 1 from mails where occasion = $1)");

const CLAIM: Sql = Sql("update mails
set lease_token = $3, due_at = $4
where id in (
    select id
    from mails
    where due_at <= $1
    order by due_at, id
    limit $2
    for update skip locked)
returning id, template, data_key_id, sealed_recipient, sealed_letter, attempts, created_at");

// A delivered mail keeps to whom it went; its letter may hold a link that opens something.
const SENT: Sql = Sql("update mails
set status = 'sent', attempts = attempts + 1, due_at = null, lease_token = null, finished_at = $3, sealed_letter = null, sealed_failure = null
where id = $1
and lease_token = $2");

const DELAY: Sql = Sql("update mails
set attempts = attempts + 1, due_at = $3, lease_token = null, sealed_failure = $4
where id = $1
and lease_token = $2");

const FAIL: Sql = Sql("update mails
set status = 'failed', attempts = attempts + 1, due_at = null, lease_token = null, finished_at = $3, sealed_failure = $4
where id = $1
and lease_token = $2");

const PUT_BACK: Sql = Sql("update mails
set due_at = $2, lease_token = null
where lease_token = $1");

const RETRY: Sql = Sql("update mails
set status = 'waiting', attempts = 0, due_at = $2, finished_at = null
where id = $1
and status = 'failed'");

const LIST: Sql = Sql("select id, template, data_key_id, sealed_recipient, sealed_letter, sealed_failure, status, attempts, due_at, created_at, finished_at
from mails
where (status = $1 or $1 is null)
order by id desc
limit $2 offset $3");

const COUNT: Sql = Sql("select count(*)
from mails
where (status = $1 or $1 is null)");

const FIND: Sql = Sql("select id, template, data_key_id, sealed_recipient, sealed_letter, sealed_failure, status, attempts, due_at, created_at, finished_at
from mails
where id = $1");

const BACKLOG: Sql = Sql("select count(*), min(created_at)
from mails
where status = 'waiting'");

const PRUNE: Sql = Sql("delete from mails
where id in (
    select id
    from mails
    where finished_at < $1
    order by finished_at
    limit $2)
returning id");

/// How far a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailStatus {
    /// It waits for its (next) attempt.
    Waiting,
    /// The mail server has taken it.
    Sent,
    /// The mail server refused it for good, or did not take it in time.
    Failed,
    /// There is no mail server: it is in the mailbox only.
    Kept,
}

impl MailStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Failed, Self::Kept];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Kept => "kept",
        }
    }

    /// The status of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A mail to keep.
#[derive(Clone, Debug)]
pub struct NewMail<'a> {
    /// Identifies it, to the receiving server too.
    pub id: Uuid,
    /// Which letter it is.
    pub template: &'a str,
    /// What is written about only once.
    pub occasion: Option<&'a str>,
    /// Seals recipient and letter.
    pub data_key: Uuid,
    /// Address.
    pub sealed_recipient: Vec<u8>,
    /// Subject and text.
    pub sealed_letter: Vec<u8>,
    /// [`MailStatus::Waiting`] or [`MailStatus::Kept`].
    pub status: MailStatus,
    /// When it was written.
    pub at: Timestamp,
}

/// A mail under a lease.
#[derive(Clone, Debug)]
pub struct ClaimedMail {
    /// Identifies it.
    pub id: Uuid,
    /// Which letter it is.
    pub template: String,
    /// Opens what is sealed.
    pub data_key: Uuid,
    /// Address.
    pub sealed_recipient: Vec<u8>,
    /// Subject and text.
    pub sealed_letter: Vec<u8>,
    /// Attempts before this one.
    pub attempts: u32,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A mail as operators see it.
#[derive(Clone, Debug)]
pub struct MailRecord {
    /// Identifies it.
    pub id: Uuid,
    /// Which letter it is.
    pub template: String,
    /// Opens what is sealed.
    pub data_key: Uuid,
    /// Address.
    pub sealed_recipient: Vec<u8>,
    /// Subject and text, unless it was delivered.
    pub sealed_letter: Option<Vec<u8>>,
    /// What the mail server said last.
    pub sealed_failure: Option<Vec<u8>>,
    /// How far it is.
    pub status: MailStatus,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next attempt is due.
    pub due_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was sent or given up.
    pub finished_at: Option<Timestamp>,
}

/// What waits.
#[derive(Clone, Copy, Debug)]
pub struct MailBacklog {
    /// How many mails.
    pub waiting: u64,
    /// Since when the oldest does.
    pub oldest_at: Option<Timestamp>,
}

/// Keeps a mail, unless its occasion was written about before; it travels with the commit.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, mail: &NewMail<'_>) -> Result<(), DatabaseError> {
    let is_waiting = mail.status == MailStatus::Waiting;
    let parameters = [
        mail.id.into(),
        mail.template.into(),
        mail.occasion.into(),
        mail.data_key.into(),
        mail.sealed_recipient.clone().into(),
        mail.sealed_letter.clone().into(),
        mail.status.as_str().into(),
        opt_time(is_waiting.then_some(mail.at)),
        time(mail.at),
        opt_time((!is_waiting).then_some(mail.at)),
    ];
    if is_waiting {
        tx.on_commit_wake(TOPIC);
    }
    tx.later_any(INSERT, &parameters)
}

/// Whether an occasion was written about.
///
/// # Errors
/// Fails if the database does.
pub fn is_written(tx: &mut Tx, occasion: &str) -> Result<bool, DatabaseError> {
    tx.query_one(IS_WRITTEN, &[occasion.into()])?.get(0)
}

/// Takes due mails, longest due first, until the lease ends.
///
/// # Errors
/// Fails if the database does.
pub fn claim(
    tx: &mut Tx,
    now: Timestamp,
    most: u32,
    (token, until): (Uuid, Timestamp),
) -> Result<Vec<ClaimedMail>, DatabaseError> {
    let rows = tx.query(CLAIM, &[time(now), most.into(), token.into(), time(until)])?;
    rows.iter().map(read_claimed).collect()
}

/// The mail server has taken a mail; false if the lease is another's by now.
///
/// # Errors
/// Fails if the database does.
pub fn sent(tx: &mut Tx, id: Uuid, token: Uuid, now: Timestamp) -> Result<bool, DatabaseError> {
    Ok(tx.execute(SENT, &[id.into(), token.into(), time(now)])? == 1)
}

/// A mail is tried again at this time; false if the lease is another's by now.
///
/// # Errors
/// Fails if the database does.
pub fn delay(
    tx: &mut Tx,
    (id, token): (Uuid, Uuid),
    due_at: Timestamp,
    sealed_failure: Vec<u8>,
) -> Result<bool, DatabaseError> {
    let parameters = [id.into(), token.into(), time(due_at), sealed_failure.into()];
    Ok(tx.execute(DELAY, &parameters)? == 1)
}

/// A mail is given up; false if the lease is another's by now.
///
/// # Errors
/// Fails if the database does.
pub fn fail(
    tx: &mut Tx,
    (id, token): (Uuid, Uuid),
    now: Timestamp,
    sealed_failure: Vec<u8>,
) -> Result<bool, DatabaseError> {
    let parameters = [id.into(), token.into(), time(now), sealed_failure.into()];
    Ok(tx.execute(FAIL, &parameters)? == 1)
}

/// Gives back what a lease still holds, without counting an attempt.
///
/// # Errors
/// Fails if the database does.
pub fn put_back(tx: &mut Tx, token: Uuid, due_at: Timestamp) -> Result<u64, DatabaseError> {
    tx.execute(PUT_BACK, &[token.into(), time(due_at)])
}

/// Lets a failed mail wait again; false if there is none.
///
/// # Errors
/// Fails if the database does.
pub fn retry(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<bool, DatabaseError> {
    tx.on_commit_wake(TOPIC);
    Ok(tx.execute(RETRY, &[id.into(), time(now)])? == 1)
}

/// The number of mails in this status, or in all, and a stretch of them, newest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    status: Option<MailStatus>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<MailRecord>), DatabaseError> {
    let status = status.map(MailStatus::as_str);
    let count = tx.query_one(COUNT, &[status.into()])?.get(0)?;
    let parameters = [status.into(), limit.into(), offset.cast_signed().into()];
    let rows = tx.query(LIST, &parameters)?;
    let mails = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((count, mails))
}

/// One mail.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: Uuid) -> Result<Option<MailRecord>, DatabaseError> {
    tx.query_opt(FIND, &[id.into()])?
        .map(|row| read(&row))
        .transpose()
}

/// What waits for the mail server.
///
/// # Errors
/// Fails if the database does.
pub fn backlog(tx: &mut Tx) -> Result<MailBacklog, DatabaseError> {
    let row = tx.query_one(BACKLOG, &[])?;
    let oldest: Option<Micros> = row.get(1)?;
    Ok(MailBacklog {
        waiting: row.get(0)?,
        oldest_at: oldest.map(|Micros(micros)| Timestamp::from_micros(micros)),
    })
}

/// Deletes mails that ended before this time, and says which.
///
/// # Errors
/// Fails if the database does.
pub fn prune(tx: &mut Tx, before: Timestamp, most: u32) -> Result<Vec<Uuid>, DatabaseError> {
    let rows = tx.query(PRUNE, &[time(before), most.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn read_claimed(row: &Row) -> Result<ClaimedMail, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(ClaimedMail {
        id: columns.next()?,
        template: columns.next()?,
        data_key: columns.next()?,
        sealed_recipient: columns.next()?,
        sealed_letter: columns.next()?,
        attempts: columns.next()?,
        created_at: columns.time()?,
    })
}

fn read(row: &Row) -> Result<MailRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(MailRecord {
        id: columns.next()?,
        template: columns.next()?,
        data_key: columns.next()?,
        sealed_recipient: columns.next()?,
        sealed_letter: columns.next()?,
        sealed_failure: columns.next()?,
        status: columns.parsed(MailStatus::parse)?,
        attempts: columns.next()?,
        due_at: columns.opt_time()?,
        created_at: columns.time()?,
        finished_at: columns.opt_time()?,
    })
}
