//! Documents: sniffed, sealed under a key of their own, stored by content hash.

use bytes::Bytes;
use database::Tx;
use database::vault::DataKey;
use domain::DocumentId;
use storage::Scope;
use storage::documents::{CONTENT_TYPES, DocumentRecord, sniff};
use wire::ProblemCode;
use wire::documents::Document;

use crate::caller::Party;
use crate::{Answer, Caller, Done, Error, Registry, Request, Result, Right, ids};

/// What the sealed bytes and names are bound to.
const CONTENT: &str = "documents.content";
const NAME: &str = "documents.name";

/// An uploaded file.
#[derive(Clone, Debug)]
pub struct Upload {
    /// File name.
    pub name: String,
    /// Media type that the client declares.
    pub content_type: Option<String>,
    /// The bytes.
    pub bytes: Bytes,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
}

/// Keeps a document. Its bytes are stored before its row, so that a row never lacks them.
///
/// # Errors
/// `document_type_not_accepted` if the bytes show another type than one of the list or the one declared.
pub async fn upload(registry: &Registry, request: &Request, upload: Upload) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteDocuments)?;
    let content_type = accepted_type(&upload)?;
    let (environment, folder) = match request.caller.party {
        Party::Distributor(environment, _) | Party::Issuer(Some(environment), _) => {
            (Some(environment), environment.to_string())
        }
        Party::Platform(platform) => (None, platform.to_string()),
        Party::Issuer(None, account) => (None, account.to_string()),
        Party::Registrar => (None, "registrar".to_owned()),
    };
    let vault = registry.vault.clone();
    let key = registry
        .db
        .write(move |tx| -> Result<_> { Ok(vault.new_key(tx, None)?) })
        .await?;
    let id = DocumentId::from_uuid(ids::new());
    let record = DocumentRecord {
        id,
        environment,
        platform: scope.platform,
        issuer: scope.issuer,
        key: key.id(),
        content_hash: upload.sha256,
        stored_as: format!("{folder}/{}-{id}", hex::encode(upload.sha256)),
        size: upload.bytes.len() as u64,
        content_type: content_type.to_owned(),
        sealed_name: key.seal(NAME, upload.name.as_bytes()),
        created_at: registry.clock.now(),
    };
    registry
        .documents
        .put(&record.stored_as, key.seal(CONTENT, &upload.bytes))
        .await
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    registry
        .write(request, move |tx| {
            storage::documents::insert(tx, &record)?;
            let answer = answer(&record, upload.name.clone());
            Ok(Done::created(id, &answer)?.about(&key))
        })
        .await
}

/// What is known about a document.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(registry: &Registry, caller: &Caller, id: DocumentId) -> Result<Document> {
    let scope = caller.require(Right::WriteDocuments)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| described(&own, tx, &scope, id)?.ok_or(Error::NotFound("document")))
        .await
}

/// What is known about a document within what the scope reaches.
pub(crate) fn described(
    registry: &Registry,
    tx: &mut Tx,
    scope: &Scope,
    id: DocumentId,
) -> Result<Option<Document>> {
    let Some(record) = storage::documents::find(tx, scope, id)? else {
        return Ok(None);
    };
    let key = registry.vault.key(tx, record.key)?;
    let name = key.open(NAME, &record.sealed_name)?;
    let name = String::from_utf8_lossy(&name).into_owned();
    Ok(Some(answer(&record, name)))
}

/// The bytes of a document, opened.
#[derive(Clone, Debug)]
pub struct Content {
    /// Media type that they show.
    pub content_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The bytes of a document that the caller has been found to be allowed to see.
pub(crate) async fn content(registry: &Registry, id: DocumentId) -> Result<Content> {
    let vault = registry.vault.clone();
    let (record, key) = registry
        .db
        .read(move |tx| -> Result<_> {
            let record = storage::documents::find(tx, &Scope::ALL, id)?
                .ok_or(Error::NotFound("document"))?;
            let key = vault.key(tx, record.key)?;
            Ok((record, key))
        })
        .await?;
    let sealed = registry.documents.get(&record.stored_as).await;
    let sealed = sealed.map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(Content {
        content_type: record.content_type,
        bytes: key.open(CONTENT, &sealed)?,
    })
}

/// Seals the bytes of a document that the network itself has made.
pub(crate) fn seal(key: &DataKey, bytes: &[u8]) -> Vec<u8> {
    key.seal(CONTENT, bytes)
}

/// Seals such a document's name.
pub(crate) fn seal_name(key: &DataKey, name: &str) -> Vec<u8> {
    key.seal(NAME, name.as_bytes())
}

fn accepted_type(upload: &Upload) -> Result<&'static str> {
    let shown = sniff(&upload.bytes);
    let declared = upload.content_type.as_deref().map(str::trim);
    // Clients that know no better declare the general type.
    let agrees = |shown: &str| {
        declared.is_none_or(|declared| {
            declared.eq_ignore_ascii_case(shown)
                || declared.eq_ignore_ascii_case("application/octet-stream")
        })
    };
    match shown {
        Some(shown) if agrees(shown) => Ok(shown),
        Some(shown) => Err(not_accepted(&format!(
            "The file is declared as {} but its bytes are {shown}.",
            declared.unwrap_or("nothing")
        ))),
        None => Err(not_accepted(&format!(
            "The bytes of the file are none of {}.",
            CONTENT_TYPES.join(", ")
        ))),
    }
}

fn not_accepted(detail: &str) -> Error {
    Error::Problem(ProblemCode::DocumentTypeNotAccepted, detail.to_owned())
}

fn answer(record: &DocumentRecord, name: String) -> Document {
    Document {
        id: record.id.uuid(),
        name,
        content_type: record.content_type.clone(),
        size: record.size,
        sha256: hex::encode(record.content_hash),
        created_at: record.created_at.to_string(),
    }
}
