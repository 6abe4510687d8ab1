//! Which number the key of an investor's managed wallet has. Numbers are no secret; keys follow from them and a seed that is not here.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{Address, InvestorId};

use crate::columns::Columns;

const ADDRESS_OF: Sql = Sql("select address
from custody_wallets
where investor_id = $1");

const NUMBER_OF: Sql = Sql("select number
from custody_wallets
where address = $1");

const NEXT: Sql = Sql("select coalesce(max(number) + 1, 0)
from custody_wallets");

const INSERT: Sql = Sql("insert into custody_wallets
(investor_id, number, address)
values ($1, $2, $3)");

/// The address of an investor's wallet, if it has one.
///
/// # Errors
/// Fails if the database does.
pub fn address_of(tx: &mut Tx, investor: InvestorId) -> Result<Option<Address>, DatabaseError> {
    let row = tx.query_opt(ADDRESS_OF, &[investor.uuid().into()])?;
    row.map(|row| Columns::of(&row).address()).transpose()
}

/// The number of the key behind an address, if it is kept here.
///
/// # Errors
/// Fails if the database does.
pub fn number_of(tx: &mut Tx, address: Address) -> Result<Option<u32>, DatabaseError> {
    let row = tx.query_opt(NUMBER_OF, &[Value::Bytes(address.bytes().to_vec())])?;
    row.map(|row| row.get(0)).transpose()
}

/// The first number that was never used.
///
/// # Errors
/// Fails if the database does.
pub fn next_number(tx: &mut Tx) -> Result<u32, DatabaseError> {
    tx.query_one(NEXT, &[])?.get(0)
}

/// Keeps a wallet.
///
/// # Errors
/// [`DatabaseError::Unique`] if the investor has one, or the number is used.
pub fn insert(
    tx: &mut Tx,
    investor: InvestorId,
    number: u32,
    address: Address,
) -> Result<(), DatabaseError> {
    let parameters = [
        investor.uuid().into(),
        number.into(),
        Value::Bytes(address.bytes().to_vec()),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}
