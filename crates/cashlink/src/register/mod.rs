//! `cashlink register …`: what can be done with the registers as a whole.

mod as_of;
mod bundle;
mod due;
mod export;
mod hand_over;
mod import;
mod proof;
mod rules;
mod verify;

use std::process::ExitCode;

use anyhow::Result;

use crate::config::Config;
use crate::statements;
pub use export::write as write_bundle;
pub use import::{Source, take_in as take_in_bundle};
pub use verify::{Finding, verify};

/// What to do with the register.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Prove that journal, holdings and chain fit together; ends with 1 if they do not
    Verify(verify::Verify),
    /// Show who held what after an entry, or at a time
    AsOf(as_of::AsOf),
    /// Write registers into one file that anybody can check
    Export(export::Export),
    /// Show what is due by law on registers; ends with 1 if something is overdue
    Due(due::Due),
    /// Propose that a register goes to another registrar
    HandOver(hand_over::HandOver),
    /// Go on with registers that another registrar has exported
    Import(import::Import),
    /// Show the law on registers that changes by date
    Rules(rules::Rules),
    /// Make a statement of an investment and write its PDF
    Statement(statements::Make),
    /// Check the proof of one entry by the log's public key; needs no configuration
    VerifyProof(proof::Verify),
    /// Check a statement by itself and the log's public key; needs no configuration
    VerifyStatement(statements::Verify),
}

/// Runs the command.
///
/// # Errors
/// If something cannot be asked or written; a difference is no error but exit code 1.
pub async fn run(config: impl FnOnce() -> Result<Config>, command: &Command) -> Result<ExitCode> {
    match command {
        Command::Verify(options) => verify::run(&config()?, options).await,
        Command::AsOf(options) => as_of::run(&config()?, options).await,
        Command::Export(options) => export::run(&config()?, options).await,
        Command::Due(options) => due::run(&config()?, options).await,
        Command::HandOver(options) => hand_over::run(&config()?, options).await,
        Command::Import(options) => import::run(&config()?, options).await,
        Command::Rules(options) => rules::run(&config()?, options).await,
        Command::Statement(options) => statements::make(&config()?, options).await,
        Command::VerifyProof(options) => proof::verify(options),
        Command::VerifyStatement(options) => statements::verify(options).await,
    }
}
