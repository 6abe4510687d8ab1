//! What registered keys have signed.

use database::{DatabaseError, Sql, Tx};
use domain::{Address, InstructionKeyId, KeyKind, ProductId, Timestamp, Units};

use super::read_kind;
use crate::columns::Columns;

const NOTE_USE: Sql = Sql("insert into instruction_key_uses
(product_id, digest, instruction_key_id)
values ($1, $2, $3)");

// A redemption has no other wallet.
const USES: Sql = Sql("select u.digest, k.kind, k.public_key, t.source_address, t.target_address, t.units, t.nonce, t.deadline, i.signature
from instruction_key_uses u
join instruction_keys k on k.id = u.instruction_key_id
join instructions i on i.product_id = u.product_id and i.digest = u.digest
join transfers t on t.instruction_id = i.id
where u.product_id = $1
and u.digest > $2
union all
select u.digest, k.kind, k.public_key, r.source_address, null, r.units, r.nonce, r.deadline, r.signature
from instruction_key_uses u
join instruction_keys k on k.id = u.instruction_key_id
join redemptions r on r.product_id = u.product_id and r.digest = u.digest
where u.product_id = $1
and u.digest > $2
order by 1
limit $3");

const COUNT_USES: Sql = Sql("select count(*)
from instruction_key_uses
where product_id = $1");

/// Keeps which key has signed this.
///
/// # Errors
/// Fails if the database does.
pub fn note_use(
    tx: &mut Tx,
    product: ProductId,
    digest: &[u8; 32],
    id: InstructionKeyId,
) -> Result<(), DatabaseError> {
    let parameters = [product.uuid().into(), (*digest).into(), id.uuid().into()];
    tx.later(NOTE_USE, &parameters)
}

/// What a registered key has signed, as it is kept with the instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The hash that was signed.
    pub digest: [u8; 32],
    /// The key.
    pub kind: KeyKind,
    /// The wallet that gives.
    pub source: Address,
    /// The wallet that receives; none if the issuer does.
    pub target: Option<Address>,
    /// How many.
    pub units: Units,
    /// As it was signed.
    pub nonce: String,
    /// As it was signed.
    pub deadline: Timestamp,
    /// The signature.
    pub signature: Vec<u8>,
}

/// So much of what registered keys have signed for an asset, in the order of the hashes, after this one.
///
/// # Errors
/// Fails if the database does.
pub fn uses(
    tx: &mut Tx,
    product: ProductId,
    after: &[u8; 32],
    limit: u32,
) -> Result<Vec<KeyUse>, DatabaseError> {
    let parameters = [product.uuid().into(), (*after).into(), limit.into()];
    let rows = tx.query(USES, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(KeyUse {
                digest: columns.next()?,
                kind: read_kind(&mut columns)?,
                source: columns.address()?,
                target: columns.opt_address()?,
                units: columns.units()?,
                nonce: columns.next()?,
                deadline: columns.time()?,
                signature: columns.next()?,
            })
        })
        .collect()
}

/// How many signatures of registered keys are noted of an asset.
///
/// # Errors
/// Fails if the database does.
pub fn count_uses(tx: &mut Tx, product: ProductId) -> Result<u64, DatabaseError> {
    tx.query_one(COUNT_USES, &[product.uuid().into()])?.get(0)
}
