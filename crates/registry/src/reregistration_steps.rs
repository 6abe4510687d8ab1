//! What follows for a re-registration from other steps: it is looked at when its turn comes, a wrong entry is found, and restrictions and
//! rights go along with the units.

use database::Tx;
use domain::reregistration::{Conditions, Continued};
use domain::transfer::Side;
use domain::{
    Authority, Entry, Ground, HolderId, InstructionId, InstructionRefusal, InvestmentId, Means,
    ProductId, RestrictionId, Units,
};
use storage::Scope;
use storage::dlt_commands::CommandKind;
use storage::instructions::Evidence;
use storage::investments::InvestmentRecord;
use storage::register_entries;
use storage::reregistrations::{self, ReregistrationRecord};
use storage::restrictions::{self, ReleaseRecord, RestrictionRecord};
use storage::transfers::{SideRecord, Target, TransferRecord};

use crate::restriction_steps::{digest, entered, instruct_release, order, queue};
use crate::restrictions::BASIS;
use crate::{Error, Registry, Result, delivery, ids, progress};

const NOT_FOUND: Error = Error::NotFound("instruction");

/// What an instruction re-registers, locked, and on what it rests.
pub(crate) fn lock(
    tx: &mut Tx,
    instruction: InstructionId,
) -> Result<(TransferRecord, ReregistrationRecord)> {
    let transfer = storage::transfers::lock(tx, instruction)?.ok_or(NOT_FOUND)?;
    let record = reregistrations::find(tx, instruction)?.ok_or(NOT_FOUND)?;
    Ok((transfer, record))
}

/// Why a re-registration cannot be carried out now that its turn has come, if it cannot.
pub(crate) fn stands_against(
    tx: &mut Tx,
    instruction: InstructionId,
) -> Result<Option<InstructionRefusal>> {
    let (transfer, record) = lock(tx, instruction)?;
    if let Some(entry) = record.reverses {
        let wrong = wrong(tx, record.product, entry)?.ok_or(NOT_FOUND)?;
        if wrong.has_moved_on() {
            return Ok(Some(InstructionRefusal::AcquiredInGoodFaith));
        }
    }
    Ok(along(tx, &transfer, record.ground)?.err())
}

/// What becomes of what is entered for the units, if they can be re-registered now.
pub(crate) fn along(
    tx: &mut Tx,
    transfer: &TransferRecord,
    ground: Ground,
) -> Result<std::result::Result<Vec<Continued>, InstructionRefusal>> {
    let instruction = &transfer.order.instruction;
    let place = (instruction.product, transfer.source.address);
    let before = Some(instruction.sequence);
    let (held, bound) = storage::transfers::stock(tx, place, before, None)?;
    let conditions = Conditions {
        ground,
        target: side(tx, transfer.target)?.map(|target| target.side),
        available: held.checked_sub(bound).unwrap_or_default(),
        units: transfer.units,
        entered: &entered(tx, place)?,
    };
    Ok(conditions.check())
}

/// A wrong entry, with what it takes to put the units back.
pub(crate) struct Wrong {
    /// What it moved.
    pub(crate) units: Units,
    /// The investment that received.
    pub(crate) investment: InvestmentRecord,
    /// Where the units are.
    pub(crate) source: SideRecord,
    /// Where they were.
    pub(crate) target: Target,
    /// Who had them, unless that was the issuer.
    pub(crate) side: Option<Side>,
    /// The instruction by which they moved; none if they were delivered.
    pub(crate) instruction: Option<InstructionId>,
}

impl Wrong {
    /// Whether somebody else has units of it, who may rely on the register (§ 26 eWpG). Of a wallet's units the oldest leave first.
    pub(crate) fn has_moved_on(&self) -> bool {
        self.investment.investment.remaining_units < self.units
    }
}

/// The entry with this number, if it has moved units to an investor and can be reversed.
pub(crate) fn wrong(tx: &mut Tx, product: ProductId, sequence: u64) -> Result<Option<Wrong>> {
    let Some(kept) = register_entries::find(tx, product, sequence)? else {
        return Ok(None);
    };
    let entry = Entry::from_canonical_bytes(&kept.content).map_err(Error::fault)?;
    let Some(units) = reversible(&entry) else {
        return Ok(None);
    };
    let before = sequence.saturating_sub(1);
    let ties = register_entries::commitments(tx, product, before, sequence)?;
    // Erased ties cannot be followed any more.
    let Some(tie) = ties.first() else {
        return Ok(None);
    };
    let investment = progress::lock(tx, &Scope::ALL, tie.investment)?;
    let recipient = investment.investment.recipient.ok_or(NOT_FOUND)?;
    let source = storage::transfers::side(tx, &Scope::ALL, recipient.wallet_id)?;
    let instruction = reregistrations::receiving(tx, tie.investment)?;
    let target = match instruction {
        None => Target::Issuer(delivery::product(tx, product)?.token_address),
        Some(id) => {
            let moved = storage::transfers::find(tx, &Scope::ALL, id)?.ok_or(NOT_FOUND)?;
            Target::Investor(moved.source, moved.order.investor)
        }
    };
    Ok(Some(Wrong {
        units,
        investment,
        source: source.ok_or(NOT_FOUND)?,
        target,
        side: side(tx, target)?.map(|target| target.side),
        instruction,
    }))
}

/// How many units an entry has moved from one holder to another by something that can be wrong.
pub(crate) const fn reversible(entry: &Entry) -> Option<Units> {
    match *entry {
        Entry::Delivery { units, .. } | Entry::Transfer { units, .. } => Some(units),
        Entry::Reregistration { ground, units, .. } if !matches!(ground, Ground::LostKey) => {
            Some(units)
        }
        _ => None,
    }
}

fn side(tx: &mut Tx, target: Target) -> Result<Option<SideRecord>> {
    match target {
        Target::Issuer(_) => Ok(None),
        Target::Investor(recipient, _) => {
            let found = storage::transfers::side(tx, &Scope::ALL, recipient.wallet_id)?;
            found.ok_or(Error::NotFound("wallet")).map(Some)
        }
    }
}

/// What goes with the units is entered for the recipient and ends for the holder, each by an instruction that takes its place now: the
/// recipient's own instructions come after it or are refused.
pub(crate) fn carry_along(
    registry: &Registry,
    tx: &mut Tx,
    (transfer, record, to): (&TransferRecord, &ReregistrationRecord, HolderId),
    continued: &[Continued],
) -> Result<()> {
    let place = (record.product, transfer.source.address);
    if continued.is_empty() {
        return Ok(());
    }
    for known in restrictions::of_wallet(tx, place)? {
        let one = continued.iter().find(|one| known.entry == Some(one.entry));
        let Some(one) = one else { continue };
        if let (Some(extent), Target::Investor(recipient, investor)) =
            (one.follows, transfer.target)
        {
            let target = side(tx, transfer.target)?.ok_or(NOT_FOUND)?;
            let id = InstructionId::from_uuid(ids::new());
            let whose = (target.environment, target.platform, investor);
            // It burdens the units, whoever has them.
            let right = (Authority::Law, Means::Document);
            let next = RestrictionRecord {
                id: RestrictionId::from_uuid(ids::new()),
                holder: to,
                wallet: recipient,
                extent,
                entry: None,
                left: Some(extent),
                decision: record.decision,
                created_at: registry.clock.now(),
                order: order(registry, tx, (record.product, id), right, whose)?,
                ..known.clone()
            };
            let evidence = Evidence {
                digest: digest("restriction", next.id.uuid()),
                signature: None,
            };
            restrictions::insert_following(tx, &next, &evidence, known.id)?;
            let address = recipient.address;
            queue(tx, CommandKind::Restriction, address, &next.order)?;
        }
        if let Some(extent) = one.ends {
            end(registry, tx, (transfer, record), (&known, extent))?;
        }
    }
    Ok(())
}

fn end(
    registry: &Registry,
    tx: &mut Tx,
    (transfer, record): (&TransferRecord, &ReregistrationRecord),
    (known, extent): (&RestrictionRecord, domain::Extent),
) -> Result<()> {
    let key = registry.vault.new_key(tx, None)?;
    let basis = format!("Instruction {}", transfer.order.instruction.sequence);
    let release = ReleaseRecord {
        id: ids::new(),
        restriction: known.id,
        extent,
        key: key.id(),
        sealed_basis: key.seal(BASIS, basis.as_bytes()),
        document: Some(record.document),
        document_hash: record.document_hash,
        decision: Some(record.decision),
        instruction: InstructionId::from_uuid(ids::new()),
        entry: None,
        created_at: registry.clock.now(),
    };
    let right = (Authority::Law, Means::Document);
    instruct_release(registry, tx, known, (&release, right))
}

/// What investments gave by the wrong entry they have again; which of them.
pub(crate) fn give_back(
    registry: &Registry,
    tx: &mut Tx,
    wrong: &Wrong,
    by: InstructionId,
) -> Result<Vec<InvestmentId>> {
    let Some(instruction) = wrong.instruction else {
        return Ok(Vec::new());
    };
    let parts = reregistrations::parts(tx, instruction)?;
    for (id, units) in &parts {
        let mut record = progress::lock(tx, &Scope::ALL, *id)?;
        record.investment = record.investment.take_back(*units)?;
        record.changed_at = registry.clock.now();
        storage::investments::update(tx, &record)?;
    }
    reregistrations::reverse_parts(tx, instruction, by)?;
    Ok(parts.into_iter().map(|(id, _)| id).collect())
}
