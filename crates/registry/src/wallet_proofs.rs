//! Proof of control: the holder of a wallet's key signs what it was asked to, and what waited for that goes on.

use async_trait::async_trait;
use database::Tx;
use domain::{
    Address, AddressNature, ContractAnswer, InvestorId, ProofScheme, Wallet, WalletId, WalletKind,
    WalletProof,
};
use serde_json::json;
use storage::Scope;
use storage::investors::InvestorRecord;
use storage::wallet_challenges::{self, Answered, Challenge};
use uuid::Uuid;
use wire::wallets::WalletProofCreate;
use wire::{FieldCode, ProblemCode};

use crate::events::{self, Happening};
use crate::wallet_challenge::Asked;
use crate::{
    Answer, Done, Error, Registry, Request, Result, Right, address_changes, audit, ids, persons,
};

/// How long a challenge can be answered.
const LIFETIME_S: i64 = 15 * 60;
/// Challenges of a wallet that wait for an answer.
const MOST_OPEN: u64 = 10;

/// What only the DLT network knows about an address. It is asked before a transaction, never within.
#[async_trait]
pub trait Addresses: Send + Sync + 'static {
    /// What is there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the network does not answer.
    async fn nature(&self, address: Address) -> Result<AddressNature>;

    /// What a contract wallet says to a signature over this hash (EIP-1271).
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the network does not answer.
    async fn accepts_signature(
        &self,
        address: Address,
        digest: [u8; 32],
        signature: &[u8],
    ) -> Result<ContractAnswer>;
}

/// Asks the holder of a wallet's key, or of the address that it is about to have, for a signature.
///
/// # Errors
/// Not found if the wallet is not of this investor, or that is not the caller's; `conflict` if the network keeps its key; `too_many`.
pub async fn create_challenge(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    id: WalletId,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let (person, _) = persons::lock(&own, tx, &scope, investor)?;
            let wallet = find(tx, investor, id)?;
            if wallet.kind == WalletKind::Managed {
                let detail =
                    "The key of a managed wallet is in custody: there is nothing to prove.";
                return Err(Error::Problem(ProblemCode::Conflict, detail.to_owned()));
            }
            let now = own.clock.now();
            if wallet_challenges::count_open(tx, id, now)? >= MOST_OPEN {
                return Err(Error::Problem(
                    ProblemCode::TooMany,
                    format!(
                        "{MOST_OPEN} challenges of this wallet wait for an answer; use one of them."
                    ),
                ));
            }
            let challenge = Challenge {
                id: ids::new(),
                chain_id: own.networks.production.chain_id,
                address: to_prove(&wallet),
                nonce: ids::bytes(),
                issued_at: now,
                expires_at: now.plus_seconds(LIFETIME_S),
                proven_at: None,
            };
            wallet_challenges::insert(tx, id, &challenge)?;
            let asked = asked(tx, &person, challenge)?;
            Done::created(asked.challenge.id, &show(&asked))
        })
        .await
}

/// Takes the answer to a challenge.
///
/// # Errors
/// `wallet_challenge_used`, `wallet_challenge_expired`; what is wrong with the signature, each with its code.
pub async fn prove(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    id: WalletId,
    body: WalletProofCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let (scheme, signature) = translate::wallets::signed(&body)?;
    let named = (investor, id, body.challenge_id);
    let contract = match scheme {
        ProofScheme::Contract => ask_contract(registry, scope, named, &signature).await?,
        ProofScheme::PersonalSign | ProofScheme::TypedData => None,
    };
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let now = own.clock.now();
            let (person, _) = persons::lock(&own, tx, &scope, investor)?;
            let mut wallet = find(tx, investor, id)?;
            let asked = open(tx, &person, &wallet, named.2)?;
            if asked.challenge.proven_at.is_some() {
                let detail = "This challenge was answered before; ask for another one.";
                return Err(Error::Problem(ProblemCode::WalletChallengeUsed, detail.to_owned()));
            }
            if asked.challenge.expires_at <= now || asked.challenge.address != to_prove(&wallet) {
                let detail = "This challenge cannot be answered any more; ask for another one.";
                return Err(Error::Problem(ProblemCode::WalletChallengeExpired, detail.to_owned()));
            }
            let digest = asked.check(scheme, &signature, contract)?;
            let answered = Answered {
                scheme,
                digest,
                signature: signature.clone(),
                at: now,
            };
            wallet_challenges::answer(tx, asked.challenge.id, &answered)?;
            note(&mut wallet, WalletProof { scheme, at: now });
            storage::wallets::update(tx, &wallet)?;
            tell(&own, tx, &person, &wallet, "proven")?;
            let detail = json!({
                "challenge": asked.challenge.id, "scheme": scheme.as_str(), "digest": hex::encode(digest),
                "signature": hex::encode(&signature),
            });
            audit::record(&own, tx, &caller, "wallet.prove", &id.to_string(), &detail)?;
            address_changes::take_effect(&own, tx, &person, &mut wallet)?;
            crate::progress::investor_changed(&own, tx, &person)?;
            Done::ok(id, &translate::wallets::show(&wallet, &person.standing))
        })
        .await
}

/// That an address is the network's own.
pub(crate) fn network_address() -> Error {
    Error::Problem(
        ProblemCode::WalletNotAccepted,
        "This is the address of a contract of the network; name the address of the investor's wallet."
            .to_owned(),
    )
}

/// Tells the platform what has become of a wallet.
pub(crate) fn tell(
    registry: &Registry,
    tx: &mut Tx,
    investor: &InvestorRecord,
    wallet: &Wallet,
    status: &'static str,
) -> Result<()> {
    let environment = storage::environments::name(tx, investor.environment)?;
    let happening = Happening {
        environment: investor.environment,
        platform: investor.platform,
        kind: events::WALLET_CHANGED,
        investment: None,
        investor: Some(investor.id),
        transfer: None,
        redemption: None,
        status: Some(status),
        previous: None,
        sequence: storage::wallets::count_event(tx, wallet.id)?,
        at: registry.clock.now(),
    };
    events::emit_of_wallet(registry, tx, &environment, (&happening, wallet.id))
}

/// A wallet of this investor.
pub(crate) fn find(tx: &mut Tx, investor: InvestorId, id: WalletId) -> Result<Wallet> {
    storage::wallets::find(tx, investor, id)?.ok_or(Error::NotFound("wallet"))
}

/// Where somebody wants units to come: the other address, if the wallet is about to have one.
fn to_prove(wallet: &Wallet) -> Address {
    wallet
        .change
        .map_or(wallet.address, |change| change.address)
}

fn note(wallet: &mut Wallet, proof: WalletProof) {
    match &mut wallet.change {
        Some(change) => (change.proof, change.awaits_proof) = (Some(proof), false),
        None => (wallet.proof, wallet.awaits_proof) = (Some(proof), false),
    }
}

/// What the contract says to the typed data, or else to the text. Nothing if the transaction refuses without it.
async fn ask_contract(
    registry: &Registry,
    scope: Scope,
    (investor, id, challenge): (InvestorId, WalletId, Uuid),
    signature: &[u8],
) -> Result<Option<(ContractAnswer, [u8; 32])>> {
    let own = registry.clone();
    let asked = registry
        .db
        .read(move |tx| -> Result<_> {
            let (person, _) = persons::find(&own, tx, &scope, investor)?;
            let wallet = find(tx, investor, id)?;
            open(tx, &person, &wallet, challenge)
        })
        .await?;
    let now = registry.clock.now();
    if asked.challenge.proven_at.is_some() || asked.challenge.expires_at <= now {
        return Ok(None);
    }
    let addresses = &registry.networks.production.addresses;
    let address = asked.challenge.address;
    let [typed, text] = asked.digests();
    let first = addresses
        .accepts_signature(address, typed, signature)
        .await?;
    if matches!(first, ContractAnswer::Accepts | ContractAnswer::Nobody) {
        return Ok(Some((first, typed)));
    }
    let second = addresses
        .accepts_signature(address, text, signature)
        .await?;
    Ok(Some((second, text)))
}

fn open(tx: &mut Tx, person: &InvestorRecord, wallet: &Wallet, id: Uuid) -> Result<Asked> {
    let challenge = wallet_challenges::find(tx, wallet.id, id)?.ok_or_else(|| {
        Error::Field(
            "challenge_id",
            FieldCode::NotFound,
            "There is no such challenge of this wallet.".to_owned(),
        )
    })?;
    asked(tx, person, challenge)
}

fn asked(tx: &mut Tx, person: &InvestorRecord, challenge: Challenge) -> Result<Asked> {
    Ok(Asked {
        challenge,
        environment: storage::environments::name(tx, person.environment)?,
        investor: person.id,
    })
}

fn show(asked: &Asked) -> wire::wallets::WalletChallenge {
    let challenge = &asked.challenge;
    wire::wallets::WalletChallenge {
        id: challenge.id,
        address: challenge.address.to_string(),
        chain_id: challenge.chain_id,
        message: asked.message(),
        typed_data: asked.typed_data(),
        issued_at: challenge.issued_at.to_string(),
        expires_at: challenge.expires_at.to_string(),
    }
}
