//! Deposited terms: every version with its signed record. Rows are added and, once purged, lose their bytes; nothing else changes.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::terms::{Change, Digest, LegalBasis, Version};
use domain::{DecisionId, DocumentId, IssuerId, ProductId, Timestamp};

use crate::columns::{Columns, opt_time, time};

const INSERT: Sql = Sql("insert into terms_versions
(product_id, version, isin, document_hash, content, previous_hash, note, depositor_id, legal_basis, reference, evidence_id, evidence_hash, consent, decision_id, deposited_at, due_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");

const OF_PRODUCT: Sql = Sql("select version, isin, document_hash, content, previous_hash, note, depositor_id, legal_basis, reference, evidence_id, evidence_hash, consent, deposited_at, due_at, entry_sequence, purged_at
from terms_versions
where product_id = $1
order by version");

const LAST: Sql = Sql("select version, isin, document_hash, content, previous_hash, note, depositor_id, legal_basis, reference, evidence_id, evidence_hash, consent, deposited_at, due_at, entry_sequence, purged_at
from terms_versions
where product_id = $1
order by version desc
limit 1");

const ENTERED: Sql = Sql("select document_hash
from terms_versions
where product_id = $1
and entry_sequence is not null");

const ENTER: Sql = Sql("update terms_versions
set due_at = null, entry_sequence = $3
where product_id = $1
and version = $2");

const OVERDUE: Sql = Sql("select t.product_id, t.version
from terms_versions t
join products p on p.id = t.product_id
where t.due_at <= $1
and p.status <> 'ISSUING'
order by t.due_at, t.product_id, t.version
limit $2");

const PURGE: Sql = Sql("update terms_versions
set content = null, due_at = null, purged_at = $3
where product_id = $1
and version = $2
and due_at is not null");

const FILES: Sql = Sql("select d.id, d.stored_as
from documents d
join product_documents o on o.document_id = d.id
where o.product_id = $1
and o.document_type = 'TERMS'
and o.content_hash = $2
and d.purged_at is null
and not exists (
  select 1
  from product_documents q
  where q.document_id = d.id
  and (q.product_id <> $1 or q.document_type <> 'TERMS'))
order by d.id");

const PURGE_FILE: Sql = Sql("update documents
set purged_at = $2
where id = $1");

const WITHOUT: Sql = Sql("select p.id
from products p
where p.status in ('ISSUING', 'ACTIVE')
and not exists (select 1 from terms_versions t where t.product_id = p.id)
order by p.id
limit $1");

/// A version as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsRecord {
    /// What was signed.
    pub version: Version,
    /// The terms; none once they are purged.
    pub content: Option<String>,
    /// The signed record (C2SP `signed-note`).
    pub note: String,
    /// The document that shows what a change rests on.
    pub evidence: Option<DocumentId>,
    /// Until when it has to be entered; none if it was, if it needs not, or if it is purged.
    pub due_at: Option<Timestamp>,
    /// The entry that commits to it.
    pub entry_sequence: Option<u64>,
    /// When its bytes were deleted.
    pub purged_at: Option<Timestamp>,
}

/// Keeps a new version.
///
/// # Errors
/// Fails if the database does, or if there is a version of that number.
pub fn insert(
    tx: &mut Tx,
    product: ProductId,
    record: &TermsRecord,
    decision: Option<DecisionId>,
) -> Result<(), DatabaseError> {
    let version = &record.version;
    let change = version.change.as_ref();
    let bytes = |hash: Digest| hash.to_vec();
    let parameters = [
        product.uuid().into(),
        version.number.into(),
        version.isin.as_str().into(),
        Value::Bytes(bytes(version.document)),
        Value::from(record.content.clone()),
        Value::from(version.previous.map(bytes)),
        record.note.as_str().into(),
        version.depositor.uuid().into(),
        Value::from(change.map(|change| change.basis.as_str().to_owned())),
        Value::from(change.map(|change| change.reference.clone())),
        Value::from(record.evidence.map(DocumentId::uuid)),
        Value::from(change.map(|change| bytes(change.evidence))),
        Value::from(change.map(|change| change.consent.clone())),
        Value::from(decision.map(DecisionId::uuid)),
        time(version.deposited_at),
        opt_time(record.due_at),
    ];
    tx.later(INSERT, &parameters)
}

/// Every version of a product's terms, in their order.
///
/// # Errors
/// Fails if the database does.
pub fn of_product(tx: &mut Tx, product: ProductId) -> Result<Vec<TermsRecord>, DatabaseError> {
    tx.query(OF_PRODUCT, &[product.uuid().into()])?
        .iter()
        .map(read)
        .collect()
}

/// The last version of a product's terms.
///
/// # Errors
/// Fails if the database does.
pub fn last(tx: &mut Tx, product: ProductId) -> Result<Option<TermsRecord>, DatabaseError> {
    tx.query_opt(LAST, &[product.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The hash of the version that the first entry commits to.
///
/// # Errors
/// Fails if the database does.
pub fn entered(tx: &mut Tx, product: ProductId) -> Result<Option<Digest>, DatabaseError> {
    tx.query_opt(ENTERED, &[product.uuid().into()])?
        .map(|row| row.get(0))
        .transpose()
}

/// An entry commits to a version: it has to be entered no more.
///
/// # Errors
/// Fails if the database does.
pub fn enter(
    tx: &mut Tx,
    (product, version): (ProductId, u32),
    sequence: u64,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        version.into(),
        Value::I64(sequence.cast_signed()),
    ];
    tx.later(ENTER, &parameters)
}

/// Versions that should have been entered by now, those that are on their way into the register left out.
///
/// # Errors
/// Fails if the database does.
pub fn overdue(
    tx: &mut Tx,
    now: Timestamp,
    most: u32,
) -> Result<Vec<(ProductId, u32)>, DatabaseError> {
    tx.query(OVERDUE, &[time(now), most.into()])?
        .iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.id(ProductId::from_uuid)?, columns.next()?))
        })
        .collect()
}

/// Deletes the bytes of a version; hash and record stay.
///
/// # Errors
/// Fails if the database does.
pub fn purge(
    tx: &mut Tx,
    (product, version): (ProductId, u32),
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let parameters = [product.uuid().into(), version.into(), time(now)];
    Ok(tx.execute(PURGE, &parameters)? == 1)
}

/// The files of a product's terms with this hash that nothing else needs: no other product and no other kind of document.
///
/// # Errors
/// Fails if the database does.
pub fn files(
    tx: &mut Tx,
    product: ProductId,
    hash: &Digest,
) -> Result<Vec<(DocumentId, String)>, DatabaseError> {
    tx.query(FILES, &[product.uuid().into(), hash.into()])?
        .iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.id(DocumentId::from_uuid)?, columns.next()?))
        })
        .collect()
}

/// Notes that a document's bytes are deleted.
///
/// # Errors
/// Fails if the database does.
pub fn purge_file(tx: &mut Tx, document: DocumentId, now: Timestamp) -> Result<(), DatabaseError> {
    tx.later(PURGE_FILE, &[document.uuid().into(), time(now)])
}

/// Issued products whose terms were never deposited: those of a version of this program that did not ask for it.
///
/// # Errors
/// Fails if the database does.
pub fn products_without(tx: &mut Tx, most: u32) -> Result<Vec<ProductId>, DatabaseError> {
    tx.query(WITHOUT, &[most.into()])?
        .iter()
        .map(|row| Columns::of(row).id(ProductId::from_uuid))
        .collect()
}

fn read(row: &Row) -> Result<TermsRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let number = columns.next()?;
    let isin = columns.next()?;
    let document = columns.next()?;
    let content = columns.next()?;
    let previous = columns.next()?;
    let note = columns.next()?;
    let depositor = columns.id(IssuerId::from_uuid)?;
    let basis = opt_parsed::<LegalBasis>(columns.next()?)?;
    let reference: Option<String> = columns.next()?;
    let evidence = columns.opt_id(DocumentId::from_uuid)?;
    let evidence_hash: Option<Digest> = columns.next()?;
    let consent: Option<String> = columns.next()?;
    let change = match (basis, reference, evidence_hash, consent) {
        (Some(basis), Some(reference), Some(evidence), Some(consent)) => Some(Change {
            basis,
            reference,
            evidence,
            consent,
        }),
        _ => None,
    };
    let version = Version {
        isin,
        number,
        document,
        previous,
        depositor,
        deposited_at: columns.time()?,
        change,
    };
    Ok(TermsRecord {
        version,
        content,
        note,
        evidence,
        due_at: columns.opt_time()?,
        entry_sequence: columns.next()?,
        purged_at: columns.opt_time()?,
    })
}

fn opt_parsed<T: std::str::FromStr>(text: Option<String>) -> Result<Option<T>, DatabaseError> {
    text.map(|text| {
        text.parse().map_err(|_| DatabaseError::Type {
            column: 7,
            expected: std::any::type_name::<T>(),
        })
    })
    .transpose()
}
