//! Instructions of holders, transfers and redemptions, as their environments last described them.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, Heard, all};

/// What is instructed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum InstructionKind {
    Transfer,
    Redemption,
}

impl InstructionKind {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Redemption => "redemption",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Transfer, Self::Redemption]
            .into_iter()
            .find(|kind| kind.text() == text)
    }
}

/// An instruction's row.
#[derive(Clone, Debug)]
pub(crate) struct Instruction {
    pub(crate) id: Uuid,
    pub(crate) kind: InstructionKind,
    /// Who gives.
    pub(crate) investor: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) reference: Option<String>,
    pub(crate) status: String,
    pub(crate) sealed_body: Vec<u8>,
    pub(crate) heard: Heard,
    pub(crate) changed_at: i64,
    pub(crate) observed_at: i64,
    pub(crate) refresh_at: Option<i64>,
    pub(crate) created_at: i64,
}

const FIND: Sql = Sql("
select id, kind, investor, environment, reference, status, sealed_body, heard, sequence, told_at, changed_at, observed_at, refresh_at, created_at
from gateway_instructions
where id = $1");
const LOCK: Sql = Sql("
select id, kind, investor, environment, reference, status, sealed_body, heard, sequence, told_at, changed_at, observed_at, refresh_at, created_at
from gateway_instructions
where id = $1
for update");
const COUNT: Sql = Sql("
select count(*)
from gateway_instructions
where kind = $1
and (reference = $2 or $2 is null)");
const LIST: Sql = Sql("
select id, kind, investor, environment, reference, status, sealed_body, heard, sequence, told_at, changed_at, observed_at, refresh_at, created_at
from gateway_instructions
where kind = $1
and (reference = $2 or $2 is null)
order by created_at, id
limit $3 offset $4");
const INSERT: Sql = Sql("
insert into gateway_instructions
(id, kind, investor, environment, reference, status, sealed_body, heard, sequence, told_at, changed_at, observed_at, refresh_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (id) do nothing");
const SAVE: Sql = Sql("
update gateway_instructions
set status = $2, sealed_body = $3, heard = $4, sequence = $5, told_at = $6, changed_at = $7, observed_at = $8,
    refresh_at = $9, reference = $10
where id = $1");
const REFRESH: Sql = Sql("
select id
from gateway_instructions
where environment = $1
and kind = $2
and refresh_at <= $3
order by refresh_at
limit $4");
// Where no feed tells, what has not ended is asked for.
const OPEN_UNSEEN: Sql = Sql("
update gateway_instructions
set refresh_at = $3
where environment = $1
and kind = $2
and refresh_at is null
and observed_at < $4
and status not in ('succeeded', 'failed')");

pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Instruction>, DatabaseError> {
    tx.query_opt(FIND, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// As [`find`]; what is told of this one in the same moment waits.
pub(crate) fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Instruction>, DatabaseError> {
    tx.query_opt(LOCK, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// How many there are of a kind, and one page of them, oldest first; with a reference, those that have it.
pub(crate) fn list(
    tx: &mut Tx,
    kind: InstructionKind,
    reference: Option<&str>,
    (limit, offset): (i64, i64),
) -> Result<(u64, Vec<Instruction>), DatabaseError> {
    let mut params = vec![kind.text().into(), reference.into()];
    let count = tx.query_one(COUNT, &params)?.get(0)?;
    params.extend([limit.into(), offset.into()]);
    Ok((count, all(&tx.query(LIST, &params)?, read)?))
}

pub(crate) fn insert(tx: &mut Tx, new: &Instruction) -> Result<(), DatabaseError> {
    let params = [
        new.id.into(),
        new.kind.text().into(),
        new.investor.into(),
        new.environment.into(),
        new.reference.clone().into(),
        (&new.status).into(),
        (&new.sealed_body).into(),
        new.heard.theirs.into(),
        new.heard.ours.into(),
        Value::time(new.heard.at),
        Value::time(new.changed_at),
        Value::time(new.observed_at),
        Value::opt_time(new.refresh_at),
        Value::time(new.created_at),
    ];
    tx.later_any(INSERT, &params)
}

pub(crate) fn save(tx: &mut Tx, changed: &Instruction) -> Result<(), DatabaseError> {
    let params = [
        changed.id.into(),
        (&changed.status).into(),
        (&changed.sealed_body).into(),
        changed.heard.theirs.into(),
        changed.heard.ours.into(),
        Value::time(changed.heard.at),
        Value::time(changed.changed_at),
        Value::time(changed.observed_at),
        Value::opt_time(changed.refresh_at),
        changed.reference.clone().into(),
    ];
    tx.later(SAVE, &params)
}

/// Those of an environment that are to be read again.
pub(crate) fn to_refresh(
    tx: &mut Tx,
    (environment, kind): (Uuid, InstructionKind),
    now: i64,
    limit: i64,
) -> Result<Vec<Uuid>, DatabaseError> {
    let params = [
        environment.into(),
        kind.text().into(),
        Value::time(now),
        limit.into(),
    ];
    all(&tx.query(REFRESH, &params)?, |row| row.get(0))
}

/// Marks what has not ended and was not seen since a time.
pub(crate) fn refresh_unseen(
    tx: &mut Tx,
    (environment, kind): (Uuid, InstructionKind),
    unseen_since: i64,
    now: i64,
) -> Result<(), DatabaseError> {
    let params = [
        environment.into(),
        kind.text().into(),
        Value::time(now),
        Value::time(unseen_since),
    ];
    tx.later_any(OPEN_UNSEEN, &params)
}

fn read(row: &Row) -> Result<Instruction, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Instruction {
        id: columns.next()?,
        kind: columns.parsed(InstructionKind::parse)?,
        investor: columns.next()?,
        environment: columns.next()?,
        reference: columns.next()?,
        status: columns.next()?,
        sealed_body: columns.next()?,
        heard: Heard {
            theirs: columns.next()?,
            ours: columns.next()?,
            at: columns.time()?,
        },
        changed_at: columns.time()?,
        observed_at: columns.time()?,
        refresh_at: columns.opt_time()?,
        created_at: columns.time()?,
    })
}
