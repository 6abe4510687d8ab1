//! What is final of a re-registration becomes register: the entry, both holdings, the investments, statements and events; what burdens the
//! units follows.

use database::Tx;
use domain::register::commitment;
use domain::{Entry, HolderId, InvestmentId};
use storage::dlt_batches::BatchRecord;
use storage::register_entries;
use storage::reregistrations::{self, ReregistrationRecord};
use storage::transfers::{self, Target, TransferRecord};

use crate::confirmation::{Concerned, Confirmation, make_statement};
use crate::journal::Journal;
use crate::redemption_entry::instruction_of;
use crate::reregistration_steps::{self as steps, Wrong};
use crate::transfer_entry::{Giver, executed, give, holder_of, move_holdings, receive};
use crate::{Error, Registry, Result, delivery, ids, progress, transfers as operations};

/// Enters the re-registration of a batch.
pub(crate) fn enter(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let now = registry.clock.now();
    let product = delivery::product(tx, batch.product)?;
    let mut journal = Journal::lock(tx, batch.product, now)?;
    let before = journal.head.sequence;
    let instruction = instruction_of(tx, batch)?;
    let (mut transfer, record) = steps::lock(tx, instruction)?;
    // What is entered for the units has to be read before anything has moved. What is final is entered whatever has come since.
    let continued = steps::along(tx, &transfer, record.ground)?.unwrap_or_default();
    let giver = Giver {
        instruction,
        investor: transfer.order.investor,
        product: batch.product,
        wallet: transfer.source.address,
        units: transfer.units,
    };
    let parts = give(registry, tx, &giver)?;
    let Target::Investor(_, investor) = transfer.target else {
        return Err(Error::NotFound("wallet"));
    };
    let received = receive(registry, tx, &product, &transfer, (&parts, confirmation))?;
    transfers::complete(tx, instruction, received.investment)?;
    let to = holder_of(tx, batch.product, investor, now)?;
    let (from, held) = move_holdings(tx, &mut journal, &transfer, to)?;
    let salt = ids::bytes();
    let sequence = journal.append(
        tx,
        &Entry::Reregistration {
            from,
            to,
            units: transfer.units,
            ground: record.ground,
            investment: commitment(&salt, received.investment),
            details: record.details_hash,
            document: record.document_hash,
            instruction: transfer.order.instruction.sequence,
            transaction_hash: confirmation.transaction_hash,
            block: confirmation.block,
        },
    )?;
    let place = (batch.product, sequence);
    register_entries::insert_commitment(tx, place, received.investment, &salt)?;
    for (investment, _) in &parts {
        let gave = of_giver(&transfer, *investment);
        make_statement(registry, tx, &product, gave, (sequence, held.0))?;
    }
    make_statement(registry, tx, &product, received, (sequence, held.1))?;
    transfer.investment = Some(received.investment);
    reregistrations::enter(tx, instruction, sequence)?;
    end(registry, tx, &mut transfer, confirmation)?;
    steps::carry_along(registry, tx, (&transfer, &record, to), &continued)?;
    journal.keep(tx, before)
}

/// Enters the reversal of a batch: the investment that had received gives, and those that had given have their units again.
pub(crate) fn enter_reversal(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let now = registry.clock.now();
    let product = delivery::product(tx, batch.product)?;
    let mut journal = Journal::lock(tx, batch.product, now)?;
    let before = journal.head.sequence;
    let instruction = instruction_of(tx, batch)?;
    let (mut transfer, record) = steps::lock(tx, instruction)?;
    let continued = steps::along(tx, &transfer, record.ground)?.unwrap_or_default();
    let (reverses, mut wrong) = wrong(tx, &record)?;
    let gave = take(registry, tx, &transfer, &mut wrong)?;
    let returned = steps::give_back(registry, tx, &wrong, instruction)?;
    let to = match transfer.target {
        Target::Issuer(_) => journal.head.issuer_holder,
        Target::Investor(_, investor) => holder_of(tx, batch.product, investor, now)?,
    };
    let (from, held) = move_holdings(tx, &mut journal, &transfer, to)?;
    let sequence = journal.append(
        tx,
        &Entry::Reversal {
            from,
            to,
            units: transfer.units,
            reverses,
            details: record.details_hash,
            document: record.document_hash,
            instruction: transfer.order.instruction.sequence,
            transaction_hash: confirmation.transaction_hash,
            block: confirmation.block,
        },
    )?;
    make_statement(registry, tx, &product, gave, (sequence, held.0))?;
    for id in returned {
        let investment = progress::lock(tx, &storage::Scope::ALL, id)?;
        let has_again = Concerned {
            investment: id,
            environment: investment.environment,
            platform: investment.platform,
        };
        make_statement(registry, tx, &product, has_again, (sequence, held.1))?;
    }
    reregistrations::enter(tx, instruction, sequence)?;
    end(registry, tx, &mut transfer, confirmation)?;
    let about: (&TransferRecord, &ReregistrationRecord, HolderId) = (&transfer, &record, to);
    steps::carry_along(registry, tx, about, &continued)?;
    journal.keep(tx, before)
}

fn wrong(tx: &mut Tx, record: &ReregistrationRecord) -> Result<(u64, Wrong)> {
    let missing = || Error::NotFound("entry");
    let reverses = record.reverses.ok_or_else(missing)?;
    let wrong = steps::wrong(tx, record.product, reverses)?;
    Ok((reverses, wrong.ok_or_else(missing)?))
}

/// The investment that had received by the wrong entry gives all of it.
fn take(
    registry: &Registry,
    tx: &mut Tx,
    transfer: &TransferRecord,
    wrong: &mut Wrong,
) -> Result<Concerned> {
    let (id, units) = (wrong.investment.investment.id, transfer.units);
    let record = &mut wrong.investment;
    record.investment = record.investment.clone().give(units)?;
    record.changed_at = registry.clock.now();
    storage::investments::update(tx, record)?;
    transfers::insert_parts(tx, transfer.order.instruction.id, &[(id, units)])?;
    Ok(of_giver(transfer, id))
}

const fn of_giver(transfer: &TransferRecord, investment: InvestmentId) -> Concerned {
    Concerned {
        investment,
        environment: transfer.order.environment,
        platform: transfer.order.platform,
    }
}

/// The instruction is carried out, and the giving platform hears of it.
fn end(
    registry: &Registry,
    tx: &mut Tx,
    transfer: &mut TransferRecord,
    confirmation: Confirmation,
) -> Result<()> {
    transfer.order.instruction = executed(&transfer.order.instruction, confirmation)?;
    storage::instructions::end(tx, &transfer.order.instruction)?;
    operations::tell_ended(registry, tx, transfer)
}
