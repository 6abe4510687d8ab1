//! What stands beside a product: its offer, the circle that may see it, every version of its documents, and its twin in the sandbox.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{DocumentId, DocumentType, Offer, PlatformId, ProductId, Timestamp};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into product_offers
(product_id, sandbox_of, is_restricted, minimum_cents, matures_on, search_text, content, rejection_reason, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

const UPDATE: Sql = Sql("update product_offers
set is_restricted = $2, minimum_cents = $3, matures_on = $4, search_text = $5, content = $6, rejection_reason = $7, changed_at = $8
where product_id = $1");

const FIND: Sql = Sql("select o.product_id, o.sandbox_of, t.product_id, o.is_restricted, o.minimum_cents, o.search_text, o.content, o.rejection_reason, o.changed_at
from product_offers o
left join product_offers t on t.sandbox_of = o.product_id
where o.product_id = $1");

const RESTRICTED: Sql = Sql("select product_id
from product_offers
where is_restricted");

const CIRCLE: Sql = Sql("select platform_id
from product_circles
where product_id = $1
order by platform_id");

const CLEAR_CIRCLE: Sql = Sql("delete from product_circles
where product_id = $1");

const INSERT_CIRCLE: Sql = Sql("insert into product_circles
(product_id, platform_id)
values ($1, $2)");

const INSERT_DOCUMENT: Sql = Sql("insert into product_documents
(product_id, document_type, version, document_id, content_hash, created_at)
values ($1, $2, $3, $4, $5, $6)");

const COPY_DOCUMENTS: Sql = Sql("insert into product_documents
(product_id, document_type, version, document_id, content_hash, created_at)
select $2, document_type, version, document_id, content_hash, created_at
from product_documents
where product_id = $1");

const COPY_CIRCLE: Sql = Sql("insert into product_circles
(product_id, platform_id)
select $2, platform_id
from product_circles
where product_id = $1");

const LAST_VERSION: Sql = Sql("select coalesce(max(version), 0)
from product_documents
where product_id = $1
and document_type = $2");

const DOCUMENT: Sql = Sql("select document_id
from product_documents
where product_id = $1
and content_hash = $2
order by version desc
limit 1");

/// The offer of a product as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferRecord {
    /// The product.
    pub product: ProductId,
    /// For a twin in the sandbox: what it stands for.
    pub sandbox_of: Option<ProductId>,
    /// For a product: its twin. Only read.
    pub sandbox: Option<ProductId>,
    /// Whether only its circle may see it.
    pub is_restricted: bool,
    /// The smallest investment in hundredths of the currency, for the catalogue's filter.
    pub minimum_cents: i64,
    /// What the catalogue searches, in small letters.
    pub search_text: String,
    /// The offer.
    pub offer: Offer,
    /// Why the registrar refused the product.
    pub rejection_reason: Option<String>,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// Keeps the offer of a new product.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &OfferRecord) -> Result<(), DatabaseError> {
    let mut parameters = vec![
        record.product.uuid().into(),
        Value::from(record.sandbox_of.map(ProductId::uuid)),
    ];
    parameters.extend(described(record));
    tx.later(INSERT, &parameters)
}

/// Saves what can change of an offer.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, record: &OfferRecord) -> Result<(), DatabaseError> {
    let mut parameters = vec![record.product.uuid().into()];
    parameters.extend(described(record));
    tx.later(UPDATE, &parameters)
}

/// The offer of a product.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, product: ProductId) -> Result<Option<OfferRecord>, DatabaseError> {
    tx.query_opt(FIND, &[product.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The offers of these products and the circles that they address, each in the order of the products; they are fetched in one flight.
///
/// # Errors
/// Fails if the database does, or if a product has no offer.
pub fn of_products(
    tx: &mut Tx,
    products: &[ProductId],
) -> Result<Vec<(OfferRecord, Vec<PlatformId>)>, DatabaseError> {
    let ids: Vec<[Value; 1]> = products.iter().map(|id| [id.uuid().into()]).collect();
    let flight: Vec<(Sql, &[Value])> = ids
        .iter()
        .flat_map(|id| [(FIND, id.as_slice()), (CIRCLE, id.as_slice())])
        .collect();
    let rows = tx.query_many(&flight)?;
    rows.chunks_exact(2)
        .map(|of_one| {
            let offer = of_one[0]
                .first()
                .ok_or_else(|| DatabaseError::NoRow("product_offers".to_owned()))?;
            Ok((read(offer)?, platforms(&of_one[1])?))
        })
        .collect()
}

/// The products that only their circle may see.
///
/// # Errors
/// Fails if the database does.
pub fn restricted(tx: &mut Tx) -> Result<Vec<ProductId>, DatabaseError> {
    let rows = tx.query(RESTRICTED, &[])?;
    rows.iter()
        .map(|row| Columns::of(row).id(ProductId::from_uuid))
        .collect()
}

/// The platforms that a restricted offer addresses.
///
/// # Errors
/// Fails if the database does.
pub fn circle(tx: &mut Tx, product: ProductId) -> Result<Vec<PlatformId>, DatabaseError> {
    platforms(&tx.query(CIRCLE, &[product.uuid().into()])?)
}

fn platforms(rows: &[Row]) -> Result<Vec<PlatformId>, DatabaseError> {
    rows.iter()
        .map(|row| Columns::of(row).id(PlatformId::from_uuid))
        .collect()
}

/// Replaces the circle.
///
/// # Errors
/// Fails if the database does.
pub fn set_circle(
    tx: &mut Tx,
    product: ProductId,
    platforms: &[PlatformId],
) -> Result<(), DatabaseError> {
    tx.later_any(CLEAR_CIRCLE, &[product.uuid().into()])?;
    for platform in platforms {
        tx.later(
            INSERT_CIRCLE,
            &[product.uuid().into(), platform.uuid().into()],
        )?;
    }
    Ok(())
}

/// Keeps a version of a document.
///
/// # Errors
/// Fails if the database does.
pub fn insert_document(
    tx: &mut Tx,
    product: ProductId,
    (document_type, version): (DocumentType, u32),
    (document, hash): (DocumentId, [u8; 32]),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        document_type.as_str().into(),
        version.into(),
        document.uuid().into(),
        Value::Bytes(hash.to_vec()),
        time(now),
    ];
    tx.later(INSERT_DOCUMENT, &parameters)
}

/// Gives another product the same documents and circle.
///
/// # Errors
/// Fails if the database does.
pub fn copy_to(tx: &mut Tx, from: ProductId, to: ProductId) -> Result<(), DatabaseError> {
    let parameters = [from.uuid().into(), to.uuid().into()];
    tx.later_any(COPY_DOCUMENTS, &parameters)?;
    tx.later_any(COPY_CIRCLE, &parameters)
}

/// The number of the last version of the product's documents of a type; 0 if there is none.
///
/// # Errors
/// Fails if the database does.
pub fn last_version(
    tx: &mut Tx,
    product: ProductId,
    document_type: DocumentType,
) -> Result<u32, DatabaseError> {
    let parameters = [product.uuid().into(), document_type.as_str().into()];
    tx.query_one(LAST_VERSION, &parameters)?.get(0)
}

/// The document of a product that has this hash, in any version.
///
/// # Errors
/// Fails if the database does.
pub fn document(
    tx: &mut Tx,
    product: ProductId,
    hash: [u8; 32],
) -> Result<Option<DocumentId>, DatabaseError> {
    let parameters = [product.uuid().into(), Value::Bytes(hash.to_vec())];
    tx.query_opt(DOCUMENT, &parameters)?
        .map(|row| Columns::of(&row).id(DocumentId::from_uuid))
        .transpose()
}

/// Restriction to time of change, in the order of the table.
fn described(record: &OfferRecord) -> [Value; 7] {
    [
        record.is_restricted.into(),
        record.minimum_cents.into(),
        Value::from(record.offer.matures_on.map(|day| day.to_string())),
        record.search_text.as_str().into(),
        content(&record.offer).into(),
        Value::from(record.rejection_reason.clone()),
        time(record.changed_at),
    ]
}

fn content(offer: &Offer) -> String {
    serde_json::to_string(offer).expect("an offer is JSON")
}

pub(crate) fn parse(text: &str) -> Option<Offer> {
    serde_json::from_str(text).ok()
}

fn read(row: &Row) -> Result<OfferRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(OfferRecord {
        product: columns.id(ProductId::from_uuid)?,
        sandbox_of: columns.opt_id(ProductId::from_uuid)?,
        sandbox: columns.opt_id(ProductId::from_uuid)?,
        is_restricted: columns.next()?,
        minimum_cents: columns.next()?,
        search_text: columns.next()?,
        offer: columns.parsed(parse)?,
        rejection_reason: columns.next()?,
        changed_at: columns.time()?,
    })
}
