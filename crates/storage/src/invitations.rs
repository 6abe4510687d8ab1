//! Offers of a membership. Only the hash of the link's token is stored.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    InvitationId, IssuerId, Organisation, PlatformId, ProductId, Products, Role, Timestamp,
};
use uuid::Uuid;

use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into invitations
(id, token_hash, organisation, issuer_id, platform_id, role, products, email_hash, key_id, sealed_email, invited_by, created_at, expires_at, ended_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, null)");

const FIND: Sql = Sql("select v.id, v.organisation, v.issuer_id, v.platform_id, v.role, v.products, v.email_hash, v.key_id, v.sealed_email, v.invited_by, v.created_at, v.expires_at, coalesce(i.name, p.name)
from invitations v
left join issuers i on i.id = v.issuer_id
left join platforms p on p.id = v.platform_id
where v.token_hash = $1
and v.ended_at is null
and v.expires_at > $2");

const OPEN: Sql = Sql("select v.id, v.organisation, v.issuer_id, v.platform_id, v.role, v.products, v.email_hash, v.key_id, v.sealed_email, v.invited_by, v.created_at, v.expires_at, coalesce(i.name, p.name)
from invitations v
left join issuers i on i.id = v.issuer_id
left join platforms p on p.id = v.platform_id
where v.organisation = $1
and (v.issuer_id = $2 or $2 is null)
and (v.platform_id = $3 or $3 is null)
and v.ended_at is null
and v.expires_at > $4
order by v.id desc
limit 200");

// An invitation is accepted or withdrawn once.
const END: Sql = Sql("update invitations
set ended_at = $2
where id = $1
and ended_at is null");

const END_UNADDRESSED: Sql = Sql("update invitations
set ended_at = $5
where organisation = $1
and (issuer_id = $2 or $2 is null)
and (platform_id = $3 or $3 is null)
and invited_by = $4
and email_hash is null
and ended_at is null");

/// An invitation as stored.
#[derive(Clone, Debug)]
pub struct InvitationRecord {
    /// Identifies it.
    pub id: InvitationId,
    /// What is offered, and for whom.
    pub role: Role,
    /// For which products.
    pub products: Products,
    /// For whom it is meant: keyed hash, key and sealed address; none if whoever has the link may accept.
    pub addressee: Option<Addressee>,
    /// Who offers it.
    pub invited_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Firm of the issuer or platform; none for the registrar.
    pub organisation_name: Option<String>,
}

/// For whom an invitation is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Keyed hash of the address in lower case.
    pub email_hash: [u8; 32],
    /// What sealed the address.
    pub key: Uuid,
    /// The address, sealed.
    pub sealed_email: Vec<u8>,
}

/// Keeps a new invitation.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    invitation: &InvitationRecord,
    token_hash: &[u8; 32],
) -> Result<(), DatabaseError> {
    let organisation = invitation.role.organisation();
    let addressee = invitation.addressee.as_ref();
    let parameters = [
        invitation.id.uuid().into(),
        token_hash.into(),
        organisation.kind().into(),
        Value::from(organisation.issuer().map(IssuerId::uuid)),
        Value::from(organisation.platform().map(PlatformId::uuid)),
        invitation.role.to_string().into(),
        written(&invitation.products).into(),
        Value::from(addressee.map(|to| to.email_hash)),
        Value::from(addressee.map(|to| to.key)),
        Value::from(addressee.map(|to| to.sealed_email.clone())),
        invitation.invited_by.as_str().into(),
        time(invitation.created_at),
        time(invitation.expires_at),
    ];
    tx.later(INSERT, &parameters)
}

/// The open invitation of a link.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<InvitationRecord>, DatabaseError> {
    tx.query_opt(FIND, &[token_hash.into(), time(now)])?
        .map(|row| read(&row))
        .transpose()
}

/// An organisation's open invitations, newest first.
///
/// # Errors
/// Fails if the database does.
pub fn open(
    tx: &mut Tx,
    organisation: Organisation,
    now: Timestamp,
) -> Result<Vec<InvitationRecord>, DatabaseError> {
    let parameters = [
        organisation.kind().into(),
        Value::from(organisation.issuer().map(IssuerId::uuid)),
        Value::from(organisation.platform().map(PlatformId::uuid)),
        time(now),
    ];
    tx.query(OPEN, &parameters)?.iter().map(read).collect()
}

/// Ends an invitation; false if it had ended.
///
/// # Errors
/// Fails if the database does.
pub fn end(tx: &mut Tx, id: InvitationId, now: Timestamp) -> Result<bool, DatabaseError> {
    Ok(tx.execute(END, &[id.uuid().into(), time(now)])? == 1)
}

/// Ends what this inviter offered to whoever has the link, before it offers anew.
///
/// # Errors
/// Fails if the database does.
pub fn end_unaddressed(
    tx: &mut Tx,
    organisation: Organisation,
    invited_by: &str,
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    let parameters = [
        organisation.kind().into(),
        Value::from(organisation.issuer().map(IssuerId::uuid)),
        Value::from(organisation.platform().map(PlatformId::uuid)),
        invited_by.into(),
        time(now),
    ];
    tx.execute(END_UNADDRESSED, &parameters)
}

/// `all`, or the products separated by spaces.
fn written(products: &Products) -> String {
    match products {
        Products::All => "all".to_owned(),
        Products::Only(products) => {
            let ids: Vec<_> = products.iter().map(ToString::to_string).collect();
            ids.join(" ")
        }
    }
}

fn restored(text: &str) -> Option<Products> {
    if text == "all" {
        return Some(Products::All);
    }
    let ids = text
        .split_whitespace()
        .map(|id| id.parse::<ProductId>().ok());
    ids.collect::<Option<_>>().map(Products::Only)
}

fn read(row: &Row) -> Result<InvitationRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(InvitationId::from_uuid)?;
    let kind: String = columns.next()?;
    let issuer = columns.opt_id(IssuerId::from_uuid)?;
    let platform = columns.opt_id(PlatformId::from_uuid)?;
    let role = columns
        .parsed(|text| Role::parse(Organisation::restore(&kind, issuer, platform)?, text))?;
    let products = columns.parsed(restored)?;
    let email_hash: Option<[u8; 32]> = columns.next()?;
    let key: Option<Uuid> = columns.next()?;
    let sealed_email: Option<Vec<u8>> = columns.next()?;
    let addressee =
        email_hash
            .zip(key)
            .zip(sealed_email)
            .map(|((email_hash, key), sealed_email)| Addressee {
                email_hash,
                key,
                sealed_email,
            });
    Ok(InvitationRecord {
        id,
        role,
        products,
        addressee,
        invited_by: columns.next()?,
        created_at: columns.time()?,
        expires_at: columns.time()?,
        organisation_name: columns.next()?,
    })
}
