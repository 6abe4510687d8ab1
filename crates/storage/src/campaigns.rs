//! Campaigns and their allocation.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    Campaign, CampaignId, EnvironmentId, InvestorId, Mandates, PlatformId, ProductId, Timestamp,
    Units,
};

use crate::Scope;
use crate::columns::{Columns, opt_time, time};
use crate::products::units;

const INSERT: Sql = Sql("insert into campaigns
(id, environment_id, product_id, platform_id, name, allocation, reserved, minimum_units, maximum_units, required_document_types, opens_at, closes_at, distributor_may_accept, distributor_may_mark_paid, offering_type, maximum_persons, created_at)
values ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");

pub(crate) const FIND: Sql = Sql("select id, environment_id, product_id, platform_id, name, allocation, reserved, minimum_units, maximum_units, required_document_types, opens_at, closes_at, distributor_may_accept, distributor_may_mark_paid, offering_type, maximum_persons, created_at
from campaigns
where id = $1
and (environment_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)");

const CLOSE_ALL: Sql = Sql("update campaigns
set closes_at = $2
where product_id = $1
and (closes_at is null or closes_at > $2)");

const LIST: Sql = Sql("select id, environment_id, product_id, platform_id, name, allocation, reserved, minimum_units, maximum_units, required_document_types, opens_at, closes_at, distributor_may_accept, distributor_may_mark_paid, offering_type, maximum_persons, created_at
from campaigns
where (environment_id = $1 or $1 is null)
and (platform_id = $2 or $2 is null)
and (product_id = $3 or $3 is null)
order by id
limit $4 offset $5");

const LIST_ISSUED: Sql = Sql("select c.id, c.environment_id, c.product_id, c.platform_id, c.name, c.allocation, c.reserved, c.minimum_units, c.maximum_units, c.required_document_types, c.opens_at, c.closes_at, c.distributor_may_accept, c.distributor_may_mark_paid, c.offering_type, c.maximum_persons, c.created_at
from campaigns c
join products p on p.id = c.product_id
where (c.environment_id = $1 or $1 is null)
and (p.issuer_id in (select id from issuers where account_id = $2) or $2 is null)
and (c.product_id = $3 or $3 is null)
and (c.id = $4 or $4 is null)
order by c.id
limit $5 offset $6");

const COUNT_ISSUED: Sql = Sql("select count(*)
from campaigns c
join products p on p.id = c.product_id
where (c.environment_id = $1 or $1 is null)
and (p.issuer_id in (select id from issuers where account_id = $2) or $2 is null)
and (c.product_id = $3 or $3 is null)
and (c.id = $4 or $4 is null)");

// What is reserved grows while orders come in: the bound is in the statement.
const UPDATE: Sql = Sql("update campaigns
set name = $2, allocation = $3, opens_at = $4, closes_at = $5, distributor_may_accept = $6, distributor_may_mark_paid = $7
where id = $1
and reserved <= $3");

const COUNT: Sql = Sql("select count(*)
from campaigns
where (environment_id = $1 or $1 is null)
and (platform_id = $2 or $2 is null)
and (product_id = $3 or $3 is null)");

// The bounds are in the statement and in a check of the table: whatever happens at the same time, nothing is sold twice.
const RESERVE: Sql = Sql("update campaigns
set reserved = reserved + $2
where id = $1
and reserved + $2 <= allocation");

// Those who order at the same time are counted one after the other.
const LOCK: Sql = Sql("select id
from campaigns
where id = $1
for update");

const OTHER_PERSONS: Sql = Sql("select count(*)
from campaign_persons
where campaign_id = $1
and investor_id <> $2");

const KEEP_PERSON: Sql = Sql("insert into campaign_persons
(campaign_id, investor_id)
values ($1, $2)
on conflict (campaign_id, investor_id) do nothing");

const FREE: Sql = Sql("update campaigns
set reserved = reserved - $2
where id = $1
and reserved >= $2");

/// A campaign as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignRecord {
    /// What the rules know.
    pub campaign: Campaign,
    /// Where.
    pub environment: EnvironmentId,
    /// Who sells.
    pub platform: PlatformId,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Keeps a new campaign.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &CampaignRecord) -> Result<(), DatabaseError> {
    let campaign = &record.campaign;
    tx.execute(
        INSERT,
        &[
            campaign.id.uuid().into(),
            record.environment.uuid().into(),
            campaign.product_id.uuid().into(),
            record.platform.uuid().into(),
            campaign.name.as_str().into(),
            campaign.allocation.as_i64().into(),
            campaign.minimum_units.as_i64().into(),
            Value::from(campaign.maximum_units.map(Units::as_i64)),
            campaign.required_document_types.join(",").into(),
            opt_time(campaign.opens_at),
            opt_time(campaign.closes_at),
            campaign.mandates.distributor_may_accept.into(),
            campaign.mandates.distributor_may_mark_paid.into(),
            Value::from(campaign.offering_type.map(|one| one.as_str().to_owned())),
            Value::from(campaign.maximum_persons),
            time(record.created_at),
        ],
    )
    .map(|_| ())
}

/// A campaign that the caller may see.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: CampaignId,
) -> Result<Option<CampaignRecord>, DatabaseError> {
    tx.query_opt(FIND, &scoped(scope, id))?
        .map(|row| read(&row))
        .transpose()
}

/// The number of campaigns that the caller may see and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    product: Option<ProductId>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<CampaignRecord>), DatabaseError> {
    let filter = [
        scope.environment_value(),
        scope.platform_value(),
        Value::from(product.map(ProductId::uuid)),
    ];
    let count = tx.query_one(COUNT, &filter)?.get(0)?;
    let [environment, platform, product] = filter;
    let stretch = [
        environment,
        platform,
        product,
        limit.into(),
        offset.cast_signed().into(),
    ];
    let rows = tx.query(LIST, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// The number of campaigns of the calling issuer's products and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list_issued(
    tx: &mut Tx,
    scope: &Scope,
    product: Option<ProductId>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<CampaignRecord>), DatabaseError> {
    let filter = [
        scope.environment_value(),
        scope.issuer_value(),
        Value::from(product.map(ProductId::uuid)),
        Value::Null,
    ];
    let count = tx.query_one(COUNT_ISSUED, &filter)?.get(0)?;
    let mut stretch = filter.to_vec();
    stretch.extend([limit.into(), offset.cast_signed().into()]);
    let rows = tx.query(LIST_ISSUED, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// A campaign of the calling issuer's products.
///
/// # Errors
/// Fails if the database does.
pub fn find_issued(
    tx: &mut Tx,
    scope: &Scope,
    id: CampaignId,
) -> Result<Option<CampaignRecord>, DatabaseError> {
    let parameters = [
        scope.environment_value(),
        scope.issuer_value(),
        Value::Null,
        id.uuid().into(),
        1_u32.into(),
        0_i64.into(),
    ];
    tx.query_opt(LIST_ISSUED, &parameters)?
        .map(|row| read(&row))
        .transpose()
}

/// Saves what may change of a campaign; false if investments hold more units than its allocation would be.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, campaign: &Campaign) -> Result<bool, DatabaseError> {
    let parameters = [
        campaign.id.uuid().into(),
        campaign.name.as_str().into(),
        campaign.allocation.as_i64().into(),
        opt_time(campaign.opens_at),
        opt_time(campaign.closes_at),
        campaign.mandates.distributor_may_accept.into(),
        campaign.mandates.distributor_may_mark_paid.into(),
    ];
    Ok(tx.execute(UPDATE, &parameters)? == 1)
}

/// Takes units out of what can still be ordered; the transaction is repeated if somebody else has taken them meanwhile.
///
/// # Errors
/// Fails if the database does.
pub fn reserve(tx: &mut Tx, id: CampaignId, units: Units) -> Result<(), DatabaseError> {
    tx.later_or_again(RESERVE, &[id.uuid().into(), units.as_i64().into()])
}

/// How many others than this investor have ordered in a campaign that counts persons; nobody else is counted until the transaction
/// ends.
///
/// # Errors
/// Fails if the database does.
pub fn other_persons(
    tx: &mut Tx,
    id: CampaignId,
    investor: InvestorId,
) -> Result<u64, DatabaseError> {
    tx.query_opt(LOCK, &[id.uuid().into()])?;
    tx.query_one(OTHER_PERSONS, &[id.uuid().into(), investor.uuid().into()])?
        .get(0)
}

/// Counts this investor among the campaign's persons from now on.
///
/// # Errors
/// Fails if the database does.
pub fn keep_person(tx: &mut Tx, id: CampaignId, investor: InvestorId) -> Result<(), DatabaseError> {
    tx.execute(KEEP_PERSON, &[id.uuid().into(), investor.uuid().into()])
        .map(|_| ())
}

/// Gives units back.
///
/// # Errors
/// Fails if the database does.
pub fn free(tx: &mut Tx, id: CampaignId, units: Units) -> Result<(), DatabaseError> {
    tx.later(FREE, &[id.uuid().into(), units.as_i64().into()])
}

pub(crate) fn scoped(scope: &Scope, id: CampaignId) -> [Value; 3] {
    [
        id.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
    ]
}

pub(crate) fn read(row: &Row) -> Result<CampaignRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(CampaignId::from_uuid)?;
    let environment = columns.id(EnvironmentId::from_uuid)?;
    let product_id = columns.id(ProductId::from_uuid)?;
    let platform = columns.id(PlatformId::from_uuid)?;
    let campaign = Campaign {
        id,
        product_id,
        name: columns.next()?,
        allocation: units(columns.next()?),
        reserved: units(columns.next()?),
        minimum_units: units(columns.next()?),
        maximum_units: columns.next::<Option<u64>>()?.map(units),
        required_document_types: document_types(&columns.next::<String>()?),
        opens_at: columns.opt_time()?,
        closes_at: columns.opt_time()?,
        mandates: Mandates {
            distributor_may_accept: columns.next()?,
            distributor_may_mark_paid: columns.next()?,
        },
        offering_type: columns
            .next::<Option<String>>()?
            .and_then(|text| text.parse().ok()),
        maximum_persons: columns.next()?,
    };
    Ok(CampaignRecord {
        campaign,
        environment,
        platform,
        created_at: columns.time()?,
    })
}

fn document_types(stored: &str) -> Vec<String> {
    stored
        .split(',')
        .filter(|one| !one.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Closes every campaign of a product that is not closed before.
///
/// # Errors
/// Fails if the database does.
pub fn close_all(tx: &mut Tx, product: ProductId, at: Timestamp) -> Result<(), DatabaseError> {
    tx.later_any(CLOSE_ALL, &[product.uuid().into(), time(at)])
}
