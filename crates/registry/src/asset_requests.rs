//! Choosing assets: a platform asks, the issuer answers, the registrar allows the pair; the sandbox opens first, then the sale.

mod moments;
mod sale;
mod sealed;

use database::Tx;
use domain::asset_request::check_reason;
use domain::{AssetRequestId, AssetRequestStatus, FieldErrors, PlatformId, ProductId};
use storage::asset_requests::{AssetRequestRecord, Filter};
use storage::products::ProductRecord;
use storage::{Scope, catalogue};
use wire::ProblemCode;
use wire::asset_requests::{self as out, AssetRequest, AssetRequestAcceptance, AssetRequestCreate};

use crate::listings::unknown;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
};
use sealed::Content;

/// Asks for an asset of the catalogue.
///
/// # Errors
/// Field errors; `platform_not_admitted`, `platform_suspended`, `licence_expired`, `licence_does_not_cover`;
/// `asset_request_duplicate`; `already_listed` if the platform has the asset.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: AssetRequestCreate,
) -> Result<Answer> {
    let platform = request.caller.require_platform(Right::WritePlatform)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    let target = body.product_id.to_string();
    let outcome = registry
        .write(request, move |tx| {
            let product = offered(tx, platform, body.product_id)?;
            let wanted = translate::asset_requests::wanted(&body, &product.product)?;
            sale::require_licence(&own, tx, platform, &product)?;
            require_new(tx, platform, &product)?;
            let key = own.vault.new_key(tx, Some(platform.uuid()))?;
            let now = own.clock.now();
            let content = Content {
                note: body.note.clone().filter(|note| !note.trim().is_empty()),
                ..Content::default()
            };
            let id = AssetRequestId::from_uuid(ids::new());
            let record = AssetRequestRecord {
                id,
                platform,
                platform_name: String::new(),
                product: product.product.id,
                product_name: String::new(),
                isin: String::new(),
                account: product.product.issuer_id,
                issuer_name: String::new(),
                environment_name: String::new(),
                is_allowed: false,
                status: AssetRequestStatus::Requested,
                wanted,
                key: key.id(),
                sealed_content: sealed::seal(&key, &content)?,
                sandbox: None,
                campaign: None,
                created_at: now,
                changed_at: now,
            };
            if !storage::asset_requests::insert(tx, &record)? {
                return Err(duplicate());
            }
            let record = found(tx, &Scope::ALL, id)?;
            moments::asked(&own, tx, &caller, &record)?;
            Ok(Done::created(id, &show(&own, &record, content))?.about(&key))
        })
        .await;
    audit::refusal(
        registry,
        &request.caller,
        "asset_request.create",
        &target,
        &outcome,
    )
    .await?;
    outcome
}

/// Requests that the caller may see, newest first: a platform its own, an issuer those for its products, the registrar all.
///
/// # Errors
/// Fails if the database does.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    status: Option<out::AssetRequestStatus>,
    paging: Paging,
) -> Result<Listed<AssetRequest>> {
    let scope = caller.require(Right::ReadAssetRequests)?;
    let filter = Filter {
        status: status.and_then(|status| status.as_str().parse().ok()),
        id: None,
    };
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, records) =
                storage::asset_requests::list(tx, &scope, filter, paging.offset, paging.limit)?;
            let items = records
                .iter()
                .map(|record| shown(&own, tx, record))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One of them.
///
/// # Errors
/// Not found if the caller may not see it.
pub async fn get(registry: &Registry, caller: &Caller, id: AssetRequestId) -> Result<AssetRequest> {
    let scope = caller.require(Right::ReadAssetRequests)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = found(tx, &scope, id)?;
            shown(&own, tx, &record)
        })
        .await
}

/// The platform takes its request back. A sandbox that is open stays: there is nothing in it to lose.
///
/// # Errors
/// `asset_request_state` once it is answered with no, or live; not found if it is not the caller's.
pub async fn withdraw(
    registry: &Registry,
    request: &Request,
    id: AssetRequestId,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WritePlatform)?;
    change(
        registry,
        request,
        (id, scope),
        "asset_request.withdraw",
        |step| {
            step.record.status = step.record.status.withdraw()?;
            moments::withdrawn(step.registry, step.tx, step.caller, &step.record)
        },
    )
    .await
}

/// The issuer agrees and says what the campaign will be. The sandbox opens at once; the sale too, if the registrar allows the pair already.
///
/// # Errors
/// Field errors; `asset_request_state`; `allocation_exceeded`; what the platform's standing or licence refuses; not found if it is not
/// for the caller's products.
pub async fn accept(
    registry: &Registry,
    request: &Request,
    id: AssetRequestId,
    body: AssetRequestAcceptance,
) -> Result<Answer> {
    let scope = request.caller.require(Right::AcceptAssetRequests)?;
    change(
        registry,
        request,
        (id, scope),
        "asset_request.accept",
        move |step| {
            step.record.status = step.record.status.accept()?;
            let product = sale::locked(step.tx, step.record.product)?;
            let terms = translate::asset_requests::campaign(
                &body,
                &product.product,
                (step.record.platform, &step.record.platform_name),
                step.record.wanted,
            );
            let sale = sale::prepare(step.registry, step.tx, &product, &step.record, &terms)?;
            step.content.terms = Some(terms);
            sale.open_sandbox(step.registry, step.tx, &mut step.record)?;
            if step.record.is_allowed {
                step.record.status = step.record.status.go_live()?;
                sale.open(step.registry, step.tx, &mut step.record)?;
            }
            moments::accepted(step.registry, step.tx, step.caller, &step.record)
        },
    )
    .await
}

/// The issuer, or the registrar who does not allow the pair, says no; the platform reads the reason.
///
/// # Errors
/// A field error without a reason; `asset_request_state` once it is live or ended; not found if the caller may not see it.
pub async fn refuse(
    registry: &Registry,
    request: &Request,
    id: AssetRequestId,
    reason: String,
) -> Result<Answer> {
    let scope = request.caller.require(Right::RefuseAssetRequests)?;
    let mut errors = FieldErrors::new();
    check_reason(&mut errors, &reason);
    errors.into_result(Some(()))?;
    change(
        registry,
        request,
        (id, scope),
        "asset_request.refuse",
        move |step| {
            step.record.status = step.record.status.refuse()?;
            step.content.reason = Some(reason.trim().to_owned());
            moments::refused(step.registry, step.tx, step.caller, &step.record)
        },
    )
    .await
}

/// The registrar has seen the contract: the pair is allowed from now on, and the sale opens as the issuer said.
///
/// # Errors
/// `asset_request_state` unless the issuer has accepted; `allocation_exceeded` if the units were sold elsewhere meanwhile; what the
/// platform's standing or licence refuses; not found if there is none.
pub async fn approve(registry: &Registry, request: &Request, id: AssetRequestId) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteNetwork)?;
    change(
        registry,
        request,
        (id, scope),
        "asset_request.approve",
        |step| {
            step.record.status = step.record.status.go_live()?;
            let product = sale::locked(step.tx, step.record.product)?;
            let terms = step.content.terms.clone().ok_or(NOT_FOUND)?;
            let sale = sale::prepare(step.registry, step.tx, &product, &step.record, &terms)?;
            sale::allow(step.registry, step.tx, step.caller, &mut step.record)?;
            sale.open(step.registry, step.tx, &mut step.record)?;
            moments::approved(step.registry, step.tx, step.caller, &step.record)
        },
    )
    .await
}

const NOT_FOUND: Error = Error::NotFound("request");

/// What one step of a request works with.
struct Step<'a> {
    registry: &'a Registry,
    tx: &'a mut Tx,
    caller: &'a Caller,
    record: AssetRequestRecord,
    content: Content,
}

/// Loads and locks, lets the step decide, saves; what is refused is in the audit log too.
async fn change<F>(
    registry: &Registry,
    request: &Request,
    (id, scope): (AssetRequestId, Scope),
    action: &str,
    decide: F,
) -> Result<Answer>
where
    F: Fn(&mut Step<'_>) -> Result<()> + Send + Sync + 'static,
{
    let (own, caller) = (registry.clone(), request.caller.clone());
    let outcome = registry
        .write(request, move |tx| {
            let record = storage::asset_requests::lock(tx, &scope, id)?.ok_or(NOT_FOUND)?;
            let (key, content) = sealed::open(&own, tx, &record)?;
            let mut step = Step {
                registry: &own,
                tx,
                caller: &caller,
                record,
                content,
            };
            decide(&mut step)?;
            let Step {
                mut record,
                content,
                ..
            } = step;
            record.sealed_content = sealed::seal(&key, &content)?;
            record.changed_at = own.clock.now();
            storage::asset_requests::update(tx, &record)?;
            Ok(Done::ok(id, &show(&own, &record, content))?.about(&key))
        })
        .await;
    audit::refusal(registry, &request.caller, action, &id.to_string(), &outcome).await?;
    outcome
}

fn found(tx: &mut Tx, scope: &Scope, id: AssetRequestId) -> Result<AssetRequestRecord> {
    storage::asset_requests::find(tx, scope, id)?.ok_or(NOT_FOUND)
}

/// An asset as the catalogue shows it to the platform; what it does not show cannot be asked for.
fn offered(tx: &mut Tx, platform: PlatformId, product: uuid::Uuid) -> Result<ProductRecord> {
    let scope = Scope {
        platform: Some(platform),
        ..Scope::ALL
    };
    let filter = catalogue::Filter {
        product: Some(ProductId::from_uuid(product)),
        ..catalogue::Filter::default()
    };
    let (_, mut records) = catalogue::list(tx, &scope, &filter, 0, 1)?;
    let record = records.pop();
    Ok(record
        .ok_or_else(|| unknown("product_id", "asset"))?
        .product)
}

/// Who has a campaign of an asset asks its issuer for more, not the network.
fn require_new(tx: &mut Tx, platform: PlatformId, product: &ProductRecord) -> Result<()> {
    let scope = Scope {
        platform: Some(platform),
        ..Scope::ALL
    };
    let (campaigns, _) = storage::campaigns::list(tx, &scope, Some(product.product.id), 0, 1)?;
    if campaigns == 0 {
        return Ok(());
    }
    Err(Error::Problem(
        ProblemCode::AlreadyListed,
        "The platform sells this asset already.".to_owned(),
    ))
}

fn duplicate() -> Error {
    Error::Problem(
        ProblemCode::AssetRequestDuplicate,
        "The platform has an open request for this asset; withdraw it first.".to_owned(),
    )
}

fn shown(registry: &Registry, tx: &mut Tx, record: &AssetRequestRecord) -> Result<AssetRequest> {
    let (_, content) = sealed::open(registry, tx, record)?;
    Ok(show(registry, record, content))
}

fn show(registry: &Registry, record: &AssetRequestRecord, content: Content) -> AssetRequest {
    let access = |product: ProductId, environment: &str, campaign: uuid::Uuid| out::AssetAccess {
        product_id: product.uuid(),
        environment: environment.to_owned(),
        environment_url: format!(
            "{}/environments/{environment}/api/external",
            registry.settings.public_url
        ),
        campaign_id: campaign,
    };
    let sandbox = record.sandbox.as_ref();
    AssetRequest {
        id: record.id.uuid(),
        status: translate::asset_requests::status(record.status),
        product_id: record.product.uuid(),
        product_name: record.product_name.clone(),
        isin: record.isin.clone(),
        issuer_name: record.issuer_name.clone(),
        distribution_platform_id: record.platform.uuid(),
        platform_company_name: record.platform_name.clone(),
        wanted_units: record.wanted.get(),
        note: content.note,
        reason: content.reason,
        allocation: content.terms.map(|terms| terms.allocation),
        is_allowed: record.is_allowed,
        sandbox: sandbox.map(|(campaign, product, name)| access(*product, name, campaign.uuid())),
        production: record
            .campaign
            .map(|campaign| access(record.product, &record.environment_name, campaign.uuid())),
        created_at: record.created_at.to_string(),
        changed_at: record.changed_at.to_string(),
    }
}
