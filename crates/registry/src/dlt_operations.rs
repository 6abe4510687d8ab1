//! Commands to the DLT network as an operator sees them: what waits, what failed and why, and trying again.

use database::Tx;
use domain::{BatchId, CommandId};
use serde::Serialize;
use storage::dlt_batches::{BatchRecord, SubmissionRecord};
use storage::dlt_commands::{self, CommandRecord};
use wire::ProblemCode;

pub use storage::dlt_commands::CommandStatus;

use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, progress,
};

/// A command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// Identifies it.
    pub id: String,
    /// The product whose units it is about.
    pub product_id: String,
    /// ISO 6166.
    pub isin: String,
    /// `issue`, `delivery`, `transfer`, `redemption` or `deletion`.
    pub kind: &'static str,
    /// `queued`, `taken`, `confirmed` or `failed`.
    pub status: &'static str,
    /// The investment that is delivered.
    pub investment_id: Option<String>,
    /// Where the units go.
    pub wallet_address: Option<String>,
    /// How many.
    pub units: u64,
    /// How often the network refused it.
    pub attempts: u32,
    /// Why, the last time.
    pub error: Option<String>,
    /// The batch that it is or was in last.
    pub batch_id: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub changed_at: String,
}

/// A command with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The command.
    pub command: Command,
    /// The batch that it is or was in last.
    pub batch: Option<Batch>,
}

/// A batch of commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// Identifies it.
    pub id: String,
    /// `open`, `confirmed` or `refused`.
    pub status: &'static str,
    /// How many batches of the product were delivered before.
    pub sequence: u32,
    /// Why it was refused, or what holds it up.
    pub error: Option<String>,
    /// The transaction that took effect.
    pub transaction_hash: Option<String>,
    /// What was signed for it, oldest first.
    pub submissions: Vec<Submission>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub changed_at: String,
}

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Submission {
    /// Identifies it.
    pub transaction_hash: String,
    /// `stored` (it may take effect), `confirmed` or `refused`.
    pub status: &'static str,
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// Commands in one status, or all, oldest first.
///
/// # Errors
/// Refuses callers other than the registrar.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    status: Option<CommandStatus>,
    paging: Paging,
) -> Result<Listed<Command>> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let (count, commands) = dlt_commands::list(tx, status, paging.offset, paging.limit)?;
            let items = commands
                .iter()
                .map(|command| show(tx, command))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One command, its batch and that one's submissions.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such command.
pub async fn explain(registry: &Registry, caller: &Caller, id: CommandId) -> Result<Explanation> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let command = dlt_commands::find(tx, id)?.ok_or(Error::NotFound("command"))?;
            let batch = match command.batch {
                Some(batch) => storage::dlt_batches::find(tx, batch)?,
                None => None,
            };
            let batch = match batch {
                Some(batch) => {
                    let submissions = storage::dlt_batches::submissions(tx, batch.id)?;
                    Some(show_batch(&batch, &submissions))
                }
                None => None,
            };
            Ok(Explanation {
                command: show(tx, &command)?,
                batch,
            })
        })
        .await
}

/// Tries a failed command again, once nothing blocks its investment. It keeps its number of attempts, so that it goes
/// in small company.
///
/// # Errors
/// Refuses callers other than the registrar; a conflict if the command has not failed or its investment is blocked.
pub async fn retry(registry: &Registry, request: &Request, id: CommandId) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let found = dlt_commands::find(tx, id)?.ok_or(Error::NotFound("command"))?;
            if found.status != CommandStatus::Failed {
                return Err(not_now(
                    "Only a command that has failed can be tried again.",
                ));
            }
            if found.instruction.is_some() {
                return Err(not_now(
                    "An instruction that was rejected has ended; its holder has to give another one.",
                ));
            }
            match found.investment {
                // The investment decides: its wallet may have changed, or something else may block it now.
                Some(investment) => progress::start_delivery_if_ready(&own, tx, investment)?,
                None => dlt_commands::retry(tx, id, own.clock.now())?,
            }
            let after = dlt_commands::lock(tx, id)?.ok_or(Error::NotFound("command"))?;
            if after.status != CommandStatus::Queued {
                return Err(not_now(
                    "Something blocks the investment; look at its blocked_by first.",
                ));
            }
            let detail = serde_json::json!({ "error": found.error, "attempts": found.attempts });
            audit::record(
                &own,
                tx,
                &caller,
                "dlt_command.retry",
                &id.to_string(),
                &detail,
            )?;
            Done::ok(id, &show(tx, &after)?)
        })
        .await
}

fn not_now(detail: &str) -> Error {
    Error::Problem(ProblemCode::Conflict, detail.to_owned())
}

fn show(tx: &mut Tx, command: &CommandRecord) -> Result<Command> {
    let product = crate::delivery::product(tx, command.product)?;
    Ok(Command {
        id: command.id.to_string(),
        product_id: command.product.to_string(),
        isin: product.product.isin.to_string(),
        kind: command.kind.as_str(),
        status: command.status.as_str(),
        investment_id: command.investment.map(|id| id.to_string()),
        wallet_address: command.wallet.map(|wallet| wallet.to_string()),
        units: command.units.get(),
        attempts: command.attempts,
        error: command.error.clone(),
        batch_id: command.batch.as_ref().map(BatchId::to_string),
        created_at: command.created_at.to_string(),
        changed_at: command.changed_at.to_string(),
    })
}

fn show_batch(batch: &BatchRecord, submissions: &[SubmissionRecord]) -> Batch {
    let submissions = submissions.iter().map(|submission| Submission {
        transaction_hash: submission.transaction_hash.to_string(),
        status: submission.status.as_str(),
        created_at: submission.created_at.to_string(),
    });
    Batch {
        id: batch.id.to_string(),
        status: batch.status.as_str(),
        sequence: batch.sequence,
        error: batch.error.clone(),
        transaction_hash: batch.transaction_hash.map(|hash| hash.to_string()),
        submissions: submissions.collect(),
        created_at: batch.created_at.to_string(),
        changed_at: batch.changed_at.to_string(),
    }
}
