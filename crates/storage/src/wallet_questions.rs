//! Addresses of which the DLT network did not say in time what is there, until it has.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{Address, InvestorId, Timestamp, WalletId};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into wallet_questions
(wallet_id, address, asked_at)
values ($1, $2, $3)
on conflict (wallet_id, address) do nothing");

const PAGE: Sql = Sql("select q.wallet_id, w.investor_id, q.address
from wallet_questions q
join wallets w on w.id = q.wallet_id
order by q.asked_at, q.wallet_id, q.address
limit $1");

const DELETE: Sql = Sql("delete from wallet_questions
where wallet_id = $1
and address = $2");

/// What is to be asked about a wallet.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Whose.
    pub wallet: WalletId,
    /// Whose wallet.
    pub investor: InvestorId,
    /// Its address, or the one that it is about to have.
    pub address: Address,
}

/// Keeps a question; one that is kept already stays.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    wallet: WalletId,
    address: Address,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [wallet.uuid().into(), bytes(address), time(at)];
    tx.execute(INSERT, &parameters).map(drop)
}

/// The questions that wait, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn page(tx: &mut Tx, limit: u32) -> Result<Vec<Question>, DatabaseError> {
    let rows = tx.query(PAGE, &[limit.into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Question {
                wallet: columns.id(WalletId::from_uuid)?,
                investor: columns.id(InvestorId::from_uuid)?,
                address: columns.address()?,
            })
        })
        .collect()
}

/// Takes a question back that was answered; false if somebody else did.
///
/// # Errors
/// Fails if the database does.
pub fn delete(tx: &mut Tx, wallet: WalletId, address: Address) -> Result<bool, DatabaseError> {
    let deleted = tx.execute(DELETE, &[wallet.uuid().into(), bytes(address)])?;
    Ok(deleted == 1)
}

fn bytes(address: Address) -> Value {
    Value::Bytes(address.bytes().to_vec())
}
