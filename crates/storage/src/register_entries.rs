//! The register's past: one append-only journal per product, and what ties its entries to investments.

use std::ops::Range;

use database::{DatabaseError, Sql, Tx, Value};
use domain::register::Digest;
use domain::{Address, InvestmentId, InvestorId, ProductId, Timestamp};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into register_entries
(product_id, sequence, kind, content, leaf_hash, root_hash, created_at)
values ($1, $2, $3, $4, $5, $6, $7)");

const INSERT_COMMITMENT: Sql = Sql("insert into register_commitments
(product_id, sequence, investment_id, salt)
values ($1, $2, $3, $4)");

const AFTER: Sql = Sql(
    "select sequence, kind, content, leaf_hash, root_hash, created_at
from register_entries
where product_id = $1
and sequence > $2
order by sequence
limit $3",
);

const LAST_BEFORE: Sql = Sql("select sequence
from register_entries
where product_id = $1
and created_at < $2
order by created_at desc, sequence desc
limit 1");

const LEAF_HASHES: Sql = Sql("select leaf_hash
from register_entries
where product_id = $1
and sequence > $2
and sequence <= $3
order by sequence");

// A commitment stays in the list even if what it points to is damaged.
const COMMITMENTS: Sql = Sql(
    "select k.sequence, k.investment_id, k.salt, i.investor_id, coalesce(c.wallet_address, t.target_address)
from register_commitments k
left join investments i on i.id = k.investment_id
left join dlt_commands c on c.investment_id = k.investment_id
left join transfers t on t.investment_id = k.investment_id
where k.product_id = $1
and k.sequence > $2
and k.sequence <= $3
order by k.sequence",
);

const COUNTS: Sql = Sql("select
(select count(*) from register_commitments k where k.product_id = $1),
(select count(*) from registry_statements s where s.product_id = $1 and (s.reason = 'entry' or s.reason = 'change'))");

/// An entry as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRecord {
    /// Its place, from 1.
    pub sequence: u64,
    /// The word for its kind.
    pub kind: String,
    /// See [`domain::Entry::canonical_bytes`].
    pub content: Vec<u8>,
    /// The content's leaf in the tree.
    pub leaf_hash: Digest,
    /// The tree's root with this entry.
    pub root_hash: Digest,
    /// When it was written; no part of what is proven.
    pub created_at: Timestamp,
}

/// What ties an entry to an investment, until it is erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentRecord {
    /// The entry.
    pub sequence: u64,
    /// The investment.
    pub investment: InvestmentId,
    /// See [`domain::register::commitment`].
    pub salt: [u8; 32],
    /// Whose investment it is, if there is such an investment.
    pub investor: Option<InvestorId>,
    /// Where it was delivered or transferred to.
    pub wallet: Option<Address>,
}

/// Appends an entry.
///
/// # Errors
/// Fails if the database does, or if the sequence is taken.
pub fn insert(tx: &mut Tx, product: ProductId, entry: &EntryRecord) -> Result<(), DatabaseError> {
    insert_all(tx, product, std::slice::from_ref(entry))
}

/// Appends entries.
///
/// # Errors
/// As [`insert`].
pub fn insert_all(
    tx: &mut Tx,
    product: ProductId,
    entries: &[EntryRecord],
) -> Result<(), DatabaseError> {
    let row = |entry: &EntryRecord| {
        [
            product.uuid().into(),
            Value::I64(entry.sequence.cast_signed()),
            entry.kind.as_str().into(),
            entry.content.as_slice().into(),
            entry.leaf_hash.into(),
            entry.root_hash.into(),
            time(entry.created_at),
        ]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    tx.later_rows(INSERT, &rows)
}

/// Ties an entry to an investment.
///
/// # Errors
/// Fails if the database does.
pub fn insert_commitment(
    tx: &mut Tx,
    (product, sequence): (ProductId, u64),
    investment: InvestmentId,
    salt: &[u8; 32],
) -> Result<(), DatabaseError> {
    insert_commitments(tx, product, &[(sequence, investment, *salt)])
}

/// Ties entries to investments, each with its salt.
///
/// # Errors
/// Fails if the database does.
pub fn insert_commitments(
    tx: &mut Tx,
    product: ProductId,
    commitments: &[(u64, InvestmentId, [u8; 32])],
) -> Result<(), DatabaseError> {
    let row = |(sequence, investment, salt): &(u64, InvestmentId, [u8; 32])| {
        [
            product.uuid().into(),
            Value::I64(sequence.cast_signed()),
            investment.uuid().into(),
            (*salt).into(),
        ]
    };
    let rows: Vec<_> = commitments.iter().map(row).collect();
    tx.later_rows(INSERT_COMMITMENT, &rows)
}

/// The next entries after a sequence, in their order.
///
/// # Errors
/// Fails if the database does.
pub fn after(
    tx: &mut Tx,
    product: ProductId,
    sequence: u64,
    limit: u32,
) -> Result<Vec<EntryRecord>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(sequence.cast_signed()),
        limit.into(),
    ];
    let rows = tx.query(AFTER, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(EntryRecord {
                sequence: columns.next()?,
                kind: columns.next()?,
                content: columns.next()?,
                leaf_hash: columns.next()?,
                root_hash: columns.next()?,
                created_at: columns.time()?,
            })
        })
        .collect()
}

/// The last entry that was made before a moment; 0 if there was none.
///
/// # Errors
/// Fails if the database does.
pub fn last_before(
    tx: &mut Tx,
    product: ProductId,
    moment: Timestamp,
) -> Result<u64, DatabaseError> {
    let row = tx.query_opt(LAST_BEFORE, &[product.uuid().into(), time(moment)])?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// One entry.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    product: ProductId,
    sequence: u64,
) -> Result<Option<EntryRecord>, DatabaseError> {
    let Some(before) = sequence.checked_sub(1) else {
        return Ok(None);
    };
    let next = after(tx, product, before, 1)?.into_iter().next();
    Ok(next.filter(|entry| entry.sequence == sequence))
}

/// The leaf hashes of these indices, which count from 0, as far as there are any.
///
/// # Errors
/// Fails if the database does.
pub fn leaf_hashes(
    tx: &mut Tx,
    product: ProductId,
    indices: Range<u64>,
) -> Result<Vec<Digest>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(indices.start.cast_signed()),
        Value::I64(indices.end.cast_signed()),
    ];
    let rows = tx.query(LEAF_HASHES, &parameters)?;
    rows.iter().map(|row| Columns::of(row).next()).collect()
}

/// The commitments of the entries after one sequence up to another.
///
/// # Errors
/// Fails if the database does.
pub fn commitments(
    tx: &mut Tx,
    product: ProductId,
    after: u64,
    up_to: u64,
) -> Result<Vec<CommitmentRecord>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        Value::I64(after.cast_signed()),
        Value::I64(up_to.cast_signed()),
    ];
    let rows = tx.query(COMMITMENTS, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(CommitmentRecord {
                sequence: columns.next()?,
                investment: columns.id(InvestmentId::from_uuid)?,
                salt: columns.next()?,
                investor: columns.opt_id(InvestorId::from_uuid)?,
                wallet: columns.opt_address()?,
            })
        })
        .collect()
}

/// How many commitments and how many statements a register has.
///
/// # Errors
/// Fails if the database does.
pub fn counts(tx: &mut Tx, product: ProductId) -> Result<(u64, u64), DatabaseError> {
    let row = tx.query_one(COUNTS, &[product.uuid().into()])?;
    Ok((row.get(0)?, row.get(1)?))
}
