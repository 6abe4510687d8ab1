//! Signing in: the password, then the second factor. What is wrong is not told apart, and each attempt is counted before it is tried.

use domain::PersonId;
use storage::people::PersonRecord;
use wire::ProblemCode;

use crate::attempts::Subjects;
use crate::people::{Origin, note, note_refusal, token_hash};
use crate::sessions::{self, Stage, Started};
use crate::totp::Secret;
use crate::{Error, Registry, Result};

pub(crate) const TOTP_CONTEXT: &str = "persons.totp";
/// Longer texts are no passwords; hashing them would cost.
const LONGEST_PASSWORD: usize = 1_000;

/// The first half. Answers a session that can do nothing but finish signing in.
///
/// # Errors
/// `sign_in_refused` if address or password are wrong; `sign_in_paused` after too many attempts.
pub async fn with_password(
    registry: &Registry,
    origin: &Origin,
    email: &str,
    password: &str,
) -> Result<Started> {
    let email_hash = registry.people.email(email);
    let subjects = Subjects::for_passwords(&registry.people, &email_hash, origin);
    let (counted, own) = (subjects.clone(), registry.clone());
    let claimed = registry
        .db
        .write(move |tx| -> Result<Option<PersonRecord>> {
            counted.claim(tx, own.clock.now())?;
            Ok(storage::people::find_by_email(tx, &email_hash)?)
        })
        .await;
    let person = match claimed {
        Ok(person) => person,
        Err(paused @ Error::Problem(ProblemCode::SignInPaused, _)) => {
            note_refusal(registry, None, "person.sign_in.paused").await?;
            return Err(paused);
        }
        Err(error) => return Err(error),
    };
    let typed: String = password.chars().take(LONGEST_PASSWORD).collect();
    let hash = person.as_ref().map(|person| person.password_hash.clone());
    let is_right = registry.passwords.verify(typed, hash).await?;
    let Some(person) = person.filter(|_| is_right) else {
        return Err(refused(registry, None).await?);
    };
    let stage = match person.sealed_totp {
        Some(_) => Stage::AwaitsCode,
        None => Stage::Enrols,
    };
    let (own, origin) = (registry.clone(), origin.clone());
    registry
        .db
        .write(move |tx| {
            // Codes are counted by themselves: whoever knows the password does not wait for those who guess it.
            subjects.succeeded(tx, own.clock.now())?;
            sessions::start(&own, tx, &person, stage, &origin, None)
        })
        .await
}

/// The second half: a code of the authenticator app, or a recovery code.
///
/// # Errors
/// `session_ended` if the first half is missing or too long ago; `sign_in_refused` if the code is wrong or was used;
/// `sign_in_paused` after too many attempts.
pub async fn with_code(
    registry: &Registry,
    origin: &Origin,
    token: &str,
    code: &str,
) -> Result<Started> {
    let hash = token_hash(token);
    let own = registry.clone();
    let found = registry
        .db
        .read(move |tx| sessions::alive(tx, &hash, own.clock.now()))
        .await?;
    let Some((session, person)) = found.filter(|(session, _)| session.stage == Stage::AwaitsCode)
    else {
        return Err(sessions::ended());
    };
    let subjects = Subjects::for_codes(&registry.people, &person.email_hash, origin);
    let (counted, own) = (subjects.clone(), registry.clone());
    let claim = move |tx: &mut database::Tx| counted.claim(tx, own.clock.now());
    if let Err(error) = registry.db.write(claim).await {
        note_refusal(registry, Some(person.id), "person.sign_in.paused").await?;
        return Err(error);
    }
    let (own, origin, code) = (registry.clone(), origin.clone(), code.to_owned());
    let id = person.id;
    let started = registry
        .db
        .write(move |tx| -> Result<Option<Started>> {
            if !proves(&own, tx, &person, &code)? {
                return Ok(None);
            }
            let now = own.clock.now();
            subjects.succeeded(tx, now)?;
            note(&own, tx, Some(person.id), "person.sign_in")?;
            sessions::replace(&own, tx, &person, session.id, &origin, None).map(Some)
        })
        .await?;
    match started {
        Some(started) => Ok(started),
        None => Err(refused(registry, Some(id)).await?),
    }
}

/// Signs out; a token that is not one any more is signed out already.
///
/// # Errors
/// Fails if the database does.
pub async fn out(registry: &Registry, token: &str) -> Result<()> {
    let hash = token_hash(token);
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<()> {
            let now = own.clock.now();
            if let Some((session, person)) = sessions::alive(tx, &hash, now)? {
                storage::sessions::end(tx, session.id, person.id, now)?;
                note(&own, tx, Some(person.id), "person.sign_out")?;
            }
            Ok(())
        })
        .await
}

/// Whether the code is one of the person's that was not used yet; it is used from here on.
fn proves(
    registry: &Registry,
    tx: &mut database::Tx,
    person: &PersonRecord,
    code: &str,
) -> Result<bool> {
    let now = registry.clock.now();
    if let Some(secret) = secret(registry, tx, person, person.sealed_totp.as_deref())?
        && let Some(step) = secret.matching_step(code, now.seconds())
    {
        return Ok(storage::people::use_totp_step(tx, person.id, step)?);
    }
    let hash = registry.people.recovery_code(person.id, code);
    let is_recovery = storage::people::use_recovery_code(tx, person.id, &hash, now)?;
    if is_recovery {
        note(registry, tx, Some(person.id), "person.use_recovery_code")?;
    }
    Ok(is_recovery)
}

/// A secret of the person's, opened.
pub(crate) fn secret(
    registry: &Registry,
    tx: &mut database::Tx,
    person: &PersonRecord,
    sealed: Option<&[u8]>,
) -> Result<Option<Secret>> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let key = registry.vault.key(tx, person.key)?;
    Ok(Secret::from_bytes(&key.open(TOTP_CONTEXT, sealed)?))
}

/// The same words for everything that can be wrong.
async fn refused(registry: &Registry, person: Option<PersonId>) -> Result<Error> {
    note_refusal(registry, person, "person.sign_in.refused").await?;
    let detail = match person {
        None => "Address or password are wrong.",
        Some(_) => "The code is wrong, or it was used before.",
    };
    Ok(Error::Problem(
        ProblemCode::SignInRefused,
        detail.to_owned(),
    ))
}
