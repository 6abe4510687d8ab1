//! Signed-in browsers. Only the hash of a session's token is stored.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{MembershipId, PersonId, SessionId, Timestamp};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into sessions
(id, token_hash, person_id, membership_id, stage, sealed_origin, created_at, seen_at, expires_at, ended_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null)");

const FIND: Sql = Sql(
    "select id, person_id, membership_id, stage, sealed_origin, created_at, seen_at, expires_at
from sessions
where token_hash = $1
and ended_at is null
and seen_at > $2
and expires_at > $3",
);

const OF_PERSON: Sql = Sql(
    "select id, person_id, membership_id, stage, sealed_origin, created_at, seen_at, expires_at
from sessions
where person_id = $1
and stage = 'full'
and ended_at is null
and seen_at > $2
and expires_at > $3
order by id desc
limit 100",
);

const SEEN: Sql = Sql("update sessions
set seen_at = $2
where id = $1");

const END: Sql = Sql("update sessions
set ended_at = $3
where id = $1
and person_id = $2
and ended_at is null");

const END_OTHERS: Sql = Sql("update sessions
set ended_at = $3
where person_id = $1
and (id <> $2 or $2 is null)
and ended_at is null");

const END_OF_MEMBERSHIP: Sql = Sql("update sessions
set ended_at = $2
where membership_id = $1
and ended_at is null");

/// How far a person has come with signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the second factor is missing.
    AwaitsCode,
    /// The password was right; a second factor has to be set up first.
    Enrols,
    /// Signed in.
    Full,
}

impl Stage {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitsCode => "awaits_code",
            Self::Enrols => "enrols",
            Self::Full => "full",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::AwaitsCode, Self::Enrols, Self::Full]
            .into_iter()
            .find(|stage| stage.as_str() == text)
    }
}

/// A session as stored.
#[derive(Clone, Debug)]
pub struct SessionRecord {
    /// Identifies it.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// For whom the person acts in it.
    pub membership: Option<MembershipId>,
    /// How far signing in has come.
    pub stage: Stage,
    /// Where it was started from, sealed.
    pub sealed_origin: Vec<u8>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// It ends then, used or not.
    pub expires_at: Timestamp,
}

/// Keeps a new session.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    session: &SessionRecord,
    token_hash: &[u8; 32],
) -> Result<(), DatabaseError> {
    let parameters = [
        session.id.uuid().into(),
        token_hash.into(),
        session.person.uuid().into(),
        Value::from(session.membership.map(MembershipId::uuid)),
        session.stage.as_str().into(),
        Value::Bytes(session.sealed_origin.clone()),
        time(session.created_at),
        time(session.seen_at),
        time(session.expires_at),
    ];
    tx.later(INSERT, &parameters)
}

/// The session of a token, if it is still alive: used since `idle_since`, not expired at `now`, not ended.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    idle_since: Timestamp,
    now: Timestamp,
) -> Result<Option<SessionRecord>, DatabaseError> {
    tx.query_opt(FIND, &[token_hash.into(), time(idle_since), time(now)])?
        .map(|row| read(&row))
        .transpose()
}

/// A person's sessions that are alive, newest first.
///
/// # Errors
/// Fails if the database does.
pub fn of_person(
    tx: &mut Tx,
    person: PersonId,
    idle_since: Timestamp,
    now: Timestamp,
) -> Result<Vec<SessionRecord>, DatabaseError> {
    let parameters = [person.uuid().into(), time(idle_since), time(now)];
    tx.query(OF_PERSON, &parameters)?.iter().map(read).collect()
}

/// Notes that a session was used.
///
/// # Errors
/// Fails if the database does.
pub fn seen(tx: &mut Tx, id: SessionId, now: Timestamp) -> Result<(), DatabaseError> {
    tx.later(SEEN, &[id.uuid().into(), time(now)])
}

/// Ends a session of a person; false if it is not the person's or had ended.
///
/// # Errors
/// Fails if the database does.
pub fn end(
    tx: &mut Tx,
    id: SessionId,
    person: PersonId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    Ok(tx.execute(END, &[id.uuid().into(), person.uuid().into(), time(now)])? == 1)
}

/// Ends every session of a person but this one; answers how many.
///
/// # Errors
/// Fails if the database does.
pub fn end_others(
    tx: &mut Tx,
    person: PersonId,
    but: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    let parameters = [
        person.uuid().into(),
        Value::from(but.map(SessionId::uuid)),
        time(now),
    ];
    tx.execute(END_OTHERS, &parameters)
}

/// Ends every session in which somebody acts by this membership; answers how many.
///
/// # Errors
/// Fails if the database does.
pub fn end_of_membership(
    tx: &mut Tx,
    membership: MembershipId,
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    tx.execute(END_OF_MEMBERSHIP, &[membership.uuid().into(), time(now)])
}

fn read(row: &Row) -> Result<SessionRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(SessionRecord {
        id: columns.id(SessionId::from_uuid)?,
        person: columns.id(PersonId::from_uuid)?,
        membership: columns.opt_id(MembershipId::from_uuid)?,
        stage: columns.parsed(Stage::parse)?,
        sealed_origin: columns.next()?,
        created_at: columns.time()?,
        seen_at: columns.time()?,
        expires_at: columns.time()?,
    })
}
