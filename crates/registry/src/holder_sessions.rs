//! How a holder gets to its own view: by a link that its partner asks for, or by the signature of its wallet (EIP-4361).
//!
//! These sessions are apart from those of people who work with the network: they are let in nowhere else, and end sooner.

use alloy_core::primitives::eip191_hash_message;
use database::Tx;
use database::vault::VaultError;
use domain::{Address, InvestorId, SignInMessage, Timestamp};
use storage::Scope;
use storage::holder_sessions as storage_of;
use storage::investors::InvestorRecord;
use subtle::ConstantTimeEq;
use wire::ProblemCode;
use wire::holders::HolderLink;

pub use storage::holder_sessions::Holder;

use crate::people::{new_token, token_hash};
use crate::{
    Answer, Caller, Done, Error, Registry, Request, Result, Right, audit, ids, persons,
    signed_instructions,
};

/// A link is good for so long.
const LINK_S: i64 = 15 * 60;
/// What is to be signed is good for so long.
const MESSAGE_S: i64 = 10 * 60;
/// A session that is not used ends after this.
const IDLE_S: i64 = 15 * 60;
/// A session ends after this.
const LONGEST_S: i64 = 60 * 60;
/// How exactly the last use is noted.
const SEEN_EVERY_S: i64 = 60;
/// Registry accounts that one wallet opens.
const MOST_ACCOUNTS: u32 = 200;
/// Characters of a nonce before its seal: the second in which it was made, and random ones.
const NONCE_HEAD: usize = 32;

/// A holder who is signed in.
#[derive(Clone, Debug)]
pub struct HolderSession {
    /// By what.
    pub holder: Holder,
    /// Its registry accounts; those that were erased are none any more.
    pub(crate) accounts: Vec<InvestorRecord>,
}

/// What a wallet has signed.
#[derive(Clone, Debug)]
pub struct SignedMessage {
    /// The wallet, as it was typed.
    pub address: String,
    /// Of [`message`].
    pub nonce: String,
    /// 65 bytes, hexadecimal.
    pub signature: String,
}

/// Makes a link to an investor's own view.
///
/// # Errors
/// Not found if the investor is not the caller's; `erased`.
pub async fn create_link(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let (_, key) = persons::find(&own, tx, &scope, investor)?;
            let (now, token) = (own.clock.now(), new_token());
            let expires_at = now.plus_seconds(LINK_S);
            storage_of::forget_expired(tx, now)?;
            storage_of::insert_link(tx, &token_hash(&token), investor, expires_at)?;
            let target = investor.to_string();
            audit::record(&own, tx, &caller, "holder_link.create", &target, &().into())?;
            let link = HolderLink {
                url: format!("{}/holder/links/{token}", own.settings.public_url),
                expires_at: expires_at.to_string(),
            };
            Ok(Done::created(investor, &link)?.about(&key))
        })
        .await
}

/// Opens a session by a link. Answers its token.
///
/// # Errors
/// `link_invalid` if it was used, is too old, or whose it was is erased.
pub async fn with_link(registry: &Registry, link: &str) -> Result<String> {
    let hash = token_hash(link);
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            let now = own.clock.now();
            let investor = storage_of::use_link(tx, &hash, now)?.ok_or_else(link_invalid)?;
            let holder = Holder::Account(investor);
            if accounts(&own, tx, holder)?.is_empty() {
                return Err(link_invalid());
            }
            start(&own, tx, holder, now)
        })
        .await
}

/// What a wallet has to sign in this browser, which is named by the token of its cookie.
///
/// # Errors
/// A field error if the address is none.
pub fn message(registry: &Registry, browser: &str, address: &str) -> Result<SignInMessage> {
    let address = translate::wallets::address("address", address)?;
    let issued_at = registry.clock.now();
    let head = format!(
        "{:016x}{}",
        issued_at.seconds(),
        hex::encode(ids::bytes::<8>())
    );
    let nonce = sealed(registry, browser, &head);
    Ok(message_of(registry, address, nonce, issued_at))
}

/// Opens a session by what the wallet signed. Answers its token.
///
/// # Errors
/// `sign_in_refused` for whatever is wrong: another text, another browser's, too old, signed before, a wallet of nobody.
pub async fn with_signature(
    registry: &Registry,
    browser: &str,
    signed: &SignedMessage,
) -> Result<String> {
    let address = translate::wallets::address("address", &signed.address)?;
    let issued_at = issued_at(registry, browser, &signed.nonce).ok_or_else(refused)?;
    let message = message_of(registry, address, signed.nonce.clone(), issued_at);
    let now = registry.clock.now();
    if message.expires_at <= now || signer(&message, &signed.signature) != Some(address) {
        return Err(refused());
    }
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            let holder = Holder::Wallet(address);
            let is_new = storage_of::use_nonce(tx, &message.nonce, message.expires_at)?;
            if !is_new || accounts(&own, tx, holder)?.is_empty() {
                return Err(refused());
            }
            start(&own, tx, holder, now)
        })
        .await
}

/// The session of a token; none if it ended, or if nobody is left whose it could be.
///
/// # Errors
/// Fails if the database does.
pub async fn find(registry: &Registry, token: &str) -> Result<Option<HolderSession>> {
    let hash = token_hash(token);
    let (own, now) = (registry.clone(), registry.clock.now());
    let found = registry
        .db
        .read(move |tx| -> Result<_> {
            let idle_since = now.minus_seconds(IDLE_S);
            let Some((holder, seen_at)) = storage_of::find(tx, &hash, idle_since, now)? else {
                return Ok(None);
            };
            let accounts = accounts(&own, tx, holder)?;
            Ok((!accounts.is_empty()).then_some((HolderSession { holder, accounts }, seen_at)))
        })
        .await?;
    let Some((session, seen_at)) = found else {
        return Ok(None);
    };
    if now.seconds_since(seen_at) >= SEEN_EVERY_S {
        let seen = move |tx: &mut Tx| -> Result<()> { Ok(storage_of::seen(tx, &hash, now)?) };
        registry.db.write(seen).await?;
    }
    Ok(Some(session))
}

/// Ends a session; one that has ended stays so.
///
/// # Errors
/// Fails if the database does.
pub async fn end(registry: &Registry, token: &str) -> Result<()> {
    let hash = token_hash(token);
    registry
        .db
        .write(move |tx| -> Result<()> {
            storage_of::end(tx, &hash)?;
            Ok(())
        })
        .await
}

/// Whoever was signed in has to sign in again.
pub(crate) fn ended() -> Error {
    crate::sessions::ended()
}

fn start(registry: &Registry, tx: &mut Tx, holder: Holder, now: Timestamp) -> Result<String> {
    let token = new_token();
    let until = now.plus_seconds(LONGEST_S);
    storage_of::forget_expired(tx, now)?;
    storage_of::insert(tx, &token_hash(&token), holder, (now, until))?;
    // Which accounts it opens follows from the wallet; that is no secret to the registrar.
    let target = match holder {
        Holder::Account(investor) => investor.to_string(),
        Holder::Wallet(address) => address.to_string(),
    };
    let caller = Caller::network("holder");
    audit::record(registry, tx, &caller, "holder.sign_in", &target, &().into())?;
    Ok(token)
}

/// Whoever it is, but for those who were erased.
fn accounts(registry: &Registry, tx: &mut Tx, holder: Holder) -> Result<Vec<InvestorRecord>> {
    let known = match holder {
        Holder::Account(investor) => storage::investors::find(tx, &Scope::ALL, investor)?
            .into_iter()
            .collect(),
        Holder::Wallet(address) => storage_of::of_wallet(tx, address, MOST_ACCOUNTS)?,
    };
    let mut left = Vec::new();
    for account in known {
        match registry.vault.key(tx, account.key) {
            Ok(_) => left.push(account),
            Err(VaultError::Destroyed(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(left)
}

fn message_of(
    registry: &Registry,
    address: Address,
    nonce: String,
    issued_at: Timestamp,
) -> SignInMessage {
    let public_url = &registry.settings.public_url;
    let domain = public_url.split_once("://").map_or("", |(_, rest)| rest);
    let domain = domain.split('/').next().unwrap_or_default();
    let issued_at = Timestamp::from_seconds(issued_at.seconds());
    SignInMessage {
        domain: domain.to_owned(),
        address,
        uri: format!("{public_url}/holder"),
        chain_id: registry.networks.production.chain_id,
        nonce,
        issued_at,
        expires_at: issued_at.plus_seconds(MESSAGE_S),
    }
}

/// A nonce is ours and this browser's by its second half, so that nothing is stored before somebody has signed.
fn sealed(registry: &Registry, browser: &str, head: &str) -> String {
    let text = format!("{browser} {head}");
    let tag = registry.people.tag("holder sign-in", text.as_bytes());
    format!("{head}{}", hex::encode(&tag[..16]))
}

fn issued_at(registry: &Registry, browser: &str, nonce: &str) -> Option<Timestamp> {
    let head = nonce.get(..NONCE_HEAD)?;
    let ours = sealed(registry, browser, head);
    let is_ours: bool = ours.as_bytes().ct_eq(nonce.as_bytes()).into();
    let seconds = i64::from_str_radix(head.get(..16)?, 16).ok()?;
    is_ours.then(|| Timestamp::from_seconds(seconds))
}

fn signer(message: &SignInMessage, signature: &str) -> Option<Address> {
    let mut bytes = [0; 65];
    let digits = signature.trim();
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    let hash = eip191_hash_message(message.text());
    let signer = signed_instructions::signer(&bytes, &hash)?;
    Some(Address::from_bytes(signer.into_array()))
}

fn link_invalid() -> Error {
    let message = "The link was used, or it is too old. Ask your platform for a new one.";
    Error::Problem(ProblemCode::LinkInvalid, message.to_owned())
}

fn refused() -> Error {
    let message = "The signature does not open a view: it is not this wallet's, too old, or used; or the wallet is nobody's here.";
    Error::Problem(ProblemCode::SignInRefused, message.to_owned())
}
