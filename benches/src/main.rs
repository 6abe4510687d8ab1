//! The programs behind `cargo xtask bench`: each makes its load, measures, and prints ratios first.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program talks to its terminal"
)]

mod bare;
mod captured;
mod catalogue;
mod client;
mod clock;
mod delivery;
mod environments;
mod figures;
mod gateway;
mod inside;
mod intake;
mod load;
mod measured;
mod network;
mod node;
mod pages;
mod partner;
mod receivers;
mod register;
mod server;
mod start;
mod unit;
mod webhook_deliveries;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cashlink-bench",
    about = "The programs behind `cargo xtask bench`"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Investments per second over HTTP against the bare limit of the same statements
    Intake(intake::Options),
    /// Webhook deliveries per second to many endpoints, one of which hangs
    Webhooks(webhook_deliveries::Options),
    /// A thousand assets in one answer, against the statement that reads them
    Catalogue(measured::Databases),
    /// Every page of the console, with a hundred thousand investors and investments
    Pages(pages::Options),
    /// Deliveries per second from paid to entered, and how soon their webhooks arrive
    Delivery(delivery::Options),
    /// A register of many entries: how fast it is filled, verified and asked
    Register(register::Options),
    /// One register verified, beside hashing the same rows; `register` runs it
    RegisterCheck(register::check::Options),
    /// How soon the server answers and how much memory it keeps
    Start(measured::Program),
    /// A gateway in front of a hundred environments
    Gateway(gateway::Options),
    /// The environments of `gateway`: in memory, as slow and as strict as they are told
    Environments(environments::Options),
}

fn main() -> ExitCode {
    // One provider of cryptography for the process, as in the server.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    // Two threads at most: the machine's processors belong to what is measured.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match &arguments.command {
            Command::Intake(options) => intake::run(options).await,
            Command::Webhooks(options) => webhook_deliveries::run(options).await,
            Command::Catalogue(options) => catalogue::run(options).await,
            Command::Pages(options) => pages::run(options).await,
            Command::Delivery(options) => delivery::run(options).await,
            Command::Register(options) => register::run(options).await,
            Command::RegisterCheck(options) => register::check::run(options).await,
            Command::Start(options) => start::run(options).await,
            Command::Gateway(options) => gateway::run(options).await,
            Command::Environments(options) => environments::run(options).await,
        }
    })
}
