//! The steps of a redemption that follow from others: its two instructions enter the queue, are looked at when their turn comes, and are told.

use database::Tx;
use domain::redemption::RedemptionConditions;
use domain::restriction::{Instructing, admit};
use domain::{
    Address, Authority, CommandId, Instruction, InstructionId, InstructionRefusal, Means,
    ProductId, RedemptionId, RedemptionStatus, Units,
};
use sha2::{Digest as _, Sha256};
use storage::Scope;
use storage::dlt_commands::{self, CommandKind, NewInstructed};
use storage::instructions::{self, Evidence, InstructionRecord};
use storage::redemptions::RedemptionRecord;
use storage::transfers::SideRecord;

use crate::events::{self, Happening};
use crate::{Error, Registry, Result, delivery, ids, register_handover, restriction_steps};

/// A redemption that the caller may see, locked until the transaction ends.
pub(crate) fn lock(tx: &mut Tx, scope: &Scope, id: RedemptionId) -> Result<RedemptionRecord> {
    storage::redemptions::lock(tx, scope, id)?.ok_or(Error::NotFound("redemption"))
}

/// The redemption that an instruction carries out, locked.
pub(crate) fn of_instruction(tx: &mut Tx, id: InstructionId) -> Result<RedemptionRecord> {
    let redemption = storage::redemptions::of_instruction(tx, id)?;
    lock(
        tx,
        &Scope::ALL,
        redemption.ok_or(Error::NotFound("instruction"))?,
    )
}

/// All that a redemption is checked against, as of now: what lies in the wallet, less what is bound of it by instructions before a place
/// in the queue and by other redemptions than one.
pub(crate) fn conditions(
    tx: &mut Tx,
    (product, units): (ProductId, Units),
    holder: &SideRecord,
    (wallet, before, but): (Address, Option<u64>, Option<RedemptionId>),
) -> Result<RedemptionConditions> {
    let (held, bound) = storage::transfers::stock(tx, (product, wallet), before, but)?;
    let available = held.checked_sub(bound).unwrap_or_default();
    let entered = restriction_steps::standing(tx, (product, wallet), before)?;
    Ok(RedemptionConditions {
        holder: holder.side,
        available,
        units,
        restricted: admit(&entered, (available, units), Instructing::Holder).err(),
    })
}

/// The payment is proven: the holder's instruction takes its place in the asset's queue.
pub(crate) fn instruct_reregistration(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut RedemptionRecord,
) -> Result<()> {
    let evidence = Evidence {
        digest: record.digest,
        signature: record.signature.clone(),
    };
    let right = (record.authority, record.means);
    let instruction = enter(
        registry,
        tx,
        record,
        (CommandKind::Redemption, right),
        &evidence,
    )?;
    record.instruction = Some(instruction.id);
    record.sequence = Some(instruction.sequence);
    Ok(())
}

/// The issuer's instruction to delete what it holds now takes its place in the asset's queue. The caller saves the record.
pub(crate) fn instruct_deletion(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut RedemptionRecord,
    means: Means,
) -> Result<()> {
    record.redemption = record.redemption.clone().delete()?;
    let evidence = Evidence {
        digest: deletion_digest(record.redemption.id),
        signature: None,
    };
    let right = (Authority::Issuer, means);
    let instruction = enter(
        registry,
        tx,
        record,
        (CommandKind::Deletion, right),
        &evidence,
    )?;
    record.deletion = Some(instruction.id);
    Ok(())
}

/// The instruction at its place, and the command that carries it out.
fn enter(
    registry: &Registry,
    tx: &mut Tx,
    record: &RedemptionRecord,
    (kind, right): (CommandKind, (Authority, Means)),
    evidence: &Evidence,
) -> Result<Instruction> {
    let (redemption, now) = (&record.redemption, registry.clock.now());
    let sequence = register_handover::next_sequence(tx, redemption.product)?;
    let id = InstructionId::from_uuid(ids::new());
    let instruction = Instruction::receive(id, (redemption.product, sequence), right, now);
    let entered = InstructionRecord {
        instruction: instruction.clone(),
        environment: record.environment,
        platform: record.platform,
        investor: redemption.investor_id,
    };
    instructions::insert(tx, kind.as_str(), &entered, evidence)?;
    let command = NewInstructed {
        id: CommandId::from_uuid(ids::new()),
        kind,
        product: redemption.product,
        instruction: id,
        // The issuer's units lie with the token itself.
        wallet: delivery::product(tx, redemption.product)?.token_address,
        units: redemption.units,
    };
    dlt_commands::queue_instructed(tx, &command, now)?;
    Ok(instruction)
}

/// One redemption is deleted once.
fn deletion_digest(id: RedemptionId) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"cashlink deletion 1\n")
        .chain_update(id.uuid().as_bytes())
        .finalize()
        .into()
}

/// Why the units cannot go to the issuer now that the turn of the instruction has come, if they cannot.
pub(crate) fn stands_against(
    tx: &mut Tx,
    instruction: InstructionId,
) -> Result<Option<InstructionRefusal>> {
    let record = of_instruction(tx, instruction)?;
    let redemption = &record.redemption;
    let holder = storage::transfers::side(tx, &Scope::ALL, redemption.wallet.wallet_id)?
        .ok_or(Error::NotFound("wallet"))?;
    let facts = (redemption.product, redemption.units);
    // Other redemptions were counted when this one was received; what comes before it in the queue has gone by now or is on its way.
    let stock = (
        redemption.wallet.address,
        record.sequence,
        Some(redemption.id),
    );
    let conditions = conditions(tx, facts, &holder, stock)?;
    Ok(conditions.check_again().err())
}

/// Ends a redemption whose units cannot go to the issuer. Nothing has moved.
pub(crate) fn reject(
    registry: &Registry,
    tx: &mut Tx,
    instruction: InstructionId,
    code: InstructionRefusal,
) -> Result<()> {
    let now = registry.clock.now();
    let mut record = of_instruction(tx, instruction)?;
    let before = record.redemption.status();
    record.redemption = record.redemption.clone().fail(code, now)?;
    let entered = instructions::lock(tx, instruction)?.ok_or(Error::NotFound("instruction"))?;
    let ended = entered
        .instruction
        .reject(code, now)
        .map_err(Error::fault)?;
    instructions::end(tx, &ended)?;
    storage::redemptions::update(tx, &record)?;
    tell(registry, tx, &record, Some(before))
}

/// Tells the investor's platform that the status has changed, if it has. The first event is of the instruction, the second of the end.
pub(crate) fn tell(
    registry: &Registry,
    tx: &mut Tx,
    record: &RedemptionRecord,
    before: Option<RedemptionStatus>,
) -> Result<()> {
    let status = record.redemption.status();
    if before == Some(status) {
        return Ok(());
    }
    let environment = storage::environments::name(tx, record.environment)?;
    let happening = Happening {
        environment: record.environment,
        platform: record.platform,
        kind: events::REDEMPTION_STATUS_CHANGED,
        investment: None,
        investor: Some(record.redemption.investor_id),
        transfer: None,
        redemption: Some(record.redemption.id),
        status: Some(status.as_str()),
        previous: before.map(RedemptionStatus::as_str),
        sequence: if before.is_some() { 2 } else { 1 },
        at: registry.clock.now(),
    };
    events::emit(registry, tx, &environment, &happening)
}

/// A redemption as its parties see it.
pub(crate) fn show(record: &RedemptionRecord) -> wire::redemptions::Redemption {
    translate::redemptions::show(&record.redemption, (record.sequence, record.notice))
}
