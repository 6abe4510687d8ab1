//! Accepting an offer: as somebody new, who gets an account, or as somebody who has one.

use database::Tx;
use domain::{EmailAddress, FieldErrors, Language, MembershipId, PersonId, Products};
use storage::invitations::InvitationRecord;
use storage::memberships::MembershipRecord;
use storage::people::PersonRecord;
use wire::{FieldCode, ProblemCode};

use super::{load, offer};
use crate::accounts::{check_password, link_invalid};
use crate::people::{Origin, PersonData, note, seal_person, token_hash};
use crate::sessions::{self, Session, Stage, Started};
use crate::{Error, Registry, Result, ids};

/// Who accepts and has no account yet.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// As it wants to be called.
    pub name: String,
    /// Its address; that of the invitation if there is one.
    pub email: String,
    /// Its password.
    pub password: String,
    /// In which it is written to.
    pub language: Language,
}

/// Accepts as somebody who has no account yet: makes it, and starts a session in which the second factor is set up.
///
/// # Errors
/// `link_invalid`; field errors, also if there is an account with this address.
pub async fn accept_as_new(
    registry: &Registry,
    origin: &Origin,
    token: &str,
    new: NewPerson,
) -> Result<Started> {
    let offered = offer(registry, token).await?;
    let mut errors = FieldErrors::new();
    domain::text::check_text(&mut errors, "name", &new.name);
    let email = offered.email.as_deref().unwrap_or(new.email.trim());
    let email: Option<EmailAddress> = errors.parse("email", email);
    let email = errors.into_result(email)?;
    check_password(&new.password, &[&new.name, email.as_str()])?;
    let password_hash = registry.passwords.hash(new.password.clone()).await?;
    let (own, origin, hash) = (registry.clone(), origin.clone(), token_hash(token));
    registry
        .db
        .write(move |tx| {
            let invitation = load(&own, tx, &hash)?;
            let email_hash = own.people.email(email.as_str());
            if storage::people::find_by_email(tx, &email_hash)?.is_some() {
                let message =
                    "There is an account with this address: sign in, then open the link again.";
                return Err(Error::Field(
                    "email",
                    FieldCode::Duplicate,
                    message.to_owned(),
                ));
            }
            let person = make_person(&own, tx, &new, &email, email_hash, &password_hash)?;
            note(&own, tx, Some(person.id), "person.create")?;
            join(&own, tx, &invitation, person.id)?;
            sessions::start(&own, tx, &person, Stage::Enrols, &origin, None)
        })
        .await
}

/// Accepts as the person who is signed in; the session goes on under a new token and acts for the new membership.
///
/// # Errors
/// `link_invalid`; a field error if the invitation is meant for somebody else.
pub async fn accept(
    registry: &Registry,
    session: &Session,
    origin: &Origin,
    token: &str,
) -> Result<Started> {
    let person = sessions::require_full(session)?;
    let (own, origin, hash) = (registry.clone(), origin.clone(), token_hash(token));
    let session_id = session.id;
    registry
        .db
        .write(move |tx| {
            let invitation = load(&own, tx, &hash)?;
            let record = storage::people::find(tx, person)?.ok_or(Error::NotFound("person"))?;
            let meant_for = invitation.addressee.as_ref().map(|one| one.email_hash);
            if meant_for.is_some_and(|hash| hash != record.email_hash) {
                let message =
                    "This invitation is meant for another address; sign in with that account.";
                return Err(Error::Field(
                    "email",
                    FieldCode::NotFound,
                    message.to_owned(),
                ));
            }
            let membership = join(&own, tx, &invitation, person)?;
            sessions::replace(&own, tx, &record, session_id, &origin, Some(membership))
        })
        .await
}

/// Makes the account of somebody whose address is confirmed.
pub(crate) fn make_person(
    registry: &Registry,
    tx: &mut Tx,
    new: &NewPerson,
    email: &EmailAddress,
    email_hash: [u8; 32],
    password_hash: &str,
) -> Result<PersonRecord> {
    let now = registry.clock.now();
    let id = PersonId::from_uuid(ids::new());
    let key = registry.vault.new_key(tx, Some(id.uuid()))?;
    let data = PersonData {
        name: new.name.trim().to_owned(),
        email: email.clone(),
        language: new.language,
    };
    let record = PersonRecord {
        id,
        email_hash,
        key: key.id(),
        sealed_person: seal_person(&key, &data)?,
        password_hash: password_hash.to_owned(),
        sealed_totp: None,
        sealed_totp_offer: None,
        totp_step: 0,
        created_at: now,
        changed_at: now,
    };
    storage::people::insert(tx, &record)?;
    Ok(record)
}

/// Makes the membership that was offered; the invitation is used.
fn join(
    registry: &Registry,
    tx: &mut Tx,
    invitation: &InvitationRecord,
    person: PersonId,
) -> Result<MembershipId> {
    let now = registry.clock.now();
    if !storage::invitations::end(tx, invitation.id, now)? {
        return Err(link_invalid());
    }
    let organisation = invitation.role.organisation();
    let known = storage::memberships::of_person(tx, person)?;
    if known
        .iter()
        .any(|one| one.role.organisation() == organisation)
    {
        return Err(Error::Problem(
            ProblemCode::Conflict,
            "You are a member there already; whoever manages members can change your role."
                .to_owned(),
        ));
    }
    let membership = MembershipRecord {
        id: MembershipId::from_uuid(ids::new()),
        person,
        role: invitation.role.clone(),
        is_limited: invitation.products != Products::All,
        created_at: now,
        organisation_name: None,
    };
    storage::memberships::insert(tx, &membership, &invitation.products)?;
    note(registry, tx, Some(person), "member.join")?;
    Ok(membership.id)
}
