//! Products as their issuer brings and changes them: digital securities are made at once, crypto securities after the
//! registrar's validation (reference sections 11.2 and 12.2).

use database::Tx;
use domain::{
    EnvironmentId, FieldCode, FieldErrors, IssuerId, OfferDocument, PlatformId, ProductId,
    ProductStatus,
};
use serde_json::{Value, json};
use storage::Scope;
use storage::offers::OfferRecord;
use storage::products::ProductRecord;
use translate::issuing::{Known, Surroundings};
use wire::ProblemCode;
use wire::issuing::{IssuedProduct, ProductCreate};

use crate::issuers::unknown_issuer;
use crate::offer_documents::{self, bind, keep, require_same_basis, resolve};
use crate::proposals::{account, new_offer, new_record, rewrite};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, delivery,
    opening, terms,
};

/// Brings a product. A digital security is issued at once; a crypto security waits for the registrar.
///
/// # Errors
/// Field errors; `legal_form_contradiction`.
pub async fn create(registry: &Registry, request: &Request, body: ProductCreate) -> Result<Answer> {
    let (_, scope) = request.caller.require_account(Right::WriteIssuedProducts)?;
    let served = &registry.networks.production;
    let proposed = translate::issuing::create(&body, &served.network)?;
    let issuer_id = IssuerId::from_uuid(body.issuer_id);
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let issuer =
                storage::issuers::find(tx, &scope, issuer_id)?.ok_or_else(unknown_issuer)?;
            opening::require_free_isin(tx, &proposed.proposal.isin, None)?;
            let account = account(&own, tx, &issuer, proposed.account.clone())?;
            let mut record = new_record(&own, tx, &issuer, &proposed.proposal, account)?;
            let mut offer = new_offer(&own, &record, &proposed.proposal);
            let new = (record.product.id, &[][..]);
            let documents = resolve(tx, &scope, new, &proposed.proposal.offer.documents)?;
            bind(&mut record, &offer.offer.register, &documents);
            offer.offer.documents.clone_from(&documents);
            opening::insert(tx, &record)?;
            storage::offers::insert(tx, &offer)?;
            keep(tx, &offer, &[], own.clock.now())?;
            set_circle(tx, &record, &proposed.circle)?;
            if record.product.ewpg {
                deposit(&own, tx, &record, &offer)?;
            } else {
                opening::open(&own, tx, &mut record, &mut offer)?;
            }
            note(&own, tx, &caller, "product.create", &record)?;
            Done::created(record.product.id, &shown(&record, &offer, &proposed.circle))
        })
        .await
}

/// Applies a merge patch (RFC 7396) as far as the product's status allows. A refused product is asked for again by it.
///
/// # Errors
/// As [`create`]; fields that cannot be changed any more; not found if it is not the caller's.
pub async fn update(
    registry: &Registry,
    request: &Request,
    id: ProductId,
    patch: Value,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteIssuedProducts)?;
    let served = registry.networks.production.network.clone();
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let (mut record, mut offer) = lock(tx, &scope, id)?;
            if offer.sandbox_of.is_some() {
                return Err(twins_follow());
            }
            let circle = storage::offers::circle(tx, id)?;
            let known = known(&record, &offer, &circle);
            let proposed = translate::issuing::patch(known, &patch, &served)?;
            opening::require_free_isin(tx, &proposed.proposal.isin, Some(id))?;
            let before = offer.offer.documents.clone();
            let named = &proposed.proposal.offer.documents;
            let documents = resolve(tx, &scope, (id, &before), named)?;
            rewrite(&own, tx, &mut record, &proposed)?;
            offer = OfferRecord {
                sandbox: offer.sandbox,
                ..new_offer(&own, &record, &proposed.proposal)
            };
            if record.status.is_issued() {
                require_same_basis(&before, &documents)?;
            } else {
                bind(&mut record, &offer.offer.register, &documents);
                record.status = ProductStatus::Validation;
            }
            offer.offer.documents = documents;
            storage::products::update(tx, &record).map_err(opening::isin_taken)?;
            save(&own, tx, (&record, &offer), &before, &proposed.circle)?;
            if let Some(twin) = offer.sandbox {
                follow(&own, tx, twin, (&record, &offer), &before, &proposed.circle)?;
            }
            if !record.status.is_issued() {
                if record.product.ewpg {
                    deposit(&own, tx, &record, &offer)?;
                } else {
                    opening::open(&own, tx, &mut record, &mut offer)?;
                }
            }
            note(&own, tx, &caller, "product.update", &record)?;
            Done::ok(id, &shown(&record, &offer, &proposed.circle))
        })
        .await
}

/// Products of the caller's account, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<IssuedProduct>> {
    seen(registry, caller.require(Right::ReadIssuedProducts)?, paging).await
}

/// Every product with all that its issuer has said, oldest first, for the registrar.
///
/// # Errors
/// Refuses other callers.
pub async fn list_all(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<IssuedProduct>> {
    seen(registry, caller.require(Right::ReadNetwork)?, paging).await
}

async fn seen(registry: &Registry, scope: Scope, paging: Paging) -> Result<Listed<IssuedProduct>> {
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::products::list(tx, &scope, paging.offset, paging.limit)?;
            let items = show_all(tx, &records)?;
            Ok(Listed { count, items })
        })
        .await
}

/// One of the caller's.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(registry: &Registry, caller: &Caller, id: ProductId) -> Result<IssuedProduct> {
    let scope = caller.require(Right::ReadIssuedProducts)?;
    registry
        .db
        .read(move |tx| {
            let record =
                storage::products::find(tx, &scope, id)?.ok_or(Error::NotFound("product"))?;
            show(tx, &record)
        })
        .await
}

/// A product with its offer; nobody else changes it until the transaction ends.
pub(crate) fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: ProductId,
) -> Result<(ProductRecord, OfferRecord)> {
    storage::products::lock(tx, id)?;
    let record = storage::products::find(tx, scope, id)?.ok_or(Error::NotFound("product"))?;
    Ok((record, offer(tx, id)?))
}

/// The offer that stands beside every product.
pub(crate) fn offer(tx: &mut Tx, id: ProductId) -> Result<OfferRecord> {
    storage::offers::find(tx, id)?.ok_or(Error::NotFound("product"))
}

/// A product as its issuer and the registrar see it.
pub(crate) fn show(tx: &mut Tx, record: &ProductRecord) -> Result<IssuedProduct> {
    let offer = offer(tx, record.product.id)?;
    let circle = storage::offers::circle(tx, record.product.id)?;
    Ok(shown(record, &offer, &circle))
}

/// The same of a list.
pub(crate) fn show_all(tx: &mut Tx, records: &[ProductRecord]) -> Result<Vec<IssuedProduct>> {
    let ids: Vec<ProductId> = records.iter().map(|record| record.product.id).collect();
    let offers = storage::offers::of_products(tx, &ids)?;
    let all = records.iter().zip(&offers);
    Ok(all
        .map(|(record, (offer, circle))| shown(record, offer, circle))
        .collect())
}

pub(crate) fn shown(
    record: &ProductRecord,
    offer: &OfferRecord,
    circle: &[PlatformId],
) -> IssuedProduct {
    let is_active = record.status == ProductStatus::Active;
    let around = Surroundings {
        issuer_name: record.issuer_name.clone(),
        rejection_reason: offer.rejection_reason.clone(),
        environment: record
            .status
            .is_issued()
            .then(|| record.environment_name.clone()),
        sandbox: offer.sandbox,
        sandbox_of: offer.sandbox_of,
        chain_id: record.chain_id,
        token_address: is_active.then(|| record.token_address.to_string()),
        terms_hash: terms::hash(record),
        created_at: record.created_at.to_string(),
    };
    translate::issuing::show(known(record, offer, circle), around)
}

fn known<'a>(
    record: &'a ProductRecord,
    offer: &'a OfferRecord,
    circle: &'a [PlatformId],
) -> Known<'a> {
    Known {
        product: &record.product,
        status: record.status,
        asset_code: &record.symbol,
        sector: record.sector.as_deref(),
        description: record.description.as_deref(),
        essential_terms: &record.essential_terms,
        account: (
            &record.account.holder,
            &record.account.iban,
            &record.account.bic,
        ),
        is_restricted: offer.is_restricted,
        circle,
        offer: &offer.offer,
    }
}

/// A proposal of a crypto security deposits its terms, once they are there: the registrar validates what is deposited.
fn deposit(
    registry: &Registry,
    tx: &mut Tx,
    record: &ProductRecord,
    offer: &OfferRecord,
) -> Result<()> {
    if offer_documents::have_basis(&offer.offer.documents) {
        terms::deposit(registry, tx, record)?;
    }
    Ok(())
}

fn save(
    registry: &Registry,
    tx: &mut Tx,
    (record, offer): (&ProductRecord, &OfferRecord),
    before: &[OfferDocument],
    circle: &[PlatformId],
) -> Result<()> {
    storage::offers::update(tx, offer)?;
    keep(tx, offer, before, registry.clock.now())?;
    set_circle(tx, record, circle)
}

/// What partners are told of a product they are told of its twin.
fn follow(
    registry: &Registry,
    tx: &mut Tx,
    twin: ProductId,
    (record, offer): (&ProductRecord, &OfferRecord),
    before: &[OfferDocument],
    circle: &[PlatformId],
) -> Result<()> {
    let mut twin = delivery::product(tx, twin)?;
    twin.description.clone_from(&record.description);
    storage::products::update(tx, &twin)?;
    let offer = OfferRecord {
        product: twin.product.id,
        ..offer.clone()
    };
    save(registry, tx, (&twin, &offer), before, circle)
}

fn set_circle(tx: &mut Tx, record: &ProductRecord, circle: &[PlatformId]) -> Result<()> {
    let issuer = record.product.issuer_id;
    let mut errors = FieldErrors::new();
    for (index, platform) in circle.iter().enumerate() {
        if storage::parties::one_of_issuer(tx, issuer, *platform)?.is_none() {
            errors.push(
                format!("circle[{index}]"),
                FieldCode::NotFound,
                "There is no such distribution platform.",
            );
        }
    }
    errors.into_result(Some(()))?;
    storage::offers::set_circle(tx, record.product.id, circle)?;
    Ok(())
}

fn twins_follow() -> Error {
    Error::Problem(
        ProblemCode::ProductState,
        "A product of the sandbox stands for another one and is not changed by itself.".to_owned(),
    )
}

pub(crate) fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    record: &ProductRecord,
) -> Result<()> {
    let product = &record.product;
    let detail = json!({"isin": product.isin.as_str(), "status": record.status.as_str()});
    let target = product.id.to_string();
    audit::record(registry, tx, caller, action, &target, &detail)
}

/// The environment of a product that is open, for what is made in it.
pub(crate) fn open_environment(record: &ProductRecord) -> Result<EnvironmentId> {
    if record.status.is_issued() {
        return Ok(record.environment);
    }
    Err(Error::Problem(
        ProblemCode::ProductState,
        format!(
            "A product with the status {} cannot be listed or sold.",
            record.status
        ),
    ))
}
