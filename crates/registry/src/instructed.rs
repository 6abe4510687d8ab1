//! Commands that carry an instruction out: what each kind looks at when its turn comes, and what a refusal of the network means for it.

use database::Tx;
use domain::{InstructionRefusal, Units};
use storage::Scope;
use storage::dlt_commands::{CommandKind, CommandRecord};
use storage::products::ProductRecord;

use crate::delivery::Source;
use crate::{
    Error, Registry, Result, conversions, redemption_steps, reregistration_steps,
    restriction_steps, transfers,
};

/// Why a command whose turn has come cannot be carried out any more, if it cannot. What the issuer holds can always be deleted.
pub(crate) fn stands_against(
    registry: &Registry,
    tx: &mut Tx,
    command: &CommandRecord,
) -> Result<Option<InstructionRefusal>> {
    let instruction = command.instruction.ok_or(NOT_FOUND)?;
    match command.kind {
        CommandKind::Transfer => {
            let transfer = storage::transfers::lock(tx, instruction)?.ok_or(NOT_FOUND)?;
            transfers::stands_against(registry, tx, &transfer)
        }
        CommandKind::Redemption => redemption_steps::stands_against(tx, instruction),
        CommandKind::Restriction => restriction_steps::stands_against(tx, instruction),
        CommandKind::Release => restriction_steps::stands_against_release(tx, instruction),
        CommandKind::Conversion => conversions::stands_against(tx, instruction),
        CommandKind::Reregistration | CommandKind::Replacement | CommandKind::Reversal => {
            reregistration_steps::stands_against(tx, instruction)
        }
        CommandKind::Deletion | CommandKind::Issue | CommandKind::Delivery => Ok(None),
    }
}

/// Ends the instruction of a command, if it has one: nothing has moved. A deletion is no such command, it is tried until it is done.
pub(crate) fn reject(
    registry: &Registry,
    tx: &mut Tx,
    command: &CommandRecord,
    code: InstructionRefusal,
) -> Result<()> {
    match (command.kind, command.instruction) {
        (
            CommandKind::Transfer
            | CommandKind::Reregistration
            | CommandKind::Replacement
            | CommandKind::Reversal,
            Some(id),
        ) => transfers::reject(registry, tx, id, code),
        (CommandKind::Redemption, Some(id)) => redemption_steps::reject(registry, tx, id, code),
        (CommandKind::Restriction | CommandKind::Release | CommandKind::Conversion, Some(id)) => {
            restriction_steps::reject(registry, tx, id, code)
        }
        _ => Ok(()),
    }
}

/// Where the units of a command leave, if it moves units that lie anywhere but with the issuer to be delivered.
pub(crate) fn source(
    tx: &mut Tx,
    product: &ProductRecord,
    command: &CommandRecord,
) -> Result<Option<Source>> {
    let Some(instruction) = command.instruction else {
        return Ok(None);
    };
    let wallet = match command.kind {
        CommandKind::Transfer
        | CommandKind::Reregistration
        | CommandKind::Replacement
        | CommandKind::Reversal => {
            let transfer = storage::transfers::find(tx, &Scope::ALL, instruction)?;
            transfer.ok_or(NOT_FOUND)?.source.address
        }
        CommandKind::Redemption => {
            let id = storage::redemptions::of_instruction(tx, instruction)?.ok_or(NOT_FOUND)?;
            let found = storage::redemptions::find(tx, &Scope::ALL, id)?;
            found.ok_or(NOT_FOUND)?.redemption.wallet.address
        }
        CommandKind::Restriction | CommandKind::Release | CommandKind::Conversion => {
            command.wallet.ok_or(NOT_FOUND)?
        }
        CommandKind::Deletion | CommandKind::Issue | CommandKind::Delivery => product.token_address,
    };
    let held = storage::holdings::in_wallet(tx, command.product, wallet)?;
    Ok(Some(Source { wallet, held }))
}

/// How many units a command tells the network of: those that move, or all that are frozen then.
pub(crate) fn units(tx: &mut Tx, command: &CommandRecord) -> Result<Units> {
    match (command.kind, command.instruction) {
        (CommandKind::Restriction, Some(id)) => restriction_steps::frozen_with(tx, id),
        (CommandKind::Release, Some(id)) => restriction_steps::frozen_without(tx, id),
        (CommandKind::Conversion, _) => {
            let wallet = command.wallet.ok_or(NOT_FOUND)?;
            restriction_steps::frozen(tx, (command.product, wallet))
        }
        _ => Ok(command.units),
    }
}

const NOT_FOUND: Error = Error::NotFound("instruction");
