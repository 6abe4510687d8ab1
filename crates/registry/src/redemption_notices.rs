//! Redemptions that the issuer begins (reference section 7.8): it announces them, fixes holders and amounts on their day, and pays.

use std::collections::HashMap;

use database::Tx;
use domain::redemption::notice::RedemptionNotice;
use domain::restriction::uncovered;
use domain::{
    Authority, Means, ProductId, ProductStatus, Recipient, Redemption, RedemptionId,
    RedemptionNoticeId, Units,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use storage::Scope;
use storage::products::ProductRecord;
use storage::redemptions::RedemptionRecord;
use storage::register::HoldingRecord;
use storage::transfers::SideRecord;
use wire::FieldCode;
use wire::redemption_notices::RedemptionNoticeCreate;
use wire::redemptions::RedemptionPaid;

use crate::redemption_payments::{checked_reference, means, settle};
use crate::redemption_steps::{lock as lock_redemption, tell};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
    register_handover, restriction_steps,
};

/// Wallets of one notice at most: all of them are fixed in one transaction.
const MOST_WALLETS: usize = 10_000;

/// Announces that units are taken back. Nothing is bound before its day.
///
/// # Errors
/// Field errors; `too_many` wallets; a field that names no product of the caller's.
pub async fn announce(
    registry: &Registry,
    request: &Request,
    body: RedemptionNoticeCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::SettleRedemptions)?;
    require_few(body.wallet_addresses.len())?;
    let announced = translate::redemption_notices::create(&body, registry.clock.now())?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            storage::products::find(tx, &scope, announced.product)?
                .filter(|product| product.status == ProductStatus::Active)
                .ok_or_else(unknown_product)?;
            let notice = RedemptionNotice::announce(
                RedemptionNoticeId::from_uuid(ids::new()),
                announced.product,
                (announced.amount, announced.wallets.clone()),
                (announced.execution_date, announced.legal_basis.clone()),
                own.clock.now(),
            );
            storage::redemption_notices::insert(tx, &notice)?;
            let detail = json!({
                "product": notice.product.to_string(), "units": body.units, "percent": body.percent,
                "execution_date": notice.execution_date.to_string(), "legal_basis": notice.legal_basis,
            });
            note(&own, tx, &caller, "redemption_notice.announce", &notice, &detail)?;
            Done::created(notice.id, &shown(tx, &notice)?)
        })
        .await
}

/// Fixes on its day who gives what, as the register says then: one redemption for each wallet, which waits for its payment.
///
/// # Errors
/// `redemption_state` unless it is announced and its day has come; `r10_insufficient` if there is nothing or too little to take;
/// `too_many` wallets; not found if it is not about a product of the caller's.
pub async fn execute(
    registry: &Registry,
    request: &Request,
    id: RedemptionNoticeId,
) -> Result<Answer> {
    let scope = request.caller.require(Right::SettleRedemptions)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let notice = lock(tx, &scope, id)?;
            let product = crate::delivery::product(tx, notice.product)?;
            // From here on nobody else binds units of the asset before these are bound.
            register_handover::hold_queue(tx, notice.product)?;
            let sequence =
                storage::register::head(tx, notice.product)?.map_or(0, |head| head.sequence);
            let sides = sides(tx, &product, &notice)?;
            let free = free(tx, product.product.id, &sides)?;
            let (notice, shares) = notice.execute(&free, (own.clock.now(), sequence))?;
            let sides: HashMap<_, _> = sides
                .iter()
                .map(|holder| (holder.side.wallet.id, holder))
                .collect();
            for (wallet, units) in &shares {
                if let Some(holder) = sides.get(wallet) {
                    call(&own, tx, (&notice, means(&caller)), (holder, *units))?;
                }
            }
            storage::redemption_notices::update(tx, &notice)?;
            let detail = json!({"sequence": sequence, "wallets": shares.len()});
            note(
                &own,
                tx,
                &caller,
                "redemption_notice.execute",
                &notice,
                &detail,
            )?;
            Done::ok(id, &shown(tx, &notice)?)
        })
        .await
}

/// Proves that everybody was paid whose redemption of the notice waits for that; each goes on by itself.
///
/// # Errors
/// Field errors; `redemption_state` unless it is executed; `r08_issuer_consent` as for one redemption; not found if it is not about a
/// product of the caller's.
pub async fn mark_paid(
    registry: &Registry,
    request: &Request,
    id: RedemptionNoticeId,
    body: RedemptionPaid,
) -> Result<Answer> {
    let scope = request.caller.require(Right::SettleRedemptions)?;
    let payment = translate::redemptions::payment(&body, registry.clock.now())?;
    let reference = checked_reference(body.consent_reference)?;
    let consents = body.delete;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let notice = lock(tx, &scope, id)?;
            notice.require_executed()?;
            let waiting = storage::redemption_notices::waiting(tx, id)?;
            for redemption in &waiting {
                let consent = consents.then_some(reference.as_deref());
                let record = lock_redemption(tx, &scope, *redemption)?;
                settle(&own, tx, &caller, record, (&payment, consent))?;
            }
            let detail = json!({
                "paid_at": payment.paid_at.to_string(), "payment_reference": payment.reference, "consents": consents,
                "redemptions": waiting.len(),
            });
            note(&own, tx, &caller, "redemption_notice.mark_paid", &notice, &detail)?;
            Done::ok(id, &shown(tx, &notice)?)
        })
        .await
}

/// Takes a notice back: what of it was not paid is free again.
///
/// # Errors
/// `redemption_state` if it was taken back before; not found if it is not about a product of the caller's.
pub async fn withdraw(
    registry: &Registry,
    request: &Request,
    id: RedemptionNoticeId,
) -> Result<Answer> {
    let scope = request.caller.require(Right::SettleRedemptions)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let now = own.clock.now();
            let notice = lock(tx, &scope, id)?.withdraw(now)?;
            for redemption in storage::redemption_notices::waiting(tx, id)? {
                let mut record = lock_redemption(tx, &scope, redemption)?;
                let before = record.redemption.status();
                record.redemption = record.redemption.clone().withdraw(now)?;
                storage::redemptions::update(tx, &record)?;
                tell(&own, tx, &record, Some(before))?;
            }
            storage::redemption_notices::update(tx, &notice)?;
            note(
                &own,
                tx,
                &caller,
                "redemption_notice.withdraw",
                &notice,
                &json!({}),
            )?;
            Done::ok(id, &shown(tx, &notice)?)
        })
        .await
}

/// Notices about the caller's products, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer and the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<wire::redemption_notices::RedemptionNotice>> {
    let scope = caller.require(Right::ReadIssuedRedemptions)?;
    registry
        .db
        .read(move |tx| {
            let stretch = (paging.offset, paging.limit);
            let (count, found) = storage::redemption_notices::list(tx, &scope, product, stretch)?;
            let items = found
                .iter()
                .map(|notice| shown(tx, notice))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One notice.
///
/// # Errors
/// Not found if it is not about a product of the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: RedemptionNoticeId,
) -> Result<wire::redemption_notices::RedemptionNotice> {
    let scope = caller.require(Right::ReadIssuedRedemptions)?;
    registry
        .db
        .read(move |tx| {
            let found = storage::redemption_notices::find(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            shown(tx, &found)
        })
        .await
}

const NOT_FOUND: Error = Error::NotFound("redemption notice");

fn lock(tx: &mut Tx, scope: &Scope, id: RedemptionNoticeId) -> Result<RedemptionNotice> {
    storage::redemption_notices::lock(tx, scope, id)?.ok_or(NOT_FOUND)
}

/// The wallets that a notice is about, in the order of the register. From what is frozen nothing is taken.
fn sides(
    tx: &mut Tx,
    product: &ProductRecord,
    notice: &RedemptionNotice,
) -> Result<Vec<SideRecord>> {
    let holdings = storage::register::holdings(tx, notice.product)?;
    let wanted = |holding: &&HoldingRecord| {
        let named = notice.wallets.is_empty() || notice.wallets.contains(&holding.wallet);
        named && !holding.units.is_zero() && holding.wallet != product.token_address
    };
    let wanted: Vec<&HoldingRecord> = holdings.iter().filter(wanted).collect();
    require_few(wanted.len())?;
    let mut sides = Vec::with_capacity(wanted.len());
    for holding in wanted {
        let side = storage::transfers::side_at(tx, product.environment, holding.wallet)?
            .ok_or(Error::NotFound("wallet"))?;
        if !side.side.wallet.frozen {
            sides.push(side);
        }
    }
    Ok(sides)
}

/// What is bound by nothing in each of the wallets, and covered by no restriction.
fn free(
    tx: &mut Tx,
    product: ProductId,
    sides: &[SideRecord],
) -> Result<Vec<(domain::WalletId, Units)>> {
    let free = sides.iter().map(|side| {
        let place = (product, side.side.wallet.address);
        let (held, bound) = storage::transfers::stock(tx, place, None, None)?;
        let free = held.checked_sub(bound).unwrap_or_default();
        let entered = restriction_steps::standing(tx, place, None)?;
        Ok((side.side.wallet.id, uncovered(&entered, free)))
    });
    free.collect()
}

/// One holder's part of a notice: a redemption like any other, given by the issuer's right instead of the holder's signature.
fn call(
    registry: &Registry,
    tx: &mut Tx,
    (notice, means): (&RedemptionNotice, Means),
    (holder, units): (&SideRecord, Units),
) -> Result<()> {
    let wallet = &holder.side.wallet;
    let id = RedemptionId::from_uuid(ids::new());
    let who = (wallet.investor_id, Recipient::from(wallet));
    let record = RedemptionRecord {
        redemption: Redemption::called(id, notice.product, who, units, registry.clock.now()),
        environment: holder.environment,
        platform: holder.platform,
        authority: Authority::LegalTransaction,
        means,
        digest: digest(notice.id, wallet.id),
        signature: None,
        instruction: None,
        sequence: None,
        deletion: None,
        notice: Some(notice.id),
    };
    storage::redemptions::insert(tx, &record, None)?;
    tell(registry, tx, &record, None)
}

/// A wallet gives once by one notice.
fn digest(notice: RedemptionNoticeId, wallet: domain::WalletId) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"cashlink redemption notice 1\n")
        .chain_update(notice.uuid().as_bytes())
        .chain_update(wallet.uuid().as_bytes())
        .finalize()
        .into()
}

fn shown(
    tx: &mut Tx,
    notice: &RedemptionNotice,
) -> Result<wire::redemption_notices::RedemptionNotice> {
    let waiting = storage::redemption_notices::waiting(tx, notice.id)?;
    Ok(translate::redemption_notices::show(
        notice,
        waiting.len() as u64,
    ))
}

fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    notice: &RedemptionNotice,
    detail: &Value,
) -> Result<()> {
    let target = notice.id.to_string();
    audit::record(registry, tx, caller, action, &target, detail)
}

fn require_few(wallets: usize) -> Result<()> {
    if wallets <= MOST_WALLETS {
        return Ok(());
    }
    Err(Error::Problem(
        wire::ProblemCode::TooMany,
        format!("A notice is about at most {MOST_WALLETS} wallets; name fewer of them."),
    ))
}

fn unknown_product() -> Error {
    Error::Field(
        "product_id",
        FieldCode::NotFound,
        "There is none with this id.".to_owned(),
    )
}
