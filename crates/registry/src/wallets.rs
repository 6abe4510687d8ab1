//! Wallets of investors. They may be registered before the identification and become eligible with it.

use domain::wallet::{Wallet, WalletKind};
use domain::{InvestorId, Timestamp, WalletId};
use wire::ProblemCode;
use wire::wallets::{ManagedWalletCreate, WalletCreate, WalletPatch};

use crate::investors::register_wallet;
use crate::wallet_natures;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, address_changes,
    ids, persons,
};

/// Registers a wallet that is kept outside the network.
///
/// # Errors
/// A field error for an address that cannot hold units; `wallet_not_accepted`; `wallet_address_taken`.
pub async fn create_generic(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    body: WalletCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let address = translate::wallets::address("address", &body.address)?;
    let wait = wallet_natures::look_at_one(registry, address).await?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let (mut person, _) = persons::lock(&own, tx, &scope, investor)?;
            let id = WalletId::from_uuid(ids::new());
            let mut wallet = Wallet {
                receiving_enabled: body.receiving_enabled.unwrap_or(true),
                awaits_proof: wait.awaits_proof(),
                ..Wallet::new(id, investor, WalletKind::Generic, address)
            };
            person.updated_at = own.clock.now();
            address_changes::cool(&own, tx, &mut wallet)?;
            register_wallet(tx, &person, &wallet)?;
            wait.note(tx, id, address, person.updated_at)?;
            address_changes::tell_of_cooling(&own, tx, &person, &wallet)?;
            Done::created(
                wallet.id,
                &translate::wallets::show(&wallet, &person.standing),
            )
        })
        .await
}

/// Opens the investor's managed wallet; there is one per investor, and asking again answers with it.
///
/// # Errors
/// `managed_wallet_not_available` where the network has no custody licence on record; `custody_terms_not_accepted`.
pub async fn create_managed(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    body: ManagedWalletCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let custody = registry.custody.clone().ok_or(Error::Problem(
        ProblemCode::ManagedWalletNotAvailable,
        "This network has no custody licence on record; register the investor's own wallet instead."
            .to_owned(),
    ))?;
    let accepted = accepted_terms(registry, &body)?;
    // The custodian makes no key for an investor whom the caller does not have.
    let (own, seen) = (registry.clone(), scope);
    let known = registry
        .db
        .read(move |tx| persons::find(&own, tx, &seen, investor).map(drop));
    known.await?;
    let address = custody.create(investor).await?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let (mut person, _) = persons::lock(&own, tx, &scope, investor)?;
            if let Some(wallet) = storage::wallets::find_managed(tx, investor)? {
                return Done::ok(
                    wallet.id,
                    &translate::wallets::show(&wallet, &person.standing),
                );
            }
            let id = WalletId::from_uuid(ids::new());
            let mut wallet = Wallet {
                receiving_enabled: body.receiving_enabled.unwrap_or(true),
                ..Wallet::new(id, investor, WalletKind::Managed, address)
            };
            person.updated_at = own.clock.now();
            address_changes::cool(&own, tx, &mut wallet)?;
            register_wallet(tx, &person, &wallet)?;
            address_changes::tell_of_cooling(&own, tx, &person, &wallet)?;
            if let Some((version, at)) = &accepted {
                storage::wallets::accept_terms(tx, wallet.id, version, *at)?;
            }
            Done::created(
                wallet.id,
                &translate::wallets::show(&wallet, &person.standing),
            )
        })
        .await
}

/// The wallets of an investor, oldest first.
///
/// # Errors
/// Not found if the investor is not the caller's.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    paging: Paging,
) -> Result<Listed<wire::wallets::Wallet>> {
    let scope = caller.require(Right::ReadInvestors)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (person, _) = persons::find(&own, tx, &scope, investor)?;
            let (count, wallets) =
                storage::wallets::of_investor(tx, investor, paging.offset, paging.limit)?;
            let items = wallets
                .iter()
                .map(|wallet| translate::wallets::show(wallet, &person.standing))
                .collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One wallet.
///
/// # Errors
/// Not found if it is not of this investor, or that is not the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    investor: InvestorId,
    id: WalletId,
) -> Result<wire::wallets::Wallet> {
    let scope = caller.require(Right::ReadInvestors)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (person, _) = persons::find(&own, tx, &scope, investor)?;
            let wallet =
                storage::wallets::find(tx, investor, id)?.ok_or(Error::NotFound("wallet"))?;
            Ok(translate::wallets::show(&wallet, &person.standing))
        })
        .await
}

/// Changes a wallet; what waited for it goes on.
///
/// # Errors
/// Not found if it is not of this investor, or that is not the caller's.
pub async fn update(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
    id: WalletId,
    patch: WalletPatch,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestors)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let (person, _) = persons::lock(&own, tx, &scope, investor)?;
            let mut wallet =
                storage::wallets::find(tx, investor, id)?.ok_or(Error::NotFound("wallet"))?;
            wallet.receiving_enabled = patch.receiving_enabled.unwrap_or(wallet.receiving_enabled);
            storage::wallets::update(tx, &wallet)?;
            crate::progress::investor_changed(&own, tx, &person)?;
            Done::ok(id, &translate::wallets::show(&wallet, &person.standing))
        })
        .await
}

/// The terms of custody that the investor has accepted, with when; none where the network names none.
fn accepted_terms(
    registry: &Registry,
    body: &ManagedWalletCreate,
) -> Result<Option<(String, Timestamp)>> {
    let Some(terms) = &registry.settings.custody_terms else {
        return Ok(None);
    };
    let accepted = body.custody_terms.as_ref();
    let Some(accepted) = accepted.filter(|accepted| accepted.version == terms.version) else {
        return Err(Error::Problem(
            ProblemCode::CustodyTermsNotAccepted,
            format!(
                "The investor has to accept version {} of the terms of custody ({}) first; name it with `custody_terms`.",
                terms.version, terms.url
            ),
        ));
    };
    let at = translate::wallets::accepted_at(accepted, registry.clock.now())?;
    Ok(Some((accepted.version.clone(), at)))
}
