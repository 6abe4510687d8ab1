//! What is final of a redemption becomes register: the issuer is entered as holder, and what it holds then is marked void.

use database::Tx;
use domain::redemption::Effect;
use domain::register::holdings::{left, moved};
use domain::{Entry, HolderId, InstructionId, InvestmentId, Means, ProductId, Units};
use storage::dlt_batches::BatchRecord;
use storage::dlt_commands;
use storage::holdings;
use storage::instructions;
use storage::products::ProductRecord;
use storage::redemptions::RedemptionRecord;
use storage::register::HoldingRecord;

use crate::confirmation::{Concerned, Confirmation, make_statement};
use crate::journal::{Journal, Mismatch};
use crate::redemption_steps::{instruct_deletion, of_instruction, tell};
use crate::transfer_entry::{Giver, executed, give};
use crate::{Error, Registry, Result, delivery};

/// Enters the issuer as holder of the units of a batch. If it has consented already, the deletion follows.
pub(crate) fn enter(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let product = delivery::product(tx, batch.product)?;
    let mut journal = Journal::lock(tx, batch.product, registry.clock.now())?;
    let before = journal.head.sequence;
    let instruction = instruction_of(tx, batch)?;
    let mut record = of_instruction(tx, instruction)?;
    let giver = Giver {
        instruction,
        investor: record.redemption.investor_id,
        product: batch.product,
        wallet: record.redemption.wallet.address,
        units: record.redemption.units,
    };
    let parts = give(registry, tx, &giver)?;
    let (holder, held) = move_to_issuer(tx, &mut journal, &product, &record)?;
    let place = end(tx, instruction, confirmation)?;
    let entry = journal.append(
        tx,
        &Entry::Redemption {
            from: holder,
            to: journal.head.issuer_holder,
            units: record.redemption.units,
            instruction: place,
            transaction_hash: confirmation.transaction_hash,
            block: confirmation.block,
        },
    )?;
    state(registry, tx, &product, &record, (&parts, entry, held))?;
    let effect = effect(entry, confirmation);
    record.redemption = record.redemption.clone().reregistered(effect)?;
    if record.redemption.consent.is_some() {
        let by_issuer = record.redemption.consent.as_ref();
        let means = match by_issuer.and_then(|consent| consent.reference.as_ref()) {
            None => Means::Access,
            Some(_) => Means::Document,
        };
        instruct_deletion(registry, tx, &mut record, means)?;
    }
    storage::redemptions::update(tx, &record)?;
    journal.keep(tx, before)
}

/// Marks the units of a batch void (§ 4(9) eWpG): they leave the total stock, their entries stay.
pub(crate) fn enter_deletion(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let product = delivery::product(tx, batch.product)?;
    let mut journal = Journal::lock(tx, batch.product, registry.clock.now())?;
    let (before, issuer) = (journal.head.sequence, journal.head.issuer_holder);
    let instruction = instruction_of(tx, batch)?;
    let mut record = of_instruction(tx, instruction)?;
    let units = record.redemption.units;
    let unexplained = |what| Error::fault(Mismatch::Instruction(instruction, what));
    let voids = record
        .redemption
        .state()
        .reregistered()
        .ok_or_else(|| unexplained("the issuer is not entered as holder"))?
        .entry;
    let held = holdings::held_by(tx, batch.product, issuer)?;
    left(issuer, held, units).map_err(|error| refused(batch.product, error))?;
    let holding = HoldingRecord {
        holder: issuer,
        wallet: product.token_address,
        units,
    };
    journal.debit(tx, &holding)?;
    journal.head.deleted = journal
        .head
        .deleted
        .checked_add(units)
        .ok_or_else(|| unexplained("more is deleted than can be counted"))?;
    let place = end(tx, instruction, confirmation)?;
    let entry = journal.append(
        tx,
        &Entry::Deletion {
            holder: issuer,
            units,
            voids,
            instruction: place,
            transaction_hash: confirmation.transaction_hash,
            block: confirmation.block,
        },
    )?;
    let status = record.redemption.status();
    let effect = effect(entry, confirmation);
    record.redemption = record.redemption.clone().deleted(effect)?;
    storage::redemptions::update(tx, &record)?;
    tell(registry, tx, &record, Some(status))?;
    journal.keep(tx, before)
}

/// The one instruction of a batch.
pub(crate) fn instruction_of(tx: &mut Tx, batch: &BatchRecord) -> Result<InstructionId> {
    dlt_commands::of_batch(tx, batch.id)?
        .first()
        .and_then(|command| command.instruction)
        .ok_or(Error::NotFound("instruction"))
}

/// The instruction is carried out; its place in the queue.
pub(crate) fn end(tx: &mut Tx, id: InstructionId, confirmation: Confirmation) -> Result<u64> {
    let record = instructions::lock(tx, id)?.ok_or(Error::NotFound("instruction"))?;
    let ended = executed(&record.instruction, confirmation)?;
    instructions::end(tx, &ended)?;
    Ok(ended.sequence)
}

const fn effect(entry: u64, confirmation: Confirmation) -> Effect {
    Effect {
        entry,
        at: confirmation.at,
        transaction_hash: confirmation.transaction_hash,
    }
}

/// Moves the units to the issuer's holding; who held them, and what that holder has then in all its wallets.
fn move_to_issuer(
    tx: &mut Tx,
    journal: &mut Journal,
    product: &ProductRecord,
    record: &RedemptionRecord,
) -> Result<(HolderId, Units)> {
    let (id, redemption) = (product.product.id, &record.redemption);
    let issuer = journal.head.issuer_holder;
    let from =
        holdings::holder_of(tx, id, redemption.investor_id)?.ok_or(Error::NotFound("holder"))?;
    let before = (
        holdings::held_by(tx, id, from)?,
        holdings::held_by(tx, id, issuer)?,
    );
    let (held, _) = moved(from, before, redemption.units).map_err(|error| refused(id, error))?;
    let holding = |holder, wallet| HoldingRecord {
        holder,
        wallet,
        units: redemption.units,
    };
    journal.debit(tx, &holding(from, redemption.wallet.address))?;
    journal.credit(tx, &holding(issuer, product.token_address))?;
    Ok((from, held))
}

fn refused(product: ProductId, error: domain::register::HoldingError) -> Error {
    Error::fault(Mismatch::Holdings(product, error))
}

/// The holder hears of it for each investment of which less remains (§ 19(2) eWpG).
fn state(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    record: &RedemptionRecord,
    (parts, entry, held): (&[(InvestmentId, Units)], u64, Units),
) -> Result<()> {
    for (investment, _) in parts {
        let gave = Concerned {
            investment: *investment,
            environment: record.environment,
            platform: record.platform,
        };
        make_statement(registry, tx, product, gave, (entry, held))?;
    }
    Ok(())
}
