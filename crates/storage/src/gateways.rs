//! Gateways that the network runs for partners, and with what they enter their environments.

use database::{DatabaseError, Row, Sql, Tx};
use domain::{CampaignId, ClientId, EnvironmentId, PlatformId, Timestamp};
use uuid::Uuid;

use crate::columns::{Columns, opt_time, time};
use crate::environments::EnvironmentKind;

const FIND: Sql = Sql(
    "select platform_id, kind, slug, key_id, sealed_master_key, created_at, switched_on_at
from hosted_gateways
where platform_id = $1
and kind = $2",
);

const LOCK: Sql = Sql(
    "select platform_id, kind, slug, key_id, sealed_master_key, created_at, switched_on_at
from hosted_gateways
where platform_id = $1
and kind = $2
for update",
);

const LIST_ON: Sql = Sql(
    "select platform_id, kind, slug, key_id, sealed_master_key, created_at, switched_on_at
from hosted_gateways
where switched_on_at is not null
order by created_at, slug",
);

const LIST: Sql = Sql(
    "select platform_id, kind, slug, key_id, sealed_master_key, created_at, switched_on_at
from hosted_gateways
order by created_at, slug",
);

const IS_TAKEN: Sql = Sql("select count(*)
from hosted_gateways
where slug = $1");

const INSERT: Sql = Sql("insert into hosted_gateways
(platform_id, kind, slug, key_id, sealed_master_key, created_at, switched_on_at)
values ($1, $2, $3, $4, $5, $6, $7)");

const SWITCH: Sql = Sql("update hosted_gateways
set switched_on_at = $3
where platform_id = $1
and kind = $2");

// Whether the gateway's client is still good is asked with it, because a partner may revoke any client of its own.
const PLACES: Sql = Sql(
    "select e.id, e.name, c.id, case when k.id is null then 0 else 1 end
from campaigns c
join environments e on e.id = c.environment_id
left join hosted_gateway_clients h on h.environment_id = e.id and h.platform_id = c.platform_id
left join clients k on k.id = h.client_id and k.revoked_at is null and k.expires_at is null
where c.platform_id = $1
and e.kind = $2
and e.opened_at is not null
order by c.id",
);

const CLIENT: Sql = Sql("select client_id
from hosted_gateway_clients
where environment_id = $1
and platform_id = $2");

const SET_CLIENT: Sql = Sql("insert into hosted_gateway_clients
(environment_id, platform_id, client_id)
values ($1, $2, $3)
on conflict (environment_id, platform_id) do update
set client_id = excluded.client_id");

/// A gateway that the network runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedGateway {
    /// For whom.
    pub platform: PlatformId,
    /// Whether it is for what is sold or for trying things out.
    pub kind: EnvironmentKind,
    /// Its part of the URL, and the name of its database.
    pub slug: String,
    /// The data key of the next field.
    pub key: Uuid,
    /// The master key of its database, sealed.
    pub sealed_master_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it runs; none while it is switched off.
    pub switched_on_at: Option<Timestamp>,
}

/// Something that a gateway's partner sells, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The environment.
    pub environment: EnvironmentId,
    /// Its name.
    pub name: String,
    /// The campaign of the partner.
    pub campaign: CampaignId,
    /// Whether the gateway has a client there that works.
    pub has_client: bool,
}

/// A partner's gateway.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    platform: PlatformId,
    kind: EnvironmentKind,
) -> Result<Option<HostedGateway>, DatabaseError> {
    tx.query_opt(FIND, &[platform.uuid().into(), kind.as_str().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// A partner's gateway, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(
    tx: &mut Tx,
    platform: PlatformId,
    kind: EnvironmentKind,
) -> Result<Option<HostedGateway>, DatabaseError> {
    tx.query_opt(LOCK, &[platform.uuid().into(), kind.as_str().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// Every gateway that is switched on, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list_on(tx: &mut Tx) -> Result<Vec<HostedGateway>, DatabaseError> {
    tx.query(LIST_ON, &[])?.iter().map(read).collect()
}

/// Every gateway, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(tx: &mut Tx) -> Result<Vec<HostedGateway>, DatabaseError> {
    tx.query(LIST, &[])?.iter().map(read).collect()
}

/// Whether a gateway has this part of the URL.
///
/// # Errors
/// Fails if the database does.
pub fn is_taken(tx: &mut Tx, slug: &str) -> Result<bool, DatabaseError> {
    Ok(tx.query_one(IS_TAKEN, &[slug.into()])?.get::<i64>(0)? > 0)
}

/// Keeps a new gateway.
///
/// # Errors
/// Fails if the database does, or if the partner has one of this kind.
pub fn insert(tx: &mut Tx, gateway: &HostedGateway) -> Result<(), DatabaseError> {
    let parameters = [
        gateway.platform.uuid().into(),
        gateway.kind.as_str().into(),
        gateway.slug.as_str().into(),
        gateway.key.into(),
        gateway.sealed_master_key.clone().into(),
        time(gateway.created_at),
        opt_time(gateway.switched_on_at),
    ];
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// Switches it on at a time, or off.
///
/// # Errors
/// Fails if the database does.
pub fn switch(
    tx: &mut Tx,
    platform: PlatformId,
    kind: EnvironmentKind,
    on_at: Option<Timestamp>,
) -> Result<(), DatabaseError> {
    let parameters = [
        platform.uuid().into(),
        kind.as_str().into(),
        opt_time(on_at),
    ];
    tx.execute(SWITCH, &parameters).map(|_| ())
}

/// What the partner sells, in the order in which it came.
///
/// # Errors
/// Fails if the database does.
pub fn places(
    tx: &mut Tx,
    platform: PlatformId,
    kind: EnvironmentKind,
) -> Result<Vec<Place>, DatabaseError> {
    let rows = tx.query(PLACES, &[platform.uuid().into(), kind.as_str().into()])?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Place {
                environment: columns.id(EnvironmentId::from_uuid)?,
                name: columns.next()?,
                campaign: columns.id(CampaignId::from_uuid)?,
                has_client: columns.next::<i64>()? == 1,
            })
        })
        .collect()
}

/// The client with which the partner's gateway enters an environment.
///
/// # Errors
/// Fails if the database does.
pub fn client(
    tx: &mut Tx,
    environment: EnvironmentId,
    platform: PlatformId,
) -> Result<Option<ClientId>, DatabaseError> {
    let parameters = [environment.uuid().into(), platform.uuid().into()];
    tx.query_opt(CLIENT, &parameters)?
        .map(|row| Columns::of(&row).id(ClientId::from_uuid))
        .transpose()
}

/// From now on it enters with this one.
///
/// # Errors
/// Fails if the database does.
pub fn set_client(
    tx: &mut Tx,
    environment: EnvironmentId,
    platform: PlatformId,
    client: ClientId,
) -> Result<(), DatabaseError> {
    let parameters = [
        environment.uuid().into(),
        platform.uuid().into(),
        client.uuid().into(),
    ];
    tx.execute(SET_CLIENT, &parameters).map(|_| ())
}

fn read(row: &Row) -> Result<HostedGateway, DatabaseError> {
    let mut columns = Columns::of(row);
    Ok(HostedGateway {
        platform: columns.id(PlatformId::from_uuid)?,
        kind: columns.parsed(EnvironmentKind::parse)?,
        slug: columns.next()?,
        key: columns.next()?,
        sealed_master_key: columns.next()?,
        created_at: columns.time()?,
        switched_on_at: columns.opt_time()?,
    })
}
