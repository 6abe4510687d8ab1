//! Keys with which investors instruct (§ 11(6) eWpRV): registered with proof of possession, good for a time, taken back at once.
//!
//! What an instruction was signed with is judged as of its receipt: taking a key back stops what comes after, not what has its place already.

use domain::{InstructionKey, InstructionKeyId, InvestorId, Revocation, RevokedBy, Timestamp};
use storage::Scope;
use storage::instruction_keys::{self, KeyChallenge, KeyRecord};
use storage::investors::InvestorRecord;
use wire::ProblemCode;
use wire::instruction_keys as out;

use crate::caller::Party;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
    signed_instructions,
};

/// How long a challenge can be answered.
const LIFETIME_S: i64 = 15 * 60;
/// Keys of an investor, whatever became of them.
const MOST_KEYS: u64 = 100;

/// Registers a key, or asks anew for the proof of one that was not proven. It may instruct once its possession is proven.
///
/// # Errors
/// Field errors; `conflict` for a key that the investor has or had; `too_many`.
pub async fn create(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    body: out::InstructionKeyCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let now = own.clock.now();
            let registered = translate::instruction_keys::create(&body, now)?;
            let person = storage::investors::lock(tx, &scope, investor)?.ok_or(NO_INVESTOR)?;
            if instruction_keys::count(tx, investor)? >= MOST_KEYS {
                let detail = format!("An investor has at most {MOST_KEYS} keys.");
                return Err(Error::Problem(ProblemCode::TooMany, detail));
            }
            let mut key = InstructionKey {
                id: InstructionKeyId::from_uuid(ids::new()),
                kind: registered.kind,
                valid_from: registered.valid_from.unwrap_or(now),
                valid_until: registered.valid_until,
                proven_at: None,
                revocation: None,
            };
            let challenge = KeyChallenge {
                chain_id: own.networks.production.chain_id,
                nonce: ids::bytes(),
                expires_at: now.plus_seconds(LIFETIME_S),
            };
            let kept = instruction_keys::insert(tx, investor, &key, (&challenge, now))?;
            key.id = kept.ok_or_else(|| {
                conflict("The investor has this key already, or had it until it was revoked.")
            })?;
            note(
                &own,
                tx,
                (&caller, "instruction_key.create"),
                (investor, &key),
            )?;
            let record = KeyRecord {
                key,
                challenge: Some(challenge),
            };
            let environment = storage::environments::name(tx, person.environment)?;
            let shown = show(&record, (&environment, investor), now);
            Done::created(record.key.id, &shown)
        })
        .await
}

/// Takes the answer to a key's challenge; from here on the key instructs.
///
/// # Errors
/// `key_proof_invalid`; `key_challenge_expired`; `conflict` if it was proven before; `key_revoked`.
pub async fn prove(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    id: InstructionKeyId,
    body: out::InstructionKeyProofCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let signature = translate::instruction_keys::signature(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let now = own.clock.now();
            let (person, mut record) = lock(tx, &scope, investor, id)?;
            if record.key.revocation.is_some() {
                let detail = "The key was revoked; register another one.";
                return Err(Error::Problem(ProblemCode::KeyRevoked, detail.to_owned()));
            }
            let open = record.challenge.clone().filter(|_| record.key.proven_at.is_none());
            let challenge = open.ok_or_else(|| {
                conflict("Possession of this key is proven already; a challenge is answered once.")
            })?;
            if challenge.expires_at <= now {
                let detail = "This challenge cannot be answered any more; register the key again for another one.";
                return Err(Error::Problem(ProblemCode::KeyChallengeExpired, detail.to_owned()));
            }
            let environment = storage::environments::name(tx, person.environment)?;
            let asked = message(&record.key, &challenge, (&environment, investor));
            if !signed_instructions::is_text_signed(record.key.kind, &asked, &signature) {
                return Err(Error::Problem(
                    ProblemCode::KeyProofInvalid,
                    "The signature is not by this key over the challenge's message, byte for byte.".to_owned(),
                ));
            }
            instruction_keys::prove(tx, id, now, &signature)?;
            record.key.proven_at = Some(now);
            note(&own, tx, (&caller, "instruction_key.prove"), (investor, &record.key))?;
            Done::ok(id, &show(&record, (&environment, investor), now))
        })
        .await
}

/// Takes a key back, at once and for good; by the investor's platform or by the registrar.
///
/// # Errors
/// Field errors; `conflict` if it was revoked before.
pub async fn revoke(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    id: InstructionKeyId,
    body: out::InstructionKeyRevocation,
) -> Result<Answer> {
    let scope = request.caller.require(Right::RevokeInstructionKeys)?;
    let by = match request.caller.party {
        Party::Registrar => RevokedBy::Registrar,
        _ => RevokedBy::Platform,
    };
    let reason = translate::instruction_keys::revocation(&body)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let at = own.clock.now();
            let (person, mut record) = lock(tx, &scope, investor, id)?;
            if record.key.revocation.is_some() {
                return Err(conflict("This key was revoked before."));
            }
            let revocation = Revocation { at, by, reason };
            instruction_keys::revoke(tx, id, &revocation)?;
            record.key.revocation = Some(revocation);
            note(
                &own,
                tx,
                (&caller, "instruction_key.revoke"),
                (investor, &record.key),
            )?;
            let environment = storage::environments::name(tx, person.environment)?;
            Done::ok(id, &show(&record, (&environment, investor), at))
        })
        .await
}

/// The keys of an investor, those of its wallets among them, oldest first.
///
/// # Errors
/// Not found if the investor is not the caller's.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    paging: Paging,
) -> Result<Listed<out::InstructionKey>> {
    let scope = caller.require(Right::ReadInstructionKeys)?;
    let now = registry.clock.now();
    registry
        .db
        .read(move |tx| {
            let person = storage::investors::find(tx, &scope, investor)?.ok_or(NO_INVESTOR)?;
            let environment = storage::environments::name(tx, person.environment)?;
            let Paging { offset, limit } = paging;
            let (count, keys) = instruction_keys::list(tx, investor, offset, limit)?;
            let of = (environment.as_str(), investor);
            let items = keys.iter().map(|record| show(record, of, now)).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One key of an investor.
///
/// # Errors
/// Not found if it is not one of the caller's investor's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    id: InstructionKeyId,
) -> Result<out::InstructionKey> {
    let scope = caller.require(Right::ReadInstructionKeys)?;
    let now = registry.clock.now();
    registry
        .db
        .read(move |tx| {
            let person = storage::investors::find(tx, &scope, investor)?.ok_or(NO_INVESTOR)?;
            let record = instruction_keys::find(tx, investor, id)?.ok_or(NO_KEY)?;
            let environment = storage::environments::name(tx, person.environment)?;
            Ok(show(&record, (&environment, investor), now))
        })
        .await
}

/// The investor is locked, so that of two who change a key one comes after the other.
fn lock(
    tx: &mut database::Tx,
    scope: &Scope,
    investor: InvestorId,
    id: InstructionKeyId,
) -> Result<(InvestorRecord, KeyRecord)> {
    let person = storage::investors::lock(tx, scope, investor)?.ok_or(NO_INVESTOR)?;
    let record = instruction_keys::find(tx, investor, id)?.ok_or(NO_KEY)?;
    Ok((person, record))
}

/// What the holder of a key signs: an answer says nothing about another key, investor, environment or network.
fn message(
    key: &InstructionKey,
    challenge: &KeyChallenge,
    (environment, investor): (&str, InvestorId),
) -> String {
    let until = key
        .valid_until
        .map_or_else(|| "revoked".to_owned(), |at| at.to_string());
    format!(
        "{}: I instruct with this key. Signing this moves nothing and costs nothing.\n\nKey: {} {}\nEnvironment: {environment}\nInvestor: {investor}\n\
         Valid from: {}\nValid until: {until}\nChain ID: {}\nNonce: 0x{}\nExpires at: {}",
        signed_instructions::NAME,
        key.kind.as_str(),
        key.kind,
        key.valid_from,
        challenge.chain_id,
        hex::encode(challenge.nonce),
        challenge.expires_at,
    )
}

fn show(record: &KeyRecord, of: (&str, InvestorId), now: Timestamp) -> out::InstructionKey {
    let challenge = record
        .challenge
        .as_ref()
        .map(|challenge| out::InstructionKeyChallenge {
            message: message(&record.key, challenge, of),
            expires_at: challenge.expires_at.to_string(),
        });
    translate::instruction_keys::show(&record.key, now, challenge)
}

fn note(
    registry: &Registry,
    tx: &mut database::Tx,
    (caller, action): (&Caller, &str),
    (investor, key): (InvestorId, &InstructionKey),
) -> Result<()> {
    let detail = serde_json::json!({
        "investor": investor.to_string(), "type": key.kind.as_str(), "public_key": key.kind.to_string(),
        "reason": key.revocation.map(|revoked| revoked.reason.as_str()),
    });
    audit::record(registry, tx, caller, action, &key.id.to_string(), &detail)
}

fn conflict(detail: &str) -> Error {
    Error::Problem(ProblemCode::Conflict, detail.to_owned())
}

const NO_INVESTOR: Error = Error::NotFound("investor");
const NO_KEY: Error = Error::NotFound("instruction key");
