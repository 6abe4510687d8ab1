//! A person's own account: password, second factor, recovery codes, and the way back when the password is forgotten.

use database::Tx;
use domain::{FieldErrors, Language, password};
use storage::people::PersonRecord;
use wire::{FieldCode, ProblemCode};

use crate::attempts::Subjects;
use crate::mail::{self, Mail, letters};
use crate::people::{
    Origin, PersonData, new_token, note, note_refusal, open_person, seal_person, token_hash,
};
use crate::sessions::{self, Session, Stage, Started};
use crate::sign_in::{TOTP_CONTEXT, secret};
use crate::totp::Secret;
use crate::{Error, Registry, Result, ids};

/// Recovery codes that a person gets at once.
const RECOVERY_CODES: usize = 10;
/// A link to a new password is good for this.
const RESET_S: i64 = 60 * 60;

/// A second factor to set up.
#[derive(Clone, Debug)]
pub struct TotpOffer {
    /// For typing.
    pub secret: String,
    /// For the app: `otpauth://…`.
    pub uri: String,
}

/// A second factor that was set up.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The new session.
    pub started: Started,
    /// Each signs in once when the app is lost; shown this once.
    pub recovery_codes: Vec<String>,
}

/// The second factor that waits to be confirmed; made if there is none.
///
/// # Errors
/// `session_ended` if the password is still missing.
pub async fn offer_totp(registry: &Registry, session: &Session) -> Result<TotpOffer> {
    if session.stage == Stage::AwaitsCode {
        return Err(sessions::ended());
    }
    let own = registry.clone();
    let id = session.person.id;
    let offered = registry
        .db
        .write(move |tx| -> Result<Secret> {
            let person = load(tx, id)?;
            if let Some(offered) = secret(&own, tx, &person, person.sealed_totp_offer.as_deref())? {
                return Ok(offered);
            }
            let new = Secret::random();
            let key = own.vault.key(tx, person.key)?;
            let sealed = key.seal(TOTP_CONTEXT, new.bytes());
            storage::people::offer_totp(tx, id, &sealed, own.clock.now())?;
            Ok(new)
        })
        .await?;
    let secret = offered.to_base32();
    let host = registry
        .settings
        .public_url
        .split("//")
        .nth(1)
        .unwrap_or_default();
    let label = percent_encoded(&format!("{host}:{}", session.person.email));
    Ok(TotpOffer {
        uri: format!(
            "otpauth://totp/{label}?secret={secret}&issuer={}",
            percent_encoded(host)
        ),
        secret,
    })
}

/// Confirms the offered second factor by one of its codes. The session is replaced by a full one.
///
/// # Errors
/// A field error if the code is wrong; `sign_in_paused` after too many attempts.
pub async fn confirm_totp(
    registry: &Registry,
    session: &Session,
    origin: &Origin,
    code: &str,
) -> Result<Enrolled> {
    if session.stage == Stage::AwaitsCode {
        return Err(sessions::ended());
    }
    let email_hash = registry.people.email(session.person.email.as_str());
    let subjects = Subjects::for_codes(&registry.people, &email_hash, origin);
    let (own, counted) = (registry.clone(), subjects.clone());
    registry
        .db
        .write(move |tx| counted.claim(tx, own.clock.now()))
        .await?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let (own, origin, code) = (registry.clone(), origin.clone(), code.to_owned());
    let (session_id, id, given) = (session.id, session.person.id, codes.clone());
    let membership = session.current.as_ref().map(|membership| membership.id);
    let started = registry
        .db
        .write(move |tx| -> Result<Started> {
            let person = load(tx, id)?;
            let now = own.clock.now();
            let offered = secret(&own, tx, &person, person.sealed_totp_offer.as_deref())?;
            let step = offered.and_then(|secret| secret.matching_step(&code, now.seconds()));
            let step = step.ok_or_else(wrong_code)?;
            if !storage::people::take_totp(tx, id, step, now)? {
                return Err(wrong_code());
            }
            let hashes: Vec<_> = given
                .iter()
                .map(|code| own.people.recovery_code(id, code))
                .collect();
            storage::people::set_recovery_codes(tx, id, &hashes)?;
            subjects.succeeded(tx, now)?;
            note(&own, tx, Some(id), "person.enrol_second_factor")?;
            storage::sessions::end_others(tx, id, Some(session_id), now)?;
            sessions::replace(&own, tx, &person, session_id, &origin, membership)
        })
        .await?;
    Ok(Enrolled {
        started,
        recovery_codes: codes,
    })
}

/// Recovery codes that are left.
///
/// # Errors
/// Fails if the database does.
pub async fn recovery_codes_left(registry: &Registry, session: &Session) -> Result<u32> {
    let id = sessions::require_full(session)?;
    registry
        .db
        .read(move |tx| Ok(storage::people::recovery_codes_left(tx, id)?))
        .await
}

/// Changes the password; every other session ends, and this one goes on under a new token.
///
/// # Errors
/// Field errors; `sign_in_paused` after too many attempts.
pub async fn change_password(
    registry: &Registry,
    session: &Session,
    origin: &Origin,
    current: &str,
    new: &str,
) -> Result<Started> {
    let id = sessions::require_full(session)?;
    let email = session.person.email.as_str();
    let email_hash = registry.people.email(email);
    let subjects = Subjects::for_passwords(&registry.people, &email_hash, origin);
    let (own, counted) = (registry.clone(), subjects.clone());
    let person = registry
        .db
        .write(move |tx| {
            counted.claim(tx, own.clock.now())?;
            load(tx, id)
        })
        .await?;
    let is_right = registry
        .passwords
        .verify(current.to_owned(), Some(person.password_hash.clone()))
        .await?;
    if !is_right {
        note_refusal(registry, Some(id), "person.change_password.refused").await?;
        let message = "This is not your present password.".to_owned();
        return Err(Error::Field(
            "current_password",
            FieldCode::InvalidFormat,
            message,
        ));
    }
    check_password(new, &[&session.person.name, email])?;
    let hash = registry.passwords.hash(new.to_owned()).await?;
    let (own, origin, session_id) = (registry.clone(), origin.clone(), session.id);
    let membership = session.current.as_ref().map(|membership| membership.id);
    registry
        .db
        .write(move |tx| {
            let now = own.clock.now();
            storage::people::set_password(tx, id, &hash, now)?;
            storage::people::end_resets(tx, id, now)?;
            subjects.succeeded(tx, now)?;
            note(&own, tx, Some(id), "person.change_password")?;
            storage::sessions::end_others(tx, id, Some(session_id), now)?;
            sessions::replace(&own, tx, &person, session_id, &origin, membership)
        })
        .await
}

/// Changes name and language.
///
/// # Errors
/// Field errors.
pub async fn change_person(
    registry: &Registry,
    session: &Session,
    name: &str,
    language: Language,
) -> Result<()> {
    let id = sessions::require_full(session)?;
    let mut errors = FieldErrors::new();
    domain::text::check_text(&mut errors, "name", name);
    errors.into_result(Some(()))?;
    let (own, name) = (registry.clone(), name.trim().to_owned());
    registry
        .db
        .write(move |tx| {
            let record = load(tx, id)?;
            let known = open_person(&own, tx, &record)?;
            let key = own.vault.key(tx, record.key)?;
            let data = PersonData {
                name: name.clone(),
                email: known.email,
                language,
            };
            storage::people::set_person(tx, id, &seal_person(&key, &data)?, own.clock.now())?;
            note(&own, tx, Some(id), "person.change")
        })
        .await
}

/// Writes a link to a new password to an account, if there is one. The answer is the same if there is none.
///
/// # Errors
/// `sign_in_paused` after too many attempts.
pub async fn forgot_password(registry: &Registry, origin: &Origin, email: &str) -> Result<()> {
    let email_hash = registry.people.email(email);
    let subjects = Subjects::for_resets(&registry.people, &email_hash, origin);
    let own = registry.clone();
    let token = new_token();
    registry
        .db
        .write(move |tx| -> Result<()> {
            let now = own.clock.now();
            subjects.claim(tx, now)?;
            let Some(person) = storage::people::find_by_email(tx, &email_hash)? else {
                return note(&own, tx, None, "person.forgot_password");
            };
            storage::people::end_resets(tx, person.id, now)?;
            let until = now.plus_seconds(RESET_S);
            storage::people::insert_reset(tx, &token_hash(&token), person.id, now, until)?;
            let link = format!("{}/console/password/{token}", own.settings.public_url);
            let known = open_person(&own, tx, &person)?;
            let letter = letters::password_reset(known.language, &link, until);
            mail::send(
                &own,
                tx,
                &Mail::new(known.email, letter).person(person.id.uuid()),
            )?;
            note(&own, tx, Some(person.id), "person.forgot_password")
        })
        .await
}

/// Sets a new password by a link; every session ends, and the second factor stays as it is.
///
/// # Errors
/// `link_invalid` if the link was used or is too old; field errors.
pub async fn reset_password(registry: &Registry, token: &str, new: &str) -> Result<()> {
    let hash = token_hash(token);
    let own = registry.clone();
    let person = registry
        .db
        .read(move |tx| -> Result<_> {
            let Some(id) = storage::people::find_reset(tx, &hash, own.clock.now())? else {
                return Ok(None);
            };
            let record = load(tx, id)?;
            open_person(&own, tx, &record).map(Some)
        })
        .await?
        .ok_or_else(link_invalid)?;
    check_password(new, &[&person.name, person.email.as_str()])?;
    let password = registry.passwords.hash(new.to_owned()).await?;
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<()> {
            let now = own.clock.now();
            let open = storage::people::find_reset(tx, &hash, now)?;
            if open != Some(person.id) || storage::people::end_resets(tx, person.id, now)? == 0 {
                return Err(link_invalid());
            }
            storage::people::set_password(tx, person.id, &password, now)?;
            storage::sessions::end_others(tx, person.id, None, now)?;
            note(&own, tx, Some(person.id), "person.reset_password")
        })
        .await
}

pub(crate) fn check_password(password: &str, known: &[&str]) -> Result<()> {
    let mut errors = FieldErrors::new();
    password::check(&mut errors, "password", password, known);
    Ok(errors.into_result(Some(()))?)
}

pub(crate) fn link_invalid() -> Error {
    Error::Problem(
        ProblemCode::LinkInvalid,
        "This link was used, was withdrawn, or is too old. Ask for a new one.".to_owned(),
    )
}

fn load(tx: &mut Tx, id: domain::PersonId) -> Result<PersonRecord> {
    storage::people::find(tx, id)?.ok_or(Error::NotFound("person"))
}

fn wrong_code() -> Error {
    let message = "This is not the code that the app shows now.".to_owned();
    Error::Field("code", FieldCode::InvalidFormat, message)
}

/// Eighty random bits in groups that can be copied by hand.
fn recovery_code() -> String {
    let text = data_encoding::BASE32_NOPAD
        .encode(&ids::bytes::<10>())
        .to_lowercase();
    let groups: Vec<&str> = [0, 4, 8, 12].iter().map(|at| &text[*at..at + 4]).collect();
    groups.join("-")
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
