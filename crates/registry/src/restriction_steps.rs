//! What follows for a restriction from other steps: its instructions enter the queue and are looked at when their turn comes, and what it
//! means for instructions that would move the units.

use database::Tx;
use domain::restriction::{Entered, Extent, Instructing, admit};
use domain::{
    Address, Authority, CommandId, EntryType, EnvironmentId, Instruction, InstructionId,
    InstructionRefusal, InvestorId, Means, PlatformId, ProductId, Units,
};
use sha2::{Digest as _, Sha256};
use storage::conversions;
use storage::dlt_commands::{self, CommandKind, NewInstructed};
use storage::instructions::{self, Evidence, InstructionRecord};
use storage::restrictions::{self, ReleaseRecord, RestrictionRecord};
use storage::transfers::{TransferRecord, waiting};
use uuid::Uuid;

use crate::restrictions::BASIS;
use crate::{Error, Registry, Result, ids, register_handover, transfers};

const NOT_FOUND: Error = Error::NotFound("instruction");

/// What is entered for a wallet now.
pub(crate) fn entered(tx: &mut Tx, place: (ProductId, Address)) -> Result<Vec<Entered>> {
    let records = restrictions::of_wallet(tx, place)?;
    Ok(records
        .iter()
        .filter_map(RestrictionRecord::entered)
        .collect())
}

/// What will be entered for a wallet when the turn of this place in the queue comes: less what earlier instructions release by moving.
pub(crate) fn standing(
    tx: &mut Tx,
    place: (ProductId, Address),
    before: Option<u64>,
) -> Result<Vec<Entered>> {
    let mut entered = entered(tx, place)?;
    for (kind, extent) in restrictions::coming(tx, place)? {
        // Nobody signs for what is not entered yet.
        let (entry, key) = (0, None);
        entered.push(Entered {
            entry,
            kind,
            extent,
            key,
        });
    }
    if entered.is_empty() {
        return Ok(entered);
    }
    for (entry, units) in restrictions::following(tx, place)? {
        release(&mut entered, entry, units);
    }
    let (held, bound) = storage::transfers::stock(tx, place, Some(0), None)?;
    let mut available = held.checked_sub(bound).unwrap_or_default();
    for (units, third_party, is_assured) in waiting(tx, place, before)? {
        let instructing = instructing(third_party, is_assured);
        // One that cannot go takes nothing: it is refused when its turn comes.
        if let Ok(parts) = admit(&entered, (available, units), instructing) {
            for (entry, units) in parts {
                release(&mut entered, Some(entry), units);
            }
            available = available.checked_sub(units).unwrap_or_default();
        }
    }
    Ok(entered)
}

/// Who instructs, as far as restrictions depend on it.
pub(crate) fn instructing(third_party: Option<Address>, is_assured: bool) -> Instructing {
    match (third_party, is_assured) {
        (Some(key), _) => Instructing::ThirdParty(key),
        (None, true) => Instructing::Assured,
        (None, false) => Instructing::Holder,
    }
}

/// By which right that is.
pub(crate) fn authority(instructing: Instructing) -> Authority {
    match instructing {
        Instructing::ThirdParty(_) => Authority::ThirdParty,
        Instructing::Holder | Instructing::Assured => Authority::Holder,
    }
}

/// What a transfer that is carried out now releases: the entry of each restriction, and how many units.
pub(crate) fn released_by(tx: &mut Tx, transfer: &TransferRecord) -> Result<Vec<(u64, Units)>> {
    let instruction = &transfer.order.instruction;
    let place = (instruction.product, transfer.source.address);
    let before = Some(instruction.sequence);
    let standing = standing(tx, place, before)?;
    let (held, bound) = storage::transfers::stock(tx, place, before, None)?;
    let available = held.checked_sub(bound).unwrap_or_default();
    let instructing = transfers::instructing(transfer);
    // It was looked at before it was signed for; what is final is entered whatever has come since.
    Ok(admit(&standing, (available, transfer.units), instructing).unwrap_or_default())
}

/// The releases that follow from a signed transfer enter the queue: the units are another's, free of what the signer had or assured.
pub(crate) fn release_moved(
    registry: &Registry,
    tx: &mut Tx,
    transfer: &TransferRecord,
    released: &[(u64, Units)],
) -> Result<()> {
    let instruction = &transfer.order.instruction;
    let place = (instruction.product, transfer.source.address);
    if released.is_empty() {
        return Ok(());
    }
    for record in restrictions::of_wallet(tx, place)? {
        let part = released
            .iter()
            .find(|(entry, _)| record.entry == Some(*entry));
        let Some((_, units)) = part else { continue };
        let signed = digest("transfer", instruction.id.uuid());
        let key = registry.vault.new_key(tx, None)?;
        let basis = format!("Instruction {}", instruction.sequence);
        let release = ReleaseRecord {
            id: ids::new(),
            restriction: record.id,
            extent: Extent::Units(*units),
            key: key.id(),
            sealed_basis: key.seal(BASIS, basis.as_bytes()),
            document: None,
            document_hash: signed,
            decision: None,
            instruction: InstructionId::from_uuid(ids::new()),
            entry: None,
            created_at: registry.clock.now(),
        };
        let right = (instruction.authority, instruction.means);
        instruct_release(registry, tx, &record, (&release, right))?;
    }
    Ok(())
}

/// The next place in the queue for an instruction about the units of a restriction.
pub(crate) fn order(
    registry: &Registry,
    tx: &mut Tx,
    (product, id): (ProductId, InstructionId),
    right: (Authority, Means),
    (environment, platform, investor): (EnvironmentId, PlatformId, InvestorId),
) -> Result<InstructionRecord> {
    let sequence = register_handover::next_sequence(tx, product)?;
    let instruction = Instruction::receive(id, (product, sequence), right, registry.clock.now());
    Ok(InstructionRecord {
        instruction,
        environment,
        platform,
        investor,
    })
}

/// A release takes its place in the asset's queue.
pub(crate) fn instruct_release(
    registry: &Registry,
    tx: &mut Tx,
    record: &RestrictionRecord,
    (release, right): (&ReleaseRecord, (Authority, Means)),
) -> Result<()> {
    let place = (record.product, release.instruction);
    let about = &record.order;
    let whose = (about.environment, about.platform, about.investor);
    let order = order(registry, tx, place, right, whose)?;
    let evidence = Evidence {
        digest: digest("release", release.id),
        signature: None,
    };
    restrictions::insert_release(tx, release, &order, &evidence)?;
    queue(tx, CommandKind::Release, record.wallet.address, &order)
}

/// The command that carries an instruction about a restriction out. How many units it freezes is counted when its turn comes.
pub(crate) fn queue(
    tx: &mut Tx,
    kind: CommandKind,
    wallet: Address,
    order: &InstructionRecord,
) -> Result<()> {
    let instruction = &order.instruction;
    let command = NewInstructed {
        id: CommandId::from_uuid(ids::new()),
        kind,
        product: instruction.product,
        instruction: instruction.id,
        wallet,
        units: Units::ZERO,
    };
    Ok(dlt_commands::queue_instructed(
        tx,
        &command,
        instruction.received_at,
    )?)
}

/// What makes an instruction without a signature the only one of its kind.
pub(crate) fn digest(what: &str, id: Uuid) -> [u8; 32] {
    Sha256::new()
        .chain_update(format!("cashlink {what} 1\n"))
        .chain_update(id.as_bytes())
        .finalize()
        .into()
}

/// Why a restriction cannot be entered now that its turn has come, if it cannot: what was agreed takes units that are free, what was
/// ordered whatever is there.
pub(crate) fn stands_against(
    tx: &mut Tx,
    instruction: InstructionId,
) -> Result<Option<InstructionRefusal>> {
    let record = restrictions::of_instruction(tx, instruction)?.ok_or(NOT_FOUND)?;
    if conversions::entry_type(tx, record.product, record.holder)? == EntryType::Collective {
        return Ok(Some(InstructionRefusal::EntryType));
    }
    let place = (record.product, record.wallet.address);
    let order = &record.order.instruction;
    let before = Some(order.sequence);
    agreed(tx, (place, before), (record.extent, order.authority))
}

/// Why units that an agreement shall cover are not free for that, if they are not.
pub(crate) fn agreed(
    tx: &mut Tx,
    (place, before): ((ProductId, Address), Option<u64>),
    (extent, authority): (Extent, Authority),
) -> Result<Option<InstructionRefusal>> {
    if !matches!(authority, Authority::Holder | Authority::LegalTransaction) {
        return Ok(None);
    }
    let (held, bound) = storage::transfers::stock(tx, place, before, None)?;
    let standing = standing(tx, place, before)?;
    let units = extent.units().unwrap_or(held);
    let available = held.checked_sub(bound).unwrap_or_default();
    if units.is_zero() || units > available {
        return Ok(Some(InstructionRefusal::Insufficient));
    }
    Ok(admit(&standing, (available, units), Instructing::Holder).err())
}

/// Why a release cannot be entered now that its turn has come: others have come before it.
pub(crate) fn stands_against_release(
    tx: &mut Tx,
    instruction: InstructionId,
) -> Result<Option<InstructionRefusal>> {
    let release = restrictions::release_of_instruction(tx, instruction)?.ok_or(NOT_FOUND)?;
    let record = restrictions::lock(tx, release.restriction)?.ok_or(NOT_FOUND)?;
    let left = record.left.filter(|_| record.entry.is_some());
    let fits = left.and_then(|left| left.without(release.extent));
    Ok(fits.is_none().then_some(InstructionRefusal::Insufficient))
}

/// Ends an instruction about a restriction that cannot be carried out. Nothing is entered.
pub(crate) fn reject(
    registry: &Registry,
    tx: &mut Tx,
    instruction: InstructionId,
    code: InstructionRefusal,
) -> Result<()> {
    let record = instructions::lock(tx, instruction)?.ok_or(NOT_FOUND)?;
    let rejected = record.instruction.reject(code, registry.clock.now());
    Ok(instructions::end(tx, &rejected.map_err(Error::fault)?)?)
}

/// How many units of a wallet are frozen now.
pub(crate) fn frozen(tx: &mut Tx, place: (ProductId, Address)) -> Result<Units> {
    let entered = restrictions::of_wallet(tx, place)?;
    let extents: Vec<Extent> = entered.iter().filter_map(|one| one.left).collect();
    Ok(total(&extents))
}

/// How many units of the wallet are frozen once the restriction of this instruction is entered.
pub(crate) fn frozen_with(tx: &mut Tx, instruction: InstructionId) -> Result<Units> {
    let record = restrictions::of_instruction(tx, instruction)?.ok_or(NOT_FOUND)?;
    let mut extents = extents(tx, &record, None)?;
    extents.push(record.extent);
    Ok(total(&extents))
}

/// How many units of the wallet are frozen once the release of this instruction is entered.
pub(crate) fn frozen_without(tx: &mut Tx, instruction: InstructionId) -> Result<Units> {
    let release = restrictions::release_of_instruction(tx, instruction)?.ok_or(NOT_FOUND)?;
    let record = restrictions::find(tx, release.restriction)?.ok_or(NOT_FOUND)?;
    Ok(total(&extents(tx, &record, Some(&release))?))
}

/// What covers units of a restriction's wallet, less what a release takes away.
fn extents(
    tx: &mut Tx,
    record: &RestrictionRecord,
    release: Option<&ReleaseRecord>,
) -> Result<Vec<Extent>> {
    let entered = restrictions::of_wallet(tx, (record.product, record.wallet.address))?;
    let extents = entered.iter().filter_map(|one| {
        let left = one.left?;
        match release.filter(|release| release.restriction == one.id) {
            Some(release) => left.without(release.extent).unwrap_or(Some(left)),
            None => Some(left),
        }
    });
    Ok(extents.collect())
}

fn total(extents: &[Extent]) -> Units {
    let sum = extents
        .iter()
        .try_fold(Units::ZERO, |sum, extent| sum.checked_add(extent.units()?));
    sum.unwrap_or(Units::MAX)
}

fn release(entered: &mut [Entered], entry: Option<u64>, units: Units) {
    for one in entered.iter_mut().filter(|one| Some(one.entry) == entry) {
        let left = one.extent.without(Extent::Units(units));
        // Nothing left covers nothing.
        one.extent = left.flatten().unwrap_or(Extent::Units(Units::ZERO));
    }
}
