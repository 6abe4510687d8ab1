//! A final transaction becomes register: entries, holdings, investments, statements and events in one transaction.
//!
//! The network is the recording system, so what it says is entered as it is. Whatever does not fit is a fault: then nothing
//! is entered, and the batch stays open until a person has looked.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use database::Tx;
use domain::register::{Digest, Frontier, commitment, holdings};
use domain::{
    BatchId, Entry, HolderId, InvestorId, ProductId, ProductStatus, Timestamp, TransactionHash,
    Units,
};
use storage::dlt_batches::{self, BatchRecord, BatchStatus};
use storage::dlt_commands::{self, CommandKind};
use storage::products::ProductRecord;
use storage::register::{self, Head, HoldingRecord};
use storage::register_deliveries::{self, Delivery};
use storage::register_entries::{self, EntryRecord};
use storage::register_subtrees;
use storage::statements::StatementRecord;

use crate::{Error, Registry, Result, delivery, ids, progress, register_log};

/// Where and when a batch took effect on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The transaction.
    pub transaction_hash: TransactionHash,
    /// The block that holds it.
    pub block: u64,
    /// That block's time.
    pub at: Timestamp,
}

/// Something that must not happen between the network and the register.
#[derive(Debug, thiserror::Error)]
enum Mismatch {
    #[error("batch {0} took effect, but it was refused here")]
    Refused(BatchId),
    #[error("the register of product {0} cannot be continued: {1}")]
    Register(ProductId, &'static str),
    #[error("the register of product {0} refuses the entry: {1}")]
    Holdings(ProductId, holdings::HoldingError),
    #[error("the holdings of product {0} sum up to {1} units, but {2} were issued")]
    Sum(ProductId, Units, Units),
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
            match batch.kind {
                CommandKind::Issue => enter_issue(&own, tx, &batch)?,
                CommandKind::Delivery => enter_deliveries(&own, tx, &batch, confirmation)?,
            }
            let now = own.clock.now();
            dlt_commands::confirm(tx, batch.id, now)?;
            dlt_batches::confirm(tx, batch.id, confirmation.transaction_hash, now)?;
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
    register::insert_holding(tx, batch.product, &holding)?;
    let mut journal = Journal::empty(batch.product, holder, units, now);
    let entry = Entry::Issue {
        holder,
        units,
        isin: product.product.isin,
        terms_hash: delivery::terms_hash(&product),
    };
    journal.append(tx, &entry)?;
    register::insert_head(tx, &journal.head)?;
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
        register::credit(tx, batch.product, &received)?;
        make_statement(registry, tx, &product, delivery, (sequence, held))?;
    }
    let given = HoldingRecord {
        units: issuer.units.checked_sub(left).unwrap_or_default(),
        ..issuer
    };
    register::debit(tx, batch.product, &given)?;
    register::update_head(tx, before, &journal.head)?;
    check_sum(tx, &journal.head)
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

/// Only electronic securities have statements (§ 19 eWpG); they say what is held after the entry.
fn make_statement(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    delivery: &Delivery,
    (sequence, held): (u64, Units),
) -> Result<()> {
    if !product.product.legal_form.is_registered() {
        return Ok(());
    }
    let statement = StatementRecord {
        id: ids::new(),
        environment: delivery.environment,
        platform: delivery.platform,
        investment: delivery.investment,
        product: product.product.id,
        sequence,
        units: held,
        created_at: registry.clock.now(),
    };
    // Partners are told once there is a document to fetch.
    storage::statements::insert(tx, &statement)?;
    Ok(())
}

fn check_sum(tx: &mut Tx, head: &Head) -> Result<()> {
    let sum = register::sum(tx, head.product)?;
    if sum == head.issued {
        Ok(())
    } else {
        Err(Error::fault(Mismatch::Sum(head.product, sum, head.issued)))
    }
}

/// A register to which entries are appended.
struct Journal {
    head: Head,
    frontier: Frontier,
}

impl Journal {
    fn empty(product: ProductId, issuer_holder: HolderId, issued: Units, now: Timestamp) -> Self {
        let frontier = Frontier::new();
        let head = Head {
            product,
            issuer_holder,
            sequence: 0,
            root_hash: frontier.root(),
            frontier: frontier.to_bytes(),
            issued,
            updated_at: now,
        };
        Self { head, frontier }
    }

    /// The register of a product; nobody else appends to it before the transaction ends.
    fn lock(tx: &mut Tx, product: ProductId, now: Timestamp) -> Result<Self> {
        let broken = |what| Error::fault(Mismatch::Register(product, what));
        let mut head = register::lock_head(tx, product)?.ok_or(broken("nothing is issued"))?;
        let frontier = Frontier::from_bytes(head.sequence, &head.frontier)
            .ok_or(broken("its frontier is damaged"))?;
        if frontier.root() != head.root_hash {
            return Err(broken("its frontier does not have its root hash"));
        }
        head.updated_at = now;
        Ok(Self { head, frontier })
    }

    fn append(&mut self, tx: &mut Tx, entry: &Entry) -> Result<u64> {
        let leaf_hash: Digest = entry.leaf_hash();
        let mut kept = Vec::new();
        self.head.root_hash = self.frontier.append_and_tell(leaf_hash, |subtree, hash| {
            if let Some(level) = register_log::kept_level(subtree) {
                kept.push((level, subtree.index, hash));
            }
        });
        self.head.sequence = self.frontier.size();
        self.head.frontier = self.frontier.to_bytes();
        let record = EntryRecord {
            sequence: self.head.sequence,
            kind: entry.kind().to_owned(),
            content: entry.canonical_bytes(),
            leaf_hash,
            root_hash: self.head.root_hash,
            created_at: self.head.updated_at,
        };
        register_entries::insert(tx, self.head.product, &record)?;
        for (level, place, hash) in kept {
            register_subtrees::insert(tx, self.head.product, (level, place), &hash)?;
        }
        Ok(self.head.sequence)
    }
}
