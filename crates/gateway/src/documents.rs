//! Documents: kept sealed, so that any environment can have them whenever it first needs them.

use bytes::Bytes;
use database::Tx;
use uuid::Uuid;
use wire::FieldCode;
use wire::documents::Document as Shown;

use crate::store::documents::{self, Document};
use crate::write::{Answer, Caller, Done, Request};
use crate::{Error, Gateway, Result, time};

const NAME: &str = "gateway_documents.name";
const CONTENT: &str = "gateway_documents.content";

/// An uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) sha256: [u8; 32],
}

/// Keeps a document.
pub(crate) async fn upload(gateway: &Gateway, request: &Request, upload: Upload) -> Result<Answer> {
    request.caller.require("documents:write")?;
    let own = gateway.clone();
    gateway
        .write(request, move |tx| {
            let id = Uuid::now_v7();
            let key = own.vault.new_key(tx, None)?;
            let document = Document {
                id,
                data_key: key.id(),
                sealed_name: key.seal(NAME, upload.name.as_bytes()),
                content_type: upload.content_type.clone(),
                size: upload.bytes.len() as u64,
                sha256: upload.sha256,
                created_at: own.now(),
            };
            documents::insert(tx, &document, &key.seal(CONTENT, &upload.bytes))?;
            Ok(Done::new(201, id, &shown(&document, upload.name.clone()))?.about(&key))
        })
        .await
}

/// What is known about a document.
pub(crate) async fn get(gateway: &Gateway, caller: &Caller, id: Uuid) -> Result<Shown> {
    caller.require("documents:write")?;
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let document = documents::find(tx, id)?.ok_or_else(|| Error::not_found("document"))?;
            let key = own.vault.key(tx, document.data_key)?;
            let name = key.open(NAME, &document.sealed_name)?;
            Ok(shown(
                &document,
                String::from_utf8_lossy(&name).into_owned(),
            ))
        })
        .await
}

/// The bytes, to be sent on.
pub(crate) async fn read(gateway: &Gateway, id: Uuid) -> Result<Upload> {
    let own = gateway.clone();
    gateway
        .db
        .read(move |tx| {
            let document = documents::find(tx, id)?.ok_or_else(|| Error::not_found("document"))?;
            let key = own.vault.key(tx, document.data_key)?;
            let sealed = documents::content(tx, id)?;
            let name = key.open(NAME, &document.sealed_name)?;
            Ok(Upload {
                name: String::from_utf8_lossy(&name).into_owned(),
                content_type: document.content_type,
                bytes: key.open(CONTENT, &sealed)?.into(),
                sha256: document.sha256,
            })
        })
        .await
}

/// Refuses a body that names documents which were not uploaded here.
pub(crate) fn require(tx: &mut Tx, ids: &[Uuid]) -> Result<()> {
    for id in ids {
        if documents::find(tx, *id)?.is_none() {
            let message = format!("There is no document {id}; upload it first.");
            return Err(Error::field("document_id", FieldCode::NotFound, &message));
        }
    }
    Ok(())
}

fn shown(document: &Document, name: String) -> Shown {
    Shown {
        id: document.id,
        name,
        content_type: document.content_type.clone(),
        size: document.size,
        sha256: hex::encode(document.sha256),
        created_at: time::text(document.created_at),
    }
}
