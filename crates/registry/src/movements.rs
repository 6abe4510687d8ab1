//! What a holder moves on the DLT network itself is an instruction that is received with its block (§ 18(1), (4) eWpG): the token lets an
//! admitted wallet send to another one, so that it is final before the register hears of it.

use database::Tx;
use domain::{
    Address, Authority, Instruction, InstructionId, Means, ProductId, Recipient, TransactionHash,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use storage::instructions::{Evidence, InstructionRecord};
use storage::movements;
use storage::products::ProductRecord;
use storage::transfers::{self, SideRecord, Target, TransferRecord};
use storage::{Scope, dlt_batches, register, register_origins};
use wire::reconciliation::WaitingMovement;

pub use storage::movements::MovementRecord as Movement;

use crate::confirmation::Confirmation;
use crate::journal::Journal;
use crate::{
    Caller, Error, Registry, Result, audit, delivery, ids, register_handover, transfer_entry,
};

/// Who enters them, by its name in the audit log.
const WORKER: &str = "movements";

/// From where on the network is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The token.
    pub token: Address,
    /// The last block that was looked at, 0 before the first look.
    pub block: u64,
}

/// How far the network has been asked about a product; nothing before its first entry, or if its register is kept elsewhere.
///
/// # Errors
/// Fails if the database does.
pub async fn looked(registry: &Registry, product: ProductId) -> Result<Option<Looked>> {
    registry
        .db
        .read(move |tx| {
            let is_elsewhere = register_origins::standing(tx, product)?.is_some();
            if is_elsewhere || register::head(tx, product)?.is_none() {
                return Ok(None);
            }
            let found = storage::products::find(tx, &Scope::ALL, product)?;
            Ok(Some(Looked {
                token: found.ok_or(Error::NotFound("product"))?.token_address,
                block: movements::looked(tx, product)?.unwrap_or_default(),
            }))
        })
        .await
}

/// Keeps what was found up to a block, and enters what can be entered; how many. That is what lies up to the block that something of the registrar's is
/// about to be entered of (`before`), or all if nothing of the asset is on its way. Entries stand in the order of the chain.
///
/// # Errors
/// A fault if the register does not fit what happened; then nothing is entered.
pub async fn take(
    registry: &Registry,
    product: ProductId,
    (through, found): (u64, Vec<Movement>),
    before: Option<u64>,
) -> Result<usize> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| {
            movements::keep(tx, product, through, &found)?;
            let is_moving = !dlt_batches::open(tx, product)?.is_empty();
            let until = match (before, is_moving) {
                (Some(block), _) => block,
                (None, false) => u64::MAX,
                (None, true) => return Ok(0),
            };
            let waiting = movements::waiting(tx, product, until)?;
            if waiting.is_empty() {
                return Ok(0);
            }
            let product = delivery::product(tx, product)?;
            let mut entered = 0;
            for movement in &waiting {
                entered += usize::from(take_one(&own, tx, &product, movement)?);
            }
            Ok(entered)
        })
        .await
}

/// Whether a movement becomes an instruction that is executed; else it is noted why it cannot.
fn take_one(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    movement: &Movement,
) -> Result<bool> {
    let id = product.product.id;
    match sides(tx, product, movement)? {
        Ok(sides) => enter(registry, tx, product, (movement, sides)).map(|()| true),
        Err(trouble) if movement.trouble.as_deref() == Some(trouble) => Ok(false),
        Err(trouble) => {
            tracing::warn!(
                product.id = %id,
                "the transfer in {} of block {} cannot be entered: {trouble}",
                movement.transaction_hash, movement.block
            );
            movements::troubled(tx, id, movement, trouble)?;
            Ok(false)
        }
    }
}

/// Who gave and who received, or why that is not known.
fn sides(
    tx: &mut Tx,
    product: &ProductRecord,
    movement: &Movement,
) -> Result<std::result::Result<(SideRecord, SideRecord), &'static str>> {
    if movement.units.is_zero() {
        return Ok(Err("it moves nothing"));
    }
    let id = product.product.id;
    let environment = product.environment;
    let Some(from) = transfers::side_at(tx, environment, movement.from)? else {
        return Ok(Err("the giving wallet is no investor's"));
    };
    let Some(to) = transfers::side_at(tx, environment, movement.to)? else {
        return Ok(Err("the receiving wallet is no investor's"));
    };
    if from.side.wallet.investor_id == to.side.wallet.investor_id {
        return Ok(Err("both wallets are of one holder"));
    }
    let (held, _) = transfers::stock(tx, (id, movement.from), None, None)?;
    if held < movement.units {
        return Ok(Err(
            "by the register the giving wallet has not as many units",
        ));
    }
    Ok(Ok((from, to)))
}

fn enter(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    (movement, (from, to)): (&Movement, (SideRecord, SideRecord)),
) -> Result<()> {
    let id = product.product.id;
    let mut journal = Journal::lock(tx, id, registry.clock.now())?;
    let before = journal.head.sequence;
    let sequence = register_handover::next_sequence(tx, id)?;
    let instruction = Instruction::receive(
        InstructionId::from_uuid(ids::new()),
        (id, sequence),
        (Authority::Holder, Means::Transaction),
        movement.at,
    );
    let transfer = TransferRecord {
        order: InstructionRecord {
            instruction,
            environment: from.environment,
            platform: from.platform,
            investor: from.side.wallet.investor_id,
        },
        source: Recipient::from(&from.side.wallet),
        target: Target::Investor(Recipient::from(&to.side.wallet), to.side.wallet.investor_id),
        units: movement.units,
        investment: None,
        third_party: None,
        assurance: None,
        ground: None,
        reversed_by: None,
    };
    let evidence = Evidence {
        digest: digest(movement.transaction_hash, movement.place),
        signature: None,
    };
    let instruction = transfer.order.instruction.id;
    transfers::insert(tx, &transfer, None, &evidence)?;
    movements::entered(tx, id, movement, instruction)?;
    let confirmation = Confirmation {
        submission: movement.transaction_hash,
        transaction_hash: movement.transaction_hash,
        block: movement.block,
        at: movement.at,
        expense: None,
    };
    note(registry, tx, movement, (instruction, sequence, id))?;
    let register = (product, &mut journal);
    transfer_entry::carry_out(registry, tx, register, transfer, confirmation)?;
    journal.keep(tx, before)
}

/// Its line in the audit log.
fn note(
    registry: &Registry,
    tx: &mut Tx,
    movement: &Movement,
    (instruction, sequence, product): (InstructionId, u64, ProductId),
) -> Result<()> {
    let detail = json!({
        "product": product.to_string(), "sequence": sequence, "amount": movement.units.get(),
        "authority": Authority::Holder.as_str(), "means": Means::Transaction.as_str(),
        "transaction": movement.transaction_hash.to_string(), "block": movement.block,
    });
    let target = instruction.to_string();
    let caller = Caller::network(WORKER);
    audit::record(registry, tx, &caller, "transfer.received", &target, &detail)
}

/// What makes it the only one of its kind.
fn digest(transaction: TransactionHash, place: u64) -> [u8; 32] {
    Sha256::new()
        .chain_update("cashlink movement 1\n")
        .chain_update(transaction.bytes())
        .chain_update(place.to_be_bytes())
        .finalize()
        .into()
}

/// What waits to be entered, and why it cannot be.
pub(crate) fn waiting(tx: &mut Tx, product: ProductId) -> Result<Vec<WaitingMovement>> {
    let waiting = movements::waiting(tx, product, u64::MAX)?;
    let shown = waiting.into_iter().map(|one| WaitingMovement {
        transaction_hash: one.transaction_hash.to_string(),
        block: one.block,
        at: one.at.to_string(),
        from_address: one.from.to_string(),
        to_address: one.to.to_string(),
        units: one.units.get(),
        reason: one.trouble,
    });
    Ok(shown.collect())
}
