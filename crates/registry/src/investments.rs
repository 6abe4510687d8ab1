//! Investments: a distribution platform's orders for its investors.

use domain::{InvestmentId, InvestorId, Status};
use wire::ProblemCode;
use wire::investments::{InvestmentBatch, InvestmentCreate, InvestmentPatch, SignedDocumentsAdd};

pub use storage::investments::Filter;

use crate::batches::{batch_result, check_batch_size, collected};
use crate::investment_views::{brief, seen, seen_list, shown};
use crate::orders::{keep_documents, named_wallet, place};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, progress,
};

/// Items of a batch at most.
pub const MOST_IN_BATCH: usize = 100;

/// Creates an investment: its units are reserved, and reported dates apply at once.
///
/// # Errors
/// Field errors and the refusals of an order: mandates, size, step, allocation, documents, wallet.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: InvestmentCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestments)?;
    let ordered = translate::investments::create(&body)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let answer = place(&own, tx, &scope, &body, &ordered)?;
            Done::created(answer.id, &answer)
        })
        .await
}

/// Creates several investments; each stands for itself and has its own answer.
///
/// # Errors
/// `too_many` beyond 100 items.
pub async fn create_batch(
    registry: &Registry,
    request: &Request,
    body: InvestmentBatch,
) -> Result<Answer> {
    request.caller.require(Right::WriteInvestments)?;
    check_batch_size(body.investments.len(), MOST_IN_BATCH)?;
    let mut results = Vec::with_capacity(body.investments.len());
    for (index, item) in body.investments.into_iter().enumerate() {
        let answer = create(registry, &request.item(index), item).await;
        results.push(batch_result(answer)?);
    }
    collected(registry, request, results).await
}

/// One investment.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: InvestmentId,
) -> Result<wire::investments::Investment> {
    seen(registry, caller.require(Right::ReadInvestments)?, id).await
}

/// The caller's investments, oldest first.
///
/// # Errors
/// Refuses callers other than a distributor.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    filter: Filter,
    paging: Paging,
) -> Result<Listed<wire::investments::Investment>> {
    let scope = caller.require(Right::ReadInvestments)?;
    seen_list(registry, scope, filter, paging).await
}

/// The caller's newest investments that are older than the one named, without the documents signed.
///
/// # Errors
/// Refuses callers other than a distributor.
pub async fn latest(
    registry: &Registry,
    caller: &Caller,
    status: Option<Status>,
    before: Option<InvestmentId>,
    limit: u32,
) -> Result<Vec<wire::investments::Investment>> {
    let (environment, platform, _) = caller.require_distributor(Right::ReadInvestments)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let found =
                storage::latest::of_platform(tx, environment, platform, status, before, limit)?;
            brief(&own, tx, &found)
        })
        .await
}

/// The same of one of the caller's investors.
///
/// # Errors
/// Refuses callers other than a distributor.
pub async fn latest_of(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    before: Option<InvestmentId>,
    limit: u32,
) -> Result<Vec<wire::investments::Investment>> {
    let scope = caller.require(Right::ReadInvestments)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let found = storage::latest::of_investor(tx, &scope, investor, before, limit)?;
            brief(&own, tx, &found)
        })
        .await
}

/// Reports acceptance or payment, or names the wallet.
///
/// # Errors
/// The mandates, the status machine's refusals, `wallet_not_of_investor`; not found if it is not the caller's.
pub async fn update(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    patch: InvestmentPatch,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestments)?;
    let mut errors = domain::FieldErrors::new();
    let accepted_at = errors.parse_optional("accepted_at", patch.accepted_at.as_deref());
    let paid_at = errors.parse_optional("paid_at", patch.paid_at.as_deref());
    errors.into_result(Some(()))?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let mut record = progress::lock(tx, &scope, id)?;
            let campaign = storage::campaigns::find(tx, &scope, record.investment.campaign_id)?
                .ok_or(Error::NotFound("campaign"))?
                .campaign;
            let now = own.clock.now();
            let mut investment = record.investment.clone();
            if let Some(named) = &patch.wallet {
                let wallet = named_wallet(tx, investment.investor_id, named)?;
                investment = investment.set_wallet(&wallet)?;
            }
            let mut changes = Vec::new();
            if let Some(at) = accepted_at {
                campaign.mandates.check_accept()?;
                let (moved, passed) = investment.declare_accepted(at, now)?;
                investment = moved;
                changes.extend(passed);
            }
            if let Some(at) = paid_at {
                campaign.mandates.check_mark_paid()?;
                let (moved, passed) = investment.declare_paid(at, now)?;
                investment = moved;
                changes.extend(passed);
            }
            progress::carry_out(&own, tx, &mut record, (investment, changes))?;
            Done::ok(id, &shown(&own, tx, &record)?)
        })
        .await
}

/// The investor withdraws.
///
/// # Errors
/// `cancellation_period_over`, `cancellation_refused`, `delivery_started`; not found if it is not the caller's.
pub async fn cancel(registry: &Registry, request: &Request, id: InvestmentId) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestments)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let mut record = progress::lock(tx, &scope, id)?;
            let moved = record.investment.clone().cancel(own.clock.now())?;
            progress::carry_out(&own, tx, &mut record, moved)?;
            Done::ok(id, &shown(&own, tx, &record)?)
        })
        .await
}

/// Adds documents signed for an investment.
///
/// # Errors
/// Field errors; not found if it is not the caller's.
pub async fn add_signed_documents(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    body: SignedDocumentsAdd,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestments)?;
    let mut errors = domain::FieldErrors::new();
    let added = translate::investments::signed_documents(&mut errors, &body.signed_documents);
    errors.into_result(Some(()))?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let record = progress::lock(tx, &scope, id)?;
            let there = storage::signed_documents::of_investment(tx, id)?;
            if there.len() + added.len() > MOST_SIGNED_DOCUMENTS {
                return Err(Error::Problem(
                    ProblemCode::TooMany,
                    format!("An investment has at most {MOST_SIGNED_DOCUMENTS} signed documents."),
                ));
            }
            keep_documents(&own, tx, &scope, &record.investment, there.len(), &added)?;
            Done::ok(id, &shown(&own, tx, &record)?)
        })
        .await
}

const MOST_SIGNED_DOCUMENTS: usize = 200;
