//! Sessions of people: found by their token, ended by themselves or their owner, and turned into the caller of an operation.
//!
//! A new token is handed out at every change of what a session may do, so that a token planted before is worth nothing after.

use database::Tx;
use domain::{ClientId, MembershipId, Organisation, PersonId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use storage::memberships::MembershipRecord;
use storage::people::PersonRecord;
use storage::sessions::SessionRecord;
use wire::ProblemCode;

pub use storage::sessions::Stage;

use crate::caller::{Party, scopes_of};
use crate::people::{Origin, Person, actor_name, new_token, note, open_person, token_hash};
use crate::{Caller, Error, Registry, Result, Right, ids};

/// A session that is not used ends after this.
const IDLE_S: i64 = 30 * 60;
/// A session ends after this.
const LONGEST_S: i64 = 12 * 60 * 60;
/// Signing in is finished within this.
const HALF_S: i64 = 10 * 60;
/// How exactly the last use is noted.
const SEEN_EVERY_S: i64 = 60;
const ORIGIN_CONTEXT: &str = "sessions.origin";

/// A session with its person.
#[derive(Clone, Debug)]
pub struct Session {
    /// Identifies it.
    pub id: SessionId,
    /// How far signing in has come.
    pub stage: Stage,
    /// Who it is.
    pub person: Person,
    /// What the person may do, and for whom; the oldest first.
    pub memberships: Vec<MembershipRecord>,
    /// For whom it acts in this session.
    pub current: Option<MembershipRecord>,
}

/// A new token for the person's browser.
#[derive(Clone, Debug)]
pub struct Started {
    /// 256 random bits.
    pub token: String,
    /// How far signing in has come.
    pub stage: Stage,
}

/// One of a person's own sessions as it is listed.
#[derive(Clone, Debug)]
pub struct ListedSession {
    /// Identifies it.
    pub id: SessionId,
    /// The network it was started from.
    pub network: Option<String>,
    /// What the browser calls itself.
    pub browser: Option<String>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct SealedOrigin {
    network: Option<String>,
    browser: Option<String>,
}

/// The session of a token; none if it ended.
///
/// # Errors
/// Fails if the database does.
pub async fn find(registry: &Registry, token: &str) -> Result<Option<Session>> {
    let hash = token_hash(token);
    let own = registry.clone();
    let found = registry
        .db
        .read(move |tx| -> Result<_> {
            let now = own.clock.now();
            let Some((record, person)) = alive(tx, &hash, now)? else {
                return Ok(None);
            };
            let memberships = storage::memberships::of_person(tx, record.person)?;
            let current = memberships
                .iter()
                .find(|one| Some(one.id) == record.membership)
                .cloned();
            let session = Session {
                id: record.id,
                stage: record.stage,
                person: open_person(&own, tx, &person)?,
                memberships,
                current,
            };
            Ok(Some((session, record.seen_at)))
        })
        .await?;
    let Some((session, seen_at)) = found else {
        return Ok(None);
    };
    let now = registry.clock.now();
    if now.seconds_since(seen_at) >= SEEN_EVERY_S {
        let id = session.id;
        let seen = move |tx: &mut Tx| -> Result<()> { Ok(storage::sessions::seen(tx, id, now)?) };
        registry.db.write(seen).await?;
    }
    Ok(Some(session))
}

impl Session {
    /// The caller that this person is, acting for the organisation it has chosen.
    ///
    /// # Errors
    /// `session_ended` if signing in is not finished; [`Error::NotPermitted`] if the person acts for nobody.
    pub fn caller(&self) -> Result<Caller> {
        if self.stage != Stage::Full {
            return Err(ended());
        }
        let membership = self.current.as_ref().ok_or(Error::NotPermitted)?;
        let party = match membership.role.organisation() {
            Organisation::Registrar => Party::Registrar,
            Organisation::Issuer(issuer) => Party::Issuer(None, issuer),
            Organisation::Platform(platform) => Party::Platform(platform),
        };
        Ok(Caller {
            client: ClientId::from_uuid(self.person.id.uuid()),
            name: actor_name(self.person.id),
            party,
            scopes: scopes_of(&membership.role),
            person: Some(self.person.id),
            limited_to: membership.is_limited.then_some(membership.id),
        })
    }

    /// Whether the person, acting as it does, has this right.
    pub fn may(&self, right: Right) -> bool {
        self.caller()
            .is_ok_and(|caller| caller.require(right).is_ok())
    }
}

/// The caller that a platform's person is inside one environment, where its investors and investments are.
///
/// # Errors
/// As [`Session::caller`]; not found if the platform has nothing there, or the person's membership does not reach it.
pub async fn caller_in(
    registry: &Registry,
    session: &Session,
    environment: &str,
) -> Result<Caller> {
    let caller = session.caller()?;
    let Party::Platform(platform) = caller.party else {
        return Err(Error::NotPermitted);
    };
    let name = environment.to_owned();
    registry
        .db
        .read(move |tx| -> Result<_> {
            const NOT_FOUND: Error = Error::NotFound("environment");
            let found = storage::environments::find_by_name(tx, &name)?.ok_or(NOT_FOUND)?;
            let reaches = match caller.limited_to {
                Some(membership) => storage::memberships::reaches(tx, membership, found.id)?,
                None => true,
            };
            if !reaches || !storage::memberships::platform_sells(tx, platform, found.id)? {
                return Err(NOT_FOUND);
            }
            Ok(Caller {
                party: Party::Distributor(found.id, platform),
                ..caller.clone()
            })
        })
        .await
}

/// The person's own sessions, newest first.
///
/// # Errors
/// Fails if the database does.
pub async fn list(registry: &Registry, session: &Session) -> Result<Vec<ListedSession>> {
    require_full(session)?;
    let person = session.person.id;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let now = own.clock.now();
            let record = storage::people::find(tx, person)?.ok_or(Error::NotFound("person"))?;
            let key = own.vault.key(tx, record.key)?;
            let sessions = storage::sessions::of_person(tx, person, idle_since(now), now)?;
            sessions
                .into_iter()
                .map(|session| {
                    let plain = key.open(ORIGIN_CONTEXT, &session.sealed_origin)?;
                    let origin: SealedOrigin =
                        serde_json::from_slice(&plain).map_err(Error::fault)?;
                    Ok(ListedSession {
                        id: session.id,
                        network: origin.network,
                        browser: origin.browser,
                        created_at: session.created_at,
                        seen_at: session.seen_at,
                    })
                })
                .collect()
        })
        .await
}

/// Ends one of the person's own sessions at once.
///
/// # Errors
/// Not found if it is not the person's or has ended.
pub async fn revoke(registry: &Registry, session: &Session, id: SessionId) -> Result<()> {
    let caller = require_full(session)?;
    let person = session.person.id;
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<()> {
            if !storage::sessions::end(tx, id, person, own.clock.now())? {
                return Err(Error::NotFound("session"));
            }
            note(&own, tx, Some(caller), "person.revoke_session")
        })
        .await
}

/// Acts for another organisation from now on, in a new session.
///
/// # Errors
/// Not found if the membership is not the person's.
pub async fn choose(
    registry: &Registry,
    session: &Session,
    origin: &Origin,
    membership: MembershipId,
) -> Result<Started> {
    require_full(session)?;
    if !session.memberships.iter().any(|one| one.id == membership) {
        return Err(Error::NotFound("membership"));
    }
    let (own, origin) = (registry.clone(), origin.clone());
    let (id, person) = (session.id, session.person.id);
    registry
        .db
        .write(move |tx| {
            let record = storage::people::find(tx, person)?.ok_or(Error::NotFound("person"))?;
            replace(&own, tx, &record, id, &origin, Some(membership))
        })
        .await
}

pub(crate) fn require_full(session: &Session) -> Result<PersonId> {
    match session.stage {
        Stage::Full => Ok(session.person.id),
        Stage::AwaitsCode | Stage::Enrols => Err(ended()),
    }
}

/// The session of a token with its person, if it is alive.
pub(crate) fn alive(
    tx: &mut Tx,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(SessionRecord, PersonRecord)>> {
    let Some(session) = storage::sessions::find(tx, hash, idle_since(now), now)? else {
        return Ok(None);
    };
    let person = storage::people::find(tx, session.person)?;
    Ok(person.map(|person| (session, person)))
}

/// Starts a session. A full one acts for the membership named, or else for the person's oldest.
pub(crate) fn start(
    registry: &Registry,
    tx: &mut Tx,
    person: &PersonRecord,
    stage: Stage,
    origin: &Origin,
    membership: Option<MembershipId>,
) -> Result<Started> {
    let now = registry.clock.now();
    let key = registry.vault.key(tx, person.key)?;
    let origin = SealedOrigin {
        network: origin.network().map(|network| network.to_string()),
        browser: origin.user_agent.as_deref().map(shortened),
    };
    let plain = serde_json::to_vec(&origin).map_err(Error::fault)?;
    let lasts_s = match stage {
        Stage::Full => LONGEST_S,
        Stage::AwaitsCode | Stage::Enrols => HALF_S,
    };
    let oldest = match (stage, membership) {
        (Stage::Full, None) => storage::memberships::of_person(tx, person.id)?
            .first()
            .map(|one| one.id),
        _ => membership,
    };
    let token = new_token();
    let session = SessionRecord {
        id: SessionId::from_uuid(ids::new()),
        person: person.id,
        membership: oldest,
        stage,
        sealed_origin: key.seal(ORIGIN_CONTEXT, &plain),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(lasts_s),
    };
    storage::sessions::insert(tx, &session, &token_hash(&token))?;
    Ok(Started { token, stage })
}

/// Ends a session and starts a full one in its place.
pub(crate) fn replace(
    registry: &Registry,
    tx: &mut Tx,
    person: &PersonRecord,
    session: SessionId,
    origin: &Origin,
    membership: Option<MembershipId>,
) -> Result<Started> {
    if !storage::sessions::end(tx, session, person.id, registry.clock.now())? {
        return Err(ended());
    }
    start(registry, tx, person, Stage::Full, origin, membership)
}

/// Whoever was signed in has to sign in again.
pub(crate) fn ended() -> Error {
    Error::Problem(
        ProblemCode::SessionEnded,
        "You are not signed in, or not any more. Sign in and try again.".to_owned(),
    )
}

fn idle_since(now: Timestamp) -> Timestamp {
    now.minus_seconds(IDLE_S)
}

/// Browsers write novels about themselves.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}
