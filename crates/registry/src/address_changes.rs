//! Another address for a wallet, after a time in which its investor can notice and object. What comes in waits until then.
//!
//! Only a wallet for which nothing was entered yet changes in this way: where units are, the register has to say who moved them
//! (`docs/operations.md`, lost keys).

use database::Tx;
use domain::{AddressChange, InvestorId, Wallet, WalletId, WalletKind};
use storage::Scope;
use storage::investors::InvestorRecord;
use wire::ProblemCode;
use wire::wallets::AddressChangeCreate;

use crate::wallet_natures;
use crate::wallet_proofs::{self, find, network_address};
use crate::{Answer, Done, Error, Registry, Request, Result, Right, ids, persons, progress};

const HOUR_S: i64 = 3_600;
/// Changes that one round of the clock makes.
const PAGE: u32 = 100;

/// Asks for another address. It holds after the network's cooling period, and once control of it is proven where that is demanded.
///
/// # Errors
/// A field error for an address that cannot hold units; `wallet_address_taken`; `wallet_in_use`; `conflict` if the network keeps its key, if
/// it is frozen, or if another change waits.
pub async fn request(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    id: WalletId,
    body: AddressChangeCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let address = translate::wallets::address("address", &body.address)?;
    let wait = wallet_natures::look_at_one(registry, address).await?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let now = own.clock.now();
            let (person, _) = persons::lock(&own, tx, &scope, investor)?;
            let mut wallet = find(tx, investor, id)?;
            let refused = match wallet {
                _ if wallet.kind == WalletKind::Managed => {
                    Some("The key of a managed wallet is in custody: its address stays.")
                }
                _ if wallet.frozen => Some("The wallet is frozen."),
                _ if wallet.change.is_some() => {
                    Some("Another change of the address waits; withdraw it first.")
                }
                _ => None,
            };
            if let Some(refused) = refused {
                return Err(Error::Problem(ProblemCode::Conflict, refused.to_owned()));
            }
            if storage::products::is_token_address(tx, address)? {
                return Err(network_address());
            }
            if storage::wallets::is_taken(tx, person.environment, address)? {
                return Err(taken());
            }
            if storage::wallets::is_in_use(tx, person.environment, &wallet)? {
                return Err(Error::Problem(
                    ProblemCode::WalletInUse,
                    "Units are entered for this wallet or on their way to it; its address changes by a re-registration alone."
                        .to_owned(),
                ));
            }
            wallet.change = Some(AddressChange {
                address,
                requested_at: now,
                effective_at: now.plus_seconds(cooling_s(&own)),
                awaits_proof: wait.awaits_proof(),
                proof: None,
            });
            storage::wallets::update(tx, &wallet)?;
            wait.note(tx, id, address, now)?;
            wallet_proofs::tell(&own, tx, &person, &wallet, "address_change_requested")?;
            take_effect(&own, tx, &person, &mut wallet)?;
            Done::ok(id, &translate::wallets::show(&wallet, &person.standing))
        })
        .await
}

/// Takes a change back that has not taken effect; what waited goes on to the address that stays.
///
/// # Errors
/// `conflict` if none waits.
pub async fn withdraw(
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
            let mut wallet = find(tx, investor, id)?;
            if wallet.change.take().is_none() {
                let detail = "No change of this wallet's address waits.";
                return Err(Error::Problem(ProblemCode::Conflict, detail.to_owned()));
            }
            storage::wallets::update(tx, &wallet)?;
            wallet_proofs::tell(&own, tx, &person, &wallet, "address_change_withdrawn")?;
            progress::investor_changed(&own, tx, &person)?;
            Done::ok(id, &translate::wallets::show(&wallet, &person.standing))
        })
        .await
}

/// Makes the changes whose time has come; called by the worker's clock. Answers how many it looked at.
///
/// # Errors
/// Fails if the database does.
pub async fn take_effect_when_due(registry: &Registry) -> Result<usize> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let due = storage::wallets::changes_due(tx, own.clock.now(), PAGE)?;
            for (wallet, investor) in &due {
                let person = locked(tx, *investor)?;
                let mut wallet = find(tx, *investor, *wallet)?;
                take_effect(&own, tx, &person, &mut wallet)?;
            }
            Ok(due.len())
        })
        .await
}

/// Lets a further wallet of an investor wait as another address would: an order that names it instead of the first one changes where its
/// units go no less. The first wallet replaces none.
pub(crate) fn cool(registry: &Registry, tx: &mut Tx, wallet: &mut Wallet) -> Result<()> {
    let cooling = cooling_s(registry);
    if cooling > 0 && storage::wallets::has_any(tx, wallet.investor_id)? {
        wallet.cooling_until = Some(registry.clock.now().plus_seconds(cooling));
    }
    Ok(())
}

/// Tells the platform of a further wallet that waits, so that its investor can notice.
pub(crate) fn tell_of_cooling(
    registry: &Registry,
    tx: &mut Tx,
    person: &InvestorRecord,
    wallet: &Wallet,
) -> Result<()> {
    match wallet.cooling_until {
        Some(_) => wallet_proofs::tell(registry, tx, person, wallet, "cooling"),
        None => Ok(()),
    }
}

/// Ends the waiting of further wallets whose time is over; called by the worker's clock. Answers how many it looked at.
///
/// # Errors
/// Fails if the database does.
pub async fn end_cooling(registry: &Registry) -> Result<usize> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let cooled = storage::wallets::cooled(tx, own.clock.now(), PAGE)?;
            for (wallet, investor) in &cooled {
                let person = locked(tx, *investor)?;
                let mut wallet = find(tx, *investor, *wallet)?;
                wallet.cooling_until = None;
                storage::wallets::update(tx, &wallet)?;
                progress::investor_changed(&own, tx, &person)?;
            }
            Ok(cooled.len())
        })
        .await
}

/// Without its key: the data of whoever was erased in the meantime are not needed.
pub(crate) fn locked(tx: &mut Tx, investor: InvestorId) -> Result<InvestorRecord> {
    storage::investors::lock(tx, &Scope::ALL, investor)?.ok_or(Error::NotFound("investor"))
}

fn cooling_s(registry: &Registry) -> i64 {
    i64::from(registry.settings.wallets.address_change_cooling_hours) * HOUR_S
}

/// The wallet has the other address from here on, if nothing stands against it any more.
pub(crate) fn take_effect(
    registry: &Registry,
    tx: &mut Tx,
    person: &InvestorRecord,
    wallet: &mut Wallet,
) -> Result<()> {
    let due = |change: &AddressChange| change.is_due(registry.clock.now());
    let Some(change) = wallet.change.take_if(|change| due(change)) else {
        return Ok(());
    };
    let old = *wallet;
    (wallet.address, wallet.proof) = (change.address, change.proof);
    wallet.awaits_proof = false;
    // Somebody else may have registered the address, and the registrar may have stopped the wallet.
    let changed = !wallet.frozen && storage::wallets::set_address(tx, wallet)?;
    if !changed {
        *wallet = old;
    }
    if changed {
        let now = registry.clock.now();
        storage::instruction_keys::replace_of_wallet(tx, person.id, old.address, now)?;
        let key = (person.id, wallet.address);
        storage::instruction_keys::insert_of_wallet(tx, key, (ids::new(), now))?;
    }
    let status = match changed {
        true => "address_changed",
        false => "address_change_refused",
    };
    storage::wallets::update(tx, wallet)?;
    wallet_proofs::tell(registry, tx, person, wallet, status)?;
    progress::investor_changed(registry, tx, person)
}

/// Whose address it is is not told.
pub(crate) fn taken() -> Error {
    Error::Problem(
        ProblemCode::WalletAddressTaken,
        "This address cannot be registered here: every address belongs to one investor of an environment."
            .to_owned(),
    )
}
