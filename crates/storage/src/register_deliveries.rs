//! What a batch delivers, with all that its entries need.

use database::{DatabaseError, Sql, Tx};
use domain::{
    Address, BatchId, CommandId, EnvironmentId, HolderId, InvestmentId, InvestorId, PlatformId,
    Units,
};

use crate::columns::Columns;

const DELIVERIES: Sql = Sql("select c.id, c.investment_id, c.wallet_address, c.units, i.investor_id, i.environment_id, i.platform_id, h.id,
(select cast(coalesce(sum(g.units), 0) as bigint) from holdings g where g.product_id = c.product_id and g.holder_id = h.id)
from dlt_commands c
join investments i on i.id = c.investment_id
left join holders h on h.product_id = c.product_id and h.investor_id = i.investor_id
where c.batch_id = $1
and c.status = 'taken'
order by c.id");

/// A delivery of a batch with what its entry needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The command.
    pub command: CommandId,
    /// Why.
    pub investment: InvestmentId,
    /// Where to.
    pub wallet: Address,
    /// How many.
    pub units: Units,
    /// Who.
    pub investor: InvestorId,
    /// Where the investment is.
    pub environment: EnvironmentId,
    /// Who brought it.
    pub platform: PlatformId,
    /// The investor's holder id in this register, if it has one yet.
    pub holder: Option<HolderId>,
    /// What the investor holds in this register before the batch.
    pub held: Units,
}

/// The deliveries of an open batch, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn deliveries(tx: &mut Tx, batch: BatchId) -> Result<Vec<Delivery>, DatabaseError> {
    let rows = tx.query(DELIVERIES, &[batch.uuid().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Delivery {
                command: columns.id(CommandId::from_uuid)?,
                investment: columns.id(InvestmentId::from_uuid)?,
                wallet: columns.address()?,
                units: columns.units()?,
                investor: columns.id(InvestorId::from_uuid)?,
                environment: columns.id(EnvironmentId::from_uuid)?,
                platform: columns.id(PlatformId::from_uuid)?,
                holder: columns.opt_id(HolderId::from_uuid)?,
                held: columns.units()?,
            })
        })
        .collect()
}
