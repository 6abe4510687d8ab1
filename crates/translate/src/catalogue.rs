//! Assets of the catalogue.

use domain::{Offer, Product, ProductStatus, Units};
use wire::catalogue as out;

use crate::offers;

/// What is shown of an asset beside product and offer.
pub struct Surroundings<'a> {
    /// Firm of the issuer.
    pub issuer_name: &'a str,
    /// ISO 17442.
    pub issuer_lei: Option<String>,
    /// How far the product has come.
    pub status: ProductStatus,
    /// Symbol of the token.
    pub asset_code: &'a str,
    /// Such as `real_estate`.
    pub sector: Option<&'a str>,
    /// What an investor should know in a paragraph.
    pub description: Option<&'a str>,
    /// Essential terms, name and value.
    pub essential_terms: &'a [(String, String)],
    /// As it stands in the token contract.
    pub terms_hash: [u8; 32],
    /// Which version of the deposited terms that is.
    pub terms_version: u32,
    /// Whether the network is for demonstrations.
    pub is_demonstration: bool,
    /// Where everybody can read them.
    pub terms_url: Option<String>,
    /// EIP-155.
    pub chain_id: u64,
    /// The token, once it exists.
    pub token_address: Option<String>,
    /// Whether only a circle sees it.
    pub is_restricted: bool,
    /// Units that campaigns have.
    pub allocated: Units,
    /// Units that investments hold.
    pub reserved: Units,
    /// Units that the caller's campaigns can still sell.
    pub own_available: Units,
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// An asset as the network answers it.
pub fn show(product: &Product, offer: &Offer, around: Surroundings) -> out::CatalogueAsset {
    let volume = product.max_issuable_amount;
    let left = |taken: Units| volume.checked_sub(taken).unwrap_or_default().get();
    let price = product.price.per_unit();
    let minimum = price.times(offer.minimum_units).unwrap_or(price);
    out::CatalogueAsset {
        id: product.id.uuid(),
        name: product.name.clone(),
        isin: product.isin.to_string(),
        asset_code: around.asset_code.to_owned(),
        issuer: out::CatalogueIssuer {
            id: product.issuer_id.uuid(),
            company_name: around.issuer_name.to_owned(),
            lei: around.issuer_lei,
        },
        sector: around.sector.map(str::to_owned),
        product_type: crate::products::product_type(product.product_type),
        legal_form: crate::products::legal_form(product.legal_form),
        ewpg: product.ewpg,
        status: crate::products::show_status(around.status),
        description: around.description.map(str::to_owned),
        price: crate::money::show(price),
        provide_nominal_value: product.price.nominal_value().is_some(),
        agio_percent: product.agio.to_string(),
        minimum_units: offer.minimum_units.get(),
        minimum_amount: crate::money::show(minimum),
        step_size: product.step_size.get(),
        max_issuable_amount: volume.get(),
        unallocated_units: left(around.allocated),
        unsold_units: left(around.reserved),
        own_available_units: around.own_available.get(),
        coupon: offer.coupon.as_ref().map(offers::show_coupon),
        matures_on: offer.matures_on.map(|day| day.to_string()),
        offering_opens_at: offer.opens_at.map(|at| at.to_string()),
        offering_closes_at: offer.closes_at.map(|at| at.to_string()),
        payment_deadline: product.terms.payment_deadline_days,
        cancellation_deadline: product.terms.cancellation_deadline_days,
        lock_in_time: offer.lock_in_days,
        terms: crate::fields::show_terms(around.essential_terms),
        terms_version: around.terms_version,
        terms_sha256: crate::fields::hex(&around.terms_hash),
        terms_url: around.terms_url,
        documents: offer.documents.iter().map(offers::show_document).collect(),
        required_document_types: offer.required_document_types.clone(),
        questions: offer.questions.iter().map(offers::show_question).collect(),
        target_market: offer.target_market.as_ref().map(offers::show_target_market),
        fees: offers::show_fees(&offer.fees),
        network: product.network.clone(),
        is_demonstration: around.is_demonstration,
        chain_id: around.chain_id,
        token_address: around.token_address,
        publication_restricted: around.is_restricted,
        created_at: around.created_at,
    }
}
