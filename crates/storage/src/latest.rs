//! What people's pages list: newest first and by the last row seen, so that a page costs the same however long the list is.

use database::{DatabaseError, Sql, Tx, Value};
use domain::{EnvironmentId, InvestmentId, InvestorId, PlatformId, ProductId, Status};
use uuid::Uuid;

use crate::investments::InvestmentRecord;
use crate::investors::{self, InvestorRecord};
use crate::{Scope, investments};

const IN_REVIEW: Sql = Sql("select v.id, v.environment_id, v.platform_id, v.issuer_id, v.product_id, v.campaign_id, v.investor_id, v.units, v.remaining_units, v.status, v.signed_at, v.accepted_at, v.paid_at, v.delivered_at, v.declared_accepted_at, v.declared_paid_at, v.payment_due_at, v.cancellable_until, v.delivery_started_at, v.wallet_id, v.wallet_address, v.transaction_hash, v.total_amount, v.total_decimals, v.currency, v.payment_reference, v.reason, v.event_sequence, v.created_at, v.changed_at, p.payment_deadline_days, p.cancellation_deadline_days
from investments v
join products p on p.id = v.product_id
where v.status = 'REVIEW_PENDING'
order by v.id
limit $1 offset $2");

const COUNT_IN_REVIEW: Sql = Sql("select count(*)
from investments
where status = 'REVIEW_PENDING'");

const OF_PLATFORM: Sql = Sql("select v.id, v.environment_id, v.platform_id, v.issuer_id, v.product_id, v.campaign_id, v.investor_id, v.units, v.remaining_units, v.status, v.signed_at, v.accepted_at, v.paid_at, v.delivered_at, v.declared_accepted_at, v.declared_paid_at, v.payment_due_at, v.cancellable_until, v.delivery_started_at, v.wallet_id, v.wallet_address, v.transaction_hash, v.total_amount, v.total_decimals, v.currency, v.payment_reference, v.reason, v.event_sequence, v.created_at, v.changed_at, p.payment_deadline_days, p.cancellation_deadline_days
from investments v
join products p on p.id = v.product_id
where v.environment_id = $1
and v.platform_id = $2
and v.id < $3
order by v.id desc
limit $4");

const OF_PLATFORM_WITH_STATUS: Sql = Sql("select v.id, v.environment_id, v.platform_id, v.issuer_id, v.product_id, v.campaign_id, v.investor_id, v.units, v.remaining_units, v.status, v.signed_at, v.accepted_at, v.paid_at, v.delivered_at, v.declared_accepted_at, v.declared_paid_at, v.payment_due_at, v.cancellable_until, v.delivery_started_at, v.wallet_id, v.wallet_address, v.transaction_hash, v.total_amount, v.total_decimals, v.currency, v.payment_reference, v.reason, v.event_sequence, v.created_at, v.changed_at, p.payment_deadline_days, p.cancellation_deadline_days
from investments v
join products p on p.id = v.product_id
where v.product_id = (select q.id from products q where q.environment_id = $1 order by q.id limit 1)
and v.status = $2
and v.id < $3
and v.environment_id = $1
and v.platform_id = $4
order by v.id desc
limit $5");

const OF_INVESTOR: Sql = Sql("select v.id, v.environment_id, v.platform_id, v.issuer_id, v.product_id, v.campaign_id, v.investor_id, v.units, v.remaining_units, v.status, v.signed_at, v.accepted_at, v.paid_at, v.delivered_at, v.declared_accepted_at, v.declared_paid_at, v.payment_due_at, v.cancellable_until, v.delivery_started_at, v.wallet_id, v.wallet_address, v.transaction_hash, v.total_amount, v.total_decimals, v.currency, v.payment_reference, v.reason, v.event_sequence, v.created_at, v.changed_at, p.payment_deadline_days, p.cancellation_deadline_days
from investments v
join products p on p.id = v.product_id
where v.investor_id = $1
and v.id < $2
and v.environment_id = $3
and v.platform_id = $4
order by v.id desc
limit $5");

const OF_PRODUCT: Sql = Sql("select v.id, v.environment_id, v.platform_id, v.issuer_id, v.product_id, v.campaign_id, v.investor_id, v.units, v.remaining_units, v.status, v.signed_at, v.accepted_at, v.paid_at, v.delivered_at, v.declared_accepted_at, v.declared_paid_at, v.payment_due_at, v.cancellable_until, v.delivery_started_at, v.wallet_id, v.wallet_address, v.transaction_hash, v.total_amount, v.total_decimals, v.currency, v.payment_reference, v.reason, v.event_sequence, v.created_at, v.changed_at, p.payment_deadline_days, p.cancellation_deadline_days
from investments v
join products p on p.id = v.product_id
where v.product_id = $1
and v.status = $2
and v.id < $3
and v.issuer_id in (select id from issuers where account_id = $4)
and (exists (select 1 from membership_products m where m.membership_id = $5 and m.product_id = v.product_id) or $5 is null)
order by v.id desc
limit $6");

const INVESTORS: Sql = Sql("select id, environment_id, platform_id, kind, kyc_status, identity_changed_at, tax_information_present, us_tax, custodian_bank, key_id, sealed_person, event_sequence, created_at, updated_at
from investors
where environment_id = $1
and platform_id = $2
and id < $3
order by id desc
limit $4");

/// The number of investments in review, which are few, and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn in_review(
    tx: &mut Tx,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<InvestmentRecord>), DatabaseError> {
    let count = tx.query_one(COUNT_IN_REVIEW, &[])?.get(0)?;
    let parameters = [limit.into(), offset.cast_signed().into()];
    Ok((count, read(tx, IN_REVIEW, &parameters)?))
}

/// A platform's investments in one environment that are older than the one named.
///
/// # Errors
/// Fails if the database does.
pub fn of_platform(
    tx: &mut Tx,
    environment: EnvironmentId,
    platform: PlatformId,
    status: Option<Status>,
    before: Option<InvestmentId>,
    limit: u32,
) -> Result<Vec<InvestmentRecord>, DatabaseError> {
    let (environment, platform) = (environment.uuid().into(), platform.uuid().into());
    let before = last(before.map(InvestmentId::uuid));
    match status {
        None => read(
            tx,
            OF_PLATFORM,
            &[environment, platform, before, limit.into()],
        ),
        Some(status) => {
            let status = status.as_str().into();
            let parameters = [environment, status, before, platform, limit.into()];
            read(tx, OF_PLATFORM_WITH_STATUS, &parameters)
        }
    }
}

/// The same of one investor.
///
/// # Errors
/// Fails if the database does.
pub fn of_investor(
    tx: &mut Tx,
    scope: &Scope,
    investor: InvestorId,
    before: Option<InvestmentId>,
    limit: u32,
) -> Result<Vec<InvestmentRecord>, DatabaseError> {
    let parameters = [
        investor.uuid().into(),
        last(before.map(InvestmentId::uuid)),
        scope.environment_value(),
        scope.platform_value(),
        limit.into(),
    ];
    read(tx, OF_INVESTOR, &parameters)
}

/// Investments of one status in one of an issuer's products that are older than the one named.
///
/// # Errors
/// Fails if the database does.
pub fn of_product(
    tx: &mut Tx,
    scope: &Scope,
    product: ProductId,
    status: Status,
    before: Option<InvestmentId>,
    limit: u32,
) -> Result<Vec<InvestmentRecord>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        status.as_str().into(),
        last(before.map(InvestmentId::uuid)),
        scope.issuer_value(),
        scope.membership_value(),
        limit.into(),
    ];
    read(tx, OF_PRODUCT, &parameters)
}

/// A platform's investors in one environment that are older than the one named.
///
/// # Errors
/// Fails if the database does.
pub fn investors(
    tx: &mut Tx,
    environment: EnvironmentId,
    platform: PlatformId,
    before: Option<InvestorId>,
    limit: u32,
) -> Result<Vec<InvestorRecord>, DatabaseError> {
    let parameters = [
        environment.uuid().into(),
        platform.uuid().into(),
        last(before.map(InvestorId::uuid)),
        limit.into(),
    ];
    tx.query(INVESTORS, &parameters)?
        .iter()
        .map(investors::read)
        .collect()
}

/// The greatest id there is stands before everything.
fn last(before: Option<Uuid>) -> Value {
    before.unwrap_or(Uuid::max()).into()
}

fn read(
    tx: &mut Tx,
    sql: Sql,
    parameters: &[Value],
) -> Result<Vec<InvestmentRecord>, DatabaseError> {
    tx.query(sql, parameters)?
        .iter()
        .map(investments::read)
        .collect()
}
