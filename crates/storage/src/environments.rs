//! Environments: the API space of one asset.

use database::{DatabaseError, Row, Sql, Tx};
use domain::{EnvironmentId, Timestamp};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into environments
(id, name, created_at)
values ($1, $2, $3)");

const FIND_BY_NAME: Sql = Sql("select id, name, created_at
from environments
where name = $1");

const NAME: Sql = Sql("select name
from environments
where id = $1");

const LIST: Sql = Sql("select id, name, created_at
from environments
order by id");

/// The API space of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Identifies it inside.
    pub id: EnvironmentId,
    /// Part of its URL.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Keeps a new environment.
///
/// # Errors
/// Fails if the database does, or if the name is taken.
pub fn insert(tx: &mut Tx, environment: &Environment) -> Result<(), DatabaseError> {
    let parameters = [
        environment.id.uuid().into(),
        environment.name.as_str().into(),
        time(environment.created_at),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// An environment by the name in its URL.
///
/// # Errors
/// Fails if the database does.
pub fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Environment>, DatabaseError> {
    tx.query_opt(FIND_BY_NAME, &[name.into()])?
        .map(|row| read(&row))
        .transpose()
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
        created_at: columns.time()?,
    })
}
