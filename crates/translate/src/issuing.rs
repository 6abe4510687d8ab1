//! Products as their issuer proposes and sees them.

use domain::proposal::may_change;
use domain::{
    Bic, DocumentType, FieldCode, FieldErrors, Iban, LegalForm, Offer, PlatformId, Price, Product,
    ProductStatus, ProductType, Proposal, Refusal, Terms,
};
use serde_json::Value;
use wire::issuing as out;
use wire::products::Term;

use crate::fields::{hex, money, payment_account, show_account, show_terms, spelled, units};
use crate::offers::{self, OfferBody, same};

/// The essential terms that bind documents to the issue end like this; they follow from the documents.
pub const BINDING_TERM: &str = "_document_sha256";

/// Whether an essential term follows from documents or from what is entered, so that nobody names it.
#[must_use]
pub fn is_derived(name: &str) -> bool {
    name.ends_with(BINDING_TERM) || name.starts_with(domain::register_content::TERM)
}

/// An account for payments: holder, IBAN, BIC.
pub type Account = (String, Iban, Bic);

/// What a body says of a product.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The product.
    pub proposal: Proposal,
    /// Where investors pay, if it is not the issuer's account.
    pub account: Option<Account>,
    /// The platforms that a restricted offer addresses.
    pub circle: Vec<PlatformId>,
}

/// A product of which everything is known.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// What the rules know.
    pub product: &'a Product,
    /// How far it has come.
    pub status: ProductStatus,
    /// Symbol of the token.
    pub asset_code: &'a str,
    /// Such as `real_estate`.
    pub sector: Option<&'a str>,
    /// What an investor should know in a paragraph.
    pub description: Option<&'a str>,
    /// Essential terms, name and value.
    pub essential_terms: &'a [(String, String)],
    /// Where investors pay: holder, IBAN, BIC.
    pub account: (&'a str, &'a Iban, &'a Bic),
    /// Whether only its circle may see it.
    pub is_restricted: bool,
    /// The circle.
    pub circle: &'a [PlatformId],
    /// Its offer.
    pub offer: &'a Offer,
}

/// What is shown of a product beside what its issuer has said.
pub struct Surroundings {
    /// Firm of the issuer.
    pub issuer_name: String,
    /// Why the registrar refused it.
    pub rejection_reason: Option<String>,
    /// Name of its environment, once that is open.
    pub environment: Option<String>,
    /// Its twin.
    pub sandbox: Option<domain::ProductId>,
    /// What it is the twin of.
    pub sandbox_of: Option<domain::ProductId>,
    /// EIP-155.
    pub chain_id: u64,
    /// The token, once it exists.
    pub token_address: Option<String>,
    /// As it stands in the token contract.
    pub terms_hash: [u8; 32],
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// Reads the body of creation for a network that is served here.
///
/// # Errors
/// Every field that cannot be accepted, or the legal form if it contradicts the product.
pub fn create(body: &out::ProductCreate, served_network: &str) -> Result<Proposed, Refusal> {
    let mut errors = FieldErrors::new();
    let product_type: Option<ProductType> =
        errors.parse("product_type", &spelled(&body.product_type));
    let given: Option<LegalForm> = body
        .legal_form
        .as_ref()
        .and_then(|form| errors.parse("legal_form", &spelled(form)));
    let isin = errors.parse("isin", &body.isin);
    let nominal = money(&mut errors, "nominal_value", body.nominal_value.as_ref());
    let issuance = money(&mut errors, "issuance_price", body.issuance_price.as_ref());
    let price = match Price::from_fields(body.provide_nominal_value, nominal, issuance) {
        Ok(price) => Some(price),
        // An amount that could not be read has been named already.
        Err(more) if errors.is_empty() => {
            errors.extend(more);
            None
        }
        Err(_) => None,
    };
    let agio = errors.parse_optional("agio_percent", body.agio_percent.as_deref());
    let step_size = units(&mut errors, "step_size", body.step_size);
    let max_issuable_amount = units(&mut errors, "max_issuable_amount", body.max_issuable_amount);
    if body.network != served_network {
        errors.push(
            "network",
            FieldCode::UnknownValue,
            format!("This registrar serves {served_network}."),
        );
    }
    if body.calculation_factor.is_some_and(|factor| factor != 1) {
        errors.push(
            "calculation_factor",
            FieldCode::OutOfRange,
            "A unit is one token; the factor is 1.",
        );
    }
    let account = body
        .payment_account
        .as_ref()
        .and_then(|account| payment_account(&mut errors, account));
    let offer = offers::read(&mut errors, offer_body(body), step_size);
    let (Some(product_type), Some(isin), Some(price)) = (product_type, isin, price) else {
        return Err(errors.into());
    };
    let legal_form = LegalForm::resolve(body.ewpg, product_type, given)?;
    let asset_code = body.asset_code.clone();
    let proposal = Proposal {
        name: body.name.clone(),
        product_type,
        legal_form,
        ewpg: body.ewpg,
        isin,
        price,
        max_issuable_amount,
        step_size,
        agio: agio.unwrap_or_default(),
        terms: Terms {
            payment_deadline_days: body.payment_deadline,
            cancellation_deadline_days: body.cancellation_deadline,
        },
        network: body.network.clone(),
        asset_code: asset_code.unwrap_or_else(|| Proposal::default_asset_code(&body.name, &isin)),
        sector: body.sector.clone(),
        description: body.description.clone(),
        essential_terms: own_terms(body.terms.iter().map(|term| (&term.name, &term.value))),
        is_restricted: body.publication_restricted.unwrap_or(false),
        offer,
    };
    proposal.check(&mut errors);
    check_circle(&mut errors, body, proposal.is_restricted);
    let circle = body.circle.iter().copied().map(PlatformId::from_uuid);
    let proposed = Proposed {
        circle: circle.collect(),
        account,
        proposal,
    };
    Ok(errors.into_result(Some(proposed))?)
}

/// Applies a merge patch (RFC 7396) as far as the product's status allows.
///
/// # Errors
/// As [`create`], and every field that cannot be changed any more.
pub fn patch(known: Known, patch: &Value, served_network: &str) -> Result<Proposed, Refusal> {
    let before = serde_json::to_value(as_created(known)).expect("a product is JSON");
    let mut after = before.clone();
    crate::merge::apply(&mut after, patch);
    let decides_form = ["ewpg", "product_type"].iter();
    if patch.get("legal_form").is_none() && decides_form.clone().any(|f| before[f] != after[f]) {
        // The form that was derived from the fields before says nothing about the new ones.
        after["legal_form"] = Value::Null;
    }
    check_changes(known.status, &before, &after)?;
    create(&crate::merge::read(&after)?, served_network)
}

fn check_changes(status: ProductStatus, before: &Value, after: &Value) -> Result<(), FieldErrors> {
    let names = [before, after].map(|body| body.as_object().map(serde_json::Map::keys));
    let mut errors = FieldErrors::new();
    let mut seen = Vec::new();
    for name in names.into_iter().flatten().flatten() {
        let changes =
            before.get(name).unwrap_or(&Value::Null) != after.get(name).unwrap_or(&Value::Null);
        let is_own = name == "issuer_id" || !may_change(status, name);
        if changes && is_own && !seen.contains(&name) {
            seen.push(name);
            errors.push(
                name,
                FieldCode::Immutable,
                format!("This cannot be changed while the product has the status {status}."),
            );
        }
    }
    errors.into_result(Some(()))
}

/// A product as its issuer sees it.
pub fn show(known: Known, around: Surroundings) -> out::IssuedProduct {
    let body = as_created(known);
    let offer = known.offer;
    out::IssuedProduct {
        id: known.product.id.uuid(),
        issuer_id: body.issuer_id,
        issuer_name: around.issuer_name,
        status: crate::products::show_status(known.status),
        rejection_reason: around.rejection_reason,
        environment: around.environment,
        sandbox_product_id: around.sandbox.map(domain::ProductId::uuid),
        sandbox_of: around.sandbox_of.map(domain::ProductId::uuid),
        name: body.name,
        product_type: body.product_type,
        ewpg: body.ewpg,
        legal_form: crate::products::legal_form(known.product.legal_form),
        isin: body.isin,
        provide_nominal_value: body.provide_nominal_value,
        nominal_value: body.nominal_value,
        issuance_price: body.issuance_price,
        max_issuable_amount: body.max_issuable_amount,
        step_size: body.step_size,
        agio_percent: known.product.agio.to_string(),
        payment_deadline: body.payment_deadline,
        cancellation_deadline: body.cancellation_deadline,
        network: body.network,
        chain_id: around.chain_id,
        token_address: around.token_address,
        asset_code: known.asset_code.to_owned(),
        calculation_factor: 1,
        lock_in_time: offer.lock_in_days,
        backup_wallet_address: body.backup_wallet_address,
        publication_restricted: known.is_restricted,
        circle: body.circle,
        issuance_document_id: body.issuance_document_id,
        payment_account: show_account(known.account),
        sector: body.sector,
        description: body.description,
        terms: show_terms(known.essential_terms),
        terms_sha256: hex(&around.terms_hash),
        documents: offer.documents.iter().map(offers::show_document).collect(),
        coupon: body.coupon,
        matures_on: body.matures_on,
        target_market: body.target_market,
        fees: offers::show_fees(&offer.fees),
        required_document_types: body.required_document_types,
        questions: body.questions,
        share: body.share,
        mixed_stock: body.mixed_stock,
        collective_entry_excluded: body.collective_entry_excluded,
        denomination_units: body.denomination_units,
        minimum_units: offer.minimum_units.get(),
        offering_opens_at: body.offering_opens_at,
        offering_closes_at: body.offering_closes_at,
        created_at: around.created_at,
    }
}

/// The body that would create this product.
fn as_created(known: Known) -> out::ProductCreate {
    let Known { product, offer, .. } = known;
    let issuance =
        |document: &&domain::OfferDocument| document.document_type == DocumentType::Issuance;
    let listed = offer.documents.iter().filter(|one| !issuance(one));
    out::ProductCreate {
        issuer_id: product.issuer_id.uuid(),
        name: product.name.clone(),
        product_type: crate::products::product_type(product.product_type),
        ewpg: product.ewpg,
        legal_form: Some(crate::products::legal_form(product.legal_form)),
        isin: product.isin.to_string(),
        provide_nominal_value: product.price.nominal_value().is_some(),
        nominal_value: product.price.nominal_value().map(crate::money::show),
        issuance_price: product.price.issuance_price().map(crate::money::show),
        max_issuable_amount: product.max_issuable_amount.get(),
        step_size: product.step_size.get(),
        agio_percent: Some(product.agio.to_string()),
        payment_deadline: product.terms.payment_deadline_days,
        cancellation_deadline: product.terms.cancellation_deadline_days,
        network: product.network.clone(),
        asset_code: Some(known.asset_code.to_owned()),
        calculation_factor: Some(1),
        lock_in_time: Some(offer.lock_in_days),
        backup_wallet_address: offer.backup_wallet.map(|address| address.to_string()),
        publication_restricted: Some(known.is_restricted),
        circle: known.circle.iter().map(|id| id.uuid()).collect(),
        issuance_document_id: offer
            .documents
            .iter()
            .find(issuance)
            .map(|one| one.document.uuid()),
        payment_account: Some(show_account(known.account)),
        sector: known.sector.map(str::to_owned),
        description: known.description.map(str::to_owned),
        terms: own_terms(
            known
                .essential_terms
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .into_iter()
        .map(|(name, value)| Term { name, value })
        .collect(),
        documents: listed
            .map(|document| out::OfferDocumentCreate {
                document_type: same(document.document_type),
                document_id: document.document.uuid(),
                title: document.title.clone(),
            })
            .collect(),
        coupon: offer.coupon.as_ref().map(offers::show_coupon),
        matures_on: offer.matures_on.map(|day| day.to_string()),
        target_market: offer.target_market.as_ref().map(offers::show_target_market),
        fees: Some(offers::show_fees(&offer.fees)),
        required_document_types: offer.required_document_types.clone(),
        questions: offer.questions.iter().map(offers::show_question).collect(),
        share: offer.register.share.as_ref().map(offers::show_share),
        mixed_stock: offer.register.mixed_stock.clone(),
        collective_entry_excluded: offer.register.collective_entry_excluded,
        denomination_units: offer.register.denomination.map(domain::Units::get),
        minimum_units: Some(offer.minimum_units.get()),
        offering_opens_at: offer.opens_at.map(|at| at.to_string()),
        offering_closes_at: offer.closes_at.map(|at| at.to_string()),
    }
}

/// Without those that follow from something else: whoever sends back what he has read may send them along.
fn own_terms<'a>(terms: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<(String, String)> {
    terms
        .filter(|(name, _)| !is_derived(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn check_circle(errors: &mut FieldErrors, body: &out::ProductCreate, is_restricted: bool) {
    if !is_restricted && !body.circle.is_empty() {
        errors.push(
            "circle",
            FieldCode::OutOfRange,
            "Only an offer with publication_restricted has a circle.",
        );
    }
    for (index, platform) in body.circle.iter().enumerate() {
        if body.circle[..index].contains(platform) {
            errors.push(
                format!("circle[{index}]"),
                FieldCode::Duplicate,
                "This platform is in the circle already.",
            );
        }
    }
}

fn offer_body(body: &out::ProductCreate) -> OfferBody<'_> {
    OfferBody {
        documents: &body.documents,
        issuance_document: body.issuance_document_id,
        lock_in_time: body.lock_in_time,
        backup_wallet_address: body.backup_wallet_address.as_deref(),
        coupon: body.coupon.as_ref(),
        matures_on: body.matures_on.as_deref(),
        target_market: body.target_market.as_ref(),
        fees: body.fees.as_ref(),
        required_document_types: &body.required_document_types,
        questions: &body.questions,
        share: body.share.as_ref(),
        mixed_stock: body.mixed_stock.as_deref(),
        collective_entry_excluded: body.collective_entry_excluded,
        denomination_units: body.denomination_units,
        minimum_units: body.minimum_units,
        opens_at: body.offering_opens_at.as_deref(),
        closes_at: body.offering_closes_at.as_deref(),
    }
}
