//! The catalogue: partners see what is offered to all or to their circle, issuers that and their own, the registrar all.

use domain::{Currency, Date, FieldErrors, IssuerId, LegalForm, ProductId, ProductStatus};
use storage::Scope;
use storage::catalogue::{CatalogueRecord, Filter};
use wire::catalogue::CatalogueAsset;

use crate::{Caller, Error, Listed, Paging, Registry, Result, Right, terms};

pub use crate::documents::Content;

/// Which assets are wanted, as the query says it.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Wanted {
    pub sector: Option<String>,
    pub legal_form: Option<String>,
    pub issuer_id: Option<IssuerId>,
    pub network: Option<String>,
    pub status: Option<String>,
    pub currency: Option<String>,
    /// In whole units of the currency.
    pub minimum_up_to: Option<u32>,
    pub matures_from: Option<String>,
    pub matures_until: Option<String>,
    pub search: Option<String>,
}

/// Assets that the caller may see, oldest first.
///
/// # Errors
/// A field error for a filter that names nothing there can be.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    wanted: Wanted,
    paging: Paging,
) -> Result<Listed<CatalogueAsset>> {
    let scope = scope(caller)?;
    let filter = filter(wanted)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, records) =
                storage::catalogue::list(tx, &scope, &filter, paging.offset, paging.limit)?;
            let items = records.iter().map(|one| shown(&own, one)).collect();
            Ok(Listed { count, items })
        })
        .await
}

/// One of them.
///
/// # Errors
/// Not found if the caller may not see it.
pub async fn get(registry: &Registry, caller: &Caller, id: ProductId) -> Result<CatalogueAsset> {
    let scope = scope(caller)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let filter = Filter {
                product: Some(id),
                ..Filter::default()
            };
            let (_, records) = storage::catalogue::list(tx, &scope, &filter, 0, 1)?;
            let found = records.first().map(|one| shown(&own, one));
            found.ok_or(Error::NotFound("product"))
        })
        .await
}

/// The bytes of a document of an asset, in any version, by their hash.
///
/// # Errors
/// Not found if the caller may not see the asset, or if it has no such document.
pub async fn document(
    registry: &Registry,
    caller: &Caller,
    id: ProductId,
    sha256: &str,
) -> Result<Content> {
    get(registry, caller, id).await?;
    let mut hash = [0; 32];
    hex::decode_to_slice(sha256, &mut hash).map_err(|_| Error::NotFound("document"))?;
    let document = registry
        .db
        .read(move |tx| -> Result<_> { Ok(storage::offers::document(tx, id, hash)?) })
        .await?
        .ok_or(Error::NotFound("document"))?;
    crate::documents::content(registry, document).await
}

/// A caller of one environment sees the same as one of all.
fn scope(caller: &Caller) -> Result<Scope> {
    Ok(Scope {
        environment: None,
        ..caller.require(Right::ReadCatalogue)?
    })
}

fn filter(wanted: Wanted) -> Result<Filter> {
    let mut errors = FieldErrors::new();
    let legal_form: Option<LegalForm> =
        errors.parse_optional("legal_form", wanted.legal_form.as_deref());
    let currency: Option<Currency> = errors.parse_optional("currency", wanted.currency.as_deref());
    let from: Option<Date> = errors.parse_optional("matures_from", wanted.matures_from.as_deref());
    let until: Option<Date> =
        errors.parse_optional("matures_until", wanted.matures_until.as_deref());
    let status: Option<ProductStatus> = match wanted.status.as_deref().map(str::parse) {
        None => None,
        Some(Ok(status)) => Some(status),
        Some(Err(error)) => {
            let message = domain::UnknownCode::to_string(&error);
            errors.push("status", domain::FieldCode::UnknownValue, message);
            None
        }
    };
    let filter = Filter {
        product: None,
        sector: wanted.sector,
        legal_form: legal_form.map(|form| form.as_str().to_owned()),
        issuer: wanted.issuer_id,
        network: wanted.network,
        status: status.map(|status| status.as_str().to_owned()),
        currency: currency.map(|currency| currency.code().to_owned()),
        minimum_cents_up_to: wanted.minimum_up_to.map(|most| i64::from(most) * 100),
        matures_from: from.map(|day| day.to_string()),
        matures_until: until.map(|day| day.to_string()),
        search: wanted.search.filter(|text| !text.trim().is_empty()),
    };
    Ok(errors.into_result(Some(filter))?)
}

fn shown(registry: &Registry, record: &CatalogueRecord) -> CatalogueAsset {
    let product = &record.product;
    let is_active = product.status == ProductStatus::Active;
    translate::catalogue::show(
        &product.product,
        &record.offer,
        translate::catalogue::Surroundings {
            issuer_name: &product.issuer_name,
            issuer_lei: record.issuer_lei.as_ref().map(ToString::to_string),
            status: product.status,
            asset_code: &product.symbol,
            sector: product.sector.as_deref(),
            description: product.description.as_deref(),
            essential_terms: &product.essential_terms,
            terms_hash: terms::hash(product),
            terms_version: record.terms_version,
            is_demonstration: registry.networks.profile.is_demonstration(),
            terms_url: product
                .status
                .is_issued()
                .then(|| terms::address(registry, product.product.isin.as_str())),
            chain_id: product.chain_id,
            token_address: is_active.then(|| product.token_address.to_string()),
            is_restricted: record.is_restricted,
            allocated: record.allocated,
            reserved: record.reserved,
            own_available: record.own_available,
            created_at: product.created_at.to_string(),
        },
    )
}
