//! Investments as the issuer of their product sees and decides them.

use domain::{InvestmentId, Moved, ProductId, Status, Timestamp};
use wire::investments::{
    Accept, InvestmentIds, InvestmentsAccept, InvestmentsMarkPaid, InvestmentsReject, MarkPaid,
    Reject,
};

use crate::batches::{batch_result, check_batch_size, collected};
use crate::investment_views::{brief, seen, seen_list, shown};
use crate::investments::Filter;
use crate::{Answer, Caller, Done, Listed, Paging, Registry, Request, Result, Right, progress};

/// Items of a batch of the issuer's at most.
pub const MOST_IN_BATCH: usize = 500;

/// Investments in the issuer's products, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    filter: Filter,
    paging: Paging,
) -> Result<Listed<wire::investments::Investment>> {
    let scope = caller.require(Right::ReadIssuedInvestments)?;
    seen_list(registry, scope, filter, paging).await
}

/// One of them.
///
/// # Errors
/// Not found if it is not in one of the caller's products.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: InvestmentId,
) -> Result<wire::investments::Investment> {
    seen(registry, caller.require(Right::ReadIssuedInvestments)?, id).await
}

/// The newest investments of one status in one of the issuer's products that are older than the one named, without the
/// documents signed.
///
/// # Errors
/// Refuses callers other than an issuer.
pub async fn latest(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
    status: Status,
    before: Option<InvestmentId>,
    limit: u32,
) -> Result<Vec<wire::investments::Investment>> {
    let scope = caller.require(Right::ReadIssuedInvestments)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let found = storage::latest::of_product(tx, &scope, product, status, before, limit)?;
            brief(&own, tx, &found)
        })
        .await
}

/// Accepts an investment; from here the deadlines run.
///
/// # Errors
/// Field errors and the status machine's refusals; not found if it is not in one of the caller's products.
pub async fn accept(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    body: Accept,
) -> Result<Answer> {
    let at = date("accepted_at", body.accepted_at.as_deref())?;
    decide(registry, request, id, Decision::Accept(at)).await
}

/// Rejects an investment before its acceptance.
///
/// # Errors
/// As [`accept`].
pub async fn reject(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    body: Reject,
) -> Result<Answer> {
    decide(
        registry,
        request,
        id,
        Decision::Reject(reason(body.reason)?),
    )
    .await
}

/// Marks an investment as paid.
///
/// # Errors
/// As [`accept`].
pub async fn mark_paid(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    body: MarkPaid,
) -> Result<Answer> {
    let at = date("paid_at", body.paid_at.as_deref())?;
    decide(registry, request, id, Decision::MarkPaid(at)).await
}

/// Waits for the money no longer.
///
/// # Errors
/// As [`accept`].
pub async fn payment_missing(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
) -> Result<Answer> {
    decide(registry, request, id, Decision::PaymentMissing).await
}

/// Accepts several; each has its own answer.
///
/// # Errors
/// Field errors; `too_many`.
pub async fn accept_many(
    registry: &Registry,
    request: &Request,
    body: InvestmentsAccept,
) -> Result<Answer> {
    let at = date("accepted_at", body.accepted_at.as_deref())?;
    decide_many(
        registry,
        request,
        &body.investment_ids,
        Decision::Accept(at),
    )
    .await
}

/// Rejects several; each has its own answer.
///
/// # Errors
/// Field errors; `too_many`.
pub async fn reject_many(
    registry: &Registry,
    request: &Request,
    body: InvestmentsReject,
) -> Result<Answer> {
    let decision = Decision::Reject(reason(body.reason)?);
    decide_many(registry, request, &body.investment_ids, decision).await
}

/// Marks several as paid; each has its own answer.
///
/// # Errors
/// Field errors; `too_many`.
pub async fn mark_paid_many(
    registry: &Registry,
    request: &Request,
    body: InvestmentsMarkPaid,
) -> Result<Answer> {
    let at = date("paid_at", body.paid_at.as_deref())?;
    decide_many(
        registry,
        request,
        &body.investment_ids,
        Decision::MarkPaid(at),
    )
    .await
}

/// Waits for the money of several no longer; each has its own answer.
///
/// # Errors
/// `too_many`.
pub async fn payment_missing_many(
    registry: &Registry,
    request: &Request,
    body: InvestmentIds,
) -> Result<Answer> {
    decide_many(
        registry,
        request,
        &body.investment_ids,
        Decision::PaymentMissing,
    )
    .await
}

/// What an issuer can decide.
#[derive(Clone, Debug)]
enum Decision {
    Accept(Option<Timestamp>),
    Reject(Option<String>),
    MarkPaid(Option<Timestamp>),
    PaymentMissing,
}

impl Decision {
    /// Who decides about an order and who looks after the money can be two people.
    fn right(&self) -> Right {
        match self {
            Self::Accept(_) | Self::Reject(_) => Right::DecideInvestments,
            Self::MarkPaid(_) | Self::PaymentMissing => Right::SettleInvestments,
        }
    }

    fn apply(
        &self,
        investment: domain::Investment,
        now: Timestamp,
    ) -> std::result::Result<Moved, domain::Refusal> {
        match self {
            Self::Accept(at) => investment.accept(*at, now),
            Self::Reject(reason) => investment.reject(reason.clone(), now),
            Self::MarkPaid(at) => investment.mark_paid(*at, now),
            Self::PaymentMissing => investment.payment_missing(now),
        }
    }
}

async fn decide(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    decision: Decision,
) -> Result<Answer> {
    let scope = request.caller.require(decision.right())?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let mut record = progress::lock(tx, &scope, id)?;
            let moved = decision.apply(record.investment.clone(), own.clock.now())?;
            if !moved.1.is_empty() {
                progress::carry_out(&own, tx, &mut record, moved)?;
            }
            Done::ok(id, &shown(&own, tx, &record)?)
        })
        .await
}

async fn decide_many(
    registry: &Registry,
    request: &Request,
    ids: &[uuid::Uuid],
    decision: Decision,
) -> Result<Answer> {
    request.caller.require(decision.right())?;
    check_batch_size(ids.len(), MOST_IN_BATCH)?;
    let mut results = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        let id = InvestmentId::from_uuid(*id);
        let answer = decide(registry, &request.item(index), id, decision.clone()).await;
        results.push(batch_result(answer)?);
    }
    collected(registry, request, results).await
}

fn date(field: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    let mut errors = domain::FieldErrors::new();
    let at = errors.parse_optional(field, text);
    Ok(errors.into_result(Some(at))?)
}

/// A reason as somebody gave it, if it is a text of ours.
pub(crate) fn reason(text: Option<String>) -> Result<Option<String>> {
    let mut errors = domain::FieldErrors::new();
    domain::text::check_optional_text(&mut errors, "reason", text.as_deref());
    Ok(errors.into_result(Some(text))?)
}
