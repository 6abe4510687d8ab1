//! Payout lists: to whom the issuer pays, as of a record date. Two people draw one up, and whoever reads whose account is noted.

use database::Tx;
use database::vault::VaultError;
use domain::investor::Investor;
use domain::{
    Date, DecisionId, DecisionKind, FieldCode, FieldErrors, PayoutListId, ProductId, Units,
};
use serde_json::{Value, json};
use storage::Scope;
use storage::payout_lists::{PayoutEntryRecord, PayoutListRecord};
use uuid::Uuid;
use wire::payout_lists::{PayoutEntry, PayoutList, PayoutListCreate};

use crate::decisions::{self, Proposal};
use crate::{
    Answer, Caller, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids, past,
    persons,
};

/// Holders whose accounts are opened at once.
const PAGE: u32 = 500;

/// Proposes a payout list; a second actor confirms that it is drawn up.
///
/// # Errors
/// Field errors: the record date has to be over; not found if there is no such product.
pub async fn propose(
    registry: &Registry,
    request: &Request,
    product: ProductId,
    body: PayoutListCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let record_date = record_date(registry, &body.record_date)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            storage::products::find(tx, &Scope::ALL, product)?.ok_or(Error::NotFound("product"))?;
            let proposal = Proposal {
                kind: DecisionKind::PayoutList,
                target: product.uuid(),
                content: json!({"record_date": record_date.to_string()}),
                reason: body.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed list: what the register said at the end of the record date is written down.
pub(crate) fn drawn_up(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    (decision, target): (DecisionId, Uuid),
    content: &Value,
) -> Result<()> {
    let product = ProductId::from_uuid(target);
    let text = content["record_date"].as_str().unwrap_or_default();
    let record_date = record_date(registry, text)?;
    let until = record_date.end_of_day_berlin();
    let sequence = storage::register_entries::last_before(tx, product, until)?;
    let entries = holders(tx, product, sequence)?;
    let units = entries.iter().fold(Units::ZERO, |sum, entry| {
        sum.checked_add(entry.units)
            .expect("all of them are parts of one issue, which can be counted")
    });
    let list = PayoutListRecord {
        id: PayoutListId::from_uuid(ids::new()),
        product,
        record_date,
        sequence,
        holders: entries.len() as u64,
        units,
        decision,
        created_at: registry.clock.now(),
    };
    storage::payout_lists::insert(tx, &list, &entries)?;
    let detail = json!({"product": product.to_string(), "record_date": text, "sequence": sequence, "holders": list.holders});
    note(registry, tx, caller, "payout_list.draw_up", &list, &detail)
}

/// Payout lists, oldest first, without anything about persons.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<PayoutList>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let (count, found) =
                storage::payout_lists::list(tx, product, paging.offset, paging.limit)?;
            let items = found.iter().map(shown).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One payout list, without anything about persons.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is none.
pub async fn get(registry: &Registry, caller: &Caller, id: PayoutListId) -> Result<PayoutList> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| find(tx, id).map(|found| shown(&found)))
        .await
}

/// A page of the holders of a list with their accounts. That it was read is noted.
///
/// # Errors
/// Refuses callers who may not decide for the registrar; not found if there is none.
pub async fn entries(
    registry: &Registry,
    caller: &Caller,
    id: PayoutListId,
    paging: Paging,
) -> Result<Listed<PayoutEntry>> {
    caller.require(Right::ReadPayoutAccounts)?;
    let (own, caller) = (registry.clone(), caller.clone());
    registry
        .db
        .write(move |tx| {
            let found = find(tx, id)?;
            let Paging { offset, limit } = paging;
            let detail = json!({"offset": offset, "limit": limit});
            note(&own, tx, &caller, "payout_list.read", &found, &detail)?;
            let items = opened(&own, tx, id, (offset, limit))?;
            Ok(Listed {
                count: found.holders,
                items,
            })
        })
        .await
}

/// The whole list with accounts as a table (RFC 4180). That it was read is noted.
///
/// # Errors
/// As [`entries`].
pub async fn csv(registry: &Registry, caller: &Caller, id: PayoutListId) -> Result<String> {
    caller.require(Right::ReadPayoutAccounts)?;
    let (own, caller) = (registry.clone(), caller.clone());
    registry
        .db
        .write(move |tx| {
            let found = find(tx, id)?;
            note(
                &own,
                tx,
                &caller,
                "payout_list.read",
                &found,
                &json!({"format": "csv"}),
            )?;
            let mut all = Vec::new();
            while (all.len() as u64) < found.holders {
                let page = opened(&own, tx, id, (all.len() as u64, PAGE))?;
                if page.is_empty() {
                    break;
                }
                all.extend(page);
            }
            Ok(translate::payout_lists::csv(&all))
        })
        .await
}

/// Who held what after an entry; the issuer pays nothing to itself.
fn holders(tx: &mut Tx, product: ProductId, sequence: u64) -> Result<Vec<PayoutEntryRecord>> {
    let holdings = past::holdings(tx, product, sequence)?;
    let investors: std::collections::HashMap<_, _> = storage::register::holders(tx, product)?
        .into_iter()
        .collect();
    let entries = holdings.iter().filter_map(|held| {
        let investor = investors.get(&held.holder).copied().flatten()?;
        Some(PayoutEntryRecord {
            holder: held.holder,
            investor,
            units: held.units,
        })
    });
    Ok(entries.collect())
}

/// A stretch of the holders with their accounts, as the investors' platforms have said last.
fn opened(
    registry: &Registry,
    tx: &mut Tx,
    id: PayoutListId,
    (offset, limit): (u64, u32),
) -> Result<Vec<PayoutEntry>> {
    let found = storage::payout_lists::entries(tx, id, offset, limit)?;
    found
        .iter()
        .map(|entry| {
            let investor = investor(registry, tx, entry)?;
            let account = investor.and_then(|investor| investor.bank_account);
            let who = (entry.holder, entry.investor);
            Ok(translate::payout_lists::entry(
                who,
                entry.units,
                account.as_ref(),
            ))
        })
        .collect()
}

/// The investor, unless the person's data were erased.
fn investor(
    registry: &Registry,
    tx: &mut Tx,
    entry: &PayoutEntryRecord,
) -> Result<Option<Investor>> {
    let record = storage::investors::find(tx, &Scope::ALL, entry.investor)?
        .ok_or(Error::NotFound("investor"))?;
    match registry.vault.key(tx, record.key) {
        Ok(key) => persons::open(&key, &record.sealed_person).map(Some),
        Err(VaultError::Destroyed(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A day that is over: what a list says does not change any more.
fn record_date(registry: &Registry, text: &str) -> Result<Date> {
    let mut errors = FieldErrors::new();
    let date = errors.parse::<Date>("record_date", text);
    let now = registry.clock.now();
    if date.is_some_and(|date| date.end_of_day_berlin() > now) {
        let message = "A list is drawn up after the end of its day.";
        errors.push("record_date", FieldCode::InFuture, message);
    }
    Ok(errors.into_result(date)?)
}

fn find(tx: &mut Tx, id: PayoutListId) -> Result<PayoutListRecord> {
    storage::payout_lists::find(tx, id)?.ok_or(Error::NotFound("payout list"))
}

fn shown(list: &PayoutListRecord) -> PayoutList {
    PayoutList {
        id: list.id.uuid(),
        product_id: list.product.uuid(),
        record_date: list.record_date.to_string(),
        sequence: list.sequence,
        holders: list.holders,
        units: list.units.get(),
        decision_id: list.decision.uuid(),
        created_at: list.created_at.to_string(),
    }
}

fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    list: &PayoutListRecord,
    detail: &Value,
) -> Result<()> {
    audit::record(registry, tx, caller, action, &list.id.to_string(), detail)
}
