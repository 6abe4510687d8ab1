//! What one holder or one wallet has in a register.

use database::{DatabaseError, Sql, Tx};
use domain::{Address, HolderId, InvestorId, ProductId, Units};

use crate::columns::Columns;

const HOLDER_OF: Sql = Sql("select id
from holders
where product_id = $1
and investor_id = $2");

const INVESTOR_OF: Sql = Sql("select investor_id
from holders
where id = $1
and product_id = $2");

const HELD_BY: Sql = Sql("select cast(coalesce(sum(units), 0) as bigint)
from holdings
where product_id = $1
and holder_id = $2");

const IN_WALLET: Sql = Sql("select cast(coalesce(sum(units), 0) as bigint)
from holdings
where product_id = $1
and wallet_address = $2");

/// The holder id of an investor in a register, if it has one.
///
/// # Errors
/// Fails if the database does.
pub fn holder_of(
    tx: &mut Tx,
    product: ProductId,
    investor: InvestorId,
) -> Result<Option<HolderId>, DatabaseError> {
    let parameters = [product.uuid().into(), investor.uuid().into()];
    let row = tx.query_opt(HOLDER_OF, &parameters)?;
    row.map(|row| Columns::of(&row).id(HolderId::from_uuid))
        .transpose()
}

/// The investor behind a holder of a product; the inner option is none for the issuer, who is no investor.
///
/// # Errors
/// Fails if the database does.
pub fn investor_of(
    tx: &mut Tx,
    product: ProductId,
    holder: HolderId,
) -> Result<Option<Option<InvestorId>>, DatabaseError> {
    let row = tx.query_opt(INVESTOR_OF, &[holder.uuid().into(), product.uuid().into()])?;
    row.map(|row| Columns::of(&row).opt_id(InvestorId::from_uuid))
        .transpose()
}

/// What a holder has in all its wallets.
///
/// # Errors
/// Fails if the database does.
pub fn held_by(tx: &mut Tx, product: ProductId, holder: HolderId) -> Result<Units, DatabaseError> {
    let parameters = [product.uuid().into(), holder.uuid().into()];
    Columns::of(&tx.query_one(HELD_BY, &parameters)?).units()
}

/// What lies in a wallet.
///
/// # Errors
/// Fails if the database does.
pub fn in_wallet(tx: &mut Tx, product: ProductId, wallet: Address) -> Result<Units, DatabaseError> {
    let parameters = [product.uuid().into(), wallet.bytes().into()];
    Columns::of(&tx.query_one(IN_WALLET, &parameters)?).units()
}
