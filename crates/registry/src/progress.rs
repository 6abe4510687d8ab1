//! How an investment goes on: what follows when it, its investor or the time has changed.
//!
//! Every change ends here: the row is saved, each status passed is told, freed units go back, and a delivery starts by itself
//! when nothing blocks it.

use database::Tx;
use domain::{
    BatchId, CommandId, InvestmentId, Moved, StatusChange, Timestamp, TransactionHash, Wallet,
};
use storage::Scope;
use storage::dlt_commands::NewDelivery;
use storage::investments::InvestmentRecord;
use storage::investors::InvestorRecord;

use crate::events::{self, Happening};
use crate::{Error, Registry, Result, ids};

/// An investment of the caller's, locked until the transaction ends.
pub(crate) fn lock(tx: &mut Tx, scope: &Scope, id: InvestmentId) -> Result<InvestmentRecord> {
    storage::investments::lock(tx, scope, id)?.ok_or(Error::NotFound("investment"))
}

/// Keeps a new investment: its row comes before what refers to it, and already counts the events that follow.
pub(crate) fn insert(
    tx: &mut Tx,
    record: &InvestmentRecord,
    changes: &[StatusChange],
) -> Result<()> {
    let counted = InvestmentRecord {
        event_sequence: changes.len() as u64,
        ..record.clone()
    };
    Ok(storage::investments::insert(tx, &counted)?)
}

/// Takes over a step, tells of it, starts the delivery if nothing blocks, and saves.
pub(crate) fn carry_out(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut InvestmentRecord,
    (investment, changes): Moved,
) -> Result<()> {
    record.investment = investment;
    tell(registry, tx, record, &changes)?;
    if record.investment.frees_units() && !changes.is_empty() {
        let investment = &record.investment;
        storage::campaigns::free(tx, investment.campaign_id, investment.units)?;
    }
    start_delivery(registry, tx, record)?;
    record.changed_at = registry.clock.now();
    storage::investments::update(tx, record)?;
    Ok(())
}

/// Tells of every status passed, in order.
pub(crate) fn tell(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut InvestmentRecord,
    changes: &[StatusChange],
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let environment = storage::environments::name(tx, record.environment)?;
    tell_in(registry, tx, &environment, record, changes)
}

/// The same where the environment's name is known.
pub(crate) fn tell_in(
    registry: &Registry,
    tx: &mut Tx,
    environment: &str,
    record: &mut InvestmentRecord,
    changes: &[StatusChange],
) -> Result<()> {
    for change in changes {
        let happening = happening(record, change);
        events::emit(registry, tx, environment, &happening)?;
    }
    Ok(())
}

/// What is told of a status, with the next number of the investment.
fn happening(record: &mut InvestmentRecord, change: &StatusChange) -> Happening {
    record.event_sequence += 1;
    Happening {
        environment: record.environment,
        platform: record.platform,
        kind: events::INVESTMENT_STATUS_CHANGED,
        investment: Some(record.investment.id),
        investor: Some(record.investment.investor_id),
        transfer: None,
        redemption: None,
        status: Some(change.to.as_str()),
        previous: change.from.map(|status| status.as_str()),
        sequence: record.event_sequence,
        at: change.at,
    }
}

/// Gives the delivery to the DLT network if the investment is paid and nothing blocks. The caller saves the record.
pub(crate) fn start_delivery(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut InvestmentRecord,
) -> Result<()> {
    if record.investment.status() != domain::Status::Paid
        || record.investment.delivery_started_at().is_some()
    {
        return Ok(());
    }
    let now = registry.clock.now();
    let Some(wallet) = wallet(tx, record)? else {
        return Ok(());
    };
    let investor = investor(tx, record)?;
    if record
        .investment
        .blocked_by(Some(&wallet), &investor.standing, now)
        .is_some()
    {
        return Ok(());
    }
    record.investment = record.investment.clone().start_delivery(now)?;
    let delivery = NewDelivery {
        id: CommandId::from_uuid(ids::new()),
        product: record.investment.product_id,
        investment: record.investment.id,
        wallet: wallet.address,
        units: record.investment.units,
    };
    storage::dlt_commands::queue_delivery(tx, &delivery, now)?;
    Ok(())
}

/// The wallet that an investment names.
pub(crate) fn wallet(tx: &mut Tx, record: &InvestmentRecord) -> Result<Option<Wallet>> {
    let Some(recipient) = record.investment.recipient else {
        return Ok(None);
    };
    let investor = record.investment.investor_id;
    Ok(storage::wallets::find(tx, investor, recipient.wallet_id)?)
}

/// The investor of an investment.
pub(crate) fn investor(tx: &mut Tx, record: &InvestmentRecord) -> Result<InvestorRecord> {
    storage::investors::find(tx, &Scope::ALL, record.investment.investor_id)?
        .ok_or(Error::NotFound("investor"))
}

/// The investor's standing or one of its wallets has changed: what waited for that goes on.
pub(crate) fn investor_changed(
    registry: &Registry,
    tx: &mut Tx,
    investor: &InvestorRecord,
) -> Result<()> {
    // What follows reads the investor's standing.
    storage::investors::update(tx, investor)?;
    for id in storage::investments::waiting_of_investor(tx, investor.id)? {
        let mut record = lock(tx, &Scope::ALL, id)?;
        let moved = if investor.standing.kyc_status.is_success() {
            record.investment.clone().identified(registry.clock.now())
        } else {
            (record.investment.clone(), Vec::new())
        };
        carry_out(registry, tx, &mut record, moved)?;
    }
    Ok(())
}

/// Time has passed for a paid investment: its delivery starts if nothing blocks any more.
pub(crate) fn start_delivery_if_ready(
    registry: &Registry,
    tx: &mut Tx,
    id: InvestmentId,
) -> Result<()> {
    let mut record = lock(tx, &Scope::ALL, id)?;
    start_delivery(registry, tx, &mut record)?;
    storage::investments::update(tx, &record)?;
    Ok(())
}

/// Time has passed for an accepted investment: it ends if the payment is late.
pub(crate) fn payment_overdue(registry: &Registry, tx: &mut Tx, id: InvestmentId) -> Result<()> {
    let mut record = lock(tx, &Scope::ALL, id)?;
    let moved = record
        .investment
        .clone()
        .payment_overdue(registry.clock.now());
    if moved.1.is_empty() {
        return Ok(());
    }
    carry_out(registry, tx, &mut record, moved)
}

/// The transaction is final: the units of all that the batch delivers are in their wallets. How many there were.
pub(crate) fn delivered(
    registry: &Registry,
    tx: &mut Tx,
    batch: BatchId,
    at: Timestamp,
    transaction: TransactionHash,
) -> Result<usize> {
    let now = registry.clock.now();
    let mut happenings = Vec::new();
    let records = storage::investments::lock_of_batch(tx, batch)?;
    let count = records.len();
    for mut record in records {
        let (investment, changes) = record.investment.clone().deliver(at, transaction, now)?;
        record.investment = investment;
        happenings.extend(changes.iter().map(|change| happening(&mut record, change)));
        record.changed_at = now;
        storage::investments::update(tx, &record)?;
    }
    events::emit_all(registry, tx, &happenings)?;
    Ok(count)
}

/// The network has refused the delivery for good: it can be started anew.
pub(crate) fn delivery_failed(registry: &Registry, tx: &mut Tx, id: InvestmentId) -> Result<()> {
    let mut record = lock(tx, &Scope::ALL, id)?;
    record.investment = record.investment.clone().delivery_failed();
    record.changed_at = registry.clock.now();
    storage::investments::update(tx, &record)?;
    Ok(())
}
