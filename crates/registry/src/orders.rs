//! Placing an order: what it is checked against, and what it leaves behind.

use database::Tx;
use domain::{
    CampaignId, DocumentId, Investment, InvestmentId, InvestorId, Order, PaymentReference,
    ProductStatus, Recipient, Wallet, WalletId,
};
use storage::Scope;
use storage::investments::InvestmentRecord;
use storage::orders;
use storage::signed_documents::SignedDocument;
use translate::investments::Ordered;
use wire::ProblemCode;
use wire::investments::InvestmentCreate;

use crate::investment_views::surroundings;
use crate::{Error, Registry, Result, ids, progress};

/// Checks the order, reserves its units and tells of every status that it passes.
pub(crate) fn place(
    registry: &Registry,
    tx: &mut Tx,
    scope: &Scope,
    body: &InvestmentCreate,
    ordered: &Ordered,
) -> Result<wire::investments::Investment> {
    let now = registry.clock.now();
    let investor_id = InvestorId::from_uuid(body.investor_id);
    let campaign_id = CampaignId::from_uuid(body.campaign_id);
    let context = orders::context(tx, scope, investor_id, campaign_id)?;
    let investor = context.investor.ok_or_else(|| unknown("investor_id"))?;
    let campaign = context
        .campaign
        .ok_or_else(|| unknown("campaign_id"))?
        .campaign;
    let product = context.product.ok_or_else(not_listed)?;
    let broker = context.broker.ok_or_else(not_listed)?;
    broker.check_investing(product.product.legal_form, now)?;
    if product.status != ProductStatus::Active {
        return Err(not_issued());
    }
    if ordered.accepted_at.is_some() {
        campaign.mandates.check_accept()?;
    }
    if ordered.paid_at.is_some() {
        campaign.mandates.check_mark_paid()?;
    }
    let types: Vec<&str> = ordered
        .signed_documents
        .iter()
        .map(|(_, document_type)| document_type.as_str())
        .collect();
    campaign.check_order(ordered.units, product.product.step_size, &types, now)?;
    if campaign.maximum_persons.is_some() {
        campaign.check_persons(storage::campaigns::other_persons(
            tx,
            campaign_id,
            investor_id,
        )?)?;
        storage::campaigns::keep_person(tx, campaign_id, investor_id)?;
    }
    let wallet = body
        .wallet
        .as_deref()
        .map(|named| named_wallet(tx, investor_id, named))
        .transpose()?;
    let order = Order {
        id: InvestmentId::from_uuid(ids::new()),
        investor_id,
        campaign_id,
        product_id: product.product.id,
        units: ordered.units,
        signed_at: ordered.signed_at,
        accepted_at: ordered.accepted_at,
        paid_at: ordered.paid_at,
        recipient: wallet.as_ref().map(Recipient::from),
        terms: product.product.terms,
    };
    let (investment, changes) = Investment::create(order, investor.standing.kyc_status, now)?;
    let mut record = InvestmentRecord {
        investment,
        environment: investor.environment,
        platform: investor.platform,
        issuer: product.product.issuer_id,
        total: product.product.total(ordered.units)?,
        payment_reference: PaymentReference::from_random(ids::bytes()),
        event_sequence: 0,
        created_at: now,
        changed_at: now,
    };
    progress::insert(tx, &record, &changes)?;
    let documents = &ordered.signed_documents;
    keep_documents(registry, tx, scope, &record.investment, 0, documents)?;
    progress::tell_in(
        registry,
        tx,
        &product.environment_name,
        &mut record,
        &changes,
    )?;
    if record.investment.status() == domain::Status::Paid {
        progress::start_delivery(registry, tx, &mut record)?;
        storage::investments::update(tx, &record)?;
    }
    // Last, so that the campaign's row is held for as short as possible.
    storage::campaigns::reserve(tx, campaign_id, ordered.units)?;
    let blocked_by = record
        .investment
        .blocked_by(wallet.as_ref(), &investor.standing, now);
    Ok(translate::investments::show(
        &record.investment,
        surroundings(&record, &product, blocked_by, documents.clone()),
    ))
}

/// Keeps documents signed for an investment behind those that are there.
pub(crate) fn keep_documents(
    registry: &Registry,
    tx: &mut Tx,
    scope: &Scope,
    investment: &Investment,
    first_position: usize,
    documents: &[(DocumentId, String)],
) -> Result<()> {
    let fields: Vec<String> = (0..documents.len())
        .map(|index| format!("signed_documents[{index}].document_id"))
        .collect();
    let named: Vec<(&str, DocumentId)> = fields
        .iter()
        .zip(documents)
        .map(|(field, (document, _))| (field.as_str(), *document))
        .collect();
    crate::persons::claim_documents(registry, tx, scope, investment.investor_id, &named)?;
    let signed: Vec<SignedDocument> = documents
        .iter()
        .map(|(document, document_type)| SignedDocument {
            document: *document,
            document_type: document_type.clone(),
        })
        .collect();
    storage::signed_documents::insert(tx, investment.id, first_position, &signed)?;
    Ok(())
}

/// A wallet of the investor, named by its ID or, as the middle generation did, by its address.
pub(crate) fn named_wallet(tx: &mut Tx, investor: InvestorId, named: &str) -> Result<Wallet> {
    let found = if named.starts_with("0x") || named.starts_with("0X") {
        let address = translate::wallets::address("wallet", named)?;
        storage::wallets::find_by_address(tx, investor, address)?
    } else {
        match named.parse::<WalletId>() {
            Ok(id) => storage::wallets::find(tx, investor, id)?,
            Err(error) => {
                return Err(Error::Field(
                    "wallet",
                    wire::FieldCode::InvalidFormat,
                    error.to_string(),
                ));
            }
        }
    };
    found.ok_or_else(|| domain::Refusal::WalletNotOfInvestor.into())
}

fn unknown(field: &'static str) -> Error {
    Error::Field(
        field,
        wire::FieldCode::NotFound,
        "There is none with this id in this environment.".to_owned(),
    )
}

fn not_listed() -> Error {
    Error::Problem(
        ProblemCode::ProductNotListed,
        "The product of this campaign is not listed for your platform.".to_owned(),
    )
}

fn not_issued() -> Error {
    Error::Problem(
        ProblemCode::CampaignNotOpen,
        "The product's units are still being entered; try again in a moment.".to_owned(),
    )
}
