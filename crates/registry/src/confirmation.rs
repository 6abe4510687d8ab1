//! A final transaction becomes register: entries, holdings, investments, statements and events in one transaction.
//!
//! The network is the recording system, so what it says is entered as it is. Whatever does not fit is a fault: then nothing
//! is entered, and the batch stays open until a person has looked.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use database::Tx;
use domain::register::{commitment, holdings};
use domain::{
    BatchId, Entry, EnvironmentId, HolderId, InvestmentId, InvestorId, PlatformId, ProductId,
    ProductStatus, Timestamp, TransactionHash, Units,
};
use storage::dlt_batches::{self, BatchRecord, BatchStatus};
use storage::dlt_commands::{self, CommandKind};
use storage::dlt_transactions::{self, Expense};
use storage::products::ProductRecord;
use storage::register::{self, HoldingRecord};
use storage::register_deliveries::{self, Delivery};
use storage::register_entries;

use crate::journal::{Journal, Mismatch};
use crate::{
    Error, Registry, Result, conversions, delivery, ids, progress, redemption_entry,
    register_rules, reregistration_entry, restriction_entry, statements, terms, transfer_entry,
};

/// Where and when a batch took effect on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// What was stored before it was sent.
    pub submission: TransactionHash,
    /// The transaction: of the submission, or of one that took its place and offered more.
    pub transaction_hash: TransactionHash,
    /// The block that holds it.
    pub block: u64,
    /// That block's time.
    pub at: Timestamp,
    /// What it has cost, if that is known.
    pub expense: Option<Expense>,
}

/// Enters what a batch did. A batch that is entered already stays as it is.
///
/// # Errors
/// A fault if the register does not fit what happened; then nothing is entered.
pub async fn confirm_batch(
    registry: &Registry,
    batch: BatchId,
    confirmation: Confirmation,
) -> Result<()> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            let batch = dlt_batches::lock(tx, batch)?.ok_or(Error::NotFound("batch"))?;
            match batch.status {
                BatchStatus::Confirmed => return Ok(()),
                BatchStatus::Refused => return Err(Error::fault(Mismatch::Refused(batch.id))),
                BatchStatus::Open => {}
            }
            // Entries stand in the order of the chain: one that looks final before an earlier one waits for it.
            if dlt_batches::earlier(tx, batch.product, batch.id)? > 0 {
                return Err(Error::InFlight);
            }
            match batch.kind {
                CommandKind::Issue => enter_issue(&own, tx, &batch)?,
                CommandKind::Delivery => enter_deliveries(&own, tx, &batch, confirmation)?,
                CommandKind::Transfer => transfer_entry::enter(&own, tx, &batch, confirmation)?,
                CommandKind::Redemption => {
                    redemption_entry::enter(&own, tx, &batch, confirmation)?;
                }
                CommandKind::Deletion => {
                    redemption_entry::enter_deletion(&own, tx, &batch, confirmation)?;
                }
                CommandKind::Restriction => {
                    restriction_entry::enter(&own, tx, &batch, confirmation)?;
                }
                CommandKind::Release => {
                    restriction_entry::enter_release(&own, tx, &batch, confirmation)?;
                }
                CommandKind::Conversion => conversions::enter(&own, tx, &batch, confirmation)?,
                CommandKind::Reregistration | CommandKind::Replacement => {
                    reregistration_entry::enter(&own, tx, &batch, confirmation)?;
                }
                CommandKind::Reversal => {
                    reregistration_entry::enter_reversal(&own, tx, &batch, confirmation)?;
                }
            }
            let now = own.clock.now();
            dlt_commands::confirm(tx, batch.id, now)?;
            let hashes = (confirmation.submission, confirmation.transaction_hash);
            dlt_batches::confirm(tx, batch.id, hashes, now)?;
            let place = (confirmation.transaction_hash, confirmation.block);
            dlt_transactions::end(tx, batch.id, place, confirmation.expense, now)?;
            // Deliveries may have waited for this one.
            tx.on_commit_wake(dlt_commands::TOPIC);
            Ok(())
        })
        .await
}

/// The whole issue volume is entered at once, to the issuer's own holding (§ 4(11) eWpG).
fn enter_issue(registry: &Registry, tx: &mut Tx, batch: &BatchRecord) -> Result<()> {
    let now = registry.clock.now();
    let product = delivery::product(tx, batch.product)?;
    let units = dlt_commands::of_batch(tx, batch.id)?
        .first()
        .map_or(Units::ZERO, |command| command.units);
    let holder = HolderId::from_uuid(ids::random());
    register::insert_holder(tx, holder, batch.product, None, now)?;
    let holding = HoldingRecord {
        holder,
        wallet: product.token_address,
        units,
    };
    let mut journal = Journal::empty(batch.product, holder, units, now);
    journal.insert_holding(tx, &holding)?;
    let entry = Entry::Issue {
        holder,
        units,
        isin: product.product.isin,
        terms_hash: terms::hash(&product),
    };
    let sequence = journal.append(tx, &entry)?;
    terms::entered(tx, &product, sequence)?;
    register_rules::entered(registry, tx, &product)?;
    journal.keep(tx, 0)?;
    storage::products::set_status(tx, batch.product, ProductStatus::Active)?;
    Ok(())
}

/// Each delivery moves units from the issuer's holding to an investor's.
fn enter_deliveries(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let now = registry.clock.now();
    let product = delivery::product(tx, batch.product)?;
    let mut journal = Journal::lock(tx, batch.product, now)?;
    let before = journal.head.sequence;
    let deliveries = register_deliveries::deliveries(tx, batch.id)?;
    for delivery in &deliveries {
        let hash = confirmation.transaction_hash;
        progress::delivered(registry, tx, delivery.investment, confirmation.at, hash)?;
    }
    let issuer = HoldingRecord {
        holder: journal.head.issuer_holder,
        wallet: product.token_address,
        units: register::held(
            tx,
            batch.product,
            journal.head.issuer_holder,
            product.token_address,
        )?,
    };
    let mut left = issuer.units;
    let mut holders = HashMap::new();
    for delivery in &deliveries {
        let holder = holder_of(tx, &mut holders, batch.product, delivery, now)?;
        let (rest, held) = holdings::moved(issuer.holder, (left, holder.held), delivery.units)
            .map_err(|error| Error::fault(Mismatch::Holdings(batch.product, error)))?;
        left = rest;
        holder.held = held;
        let sequence = enter_delivery(tx, &mut journal, delivery, holder.id, confirmation)?;
        let received = HoldingRecord {
            holder: holder.id,
            wallet: delivery.wallet,
            units: delivery.units,
        };
        journal.credit(tx, &received)?;
        let concerned = Concerned {
            investment: delivery.investment,
            environment: delivery.environment,
            platform: delivery.platform,
        };
        make_statement(registry, tx, &product, concerned, (sequence, held))?;
    }
    let given = HoldingRecord {
        units: issuer.units.checked_sub(left).unwrap_or_default(),
        ..issuer
    };
    journal.debit(tx, &given)?;
    journal.keep(tx, before)
}

/// The entry names neither investor nor investment; the salt is kept apart, so that it can be destroyed.
fn enter_delivery(
    tx: &mut Tx,
    journal: &mut Journal,
    delivery: &Delivery,
    holder: HolderId,
    confirmation: Confirmation,
) -> Result<u64> {
    let salt = ids::bytes();
    let entry = Entry::Delivery {
        from: journal.head.issuer_holder,
        to: holder,
        units: delivery.units,
        investment: commitment(&salt, delivery.investment),
        transaction_hash: confirmation.transaction_hash,
        block: confirmation.block,
    };
    let sequence = journal.append(tx, &entry)?;
    let place = (journal.head.product, sequence);
    register_entries::insert_commitment(tx, place, delivery.investment, &salt)?;
    Ok(sequence)
}

/// A holder while a batch is entered.
struct Holder {
    id: HolderId,
    held: Units,
}

/// The investor's holder in this register, with a random id that its first delivery gives it (§ 17(2) eWpG).
fn holder_of<'a>(
    tx: &mut Tx,
    holders: &'a mut HashMap<InvestorId, Holder>,
    product: ProductId,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<&'a mut Holder> {
    match holders.entry(delivery.investor) {
        Occupied(known) => Ok(known.into_mut()),
        Vacant(place) => {
            let random = || HolderId::from_uuid(ids::random());
            let id = delivery.holder.unwrap_or_else(random);
            if delivery.holder.is_none() {
                register::insert_holder(tx, id, product, Some(delivery.investor), now)?;
            }
            let held = delivery.held;
            Ok(place.insert(Holder { id, held }))
        }
    }
}

/// The investment that a statement is about, and where that is.
#[derive(Clone, Copy)]
pub(crate) struct Concerned {
    pub(crate) investment: InvestmentId,
    pub(crate) environment: EnvironmentId,
    pub(crate) platform: PlatformId,
}

/// Only electronic securities have statements (§ 19 eWpG); they say what is held after the entry.
pub(crate) fn make_statement(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    concerned: Concerned,
    (sequence, held): (u64, Units),
) -> Result<()> {
    if !product.product.legal_form.is_registered() {
        return Ok(());
    }
    // Partners are told once there is a document to fetch.
    statements::of_entry(
        registry,
        tx,
        (product.product.id, concerned),
        (sequence, held),
    )
}
