//! How deliveries of a product are gathered, what the DLT network has cost for it, and what the deliveries that are due will cost.

use std::collections::BTreeMap;

use database::Tx;
use domain::delivery_policy::{
    DEADLINE_SECONDS, DELIVERY_GAS, DeliveryPolicy, Pace, USUAL_BATCH, Waiting,
};
use domain::{FieldCode, FieldErrors, ProductId};
use storage::products::ProductRecord;
use storage::{Scope, delivery_costs};
use wire::delivery_costs as out;

use crate::{Answer, Caller, Done, Error, Registry, Request, Result, Right, audit};

/// How deliveries of a product are gathered.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product.
pub async fn policy(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
) -> Result<out::DeliveryPolicy> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            find(tx, product)?;
            Ok(show_policy(delivery_costs::policy(tx, product)?))
        })
        .await
}

/// Says it anew, also for what waits already.
///
/// # Errors
/// Refuses callers other than the registrar and numbers beyond their limits; not found if there is no such product.
pub async fn set_policy(
    registry: &Registry,
    request: &Request,
    product: ProductId,
    body: out::DeliveryPolicy,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let policy = read_policy(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            find(tx, product)?;
            delivery_costs::set_policy(tx, product, &policy, own.clock.now())?;
            tx.on_commit_wake(storage::dlt_commands::TOPIC);
            let shown = show_policy(policy);
            let detail = serde_json::to_value(shown).map_err(Error::fault)?;
            let target = product.to_string();
            audit::record(&own, tx, &caller, "delivery_policy.set", &target, &detail)?;
            Done::ok(product, &shown)
        })
        .await
}

/// What the final transactions of a product have cost, by what they did.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product.
pub async fn costs(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
) -> Result<out::DltCosts> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let record = find(tx, product)?;
            let mut acts: BTreeMap<&str, Sum> = BTreeMap::new();
            for cost in delivery_costs::costs(tx, product)? {
                let sum = acts.entry(cost.kind.as_str()).or_default();
                sum.transactions += 1;
                sum.commands += cost.commands;
                sum.units += cost.units;
                sum.gas += cost.expense.gas;
                sum.fee_wei += cost.expense.fee_wei;
            }
            Ok(out::DltCosts {
                product_id: product.uuid(),
                isin: record.product.isin.to_string(),
                chain_id: record.chain_id,
                acts: acts.iter().map(|(kind, sum)| sum.shown(kind)).collect(),
            })
        })
        .await
}

/// What the deliveries that are due will cost.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product.
pub async fn estimate(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
) -> Result<out::DeliveryEstimate> {
    caller.require(Right::ReadNetwork)?;
    registry.db.read(move |tx| estimate_in(tx, product)).await
}

/// The same within a transaction that reads.
///
/// # Errors
/// Not found if there is no such product.
pub fn estimate_in(tx: &mut Tx, product: ProductId) -> Result<out::DeliveryEstimate> {
    let record = find(tx, product)?;
    let policy = delivery_costs::policy(tx, product)?;
    let (paid, to_known) = delivery_costs::paid(tx, product)?;
    let most = policy.largest_batch(USUAL_BATCH);
    let estimate = DELIVERY_GAS.estimate(paid, to_known, most);
    let price = delivery_costs::price(tx, record.chain_id)?;
    let fee = |gas: u64, times: u128| {
        price.map(|price| (u128::from(gas) * u128::from(price) * times).to_string())
    };
    Ok(out::DeliveryEstimate {
        product_id: product.uuid(),
        isin: record.product.isin.to_string(),
        chain_id: record.chain_id,
        policy: show_policy(policy),
        investments: paid,
        batches: estimate.batches,
        gas_low: estimate.gas_low,
        gas_high: estimate.gas_high,
        wei_per_gas: price,
        fee_wei_low: fee(estimate.gas_low, 1),
        fee_wei_high: fee(estimate.gas_high, 2),
    })
}

/// Notes what gas costs on a chain; nothing is written while that stays the same.
///
/// # Errors
/// Fails if the database does.
pub async fn note_price(registry: &Registry, chain_id: u64, wei_per_gas: u64) -> Result<()> {
    let known = registry
        .db
        .read(move |tx| -> Result<_> { Ok(delivery_costs::price(tx, chain_id)?) })
        .await?;
    if known == Some(wei_per_gas) {
        return Ok(());
    }
    let now = registry.clock.now();
    registry
        .db
        .write(move |tx| {
            // Deliveries may wait for it.
            tx.on_commit_wake(storage::dlt_commands::TOPIC);
            Ok(delivery_costs::note_price(tx, chain_id, wei_per_gas, now)?)
        })
        .await
}

/// How deliveries of a product are gathered, if they go now.
pub(crate) fn going(
    registry: &Registry,
    tx: &mut Tx,
    product: ProductId,
    usual: u32,
) -> Result<Option<DeliveryPolicy>> {
    let policy = delivery_costs::policy(tx, product)?;
    if policy.is_immediate() {
        return Ok(Some(policy));
    }
    let most = policy.largest_batch(usual);
    let (deliveries, oldest) = delivery_costs::queued(tx, product, most)?;
    let now = registry.clock.now();
    let waiting = Waiting {
        deliveries,
        oldest_seconds: oldest.map_or(0, |oldest| now.seconds_since(oldest)),
    };
    let chain_id = find(tx, product)?.chain_id;
    let price = delivery_costs::price(tx, chain_id)?;
    Ok(policy.goes(waiting, usual, price).then_some(policy))
}

fn find(tx: &mut Tx, product: ProductId) -> Result<ProductRecord> {
    storage::products::find(tx, &Scope::ALL, product)?.ok_or(Error::NotFound("product"))
}

fn read_policy(body: &out::DeliveryPolicy) -> Result<DeliveryPolicy> {
    let mut errors = FieldErrors::default();
    if body
        .window_seconds
        .is_some_and(|seconds| seconds > DEADLINE_SECONDS)
    {
        let said = format!("No delivery waits longer than {DEADLINE_SECONDS} seconds.");
        errors.push("window_seconds", FieldCode::OutOfRange, said);
    }
    if body
        .ceiling_wei_per_gas
        .is_some_and(|wei| i64::try_from(wei).is_err())
    {
        let said = format!("At most {} wei.", i64::MAX);
        errors.push("ceiling_wei_per_gas", FieldCode::OutOfRange, said);
    }
    let policy = DeliveryPolicy {
        pace: match body.pace {
            out::DeliveryPace::Urgent => Pace::Urgent,
            out::DeliveryPace::Normal => Pace::Normal,
            out::DeliveryPace::Cheap => Pace::Cheap,
        },
        window_seconds: body.window_seconds,
        ceiling_wei_per_gas: body.ceiling_wei_per_gas,
    };
    Ok(errors.into_result(Some(policy))?)
}

fn show_policy(policy: DeliveryPolicy) -> out::DeliveryPolicy {
    out::DeliveryPolicy {
        pace: match policy.pace {
            Pace::Urgent => out::DeliveryPace::Urgent,
            Pace::Normal => out::DeliveryPace::Normal,
            Pace::Cheap => out::DeliveryPace::Cheap,
        },
        window_seconds: policy.window_seconds,
        ceiling_wei_per_gas: policy.ceiling_wei_per_gas,
    }
}

/// What one kind of command has cost.
#[derive(Default)]
struct Sum {
    transactions: u64,
    commands: u64,
    units: u64,
    gas: u64,
    fee_wei: u128,
}

impl Sum {
    fn shown(&self, kind: &str) -> out::ActCost {
        let fee_each = |count: u64| {
            let each = self.fee_wei.checked_div(count.into());
            each.map(|each| each.to_string())
        };
        out::ActCost {
            kind: kind.to_owned(),
            transactions: self.transactions,
            commands: self.commands,
            units: self.units,
            gas_used: self.gas,
            fee_wei: self.fee_wei.to_string(),
            gas_per_command: self.gas.checked_div(self.commands),
            fee_wei_per_command: fee_each(self.commands),
            fee_wei_per_unit: fee_each(self.units),
        }
    }
}
