//! What the final transactions have used and paid.

use std::collections::BTreeMap;

use database::{DatabaseError, Db, Row, Sql, Value};
use domain::{Address, Timestamp};

/// What one kind of act has cost with one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The token; none if the act is about no token, or makes one.
    pub asset: Option<Address>,
    /// `factory`, `issue`, `delivery`, `transfer`, `take_back`, `burn`, `freeze`, `bar`, `admit`, `anchor`, `office`, or `gap` for an empty transaction.
    pub act: String,
    /// Final transactions that took effect.
    pub transactions: u64,
    /// Final transactions that the contract reverted, which are paid for too.
    pub reverted: u64,
    /// Wallets that those which took effect were about.
    pub wallets: u64,
    /// Units that moved by them.
    pub units: u64,
    /// Gas used by all of them.
    pub gas: u64,
    /// Wei paid for all of them.
    pub fee_wei: u128,
}

// Each price a row: a fee is more than a column can hold.
const COSTS: Sql = Sql(
    "select s.act, s.asset, a.succeeded, a.gas_price_wei, count(*), \
     cast(sum(s.wallets) as bigint), cast(sum(s.units) as bigint), cast(sum(a.gas_used) as bigint) \
     from chain_submission s join chain_attempt a on a.submission = s.id \
     where s.chain_id = $1 and a.gas_used is not null and s.signed_at >= $2 \
     group by s.act, s.asset, a.succeeded, a.gas_price_wei \
     order by s.asset, s.act",
);

/// What final transactions on a chain have cost that were signed at that time or later.
///
/// # Errors
/// Fails if the database does.
pub async fn costs(db: &Db, chain_id: u64, since: Timestamp) -> Result<Vec<Cost>, DatabaseError> {
    let chain_id = i64::try_from(chain_id).unwrap_or(i64::MAX);
    let key = [chain_id.into(), Value::time(since.micros())];
    db.read(move |tx| {
        let mut costs = BTreeMap::new();
        for row in tx.query(COSTS, &key)? {
            add(&mut costs, &row)?;
        }
        Ok(costs.into_values().collect())
    })
    .await
}

fn add(
    costs: &mut BTreeMap<(Option<Address>, String), Cost>,
    row: &Row,
) -> Result<(), DatabaseError> {
    let act: String = row.get(0)?;
    let asset = row.get::<Option<[u8; 20]>>(1)?.map(Address::from_bytes);
    let empty = Cost {
        asset,
        act: act.clone(),
        transactions: 0,
        reverted: 0,
        wallets: 0,
        units: 0,
        gas: 0,
        fee_wei: 0,
    };
    let cost = costs.entry((asset, act)).or_insert(empty);
    let (count, gas): (u64, u64) = (row.get(4)?, row.get(7)?);
    cost.gas += gas;
    cost.fee_wei += u128::from(gas) * u128::from(row.get::<u64>(3)?);
    if row.get(2)? {
        cost.transactions += count;
        cost.wallets += row.get::<u64>(5)?;
        cost.units += row.get::<u64>(6)?;
    } else {
        cost.reverted += count;
    }
    Ok(())
}
