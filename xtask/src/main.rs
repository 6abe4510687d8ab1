//! The house's own commands; `cargo xtask test` runs everything that must hold before a change lands.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program talks to its terminal"
)]

mod bench;
mod clients;
mod cluster;
mod contracts;
mod docs;
mod full;
mod interrupt;
mod licences;
mod metadata;
mod openapi;
mod shell;
mod steps;
mod suite;
mod tidy;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The house's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the whole suite on both databases, and the checks of the house.
    Test(suite::Options),
    /// Brings PostgreSQL, anvil, forge, ganache and the Python clients into target/tools.
    Tools,
    /// Checks the shape of the house: crate edges, files, documents.
    Tidy,
    /// Checks every dependency's licence and origin against deny.toml.
    Licences,
    /// Writes openapi.json.
    Openapi {
        /// Only compares it, and refuses a change that breaks partners.
        #[arg(long)]
        check: bool,
    },
    /// Generates, checks and packs the Python and TypeScript clients into target/clients; needs node.
    Clients,
    /// Compiles the contracts into their committed artifacts; needs node.
    Contracts {
        /// Only compares the artifacts.
        #[arg(long)]
        check: bool,
    },
    /// Renders the guides into the folder that the program carries.
    Docs {
        /// Only compares them.
        #[arg(long)]
        check: bool,
    },
    /// Measures, and prints ratios to what is possible first; docs/benchmarks.md has the figures.
    #[command(subcommand)]
    Bench(bench::What),
    /// What the integration server runs.
    Ci {
        /// With the slow suites; writes docs/full-run.md.
        #[arg(long)]
        full: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test(options) => suite::run(&options),
        Command::Tools => tools::bring().map(|_| ()),
        Command::Tidy => tidy::run(),
        Command::Licences => licences::run(),
        Command::Openapi { check: false } => openapi::write(),
        Command::Openapi { check: true } => openapi::check(),
        Command::Clients => clients::build().map(|_| ()),
        Command::Contracts { check: false } => contracts::build(),
        Command::Contracts { check: true } => contracts::check(),
        Command::Docs { check: false } => docs::build(),
        Command::Docs { check: true } => docs::check(),
        Command::Bench(what) => bench::run(&what),
        Command::Ci { full: false } => suite::run(&suite::Options::default()),
        Command::Ci { full: true } => full::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
