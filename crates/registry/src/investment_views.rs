//! Investments as their parties see them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use database::Tx;
use domain::{DocumentId, Investment, InvestmentId, ProductId};
use storage::Scope;
use storage::investments::{Filter, InvestmentRecord};
use storage::products::ProductRecord;
use translate::investments::Surroundings;
use wire::dlt_transactions::DltProgress;

use crate::{Error, Listed, Paging, Registry, Result, dlt_transactions, progress};

/// One investment of the caller's.
pub(crate) async fn seen(
    registry: &Registry,
    scope: Scope,
    id: InvestmentId,
) -> Result<wire::investments::Investment> {
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record =
                storage::investments::find(tx, &scope, id)?.ok_or(Error::NotFound("investment"))?;
            shown(&own, tx, &record)
        })
        .await
}

/// A stretch of the caller's investments.
pub(crate) async fn seen_list(
    registry: &Registry,
    scope: Scope,
    filter: Filter,
    paging: Paging,
) -> Result<Listed<wire::investments::Investment>> {
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, records) =
                storage::investments::list(tx, &scope, &filter, paging.offset, paging.limit)?;
            let dlt = dlt_transactions::of_investments(tx, investments_of(&records))?;
            let items = records
                .iter()
                .zip(dlt)
                .map(|(record, dlt)| shown_with(&own, tx, record, dlt))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// An investment as its party sees it.
pub(crate) fn shown(
    registry: &Registry,
    tx: &mut Tx,
    record: &InvestmentRecord,
) -> Result<wire::investments::Investment> {
    let dlt = dlt_transactions::of_investments(tx, std::iter::once(&record.investment))?.pop();
    shown_with(registry, tx, record, dlt.flatten())
}

fn shown_with(
    registry: &Registry,
    tx: &mut Tx,
    record: &InvestmentRecord,
    dlt_transaction: Option<DltProgress>,
) -> Result<wire::investments::Investment> {
    let product = storage::products::find(tx, &Scope::ALL, record.investment.product_id)?
        .ok_or(Error::NotFound("product"))?;
    let blocked_by = blocked_by(registry, tx, record)?;
    let documents = storage::signed_documents::of_investment(tx, record.investment.id)?
        .into_iter()
        .map(|signed| (signed.document, signed.document_type))
        .collect();
    Ok(translate::investments::show(
        &record.investment,
        Surroundings {
            dlt_transaction,
            ..surroundings(record, &product, blocked_by, documents)
        },
    ))
}

/// Investments as a page of many shows them: each product is read once, and the documents signed are left out.
pub(crate) fn brief(
    registry: &Registry,
    tx: &mut Tx,
    records: &[InvestmentRecord],
) -> Result<Vec<wire::investments::Investment>> {
    let mut products: HashMap<ProductId, ProductRecord> = HashMap::new();
    let mut items = Vec::with_capacity(records.len());
    let dlt = dlt_transactions::of_investments(tx, investments_of(records))?;
    for (record, dlt_transaction) in records.iter().zip(dlt) {
        let id = record.investment.product_id;
        let product = match products.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let found = storage::products::find(tx, &Scope::ALL, id)?;
                place.insert(found.ok_or(Error::NotFound("product"))?)
            }
        };
        let blocked_by = blocked_by(registry, tx, record)?;
        let surroundings = Surroundings {
            dlt_transaction,
            ..surroundings(record, product, blocked_by, Vec::new())
        };
        items.push(translate::investments::show(
            &record.investment,
            surroundings,
        ));
    }
    Ok(items)
}

fn investments_of(records: &[InvestmentRecord]) -> impl Iterator<Item = &Investment> + Clone {
    records.iter().map(|record| &record.investment)
}

/// Why a paid investment is not delivered yet.
fn blocked_by(
    registry: &Registry,
    tx: &mut Tx,
    record: &InvestmentRecord,
) -> Result<Option<domain::Blocker>> {
    if record.investment.status() != domain::Status::Paid {
        return Ok(None);
    }
    let wallet = progress::wallet(tx, record)?;
    let investor = progress::investor(tx, record)?;
    let now = registry.clock.now();
    Ok(record
        .investment
        .blocked_by(wallet.as_ref(), &investor.standing, now))
}

/// What is shown of an investment beside what the rules know, as long as nothing of it was sent.
pub(crate) fn surroundings<'a>(
    record: &InvestmentRecord,
    product: &'a ProductRecord,
    blocked_by: Option<domain::Blocker>,
    signed_documents: Vec<(DocumentId, String)>,
) -> Surroundings<'a> {
    Surroundings {
        blocked_by,
        dlt_transaction: None,
        total: record.total,
        payment_reference: record.payment_reference,
        account_holder: &product.account.holder,
        iban: product.account.iban.to_string(),
        bic: product.account.bic.to_string(),
        signed_documents,
        created_at: record.created_at,
        changed_at: record.changed_at,
    }
}
