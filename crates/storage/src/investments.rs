//! Investments and the documents signed for them.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    BatchId, CampaignId, EnvironmentId, Investment, InvestmentId, InvestorId, IssuerId, Money,
    PaymentReference, PlatformId, ProductId, Recipient, Status, StoredInvestment, Terms, Timestamp,
    WalletId,
};

use crate::Scope;
use crate::columns::{Columns, opt_time, time};
use crate::products::units;

const INSERT: Sql = Sql("insert into investments
(id, environment_id, platform_id, issuer_id, product_id, campaign_id, investor_id, units, remaining_units, status, signed_at, accepted_at, paid_at, delivered_at, declared_accepted_at, declared_paid_at, payment_due_at, cancellable_until, delivery_started_at, wallet_id, wallet_address, transaction_hash, total_amount, total_decimals, currency, payment_reference, reason, event_sequence, created_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)");

const UPDATE: Sql = Sql("update investments
set remaining_units = $2, status = $3, accepted_at = $4, paid_at = $5, delivered_at = $6, declared_accepted_at = $7, declared_paid_at = $8, payment_due_at = $9, cancellable_until = $10, delivery_started_at = $11, wallet_id = $12, wallet_address = $13, transaction_hash = $14, reason = $15, event_sequence = $16, changed_at = $17
where id = $1");

const FIND: Sql = Sql("select v.id, v.environment_id, v.platform_id, v.issuer_id, v.product_id, v.campaign_id, v.investor_id, v.units, v.remaining_units, v.status, v.signed_at, v.accepted_at, v.paid_at, v.delivered_at, v.declared_accepted_at, v.declared_paid_at, v.payment_due_at, v.cancellable_until, v.delivery_started_at, v.wallet_id, v.wallet_address, v.transaction_hash, v.total_amount, v.total_decimals, v.currency, v.payment_reference, v.reason, v.event_sequence, v.created_at, v.changed_at, p.payment_deadline_days, p.cancellation_deadline_days
from investments v
join products p on p.id = v.product_id
where v.id = $1
and (v.environment_id = $2 or $2 is null)
and (v.platform_id = $3 or $3 is null)
and (v.issuer_id in (select id from issuers where account_id = $4) or $4 is null)
and (exists (select 1 from membership_products m where m.membership_id = $5 and m.product_id = v.product_id) or $5 is null)");

// The row first: a lock over the join would hold the product.
const LOCK: Sql = Sql("select id
from investments v
where v.id = $1
and (v.environment_id = $2 or $2 is null)
and (v.platform_id = $3 or $3 is null)
and (v.issuer_id in (select id from issuers where account_id = $4) or $4 is null)
and (exists (select 1 from membership_products m where m.membership_id = $5 and m.product_id = v.product_id) or $5 is null)
for update");

const LOCK_DELIVERED: Sql = Sql("select id
from investments
where id in (select c.investment_id from dlt_commands c where c.batch_id = $1 and c.status = 'taken')
order by id
for update");

const FIND_DELIVERED: Sql = Sql("select v.id, v.environment_id, v.platform_id, v.issuer_id, v.product_id, v.campaign_id, v.investor_id, v.units, v.remaining_units, v.status, v.signed_at, v.accepted_at, v.paid_at, v.delivered_at, v.declared_accepted_at, v.declared_paid_at, v.payment_due_at, v.cancellable_until, v.delivery_started_at, v.wallet_id, v.wallet_address, v.transaction_hash, v.total_amount, v.total_decimals, v.currency, v.payment_reference, v.reason, v.event_sequence, v.created_at, v.changed_at, p.payment_deadline_days, p.cancellation_deadline_days
from dlt_commands c
join investments v on v.id = c.investment_id
join products p on p.id = v.product_id
where c.batch_id = $1
and c.status = 'taken'
order by c.id");

const LIST: Sql = Sql("select v.id, v.environment_id, v.platform_id, v.issuer_id, v.product_id, v.campaign_id, v.investor_id, v.units, v.remaining_units, v.status, v.signed_at, v.accepted_at, v.paid_at, v.delivered_at, v.declared_accepted_at, v.declared_paid_at, v.payment_due_at, v.cancellable_until, v.delivery_started_at, v.wallet_id, v.wallet_address, v.transaction_hash, v.total_amount, v.total_decimals, v.currency, v.payment_reference, v.reason, v.event_sequence, v.created_at, v.changed_at, p.payment_deadline_days, p.cancellation_deadline_days
from investments v
join products p on p.id = v.product_id
where (v.environment_id = $1 or $1 is null)
and (v.platform_id = $2 or $2 is null)
and (v.issuer_id in (select id from issuers where account_id = $3) or $3 is null)
and (v.investor_id = $4 or $4 is null)
and (v.campaign_id = $5 or $5 is null)
and (v.product_id = $6 or $6 is null)
and (v.status = $7 or $7 is null)
and (v.changed_at > $8 or $8 is null)
and (exists (select 1 from membership_products m where m.membership_id = $9 and m.product_id = v.product_id) or $9 is null)
order by v.id
limit $10 offset $11");

const COUNT: Sql = Sql("select count(*)
from investments v
where (v.environment_id = $1 or $1 is null)
and (v.platform_id = $2 or $2 is null)
and (v.issuer_id in (select id from issuers where account_id = $3) or $3 is null)
and (v.investor_id = $4 or $4 is null)
and (v.campaign_id = $5 or $5 is null)
and (v.product_id = $6 or $6 is null)
and (v.status = $7 or $7 is null)
and (v.changed_at > $8 or $8 is null)
and (exists (select 1 from membership_products m where m.membership_id = $9 and m.product_id = v.product_id) or $9 is null)");

const OVERDUE: Sql = Sql("select id
from investments
where status = 'ACCEPTED'
and payment_due_at <= $1
order by payment_due_at
limit $2");

const WAITING_OF_INVESTOR: Sql = Sql("select id
from investments
where investor_id = $1
and (status = 'KYC_PENDING' or status = 'PAID' and delivery_started_at is null)
order by id");

/// An investment as stored.
#[derive(Clone, Debug)]
pub struct InvestmentRecord {
    /// What the rules know.
    pub investment: Investment,
    /// Where.
    pub environment: EnvironmentId,
    /// Whose investor's.
    pub platform: PlatformId,
    /// Whose product's.
    pub issuer: IssuerId,
    /// What it costs.
    pub total: Money,
    /// Unique in the network.
    pub payment_reference: PaymentReference,
    /// Events told so far.
    pub event_sequence: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// Which investments a list shall hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Of this investor.
    pub investor: Option<InvestorId>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// Of this product.
    pub product: Option<ProductId>,
    /// With this status.
    pub status: Option<Status>,
    /// Changed after this time.
    pub changed_after: Option<Timestamp>,
}

/// Keeps a new investment; it travels with the commit.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &InvestmentRecord) -> Result<(), DatabaseError> {
    let stored = record.investment.stored();
    let mut parameters: Vec<Value> = vec![
        stored.id.uuid().into(),
        record.environment.uuid().into(),
        record.platform.uuid().into(),
        record.issuer.uuid().into(),
        stored.product_id.uuid().into(),
        stored.campaign_id.uuid().into(),
        stored.investor_id.uuid().into(),
        stored.units.as_i64().into(),
        stored.remaining_units.as_i64().into(),
        stored.status.as_str().into(),
        time(stored.signed_at),
    ];
    parameters.extend(times_and_recipient(&stored));
    parameters.extend([
        record.total.amount().into(),
        record.total.decimals().into(),
        record.total.currency().code().into(),
        record.payment_reference.to_string().into(),
        Value::from(stored.reason),
        record.event_sequence.cast_signed().into(),
        time(record.created_at),
        time(record.changed_at),
    ]);
    tx.later(INSERT, &parameters)
}

/// Saves what can change of an investment; it travels with the commit.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, record: &InvestmentRecord) -> Result<(), DatabaseError> {
    let stored = record.investment.stored();
    let mut parameters: Vec<Value> = vec![
        stored.id.uuid().into(),
        stored.remaining_units.as_i64().into(),
        stored.status.as_str().into(),
    ];
    parameters.extend(times_and_recipient(&stored));
    parameters.extend([
        Value::from(stored.reason),
        record.event_sequence.cast_signed().into(),
        time(record.changed_at),
    ]);
    tx.later(UPDATE, &parameters)
}

/// An investment that the caller may see.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: InvestmentId,
) -> Result<Option<InvestmentRecord>, DatabaseError> {
    tx.query_opt(FIND, &scoped(scope, id))?
        .map(|row| read(&row))
        .transpose()
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: InvestmentId,
) -> Result<Option<InvestmentRecord>, DatabaseError> {
    let parameters = scoped(scope, id);
    let rows = tx.query_many(&[(LOCK, &parameters), (FIND, &parameters)])?;
    rows[1].first().map(read).transpose()
}

/// The investments that an open batch delivers, in the order of its commands, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock_of_batch(tx: &mut Tx, batch: BatchId) -> Result<Vec<InvestmentRecord>, DatabaseError> {
    let batch = [batch.uuid().into()];
    let rows = tx.query_many(&[(LOCK_DELIVERED, &batch), (FIND_DELIVERED, &batch)])?;
    rows[1].iter().map(read).collect()
}

/// The number of investments that the caller may see and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<InvestmentRecord>), DatabaseError> {
    let mut parameters = vec![
        scope.environment_value(),
        scope.platform_value(),
        scope.issuer_value(),
        Value::from(filter.investor.map(InvestorId::uuid)),
        Value::from(filter.campaign.map(CampaignId::uuid)),
        Value::from(filter.product.map(ProductId::uuid)),
        Value::from(filter.status.map(Status::as_str)),
        opt_time(filter.changed_after),
        scope.membership_value(),
    ];
    let count = tx.query_one(COUNT, &parameters)?.get(0)?;
    parameters.extend([limit.into(), offset.cast_signed().into()]);
    let rows = tx.query(LIST, &parameters)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Investments whose payment is late.
///
/// # Errors
/// Fails if the database does.
pub fn overdue(
    tx: &mut Tx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<InvestmentId>, DatabaseError> {
    ids(tx, OVERDUE, &[time(now), limit.into()])
}

/// Investments that may go on when their investor changes.
///
/// # Errors
/// Fails if the database does.
pub fn waiting_of_investor(
    tx: &mut Tx,
    investor: InvestorId,
) -> Result<Vec<InvestmentId>, DatabaseError> {
    ids(tx, WAITING_OF_INVESTOR, &[investor.uuid().into()])
}

fn ids(tx: &mut Tx, sql: Sql, parameters: &[Value]) -> Result<Vec<InvestmentId>, DatabaseError> {
    let rows = tx.query(sql, parameters)?;
    rows.iter()
        .map(|row| Columns::of(row).id(InvestmentId::from_uuid))
        .collect()
}

fn scoped(scope: &Scope, id: InvestmentId) -> [Value; 5] {
    [
        id.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
        scope.issuer_value(),
        scope.membership_value(),
    ]
}

/// From `accepted_at` to `transaction_hash`, as both statements name them.
fn times_and_recipient(stored: &StoredInvestment) -> [Value; 11] {
    [
        opt_time(stored.accepted_at),
        opt_time(stored.paid_at),
        opt_time(stored.delivered_at),
        opt_time(stored.declared_accepted_at),
        opt_time(stored.declared_paid_at),
        opt_time(stored.payment_due_at),
        opt_time(stored.cancellable_until),
        opt_time(stored.delivery_started_at),
        Value::from(stored.recipient.map(|to| to.wallet_id.uuid())),
        Value::from(stored.recipient.map(|to| to.address.bytes().to_vec())),
        Value::from(stored.transaction_hash.map(|hash| hash.bytes().to_vec())),
    ]
}

pub(crate) fn read(row: &Row) -> Result<InvestmentRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(InvestmentId::from_uuid)?;
    let environment = columns.id(EnvironmentId::from_uuid)?;
    let platform = columns.id(PlatformId::from_uuid)?;
    let issuer = columns.id(IssuerId::from_uuid)?;
    let mut stored = StoredInvestment {
        id,
        product_id: columns.id(ProductId::from_uuid)?,
        campaign_id: columns.id(CampaignId::from_uuid)?,
        investor_id: columns.id(InvestorId::from_uuid)?,
        units: units(columns.next()?),
        remaining_units: units(columns.next()?),
        status: columns.parsed(|text| text.parse().ok())?,
        signed_at: columns.time()?,
        accepted_at: columns.opt_time()?,
        paid_at: columns.opt_time()?,
        delivered_at: columns.opt_time()?,
        declared_accepted_at: columns.opt_time()?,
        declared_paid_at: columns.opt_time()?,
        payment_due_at: columns.opt_time()?,
        cancellable_until: columns.opt_time()?,
        delivery_started_at: columns.opt_time()?,
        recipient: recipient(&mut columns)?,
        transaction_hash: columns.opt_hash()?,
        reason: None,
        terms: Terms::default(),
    };
    let total = money(&mut columns)?;
    let payment_reference = columns.parsed(|text| text.parse().ok())?;
    stored.reason = columns.next()?;
    let event_sequence = columns.next()?;
    let created_at = columns.time()?;
    let changed_at = columns.time()?;
    stored.terms = Terms {
        payment_deadline_days: columns.next()?,
        cancellation_deadline_days: columns.next()?,
    };
    let investment = Investment::restore(stored).map_err(|corrupt| DatabaseError::Statement {
        sql: "investments".to_owned(),
        message: corrupt.to_string(),
    })?;
    Ok(InvestmentRecord {
        investment,
        environment,
        platform,
        issuer,
        total,
        payment_reference,
        event_sequence,
        created_at,
        changed_at,
    })
}

fn recipient(columns: &mut Columns) -> Result<Option<Recipient>, DatabaseError> {
    let wallet = columns.opt_id(WalletId::from_uuid)?;
    let address = columns.opt_address()?;
    Ok(wallet
        .zip(address)
        .map(|(wallet_id, address)| Recipient { wallet_id, address }))
}

fn money(columns: &mut Columns) -> Result<Money, DatabaseError> {
    let amount: i64 = columns.next()?;
    let decimals: u8 = columns.next()?;
    columns.parsed(|text| Money::new(amount, decimals, text.parse().ok()?).ok())
}
