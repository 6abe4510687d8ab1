//! The executable as a library: configuration, wiring, subcommands, the demo, and the sample network as data.

pub mod admin;
pub mod backup;
pub mod cli;
pub mod config;
pub mod conformance;
pub mod demo;
mod dlt;
pub mod founding;
mod gateway;
pub mod guides;
pub mod hosting;
pub mod inventory;
mod kms;
mod listen;
mod mailbox;
mod migrate;
mod new_master_key;
mod openapi;
mod page;
pub mod register;
mod serve;
mod statements;
mod telemetry;
mod terminal;
pub mod wiring;

pub use migrate::COMPONENTS;

/// The sample network: four issuers with one asset each, two platforms.
pub const SAMPLE_NETWORK: &str = include_str!("../networks/sample.json");
