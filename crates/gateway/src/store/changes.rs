//! The ordered list of everything that happened to an investor.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::{Columns, all};

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The first document.
    Create,
    /// A merge patch of the document.
    Patch,
    /// The subject is a part: wallet, identification or benefiting person.
    Part,
    /// A change of a wallet, which is the subject.
    WalletPatch,
    /// The subject is an order, for one environment.
    Order,
    /// Our data again for one environment that lost it.
    Repair,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Create,
        Self::Patch,
        Self::Part,
        Self::WalletPatch,
        Self::Order,
        Self::Repair,
    ];

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Patch => "patch",
            Self::Part => "part",
            Self::WalletPatch => "wallet_patch",
            Self::Order => "order",
            Self::Repair => "repair",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.text() == text)
    }
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) version: i64,
    pub(crate) kind: Kind,
    pub(crate) subject: Option<Uuid>,
    pub(crate) sealed_body: Option<Vec<u8>>,
}

const INSERT: Sql = Sql("
insert into gateway_changes
(investor, version, kind, environment, subject, sealed_body, created_at)
values ($1, $2, $3, $4, $5, $6, $7)");
// What the creation already carries is not sent again.
const NEXT: Sql = Sql("
select version, kind, subject, sealed_body
from gateway_changes
where investor = $1
and version > $2
and (environment is null or environment = $3)
and kind <> 'create'
and (kind <> 'patch' or version > $4)
order by version
limit 1");
const DOCUMENT: Sql = Sql("
select version, kind, subject, sealed_body
from gateway_changes
where investor = $1
and version <= $2
and kind in ('create', 'patch')
order by version");
const PATCHES_BETWEEN: Sql = Sql("
select count(*)
from gateway_changes
where investor = $1
and version > $2
and version < $3
and kind = 'patch'");

const OF_SUBJECT: Sql = Sql("
select version
from gateway_changes
where investor = $1
and subject = $2
order by version
limit 1");

pub(crate) fn insert(
    tx: &mut Tx,
    investor: Uuid,
    change: &Change,
    environment: Option<Uuid>,
    now: i64,
) -> Result<(), DatabaseError> {
    let params = [
        investor.into(),
        change.version.into(),
        change.kind.text().into(),
        environment.into(),
        change.subject.into(),
        change.sealed_body.clone().into(),
        Value::time(now),
    ];
    tx.later(INSERT, &params)
}

/// What a copy lacks next.
pub(crate) fn next(
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
    reached: i64,
    base: i64,
) -> Result<Option<Change>, DatabaseError> {
    let params = [
        investor.into(),
        reached.into(),
        environment.into(),
        base.into(),
    ];
    tx.query_opt(NEXT, &params)?.as_ref().map(read).transpose()
}

/// The changes that make up the document of a version.
pub(crate) fn of_document(
    tx: &mut Tx,
    investor: Uuid,
    version: i64,
) -> Result<Vec<Change>, DatabaseError> {
    all(
        &tx.query(DOCUMENT, &[investor.into(), version.into()])?,
        read,
    )
}

/// Whether patches lie between two versions.
pub(crate) fn has_patches_between(
    tx: &mut Tx,
    investor: Uuid,
    after: i64,
    before: i64,
) -> Result<bool, DatabaseError> {
    let row = tx.query_one(
        PATCHES_BETWEEN,
        &[investor.into(), after.into(), before.into()],
    )?;
    Ok(row.get::<i64>(0)? > 0)
}

/// The first change about a part or an order.
pub(crate) fn of_subject(
    tx: &mut Tx,
    investor: Uuid,
    subject: Uuid,
) -> Result<Option<i64>, DatabaseError> {
    let row = tx.query_opt(OF_SUBJECT, &[investor.into(), subject.into()])?;
    row.map(|row| row.get(0)).transpose()
}

fn read(row: &Row) -> Result<Change, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Change {
        version: columns.next()?,
        kind: columns.parsed(Kind::parse)?,
        subject: columns.next()?,
        sealed_body: columns.next()?,
    })
}
