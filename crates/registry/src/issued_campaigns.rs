//! Campaigns as the issuer makes them: one slice of a product for one platform (reference sections 11.3 and 12.2).

use database::Tx;
use domain::{
    Campaign, CampaignId, FieldErrors, Offer, OfferingType, Placement, PlatformId, ProductId,
    Refusal, Units,
};
use serde_json::{Value, json};
use storage::Scope;
use storage::campaigns::CampaignRecord;
use storage::products::ProductRecord;
use wire::ProblemCode;
use wire::issuing::{CampaignCreate, IssuedCampaign};

use crate::issuing::{offer, open_environment};
use crate::listings::named_product;
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
};

/// More campaigns than any product has.
const MOST: u32 = 10_000;

/// Campaigns of the issuer's products, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<IssuedCampaign>> {
    let scope = caller.require(Right::ReadIssuedProducts)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::campaigns::list_issued(tx, &scope, product, paging.offset, paging.limit)?;
            let items = records.iter().map(shown).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One of them.
///
/// # Errors
/// Not found if it is not of the caller's products.
pub async fn get(registry: &Registry, caller: &Caller, id: CampaignId) -> Result<IssuedCampaign> {
    let scope = caller.require(Right::ReadIssuedProducts)?;
    registry
        .db
        .read(move |tx| {
            storage::campaigns::find_issued(tx, &scope, id)?
                .map(|record| shown(&record))
                .ok_or(Error::NotFound("campaign"))
        })
        .await
}

/// Makes a campaign; the twin of the product has one of the same kind. All campaigns of a product together sell at most what
/// there is.
///
/// # Errors
/// Field errors; `product_state`; `product_not_listed`; `allocation_exceeded`.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: CampaignCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteIssuedProducts)?;
    let product = ProductId::from_uuid(body.product_id);
    let platform = PlatformId::from_uuid(body.distribution_platform_id);
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            // Campaigns of one product are made one after the other, so that their sum is exact.
            storage::products::lock(tx, product)?;
            let record = named_product(tx, &scope, product)?;
            let environment = open_environment(&record)?;
            require_listed(tx, product, platform)?;
            let offer = offer(tx, product)?;
            let mut errors = FieldErrors::new();
            let campaign = translate::campaigns::create(&mut errors, &body, &offer.offer);
            let made = CampaignRecord {
                campaign: Campaign {
                    id: CampaignId::from_uuid(ids::new()),
                    ..campaign
                },
                environment,
                platform,
                created_at: own.clock.now(),
            };
            check(&own, tx, errors, &made.campaign, (&record, &offer.offer))?;
            storage::campaigns::insert(tx, &made)?;
            if let Some(twin) = offer.sandbox {
                make_twin(tx, twin, &made)?;
            }
            note(&own, tx, &caller, "campaign.create", &made)?;
            Done::created(made.campaign.id, &shown(&made))
        })
        .await
}

/// Changes what may change of a campaign: name, allocation down to what investments hold, times and mandates.
///
/// # Errors
/// Field errors; `allocation_exceeded`; not found if it is not of the caller's products.
pub async fn update(
    registry: &Registry,
    request: &Request,
    id: CampaignId,
    patch: Value,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteIssuedProducts)?;
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let find = |tx: &mut Tx| {
                storage::campaigns::find_issued(tx, &scope, id)?.ok_or(Error::NotFound("campaign"))
            };
            let product = find(tx)?.campaign.product_id;
            storage::products::lock(tx, product)?;
            let mut record = find(tx)?;
            let product = named_product(tx, &scope, product)?;
            let offer = offer(tx, product.product.id)?;
            let mut errors = FieldErrors::new();
            record.campaign =
                translate::campaigns::patch(&mut errors, record.campaign.clone(), &patch);
            check(&own, tx, errors, &record.campaign, (&product, &offer.offer))?;
            if !storage::campaigns::update(tx, &record.campaign)? {
                // Orders have come in since it was read.
                return Err(Error::InFlight);
            }
            note(&own, tx, &caller, "campaign.update", &record)?;
            Done::ok(id, &shown(&record))
        })
        .await
}

/// Everything that a campaign must be, together with the other campaigns of its product.
pub(crate) fn check(
    registry: &Registry,
    tx: &mut Tx,
    mut errors: FieldErrors,
    campaign: &Campaign,
    (product, offer): (&ProductRecord, &Offer),
) -> Result<()> {
    campaign.check(&mut errors, product.product.step_size);
    let others = others(tx, campaign)?;
    if let Some(offering_type) = campaign.offering_type {
        let same = |other: &&Campaign| other.offering_type == Some(offering_type);
        let sold = sum(others.iter().filter(same));
        let placement = Placement {
            offering_type,
            product: &product.product,
            offer,
            units: sold.checked_add(campaign.allocation).unwrap_or(sold),
            minimum_units: campaign.minimum_units,
            maximum_persons: campaign.maximum_persons,
            today: registry.clock.now().berlin_date(),
        };
        placement.check(&mut errors);
    } else if campaign.maximum_persons.is_some() {
        errors.push(
            "maximum_persons",
            domain::FieldCode::OutOfRange,
            format!(
                "Only {} has a number of persons.",
                OfferingType::LimitedPersons
            ),
        );
    }
    errors.into_result(Some(()))?;
    let available = product
        .product
        .max_issuable_amount
        .checked_sub(sum(others.iter()))
        .unwrap_or_default();
    if campaign.allocation > available {
        let units = campaign.allocation;
        return Err(Refusal::AllocationExceeded { units, available }.into());
    }
    Ok(())
}

fn others(tx: &mut Tx, campaign: &Campaign) -> Result<Vec<Campaign>> {
    let product = Some(campaign.product_id);
    let (_, all) = storage::campaigns::list(tx, &Scope::ALL, product, 0, MOST)?;
    let others = all.into_iter().map(|record| record.campaign);
    Ok(others.filter(|other| other.id != campaign.id).collect())
}

fn sum<'a>(campaigns: impl Iterator<Item = &'a Campaign>) -> Units {
    campaigns.fold(Units::ZERO, |sum, campaign| {
        sum.checked_add(campaign.allocation).unwrap_or(sum)
    })
}

fn require_listed(tx: &mut Tx, product: ProductId, platform: PlatformId) -> Result<()> {
    let listing = storage::parties::listed(tx, product, platform)?;
    if listing.is_some_and(|listing| listing.is_allowed) {
        return Ok(());
    }
    Err(Error::Problem(
        ProblemCode::ProductNotListed,
        "The product is not listed on this distribution platform; list it first.".to_owned(),
    ))
}

/// The same campaign in the sandbox; from here on both go their own ways.
fn make_twin(tx: &mut Tx, product: ProductId, made: &CampaignRecord) -> Result<()> {
    let record = crate::delivery::product(tx, product)?;
    let twin = CampaignRecord {
        campaign: Campaign {
            id: CampaignId::from_uuid(ids::new()),
            product_id: product,
            ..made.campaign.clone()
        },
        environment: record.environment,
        ..made.clone()
    };
    storage::campaigns::insert(tx, &twin)?;
    Ok(())
}

fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    record: &CampaignRecord,
) -> Result<()> {
    let campaign = &record.campaign;
    let detail = json!({"name": campaign.name, "allocation": campaign.allocation.get()});
    let target = campaign.id.to_string();
    audit::record(registry, tx, caller, action, &target, &detail)
}

fn shown(record: &CampaignRecord) -> IssuedCampaign {
    translate::campaigns::show_issued(&record.campaign, record.platform, record.created_at)
}
