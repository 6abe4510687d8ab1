//! Applications to take part in the network. What they say is sealed under a key of the application's own.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{ApplicationId, ApplicationStatus, PlatformId, Timestamp};
use uuid::Uuid;

use crate::Scope;
use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into applications
(id, platform_id, status, key_id, sealed_data, lei, domain_url, domain_token, domain_status, domain_error, domain_checked_at, submitted_at, answer_due_at, alarms, decided_at, sealed_letter, created_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict (platform_id) where status = 'draft' or status = 'submitted' do nothing");

const FIND: Sql = Sql("select id, platform_id, status, key_id, sealed_data, lei, domain_url, domain_token, domain_status, domain_error, domain_checked_at, submitted_at, answer_due_at, alarms, decided_at, sealed_letter, created_at, changed_at
from applications
where id = $1
and (platform_id = $2 or $2 is null)
and (status <> 'draft' or $2 is not null)");

const LOCK: Sql = Sql("select id, platform_id, status, key_id, sealed_data, lei, domain_url, domain_token, domain_status, domain_error, domain_checked_at, submitted_at, answer_due_at, alarms, decided_at, sealed_letter, created_at, changed_at
from applications
where id = $1
and (platform_id = $2 or $2 is null)
and (status <> 'draft' or $2 is not null)
for update");

const LOCK_ANY: Sql = Sql("select id, platform_id, status, key_id, sealed_data, lei, domain_url, domain_token, domain_status, domain_error, domain_checked_at, submitted_at, answer_due_at, alarms, decided_at, sealed_letter, created_at, changed_at
from applications
where id = $1
for update");

// What is due first stands first; drafts are nobody's business but the applicant's.
const LIST: Sql = Sql("select id, platform_id, status, key_id, sealed_data, lei, domain_url, domain_token, domain_status, domain_error, domain_checked_at, submitted_at, answer_due_at, alarms, decided_at, sealed_letter, created_at, changed_at
from applications
where (platform_id = $1 or $1 is null)
and (status <> 'draft' or $1 is not null)
and (status = $2 or $2 is null)
order by answer_due_at, id
limit $3 offset $4");

const COUNT: Sql = Sql("select count(*)
from applications
where (platform_id = $1 or $1 is null)
and (status <> 'draft' or $1 is not null)
and (status = $2 or $2 is null)");

const UPDATE: Sql = Sql("update applications
set status = $2, sealed_data = $3, lei = $4, domain_url = $5, domain_status = $6, domain_error = $7, domain_checked_at = $8, submitted_at = $9, answer_due_at = $10, alarms = $11, decided_at = $12, sealed_letter = $13, changed_at = $14
where id = $1");

const TO_PROVE: Sql = Sql("select id, platform_id, status, key_id, sealed_data, lei, domain_url, domain_token, domain_status, domain_error, domain_checked_at, submitted_at, answer_due_at, alarms, decided_at, sealed_letter, created_at, changed_at
from applications
where domain_status = 'waiting'
order by id
limit $1");

const ALARMING: Sql = Sql("select id, platform_id, status, key_id, sealed_data, lei, domain_url, domain_token, domain_status, domain_error, domain_checked_at, submitted_at, answer_due_at, alarms, decided_at, sealed_letter, created_at, changed_at
from applications
where status = 'submitted'
and answer_due_at <= $1
and alarms < $2
order by answer_due_at
limit 100
for update");

const FIRM: Sql = Sql("select 1
from platforms
where lei = $1
and id <> $2
and participation <> 'refused'
and participation <> 'left'
and participation <> 'applying'");

const INSERT_MESSAGE: Sql = Sql("insert into application_messages
(id, application_id, side, author, sealed_text, created_at)
values ($1, $2, $3, $4, $5, $6)");

const MESSAGES: Sql = Sql("select id, side, author, sealed_text, created_at
from application_messages
where application_id = $1
order by id
limit $2 offset $3");

const COUNT_MESSAGES: Sql = Sql("select count(*)
from application_messages
where application_id = $1");

/// An application as stored.
#[derive(Clone, Debug)]
pub struct ApplicationRecord {
    /// Identifies it.
    pub id: ApplicationId,
    /// Who applies.
    pub platform: PlatformId,
    /// How far it has come.
    pub status: ApplicationStatus,
    /// The key that seals it.
    pub key: Uuid,
    /// What it says.
    pub sealed_data: Vec<u8>,
    /// The firm's ISO 17442, from the submission on.
    pub lei: Option<String>,
    /// Where the proof of the domain is looked for.
    pub domain_url: Option<String>,
    /// What has to be found there.
    pub domain_token: String,
    /// `missing`, `waiting`, `proven` or `failed`.
    pub domain_status: String,
    /// What was found instead.
    pub domain_error: Option<String>,
    /// When it was looked for.
    pub domain_checked_at: Option<Timestamp>,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// Until when it has to be answered.
    pub answer_due_at: Option<Timestamp>,
    /// How often the registrar was warned: before the end of the time and after it.
    pub alarms: u32,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The answer in writing.
    pub sealed_letter: Option<Vec<u8>>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

/// A message about an application.
#[derive(Clone, Debug)]
pub struct MessageRecord {
    /// Identifies it.
    pub id: Uuid,
    /// `platform` or `registrar`.
    pub side: String,
    /// Who wrote it.
    pub author: String,
    /// What was written.
    pub sealed_text: Vec<u8>,
    /// When.
    pub created_at: Timestamp,
}

/// Keeps a new application; false if the platform has an open one.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &ApplicationRecord) -> Result<bool, DatabaseError> {
    let parameters = [
        record.id.uuid().into(),
        record.platform.uuid().into(),
        record.status.as_str().into(),
        record.key.into(),
        Value::Bytes(record.sealed_data.clone()),
        Value::from(record.lei.clone()),
        Value::from(record.domain_url.clone()),
        record.domain_token.as_str().into(),
        record.domain_status.as_str().into(),
        Value::from(record.domain_error.clone()),
        opt_time(record.domain_checked_at),
        opt_time(record.submitted_at),
        opt_time(record.answer_due_at),
        record.alarms.into(),
        opt_time(record.decided_at),
        Value::from(record.sealed_letter.clone()),
        time(record.created_at),
        time(record.changed_at),
    ];
    Ok(tx.execute(INSERT, &parameters)? == 1)
}

/// Keeps what has changed.
///
/// # Errors
/// Fails if the database does, or if another application of the firm is open.
pub fn update(tx: &mut Tx, record: &ApplicationRecord) -> Result<(), DatabaseError> {
    tx.execute(
        UPDATE,
        &[
            record.id.uuid().into(),
            record.status.as_str().into(),
            Value::Bytes(record.sealed_data.clone()),
            Value::from(record.lei.clone()),
            Value::from(record.domain_url.clone()),
            record.domain_status.as_str().into(),
            Value::from(record.domain_error.clone()),
            opt_time(record.domain_checked_at),
            opt_time(record.submitted_at),
            opt_time(record.answer_due_at),
            record.alarms.into(),
            opt_time(record.decided_at),
            Value::from(record.sealed_letter.clone()),
            time(record.changed_at),
        ],
    )
    .map(|_| ())
}

/// An application that the caller may see.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: ApplicationId,
) -> Result<Option<ApplicationRecord>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into(), scope.platform_value()])?
        .map(|row| read(&row))
        .transpose()
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: ApplicationId,
) -> Result<Option<ApplicationRecord>, DatabaseError> {
    tx.query_opt(LOCK, &[id.uuid().into(), scope.platform_value()])?
        .map(|row| read(&row))
        .transpose()
}

/// Any application, drafts too, locked until the transaction ends; for the check of domains.
///
/// # Errors
/// Fails if the database does.
pub fn lock_any(
    tx: &mut Tx,
    id: ApplicationId,
) -> Result<Option<ApplicationRecord>, DatabaseError> {
    tx.query_opt(LOCK_ANY, &[id.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The number of applications that the caller may see and a stretch of them, what is due first first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    status: Option<ApplicationStatus>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<ApplicationRecord>), DatabaseError> {
    let status = Value::from(status.map(|status| status.as_str().to_owned()));
    let filter = [scope.platform_value(), status];
    let count = tx.query_one(COUNT, &filter)?.get(0)?;
    let [platform, status] = filter;
    let stretch = [platform, status, limit.into(), offset.cast_signed().into()];
    let rows = tx.query(LIST, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Applications whose domain somebody wants checked.
///
/// # Errors
/// Fails if the database does.
pub fn to_prove(tx: &mut Tx, limit: u32) -> Result<Vec<ApplicationRecord>, DatabaseError> {
    tx.query(TO_PROVE, &[limit.into()])?
        .iter()
        .map(read)
        .collect()
}

/// Applications to be answered until this moment about which the registrar was warned less often, locked.
///
/// # Errors
/// Fails if the database does.
pub fn alarming(
    tx: &mut Tx,
    until: Timestamp,
    alarms: u32,
) -> Result<Vec<ApplicationRecord>, DatabaseError> {
    tx.query(ALARMING, &[time(until), alarms.into()])?
        .iter()
        .map(read)
        .collect()
}

/// Whether another platform of this firm takes part.
///
/// # Errors
/// Fails if the database does.
pub fn firm_takes_part(tx: &mut Tx, lei: &str, but: PlatformId) -> Result<bool, DatabaseError> {
    Ok(tx
        .query_opt(FIRM, &[lei.into(), but.uuid().into()])?
        .is_some())
}

/// Appends a message.
///
/// # Errors
/// Fails if the database does.
pub fn insert_message(
    tx: &mut Tx,
    application: ApplicationId,
    message: &MessageRecord,
) -> Result<(), DatabaseError> {
    tx.execute(
        INSERT_MESSAGE,
        &[
            message.id.into(),
            application.uuid().into(),
            message.side.as_str().into(),
            message.author.as_str().into(),
            Value::Bytes(message.sealed_text.clone()),
            time(message.created_at),
        ],
    )
    .map(|_| ())
}

/// The number of an application's messages and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn messages(
    tx: &mut Tx,
    application: ApplicationId,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<MessageRecord>), DatabaseError> {
    let id = Value::from(application.uuid());
    let count = tx
        .query_one(COUNT_MESSAGES, std::slice::from_ref(&id))?
        .get(0)?;
    let stretch = [id, limit.into(), offset.cast_signed().into()];
    let rows = tx.query(MESSAGES, &stretch)?;
    let messages = rows.iter().map(|row| {
        let mut columns = Columns::of(row);
        Ok(MessageRecord {
            id: columns.next()?,
            side: columns.next()?,
            author: columns.next()?,
            sealed_text: columns.next()?,
            created_at: columns.time()?,
        })
    });
    Ok((count, messages.collect::<Result<_, DatabaseError>>()?))
}

fn read(row: &Row) -> Result<ApplicationRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(ApplicationRecord {
        id: columns.id(ApplicationId::from_uuid)?,
        platform: columns.id(PlatformId::from_uuid)?,
        status: columns.parsed(|text| text.parse().ok())?,
        key: columns.next()?,
        sealed_data: columns.next()?,
        lei: columns.next()?,
        domain_url: columns.next()?,
        domain_token: columns.next()?,
        domain_status: columns.next()?,
        domain_error: columns.next()?,
        domain_checked_at: columns.opt_time()?,
        submitted_at: columns.opt_time()?,
        answer_due_at: columns.opt_time()?,
        alarms: columns.next()?,
        decided_at: columns.opt_time()?,
        sealed_letter: columns.next()?,
        created_at: columns.time()?,
        changed_at: columns.time()?,
    })
}
