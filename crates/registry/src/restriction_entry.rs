//! What is final of a restriction becomes register: its entry, or that of its release, and what the holder hears of it.

use database::Tx;
use domain::{Address, Entry, HolderId};
use storage::dlt_batches::BatchRecord;
use storage::instructions::InstructionRecord;
use storage::restrictions::{self, RestrictionRecord};
use storage::{holdings, transfers};

use crate::confirmation::{Concerned, Confirmation, make_statement};
use crate::journal::Journal;
use crate::redemption_entry::{end, instruction_of};
use crate::{Error, Registry, Result, delivery};

const NOT_FOUND: Error = Error::NotFound("instruction");

/// Enters the restriction of a batch.
pub(crate) fn enter(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let instruction = instruction_of(tx, batch)?;
    let record = restrictions::of_instruction(tx, instruction)?.ok_or(NOT_FOUND)?;
    let entry = Entry::Restriction {
        holder: record.holder,
        right: record.kind,
        beneficiary: record.beneficiary,
        extent: record.extent,
        details: record.details_hash,
        document: record.document_hash,
        instruction: end(tx, instruction, confirmation)?,
        transaction_hash: confirmation.transaction_hash,
        block: confirmation.block,
    };
    let sequence = append(registry, tx, (batch, &record), &entry)?;
    Ok(restrictions::enter(tx, record.id, sequence)?)
}

/// Enters the release of a batch.
pub(crate) fn enter_release(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let instruction = instruction_of(tx, batch)?;
    let release = restrictions::release_of_instruction(tx, instruction)?.ok_or(NOT_FOUND)?;
    let record = restrictions::lock(tx, release.restriction)?.ok_or(NOT_FOUND)?;
    let entry = Entry::Release {
        holder: record.holder,
        releases: record.entry.ok_or(NOT_FOUND)?,
        extent: release.extent,
        document: release.document_hash,
        instruction: end(tx, instruction, confirmation)?,
        transaction_hash: confirmation.transaction_hash,
        block: confirmation.block,
    };
    let sequence = append(registry, tx, (batch, &record), &entry)?;
    Ok(restrictions::enter_release(tx, release.id, sequence)?)
}

/// The entry at its place, and a statement of each investment in the wallet: the register has changed for its holder (§ 19(2) no. 2 eWpG).
fn append(
    registry: &Registry,
    tx: &mut Tx,
    (batch, record): (&BatchRecord, &RestrictionRecord),
    entry: &Entry,
) -> Result<u64> {
    let mut journal = Journal::lock(tx, batch.product, registry.clock.now())?;
    let before = journal.head.sequence;
    let sequence = journal.append(tx, entry)?;
    let about = (
        record.wallet.address,
        &record.order,
        record.holder,
        sequence,
    );
    tell_wallet(registry, tx, batch, about)?;
    journal.keep(tx, before)?;
    Ok(sequence)
}

/// A statement of each investment in a wallet, about an entry that moves nothing.
pub(crate) fn tell_wallet(
    registry: &Registry,
    tx: &mut Tx,
    batch: &BatchRecord,
    (wallet, order, holder, sequence): (Address, &InstructionRecord, HolderId, u64),
) -> Result<()> {
    let product = delivery::product(tx, batch.product)?;
    let held = holdings::held_by(tx, batch.product, holder)?;
    for (investment, _) in transfers::giving(tx, order.investor, batch.product, wallet)? {
        let concerned = Concerned {
            investment,
            environment: order.environment,
            platform: order.platform,
        };
        make_statement(registry, tx, &product, concerned, (sequence, held))?;
    }
    Ok(())
}
