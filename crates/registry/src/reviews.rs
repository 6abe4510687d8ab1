//! The registrar's review of investments.

use domain::InvestmentId;
use storage::Scope;
use wire::network::{ReviewAction, ReviewDecision};

use crate::investment_views::{brief, shown};
use crate::{
    Answer, Caller, Done, Listed, Paging, Registry, Request, Result, Right, audit, progress,
};

/// Requires a review, ends it, or gives an investment up for want of identification.
///
/// # Errors
/// The status machine's refusals; not found if there is none; refuses callers other than the registrar.
pub async fn review(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    body: ReviewDecision,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let reason = crate::issued_investments::reason(body.reason)?;
    let action = body.action;
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let mut record = progress::lock(tx, &Scope::ALL, id)?;
            let investment = record.investment.clone();
            let now = own.clock.now();
            let reason = reason.clone();
            let moved = match action {
                ReviewAction::Require => investment.review_required(now),
                ReviewAction::Approve => {
                    let investor = progress::investor(tx, &record)?;
                    investment.review_passed(investor.standing.kyc_status, now)
                }
                ReviewAction::Reject => investment.review_failed(reason, now),
                ReviewAction::KycInsufficient => investment.kyc_insufficient(reason, now),
            }?;
            progress::carry_out(&own, tx, &mut record, moved)?;
            let detail = serde_json::json!({"status": record.investment.status().as_str()});
            audit::record(
                &own,
                tx,
                &caller,
                "investment.review",
                &id.to_string(),
                &detail,
            )?;
            Done::ok(id, &shown(&own, tx, &record)?)
        })
        .await
}

/// Investments that wait for the end of a review, oldest first.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn waiting(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<wire::investments::Investment>> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, records) = storage::latest::in_review(tx, paging.offset, paging.limit)?;
            let items = brief(&own, tx, &records)?;
            Ok(Listed { count, items })
        })
        .await
}
