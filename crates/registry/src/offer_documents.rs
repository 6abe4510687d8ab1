//! Documents of an offer: from uploads to numbered versions, and into the terms of the issue.

use database::Tx;
use domain::{
    DocumentType, FieldCode, FieldErrors, OfferDocument, ProductId, RegisterTerms, Timestamp,
};
use storage::Scope;
use storage::offers::OfferRecord;
use storage::products::ProductRecord;
use translate::issuing::{BINDING_TERM, is_derived};

use crate::{Error, Result};

/// The named uploads with their hash and version: the one that a document has already, or the next of its type.
pub(crate) fn resolve(
    tx: &mut Tx,
    scope: &Scope,
    (product, known): (ProductId, &[OfferDocument]),
    named: &[OfferDocument],
) -> Result<Vec<OfferDocument>> {
    // A client of the account uploads without an environment; its documents are the account's all the same.
    let scope = Scope {
        environment: None,
        ..*scope
    };
    let mut errors = FieldErrors::new();
    let mut resolved = Vec::with_capacity(named.len());
    for (index, document) in named.iter().enumerate() {
        let Some(upload) = storage::documents::find(tx, &scope, document.document)? else {
            let field = match document.document_type {
                DocumentType::Issuance => "issuance_document_id".to_owned(),
                _ => format!("documents[{index}].document_id"),
            };
            errors.push(
                field,
                FieldCode::NotFound,
                "There is no such document here; upload it first.",
            );
            continue;
        };
        let earlier = known.iter().find(|known| {
            known.document_type == document.document_type && known.document == document.document
        });
        let version = match earlier {
            Some(known) => known.version,
            None => next_version(tx, product, document.document_type, &resolved)?,
        };
        resolved.push(OfferDocument {
            version,
            sha256: hex::encode(upload.content_hash),
            content_type: upload.content_type,
            size: upload.size,
            ..document.clone()
        });
    }
    Ok(errors.into_result(Some(resolved))?)
}

/// Without gaps, and never one that was used (eWpRV § 4(3)).
fn next_version(
    tx: &mut Tx,
    product: ProductId,
    document_type: DocumentType,
    resolved: &[OfferDocument],
) -> Result<u32> {
    let stored = storage::offers::last_version(tx, product, document_type)?;
    let named = resolved
        .iter()
        .filter(|document| document.document_type == document_type)
        .map(|document| document.version)
        .max();
    Ok(stored.max(named.unwrap_or(0)) + 1)
}

/// What is entered, and the documents that the issue rests on: their hashes become terms, and so part of what the token contract says.
pub(crate) fn bind(
    record: &mut ProductRecord,
    register: &RegisterTerms,
    documents: &[OfferDocument],
) {
    let own = |(name, _): &(String, String)| !is_derived(name);
    record.essential_terms.retain(own);
    record.essential_terms.extend(register.terms());
    for document in documents {
        let name = match document.document_type {
            DocumentType::Terms => format!("terms{BINDING_TERM}"),
            DocumentType::Issuance => format!("issuance{BINDING_TERM}"),
            _ => continue,
        };
        record.essential_terms.push((name, document.sha256.clone()));
    }
}

/// Keeps the versions that are new.
pub(crate) fn keep(
    tx: &mut Tx,
    offer: &OfferRecord,
    before: &[OfferDocument],
    now: Timestamp,
) -> Result<()> {
    for document in &offer.offer.documents {
        let version = (document.document_type, document.version);
        let is_known = before
            .iter()
            .any(|known| (known.document_type, known.version) == version);
        if is_known {
            continue;
        }
        let mut hash = [0; 32];
        hex::decode_to_slice(&document.sha256, &mut hash).map_err(Error::fault)?;
        let content = (document.document, hash);
        storage::offers::insert_document(tx, offer.product, version, content, now)?;
    }
    Ok(())
}

/// Whether there is something that an issue can rest on: its terms, or the issuer's contract.
pub(crate) fn have_basis(documents: &[OfferDocument]) -> bool {
    let is_basis = |one: &OfferDocument| {
        matches!(
            one.document_type,
            DocumentType::Terms | DocumentType::Issuance
        )
    };
    documents.iter().any(is_basis)
}

/// The issue rests on its terms and on the issuer's contract: once it is decided, both stay (§ 5(2) eWpG).
pub(crate) fn require_same_basis(before: &[OfferDocument], after: &[OfferDocument]) -> Result<()> {
    let basis = |documents: &[OfferDocument]| -> Vec<(DocumentType, u32)> {
        let rests = |one: &&OfferDocument| {
            matches!(
                one.document_type,
                DocumentType::Terms | DocumentType::Issuance
            )
        };
        let documents = documents.iter().filter(rests);
        documents
            .map(|one| (one.document_type, one.version))
            .collect()
    };
    if basis(before) == basis(after) {
        return Ok(());
    }
    let mut errors = FieldErrors::new();
    errors.push(
        "documents",
        FieldCode::Immutable,
        "The terms and the issuance document stay once the issue is decided.",
    );
    Err(errors.into())
}
