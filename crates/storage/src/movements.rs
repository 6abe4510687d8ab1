//! What holders have moved on the DLT network themselves, until it is an instruction of the queue and after.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{Address, InstructionId, ProductId, Timestamp, TransactionHash, Units};

use crate::columns::{Columns, time};

const LOOKED: Sql = Sql("select block_number
from movement_looks
where product_id = $1");

const LOOK: Sql = Sql("insert into movement_looks
(product_id, block_number)
values ($1, $2)
on conflict (product_id) do update
set block_number = excluded.block_number
where movement_looks.block_number < excluded.block_number");

const INSERT: Sql = Sql("insert into movements
(product_id, block_number, place, transaction_hash, at, from_address, to_address, units)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (product_id, block_number, place) do nothing");

const WAITING: Sql = Sql(
    "select block_number, place, transaction_hash, at, from_address, to_address, units, trouble
from movements
where product_id = $1
and instruction_id is null
and block_number <= $2
order by block_number, place",
);

const ENTERED: Sql = Sql("update movements
set instruction_id = $4, trouble = null
where product_id = $1
and block_number = $2
and place = $3");

const TROUBLED: Sql = Sql("update movements
set trouble = $4
where product_id = $1
and block_number = $2
and place = $3");

/// Units that a holder has moved itself, in a final block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovementRecord {
    /// The block.
    pub block: u64,
    /// Which of its events it is.
    pub place: u64,
    /// The transaction.
    pub transaction_hash: TransactionHash,
    /// The block's time.
    pub at: Timestamp,
    /// Who gave.
    pub from: Address,
    /// Who received.
    pub to: Address,
    /// How many.
    pub units: Units,
    /// Why it is no instruction yet, once that was tried.
    pub trouble: Option<String>,
}

/// The last block of an asset that was looked at.
///
/// # Errors
/// Fails if the database does.
pub fn looked(tx: &mut Tx, product: ProductId) -> Result<Option<u64>, DatabaseError> {
    let row = tx.query_opt(LOOKED, &[product.uuid().into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// Keeps what was found up to a block. What is known stays as it is.
///
/// # Errors
/// Fails if the database does.
pub fn keep(
    tx: &mut Tx,
    product: ProductId,
    through: u64,
    found: &[MovementRecord],
) -> Result<(), DatabaseError> {
    for one in found {
        let parameters = [
            product.uuid().into(),
            one.block.cast_signed().into(),
            one.place.cast_signed().into(),
            one.transaction_hash.bytes().into(),
            time(one.at),
            one.from.bytes().into(),
            one.to.bytes().into(),
            one.units.as_i64().into(),
        ];
        // Two processes may have asked the network at the same time.
        tx.execute(INSERT, &parameters)?;
    }
    let look = [product.uuid().into(), through.cast_signed().into()];
    tx.execute(LOOK, &look).map(|_| ())
}

/// What is no instruction yet, up to a block, in the order of the chain.
///
/// # Errors
/// Fails if the database does.
pub fn waiting(
    tx: &mut Tx,
    product: ProductId,
    until: u64,
) -> Result<Vec<MovementRecord>, DatabaseError> {
    let until = i64::try_from(until).unwrap_or(i64::MAX);
    let rows = tx.query(WAITING, &[product.uuid().into(), until.into()])?;
    rows.iter().map(read).collect()
}

/// A movement has become this instruction.
///
/// # Errors
/// Fails if the database does.
pub fn entered(
    tx: &mut Tx,
    product: ProductId,
    movement: &MovementRecord,
    instruction: InstructionId,
) -> Result<(), DatabaseError> {
    update(tx, ENTERED, product, movement, instruction.uuid().into())
}

/// A movement cannot become an instruction as things stand.
///
/// # Errors
/// Fails if the database does.
pub fn troubled(
    tx: &mut Tx,
    product: ProductId,
    movement: &MovementRecord,
    trouble: &str,
) -> Result<(), DatabaseError> {
    update(tx, TROUBLED, product, movement, trouble.into())
}

fn update(
    tx: &mut Tx,
    statement: Sql,
    product: ProductId,
    movement: &MovementRecord,
    value: Value,
) -> Result<(), DatabaseError> {
    let parameters = [
        product.uuid().into(),
        movement.block.cast_signed().into(),
        movement.place.cast_signed().into(),
        value,
    ];
    tx.later(statement, &parameters)
}

fn read(row: &Row) -> Result<MovementRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(MovementRecord {
        block: columns.next()?,
        place: columns.next()?,
        transaction_hash: TransactionHash::from_bytes(columns.next()?),
        at: columns.time()?,
        from: columns.address()?,
        to: columns.address()?,
        units: columns.units()?,
        trouble: columns.next()?,
    })
}
