//! A final transfer becomes register: the entry, both holdings, the investments that gave and the one that received, statements and events.

use database::Tx;
use domain::register::commitment;
use domain::register::holdings::moved;
use domain::transfer::first_in_first_out;
use domain::{
    Address, Entry, Ground, HolderId, Instruction, InstructionId, Investment, InvestmentId,
    InvestorId, Money, PaymentReference, ProductId, Receipt, Timestamp, Units,
};
use storage::Scope;
use storage::dlt_batches::BatchRecord;
use storage::dlt_commands;
use storage::holdings;
use storage::instructions;
use storage::investments::InvestmentRecord;
use storage::products::ProductRecord;
use storage::register::{self, HoldingRecord};
use storage::register_entries;
use storage::transfers::{self, Target, TransferRecord};

use crate::confirmation::{Concerned, Confirmation, make_statement};
use crate::journal::{Journal, Mismatch};
use crate::{
    Error, Registry, Result, delivery, ids, progress, restriction_steps, transfers as operations,
};

/// Enters the one transfer of a batch.
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
    let instruction = dlt_commands::of_batch(tx, batch.id)?
        .first()
        .and_then(|command| command.instruction)
        .ok_or(Error::NotFound("instruction"))?;
    let transfer = transfers::lock(tx, instruction)?.ok_or(Error::NotFound("instruction"))?;
    carry_out(
        registry,
        tx,
        (&product, &mut journal),
        transfer,
        confirmation,
    )?;
    journal.keep(tx, before)
}

/// What a final transaction does to holdings and investments, with its entry.
pub(crate) fn carry_out(
    registry: &Registry,
    tx: &mut Tx,
    (product, journal): (&ProductRecord, &mut Journal),
    mut transfer: TransferRecord,
    confirmation: Confirmation,
) -> Result<()> {
    let now = registry.clock.now();
    let (instruction, id) = (transfer.order.instruction.id, product.product.id);
    let giver = Giver {
        instruction,
        investor: transfer.order.investor,
        product: id,
        wallet: transfer.source.address,
        units: transfer.units,
    };
    // What the restrictions say of it has to be read before anything has moved.
    let released = restriction_steps::released_by(tx, &transfer)?;
    let parts = give(registry, tx, &giver)?;
    let received = receive(registry, tx, product, &transfer, (&parts, confirmation))?;
    transfers::complete(tx, instruction, received.investment)?;

    let Target::Investor(_, investor) = transfer.target else {
        return Err(Error::NotFound("wallet"));
    };
    let to = holder_of(tx, id, investor, now)?;
    let (from, held) = move_holdings(tx, journal, &transfer, to)?;
    let salt = ids::bytes();
    let entry = Entry::Transfer {
        from,
        to,
        units: transfer.units,
        investment: commitment(&salt, received.investment),
        instruction: transfer.order.instruction.sequence,
        transaction_hash: confirmation.transaction_hash,
        block: confirmation.block,
    };
    let sequence = journal.append(tx, &entry)?;
    let place = (id, sequence);
    register_entries::insert_commitment(tx, place, received.investment, &salt)?;
    // Both sides hear of it (§ 19(2) eWpG), the giving one for each investment of which less remains.
    for (investment, _) in &parts {
        let gave = Concerned {
            investment: *investment,
            environment: transfer.order.environment,
            platform: transfer.order.platform,
        };
        make_statement(registry, tx, product, gave, (sequence, held.0))?;
    }
    make_statement(registry, tx, product, received, (sequence, held.1))?;

    transfer.order.instruction = executed(&transfer.order.instruction, confirmation)?;
    transfer.investment = Some(received.investment);
    instructions::end(tx, &transfer.order.instruction)?;
    operations::tell_ended(registry, tx, &transfer)?;
    restriction_steps::release_moved(registry, tx, &transfer, &released)
}

/// An instruction that a final transaction has carried out.
pub(crate) fn executed(
    instruction: &Instruction,
    confirmation: Confirmation,
) -> Result<Instruction> {
    instruction
        .clone()
        .execute(confirmation.at, confirmation.transaction_hash)
        .map_err(Error::fault)
}

/// Who gives what, by which instruction.
pub(crate) struct Giver {
    pub(crate) instruction: InstructionId,
    pub(crate) investor: InvestorId,
    pub(crate) product: ProductId,
    pub(crate) wallet: Address,
    pub(crate) units: Units,
}

/// Takes the units from the giver's investments, the oldest first, and keeps which of them gave how many.
pub(crate) fn give(
    registry: &Registry,
    tx: &mut Tx,
    giver: &Giver,
) -> Result<Vec<(InvestmentId, Units)>> {
    let investments = transfers::giving(tx, giver.investor, giver.product, giver.wallet)?;
    let parts = first_in_first_out(&investments, giver.units).ok_or_else(|| {
        Error::fault(Mismatch::Instruction(
            giver.instruction,
            "the investments in the wallet do not have as many units",
        ))
    })?;
    for (id, units) in &parts {
        let mut record = progress::lock(tx, &Scope::ALL, *id)?;
        record.investment = record.investment.give(*units)?;
        record.changed_at = registry.clock.now();
        storage::investments::update(tx, &record)?;
    }
    transfers::insert_parts(tx, giver.instruction, &parts)?;
    Ok(parts)
}

/// Makes the recipient's investment.
pub(crate) fn receive(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    transfer: &TransferRecord,
    (parts, confirmation): (&[(InvestmentId, Units)], Confirmation),
) -> Result<Concerned> {
    let now = registry.clock.now();
    let unexplained =
        |what| Error::fault(Mismatch::Instruction(transfer.order.instruction.id, what));
    let (first, _) = parts.first().ok_or_else(|| unexplained("nothing moves"))?;
    let Target::Investor(recipient, investor) = transfer.target else {
        return Err(unexplained("the issuer receives by a reversal only"));
    };
    let investor = storage::investors::find(tx, &Scope::ALL, investor)?
        .ok_or_else(|| unexplained("there is no such recipient"))?;
    let campaign_id = transfers::campaign(tx, product.product.id, investor.platform, *first)?;
    let receipt = Receipt {
        id: InvestmentId::from_uuid(ids::new()),
        investor_id: investor.id,
        campaign_id,
        product_id: product.product.id,
        units: transfer.units,
        recipient,
        instructed_at: transfer.order.instruction.received_at,
        at: since(tx, transfer, parts)?.unwrap_or(confirmation.at),
        transaction_hash: confirmation.transaction_hash,
    };
    let (investment, changes) = Investment::received(receipt, now);
    let price = product.product.price.per_unit();
    // What the two paid each other is not known here; the issuer gets nothing.
    let total = Money::new(0, price.decimals(), price.currency()).map_err(Error::fault)?;
    let mut record = InvestmentRecord {
        investment,
        environment: investor.environment,
        platform: investor.platform,
        issuer: product.product.issuer_id,
        total,
        payment_reference: PaymentReference::from_random(ids::bytes()),
        event_sequence: 0,
        created_at: now,
        changed_at: now,
    };
    progress::insert(tx, &record, &changes)?;
    progress::tell(registry, tx, &mut record, &changes)?;
    Ok(Concerned {
        investment: record.investment.id,
        environment: record.environment,
        platform: record.platform,
    })
}

/// Since when a recipient has the units who takes the holder's place, or is the holder: what is locked up stays so no longer than it would
/// have. Nothing for everybody else.
fn since(
    tx: &mut Tx,
    transfer: &TransferRecord,
    parts: &[(InvestmentId, Units)],
) -> Result<Option<Timestamp>> {
    let mut latest = None;
    if let Some(Ground::Succession | Ground::LostKey) = transfer.ground {
        for (id, _) in parts {
            let record = progress::lock(tx, &Scope::ALL, *id)?;
            latest = latest.max(record.investment.delivered_at());
        }
    }
    Ok(latest)
}

/// Moves the units to another's holding, or to another wallet of the same holder; the holder who gave, and what both hold afterwards in all
/// their wallets.
pub(crate) fn move_holdings(
    tx: &mut Tx,
    journal: &mut Journal,
    transfer: &TransferRecord,
    to: HolderId,
) -> Result<(HolderId, (Units, Units))> {
    let product = transfer.order.instruction.product;
    let from = holdings::holder_of(tx, product, transfer.order.investor)?.ok_or_else(|| {
        Error::fault(Mismatch::Instruction(
            transfer.order.instruction.id,
            "who gives is not in the register",
        ))
    })?;
    let before = (
        holdings::held_by(tx, product, from)?,
        holdings::held_by(tx, product, to)?,
    );
    let held = if from == to {
        before
    } else {
        moved(from, before, transfer.units)
            .map_err(|error| Error::fault(Mismatch::Holdings(product, error)))?
    };
    let holding = |holder, wallet| HoldingRecord {
        holder,
        wallet,
        units: transfer.units,
    };
    journal.debit(tx, &holding(from, transfer.source.address))?;
    journal.credit(tx, &holding(to, transfer.target.address()))?;
    Ok((from, held))
}

/// The investor's holder in this register, with a random id that its first entry gives it (§ 17(2) eWpG).
pub(crate) fn holder_of(
    tx: &mut Tx,
    product: ProductId,
    investor: InvestorId,
    now: Timestamp,
) -> Result<HolderId> {
    if let Some(known) = holdings::holder_of(tx, product, investor)? {
        return Ok(known);
    }
    let id = HolderId::from_uuid(ids::random());
    register::insert_holder(tx, id, product, Some(investor), now)?;
    Ok(id)
}
