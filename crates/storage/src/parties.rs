//! Distribution platforms, what they are allowed, and listings.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    EnvironmentId, ImportTrust, IssuerId, Lei, Licence, ListingId, Participation, PlatformId,
    ProductId, Timestamp,
};

use crate::columns::{Columns, time};
use crate::{Scope, platforms};

const INSERT_PLATFORM: Sql = Sql("insert into platforms
(id, name, lei, identification_import, participation, licence, licence_ends_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)");

const FIND_PLATFORM: Sql = Sql(
    "select id, name, lei, identification_import, participation, licence, created_at
from platforms
where name = $1",
);

const LIST_PLATFORMS: Sql = Sql(
    "select id, name, lei, identification_import, participation, licence, created_at
from platforms
order by id",
);

const OF_ISSUER: Sql = Sql("select t.id, t.name, coalesce(a.is_allowed, $2)
from platforms t
left join issuer_platforms a on a.platform_id = t.id and a.issuer_id = $1
order by t.id
limit $3 offset $4");

const ONE_OF_ISSUER: Sql = Sql("select t.id, t.name, coalesce(a.is_allowed, $2)
from platforms t
left join issuer_platforms a on a.platform_id = t.id and a.issuer_id = $1
where t.id = $3");

const COUNT_PLATFORMS: Sql = Sql("select count(*)
from platforms");

const ALLOW: Sql = Sql("insert into issuer_platforms
(issuer_id, platform_id, is_allowed, changed_at)
values ($1, $2, $3, $4)
on conflict (issuer_id, platform_id) do update
set is_allowed = excluded.is_allowed, changed_at = excluded.changed_at");

const IMPORT_TRUST: Sql = Sql("select identification_import
from platforms
where id = $1");

const INSERT_LISTING: Sql = Sql("insert into listings
(id, product_id, platform_id, is_allowed, created_at)
values ($1, $2, $3, $4, $5)
on conflict (product_id, platform_id) do nothing");

const LISTINGS: Sql = Sql(
    "select l.id, l.product_id, l.platform_id, t.name, l.is_allowed, l.created_at
from listings l
join platforms t on t.id = l.platform_id
join products p on p.id = l.product_id
where (p.issuer_id in (select id from issuers where account_id = $1) or $1 is null)
and (p.environment_id = $2 or $2 is null)
and (l.product_id = $3 or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = l.product_id) or $4 is null)
order by l.id
limit $5 offset $6",
);

const FIND_LISTING: Sql = Sql(
    "select l.id, l.product_id, l.platform_id, t.name, l.is_allowed, l.created_at
from listings l
join platforms t on t.id = l.platform_id
join products p on p.id = l.product_id
where l.id = $4
and (p.issuer_id in (select id from issuers where account_id = $1) or $1 is null)
and (p.environment_id = $2 or $2 is null)
and (l.product_id = $3 or $3 is null)",
);

const LISTED: Sql = Sql(
    "select l.id, l.product_id, l.platform_id, t.name, l.is_allowed, l.created_at
from listings l
join platforms t on t.id = l.platform_id
where l.product_id = $1
and l.platform_id = $2",
);

const SELLERS: Sql = Sql("select distinct p.environment_id, e.name, l.platform_id
from listings l
join products p on p.id = l.product_id
join environments e on e.id = p.environment_id");

const COUNT_LISTINGS: Sql = Sql("select count(*)
from listings l
join products p on p.id = l.product_id
where (p.issuer_id in (select id from issuers where account_id = $1) or $1 is null)
and (p.environment_id = $2 or $2 is null)
and (l.product_id = $3 or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = l.product_id) or $4 is null)");

/// A distribution platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Identifies it.
    pub id: PlatformId,
    /// Firm.
    pub name: String,
    /// ISO 17442.
    pub lei: Option<Lei>,
    /// Whether its imported identifications are relied on (§ 17 GwG).
    pub identification_import: ImportTrust,
    /// How far it takes part in the network.
    pub participation: Participation,
    /// Its licence, once the registrar has checked one.
    pub licence: Option<Licence>,
    /// When it joined.
    pub created_at: Timestamp,
}

/// A distribution platform as an issuer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedPlatform {
    /// Identifies it.
    pub id: PlatformId,
    /// Firm.
    pub name: String,
    /// Whether the registrar allows the pair.
    pub is_allowed: bool,
}

/// The permission that a platform's investors hold a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Identifies it.
    pub id: ListingId,
    /// The product.
    pub product: ProductId,
    /// The platform.
    pub platform: PlatformId,
    /// Firm of the platform.
    pub platform_name: String,
    /// Whether the registrar allows the pair.
    pub is_allowed: bool,
    /// When it was listed.
    pub created_at: Timestamp,
}

/// Keeps a new platform.
///
/// # Errors
/// Fails if the database does, or if the firm is taken.
pub fn insert_platform(tx: &mut Tx, platform: &Platform) -> Result<(), DatabaseError> {
    let parameters = [
        platform.id.uuid().into(),
        platform.name.as_str().into(),
        Value::from(platform.lei.as_ref().map(ToString::to_string)),
        platform.identification_import.as_str().into(),
        platform.participation.as_str().into(),
        platforms::licence_value(platform.licence.as_ref())?,
        platforms::licence_end(platform.licence.as_ref()),
        time(platform.created_at),
    ];
    tx.execute(INSERT_PLATFORM, &parameters).map(|_| ())
}

/// A platform by its firm.
///
/// # Errors
/// Fails if the database does.
pub fn find_platform(tx: &mut Tx, name: &str) -> Result<Option<Platform>, DatabaseError> {
    tx.query_opt(FIND_PLATFORM, &[name.into()])?
        .map(|row| read_platform(&row))
        .transpose()
}

/// Every platform, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn platforms(tx: &mut Tx) -> Result<Vec<Platform>, DatabaseError> {
    tx.query(LIST_PLATFORMS, &[])?
        .iter()
        .map(read_platform)
        .collect()
}

/// How far a platform's imported identifications are relied on.
///
/// # Errors
/// Fails if the database does, or if there is no such platform.
pub fn import_trust(tx: &mut Tx, platform: PlatformId) -> Result<ImportTrust, DatabaseError> {
    let row = tx.query_one(IMPORT_TRUST, &[platform.uuid().into()])?;
    Columns::of(&row).parsed(|text| text.parse().ok())
}

/// In which environments, named too, which platforms sell or have sold.
///
/// # Errors
/// Fails if the database does.
pub fn sellers(tx: &mut Tx) -> Result<Vec<(EnvironmentId, String, PlatformId)>, DatabaseError> {
    let rows = tx.query(SELLERS, &[])?;
    let sellers = rows.iter().map(|row| {
        let mut columns = Columns::of(row);
        let environment = columns.id(EnvironmentId::from_uuid)?;
        Ok((
            environment,
            columns.next()?,
            columns.id(PlatformId::from_uuid)?,
        ))
    });
    sellers.collect()
}

/// The number of platforms and a stretch of them, each with whether the issuer may list there, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn of_issuer(
    tx: &mut Tx,
    issuer: IssuerId,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<AllowedPlatform>), DatabaseError> {
    let count = tx.query_one(COUNT_PLATFORMS, &[])?.get(0)?;
    let stretch = [
        issuer.uuid().into(),
        false.into(),
        limit.into(),
        offset.cast_signed().into(),
    ];
    let rows = tx.query(OF_ISSUER, &stretch)?;
    Ok((
        count,
        rows.iter().map(read_allowed).collect::<Result<_, _>>()?,
    ))
}

/// One platform with whether the issuer may list there.
///
/// # Errors
/// Fails if the database does.
pub fn one_of_issuer(
    tx: &mut Tx,
    issuer: IssuerId,
    platform: PlatformId,
) -> Result<Option<AllowedPlatform>, DatabaseError> {
    let parameters = [issuer.uuid().into(), false.into(), platform.uuid().into()];
    tx.query_opt(ONE_OF_ISSUER, &parameters)?
        .map(|row| read_allowed(&row))
        .transpose()
}

/// Notes whether an issuer may list its products on a platform.
///
/// # Errors
/// Fails if the database does.
pub fn allow(
    tx: &mut Tx,
    (issuer, platform): (IssuerId, PlatformId),
    is_allowed: bool,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let parameters = [
        issuer.uuid().into(),
        platform.uuid().into(),
        is_allowed.into(),
        time(now),
    ];
    tx.later(ALLOW, &parameters)
}

/// Lists a product on a platform; false if it is listed there already.
///
/// # Errors
/// Fails if the database does.
pub fn insert_listing(tx: &mut Tx, listing: &Listing) -> Result<bool, DatabaseError> {
    let parameters = [
        listing.id.uuid().into(),
        listing.product.uuid().into(),
        listing.platform.uuid().into(),
        listing.is_allowed.into(),
        time(listing.created_at),
    ];
    Ok(tx.execute(INSERT_LISTING, &parameters)? == 1)
}

/// The number of listings of the caller's products and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn listings(
    tx: &mut Tx,
    scope: &Scope,
    product: Option<ProductId>,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<Listing>), DatabaseError> {
    let [issuer, environment] = [scope.issuer_value(), scope.environment_value()];
    let product = Value::from(product.map(ProductId::uuid));
    let membership = scope.membership_value();
    let filter = [
        issuer.clone(),
        environment.clone(),
        product.clone(),
        membership.clone(),
    ];
    let stretch = [
        issuer,
        environment,
        product,
        membership,
        limit.into(),
        offset.cast_signed().into(),
    ];
    let count = tx.query_one(COUNT_LISTINGS, &filter)?.get(0)?;
    let rows = tx.query(LISTINGS, &stretch)?;
    let listings = rows.iter().map(read_listing).collect::<Result<_, _>>()?;
    Ok((count, listings))
}

/// A listing of the caller's products.
///
/// # Errors
/// Fails if the database does.
pub fn find_listing(
    tx: &mut Tx,
    scope: &Scope,
    id: ListingId,
) -> Result<Option<Listing>, DatabaseError> {
    let parameters = [
        scope.issuer_value(),
        scope.environment_value(),
        Value::Null,
        id.uuid().into(),
    ];
    tx.query_opt(FIND_LISTING, &parameters)?
        .map(|row| read_listing(&row))
        .transpose()
}

/// The listing of a product on a platform.
///
/// # Errors
/// Fails if the database does.
pub fn listed(
    tx: &mut Tx,
    product: ProductId,
    platform: PlatformId,
) -> Result<Option<Listing>, DatabaseError> {
    tx.query_opt(LISTED, &[product.uuid().into(), platform.uuid().into()])?
        .map(|row| read_listing(&row))
        .transpose()
}

fn read_allowed(row: &Row) -> Result<AllowedPlatform, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(AllowedPlatform {
        id: columns.id(PlatformId::from_uuid)?,
        name: columns.next()?,
        is_allowed: columns.next()?,
    })
}

fn read_platform(row: &Row) -> Result<Platform, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Platform {
        id: columns.id(PlatformId::from_uuid)?,
        name: columns.next()?,
        lei: lei(columns.next()?),
        identification_import: columns.parsed(|text| text.parse().ok())?,
        participation: columns.parsed(|text| text.parse().ok())?,
        licence: platforms::licence(&mut columns)?,
        created_at: columns.time()?,
    })
}

fn read_listing(row: &Row) -> Result<Listing, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(Listing {
        id: columns.id(ListingId::from_uuid)?,
        product: columns.id(ProductId::from_uuid)?,
        platform: columns.id(PlatformId::from_uuid)?,
        platform_name: columns.next()?,
        is_allowed: columns.next()?,
        created_at: columns.time()?,
    })
}

pub(crate) fn lei(text: Option<String>) -> Option<Lei> {
    text.and_then(|text| text.parse().ok())
}
