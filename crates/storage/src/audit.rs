//! The audit log: written, never changed.

use database::{DatabaseError, Row, Sql, Tx};
use domain::Timestamp;
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into audit_log
(id, at, actor, action, target, detail)
values ($1, $2, $3, $4, $5, $6)");

const LATEST: Sql = Sql("select id, at, actor, action, target, detail
from audit_log
order by at desc, id desc
limit $1");

// Ids sort by age, and the primary key is the index.
const BEFORE: Sql = Sql("select id, at, actor, action, target, detail
from audit_log
where id < $1
order by id desc
limit $2");

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Identifies it.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Client or operator.
    pub actor: String,
    /// Operation.
    pub action: String,
    /// What it was done to.
    pub target: String,
    /// JSON, without personal data and without secrets.
    pub detail: String,
}

/// Appends a line; it travels with the commit.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &AuditRecord) -> Result<(), DatabaseError> {
    tx.later(
        INSERT,
        &[
            record.id.into(),
            time(record.at),
            record.actor.as_str().into(),
            record.action.as_str().into(),
            record.target.as_str().into(),
            record.detail.as_str().into(),
        ],
    )
}

/// The newest lines, newest first.
///
/// # Errors
/// Fails if the database does.
pub fn latest(tx: &mut Tx, limit: u32) -> Result<Vec<AuditRecord>, DatabaseError> {
    tx.query(LATEST, &[limit.into()])?
        .iter()
        .map(read)
        .collect()
}

/// Lines older than the one named, newest first.
///
/// # Errors
/// Fails if the database does.
pub fn before(
    tx: &mut Tx,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<AuditRecord>, DatabaseError> {
    let before = before.unwrap_or(Uuid::max());
    tx.query(BEFORE, &[before.into(), limit.into()])?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &Row) -> Result<AuditRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(AuditRecord {
        id: columns.next()?,
        at: columns.time()?,
        actor: columns.next()?,
        action: columns.next()?,
        target: columns.next()?,
        detail: columns.next()?,
    })
}
