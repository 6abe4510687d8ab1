//! A wallet that units leave or reach, with what decides about it.

use database::{DatabaseError, Row, Sql, Tx};
use domain::transfer::Side;
use domain::wallet::{Standing, Wallet};
use domain::{Address, EnvironmentId, InvestorId, PlatformId, WalletId};

use crate::Scope;
use crate::columns::Columns;
use crate::wallets::{read_change, read_proof};

// What an open incident concerns is held as if the wallet were frozen.
const SIDE_BY_WALLET: Sql = Sql(
    "select w.id, w.investor_id, w.kind, w.address, w.receiving_enabled,
(w.frozen or exists (
  select 1
  from incidents n
  join products p on p.id = n.product_id
  where p.environment_id = w.environment_id
  and (n.wallet_address = w.address or n.wallet_address is null)
  and n.closed_at is null)),
w.awaits_proof, w.proof_scheme, w.proven_at, w.change_address, w.change_requested_at, w.change_effective_at, w.change_awaits_proof, w.change_proof_scheme, w.change_proven_at, w.cooling_until,
i.kyc_status, i.tax_information_present, i.us_tax, i.custodian_bank, w.environment_id, w.platform_id
from wallets w
join investors i on i.id = w.investor_id
where w.id = $1
and (w.environment_id = $2 or $2 is null)
and (w.platform_id = $3 or $3 is null)",
);

const SIDE_BY_ADDRESS: Sql = Sql(
    "select w.id, w.investor_id, w.kind, w.address, w.receiving_enabled,
(w.frozen or exists (
  select 1
  from incidents n
  join products p on p.id = n.product_id
  where p.environment_id = w.environment_id
  and (n.wallet_address = w.address or n.wallet_address is null)
  and n.closed_at is null)),
w.awaits_proof, w.proof_scheme, w.proven_at, w.change_address, w.change_requested_at, w.change_effective_at, w.change_awaits_proof, w.change_proof_scheme, w.change_proven_at, w.cooling_until,
i.kyc_status, i.tax_information_present, i.us_tax, i.custodian_bank, w.environment_id, w.platform_id
from wallets w
join investors i on i.id = w.investor_id
where w.environment_id = $1
and w.address = $2",
);

/// A wallet with what decides about it, and where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideRecord {
    /// What the rules know.
    pub side: Side,
    /// Where.
    pub environment: EnvironmentId,
    /// Whose investor's.
    pub platform: PlatformId,
}

/// A wallet of the caller's.
///
/// # Errors
/// Fails if the database does.
pub fn side(
    tx: &mut Tx,
    scope: &Scope,
    wallet: WalletId,
) -> Result<Option<SideRecord>, DatabaseError> {
    let parameters = [
        wallet.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
    ];
    let row = tx.query_opt(SIDE_BY_WALLET, &parameters)?;
    row.map(|row| read_side(&row)).transpose()
}

/// The wallet with an address in an environment, whoever's it is.
///
/// # Errors
/// Fails if the database does.
pub fn side_at(
    tx: &mut Tx,
    environment: EnvironmentId,
    address: Address,
) -> Result<Option<SideRecord>, DatabaseError> {
    let parameters = [environment.uuid().into(), address.bytes().into()];
    let row = tx.query_opt(SIDE_BY_ADDRESS, &parameters)?;
    row.map(|row| read_side(&row)).transpose()
}

fn read_side(row: &Row) -> Result<SideRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let wallet = Wallet {
        id: columns.id(WalletId::from_uuid)?,
        investor_id: columns.id(InvestorId::from_uuid)?,
        kind: columns.parsed(|text| text.parse().ok())?,
        address: columns.address()?,
        receiving_enabled: columns.next()?,
        frozen: columns.next()?,
        awaits_proof: columns.next()?,
        proof: read_proof(&mut columns)?,
        change: read_change(&mut columns)?,
        cooling_until: columns.opt_time()?,
    };
    let standing = Standing {
        kyc_status: columns.parsed(|text| text.parse().ok())?,
        has_tax_information: columns.next()?,
        is_subject_to_us_tax: columns.next()?,
        is_custodian_bank: columns.next()?,
    };
    Ok(SideRecord {
        side: Side { wallet, standing },
        environment: columns.id(EnvironmentId::from_uuid)?,
        platform: columns.id(PlatformId::from_uuid)?,
    })
}
