//! Offers of a membership: made by who manages members, accepted by whoever has the link, or by the addressee if there is one.

mod acceptance;

pub(crate) use acceptance::make_person;
pub use acceptance::{NewPerson, accept, accept_as_new};

use database::Tx;
use domain::{EmailAddress, InvitationId, Organisation, ProductId, Products, Role, Timestamp};
use storage::Scope;
use storage::invitations::{Addressee, InvitationRecord};
use wire::FieldCode;

use crate::accounts::link_invalid;
use crate::caller::Party;
use crate::mail::{self, Mail, letters};
use crate::people::{new_token, reachable, token_hash};
use crate::{Caller, Error, Registry, Request, Result, Right, audit, ids};

/// An invitation is good for this.
const LASTS_S: i64 = 7 * 24 * 60 * 60;
const EMAIL_CONTEXT: &str = "invitations.email";

/// An invitation to make.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// For whom it is meant; none if whoever has the link may accept.
    pub email: Option<EmailAddress>,
    /// What is offered, and for whom.
    pub role: Role,
    /// For which products.
    pub products: Products,
}

/// An invitation that was made.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Identifies it.
    pub id: InvitationId,
    /// The page that accepts it, shown this once; none if it was written to the addressee by mail.
    pub link: Option<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a link offers.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Firm of the issuer or platform; none for the registrar.
    pub organisation_name: Option<String>,
    /// What is offered.
    pub role: Role,
    /// For whom it is meant.
    pub email: Option<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Invites somebody. The registrar invites for every organisation, the others for their own.
///
/// # Errors
/// Field errors; refuses who does not manage members of that organisation.
pub async fn invite(registry: &Registry, request: &Request, new: NewInvitation) -> Result<Invited> {
    require_manager_of(&request.caller, new.role.organisation())?;
    new.products.check(&new.role)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    let token = new_token();
    let link = format!(
        "{}/console/invitations/{token}",
        registry.settings.public_url
    );
    let now = registry.clock.now();
    let id = InvitationId::from_uuid(ids::new());
    let expires_at = now.plus_seconds(LASTS_S);
    let is_written = new.email.is_some() && registry.settings.mail.is_delivered;
    let shown = (!is_written).then(|| link.clone());
    registry
        .db
        .write(move |tx| -> Result<()> {
            let organisation = new.role.organisation();
            check_products(tx, organisation, &new.products)?;
            let addressee = match &new.email {
                Some(email) => Some(addressee(&own, tx, email)?),
                None => None,
            };
            if addressee.is_none() {
                storage::invitations::end_unaddressed(tx, organisation, &caller.name, now)?;
            }
            let record = InvitationRecord {
                id,
                role: new.role.clone(),
                products: new.products.clone(),
                addressee,
                invited_by: caller.name.clone(),
                created_at: now,
                expires_at,
                organisation_name: None,
            };
            storage::invitations::insert(tx, &record, &token_hash(&token))?;
            if let Some(email) = &new.email {
                write_to(&own, tx, email, &token, &link)?;
            }
            let detail = serde_json::json!({
                "organisation": organisation.kind(), "role": new.role.to_string(),
            });
            audit::record(&own, tx, &caller, "member.invite", &id.to_string(), &detail)
        })
        .await?;
    Ok(Invited {
        id,
        link: shown,
        expires_at,
    })
}

/// Whether anybody acts for the organisation whose members the caller manages.
///
/// # Errors
/// Refuses who does not manage members.
pub async fn has_people(registry: &Registry, caller: &Caller) -> Result<bool> {
    let organisation = own_organisation(caller)?;
    registry
        .db
        .read(move |tx| {
            let members = storage::memberships::of_organisation(tx, organisation)?;
            Ok(!members.is_empty())
        })
        .await
}

/// Takes an offer back.
///
/// # Errors
/// Not found if it is not open, or not of the caller's organisation.
pub async fn withdraw(registry: &Registry, request: &Request, id: InvitationId) -> Result<()> {
    let organisation = own_organisation(&request.caller)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .db
        .write(move |tx| -> Result<()> {
            let now = own.clock.now();
            let open = storage::invitations::open(tx, organisation, now)?;
            let is_own = open.iter().any(|one| one.id == id);
            if !is_own || !storage::invitations::end(tx, id, now)? {
                return Err(Error::NotFound("invitation"));
            }
            audit::record(
                &own,
                tx,
                &caller,
                "member.withdraw_invitation",
                &id.to_string(),
                &().into(),
            )
        })
        .await
}

/// What the link offers, for whoever has it.
///
/// # Errors
/// `link_invalid` if it is not open.
pub async fn offer(registry: &Registry, token: &str) -> Result<Offer> {
    let hash = token_hash(token);
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = load(&own, tx, &hash)?;
            let email = match &record.addressee {
                Some(addressee) => Some(opened(&own, tx, addressee)?),
                None => None,
            };
            Ok(Offer {
                organisation_name: record.organisation_name,
                role: record.role,
                email,
                expires_at: record.expires_at,
            })
        })
        .await
}

/// Refuses who does not manage members of the organisation.
pub(crate) fn require_manager_of(caller: &Caller, organisation: Organisation) -> Result<()> {
    let own = own_organisation(caller)?;
    if own == organisation || own == Organisation::Registrar {
        Ok(())
    } else {
        Err(Error::NotPermitted)
    }
}

/// The organisation whose members the caller manages.
pub(crate) fn own_organisation(caller: &Caller) -> Result<Organisation> {
    caller.require(Right::ManageMembers)?;
    match caller.party {
        Party::Registrar => Ok(Organisation::Registrar),
        Party::Issuer(_, issuer) => Ok(Organisation::Issuer(issuer)),
        Party::Platform(platform) => Ok(Organisation::Platform(platform)),
        Party::Distributor(..) => Err(Error::NotPermitted),
    }
}

/// A membership is limited to products of the organisation only.
pub(crate) fn check_products(
    tx: &mut Tx,
    organisation: Organisation,
    products: &Products,
) -> Result<()> {
    let Products::Only(products) = products else {
        return Ok(());
    };
    let scope = Scope {
        issuer: organisation.issuer(),
        platform: organisation.platform(),
        ..Scope::ALL
    };
    let is_known = |tx: &mut Tx, id: ProductId| -> Result<bool> {
        Ok(storage::products::find(tx, &scope, id)?.is_some())
    };
    for product in products {
        if !is_known(tx, *product)? {
            let message = format!("There is no product {product} of this organisation.");
            return Err(Error::Field("products", FieldCode::NotFound, message));
        }
    }
    Ok(())
}

/// The address of an open invitation.
pub(crate) fn opened(registry: &Registry, tx: &mut Tx, to: &Addressee) -> Result<String> {
    let key = registry.vault.key(tx, to.key)?;
    String::from_utf8(key.open(EMAIL_CONTEXT, &to.sealed_email)?).map_err(Error::fault)
}

fn load(registry: &Registry, tx: &mut Tx, hash: &[u8; 32]) -> Result<InvitationRecord> {
    storage::invitations::find(tx, hash, registry.clock.now())?.ok_or_else(link_invalid)
}

fn addressee(registry: &Registry, tx: &mut Tx, email: &EmailAddress) -> Result<Addressee> {
    let key = registry.vault.new_key(tx, None)?;
    Ok(Addressee {
        email_hash: registry.people.email(email.as_str()),
        key: key.id(),
        sealed_email: key.seal(EMAIL_CONTEXT, email.as_str().as_bytes()),
    })
}

fn write_to(
    registry: &Registry,
    tx: &mut Tx,
    email: &EmailAddress,
    token: &str,
    link: &str,
) -> Result<()> {
    let invitation = load(registry, tx, &token_hash(token))?;
    let settings = &registry.settings.mail;
    let organisation = invitation
        .organisation_name
        .unwrap_or(settings.sender.clone());
    let known = storage::people::find_by_email(tx, &registry.people.email(email.as_str()))?;
    let known = reachable(registry, tx, known)?;
    let language = known.map_or(settings.language, |person| person.language);
    let letter = letters::invitation(language, &organisation, link, invitation.expires_at);
    mail::send(registry, tx, &Mail::new(email.clone(), letter))
}
