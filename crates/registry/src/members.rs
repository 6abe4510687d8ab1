//! The people of an organisation, as those see them who manage them.

use std::collections::BTreeMap;

use database::Tx;
use domain::{InvitationId, MembershipId, Organisation, PersonId, Products, Role, Timestamp};
use storage::memberships::MembershipRecord;
use wire::ProblemCode;

use crate::invitations::{check_products, opened, own_organisation};
use crate::people::{actor_name, open_person};
use crate::{Caller, Error, Registry, Request, Result, Right, audit};

/// A person's membership.
#[derive(Clone, Debug)]
pub struct Member {
    /// Identifies the membership.
    pub id: MembershipId,
    /// Who it is.
    pub person: PersonId,
    /// As it wants to be called.
    pub name: String,
    /// Where it is reached.
    pub email: String,
    /// What it may do.
    pub role: Role,
    /// For which products.
    pub products: Products,
    /// Since when.
    pub created_at: Timestamp,
}

/// An invitation that nobody has accepted yet.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    /// Identifies it.
    pub id: InvitationId,
    /// For whom it is meant; none if whoever has the link may accept.
    pub email: Option<String>,
    /// What is offered.
    pub role: Role,
    /// Until when.
    pub expires_at: Timestamp,
}

/// The people of an organisation and those who are invited.
#[derive(Clone, Debug)]
pub struct Members {
    /// Oldest first.
    pub members: Vec<Member>,
    /// Newest first.
    pub invitations: Vec<OpenInvitation>,
}

/// The people of the caller's organisation.
///
/// # Errors
/// Refuses who does not manage them.
pub async fn list(registry: &Registry, caller: &Caller) -> Result<Members> {
    let organisation = own_organisation(caller)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let mut members = Vec::new();
            for membership in storage::memberships::of_organisation(tx, organisation)? {
                members.push(shown(&own, tx, membership)?);
            }
            let mut invitations = Vec::new();
            for record in storage::invitations::open(tx, organisation, own.clock.now())? {
                let email = match &record.addressee {
                    Some(addressee) => Some(opened(&own, tx, addressee)?),
                    None => None,
                };
                invitations.push(OpenInvitation {
                    id: record.id,
                    email,
                    role: record.role,
                    expires_at: record.expires_at,
                });
            }
            Ok(Members {
                members,
                invitations,
            })
        })
        .await
}

/// The registrar's people: as the audit log names each, and as it wants to be called. Who decides about a colleague's proposal
/// has to know whose it is.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn colleagues(registry: &Registry, caller: &Caller) -> Result<BTreeMap<String, String>> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let found = storage::memberships::of_organisation(tx, Organisation::Registrar)?;
            found
                .into_iter()
                .map(|membership| {
                    let member = shown(&own, tx, membership)?;
                    Ok((actor_name(member.person), member.name))
                })
                .collect()
        })
        .await
}

/// One member of the caller's organisation.
///
/// # Errors
/// Not found if there is no such one in the caller's organisation.
pub async fn get(registry: &Registry, caller: &Caller, id: MembershipId) -> Result<Member> {
    let organisation = own_organisation(caller)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let membership = find(tx, organisation, id)?;
            shown(&own, tx, membership)
        })
        .await
}

/// Changes what a member may do. Its sessions end, so that nothing goes on under the old role.
///
/// # Errors
/// Field errors; `last_manager` if nobody would be left to manage members; not found in another organisation.
pub async fn change(
    registry: &Registry,
    request: &Request,
    id: MembershipId,
    role: Role,
    products: Products,
) -> Result<()> {
    let organisation = own_organisation(&request.caller)?;
    products.check(&role)?;
    if role.organisation() != organisation {
        return Err(Error::NotPermitted);
    }
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .db
        .write(move |tx| -> Result<()> {
            let now = own.clock.now();
            find(tx, organisation, id)?;
            check_products(tx, organisation, &products)?;
            if !role.manages_members() {
                require_another_manager(tx, organisation, id)?;
            }
            storage::memberships::update(tx, id, &role, &products)?;
            storage::sessions::end_of_membership(tx, id, now)?;
            let detail =
                serde_json::json!({"role": role.to_string(), "limited": products != Products::All});
            audit::record(&own, tx, &caller, "member.change", &id.to_string(), &detail)
        })
        .await
}

/// Ends a membership and its sessions at once.
///
/// # Errors
/// `last_manager` if nobody would be left to manage members; not found in another organisation.
pub async fn remove(registry: &Registry, request: &Request, id: MembershipId) -> Result<()> {
    let organisation = own_organisation(&request.caller)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .db
        .write(move |tx| -> Result<()> {
            let now = own.clock.now();
            find(tx, organisation, id)?;
            require_another_manager(tx, organisation, id)?;
            if !storage::memberships::end(tx, id, now)? {
                return Err(NOT_FOUND);
            }
            storage::sessions::end_of_membership(tx, id, now)?;
            audit::record(
                &own,
                tx,
                &caller,
                "member.remove",
                &id.to_string(),
                &().into(),
            )
        })
        .await
}

const NOT_FOUND: Error = Error::NotFound("member");

fn find(tx: &mut Tx, organisation: Organisation, id: MembershipId) -> Result<MembershipRecord> {
    storage::memberships::find(tx, id)?
        .filter(|membership| membership.role.organisation() == organisation)
        .ok_or(NOT_FOUND)
}

/// An organisation without anybody who manages its members could not help itself.
fn require_another_manager(
    tx: &mut Tx,
    organisation: Organisation,
    but: MembershipId,
) -> Result<()> {
    let members = storage::memberships::lock_organisation(tx, organisation)?;
    let is_manager = |id: MembershipId| {
        members
            .iter()
            .any(|one| one.id == id && one.role.manages_members())
    };
    let others = members
        .iter()
        .filter(|one| one.id != but && one.role.manages_members());
    if is_manager(but) && others.count() == 0 {
        return Err(Error::Problem(
            ProblemCode::LastManager,
            "Nobody else manages members here; give somebody else that right first.".to_owned(),
        ));
    }
    Ok(())
}

fn shown(registry: &Registry, tx: &mut Tx, membership: MembershipRecord) -> Result<Member> {
    let record = storage::people::find(tx, membership.person)?.ok_or(Error::NotFound("person"))?;
    let person = open_person(registry, tx, &record)?;
    Ok(Member {
        id: membership.id,
        person: person.id,
        name: person.name,
        email: person.email.to_string(),
        products: storage::memberships::products(tx, &membership)?,
        role: membership.role,
        created_at: membership.created_at,
    })
}
