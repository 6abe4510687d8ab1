//! What people may do for whom, and for which products.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    EnvironmentId, IssuerId, MembershipId, Organisation, PersonId, PlatformId, ProductId, Products,
    Role, Timestamp,
};

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into memberships
(id, person_id, organisation, issuer_id, platform_id, role, is_limited, created_at, ended_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, null)");

const INSERT_PRODUCT: Sql = Sql("insert into membership_products
(membership_id, product_id)
values ($1, $2)");

const DROP_PRODUCTS: Sql = Sql("delete from membership_products
where membership_id = $1");

const PRODUCTS: Sql = Sql("select product_id
from membership_products
where membership_id = $1
order by product_id");

const OF_PERSON: Sql = Sql("select m.id, m.person_id, m.organisation, m.issuer_id, m.platform_id, m.role, m.is_limited, m.created_at, coalesce(i.name, p.name)
from memberships m
left join issuers i on i.id = m.issuer_id
left join platforms p on p.id = m.platform_id
where m.person_id = $1
and m.ended_at is null
order by m.id");

const OF_ORGANISATION: Sql = Sql("select m.id, m.person_id, m.organisation, m.issuer_id, m.platform_id, m.role, m.is_limited, m.created_at, coalesce(i.name, p.name)
from memberships m
left join issuers i on i.id = m.issuer_id
left join platforms p on p.id = m.platform_id
where m.organisation = $1
and (m.issuer_id = $2 or $2 is null)
and (m.platform_id = $3 or $3 is null)
and m.ended_at is null
order by m.id
limit 500");

// Two changes at once must not take away the last two managers.
const LOCK: Sql = Sql("select id
from memberships
where organisation = $1
and (issuer_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)
and ended_at is null
for update");

const FIND: Sql = Sql("select m.id, m.person_id, m.organisation, m.issuer_id, m.platform_id, m.role, m.is_limited, m.created_at, coalesce(i.name, p.name)
from memberships m
left join issuers i on i.id = m.issuer_id
left join platforms p on p.id = m.platform_id
where m.id = $1
and m.ended_at is null");

const UPDATE: Sql = Sql("update memberships
set role = $2, is_limited = $3
where id = $1
and ended_at is null");

const END: Sql = Sql("update memberships
set ended_at = $2
where id = $1
and ended_at is null");

// A limited membership works where one of its products is.
const REACHES: Sql = Sql("select 1
from membership_products m
join products p on p.id = m.product_id
where m.membership_id = $1
and p.environment_id = $2
limit 1");

const PLATFORM_SELLS: Sql = Sql("select 1
from listings l
join products p on p.id = l.product_id
where l.platform_id = $1
and p.environment_id = $2
limit 1");

/// A membership as stored.
#[derive(Clone, Debug)]
pub struct MembershipRecord {
    /// Identifies it.
    pub id: MembershipId,
    /// Whose.
    pub person: PersonId,
    /// What the person may do, and for whom.
    pub role: Role,
    /// Whether it holds for some products only.
    pub is_limited: bool,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// Firm of the issuer or platform; none for the registrar.
    pub organisation_name: Option<String>,
}

/// Keeps a new membership with its products.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    membership: &MembershipRecord,
    products: &Products,
) -> Result<(), DatabaseError> {
    let organisation = membership.role.organisation();
    let parameters = [
        membership.id.uuid().into(),
        membership.person.uuid().into(),
        organisation.kind().into(),
        Value::from(organisation.issuer().map(IssuerId::uuid)),
        Value::from(organisation.platform().map(PlatformId::uuid)),
        membership.role.to_string().into(),
        matches!(products, Products::Only(_)).into(),
        time(membership.created_at),
    ];
    tx.execute(INSERT, &parameters)?;
    insert_products(tx, membership.id, products)
}

/// A person's memberships, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<MembershipRecord>, DatabaseError> {
    tx.query(OF_PERSON, &[person.uuid().into()])?
        .iter()
        .map(read)
        .collect()
}

/// An organisation's memberships, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn of_organisation(
    tx: &mut Tx,
    organisation: Organisation,
) -> Result<Vec<MembershipRecord>, DatabaseError> {
    tx.query(OF_ORGANISATION, &named(organisation))?
        .iter()
        .map(read)
        .collect()
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock_organisation(
    tx: &mut Tx,
    organisation: Organisation,
) -> Result<Vec<MembershipRecord>, DatabaseError> {
    tx.query(LOCK, &named(organisation))?;
    of_organisation(tx, organisation)
}

/// A membership that has not ended.
///
/// # Errors
/// Fails if the database does.
pub fn find(tx: &mut Tx, id: MembershipId) -> Result<Option<MembershipRecord>, DatabaseError> {
    tx.query_opt(FIND, &[id.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The products of a membership.
///
/// # Errors
/// Fails if the database does.
pub fn products(tx: &mut Tx, membership: &MembershipRecord) -> Result<Products, DatabaseError> {
    if !membership.is_limited {
        return Ok(Products::All);
    }
    let rows = tx.query(PRODUCTS, &[membership.id.uuid().into()])?;
    let ids = rows
        .iter()
        .map(|row| Columns::of(row).id(ProductId::from_uuid));
    ids.collect::<Result<_, _>>().map(Products::Only)
}

/// Changes role and products.
///
/// # Errors
/// Fails if the database does.
pub fn update(
    tx: &mut Tx,
    id: MembershipId,
    role: &Role,
    products: &Products,
) -> Result<(), DatabaseError> {
    let is_limited = matches!(products, Products::Only(_));
    let parameters = [id.uuid().into(), role.to_string().into(), is_limited.into()];
    tx.later(UPDATE, &parameters)?;
    tx.execute(DROP_PRODUCTS, &[id.uuid().into()])?;
    insert_products(tx, id, products)
}

/// Ends a membership; false if it had ended.
///
/// # Errors
/// Fails if the database does.
pub fn end(tx: &mut Tx, id: MembershipId, now: Timestamp) -> Result<bool, DatabaseError> {
    Ok(tx.execute(END, &[id.uuid().into(), time(now)])? == 1)
}

/// Whether one of a limited membership's products is in this environment.
///
/// # Errors
/// Fails if the database does.
pub fn reaches(
    tx: &mut Tx,
    id: MembershipId,
    environment: EnvironmentId,
) -> Result<bool, DatabaseError> {
    let parameters = [id.uuid().into(), environment.uuid().into()];
    Ok(tx.query_opt(REACHES, &parameters)?.is_some())
}

/// Whether the environment's product was ever listed for the platform.
///
/// # Errors
/// Fails if the database does.
pub fn platform_sells(
    tx: &mut Tx,
    platform: PlatformId,
    environment: EnvironmentId,
) -> Result<bool, DatabaseError> {
    let parameters = [platform.uuid().into(), environment.uuid().into()];
    Ok(tx.query_opt(PLATFORM_SELLS, &parameters)?.is_some())
}

fn insert_products(
    tx: &mut Tx,
    id: MembershipId,
    products: &Products,
) -> Result<(), DatabaseError> {
    let Products::Only(products) = products else {
        return Ok(());
    };
    for product in products {
        tx.later(INSERT_PRODUCT, &[id.uuid().into(), product.uuid().into()])?;
    }
    Ok(())
}

fn named(organisation: Organisation) -> [Value; 3] {
    [
        organisation.kind().into(),
        Value::from(organisation.issuer().map(IssuerId::uuid)),
        Value::from(organisation.platform().map(PlatformId::uuid)),
    ]
}

fn read(row: &Row) -> Result<MembershipRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(MembershipId::from_uuid)?;
    let person = columns.id(PersonId::from_uuid)?;
    let kind: String = columns.next()?;
    let issuer = columns.opt_id(IssuerId::from_uuid)?;
    let platform = columns.opt_id(PlatformId::from_uuid)?;
    let role = columns
        .parsed(|text| Role::parse(Organisation::restore(&kind, issuer, platform)?, text))?;
    Ok(MembershipRecord {
        id,
        person,
        role,
        is_limited: columns.next()?,
        created_at: columns.time()?,
        organisation_name: columns.next()?,
    })
}
