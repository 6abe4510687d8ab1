//! Changing terms that were entered: only on a ground that the law knows, with its document and the issuer's consent, by two people of
//! the registrar's (§ 5(2), (3) eWpG; eWpRV § 4(3), (6)).

use database::Tx;
use domain::proposal::check_terms;
use domain::terms::{Change, LegalBasis};
use domain::text::check_text;
use domain::{
    DecisionId, DecisionKind, DocumentId, DocumentType, FieldCode, FieldErrors, InstructionRefusal,
    OfferDocument, ProductId, ProductStatus, Refusal,
};
use serde_json::{Value, json};
use storage::Scope;
use storage::documents::DocumentRecord;
use storage::offers::OfferRecord;
use storage::products::ProductRecord;
use translate::issuing::is_derived;
use uuid::Uuid;
use wire::ProblemCode;
use wire::terms::TermsChangeCreate;

use super::{Grounds, hash, keep, require};
use crate::events::{self, Happening};
use crate::{
    Answer, Caller, Error, Registry, Request, Result, Right, audit, decisions, issuing,
    offer_documents,
};

/// Proposes a new version of the terms; a second actor confirms.
///
/// # Errors
/// Field errors; `product_state` unless something is entered on them; not found if there is no such product.
pub async fn propose_change(
    registry: &Registry,
    request: &Request,
    id: ProductId,
    body: TermsChangeCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let (mut record, offer) = issuing::lock(tx, &Scope::ALL, id)?;
            let prepared = prepare(tx, (&mut record, &offer), &body)?;
            let proposal = decisions::Proposal {
                kind: DecisionKind::TermsChange,
                target: id.uuid(),
                content: json!({
                    "isin": record.product.isin.as_str(),
                    "sha256": hex::encode(hash(&record)),
                    "evidence_sha256": hex::encode(prepared.change.evidence),
                    "change": serde_json::to_value(&body).map_err(Error::fault)?,
                }),
                reason: body.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed change: the new version is deposited and in force, the twin in the sandbox follows, and partners are told.
pub(crate) fn changed(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    (decision, target): (DecisionId, Uuid),
    content: &Value,
) -> Result<()> {
    let body: TermsChangeCreate =
        serde_json::from_value(content["change"].clone()).map_err(Error::fault)?;
    let id = ProductId::from_uuid(target);
    let (_, offer) = issuing::lock(tx, &Scope::ALL, id)?;
    for product in [Some(id), offer.sandbox].into_iter().flatten() {
        let (mut record, mut offer) = issuing::lock(tx, &Scope::ALL, product)?;
        let last = require(tx, &record)?;
        let prepared = prepare(tx, (&mut record, &offer), &body)?;
        let before = std::mem::replace(&mut offer.offer.documents, prepared.documents);
        offer.changed_at = registry.clock.now();
        storage::products::update(tx, &record)?;
        storage::offers::update(tx, &offer)?;
        offer_documents::keep(tx, &offer, &before, offer.changed_at)?;
        let version = last.version.number + 1;
        let grounds = Grounds {
            change: prepared.change,
            evidence: prepared.evidence,
            decision,
        };
        keep(registry, tx, &record, (Some(last), Some(grounds)))?;
        tell(registry, tx, &record, version)?;
        issuing::note(registry, tx, caller, "terms.change", &record)?;
    }
    let detail = json!({"basis": body.legal_basis, "decision": decision.to_string()});
    audit::record(
        registry,
        tx,
        caller,
        "terms.deposit",
        &id.to_string(),
        &detail,
    )
}

/// What a change comes to; the record has the new terms already.
struct Prepared {
    change: Change,
    evidence: DocumentId,
    documents: Vec<OfferDocument>,
}

fn prepare(
    tx: &mut Tx,
    (record, offer): (&mut ProductRecord, &OfferRecord),
    body: &TermsChangeCreate,
) -> Result<Prepared> {
    if record.status != ProductStatus::Active {
        return Err(Error::Problem(
            ProblemCode::ProductState,
            format!(
                "Nothing is entered on the terms of a product with the status {}; its issuer changes them.",
                record.status
            ),
        ));
    }
    let before = hash(record);
    let mut errors = FieldErrors::new();
    let basis: Option<LegalBasis> = errors.parse("legal_basis", &body.legal_basis);
    check_text(&mut errors, "reference", &body.reference);
    let consents = !body.consent_reference.trim().is_empty();
    if consents {
        check_text(&mut errors, "consent_reference", &body.consent_reference);
    }
    let own: Vec<(String, String)> = body
        .terms
        .iter()
        .filter(|term| !is_derived(&term.name))
        .map(|term| (term.name.clone(), term.value.clone()))
        .collect();
    check_terms(&mut errors, &own);
    let scope = issuers_documents(tx, record)?;
    let evidence = DocumentId::from_uuid(body.evidence_document_id);
    let evidence = storage::documents::find(tx, &scope, evidence)?;
    if evidence.is_none() {
        no_document(&mut errors, "evidence_document_id");
    }
    let documents = documents(tx, (&*record, offer), body, &mut errors)?;
    record.essential_terms = own;
    offer_documents::bind(record, &offer.offer.register, &documents);
    if errors.is_empty() && hash(record) == before {
        errors.push(
            "terms",
            FieldCode::Duplicate,
            "These are the terms that are in force.",
        );
    }
    let found: Option<(LegalBasis, DocumentRecord)> = basis.zip(evidence);
    let (basis, evidence) = errors.into_result(found)?;
    if !consents {
        return Err(Refusal::Instruction(InstructionRefusal::IssuerConsent).into());
    }
    Ok(Prepared {
        change: Change {
            basis,
            reference: body.reference.clone(),
            evidence: evidence.content_hash,
            consent: body.consent_reference.clone(),
        },
        evidence: evidence.id,
        documents,
    })
}

/// The documents of the offer with the new file of the terms in the place of the old.
fn documents(
    tx: &mut Tx,
    (record, offer): (&ProductRecord, &OfferRecord),
    body: &TermsChangeCreate,
    errors: &mut FieldErrors,
) -> Result<Vec<OfferDocument>> {
    let known = &offer.offer.documents;
    let Some(file) = body.document_id.map(DocumentId::from_uuid) else {
        return Ok(known.clone());
    };
    let scope = issuers_documents(tx, record)?;
    if storage::documents::find(tx, &scope, file)?.is_none() {
        no_document(errors, "document_id");
        return Ok(known.clone());
    }
    let is_other = |one: &&OfferDocument| one.document_type != DocumentType::Terms;
    let mut named: Vec<OfferDocument> = known.iter().filter(is_other).cloned().collect();
    named.push(OfferDocument {
        document_type: DocumentType::Terms,
        version: 0,
        document: file,
        title: None,
        sha256: String::new(),
        content_type: String::new(),
        size: 0,
    });
    offer_documents::resolve(tx, &scope, (record.product.id, known), &named)
}

/// What the issuer's account has uploaded: evidence comes from the issuer, who thereby stands by it.
fn issuers_documents(tx: &mut Tx, record: &ProductRecord) -> Result<Scope> {
    let issuer = storage::issuers::find(tx, &Scope::ALL, record.product.issuer_id)?
        .ok_or(Error::NotFound("issuer"))?;
    Ok(Scope {
        issuer: Some(issuer.account),
        ..Scope::ALL
    })
}

fn no_document(errors: &mut FieldErrors, field: &str) {
    errors.push(
        field,
        FieldCode::NotFound,
        "The product's issuer has uploaded no such document.",
    );
}

/// Partners that sell the product hear of it before their customers do (eWpRV § 4(4)).
fn tell(registry: &Registry, tx: &mut Tx, record: &ProductRecord, version: u32) -> Result<()> {
    const MOST: u32 = 10_000;
    let id = record.product.id;
    let (_, listings) = storage::parties::listings(tx, &Scope::ALL, Some(id), 0, MOST)?;
    for listing in listings {
        let happening = Happening {
            environment: record.environment,
            platform: listing.platform,
            kind: events::PRODUCT_TERMS_CHANGED,
            investment: None,
            investor: None,
            transfer: None,
            redemption: None,
            status: None,
            previous: None,
            // The first version is nothing new to anybody.
            sequence: u64::from(version - 1),
            at: registry.clock.now(),
        };
        let name = &record.environment_name;
        events::emit_of_product(registry, tx, name, (&happening, (id, version)))?;
    }
    Ok(())
}
