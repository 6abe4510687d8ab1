//! Roots of the registers' logs that are written to the DLT network, and what became of each.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::register::Digest;
use domain::{ProductId, Timestamp, TransactionHash};

use crate::columns::{Columns, time};

// What is stated can be proven to the network only once a root that covers it is there.
// From product to product by the index: statements that wait to be set are not gone through.
const WITH_WORK: Sql = Sql("with recursive waiting (product_id) as (
    select (select product_id from registry_statements where status = 'due' order by product_id limit 1)
    union all
    select (select product_id from registry_statements where status = 'due' and product_id > w.product_id order by product_id limit 1)
    from waiting w
    where w.product_id is not null)
select product_id
from register_anchors
where status = 'open'
union
select w.product_id
from waiting w
where exists (
    select 1
    from registry_statements s
    where s.product_id = w.product_id
    and s.status = 'due'
    and s.sequence > coalesce((select max(a.size) from register_anchors a where a.product_id = w.product_id and a.status = 'confirmed'), 0))
and not exists (select 1 from register_standings g where g.product_id = w.product_id)");

const IS_DUE: Sql = Sql("select count(*)
from (
    select 1
    from registry_statements s
    where s.product_id = $1
    and s.status = 'due'
    and s.sequence > coalesce((select max(a.size) from register_anchors a where a.product_id = $1 and a.status = 'confirmed'), 0)
    limit 1) as uncovered");

// The last entry that is not covered by any root, and older than it should be.
const OVERDUE: Sql = Sql("select h.product_id
from register_heads h
where exists (
    select 1
    from register_entries e
    where e.product_id = h.product_id
    and e.created_at <= $1
    and e.sequence = 1 + coalesce((select max(a.size) from register_anchors a where a.product_id = h.product_id), 0))
and not exists (select 1 from register_standings g where g.product_id = h.product_id)
order by h.product_id");

const INSERT: Sql = Sql("insert into register_anchors
(product_id, size, root_hash, status, created_at)
values ($1, $2, $3, 'open', $4)
on conflict do nothing");

const OPEN: Sql = Sql(
    "select size, root_hash, transaction_hash, payload, block, created_at
from register_anchors
where product_id = $1
and status = 'open'",
);

const LAST: Sql = Sql(
    "select size, root_hash, transaction_hash, payload, block, created_at
from register_anchors
where product_id = $1
and status = 'confirmed'
order by size desc
limit 1",
);

const AT: Sql = Sql(
    "select size, root_hash, transaction_hash, payload, block, created_at
from register_anchors
where product_id = $1
and status = 'confirmed'
and size = $2",
);

const ALL: Sql = Sql(
    "select size, root_hash, transaction_hash, payload, block, created_at
from register_anchors
where product_id = $1
and status = 'confirmed'
order by size",
);

const SIGN: Sql = Sql("update register_anchors
set transaction_hash = $3, payload = $4
where product_id = $1
and size = $2
and status = 'open'
and transaction_hash is null");

const UNSIGN: Sql = Sql("update register_anchors
set transaction_hash = null, payload = null
where product_id = $1
and size = $2
and status = 'open'
and transaction_hash = $3");

const CONFIRM: Sql = Sql("update register_anchors
set status = 'confirmed', transaction_hash = $3, block = $4
where product_id = $1
and size = $2
and status = 'open'");

// Statements need a size of the log to be proven in, also where no network keeps its root.
const LEAVE_OUT: Sql = Sql("update register_anchors
set status = 'confirmed', transaction_hash = null, payload = null
where product_id = $1
and size = $2
and status = 'open'");

/// A root on its way to the network, or there, or nowhere because the token keeps none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorRecord {
    /// Entries of the log.
    pub size: u64,
    /// Its root then (RFC 9162).
    pub root: Digest,
    /// What was signed for it last: the transaction and its bytes.
    pub submission: Option<(TransactionHash, Vec<u8>)>,
    /// The block that holds it, once it is final.
    pub block: Option<u64>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

impl AnchorRecord {
    /// What wrote it, and in which block, once that is final; none for a token that keeps no roots.
    #[must_use]
    pub fn written(&self) -> Option<(TransactionHash, u64)> {
        let (hash, _) = self.submission.as_ref()?;
        Some((*hash, self.block?))
    }
}

/// Registers with a root on its way, or with statements that wait for one.
///
/// # Errors
/// Fails if the database does.
pub fn with_work(tx: &mut Tx) -> Result<Vec<ProductId>, DatabaseError> {
    products(tx, WITH_WORK, &[])
}

/// Whether a statement waits for a root that is not on the network yet.
///
/// # Errors
/// Fails if the database does.
pub fn is_due(tx: &mut Tx, product: ProductId) -> Result<bool, DatabaseError> {
    let waiting: u64 = tx.query_one(IS_DUE, &[product.uuid().into()])?.get(0)?;
    Ok(waiting > 0)
}

/// Registers with an entry of before this time that no root covers.
///
/// # Errors
/// Fails if the database does.
pub fn overdue(tx: &mut Tx, before: Timestamp) -> Result<Vec<ProductId>, DatabaseError> {
    products(tx, OVERDUE, &[time(before)])
}

/// Asks for a root to be written, unless one is on its way.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    product: ProductId,
    (size, root): (u64, Digest),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(size.cast_signed()),
        root.into(),
        time(now),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// The root that is on its way.
///
/// # Errors
/// Fails if the database does.
pub fn open(tx: &mut Tx, product: ProductId) -> Result<Option<AnchorRecord>, DatabaseError> {
    let row = tx.query_opt(OPEN, &[product.uuid().into()])?;
    row.as_ref().map(read).transpose()
}

/// The last root that is final on the network.
///
/// # Errors
/// Fails if the database does.
pub fn last(tx: &mut Tx, product: ProductId) -> Result<Option<AnchorRecord>, DatabaseError> {
    let row = tx.query_opt(LAST, &[product.uuid().into()])?;
    row.as_ref().map(read).transpose()
}

/// The final root over exactly so many entries.
///
/// # Errors
/// Fails if the database does.
pub fn at(
    tx: &mut Tx,
    product: ProductId,
    size: u64,
) -> Result<Option<AnchorRecord>, DatabaseError> {
    let parameters = [product.uuid().into(), Value::I64(size.cast_signed())];
    let row = tx.query_opt(AT, &parameters)?;
    row.as_ref().map(read).transpose()
}

/// Every root that is final on the network, in their order.
///
/// # Errors
/// Fails if the database does.
pub fn all(tx: &mut Tx, product: ProductId) -> Result<Vec<AnchorRecord>, DatabaseError> {
    let rows = tx.query(ALL, &[product.uuid().into()])?;
    rows.iter().map(read).collect()
}

/// Keeps a signed transaction before it is sent. False if there is one, or the root is there.
///
/// # Errors
/// Fails if the database does.
pub fn sign(
    tx: &mut Tx,
    (product, size): (ProductId, u64),
    (transaction_hash, payload): (TransactionHash, &[u8]),
) -> Result<bool, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(size.cast_signed()),
        transaction_hash.bytes().into(),
        payload.into(),
    ];
    Ok(tx.execute(SIGN, &parameters)? == 1)
}

/// The transaction had no effect and never will.
///
/// # Errors
/// Fails if the database does.
pub fn unsign(
    tx: &mut Tx,
    (product, size): (ProductId, u64),
    transaction_hash: TransactionHash,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(size.cast_signed()),
        transaction_hash.bytes().into(),
    ];
    tx.later_any(UNSIGN, &parameters)
}

/// The root is on the network for good. False if it was before.
///
/// # Errors
/// Fails if the database does.
pub fn confirm(
    tx: &mut Tx,
    (product, size): (ProductId, u64),
    (transaction_hash, block): (TransactionHash, u64),
) -> Result<bool, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(size.cast_signed()),
        transaction_hash.bytes().into(),
        Value::I64(block.cast_signed()),
    ];
    Ok(tx.execute(CONFIRM, &parameters)? == 1)
}

/// The root is over and is on no network. False if it was over before.
///
/// # Errors
/// Fails if the database does.
pub fn leave_out(tx: &mut Tx, (product, size): (ProductId, u64)) -> Result<bool, DatabaseError> {
    let parameters = [product.uuid().into(), Value::I64(size.cast_signed())];
    Ok(tx.execute(LEAVE_OUT, &parameters)? == 1)
}

fn products(tx: &mut Tx, sql: Sql, parameters: &[Value]) -> Result<Vec<ProductId>, DatabaseError> {
    tx.query(sql, parameters)?
        .iter()
        .map(|row| Columns::of(row).id(ProductId::from_uuid))
        .collect()
}

fn read(row: &Row) -> Result<AnchorRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let (size, root) = (columns.next()?, columns.next()?);
    let (hash, payload) = (columns.opt_hash()?, columns.next::<Option<Vec<u8>>>()?);
    Ok(AnchorRecord {
        size,
        root,
        submission: hash.zip(payload),
        block: columns.next()?,
        created_at: columns.time()?,
    })
}
