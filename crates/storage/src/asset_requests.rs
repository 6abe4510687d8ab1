//! Requests of platforms for assets. What people write beside them is sealed under a key of the request's own.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    AssetRequestId, AssetRequestStatus, CampaignId, IssuerId, PlatformId, ProductId, Timestamp,
    Units,
};
use uuid::Uuid;

use crate::Scope;
use crate::columns::{Columns, time};

const INSERT: Sql = Sql(
    "insert into asset_requests
(id, platform_id, product_id, status, wanted_units, key_id, sealed_content, created_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (platform_id, product_id) where status = 'requested' or status = 'accepted' do nothing",
);

const LOCK: Sql = Sql("select id
from asset_requests
where id = $1
for update");

// A platform sees its own, an issuer those for its products; the newest stand first.
const LIST: Sql = Sql("select r.id, r.platform_id, t.name, r.product_id, p.name, p.isin, i.account_id, i.name, e.name, coalesce(a.is_allowed, $7), r.status, r.wanted_units, r.key_id, r.sealed_content, r.sandbox_campaign_id, c.product_id, s.name, r.campaign_id, r.created_at, r.changed_at
from asset_requests r
join platforms t on t.id = r.platform_id
join products p on p.id = r.product_id
join environments e on e.id = p.environment_id
join issuers i on i.id = p.issuer_id
left join issuer_platforms a on a.issuer_id = i.account_id and a.platform_id = r.platform_id
left join campaigns c on c.id = r.sandbox_campaign_id
left join environments s on s.id = c.environment_id
where (r.platform_id = $1 or $1 is null)
and (i.account_id = $2 or $2 is null)
and (exists (select 1 from membership_products m where m.membership_id = $3 and m.product_id = r.product_id) or $3 is null)
and (p.environment_id = $4 or $4 is null)
and (r.status = $5 or $5 is null)
and (r.id = $6 or $6 is null)
order by r.id desc
limit $8 offset $9");

const COUNT: Sql = Sql("select count(*)
from asset_requests r
join products p on p.id = r.product_id
join issuers i on i.id = p.issuer_id
where (r.platform_id = $1 or $1 is null)
and (i.account_id = $2 or $2 is null)
and (exists (select 1 from membership_products m where m.membership_id = $3 and m.product_id = r.product_id) or $3 is null)
and (p.environment_id = $4 or $4 is null)
and (r.status = $5 or $5 is null)
and (r.id = $6 or $6 is null)");

const UPDATE: Sql = Sql("update asset_requests
set status = $2, sealed_content = $3, sandbox_campaign_id = $4, campaign_id = $5, changed_at = $6
where id = $1");

/// A request as stored, with the names of what it is about.
#[derive(Clone, Debug)]
pub struct AssetRequestRecord {
    /// Identifies it.
    pub id: AssetRequestId,
    /// Who asks.
    pub platform: PlatformId,
    /// Firm of who asks. Only read.
    pub platform_name: String,
    /// The asset.
    pub product: ProductId,
    /// Its name. Only read.
    pub product_name: String,
    /// ISO 6166. Only read.
    pub isin: String,
    /// The account of its issuer. Only read.
    pub account: IssuerId,
    /// Firm of its issuer. Only read.
    pub issuer_name: String,
    /// Name of its environment. Only read.
    pub environment_name: String,
    /// Whether the registrar allows the pair. Only read.
    pub is_allowed: bool,
    /// How far it has come.
    pub status: AssetRequestStatus,
    /// Units that are wanted.
    pub wanted: Units,
    /// The key that seals it.
    pub key: Uuid,
    /// What people wrote, and what the campaign is to be.
    pub sealed_content: Vec<u8>,
    /// The campaign in the sandbox, with the product and the environment there; the latter two are only read.
    pub sandbox: Option<(CampaignId, ProductId, String)>,
    /// The campaign.
    pub campaign: Option<CampaignId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

/// Which requests are wanted; nothing set is all that the caller may see.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those with this status.
    pub status: Option<AssetRequestStatus>,
    /// This one alone.
    pub id: Option<AssetRequestId>,
}

/// Keeps a new request; false if the platform has an open one for the same asset.
///
/// # Errors
/// Fails if the database does.
pub fn insert(tx: &mut Tx, record: &AssetRequestRecord) -> Result<bool, DatabaseError> {
    let parameters = [
        record.id.uuid().into(),
        record.platform.uuid().into(),
        record.product.uuid().into(),
        record.status.as_str().into(),
        record.wanted.as_i64().into(),
        record.key.into(),
        Value::Bytes(record.sealed_content.clone()),
        time(record.created_at),
        time(record.changed_at),
    ];
    Ok(tx.execute(INSERT, &parameters)? == 1)
}

/// A request that the caller may see, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: AssetRequestId,
) -> Result<Option<AssetRequestRecord>, DatabaseError> {
    tx.query_opt(LOCK, &[id.uuid().into()])?;
    find(tx, scope, id)
}

/// A request that the caller may see.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: AssetRequestId,
) -> Result<Option<AssetRequestRecord>, DatabaseError> {
    let filter = Filter {
        id: Some(id),
        ..Filter::default()
    };
    let rows = tx.query(LIST, &stretch(scope, filter, 0, 1))?;
    rows.first().map(read).transpose()
}

/// The number of requests that the caller may see and a stretch of them, newest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: Filter,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<AssetRequestRecord>), DatabaseError> {
    let count = tx.query_one(COUNT, &wanted(scope, filter))?.get(0)?;
    let rows = tx.query(LIST, &stretch(scope, filter, offset, limit))?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Saves what can change of a request.
///
/// # Errors
/// Fails if the database does.
pub fn update(tx: &mut Tx, record: &AssetRequestRecord) -> Result<(), DatabaseError> {
    let sandbox = record.sandbox.as_ref().map(|(id, ..)| id.uuid());
    let parameters = [
        record.id.uuid().into(),
        record.status.as_str().into(),
        Value::Bytes(record.sealed_content.clone()),
        Value::from(sandbox),
        Value::from(record.campaign.map(CampaignId::uuid)),
        time(record.changed_at),
    ];
    tx.later(UPDATE, &parameters)
}

fn wanted(scope: &Scope, filter: Filter) -> [Value; 6] {
    [
        scope.platform_value(),
        scope.issuer_value(),
        scope.membership_value(),
        scope.environment_value(),
        Value::from(filter.status.map(|status| status.as_str().to_owned())),
        Value::from(filter.id.map(AssetRequestId::uuid)),
    ]
}

fn stretch(scope: &Scope, filter: Filter, offset: u64, limit: u32) -> Vec<Value> {
    let mut stretch = wanted(scope, filter).to_vec();
    stretch.extend([false.into(), limit.into(), offset.cast_signed().into()]);
    stretch
}

fn read(row: &Row) -> Result<AssetRequestRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(AssetRequestRecord {
        id: columns.id(AssetRequestId::from_uuid)?,
        platform: columns.id(PlatformId::from_uuid)?,
        platform_name: columns.next()?,
        product: columns.id(ProductId::from_uuid)?,
        product_name: columns.next()?,
        isin: columns.next()?,
        account: columns.id(IssuerId::from_uuid)?,
        issuer_name: columns.next()?,
        environment_name: columns.next()?,
        is_allowed: columns.next()?,
        status: columns.parsed(|text| text.parse().ok())?,
        wanted: columns.units()?,
        key: columns.next()?,
        sealed_content: columns.next()?,
        sandbox: sandbox(&mut columns)?,
        campaign: columns.opt_id(CampaignId::from_uuid)?,
        created_at: columns.time()?,
        changed_at: columns.time()?,
    })
}

fn sandbox(
    columns: &mut Columns<'_>,
) -> Result<Option<(CampaignId, ProductId, String)>, DatabaseError> {
    let campaign = columns.opt_id(CampaignId::from_uuid)?;
    let product = columns.opt_id(ProductId::from_uuid)?;
    let name: Option<String> = columns.next()?;
    let both = campaign.zip(product).zip(name);
    Ok(both.map(|((campaign, product), name)| (campaign, product, name)))
}
