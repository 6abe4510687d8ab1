//! A final transaction becomes register: entries, holdings, investments, statements and events in one transaction.
//!
//! The network is the recording system, so what it says is entered as it is. Whatever does not fit is a fault: then nothing
//! is entered, and the batch stays open until a person has looked.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use database::Tx;
use domain::register::{commitment, holdings};
use domain::{
    Address, BatchId, Entry, EnvironmentId, HolderId, InvestmentId, InvestorId, PlatformId,
    ProductStatus, Timestamp, TransactionHash, Units,
};
use storage::dlt_batches::{self, BatchRecord, BatchStatus};
use storage::dlt_commands::{self, CommandKind};
use storage::dlt_transactions::{self, Expense};
use storage::holding_changes::{self, HoldingChange};
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
    let hash = confirmation.transaction_hash;
    let delivered = progress::delivered(registry, tx, batch.id, confirmation.at, hash)?;
    if delivered != deliveries.len() {
        return Err(Error::NotFound("investment"));
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
    let mut rows = Rows::default();
    let mut left = issuer.units;
    let mut issuer_held = storage::holdings::held_by(tx, batch.product, issuer.holder)?;
    for (delivery, sequence) in deliveries.iter().zip(before + 1..) {
        let units = delivery.units;
        let (holder, is_first) = rows.holder_of(delivery);
        let (rest, held) = holdings::moved(issuer.holder, (left, holder.held), units)
            .map_err(|error| Error::fault(Mismatch::Holdings(batch.product, error)))?;
        left = rest;
        holder.held = held;
        let to = holder.id;
        issuer_held = issuer_held.checked_sub(units).unwrap_or_default();
        rows.changed((issuer.holder, issuer_held, false), sequence);
        rows.changed((to, held, is_first), sequence);
        rows.received(to, delivery)?;
        // The entry names neither investor nor investment; the salt is kept apart, so that it can be destroyed.
        let salt = ids::bytes();
        rows.entries.push(Entry::Delivery {
            from: issuer.holder,
            to,
            units,
            investment: commitment(&salt, delivery.investment),
            transaction_hash: hash,
            block: confirmation.block,
        });
        let tie = (sequence, delivery.investment, salt);
        rows.commitments.push(tie);
        rows.stated.push((sequence, held));
    }
    register::insert_holders(tx, batch.product, &rows.new_holders, now)?;
    journal.append_all(tx, &rows.entries)?;
    holding_changes::insert_known(tx, batch.product, &rows.changes)?;
    register_entries::insert_commitments(tx, batch.product, &rows.commitments)?;
    journal.credit_all(tx, &rows.received)?;
    for (delivery, stated) in deliveries.iter().zip(rows.stated) {
        let concerned = Concerned {
            investment: delivery.investment,
            environment: delivery.environment,
            platform: delivery.platform,
        };
        make_statement(registry, tx, &product, concerned, stated)?;
    }
    let given = HoldingRecord {
        units: issuer.units.checked_sub(left).unwrap_or_default(),
        ..issuer
    };
    journal.debit(tx, &given)?;
    journal.keep(tx, before)
}

/// What a batch adds to the register, gathered so that each table is written once.
#[derive(Default)]
struct Rows {
    holders: HashMap<InvestorId, Holder>,
    new_holders: Vec<(HolderId, Option<InvestorId>)>,
    entries: Vec<Entry>,
    changes: Vec<HoldingChange>,
    commitments: Vec<(u64, InvestmentId, [u8; 32])>,
    received: Vec<HoldingRecord>,
    /// Where in `received` what a holder has in a wallet is.
    wallets: HashMap<(HolderId, Address), usize>,
    stated: Vec<(u64, Units)>,
}

/// A holder while a batch is entered.
struct Holder {
    id: HolderId,
    held: Units,
}

impl Rows {
    /// The investor's holder in this register, with a random id that its first delivery gives it (§ 17(2) eWpG), and whether this is that.
    fn holder_of(&mut self, delivery: &Delivery) -> (&mut Holder, bool) {
        match self.holders.entry(delivery.investor) {
            Occupied(known) => (known.into_mut(), false),
            Vacant(place) => {
                let random = || HolderId::from_uuid(ids::random());
                let id = delivery.holder.unwrap_or_else(random);
                let is_first = delivery.holder.is_none();
                if is_first {
                    self.new_holders.push((id, Some(delivery.investor)));
                }
                let held = delivery.held;
                (place.insert(Holder { id, held }), is_first)
            }
        }
    }

    fn changed(&mut self, (holder, units, is_first): (HolderId, Units, bool), sequence: u64) {
        self.changes.push(HoldingChange {
            holder,
            sequence,
            units,
            is_first,
        });
    }

    fn received(&mut self, holder: HolderId, delivery: &Delivery) -> Result<()> {
        let (wallet, units) = (delivery.wallet, delivery.units);
        match self.wallets.entry((holder, wallet)) {
            Occupied(known) => {
                let holding = &mut self.received[*known.get()];
                let sum = holding.units.checked_add(units);
                holding.units = sum.ok_or(Error::NotFound("holding"))?;
            }
            Vacant(place) => {
                place.insert(self.received.len());
                self.received.push(HoldingRecord {
                    holder,
                    wallet,
                    units,
                });
            }
        }
        Ok(())
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
