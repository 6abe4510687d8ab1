//! Decisions that need four eyes. Their content and reasons are sealed under a key of their own: they may speak of people.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{Actor, Decision, DecisionId, DecisionKind, DecisionState};
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into decisions
(id, kind, target_id, status, key_id, sealed_content, proposed_by, proposed_by_name, proposed_at)
values ($1, $2, $3, 'proposed', $4, $5, $6, $7, $8)
on conflict (kind, target_id) where status = 'proposed' do nothing");

const LOCK: Sql = Sql("select id, kind, target_id, status, key_id, sealed_content, proposed_by, proposed_by_name, proposed_at, decided_by, decided_by_name, decided_at
from decisions
where id = $1
for update");

const FIND: Sql = Sql("select id, kind, target_id, status, key_id, sealed_content, proposed_by, proposed_by_name, proposed_at, decided_by, decided_by_name, decided_at
from decisions
where id = $1");

const LIST: Sql = Sql("select id, kind, target_id, status, key_id, sealed_content, proposed_by, proposed_by_name, proposed_at, decided_by, decided_by_name, decided_at
from decisions
where (status = $1 or $1 is null)
and (target_id = $2 or $2 is null)
order by id
limit $3 offset $4");

const COUNT: Sql = Sql("select count(*)
from decisions
where (status = $1 or $1 is null)
and (target_id = $2 or $2 is null)");

const CLOSE: Sql = Sql("update decisions
set status = $2, decided_by = $3, decided_by_name = $4, decided_at = $5
where id = $1
and status = 'proposed'");

/// A decision as stored.
#[derive(Clone, Debug)]
pub struct DecisionRecord {
    /// What the rules know.
    pub decision: Decision,
    /// The key that seals its content.
    pub key: Uuid,
    /// What exactly is to be done, and why.
    pub sealed_content: Vec<u8>,
}

/// Which decisions are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those in this state.
    pub status: Option<String>,
    /// Only those about this.
    pub target: Option<Uuid>,
}

/// Keeps a new decision; false if one of the kind is open about the same already.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &DecisionRecord) -> Result<bool, DatabaseError> {
    let decision = &record.decision;
    let parameters = [
        decision.id.uuid().into(),
        decision.kind.as_str().into(),
        decision.target.into(),
        record.key.into(),
        Value::Bytes(record.sealed_content.clone()),
        decision.proposed_by.id.into(),
        decision.proposed_by.name.as_str().into(),
        time(decision.proposed_at),
    ];
    Ok(tx.execute(INSERT, &parameters)? == 1)
}

/// A decision, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: DecisionId) -> Result<Option<DecisionRecord>, DatabaseError> {
    tx.query_opt(LOCK, &[id.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// A decision.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: DecisionId) -> Result<Option<DecisionRecord>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The number of decisions and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    filter: &Filter,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<DecisionRecord>), DatabaseError> {
    let wanted = [
        Value::from(filter.status.clone()),
        Value::from(filter.target),
    ];
    let count = tx.query_one(COUNT, &wanted)?.get(0)?;
    let [status, target] = wanted;
    let stretch = [status, target, limit.into(), offset.cast_signed().into()];
    let rows = tx.query(LIST, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Keeps how a decision that was open has ended.
///
/// # Errors
/// Fails if the database does, or if the decision was not open.
pub fn close(tx: &mut Tx, decision: &Decision) -> Result<(), DatabaseError> {
    let (DecisionState::Confirmed(actor, at) | DecisionState::Withdrawn(actor, at)) =
        &decision.state
    else {
        return Ok(());
    };
    tx.later(
        CLOSE,
        &[
            decision.id.uuid().into(),
            decision.state.as_str().into(),
            actor.id.into(),
            actor.name.as_str().into(),
            time(*at),
        ],
    )
}

fn read(row: &Row) -> Result<DecisionRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(DecisionId::from_uuid)?;
    let kind = columns.parsed(|text| text.parse::<DecisionKind>().ok())?;
    let target = columns.next()?;
    let status: String = columns.next()?;
    let key = columns.next()?;
    let sealed_content = columns.next()?;
    let proposed_by = Actor {
        id: columns.next()?,
        name: columns.next()?,
    };
    let proposed_at = columns.time()?;
    let decided_by: Option<Uuid> = columns.next()?;
    let decided_by_name: Option<String> = columns.next()?;
    let decided = decided_by
        .zip(decided_by_name)
        .map(|(id, name)| Actor { id, name })
        .zip(columns.opt_time()?);
    let state = match (status.as_str(), decided) {
        ("confirmed", Some((actor, at))) => DecisionState::Confirmed(actor, at),
        ("withdrawn", Some((actor, at))) => DecisionState::Withdrawn(actor, at),
        _ => DecisionState::Proposed,
    };
    let decision = Decision {
        id,
        kind,
        target,
        proposed_by,
        proposed_at,
        state,
    };
    Ok(DecisionRecord {
        decision,
        key,
        sealed_content,
    })
}
