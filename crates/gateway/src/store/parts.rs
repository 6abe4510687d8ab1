//! Wallets, identifications and benefiting persons, and what they are called in each environment.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartKind {
    GenericWallet,
    ManagedWallet,
    Identification,
    BenefitingPerson,
}

impl PartKind {
    const ALL: [Self; 4] = [
        Self::GenericWallet,
        Self::ManagedWallet,
        Self::Identification,
        Self::BenefitingPerson,
    ];

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::GenericWallet => "eth-generic",
            Self::ManagedWallet => "eth-managed",
            Self::Identification => "identification",
            Self::BenefitingPerson => "benefiting-person",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.text() == text)
    }

    /// Where it is made, below the investor.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::GenericWallet => "wallets/eth-generic/",
            Self::ManagedWallet => "wallets/eth-managed/",
            Self::Identification => "identifications/",
            Self::BenefitingPerson => "benefiting-persons/",
        }
    }

    pub(crate) fn is_wallet(self) -> bool {
        matches!(self, Self::GenericWallet | Self::ManagedWallet)
    }
}

/// A part's row.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) id: Uuid,
    pub(crate) investor: Uuid,
    pub(crate) kind: PartKind,
    pub(crate) version: i64,
    pub(crate) sealed_body: Vec<u8>,
    pub(crate) created_at: i64,
}

/// What an environment said of a part.
#[derive(Clone, Debug)]
pub(crate) struct RemotePart {
    pub(crate) environment: Uuid,
    pub(crate) remote: Uuid,
    pub(crate) sealed_answer: Vec<u8>,
    pub(crate) observed_at: i64,
}

const FIND: Sql = Sql("
select id, investor, kind, version, sealed_body, created_at
from gateway_parts
where id = $1");
const LIST: Sql = Sql("
select id, investor, kind, version, sealed_body, created_at
from gateway_parts
where investor = $1
and kind in ($2, $3)
order by version");
const INSERT: Sql = Sql("
insert into gateway_parts
(id, investor, kind, version, sealed_body, created_at)
values ($1, $2, $3, $4, $5, $6)");
const UPDATE: Sql = Sql("
update gateway_parts
set sealed_body = $2
where id = $1");
const SAVE_REMOTE: Sql = Sql("
insert into gateway_remote_parts
(part, environment, remote, sealed_answer, observed_at)
values ($1, $2, $3, $4, $5)
on conflict (part, environment) do update
set remote = excluded.remote, sealed_answer = excluded.sealed_answer, observed_at = excluded.observed_at");
const REMOTES: Sql = Sql("
select environment, remote, sealed_answer, observed_at
from gateway_remote_parts
where part = $1
order by observed_at, environment");
const REMOTE: Sql = Sql("
select remote
from gateway_remote_parts
where part = $1
and environment = $2");
const OF_REMOTE: Sql = Sql("
select part
from gateway_remote_parts
where environment = $1
and remote = $2");

pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Part>, DatabaseError> {
    tx.query_opt(FIND, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Parts of one or two kinds, oldest first.
pub(crate) fn list(
    tx: &mut Tx,
    investor: Uuid,
    kinds: [PartKind; 2],
) -> Result<Vec<Part>, DatabaseError> {
    let params = [
        investor.into(),
        kinds[0].text().into(),
        kinds[1].text().into(),
    ];
    all(&tx.query(LIST, &params)?, read)
}

pub(crate) fn insert(tx: &mut Tx, part: &Part) -> Result<(), DatabaseError> {
    let params = [
        part.id.into(),
        part.investor.into(),
        part.kind.text().into(),
        part.version.into(),
        (&part.sealed_body).into(),
        Value::time(part.created_at),
    ];
    tx.later(INSERT, &params)
}

pub(crate) fn update(tx: &mut Tx, part: &Part) -> Result<(), DatabaseError> {
    tx.later(UPDATE, &[part.id.into(), (&part.sealed_body).into()])
}

pub(crate) fn save_remote(
    tx: &mut Tx,
    part: Uuid,
    remote: &RemotePart,
) -> Result<(), DatabaseError> {
    let params = [
        part.into(),
        remote.environment.into(),
        remote.remote.into(),
        (&remote.sealed_answer).into(),
        Value::time(remote.observed_at),
    ];
    tx.later_any(SAVE_REMOTE, &params)
}

/// What every environment said of a part, the latest last.
pub(crate) fn remotes(tx: &mut Tx, part: Uuid) -> Result<Vec<RemotePart>, DatabaseError> {
    all(&tx.query(REMOTES, &[part.into()])?, |row| {
        let mut columns = Columns::of(row);
        Ok(RemotePart {
            environment: columns.next()?,
            remote: columns.next()?,
            sealed_answer: columns.next()?,
            observed_at: columns.time()?,
        })
    })
}

/// What a part is called in an environment.
pub(crate) fn remote(
    tx: &mut Tx,
    part: Uuid,
    environment: Uuid,
) -> Result<Option<Uuid>, DatabaseError> {
    let row = tx.query_opt(REMOTE, &[part.into(), environment.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// The part that an environment calls so.
pub(crate) fn of_remote(
    tx: &mut Tx,
    environment: Uuid,
    remote: Uuid,
) -> Result<Option<Uuid>, DatabaseError> {
    let rows = tx.query(OF_REMOTE, &[environment.into(), remote.into()])?;
    rows.first().map(|row| row.get(0)).transpose()
}

fn read(row: &Row) -> Result<Part, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Part {
        id: columns.next()?,
        investor: columns.next()?,
        kind: columns.parsed(PartKind::parse)?,
        version: columns.next()?,
        sealed_body: columns.next()?,
        created_at: columns.time()?,
    })
}
