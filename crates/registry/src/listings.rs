//! Listings: by default nobody may hold a new product; each distribution platform on which it is listed may sell it to its
//! investors (reference section 11.4).

use database::Tx;
use domain::{FieldCode, FieldErrors, ListingId, PlatformId, ProductId};
use serde_json::json;
use storage::Scope;
use storage::parties::Listing;
use storage::products::ProductRecord;
use wire::ProblemCode;
use wire::issuing::ListingCreate;

use crate::issuing::{offer, open_environment};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
};

/// Where the issuer's products are listed, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer.
pub async fn list_issued(
    registry: &Registry,
    caller: &Caller,
    product: Option<ProductId>,
    paging: Paging,
) -> Result<Listed<wire::products::Listing>> {
    let scope = caller.require(Right::ReadIssuedProducts)?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::parties::listings(tx, &scope, product, paging.offset, paging.limit)?;
            let items = records.into_iter().map(shown).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One of them.
///
/// # Errors
/// Not found if it is not of the caller's products.
pub async fn get_issued(
    registry: &Registry,
    caller: &Caller,
    id: ListingId,
) -> Result<wire::products::Listing> {
    let scope = caller.require(Right::ReadIssuedProducts)?;
    registry
        .db
        .read(move |tx| {
            storage::parties::find_listing(tx, &scope, id)?
                .map(shown)
                .ok_or(Error::NotFound("listing"))
        })
        .await
}

/// Lists a product on a platform that the registrar allows; its twin follows.
///
/// # Errors
/// Field errors; `product_state`; `platform_not_allowed`; `already_listed`.
pub async fn create(registry: &Registry, request: &Request, body: ListingCreate) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteIssuedProducts)?;
    let product = ProductId::from_uuid(body.product_id);
    let platform = PlatformId::from_uuid(body.distribution_platform_id);
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let record = named_product(tx, &scope, product)?;
            open_environment(&record)?;
            let listing = list_on(&own, tx, &record, platform)?;
            let target = listing.id.to_string();
            let detail = json!({"product": product.uuid(), "platform": platform.uuid()});
            audit::record(&own, tx, &caller, "listing.create", &target, &detail)?;
            Done::created(listing.id, &shown(listing))
        })
        .await
}

/// Lists a product and its twin on a platform, if the registrar allows the pair.
pub(crate) fn list_on(
    registry: &Registry,
    tx: &mut Tx,
    record: &ProductRecord,
    platform: PlatformId,
) -> Result<Listing> {
    let issuer = storage::issuers::find(tx, &Scope::ALL, record.product.issuer_id)?
        .ok_or(Error::NotFound("issuer"))?;
    let known = storage::parties::one_of_issuer(tx, issuer.account, platform)?
        .ok_or_else(|| unknown("distribution_platform_id", "distribution platform"))?;
    if !known.is_allowed {
        return Err(Error::Problem(
            ProblemCode::PlatformNotAllowed,
            format!(
                "The registrar has not seen a contract with {} yet; listings there are not allowed.",
                known.name
            ),
        ));
    }
    // The licence is looked at again with every investment (DIS-01).
    let standing = storage::platforms::lock(tx, platform)?
        .ok_or_else(|| unknown("distribution_platform_id", "distribution platform"))?;
    let legal_form = record.product.legal_form;
    standing
        .broker
        .check_investing(legal_form, registry.clock.now())?;
    let listing = Listing {
        id: ListingId::from_uuid(ids::new()),
        product: record.product.id,
        platform,
        platform_name: known.name,
        is_allowed: true,
        created_at: registry.clock.now(),
    };
    if !storage::parties::insert_listing(tx, &listing)? {
        return Err(Error::Problem(
            ProblemCode::AlreadyListed,
            format!(
                "The product is listed on {} already.",
                listing.platform_name
            ),
        ));
    }
    if let Some(twin) = offer(tx, record.product.id)?.sandbox {
        let twin = Listing {
            id: ListingId::from_uuid(ids::new()),
            product: twin,
            ..listing.clone()
        };
        storage::parties::insert_listing(tx, &twin)?;
    }
    Ok(listing)
}

/// A product of the caller's that a body names.
pub(crate) fn named_product(tx: &mut Tx, scope: &Scope, id: ProductId) -> Result<ProductRecord> {
    storage::products::find(tx, scope, id)?.ok_or_else(|| unknown("product_id", "product"))
}

/// The refusal of a field that names what is not there.
pub(crate) fn unknown(field: &'static str, what: &str) -> Error {
    let mut errors = FieldErrors::new();
    errors.push(
        field,
        FieldCode::NotFound,
        format!("There is no such {what} here."),
    );
    errors.into()
}

fn shown(listing: Listing) -> wire::products::Listing {
    wire::products::Listing {
        id: listing.id.uuid(),
        product_id: listing.product.uuid(),
        distribution_platform_id: listing.platform.uuid(),
        platform_company_name: listing.platform_name,
        is_allowed: listing.is_allowed,
        created_at: listing.created_at.to_string(),
    }
}
