//! Documents: a row for what is known about one, an object for its sealed bytes.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{DocumentId, EnvironmentId, IssuerId, PlatformId, Timestamp};
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;

use crate::Scope;
use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into documents
(id, environment_id, platform_id, issuer_id, key_id, content_hash, stored_as, size, content_type, sealed_name, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

const FIND: Sql = Sql("select id, environment_id, platform_id, issuer_id, key_id, content_hash, stored_as, size, content_type, sealed_name, created_at
from documents
where id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)
and (issuer_id = $4 or $4 is null)
and purged_at is null");

const STORED: Sql = Sql("select stored_as
from documents
where purged_at is null
order by id");

/// The bytes of documents; they are sealed before they come here.
#[derive(Clone)]
pub struct Documents(Arc<dyn ObjectStore>);

/// The bytes of a document cannot be kept or read.
#[derive(Debug, thiserror::Error)]
#[error("the document store fails: {0}")]
pub struct DocumentStoreError(#[from] object_store::Error);

impl Documents {
    /// In a folder, which must exist.
    ///
    /// # Errors
    /// Fails if the folder cannot be used.
    pub fn in_folder(folder: &Path) -> Result<Self, DocumentStoreError> {
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?)))
    }

    /// In any store.
    pub fn in_store(store: Arc<dyn ObjectStore>) -> Self {
        Self(store)
    }

    /// Keeps bytes under a name; the same name again replaces them.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn put(&self, name: &str, sealed: Vec<u8>) -> Result<(), DocumentStoreError> {
        self.0
            .put(&name.into(), PutPayload::from(sealed))
            .await
            .map(|_| ())
            .map_err(DocumentStoreError)
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// Fails if the store does, or if there are none.
    pub async fn get(&self, name: &str) -> Result<Bytes, DocumentStoreError> {
        Ok(self.0.get(&name.into()).await?.bytes().await?)
    }

    /// Deletes bytes; what is gone already stays so.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn delete(&self, name: &str) -> Result<(), DocumentStoreError> {
        match self.0.delete(&name.into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(DocumentStoreError(error)),
        }
    }
}

/// What is known about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRecord {
    /// Identifies it.
    pub id: DocumentId,
    /// Where it was uploaded; none for what a party uploads for all of its own.
    pub environment: Option<EnvironmentId>,
    /// The platform that uploaded it.
    pub platform: Option<PlatformId>,
    /// The issuer that uploaded it.
    pub issuer: Option<IssuerId>,
    /// The key that seals it.
    pub key: Uuid,
    /// SHA-256 of the bytes.
    pub content_hash: [u8; 32],
    /// Name in the store.
    pub stored_as: String,
    /// Bytes before sealing.
    pub size: u64,
    /// Media type that the bytes show.
    pub content_type: String,
    /// File name, sealed.
    pub sealed_name: Vec<u8>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// The media types that are taken, as the bytes show them.
pub const CONTENT_TYPES: &[&str] = &["application/pdf", "image/png", "image/jpeg", "image/tiff"];

/// The media type that the bytes show, if it is one that is taken.
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let shown = infer::get(bytes)?.mime_type();
    CONTENT_TYPES.iter().copied().find(|taken| *taken == shown)
}

/// Keeps a new document's row.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, document: &DocumentRecord) -> Result<(), DatabaseError> {
    tx.later(
        INSERT,
        &[
            document.id.uuid().into(),
            Value::from(document.environment.map(EnvironmentId::uuid)),
            Value::from(document.platform.map(PlatformId::uuid)),
            Value::from(document.issuer.map(IssuerId::uuid)),
            document.key.into(),
            Value::Bytes(document.content_hash.to_vec()),
            document.stored_as.as_str().into(),
            i64::try_from(document.size).unwrap_or(i64::MAX).into(),
            document.content_type.as_str().into(),
            Value::Bytes(document.sealed_name.clone()),
            time(document.created_at),
        ],
    )
}

/// A document that the caller may see; none if its bytes were deleted.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: DocumentId,
) -> Result<Option<DocumentRecord>, DatabaseError> {
    let parameters = [
        id.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
        scope.issuer_value(),
    ];
    tx.query_opt(FIND, &parameters)?
        .map(|row| read(&row))
        .transpose()
}

/// The names of all stored documents, for a backup.
///
/// # Errors
/// Fails if the database does.
pub fn stored_names(tx: &mut Tx) -> Result<Vec<String>, DatabaseError> {
    tx.query(STORED, &[])?
        .iter()
        .map(|row| row.get(0))
        .collect()
}

fn read(row: &Row) -> Result<DocumentRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(DocumentRecord {
        id: columns.id(DocumentId::from_uuid)?,
        environment: columns.opt_id(EnvironmentId::from_uuid)?,
        platform: columns.opt_id(PlatformId::from_uuid)?,
        issuer: columns.opt_id(IssuerId::from_uuid)?,
        key: columns.next()?,
        content_hash: columns.next()?,
        stored_as: columns.next()?,
        size: columns.next()?,
        content_type: columns.next()?,
        sealed_name: columns.next()?,
        created_at: columns.time()?,
    })
}
