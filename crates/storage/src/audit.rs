//! The audit log: written, never changed.

use database::{DatabaseError, Row, Sql, Tx};
use domain::Timestamp;
use uuid::Uuid;

use crate::Scope;
use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into audit_log
(id, at, actor, action, target, detail, platform_id, issuer_id)
values ($1, $2, $3, $4, $5, $6, $7, $8)");

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

const PAGE: Sql = Sql("select id, at, actor, action, target, detail
from audit_log
where (platform_id = $1 or $1 is null)
and (issuer_id = $2 or $2 is null)
order by at desc, id desc
limit $3 offset $4");

const COUNT: Sql = Sql("select count(*)
from audit_log
where (platform_id = $1 or $1 is null)
and (issuer_id = $2 or $2 is null)");

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

/// Whether a line about this actor was appended in this transaction.
pub fn is_written(tx: &Tx, actor: &str) -> bool {
    tx.is_marked(&mark(actor))
}

fn mark(actor: &str) -> String {
    format!("audit {actor}")
}

/// Appends a line about the doing of a party; it travels with the commit.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, scope: &Scope, record: &AuditRecord) -> Result<(), DatabaseError> {
    tx.mark(&mark(&record.actor));
    tx.later(
        INSERT,
        &[
            record.id.into(),
            time(record.at),
            record.actor.as_str().into(),
            record.action.as_str().into(),
            record.target.as_str().into(),
            record.detail.as_str().into(),
            scope.platform_value(),
            scope.issuer_value(),
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

/// The number of lines about a party's doing and a stretch of them, newest first.
///
/// # Errors
/// Fails if the database does.
pub fn page(
    tx: &mut Tx,
    scope: &Scope,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<AuditRecord>), DatabaseError> {
    let filter = [scope.platform_value(), scope.issuer_value()];
    let count = tx.query_one(COUNT, &filter)?.get(0)?;
    let [platform, issuer] = filter;
    let stretch = [platform, issuer, limit.into(), offset.cast_signed().into()];
    let rows = tx.query(PAGE, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
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
