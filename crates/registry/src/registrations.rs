//! How a firm that nobody knows begins: it names itself and an address, and whoever follows the link that is sent there becomes
//! the first person of a platform that has yet to apply.

use database::Tx;
use domain::{
    EmailAddress, FieldErrors, Language, MembershipId, PersonId, PlatformRole, Products, Role,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use storage::memberships::MembershipRecord;
use storage::registrations::RegistrationRecord;
use wire::FieldCode;

use crate::accounts::{check_password, link_invalid};
use crate::attempts::Subjects;
use crate::invitations::{NewPerson, make_person};
use crate::mail::{self, Mail, letters};
use crate::people::{Origin, actor_name, new_token, note, token_hash};
use crate::sessions::{self, Session, Stage, Started};
use crate::{Caller, Error, Registry, Result, ids, participation};

/// A link is good for this.
const LASTS_S: i64 = 24 * 60 * 60;
const CONTEXT: &str = "registrations.data";
/// Registrations that one transaction forgets at most.
const PAGE: u32 = 200;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    company_name: String,
    email: EmailAddress,
}

/// A registration whose link is good.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Firm, as it was said; it can still be corrected.
    pub company_name: String,
    /// The address that the link was sent to.
    pub email: EmailAddress,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Sends a link to the address. Nothing is said of who takes part already: that is for whoever the link reaches.
///
/// # Errors
/// Field errors; `sign_in_paused` after too many attempts.
pub async fn ask(
    registry: &Registry,
    origin: &Origin,
    company_name: &str,
    email: &str,
    language: Language,
) -> Result<()> {
    let mut errors = FieldErrors::new();
    domain::text::check_text(&mut errors, "company_name", company_name);
    let email: Option<EmailAddress> = errors.parse("email", email.trim());
    let email = errors.into_result(email)?;
    let email_hash = registry.people.email(email.as_str());
    let subjects = Subjects::for_registrations(&registry.people, &email_hash, origin);
    let (own, token) = (registry.clone(), new_token());
    let company_name = company_name.trim().to_owned();
    registry
        .db
        .write(move |tx| -> Result<()> {
            let now = own.clock.now();
            subjects.claim(tx, now)?;
            for earlier in storage::registrations::end_earlier(tx, &email_hash)? {
                own.vault.destroy_owner(tx, earlier)?;
            }
            let id = ids::new();
            let key = own.vault.new_key(tx, Some(id))?;
            let sealed = Sealed {
                company_name: company_name.clone(),
                email: email.clone(),
            };
            let plain = serde_json::to_vec(&sealed).map_err(Error::fault)?;
            let record = RegistrationRecord {
                id,
                email_hash,
                key: key.id(),
                sealed_data: key.seal(CONTEXT, &plain),
                created_at: now,
                expires_at: now.plus_seconds(LASTS_S),
            };
            storage::registrations::insert(tx, &record, &token_hash(&token))?;
            let link = format!("{}/console/join/{token}", own.settings.public_url);
            let letter = letters::email_confirmation(language, &link, record.expires_at);
            mail::send(&own, tx, &Mail::new(email.clone(), letter))?;
            note(&own, tx, None, "platform.ask_to_join")
        })
        .await
}

/// What the link stands for, for whoever has it.
///
/// # Errors
/// `link_invalid` if it was used or is too old.
pub async fn get(registry: &Registry, token: &str) -> Result<Registration> {
    let (own, hash) = (registry.clone(), token_hash(token));
    registry
        .db
        .read(move |tx| {
            let (record, sealed) = load(&own, tx, &hash)?;
            Ok(Registration {
                company_name: sealed.company_name,
                email: sealed.email,
                expires_at: record.expires_at,
            })
        })
        .await
}

/// Goes on as somebody who has no account yet: makes it, and starts a session in which the second factor is set up.
///
/// # Errors
/// `link_invalid`; field errors, also if there is an account with this address; `application_duplicate` if there is a platform
/// of this name.
pub async fn accept_as_new(
    registry: &Registry,
    origin: &Origin,
    token: &str,
    company_name: &str,
    new: NewPerson,
) -> Result<Started> {
    let email = get(registry, token).await?.email;
    let mut errors = FieldErrors::new();
    domain::text::check_text(&mut errors, "company_name", company_name);
    domain::text::check_text(&mut errors, "name", &new.name);
    errors.into_result(Some(()))?;
    check_password(&new.password, &[&new.name, email.as_str()])?;
    let password_hash = registry.passwords.hash(new.password.clone()).await?;
    let (own, origin, hash) = (registry.clone(), origin.clone(), token_hash(token));
    let company_name = company_name.trim().to_owned();
    registry
        .db
        .write(move |tx| {
            let (record, sealed) = load(&own, tx, &hash)?;
            if storage::people::find_by_email(tx, &record.email_hash)?.is_some() {
                let message =
                    "There is an account with this address: sign in, then open the link again.";
                return Err(Error::Field(
                    "email",
                    FieldCode::Duplicate,
                    message.to_owned(),
                ));
            }
            let email_hash = record.email_hash;
            let person = make_person(&own, tx, &new, &sealed.email, email_hash, &password_hash)?;
            note(&own, tx, Some(person.id), "person.create")?;
            found(&own, tx, &record, person.id, &company_name)?;
            sessions::start(&own, tx, &person, Stage::Enrols, &origin, None)
        })
        .await
}

/// Goes on as the person who is signed in and whose address it is; the session goes on under a new token and acts for the new
/// platform.
///
/// # Errors
/// `link_invalid`; field errors, also if the link was sent to somebody else; `application_duplicate` if there is a platform of
/// this name.
pub async fn accept(
    registry: &Registry,
    session: &Session,
    origin: &Origin,
    token: &str,
    company_name: &str,
) -> Result<Started> {
    let person = sessions::require_full(session)?;
    let session_id = session.id;
    let (own, origin, hash) = (registry.clone(), origin.clone(), token_hash(token));
    let company_name = company_name.trim().to_owned();
    registry
        .db
        .write(move |tx| {
            let (record, _) = load(&own, tx, &hash)?;
            let known = storage::people::find(tx, person)?.ok_or(Error::NotFound("person"))?;
            if known.email_hash != record.email_hash {
                let message = "This link was sent to another address; sign in with that account.";
                return Err(Error::Field(
                    "email",
                    FieldCode::NotFound,
                    message.to_owned(),
                ));
            }
            let membership = found(&own, tx, &record, person, &company_name)?;
            sessions::replace(&own, tx, &known, session_id, &origin, Some(membership))
        })
        .await
}

/// Forgets registrations whose link was not followed in time: nobody needs firm and address any more (Art. 5(1)(e) GDPR). Returns
/// how many those were.
///
/// # Errors
/// Fails if the database does.
pub async fn forget_over(registry: &Registry) -> Result<usize> {
    let mut forgotten = 0;
    loop {
        let now = registry.clock.now();
        let is_any = registry
            .db
            .read(move |tx| -> Result<_> { Ok(storage::registrations::is_any_over(tx, now)?) });
        if !is_any.await? {
            return Ok(forgotten);
        }
        let own = registry.clone();
        forgotten += registry
            .db
            .write(move |tx| -> Result<_> {
                let over = storage::registrations::end_over(tx, now, PAGE)?;
                for id in &over {
                    own.vault.destroy_owner(tx, *id)?;
                }
                Ok(over.len())
            })
            .await?;
    }
}

fn load(registry: &Registry, tx: &mut Tx, hash: &[u8; 32]) -> Result<(RegistrationRecord, Sealed)> {
    let found = storage::registrations::find(tx, hash, registry.clock.now())?;
    let record = found.ok_or_else(link_invalid)?;
    let key = registry.vault.key(tx, record.key)?;
    let plain = key.open(CONTEXT, &record.sealed_data)?;
    let sealed = serde_json::from_slice(&plain).map_err(Error::fault)?;
    Ok((record, sealed))
}

/// Makes the platform that has yet to apply, with its first administrator; the link is used.
fn found(
    registry: &Registry,
    tx: &mut Tx,
    registration: &RegistrationRecord,
    person: PersonId,
    company_name: &str,
) -> Result<MembershipId> {
    if !storage::registrations::delete(tx, registration.id)? {
        return Err(link_invalid());
    }
    registry.vault.destroy_owner(tx, registration.id)?;
    let caller = Caller::network(&actor_name(person));
    let platform = participation::applicant(registry, tx, &caller, company_name)?;
    let membership = MembershipRecord {
        id: MembershipId::from_uuid(ids::new()),
        person,
        role: Role::Platform(platform, PlatformRole::Admin),
        is_limited: false,
        created_at: registry.clock.now(),
        organisation_name: None,
    };
    storage::memberships::insert(tx, &membership, &Products::All)?;
    note(registry, tx, Some(person), "member.join")?;
    Ok(membership.id)
}
