//! The register of a product as the registrar sees it.

use database::Tx;
use domain::register::merkle;
use domain::{ProductId, Units};
use storage::Scope;
use storage::register::HoldingRecord;
use wire::network::{Holding, Register};

use crate::{Caller, Error, Registry, Result, Right};

/// The register of a product: where its journal stands and who holds what.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product.
pub async fn get(registry: &Registry, caller: &Caller, product: ProductId) -> Result<Register> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let holdings = storage::register::holdings(tx, product)?;
            shown(tx, product, &holdings)
        })
        .await
}

/// The same for a page: so many holdings at most, and how many there are.
///
/// # Errors
/// As [`get`].
pub async fn beginning(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
    limit: u32,
) -> Result<(u64, Register)> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let (count, holdings) = storage::register::first_holdings(tx, product, limit)?;
            Ok((count, shown(tx, product, &holdings)?))
        })
        .await
}

fn shown(tx: &mut Tx, product: ProductId, holdings: &[HoldingRecord]) -> Result<Register> {
    let record =
        storage::products::find(tx, &Scope::ALL, product)?.ok_or(Error::NotFound("product"))?;
    let head = storage::register::head(tx, product)?;
    let issuer = head.as_ref().map(|head| head.issuer_holder);
    let held = holdings
        .iter()
        .filter(|holding| !holding.units.is_zero())
        .map(|holding| Holding {
            holder_id: holding.holder.uuid(),
            is_issuer: Some(holding.holder) == issuer,
            wallet_address: holding.wallet.to_string(),
            units: holding.units.get(),
        });
    Ok(Register {
        product_id: product.uuid(),
        isin: record.product.isin.to_string(),
        issue_volume: head.as_ref().map_or(Units::ZERO, |head| head.issued).get(),
        deleted_units: head.as_ref().map_or(0, |head| head.deleted.get()),
        sequence: head.as_ref().map_or(0, |head| head.sequence),
        root_hash: hex::encode(
            head.as_ref()
                .map_or_else(merkle::empty_root, |head| head.root_hash),
        ),
        token_address: head.is_some().then(|| record.token_address.to_string()),
        holdings: held.collect(),
    })
}
