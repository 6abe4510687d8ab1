//! From what an issuer proposes to the rows of a product and its offer.

use database::Tx;
use domain::{IssuerId, Product, ProductId, ProductStatus, Proposal};
use storage::issuers::Issuer;
use storage::offers::OfferRecord;
use storage::products::{PaymentAccount, ProductRecord};
use translate::issuing::{Account, Proposed};

use crate::issuers::profile;
use crate::{Error, Registry, Result, ids, opening};

pub(crate) fn new_record(
    registry: &Registry,
    tx: &mut Tx,
    issuer: &Issuer,
    proposal: &Proposal,
    account: PaymentAccount,
) -> Result<ProductRecord> {
    let name = opening::environment_name(&proposal.asset_code, &proposal.isin);
    let environment = opening::reserve(registry, tx, &name)?;
    let product = product(ProductId::from_uuid(ids::new()), issuer.id, proposal);
    let mut record = ProductRecord {
        environment,
        environment_name: name,
        issuer_name: issuer.name.clone(),
        symbol: String::new(),
        chain_id: registry.networks.production.chain_id,
        token_address: (registry.networks.production.asset_address)(&proposal.isin),
        status: ProductStatus::Validation,
        sector: None,
        description: None,
        essential_terms: Vec::new(),
        account,
        created_at: registry.clock.now(),
        product,
    };
    copy(&mut record, proposal);
    Ok(record)
}

/// What the proposal says now. Name of the environment and address of the token follow the ISIN until they are in use.
pub(crate) fn rewrite(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut ProductRecord,
    proposed: &Proposed,
) -> Result<()> {
    let proposal = &proposed.proposal;
    if record.status.is_issued() {
        record.description.clone_from(&proposal.description);
        return Ok(());
    }
    let name = opening::environment_name(&proposal.asset_code, &proposal.isin);
    if name != record.environment_name {
        storage::environments::rename(tx, record.environment, &name)?;
        record.environment_name = name;
    }
    record.token_address = (registry.networks.production.asset_address)(&proposal.isin);
    record.product = product(record.product.id, record.product.issuer_id, proposal);
    if let Some(account) = proposed.account.clone() {
        record.account = payment_account(account);
    }
    copy(record, proposal);
    Ok(())
}

fn copy(record: &mut ProductRecord, proposal: &Proposal) {
    record.symbol.clone_from(&proposal.asset_code);
    record.sector.clone_from(&proposal.sector);
    record.description.clone_from(&proposal.description);
    record.essential_terms.clone_from(&proposal.essential_terms);
}

fn product(id: ProductId, issuer_id: IssuerId, proposal: &Proposal) -> Product {
    Product {
        id,
        issuer_id,
        name: proposal.name.clone(),
        product_type: proposal.product_type,
        legal_form: proposal.legal_form,
        ewpg: proposal.ewpg,
        isin: proposal.isin,
        price: proposal.price,
        max_issuable_amount: proposal.max_issuable_amount,
        step_size: proposal.step_size,
        agio: proposal.agio,
        terms: proposal.terms,
        network: proposal.network.clone(),
    }
}

pub(crate) fn new_offer(
    registry: &Registry,
    record: &ProductRecord,
    proposal: &Proposal,
) -> OfferRecord {
    let offer = proposal.offer.clone();
    OfferRecord {
        product: record.product.id,
        sandbox_of: None,
        sandbox: None,
        is_restricted: proposal.is_restricted,
        minimum_cents: minimum_cents(&record.product, &offer),
        search_text: search_text(record),
        offer,
        rejection_reason: None,
        changed_at: registry.clock.now(),
    }
}

/// The smallest investment, agio left out.
pub(crate) fn minimum_cents(product: &Product, offer: &domain::Offer) -> i64 {
    product.price.per_unit().hundredths(offer.minimum_units)
}

/// What the catalogue searches: names and numbers in small letters.
pub(crate) fn search_text(record: &ProductRecord) -> String {
    let words = [
        record.product.name.as_str(),
        record.issuer_name.as_str(),
        record.product.isin.as_str(),
        record.symbol.as_str(),
    ];
    words.join(" ").to_lowercase()
}

/// The issuer's account for payments, unless the product names another.
pub(crate) fn account(
    registry: &Registry,
    tx: &mut Tx,
    issuer: &Issuer,
    named: Option<Account>,
) -> Result<PaymentAccount> {
    if let Some(named) = named {
        return Ok(payment_account(named));
    }
    let Some(profile) = profile(registry, tx, issuer)? else {
        return Err(Error::Field(
            "payment_account",
            wire::FieldCode::Missing,
            "The issuer has no bank account yet; describe the issuer first, or name an account here."
                .to_owned(),
        ));
    };
    let account = profile.bank_account;
    Ok(payment_account((
        account.account_holder,
        account.iban,
        account.bic,
    )))
}

fn payment_account((holder, iban, bic): Account) -> PaymentAccount {
    PaymentAccount { holder, iban, bic }
}
