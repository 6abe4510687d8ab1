//! Where commands are on the DLT network, for the registrar: what was sent, what is in a block, what is final and what it has cost.

use database::Tx;
use domain::{Investment, InvestmentId, ProductId};
use storage::dlt_transactions::{self, ProgressRecord, TransactionRecord};
use uuid::Uuid;
use wire::dlt_transactions::{DltProgress, DltState, DltTransaction};

use crate::{Caller, Listed, Paging, Registry, Result, Right, delivery};

/// Transactions, newest first: of a product, or those that were about an investment, a transfer, a redemption or another instruction.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    (product, subject): (Option<ProductId>, Option<Uuid>),
    paging: Paging,
) -> Result<Listed<DltTransaction>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let page = (paging.offset, paging.limit);
            let (count, found) = dlt_transactions::list(tx, product, subject, page)?;
            let items = found.iter().map(|record| shown(tx, record));
            Ok(Listed {
                count,
                items: items.collect::<Result<_>>()?,
            })
        })
        .await
}

/// Where the deliveries of investments are, each in its place. What has not set out is not asked for.
pub(crate) fn of_investments<'a>(
    tx: &mut Tx,
    investments: impl Iterator<Item = &'a Investment> + Clone,
) -> Result<Vec<Option<DltProgress>>> {
    let set_out = |investment: &Investment| {
        investment.delivery_started_at().is_some() || investment.transaction_hash().is_some()
    };
    let asked: Vec<InvestmentId> = investments
        .clone()
        .filter(|investment| set_out(investment))
        .map(|investment| investment.id)
        .collect();
    let mut found = dlt_transactions::of_investments(tx, &asked)?.into_iter();
    Ok(investments
        .map(|investment| {
            let record = if set_out(investment) {
                found.next().flatten()
            } else {
                None
            };
            record.as_ref().map(progress)
        })
        .collect())
}

fn progress(record: &ProgressRecord) -> DltProgress {
    DltProgress {
        state: state(&record.state),
        transaction_hash: record.seen.transaction_hash.to_string(),
        block: record.seen.block,
        changed_at: record.changed_at.to_string(),
    }
}

fn state(stored: &str) -> DltState {
    match stored {
        "pending" => DltState::Pending,
        "confirmed" => DltState::Confirmed,
        _ => DltState::Final,
    }
}

fn shown(tx: &mut Tx, record: &TransactionRecord) -> Result<DltTransaction> {
    let product = delivery::product(tx, record.product)?;
    Ok(DltTransaction {
        batch_id: record.batch.uuid(),
        product_id: record.product.uuid(),
        isin: product.product.isin.to_string(),
        chain_id: product.chain_id,
        kind: record.kind.as_str().to_owned(),
        state: state(&record.state),
        transaction_hash: record.seen.transaction_hash.to_string(),
        block: record.seen.block,
        commands: record.commands,
        units: record.units,
        gas_used: record.gas,
        fee_wei: record.fee_wei.clone(),
        changed_at: record.changed_at.to_string(),
    })
}
