//! The documents of an application: read by the applicant and by whoever decides about it.

use domain::{ApplicationId, DocumentId};
use storage::Scope;
use wire::documents::Document;

pub use crate::documents::Content;

use crate::applications::{NOT_FOUND, open};
use crate::{Caller, Error, Registry, Result, Right, documents};

/// A document of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Such as `LICENCE_EXTRACT`.
    pub document_type: String,
    /// What is known about it; none if the application names something that the applicant never uploaded.
    pub document: Option<Document>,
}

/// The documents that an application names, in its order.
///
/// # Errors
/// Not found if the application is not the caller's.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    id: ApplicationId,
) -> Result<Vec<Attached>> {
    let scope = caller.require(Right::ReadApplications)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::applications::find(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            let (_, content) = open(&own, tx, &record)?;
            // The registrar has uploaded none of them: they are the applicant's.
            let applicant = Scope {
                platform: Some(record.platform),
                ..Scope::ALL
            };
            let named = content.documents.unwrap_or_default();
            named
                .into_iter()
                .map(|one| {
                    let id = DocumentId::from_uuid(one.document_id);
                    Ok(Attached {
                        document_type: one.document_type,
                        document: documents::described(&own, tx, &applicant, id)?,
                    })
                })
                .collect()
        })
        .await
}

/// The bytes of one of them.
///
/// # Errors
/// Not found if the application is not the caller's, or does not name the document.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: ApplicationId,
    document: DocumentId,
) -> Result<Content> {
    let attached = list(registry, caller, id).await?;
    let is_attached = |one: &Attached| {
        let known = one.document.as_ref();
        known.is_some_and(|known| known.id == document.uuid())
    };
    if !attached.iter().any(is_attached) {
        return Err(Error::NotFound("document"));
    }
    documents::content(registry, document).await
}
