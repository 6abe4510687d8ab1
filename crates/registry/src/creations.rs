//! Making single parts of a network, as an operator does at the command line. Each is audited under the operator's name.

use database::Tx;
use domain::{CampaignId, EnvironmentId, Isin, IssuerId, Lei, PlatformId};
use storage::parties::Platform;
use storage::products::ProductRecord;

use crate::network_file::{AccountEntry, AssetEntry, CampaignEntry, PlatformEntry};
use crate::setup::{AppliedAsset, LedgerFacts, Setup, applied};
use crate::{Error, Registry, Request, Result, Right};

/// Makes an issuer, or finds the one of this firm.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn create_issuer(
    registry: &Registry,
    request: &Request,
    ledger: &LedgerFacts,
    name: String,
    lei: Option<Lei>,
) -> Result<IssuerId> {
    within(registry, request, ledger, move |setup, tx| {
        setup.issuer(tx, &name, lei.as_ref())
    })
    .await
}

/// Makes a distribution platform, or finds the one of this firm.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn create_platform(
    registry: &Registry,
    request: &Request,
    ledger: &LedgerFacts,
    entry: PlatformEntry,
) -> Result<PlatformId> {
    within(registry, request, ledger, move |setup, tx| {
        setup.platform(tx, &entry)
    })
    .await
}

/// Makes an environment, or finds the one of this name.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn create_environment(
    registry: &Registry,
    request: &Request,
    ledger: &LedgerFacts,
    name: String,
) -> Result<EnvironmentId> {
    within(registry, request, ledger, move |setup, tx| {
        setup.environment(tx, &name)
    })
    .await
}

/// Makes a product of an issuer with its environment, and queues its issue; campaigns of the entry are not made.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no issuer of this firm.
pub async fn create_product(
    registry: &Registry,
    request: &Request,
    ledger: &LedgerFacts,
    issuer: String,
    account: AccountEntry,
    entry: AssetEntry,
) -> Result<AppliedAsset> {
    within(registry, request, ledger, move |setup, tx| {
        let issuer =
            storage::issuers::find_by_name(tx, &issuer)?.ok_or(Error::NotFound("issuer"))?;
        setup.asset(tx, &entry, issuer.id, &account)
    })
    .await
}

/// Lists a product on a platform.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product or platform.
pub async fn create_listing(
    registry: &Registry,
    request: &Request,
    ledger: &LedgerFacts,
    isin: Isin,
    platform: String,
) -> Result<()> {
    within(registry, request, ledger, move |setup, tx| {
        let (product, platform) = pair(tx, &isin, &platform)?;
        setup.listing(tx, product.product.id, platform.id)
    })
    .await
}

/// Makes a campaign of a product for a platform, and its listing.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product or platform; `allocation_exceeded` if the
/// campaigns together would sell more than there is.
pub async fn create_campaign(
    registry: &Registry,
    request: &Request,
    ledger: &LedgerFacts,
    isin: Isin,
    entry: CampaignEntry,
) -> Result<CampaignId> {
    within(registry, request, ledger, move |setup, tx| {
        let (product, platform) = pair(tx, &isin, &entry.platform)?;
        let id = product.product.id;
        let (_, others) = storage::campaigns::list(tx, &storage::Scope::ALL, Some(id), 0, 10_000)?;
        let mut available = product.product.max_issuable_amount;
        for other in &others {
            available = available
                .checked_sub(other.campaign.allocation)
                .unwrap_or(domain::Units::ZERO);
        }
        if entry.allocation > available {
            return Err(domain::Refusal::AllocationExceeded {
                units: entry.allocation,
                available,
            }
            .into());
        }
        setup.campaign(tx, &applied(&product), platform.id, &entry)
    })
    .await
}

async fn within<T: Send + 'static>(
    registry: &Registry,
    request: &Request,
    ledger: &LedgerFacts,
    make: impl Fn(&Setup, &mut Tx) -> Result<T> + Send + 'static,
) -> Result<T> {
    request.caller.require(Right::WriteNetwork)?;
    let setup = Setup {
        registry: registry.clone(),
        caller: request.caller.clone(),
        ledger: ledger.clone(),
    };
    registry.db.write(move |tx| make(&setup, tx)).await
}

fn pair(tx: &mut Tx, isin: &Isin, platform: &str) -> Result<(ProductRecord, Platform)> {
    let product = storage::products::find_by_isin(tx, isin)?.ok_or(Error::NotFound("product"))?;
    let platform =
        storage::parties::find_platform(tx, platform)?.ok_or(Error::NotFound("platform"))?;
    Ok((product, platform))
}
