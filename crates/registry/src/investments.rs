//! Investments: a distribution platform's orders for its investors.

use database::Tx;
use domain::{
    CampaignId, DocumentId, Investment, InvestmentId, InvestorId, Order, PaymentReference,
    ProductStatus, Recipient, Wallet, WalletId,
};
use storage::Scope;
use storage::investments::InvestmentRecord;
use storage::orders;
use storage::products::ProductRecord;
use storage::signed_documents::SignedDocument;
use translate::investments::Ordered;
use wire::ProblemCode;
use wire::investments::{
    BatchAnswer, BatchResult, InvestmentBatch, InvestmentCreate, InvestmentPatch,
    SignedDocumentsAdd,
};

pub use storage::investments::Filter;

use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, ids, progress,
};

/// Items of a batch at most.
pub const MOST_IN_BATCH: usize = 100;

/// Creates an investment: its units are reserved, and reported dates apply at once.
///
/// # Errors
/// Field errors and the refusals of an order: mandates, size, step, allocation, documents, wallet.
pub async fn create(
    registry: &Registry,
    request: &Request,
    body: InvestmentCreate,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestments)?;
    let ordered = translate::investments::create(&body)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let answer = place(&own, tx, &scope, &body, &ordered)?;
            Done::created(answer.id, &answer)
        })
        .await
}

/// Creates several investments; each stands for itself and has its own answer.
///
/// # Errors
/// `too_many` beyond 100 items.
pub async fn create_batch(
    registry: &Registry,
    request: &Request,
    body: InvestmentBatch,
) -> Result<Answer> {
    request.caller.require(Right::WriteInvestments)?;
    check_batch_size(body.investments.len(), MOST_IN_BATCH)?;
    let mut results = Vec::with_capacity(body.investments.len());
    for (index, item) in body.investments.into_iter().enumerate() {
        let answer = create(registry, &request.item(index), item).await;
        results.push(batch_result(answer)?);
    }
    collected(registry, request, results).await
}

/// One investment.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: InvestmentId,
) -> Result<wire::investments::Investment> {
    seen(registry, caller.require(Right::ReadInvestments)?, id).await
}

/// The caller's investments, oldest first.
///
/// # Errors
/// Refuses callers other than a distributor.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    filter: Filter,
    paging: Paging,
) -> Result<Listed<wire::investments::Investment>> {
    let scope = caller.require(Right::ReadInvestments)?;
    seen_list(registry, scope, filter, paging).await
}

/// Reports acceptance or payment, or names the wallet.
///
/// # Errors
/// The mandates, the status machine's refusals, `wallet_not_of_investor`; not found if it is not the caller's.
pub async fn update(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    patch: InvestmentPatch,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestments)?;
    let mut errors = domain::FieldErrors::new();
    let accepted_at = errors.parse_optional("accepted_at", patch.accepted_at.as_deref());
    let paid_at = errors.parse_optional("paid_at", patch.paid_at.as_deref());
    errors.into_result(Some(()))?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let mut record = progress::lock(tx, &scope, id)?;
            let campaign =
                storage::campaigns::find(tx, &scope, record.investment.campaign_id)?
                    .ok_or(Error::NotFound("campaign"))?
                    .campaign;
            let now = own.clock.now();
            let mut investment = record.investment.clone();
            if let Some(named) = &patch.wallet {
                let wallet = named_wallet(tx, investment.investor_id, named)?;
                investment = investment.set_wallet(&wallet)?;
            }
            let mut changes = Vec::new();
            if let Some(at) = accepted_at {
                campaign.mandates.check_accept()?;
                let (moved, passed) = investment.declare_accepted(at, now)?;
                investment = moved;
                changes.extend(passed);
            }
            if let Some(at) = paid_at {
                campaign.mandates.check_mark_paid()?;
                let (moved, passed) = investment.declare_paid(at, now)?;
                investment = moved;
                changes.extend(passed);
            }
            progress::carry_out(&own, tx, &mut record, (investment, changes))?;
            Done::ok(id, &shown(&own, tx, &record)?)
        })
        .await
}

/// The investor withdraws.
///
/// # Errors
/// `cancellation_period_over`, `cancellation_refused`, `delivery_started`; not found if it is not the caller's.
pub async fn cancel(registry: &Registry, request: &Request, id: InvestmentId) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestments)?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let mut record = progress::lock(tx, &scope, id)?;
            let moved = record.investment.clone().cancel(own.clock.now())?;
            progress::carry_out(&own, tx, &mut record, moved)?;
            Done::ok(id, &shown(&own, tx, &record)?)
        })
        .await
}

/// Adds documents signed for an investment.
///
/// # Errors
/// Field errors; not found if it is not the caller's.
pub async fn add_signed_documents(
    registry: &Registry,
    request: &Request,
    id: InvestmentId,
    body: SignedDocumentsAdd,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteInvestments)?;
    let mut errors = domain::FieldErrors::new();
    let added = translate::investments::signed_documents(&mut errors, &body.signed_documents);
    errors.into_result(Some(()))?;
    let own = registry.clone();
    registry
        .write(request, move |tx| {
            let record = progress::lock(tx, &scope, id)?;
            let there = storage::signed_documents::of_investment(tx, id)?;
            if there.len() + added.len() > MOST_SIGNED_DOCUMENTS {
                return Err(Error::Problem(
                    ProblemCode::TooMany,
                    format!("An investment has at most {MOST_SIGNED_DOCUMENTS} signed documents."),
                ));
            }
            keep_documents(&own, tx, &scope, &record.investment, there.len(), &added)?;
            Done::ok(id, &shown(&own, tx, &record)?)
        })
        .await
}

const MOST_SIGNED_DOCUMENTS: usize = 200;

pub(crate) async fn seen(
    registry: &Registry,
    scope: Scope,
    id: InvestmentId,
) -> Result<wire::investments::Investment> {
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let record = storage::investments::find(tx, &scope, id)?
                .ok_or(Error::NotFound("investment"))?;
            shown(&own, tx, &record)
        })
        .await
}

pub(crate) async fn seen_list(
    registry: &Registry,
    scope: Scope,
    filter: Filter,
    paging: Paging,
) -> Result<Listed<wire::investments::Investment>> {
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, records) =
                storage::investments::list(tx, &scope, &filter, paging.offset, paging.limit)?;
            let items = records
                .iter()
                .map(|record| shown(&own, tx, record))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// The item's answer as the single call would have given it. A fault of ours ends the whole batch, which can be repeated with its key.
pub(crate) fn batch_result(answer: Result<Answer>) -> Result<BatchResult> {
    match answer {
        Ok(answer) => Ok(BatchResult {
            status: answer.status,
            investment: Some(answer.json()?),
            problem: None,
        }),
        Err(error @ (Error::Fault(_) | Error::Unavailable(_))) => Err(error),
        Err(error) => {
            let problem = error.to_problem();
            Ok(BatchResult {
                status: problem.status,
                investment: None,
                problem: Some(problem),
            })
        }
    }
}

pub(crate) fn check_batch_size(size: usize, most: usize) -> Result<()> {
    if size > most {
        return Err(Error::Problem(
            ProblemCode::TooMany,
            format!("A batch has at most {most} items."),
        ));
    }
    Ok(())
}

/// Keeps the batch's answer under the batch's key; its items have kept their own.
pub(crate) async fn collected(
    registry: &Registry,
    request: &Request,
    results: Vec<BatchResult>,
) -> Result<Answer> {
    let answer = BatchAnswer { results };
    registry
        .write(request, move |_| {
            Ok(Done {
                resource: None,
                ..Done::ok(uuid::Uuid::nil(), &answer)?
            })
        })
        .await
}

/// Checks the order, reserves its units and tells of every status that it passes.
fn place(
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
    let campaign = context.campaign.ok_or_else(|| unknown("campaign_id"))?.campaign;
    let product = context.product.ok_or_else(not_listed)?;
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
    // The row comes before what refers to it, and already counts the events that follow.
    let counted = InvestmentRecord {
        event_sequence: changes.len() as u64,
        ..record.clone()
    };
    storage::investments::insert(tx, &counted)?;
    let documents = &ordered.signed_documents;
    keep_documents(registry, tx, scope, &record.investment, 0, documents)?;
    progress::tell_in(registry, tx, &product.environment_name, &mut record, &changes)?;
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

fn keep_documents(
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
fn named_wallet(tx: &mut Tx, investor: InvestorId, named: &str) -> Result<Wallet> {
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

/// An investment as its party sees it.
pub(crate) fn shown(
    registry: &Registry,
    tx: &mut Tx,
    record: &InvestmentRecord,
) -> Result<wire::investments::Investment> {
    let product = storage::products::find(tx, &Scope::ALL, record.investment.product_id)?
        .ok_or(Error::NotFound("product"))?;
    let blocked_by = if record.investment.status() == domain::Status::Paid {
        let wallet = progress::wallet(tx, record)?;
        let investor = progress::investor(tx, record)?;
        let now = registry.clock.now();
        record
            .investment
            .blocked_by(wallet.as_ref(), &investor.standing, now)
    } else {
        None
    };
    let documents = storage::signed_documents::of_investment(tx, record.investment.id)?
        .into_iter()
        .map(|signed| (signed.document, signed.document_type))
        .collect();
    Ok(translate::investments::show(
        &record.investment,
        surroundings(record, &product, blocked_by, documents),
    ))
}

fn surroundings<'a>(
    record: &InvestmentRecord,
    product: &'a ProductRecord,
    blocked_by: Option<domain::Blocker>,
    signed_documents: Vec<(DocumentId, String)>,
) -> translate::investments::Surroundings<'a> {
    translate::investments::Surroundings {
        blocked_by,
        total: record.total,
        payment_reference: record.payment_reference,
        account_holder: &product.account.holder,
        iban: product.account.iban.to_string(),
        bic: product.account.bic.to_string(),
        signed_documents,
        created_at: record.created_at,
        changed_at: record.changed_at,
    }
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
