//! Uploads, and what they are called in each environment.

use database::{DatabaseError, Row, Sql, Tx, Value};
use uuid::Uuid;

use super::Columns;

/// A document's row without its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) id: Uuid,
    pub(crate) data_key: Uuid,
    pub(crate) sealed_name: Vec<u8>,
    pub(crate) content_type: String,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) created_at: i64,
}

const FIND: Sql = Sql("
select id, data_key, sealed_name, content_type, size, sha256, created_at
from gateway_documents
where id = $1");
const CONTENT: Sql = Sql("
select sealed_content
from gateway_documents
where id = $1");
const INSERT: Sql = Sql("
insert into gateway_documents
(id, data_key, sealed_name, content_type, size, sha256, sealed_content, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)");
const SAVE_REMOTE: Sql = Sql("
insert into gateway_remote_documents
(document, environment, remote)
values ($1, $2, $3)
on conflict (document, environment) do nothing");
const REMOTE: Sql = Sql("
select remote
from gateway_remote_documents
where document = $1
and environment = $2");
const OF_REMOTE: Sql = Sql("
select document
from gateway_remote_documents
where environment = $1
and remote = $2");

pub(crate) fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Document>, DatabaseError> {
    tx.query_opt(FIND, &[id.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// The sealed bytes.
pub(crate) fn content(tx: &mut Tx, id: Uuid) -> Result<Vec<u8>, DatabaseError> {
    tx.query_one(CONTENT, &[id.into()])?.get(0)
}

pub(crate) fn insert(
    tx: &mut Tx,
    document: &Document,
    sealed_content: &[u8],
) -> Result<(), DatabaseError> {
    let params = [
        document.id.into(),
        document.data_key.into(),
        (&document.sealed_name).into(),
        (&document.content_type).into(),
        i64::try_from(document.size).unwrap_or(i64::MAX).into(),
        document.sha256.into(),
        sealed_content.into(),
        Value::time(document.created_at),
    ];
    tx.later(INSERT, &params)
}

pub(crate) fn save_remote(
    tx: &mut Tx,
    document: Uuid,
    environment: Uuid,
    remote: Uuid,
) -> Result<(), DatabaseError> {
    tx.later_any(
        SAVE_REMOTE,
        &[document.into(), environment.into(), remote.into()],
    )
}

/// What a document is called in an environment, if it is there.
pub(crate) fn remote(
    tx: &mut Tx,
    document: Uuid,
    environment: Uuid,
) -> Result<Option<Uuid>, DatabaseError> {
    let row = tx.query_opt(REMOTE, &[document.into(), environment.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// The document that an environment calls so.
pub(crate) fn of_remote(
    tx: &mut Tx,
    environment: Uuid,
    remote: Uuid,
) -> Result<Option<Uuid>, DatabaseError> {
    let rows = tx.query(OF_REMOTE, &[environment.into(), remote.into()])?;
    rows.first().map(|row| row.get(0)).transpose()
}

fn read(row: &Row) -> Result<Document, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Document {
        id: columns.next()?,
        data_key: columns.next()?,
        sealed_name: columns.next()?,
        content_type: columns.next()?,
        size: columns.next()?,
        sha256: columns.next()?,
        created_at: columns.time()?,
    })
}
