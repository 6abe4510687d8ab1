//! Distribution platforms as issuers see them, and the registrar's permission for a pair (reference section 11.4).

use domain::{IssuerId, PlatformId};
use serde_json::json;
use storage::Scope;
use storage::parties::AllowedPlatform;
use wire::issuing::{DistributionPlatform, PlatformPermission};

use crate::{Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit};

/// Every platform with whether the caller may list its products there, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<DistributionPlatform>> {
    let issuer = issuer(caller.require(Right::ReadIssuedProducts)?)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, platforms) =
                storage::parties::of_issuer(tx, issuer, paging.offset, paging.limit)?;
            let items = platforms.into_iter().map(shown).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// Every platform with whether this issuer's account may list there, oldest first, for the registrar.
///
/// # Errors
/// Refuses other callers; not found if there is no such issuer.
pub async fn list_of(
    registry: &Registry,
    caller: &Caller,
    issuer: IssuerId,
    paging: Paging,
) -> Result<Listed<DistributionPlatform>> {
    let scope = caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let found = storage::issuers::find(tx, &scope, issuer)?;
            let account = found.ok_or(Error::NotFound("issuer"))?.account;
            let (count, platforms) =
                storage::parties::of_issuer(tx, account, paging.offset, paging.limit)?;
            let items = platforms.into_iter().map(shown).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One platform.
///
/// # Errors
/// Not found if there is none.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: PlatformId,
) -> Result<DistributionPlatform> {
    let issuer = issuer(caller.require(Right::ReadIssuedProducts)?)?;
    registry
        .db
        .read(move |tx| {
            storage::parties::one_of_issuer(tx, issuer, id)?
                .map(shown)
                .ok_or(Error::NotFound("distribution platform"))
        })
        .await
}

/// Notes that the registrar has seen the contract between an issuer and a platform, or takes the permission back.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such issuer or platform.
pub async fn permit(
    registry: &Registry,
    request: &Request,
    issuer: IssuerId,
    platform: PlatformId,
    body: PlatformPermission,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let found = storage::issuers::find(tx, &Scope::ALL, issuer)?;
            // The contract is with whoever brings the issuers of an account.
            let account = found.ok_or(Error::NotFound("issuer"))?.account;
            let known = storage::parties::one_of_issuer(tx, account, platform)?
                .ok_or(Error::NotFound("distribution platform"))?;
            let pair = (account, platform);
            storage::parties::allow(tx, pair, body.is_allowed, own.clock.now())?;
            let detail = json!({"platform": platform.uuid(), "is_allowed": body.is_allowed});
            let target = issuer.to_string();
            audit::record(
                &own,
                tx,
                &caller,
                "issuer.permit_platform",
                &target,
                &detail,
            )?;
            let now = AllowedPlatform {
                is_allowed: body.is_allowed,
                ..known
            };
            Done::ok(platform, &shown(now))
        })
        .await
}

/// The caller's account.
fn issuer(scope: Scope) -> Result<IssuerId> {
    scope.issuer.ok_or(Error::NotPermitted)
}

fn shown(platform: AllowedPlatform) -> DistributionPlatform {
    DistributionPlatform {
        id: platform.id.uuid(),
        platform_company_name: platform.name,
        is_allowed: platform.is_allowed,
    }
}
