//! The tests of the chain, the contracts and the adapter, in one program because linking is what takes long.

#![allow(clippy::unwrap_used)]

mod artifact;
mod before_london;
mod common;
mod conformance;
mod contract;
mod contract_offices;
mod contract_wallets;
mod faults;
mod gas;
mod hsm;
#[path = "../../benches/gas/machine.rs"]
mod machine;
mod nodes;
mod nonces;
mod offices;
#[path = "../../benches/gas/ours.rs"]
mod ours;
mod proxy;
mod restart;
mod rotation;
mod rpc;
mod schema;
