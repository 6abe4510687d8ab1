//! Environments: the API space of one asset.

use database::{DatabaseError, Row, Sql, Tx};
use domain::{EnvironmentId, Timestamp};

use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into environments
(id, name, kind, created_at, opened_at)
values ($1, $2, $3, $4, $5)");

// One that is not open has its name already, and is not there for anybody.
const FIND_BY_NAME: Sql = Sql("select id, name, kind, created_at, opened_at
from environments
where name = $1
and opened_at is not null");

const OPEN: Sql = Sql("update environments
set opened_at = $2
where id = $1");

const RENAME: Sql = Sql("update environments
set name = $2
where id = $1
and opened_at is null");

const NAME: Sql = Sql("select name
from environments
where id = $1");

const KIND: Sql = Sql("select kind
from environments
where id = $1");

const LIST: Sql = Sql("select id, name, kind, created_at, opened_at
from environments
order by id");

/// The API space of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Identifies it inside.
    pub id: EnvironmentId,
    /// Part of its URL.
    pub name: String,
    /// Whether what happens there counts.
    pub kind: EnvironmentKind,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was opened; none while its product waits for the registrar.
    pub opened_at: Option<Timestamp>,
}

/// Whether what happens in an environment counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvironmentKind {
    /// It does.
    Production,
    /// For trying things out: units there are worth nothing.
    Sandbox,
}

impl EnvironmentKind {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Production, Self::Sandbox]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// Keeps a new environment.
///
/// # Errors
/// Fails if the database does, or if the name is taken.
pub fn insert(tx: &mut Tx, environment: &Environment) -> Result<(), DatabaseError> {
    let parameters = [
        environment.id.uuid().into(),
        environment.name.as_str().into(),
        environment.kind.as_str().into(),
        time(environment.created_at),
        opt_time(environment.opened_at),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// Lets partners in.
///
/// # Errors
/// Fails if the database does.
pub fn open(tx: &mut Tx, id: EnvironmentId, now: Timestamp) -> Result<(), DatabaseError> {
    tx.later(OPEN, &[id.uuid().into(), time(now)])
}

/// Gives an environment that nobody has seen another name.
///
/// # Errors
/// Fails if the database does, or if the name is taken.
pub fn rename(tx: &mut Tx, id: EnvironmentId, name: &str) -> Result<(), DatabaseError> {
    tx.execute(RENAME, &[id.uuid().into(), name.into()])
        .map(|_| ())
}

/// An open environment by the name in its URL.
///
/// # Errors
/// Fails if the database does.
pub fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Environment>, DatabaseError> {
    tx.query_opt(FIND_BY_NAME, &[name.into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The kind of an environment that exists.
///
/// # Errors
/// Fails if the database does.
pub fn kind(tx: &mut Tx, id: EnvironmentId) -> Result<EnvironmentKind, DatabaseError> {
    let row = tx.query_one(KIND, &[id.uuid().into()])?;
    Columns::of(&row).parsed(EnvironmentKind::parse)
}

/// The name of an environment that exists.
///
/// # Errors
/// Fails if the database does.
pub fn name(tx: &mut Tx, id: EnvironmentId) -> Result<String, DatabaseError> {
    tx.query_one(NAME, &[id.uuid().into()])?.get(0)
}

/// Every environment, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(tx: &mut Tx) -> Result<Vec<Environment>, DatabaseError> {
    tx.query(LIST, &[])?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Environment, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Environment {
        id: columns.id(EnvironmentId::from_uuid)?,
        name: columns.next()?,
        kind: columns.parsed(EnvironmentKind::parse)?,
        created_at: columns.time()?,
        opened_at: columns.opt_time()?,
    })
}
